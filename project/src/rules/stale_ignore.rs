use super::{Check, Rule};
use crate::diagnostic::Severity;

pub(crate) const RULE: Rule = Rule {
    name: "stale-ignore",
    severity: Severity::Warning,
    doc: "\
A `banister-ignore` comment whose rule finds nothing there any more. It would hide the next defect in its place.

Rules that are off, in `banister.toml` or by `--select` and `--ignore`, make no comment stale: nobody knows what they
would have found.",
    // Found where ignores are applied: ignores.rs.
    check: Check::Elsewhere,
};
