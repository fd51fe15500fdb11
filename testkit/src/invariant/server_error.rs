use super::{Input, Invariant, Observed};
use crate::failure::FlowFailure;
use crate::scheduler::kind::NO_RESPONSE;

pub(super) const INVARIANT: Invariant = Invariant {
    name: "no 5xx for a valid request",
    doc: "A step answered a valid request with a 5xx status, or with nothing, which the framework answers with 500.",
    needs_valid_input: true,
    is_excused_by_faults: true,
    check,
};

fn check(observed: &Observed<'_>) -> Vec<FlowFailure> {
    let mut broken = observed.found(&[NO_RESPONSE]);
    if !broken.is_empty() || observed.input != Input::Valid {
        return broken;
    }
    let answers = observed.answers().into_iter();
    // What throws is told as that.
    broken.extend(
        answers
            .filter(|(_, _, status)| *status >= 500)
            .map(|(step, cause, status)| {
                let name = &observed.plan.steps[step].name;
                observed.at_step(
                    step,
                    format!("{name} answered `{cause}` with {status}"),
                    Vec::new(),
                )
            }),
    );
    broken
}

#[cfg(test)]
mod tests {
    use super::INVARIANT;
    use crate::invariant::testing::Story;
    use crate::scheduler::kind::NO_RESPONSE;

    #[test]
    fn what_a_step_answers_itself_counts() {
        assert_eq!(
            Story::new().answers(503).breaks(&INVARIANT),
            ["Order answered `POST /orders` with 503"]
        );
        assert!(Story::new().answers(404).breaks(&INVARIANT).is_empty());
    }

    #[test]
    fn a_handler_that_throws_is_told_elsewhere() {
        assert!(Story::new().throws().answers(500).breaks(&INVARIANT).is_empty());
    }

    #[test]
    fn no_answer_is_one_failure() {
        let story = Story::new().finds(NO_RESPONSE, "no response", true).answers(500);
        assert_eq!(story.breaks(&INVARIANT), ["no response"]);
    }
}
