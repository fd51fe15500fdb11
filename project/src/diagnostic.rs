//! One finding, as every door of the house shows it: the CLI renders it, the editor converts it.

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
}

/// Puts findings into the order of every report: by file, position, rule and message.
pub fn sort(findings: &mut [Diagnostic]) {
    findings.sort_by(crate::rules::order);
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
