use super::{Input, Invariant, Observed};
use crate::failure::FlowFailure;

pub(super) const INVARIANT: Invariant = Invariant {
    name: "only what is declared",
    doc: "A step sent a topic, answered with a status or a body, or put an item on a stream that its config does not declare.",
    needs_valid_input: false,
    is_excused_by_faults: false,
    check,
};

fn check(observed: &Observed<'_>) -> Vec<FlowFailure> {
    let mut broken = observed.found(&["undeclared-emit"]);
    // What a step makes of an input that it does not expect may have any form.
    if observed.input == Input::Valid {
        broken.extend(observed.found(&["invalid-response", "invalid-item"]));
    }
    for (step, cause, status) in observed.answers() {
        let Some(declared) = observed.statuses.get(&step) else {
            continue;
        };
        let no_response = observed
            .findings
            .iter()
            .any(|it| it.kind == Some(crate::scheduler::kind::NO_RESPONSE));
        // A service that fails may fail the step that calls it.
        let is_excused = status >= 500 && observed.is_struck();
        if declared.contains(&status)
            || no_response
            || is_excused
            || observed.plan.hints.has_middleware.contains(&step)
        {
            continue;
        }
        let all: Vec<String> = declared.iter().map(u16::to_string).collect();
        let name = &observed.plan.steps[step].name;
        broken.push(observed.at_step(
            step,
            format!("{name} answered `{cause}` with {status}, which its responseSchema does not have"),
            vec![format!("it has {}", all.join(", "))],
        ));
    }
    broken
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::INVARIANT;
    use crate::invariant::testing::Story;

    fn answered(status: u16, declared: &[u16]) -> Story {
        let mut story = Story::new().answers(status);
        if !declared.is_empty() {
            story
                .statuses
                .insert(0, BTreeSet::from_iter(declared.iter().copied()));
        }
        story
    }

    #[test]
    fn a_status_that_is_not_declared_is_told() {
        assert_eq!(
            answered(409, &[201, 400]).breaks(&INVARIANT),
            ["Order answered `POST /orders` with 409, which its responseSchema does not have"]
        );
        assert!(answered(201, &[201, 400]).breaks(&INVARIANT).is_empty());
    }

    #[test]
    fn who_declares_nothing_may_answer_anything() {
        assert!(answered(409, &[]).breaks(&INVARIANT).is_empty());
    }

    #[test]
    fn middleware_may_answer_in_its_place() {
        let mut story = answered(401, &[201]);
        story.plan.hints.has_middleware.insert(0);
        assert!(story.breaks(&INVARIANT).is_empty());
    }

    #[test]
    fn an_undeclared_topic_is_told() {
        let story = Story::new().finds("undeclared-emit", "Order emitted `x`", true);
        assert_eq!(story.breaks(&INVARIANT), ["Order emitted `x`"]);
    }
}
