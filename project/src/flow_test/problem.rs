//! The rules that a flow test file can break, and how a problem is made.

use banister_grammars::Span;

use super::SpecProblem;
use crate::nearest::nearest;

pub(super) const SYNTAX: &str = "flow-test-syntax";
pub(super) const UNKNOWN_KEY: &str = "flow-test-unknown-key";
pub(super) const DUPLICATE_KEY: &str = "flow-test-duplicate-key";
pub(super) const MISSING_KEY: &str = "flow-test-missing-key";
pub(super) const INVALID_VALUE: &str = "flow-test-invalid-value";
pub(super) const DUPLICATE_NAME: &str = "flow-test-duplicate-name";
pub(super) const UNKNOWN_STEP: &str = "flow-test-unknown-step";
pub(super) const UNKNOWN_TOPIC: &str = "flow-test-unknown-topic";
pub(super) const UNKNOWN_ROUTE: &str = "flow-test-unknown-route";
pub(super) const UNKNOWN_STATE_GROUP: &str = "flow-test-unknown-state-group";

pub(super) fn problem(rule: &'static str, span: Span, message: impl Into<String>) -> SpecProblem {
    SpecProblem {
        rule,
        message: message.into(),
        span,
        help: None,
    }
}

/// "did you mean" for the closest candidate, else the whole list if it is short.
pub(super) fn suggestion(word: &str, candidates: &[&str]) -> Option<String> {
    if let Some(near) = nearest(word, candidates.iter().copied()) {
        return Some(format!("did you mean '{near}'?"));
    }
    let few = !candidates.is_empty() && candidates.len() <= 12;
    few.then(|| format!("there are: {}", candidates.join(", ")))
}
