//! What stands around a place, as plain text.

use banister_grammars::{Language, Span};

use super::Draft;

/// The line up to an offset.
pub(super) fn same_line_before(text: &str, at: u32) -> &str {
    let before = text.get(..at as usize).unwrap_or("");
    before.rsplit('\n').next().unwrap_or("")
}

/// Where `await` begins that stands before an expression, else where the expression begins.
pub(super) fn without_await(text: &str, at: u32) -> u32 {
    let before = text.get(..at as usize).unwrap_or("");
    let start = before.trim_end().strip_suffix("await").map(str::len);
    start.and_then(|start| u32::try_from(start).ok()).unwrap_or(at)
}

/// True if nobody takes what a call answers: nothing but `await` stands before it in its line, nothing goes on from the
/// line above and nothing behind it.
pub(super) fn is_statement(draft: &Draft<'_>, call: Span) -> bool {
    let line = same_line_before(draft.text, call.start).trim();
    if !(line.is_empty() || line == "await") {
        return false;
    }
    let begin = without_await(draft.text, call.start) as usize;
    let above = draft.text.get(..begin).unwrap_or("").trim_end();
    let goes_on = match above.chars().next_back() {
        Some(':') => draft.step.language != Language::Python,
        Some(c) => "=(,[?&|+-*/<>!~^%.\\".contains(c),
        None => false,
    };
    let after = draft.text.get(call.end as usize..).unwrap_or("").trim_start();
    !goes_on && !above.ends_with("return") && !after.starts_with(['.', '?', ','])
}

/// How often a name stands in a text as a word that is no member of anything and no key.
pub(super) fn word_count(text: &str, name: &str) -> usize {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let words = text.match_indices(name).filter(|(at, _)| {
        let before = text[..*at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        let is_key = text[at + name.len()..].trim_start().starts_with(':');
        !before.is_some_and(|c| is_part(c) || c == '.') && !after.is_some_and(is_part) && !is_key
    });
    words.count()
}
