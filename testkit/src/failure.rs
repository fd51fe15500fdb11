//! Why a test fails, whoever found out: an expectation, an invariant, or the run itself.

use banister_grammars::Span;

use crate::scheduler::Place;

/// One reason why a test fails.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowFailure {
    /// In one sentence.
    pub headline: String,
    /// Where.
    pub place: FailurePlace,
    /// What differs, or a stack.
    pub details: Vec<String>,
}

/// Where a failure is to be looked for.
#[derive(Debug, Clone, PartialEq)]
pub enum FailurePlace {
    /// In the test's own file.
    Test(Span),
    /// In a step.
    Step(Place),
    /// Nowhere in particular.
    Unknown,
}
