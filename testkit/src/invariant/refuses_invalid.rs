use super::{Input, Invariant, Observed};
use crate::failure::FlowFailure;
use crate::trace::What;

pub(super) const INVARIANT: Invariant = Invariant {
    name: "an invalid body is refused",
    doc: "A step that validates its body answered an invalid one with something else than a 4xx status.",
    needs_valid_input: false,
    is_excused_by_faults: false,
    check,
};

fn check(observed: &Observed<'_>) -> Vec<FlowFailure> {
    if observed.input != Input::Invalid {
        return Vec::new();
    }
    let answer = observed.events.iter().find_map(|event| match event.what {
        What::Response { status, .. } => Some(status),
        _ => None,
    });
    match answer {
        Some(status) if !(400..500).contains(&status) => {
            let name = &observed.plan.steps[observed.root].name;
            let headline = format!("{name} answered {status} to a body that its schema does not allow");
            let mut details = Vec::new();
            if status >= 500 {
                details = observed
                    .found(&[crate::scheduler::kind::HANDLER_ERROR])
                    .into_iter()
                    .flat_map(|error| std::iter::once(error.headline).chain(error.details))
                    .collect();
            }
            vec![observed.at_step(observed.root, headline, details)]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::INVARIANT;
    use crate::invariant::Input;
    use crate::invariant::testing::Story;

    fn broken(input: Input, status: u16) -> Vec<String> {
        let mut story = Story::new().answers(status);
        story.input = input;
        story.breaks(&INVARIANT)
    }

    #[test]
    fn only_a_4xx_refuses() {
        assert_eq!(
            broken(Input::Invalid, 201),
            ["Order answered 201 to a body that its schema does not allow"]
        );
        assert_eq!(broken(Input::Invalid, 500).len(), 1);
        assert!(broken(Input::Invalid, 422).is_empty());
    }

    #[test]
    fn of_other_bodies_nothing_is_said() {
        assert!(broken(Input::Valid, 201).is_empty());
        assert!(broken(Input::Unknown, 500).is_empty());
    }
}
