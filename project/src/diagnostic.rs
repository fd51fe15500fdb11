//! One finding, as every door of the house shows it: the CLI renders it, the editor converts it.

use std::cmp;

use banister_grammars::Span;
use serde::{Deserialize, Serialize};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A faded note for the editor.
    Hint,
    /// Worth knowing.
    Info,
    /// Probably a defect.
    Warning,
    /// A defect.
    Error,
}

/// A finding of a rule, or a syntax problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule's name, part of the contract: `undeclared-emit`.
    pub rule: &'static str,
    /// Its severity here.
    pub severity: Severity,
    /// What is wrong, in one sentence that names the topic, step or key.
    pub message: String,
    /// The file, relative to the workspace, with `/`.
    pub file: String,
    /// Where in it.
    pub span: Span,
    /// Other places that belong to the story, in any language.
    pub related: Vec<Related>,
    /// What to do, in one line.
    pub help: Option<String>,
    /// Edits that mend it.
    pub fix: Option<Fix>,
    /// True if the fix is a guess that a person has to look at: editors offer it, `--fix` leaves it alone.
    pub fix_is_guess: bool,
    /// True for code that may go: editors fade it.
    pub unnecessary: bool,
}

impl Diagnostic {
    /// The fix that may be applied unseen.
    pub fn safe_fix(&self) -> Option<&Fix> {
        self.fix.as_ref().filter(|_| !self.fix_is_guess)
    }

    /// What the finding is about, without places: the names that its message quotes, else the message itself. It stays
    /// the same while lines move and while the rest of the sentence is worded anew.
    pub fn subject(&self) -> String {
        let names = quoted(&self.message);
        if names.is_empty() {
            self.message.clone()
        } else {
            names.join(", ")
        }
    }
}

/// The texts between `'` and `'` or backticks. An apostrophe inside of a word quotes nothing.
fn quoted(message: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut before = ' ';
    let mut rest = message.char_indices();
    while let Some((start, mark)) = rest.next() {
        if matches!(mark, '\'' | '`') && !before.is_alphanumeric() {
            let inside = message.get(start + 1..).unwrap_or("");
            let end = inside.match_indices(mark).map(|(end, _)| end).find(|end| {
                let next = inside.get(end + 1..).and_then(|rest| rest.chars().next());
                !next.is_some_and(char::is_alphanumeric)
            });
            if let Some(end) = end.filter(|end| *end > 0) {
                names.extend(inside.get(..end));
                rest = message.char_indices();
                rest.by_ref()
                    .take_while(|(at, _)| *at < start + 1 + end)
                    .for_each(drop);
                before = mark;
                continue;
            }
        }
        before = mark;
    }
    names
}

/// Puts findings into the order of every report: by file, position, rule and message.
pub fn sort(findings: &mut [Diagnostic]) {
    findings.sort_by(order);
}

/// A second place of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// What is there.
    pub message: String,
    /// The file, relative to the workspace, with `/`.
    pub file: String,
    /// Where in it.
    pub span: Span,
}

/// A change that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative: "Rename to `order.created`".
    pub title: String,
    /// The edits, in any file of the project.
    pub edits: Vec<Edit>,
}

/// One replaced range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file, relative to the workspace, with `/`.
    pub file: String,
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// The order of every report: file, position, rule, and then whatever else tells two findings apart.
pub(crate) fn order(one: &Diagnostic, other: &Diagnostic) -> cmp::Ordering {
    let key = |finding: &Diagnostic| (finding.span, finding.rule);
    one.file
        .cmp(&other.file)
        .then_with(|| key(one).cmp(&key(other)))
        .then_with(|| one.message.cmp(&other.message))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn the_quoted_names_are_what_a_finding_is_about() {
        for (message, names) in [
            ("A emits 'a.done' and does not declare it", vec!["a.done"]),
            ("the step's handler emits 'a' and `b`", vec!["a", "b"]),
            ("'it's' is a topic", vec!["it's"]),
            ("nothing is quoted, don't worry", vec![]),
            ("'größer' '😀'", vec!["größer", "😀"]),
            ("an 'open quote", vec![]),
            ("'' is empty", vec![]),
        ] {
            assert_eq!(quoted(message), names, "{message}");
        }
    }
}
