use super::{Invariant, Observed};
use crate::failure::FlowFailure;
use crate::scheduler::kind::UNMATCHED_CALL;

pub(super) const INVARIANT: Invariant = Invariant {
    name: "no unmatched external call",
    doc: "A step called a service that no mock answers, so that nothing after it can be judged.",
    needs_valid_input: false,
    is_excused_by_faults: false,
    check,
};

/// Once for each run: that one service is missing is enough to know.
fn check(observed: &Observed<'_>) -> Vec<FlowFailure> {
    let mut broken = observed.found(&[UNMATCHED_CALL]);
    broken.truncate(1);
    for failure in &mut broken {
        failure.details.push(
            "generated tests use the mocks that stand at the top of the project's `*.flow.yaml` files"
                .to_owned(),
        );
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::INVARIANT;
    use crate::invariant::testing::Story;
    use crate::scheduler::kind::UNMATCHED_CALL;

    #[test]
    fn it_is_told_once() {
        let story = Story::new().finds(UNMATCHED_CALL, "Order called a", true).finds(
            UNMATCHED_CALL,
            "Order called b",
            true,
        );
        assert_eq!(story.breaks(&INVARIANT), ["Order called a"]);
        assert!(Story::new().breaks(&INVARIANT).is_empty());
    }
}
