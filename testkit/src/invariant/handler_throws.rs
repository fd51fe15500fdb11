use super::Invariant;
use crate::scheduler::kind::HANDLER_ERROR;

/// How its failures begin, before the step, how it failed, and the class of the error.
pub(crate) const NAME: &str = "no handler throws";

pub(super) const INVARIANT: Invariant = Invariant {
    name: NAME,
    doc: "A handler failed for good on a valid input: a request, a schedule, or the last attempt at a message.",
    needs_valid_input: true,
    is_excused_by_faults: true,
    check: |observed| observed.found(&[HANDLER_ERROR]),
};

#[cfg(test)]
mod tests {
    use super::INVARIANT;
    use crate::invariant::testing::Story;
    use crate::scheduler::kind::HANDLER_ERROR;

    #[test]
    fn an_error_for_good_counts_and_one_that_a_retry_mends_does_not() {
        let failed = Story::new()
            .throws()
            .finds(HANDLER_ERROR, "Order failed: Error", true);
        assert_eq!(failed.breaks(&INVARIANT), ["Order failed: Error"]);
        assert!(Story::new().throws().breaks(&INVARIANT).is_empty());
    }
}
