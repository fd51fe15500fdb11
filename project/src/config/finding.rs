//! A settings file that says something wrong, as a finding of that file.

use banister_grammars::Span;

use super::ConfigError;
use crate::diagnostic::{Diagnostic, Severity};

/// What the finding is called. It is no rule: settings that cannot be read turn no rule off.
pub const INVALID_SETTINGS: &str = "invalid-settings";

impl ConfigError {
    /// The finding in the file's text: it covers the word at the place of the error, or the rest of its line.
    pub fn finding(&self, text: &str) -> Diagnostic {
        Diagnostic {
            rule: INVALID_SETTINGS,
            severity: Severity::Error,
            message: self.message.clone(),
            file: self.file.clone(),
            span: word_at(text, self.line, self.column),
            related: Vec::new(),
            help: Some("until this is mended, the project is checked as if it had no settings".to_owned()),
            fix: None,
            fix_is_guess: false,
            unnecessary: false,
        }
    }
}

/// The word that begins at a 1-based line and column in characters.
fn word_at(text: &str, line: u32, column: u32) -> Span {
    let above = text.split_inclusive('\n').take(line.saturating_sub(1) as usize);
    let line_start: usize = above.map(str::len).sum();
    let rest = text.get(line_start..).unwrap_or_default();
    let shown = rest.lines().next().unwrap_or_default();
    let before = shown.chars().take(column.saturating_sub(1) as usize);
    let start: usize = before.map(char::len_utf8).sum();
    let found = shown.get(start..).unwrap_or_default();
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '"' | '\'' | '.' | '/');
    let end = found.find(|c| !is_part(c)).unwrap_or(found.len());
    let length = if end == 0 { found.len() } else { end };
    Span::new(line_start + start, line_start + start + length)
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, FILE_NAME};
    use crate::rules::NAMES;

    #[test]
    fn the_wrong_word_is_marked() {
        for (text, wrong) in [
            ("\nframwork = \"1.0\"\n", "framwork"),
            ("[rules]\r\nünknown = 'off'\r\n", "ünknown"),
            ("[rules]\ninvalid-cron = \"of\" # ü\n", "\"of\""),
            ("roots = 'a'", "'a'"),
            ("rules = {", "{"),
        ] {
            let error = Config::parse(FILE_NAME, text, &NAMES);
            let Err(error) = error else {
                panic!("{text} has no error")
            };
            let span = error.finding(text).span;
            let marked = &text[span.start as usize..span.end as usize];
            assert!(marked == wrong || wrong == "{", "{text:?} marks {marked:?}");
        }
    }
}
