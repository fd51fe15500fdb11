//! Comments that speak to the rules.

use serde::{Deserialize, Serialize};

use crate::text::Span;

/// `banister-ignore rule, other-rule: reason` in a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IgnoreFact {
    /// The directive, from its first word to the end of the reason.
    pub span: Span,
    /// What to remove to be rid of it: the comment with the blanks before it, and its line if nothing else is there.
    /// Nothing if the comment says more than that.
    pub removal: Option<Span>,
    /// What it silences.
    pub scope: IgnoreScope,
    /// The rules as written, in source order.
    pub rules: Vec<IgnoredRule>,
    /// True if a reason follows the rules.
    pub explained: bool,
}

/// How far an ignore reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum IgnoreScope {
    /// The whole file: `banister-ignore-file`.
    File,
    /// Findings that begin in this line, given without its end: the one that the comment stands on, or the next line
    /// of code if the comment has its own.
    Line(Span),
    /// No code follows.
    Nothing,
}

/// A rule that an ignore names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IgnoredRule {
    /// The name as written; it may be of no rule.
    pub name: String,
    /// The name.
    pub span: Span,
}

impl IgnoreFact {
    /// True if findings that begin at byte `offset` lie in its scope.
    pub fn covers(&self, offset: u32) -> bool {
        match &self.scope {
            IgnoreScope::File => true,
            IgnoreScope::Line(line) => line.touches(offset),
            IgnoreScope::Nothing => false,
        }
    }

    /// True if a finding of `rule` that begins at byte `offset` is not to be reported.
    pub fn silences(&self, rule: &str, offset: u32) -> bool {
        self.covers(offset) && self.rules.iter().any(|ignored| ignored.name == rule)
    }
}
