use std::collections::BTreeSet;

use banister_project::rules::is_slip;

use super::{Invariant, Observed};
use crate::failure::FlowFailure;
use crate::plan::Plan;
use crate::trace::What;

/// The name under which settings allow it.
const ALLOWED: &str = "lost-message";

pub(super) const INVARIANT: Invariant = Invariant {
    name: "no lost message",
    doc: "A step sent a message that no step takes, on a topic that looks like one that is taken, or where no topic may end a flow.",
    needs_valid_input: false,
    is_excused_by_faults: false,
    check,
};

/// A topic that nobody takes is most often the end of a flow, as which it is only told; one that is a slip for a topic that
/// somebody takes is a defect.
fn check(observed: &Observed<'_>) -> Vec<FlowFailure> {
    let all_are_taken = observed.plan.hints.takes_every_topic;
    let each = lost(observed).into_iter().filter_map(|(step, topic)| {
        let name = &observed.plan.steps[step].name;
        let headline = format!("{name} emitted `{topic}`, which nobody subscribes to");
        let help = match (meant(observed.plan, topic), all_are_taken) {
            (Some(meant), _) => format!("did you mean `{meant}`?"),
            (None, true) => format!(
                "if the flow ends there on purpose: name the topic in `virtualSubscribes` of a noop, expect it in a flow test, or say `allow = [\"{ALLOWED}\"]` under `[test]` of banister.toml"
            ),
            (None, false) => return None,
        };
        Some(observed.at_step(step, headline, vec![help]))
    });
    each.collect()
}

/// Messages that nobody takes where flows may end, told in the test of the step that sends them, or in any if it has none.
pub(super) fn doubts(observed: &Observed<'_>) -> Vec<String> {
    let plan = observed.plan;
    if plan.hints.takes_every_topic {
        return Vec::new();
    }
    let has_test = |step: usize| {
        let mut triggers = plan.steps[step].triggers.iter();
        triggers.any(|it| it.route.is_some() || it.cron.is_some() || !it.topics.is_empty())
    };
    let told = lost(observed)
        .into_iter()
        .filter(|(step, topic)| (*step == observed.root || !has_test(*step)) && meant(plan, topic).is_none());
    told.map(|(step, topic)| {
        let name = &plan.steps[step].name;
        format!("{name} emitted `{topic}`, which nobody subscribes to: the end of the flow?")
    })
    .collect()
}

/// The sender and the topic of each message that no step takes. One that is dropped is an undeclared topic, and one that is
/// given up is an error of its handler: both are told as that.
fn lost<'r>(observed: &Observed<'r>) -> BTreeSet<(usize, &'r str)> {
    let hints = &observed.plan.hints;
    if hints.takes_unseen || observed.plan.allow.iter().any(|it| it == ALLOWED) {
        return BTreeSet::new();
    }
    let sent = observed.events.iter().filter_map(|event| match &event.what {
        What::Emitted {
            topic,
            to,
            dropped: false,
            ..
        } if to.is_empty() && !hints.known_topics.contains(topic) => {
            Some((observed.step_of(event.invocation?)?, topic.as_str()))
        }
        _ => None,
    });
    sent.collect()
}

/// The topic that somebody takes and that this one is a slip for.
fn meant<'p>(plan: &'p Plan, topic: &str) -> Option<&'p str> {
    let taken = plan.triggers().flat_map(|(_, trigger)| &trigger.topics);
    taken.map(String::as_str).find(|taken| is_slip(topic, taken))
}

#[cfg(test)]
mod tests {
    use super::{ALLOWED, INVARIANT, doubts};
    use crate::invariant::testing::Story;

    #[test]
    fn a_slip_for_a_topic_that_is_taken_is_told_once() {
        let story = Story::new().emits("orderd", &[]).emits("orderd", &[]);
        let said = "Order emitted `orderd`, which nobody subscribes to";
        assert_eq!(story.breaks(&INVARIANT), [said]);
        assert!(doubts(&story.observed()).is_empty());
        let taken = Story::new().emits("ordered", &["Pay"]);
        assert!(taken.breaks(&INVARIANT).is_empty() && doubts(&taken.observed()).is_empty());
    }

    #[test]
    fn another_topic_may_be_the_end_of_a_flow() {
        let story = Story::new().emits("gone", &[]).emits("gone", &[]);
        assert!(story.breaks(&INVARIANT).is_empty());
        let said = "Order emitted `gone`, which nobody subscribes to: the end of the flow?";
        assert_eq!(doubts(&story.observed()), [said]);
    }

    #[test]
    fn it_is_a_failure_where_no_flow_may_end() {
        let mut story = Story::new().emits("gone", &[]);
        story.plan.hints.takes_every_topic = true;
        let said = "Order emitted `gone`, which nobody subscribes to";
        assert_eq!(story.breaks(&INVARIANT), [said]);
        assert!(doubts(&story.observed()).is_empty());
    }

    #[test]
    fn what_a_step_with_a_test_of_its_own_sends_is_told_there() {
        let mut story = Story::new().emits("gone", &[]);
        story.root = 1;
        assert!(doubts(&story.observed()).is_empty());
        story.plan.steps[0].triggers.clear();
        assert_eq!(doubts(&story.observed()).len(), 1);
    }

    #[test]
    fn the_end_of_a_flow_may_be_known() {
        let mut story = Story::new().emits("orderd", &[]);
        story.plan.hints.known_topics.insert("orderd".to_owned());
        assert!(story.breaks(&INVARIANT).is_empty());
    }

    #[test]
    fn it_may_be_allowed() {
        let mut story = Story::new().emits("orderd", &[]).emits("gone", &[]);
        story.plan.allow.push(ALLOWED.to_owned());
        assert!(story.breaks(&INVARIANT).is_empty() && doubts(&story.observed()).is_empty());
    }

    #[test]
    fn a_subscription_out_of_sight_may_take_it() {
        let mut story = Story::new().emits("orderd", &[]);
        story.plan.hints.takes_unseen = true;
        assert!(story.breaks(&INVARIANT).is_empty());
    }
}
