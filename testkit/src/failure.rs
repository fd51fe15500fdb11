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

impl FlowFailure {
    /// True if the other is most likely the same failure of another run: it is at the same place, and of a failure without
    /// one the headline begins in the same way.
    pub fn is_like(&self, other: &Self) -> bool {
        self.place == other.place && (self.place != FailurePlace::Unknown || self.kind() == other.kind())
    }

    /// The headline until it comes to a name or a value.
    fn kind(&self) -> &str {
        let is_value = |c: char| c.is_ascii_digit() || ":\"'`{[".contains(c);
        self.headline.split(is_value).next().unwrap_or_default()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_known_by_its_place_else_by_its_words() {
        let at = |place, headline: &str| FlowFailure {
            headline: headline.to_owned(),
            place,
            details: Vec::new(),
        };
        let test = |start| {
            FailurePlace::Test(Span {
                start,
                end: start + 1,
            })
        };
        assert!(at(test(1), "n is 3").is_like(&at(test(1), "n is 4")));
        assert!(!at(test(1), "n is 3").is_like(&at(test(2), "n is 3")));
        let unknown = |headline| at(FailurePlace::Unknown, headline);
        assert!(unknown("the flow does not end: 3 runs").is_like(&unknown("the flow does not end: 7 runs")));
        assert!(!unknown("the flow does not end: 3 runs").is_like(&unknown("no such host: a.test")));
    }
}
