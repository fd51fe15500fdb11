use super::{Check, Rule};
use crate::diagnostic::Severity;

pub(crate) const RULE: Rule = Rule {
    name: "invalid-ignore",
    severity: Severity::Warning,
    doc: "\
A `banister-ignore` comment that names no rule, or one that does not exist. It silences nothing, and whoever wrote it
believes that it does.

The form is `banister-ignore rule-name: reason`, with several rules separated by commas; `banister-ignore-file` holds
for the whole file. `banister explain` lists the rules.",
    // Found where ignores are applied: ignores.rs.
    check: Check::Elsewhere,
};
