//! The shortest ways from routes and schedules to a step or a topic.

use std::collections::{BTreeMap, VecDeque};

use crate::index::{Index, Role};
use crate::project::Step;

/// More ways tell nobody more.
const MAX_PATHS: usize = 12;

/// The ways to a topic.
pub(super) fn to_topic(index: &Index, topic: &str) -> Vec<Vec<String>> {
    let ends = senders(index, topic);
    walk(
        index,
        ends.into_iter()
            .map(|step| (step, vec![topic.to_owned()]))
            .collect(),
    )
}

/// The ways to a step.
pub(super) fn to_step(index: &Index, step: &Step) -> Vec<Vec<String>> {
    // A step that is started from outside is its own beginning.
    match index.step(&step.file) {
        Some(step) if entrance(step).is_none() => walk(index, vec![(step, Vec::new())]),
        _ => Vec::new(),
    }
}

/// Walks against the messages, nearest steps first.
fn walk<'i>(index: &'i Index, starts: Vec<(&'i Step, Vec<String>)>) -> Vec<Vec<String>> {
    let mut seen: BTreeMap<&str, ()> = BTreeMap::new();
    let mut waiting: VecDeque<(&Step, Vec<String>)> = starts.into();
    let mut found = Vec::new();
    while let Some((step, behind)) = waiting.pop_front() {
        if found.len() >= MAX_PATHS || seen.insert(step.file.as_str(), ()).is_some() {
            continue;
        }
        let mut path = vec![step.label().to_owned()];
        path.extend(behind);
        if let Some(entrance) = entrance(step) {
            path.insert(0, entrance);
            found.push(path);
            continue;
        }
        for topic in step.subscribes() {
            for sender in senders(index, topic) {
                let mut behind = vec![topic.to_owned()];
                behind.extend(path.iter().cloned());
                waiting.push_back((sender, behind));
            }
        }
    }
    found
}

/// The steps whose messages on the topic arrive: those that send it, else those that say they do.
fn senders<'i>(index: &'i Index, topic: &str) -> Vec<&'i Step> {
    let mut files: Vec<&str> = index
        .mentions_as(topic, &[Role::Emits, Role::Declares])
        .map(|mention| mention.file.as_str())
        .collect();
    files.sort_unstable();
    files.dedup();
    files
        .into_iter()
        .filter_map(|file| index.step(file))
        .filter(|step| !step.drops(topic))
        .collect()
}

/// What starts a step from outside: `POST /orders`, `schedule 0 9 * * *`.
fn entrance(step: &Step) -> Option<String> {
    let route = step.route().map(|(method, path)| format!("{method} {path}"));
    route.or_else(|| step.cron().map(|cron| format!("schedule {cron}")))
}
