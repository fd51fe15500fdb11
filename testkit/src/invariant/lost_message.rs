use std::collections::BTreeSet;

use super::{Invariant, Observed};
use crate::failure::FlowFailure;
use crate::trace::What;

/// The name under which settings allow it.
const ALLOWED: &str = "lost-message";

pub(super) const INVARIANT: Invariant = Invariant {
    name: "no lost message",
    doc: "A step sent a message that no step takes, on a topic that no picture and no flow test knows.",
    needs_valid_input: false,
    is_excused_by_faults: false,
    check,
};

/// A message that is dropped is an undeclared topic, and one that is given up is an error of its handler: both are told
/// as that.
fn check(observed: &Observed<'_>) -> Vec<FlowFailure> {
    let hints = &observed.plan.hints;
    if hints.takes_unseen || observed.plan.allow.iter().any(|it| it == ALLOWED) {
        return Vec::new();
    }
    let mut told = BTreeSet::new();
    let mut broken = Vec::new();
    for event in observed.events {
        let What::Emitted {
            topic,
            to,
            dropped: false,
            ..
        } = &event.what
        else {
            continue;
        };
        let sender = event.invocation.and_then(|it| observed.step_of(it));
        let (true, Some(step)) = (to.is_empty() && !hints.known_topics.contains(topic), sender) else {
            continue;
        };
        if told.insert((step, topic)) {
            let name = &observed.plan.steps[step].name;
            let headline = format!("{name} emitted `{topic}`, which nobody subscribes to");
            let help = format!(
                "if the flow ends there on purpose: name the topic in `virtualSubscribes` of a noop, expect it in a flow test, or say `allow = [\"{ALLOWED}\"]` under `[test]` of banister.toml"
            );
            broken.push(observed.at_step(step, headline, vec![help]));
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::{ALLOWED, INVARIANT};
    use crate::invariant::testing::Story;

    #[test]
    fn a_message_to_nobody_is_told_once() {
        let story = Story::new().emits("gone", &[]).emits("gone", &[]);
        assert_eq!(
            story.breaks(&INVARIANT),
            ["Order emitted `gone`, which nobody subscribes to"]
        );
        assert!(
            Story::new()
                .emits("ordered", &["Pay"])
                .breaks(&INVARIANT)
                .is_empty()
        );
    }

    #[test]
    fn the_end_of_a_flow_may_be_known() {
        let mut story = Story::new().emits("gone", &[]);
        story.plan.hints.known_topics.insert("gone".to_owned());
        assert!(story.breaks(&INVARIANT).is_empty());
    }

    #[test]
    fn it_may_be_allowed() {
        let mut story = Story::new().emits("gone", &[]);
        story.plan.allow.push(ALLOWED.to_owned());
        assert!(story.breaks(&INVARIANT).is_empty());
    }

    #[test]
    fn a_subscription_out_of_sight_may_take_it() {
        let mut story = Story::new().emits("gone", &[]);
        story.plan.hints.takes_unseen = true;
        assert!(story.breaks(&INVARIANT).is_empty());
    }
}
