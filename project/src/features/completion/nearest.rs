//! Which names are proposed where a project has more of them than a person reads and an editor is sent at a key press.

use std::collections::BTreeSet;

use crate::features::{CompletionKind, MAX_COMPLETIONS};
use crate::index::{Entity, EntityKind, Index, slots};

/// Of so many files of the same flows the topics are looked at.
const MAX_NEIGHBOURS: usize = 32;

/// True if a project has more names of that kind than are proposed at once. Then only those are that fit what is typed.
pub(in crate::features) fn are_many(index: &Index, kind: CompletionKind) -> bool {
    match kind {
        CompletionKind::Topic => index.topics.len() > MAX_COMPLETIONS,
        CompletionKind::StateGroup => {
            let groups = index
                .all_entities()
                .filter(|(entity, _)| entity.kind == EntityKind::StateGroup);
            groups.take(MAX_COMPLETIONS + 1).count() > MAX_COMPLETIONS
        }
        CompletionKind::Step | CompletionKind::Route => index.project.steps.len() > MAX_COMPLETIONS,
        _ => false,
    }
}

/// True if the characters of `typed` occur in `name` in this order, in either case: what editors filter by.
pub(in crate::features) fn fits(typed: &str, name: &str) -> bool {
    let mut rest = name.chars();
    typed
        .chars()
        .all(|wanted| rest.any(|found| found.eq_ignore_ascii_case(&wanted)))
}

/// The topics that fit what is typed: all of them if they are few, else those of the file itself, of files that share a
/// flow with it, those that begin with what is typed, and then others, as many as are wanted.
pub(in crate::features) fn topics<'i>(index: &'i Index, file: &str, typed: &str) -> BTreeSet<&'i str> {
    let names = || index.topics.iter().map(|topic| topic.name.as_str());
    if !are_many(index, CompletionKind::Topic) {
        return names().collect();
    }
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let of_file = |file: &str| {
        let slots = index.facts(file).map(slots).unwrap_or_default();
        let topics = slots.into_iter().flat_map(|slot| slot.fact.text.candidates());
        topics.filter_map(|topic| index.topics.get(topic))
    };
    let mut take = |topic: &'i str| {
        if fits(typed, topic) {
            found.insert(topic);
        }
        found.len() >= MAX_COMPLETIONS
    };
    for topic in of_file(file) {
        take(&topic.name);
    }
    let flows = index.step(file).map(|step| step.flows()).unwrap_or_default();
    for flow in flows {
        let name = flow.to_owned();
        let places = index.places(&Entity {
            kind: EntityKind::Flow,
            name,
        });
        // Files beside this one are nearer than those at the other end of the alphabet.
        let here = places.partition_point(|place| *place.file < *file);
        let from = here.saturating_sub(MAX_NEIGHBOURS / 2);
        for place in places.iter().skip(from).take(MAX_NEIGHBOURS) {
            for topic in of_file(&place.file) {
                take(&topic.name);
            }
        }
    }
    let begins = index.topics.from_key(typed).map(|topic| topic.name.as_str());
    let begins = begins.take_while(|topic| topic.starts_with(typed));
    for topic in begins.chain(names()) {
        if take(topic) {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_filter_by_the_characters_in_order() {
        assert!(fits("", "order.created"));
        assert!(fits("oc", "order.created") && fits("ORD", "order.created"));
        assert!(!fits("xo", "order.created") && !fits("order.created.x", "order.created"));
    }
}
