//! `banister.toml`: the settings of one project.

mod finding;
mod test;

use std::collections::BTreeMap;

use banister_grammars::{Encoding, LineIndex, Span};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::Severity;
use crate::nearest::nearest;
use crate::releases::Releases;

pub use finding::INVALID_SETTINGS;
pub use test::{ALLOWABLE, TestSettings};

/// The name of the settings file in a project's root.
pub const FILE_NAME: &str = "banister.toml";

/// The names of all rules, for those who cannot know the rules themselves.
pub type RuleNames = &'static [&'static str];

pub(crate) const KEYS: [&str; 4] = ["framework", "roots", "rules", "test"];
pub(crate) const LEVELS: [(&str, Option<Severity>); 5] = [
    ("off", None),
    ("hint", Some(Severity::Hint)),
    ("info", Some(Severity::Info)),
    ("warning", Some(Severity::Warning)),
    ("error", Some(Severity::Error)),
];

/// The settings of a project; the default is what a project without a file has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// The framework's version as written: `0.17`, `1.0`.
    pub framework: Option<String>,
    /// Levels by rule; `None` turns a rule off.
    pub rules: BTreeMap<String, Option<Severity>>,
    /// Folders that are the roots of projects, relative to the settings file, with `/`; empty to find them.
    pub roots: Vec<String>,
    /// What holds for all flow tests.
    pub test: TestSettings,
}

/// Which rules one run asks for, over what the settings say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Only these rules, even if the settings turn them off; all of them if there are none.
    pub select: Vec<&'static str>,
    /// Not these, as if they were off in the settings.
    pub ignore: Vec<&'static str>,
}

impl Selection {
    /// True if the run asks for this rule.
    pub fn wants(&self, rule: &str) -> bool {
        (self.select.is_empty() || self.select.contains(&rule)) && !self.ignore.contains(&rule)
    }
}

/// What one run asks of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// To be silent.
    Off,
    /// To be on, at the level of the settings or its own.
    On,
    /// To be on, at this level if the settings name none: a rule that is off unless somebody asks.
    OnAt(Severity),
}

/// What is wrong with a settings file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct ConfigError {
    /// The settings file, relative to the workspace.
    pub file: String,
    /// 1-based line.
    pub line: u32,
    /// 1-based column in characters.
    pub column: u32,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Config {
    /// Reads a settings file. An unknown key is an error: a mistyped one would silently change nothing.
    pub fn parse(file: &str, text: &str, known: RuleNames) -> Result<Self, ConfigError> {
        Self::parse_with_roots(file, text, known, |_| true)
    }

    /// [`Config::parse`], which asks besides whether the folders exist that `roots` names.
    pub fn parse_with_roots(
        file: &str,
        text: &str,
        known: RuleNames,
        exists: impl Fn(&str) -> bool,
    ) -> Result<Self, ConfigError> {
        let at = |span: std::ops::Range<usize>, message: String| {
            let start = Span::new(span.start, span.end).start;
            let place = LineIndex::new(text).position(text, start, Encoding::Utf32);
            ConfigError {
                file: file.to_owned(),
                line: place.line + 1,
                column: place.column + 1,
                message,
            }
        };
        let table = DeTable::parse(text)
            .map_err(|error| at(error.span().unwrap_or_default(), error.message().to_owned()))?;
        let mut config = Self::default();
        for (key, value) in table.get_ref() {
            match key.get_ref().as_ref() {
                "framework" => match value.get_ref() {
                    DeValue::String(version) if Releases::parse(version).is_some() => {
                        config.framework = Some(version.to_string());
                    }
                    _ => {
                        return Err(at(
                            value.span(),
                            "`framework` is a version such as \"0.17\"".into(),
                        ));
                    }
                },
                "roots" => config.roots = roots(value, &exists).map_err(|(span, why)| at(span, why))?,
                "rules" => match value.get_ref() {
                    DeValue::Table(levels) => {
                        config.rules = rule_levels(levels, known).map_err(|(span, why)| at(span, why))?;
                    }
                    _ => return Err(at(value.span(), "`rules` is a table of rule levels".into())),
                },
                "test" => config.test = test::read(value).map_err(|(span, why)| at(span, why))?,
                other => return Err(at(key.span(), unknown("setting", other, &KEYS))),
            }
        }
        for it in &mut config.test.invariants {
            let start = Span::new(it.start, it.start).start;
            let place = LineIndex::new(text).position(text, start, Encoding::Utf32);
            (it.line, it.column) = (place.line + 1, place.column + 1);
        }
        Ok(config)
    }

    /// Makes the settings say what a run asks of a rule.
    pub(crate) fn ask(&mut self, rule: &str, asked: Asked) {
        match asked {
            Asked::Off => drop(self.rules.insert(rule.to_owned(), None)),
            Asked::On if self.rules.get(rule) == Some(&None) => drop(self.rules.remove(rule)),
            Asked::On => {}
            Asked::OnAt(level) => {
                let written = self.rules.entry(rule.to_owned()).or_default();
                written.get_or_insert(level);
            }
        }
    }
}

type Misfit = (std::ops::Range<usize>, String);

fn roots(value: &Spanned<DeValue<'_>>, exists: impl Fn(&str) -> bool) -> Result<Vec<String>, Misfit> {
    let DeValue::Array(items) = value.get_ref() else {
        return Err((value.span(), "`roots` is a list of folders".into()));
    };
    let mut roots = Vec::new();
    for item in items {
        let DeValue::String(written) = item.get_ref() else {
            return Err((item.span(), "a root is a folder, relative to this file".into()));
        };
        let parts: Vec<&str> = written
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .collect();
        let leaves = written.starts_with('/') || written.contains('\\') || parts.contains(&"..");
        if leaves {
            let why = format!("`{written}` must lie below this file: a relative path with `/`, without `..`");
            return Err((item.span(), why));
        }
        let root = parts.join("/");
        if !exists(&root) {
            return Err((item.span(), format!("there is no folder `{written}`")));
        }
        roots.push(root);
    }
    Ok(roots)
}

fn rule_levels(table: &DeTable<'_>, known: RuleNames) -> Result<BTreeMap<String, Option<Severity>>, Misfit> {
    let mut levels = BTreeMap::new();
    for (key, value) in table {
        let rule = key.get_ref().as_ref();
        if !known.contains(&rule) {
            return Err((key.span(), unknown("rule", rule, known)));
        }
        levels.insert(rule.to_owned(), level(value)?);
    }
    Ok(levels)
}

fn level(value: &Spanned<DeValue<'_>>) -> Result<Option<Severity>, Misfit> {
    let names = LEVELS.map(|(name, _)| name);
    let DeValue::String(text) = value.get_ref() else {
        return Err((value.span(), format!("a level is one of {}", names.join(", "))));
    };
    let found = LEVELS.iter().find(|(name, _)| *name == text.as_ref());
    found
        .map(|(_, level)| *level)
        .ok_or_else(|| (value.span(), unknown("level", text, &names)))
}

fn unknown(what: &str, written: &str, known: &[&str]) -> String {
    match nearest(written, known.iter().copied()) {
        Some(near) => format!("unknown {what} `{written}`, did you mean `{near}`?"),
        None => format!("unknown {what} `{written}`; known are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::NAMES;

    #[test]
    fn levels_and_the_version_are_read() {
        let config = Config::parse(
            FILE_NAME,
            "framework = \"0.17\"\n[rules]\nunsubscribed-topic = \"off\"\nnever-emitted-topic = \"error\"\n",
            &NAMES,
        )
        .unwrap();
        assert_eq!(config.framework.as_deref(), Some("0.17"));
        assert_eq!(config.rules["unsubscribed-topic"], None);
        assert_eq!(config.rules["never-emitted-topic"], Some(Severity::Error));
    }

    #[test]
    fn what_is_unknown_is_an_error_with_its_place() {
        for (text, message) in [
            (
                "\nframwork = \"1.0\"\n",
                "banister.toml:2:1: unknown setting `framwork`, did you mean `framework`?",
            ),
            (
                "[rules]\nundeclared-emits = \"off\"\n",
                "banister.toml:2:1: unknown rule `undeclared-emits`, did you mean `undeclared-emit`?",
            ),
            (
                "[rules]\ninvalid-cron = \"of\"\n",
                "banister.toml:2:16: unknown level `of`, did you mean `off`?",
            ),
            ("roots = 'a'\n", "banister.toml:1:9: `roots` is a list of folders"),
            (
                "roots = ['../a']\n",
                "banister.toml:1:10: `../a` must lie below this file: a relative path with `/`, without `..`",
            ),
            (
                "framework = \"latest\"\n",
                "banister.toml:1:13: `framework` is a version such as \"0.17\"",
            ),
            (
                "rules = 1\n",
                "banister.toml:1:9: `rules` is a table of rule levels",
            ),
        ] {
            assert_eq!(
                Config::parse(FILE_NAME, text, &NAMES).unwrap_err().to_string(),
                message
            );
        }
        assert_eq!(
            Config::parse(FILE_NAME, "framework = ", &NAMES).unwrap_err().line,
            1
        );
    }
}
