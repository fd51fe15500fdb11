//! Which names are proposed where a project has more of them than a person reads and an editor is sent at a key press.

use std::collections::{BTreeMap, BTreeSet};

use crate::features::{CompletionKind, MAX_COMPLETIONS};
use crate::index::{Entity, EntityKind, Index, Letters, Topic, slots};

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

/// Those that fit what is typed, in their order: all of them if they are few, else as many as are wanted, and rather
/// those that begin with it.
pub(in crate::features) fn some<T>(all: Vec<T>, typed: &str, name: impl Fn(&T) -> &str) -> Vec<T> {
    if all.len() <= MAX_COMPLETIONS {
        return all;
    }
    let begins = (0_usize..)
        .zip(&all)
        .filter(|(_, item)| name(item).starts_with(typed));
    let mut wanted: BTreeSet<usize> = begins.map(|(at, _)| at).take(MAX_COMPLETIONS).collect();
    for (at, item) in all.iter().enumerate() {
        if wanted.len() == MAX_COMPLETIONS {
            break;
        }
        if fits(typed, name(item)) {
            wanted.insert(at);
        }
    }
    let numbered = (0..).zip(all).filter(|(at, _)| wanted.contains(at));
    numbered.map(|(_, item)| item).collect()
}

/// True if the characters of `typed` occur in `name` in this order, in either case: what editors filter by.
pub(in crate::features) fn fits(typed: &str, name: &str) -> bool {
    let mut rest = name.chars();
    typed
        .chars()
        .all(|wanted| rest.any(|found| found.eq_ignore_ascii_case(&wanted)))
}

/// The topics that fit what is typed: all of them if they are few, else those of the file itself, of files that share a
/// flow with it, those that begin with what is typed, and then others, as many as are wanted. By name.
pub(in crate::features) fn topics<'i>(
    index: &'i Index,
    file: &str,
    typed: &str,
) -> impl Iterator<Item = &'i Topic> {
    if !are_many(index, CompletionKind::Topic) {
        return index.topics.iter().collect::<Vec<_>>().into_iter();
    }
    let letters = Letters::of(typed);
    let mut found: BTreeMap<&str, &Topic> = BTreeMap::new();
    let of_file = |file: &str| {
        let slots = index.facts(file).map(slots).unwrap_or_default();
        let topics = slots.into_iter().flat_map(|slot| slot.fact.text.candidates());
        topics.filter_map(|topic| index.topics.get(topic))
    };
    let mut take = |topic: &'i Topic| {
        if letters.may_be_among(topic.letters) && fits(typed, &topic.name) {
            found.insert(&topic.name, topic);
        }
        found.len() >= MAX_COMPLETIONS
    };
    for topic in of_file(file) {
        take(topic);
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
                take(topic);
            }
        }
    }
    let begins = index.topics.from_key(typed);
    let begins = begins.take_while(|topic| topic.name.starts_with(typed));
    for topic in begins.chain(&index.topics) {
        if take(topic) {
            break;
        }
    }
    found.into_values().collect::<Vec<_>>().into_iter()
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

    #[test]
    fn of_many_those_are_wanted_that_fit_and_rather_those_that_begin_so() {
        let many: Vec<String> = (0..1000)
            .map(|n| format!("{}{n:03}", ["a.", "b."][n % 2]))
            .collect();
        let some = |typed: &str| super::some(many.iter().collect(), typed, |name| name.as_str());
        assert_eq!(some("")[..2], ["a.000", "b.001"]);
        assert_eq!(some("").len(), MAX_COMPLETIONS);
        assert_eq!(some("b.999"), ["b.999"]);
        assert_eq!(some("b983"), ["b.983"], "what fits and does not begin so");
        let begins = some("b.");
        assert!(begins.len() == MAX_COMPLETIONS && begins.iter().all(|name| name.starts_with("b.")));
        assert_eq!(
            super::some(vec!["x"], "y", |name| name),
            ["x"],
            "an editor filters few by itself"
        );
    }

    #[test]
    fn letters_rule_out_only_what_does_not_fit() {
        let names = ["order.created", "Order-2", "größe", "b_9/é", ""];
        for (typed, name) in names.iter().flat_map(|typed| names.map(|name| (*typed, name))) {
            for typed in [
                typed,
                &typed.to_uppercase(),
                &typed.chars().take(2).collect::<String>(),
            ] {
                let may = Letters::of(typed).may_be_among(Letters::of(name));
                assert!(may || !fits(typed, name), "{typed} {name}");
            }
        }
        assert!(!Letters::of("x").may_be_among(Letters::of("order")));
    }
}
