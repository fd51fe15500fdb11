use super::{Check, Rule};
use crate::diagnostic::Severity;

pub(crate) const RULE: Rule = Rule {
    name: "unexplained-ignore",
    severity: Severity::Warning,
    doc: "\
A `banister-ignore` comment without a reason. Nobody can tell later whether the finding that it hides was judged or
only in the way.

Write the reason behind a colon: `// banister-ignore undeclared-emit: the gateway declares it`. The comment silences
its rule all the same.",
    // Found where ignores are applied: ignores.rs.
    check: Check::Elsewhere,
};
