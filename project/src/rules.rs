//! The rules.
use crate::diagnostic::{Diagnostic, Severity};
use crate::index::Index;
use std::cmp::Ordering;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Name.
    pub name: &'static str,
    /// Default.
    pub severity: Severity,
}
/// All.
pub const RULES: &[Rule] = &[];

pub(crate) fn findings(index: &Index) -> &[Diagnostic] {
    index.findings.get_or_init(Vec::new)
}
pub(crate) fn order(a: &Diagnostic, b: &Diagnostic) -> Ordering {
    (&a.file, a.span, a.rule).cmp(&(&b.file, b.span, b.rule))
}
