//! Where the conflict graph of a run has a cycle. Its nodes are runs of handlers; one comes before another if it did something
//! that the other's later operation clashes with, or if it started it. Without a cycle the run comes to the same as
//! the handlers one after the other, in the order of the graph.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::Access;
use crate::trace::{Trace, What};

/// A run with more operations than this is not judged: each is held against all others.
const MOST: usize = 3_000;

/// Runs of handlers that got into each other's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cycle {
    /// By name, in the order in which they started: `TrackUsage#1`.
    pub(crate) names: Vec<String>,
    /// The step of the first.
    pub(crate) step: String,
    /// What they wrote, from the general to the particular: `["state", "usage", "ann"]`.
    pub(crate) items: Vec<Vec<String>>,
    /// True if they began at different times.
    pub(crate) at_times: bool,
}

/// One operation.
struct Operation {
    invocation: u32,
    access: Access,
}

/// The cycles of a run, each with all that are in it.
pub(crate) fn cycles(trace: &Trace) -> Vec<Cycle> {
    let mut operations = Vec::new();
    for event in &trace.events {
        let access = event.invocation.zip(Access::of(&event.what));
        operations.extend(access.map(|(invocation, access)| Operation { invocation, access }));
    }
    if operations.len() > MOST {
        return Vec::new();
    }
    let mut before: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (at, later) in operations.iter().enumerate() {
        for earlier in &operations[..at] {
            let writes = earlier.access.writes || later.access.writes;
            if earlier.invocation != later.invocation && writes && earlier.access.meets(&later.access) {
                before
                    .entry(earlier.invocation)
                    .or_default()
                    .insert(later.invocation);
            }
        }
    }
    // Most runs end here: without two that were each before the other, directly or not, nothing more is asked.
    for event in &trace.events {
        if let (
            Some(invocation),
            What::Started {
                sent_by: Some(sender),
                ..
            },
        ) = (event.invocation, &event.what)
        {
            before.entry(*sender).or_default().insert(invocation);
        }
    }
    let reached: BTreeMap<u32, BTreeSet<u32>> = before.keys().map(|it| (*it, after(*it, &before))).collect();
    let mut known: BTreeSet<u32> = BTreeSet::new();
    let mut cycles = Vec::new();
    for (one, from_it) in &reached {
        if known.contains(one) || !from_it.contains(one) {
            continue;
        }
        let back = |it: &&u32| reached.get(it).is_some_and(|reached| reached.contains(one));
        let all: BTreeSet<u32> = from_it.iter().filter(back).copied().collect();
        known.extend(&all);
        cycles.extend(cycle(trace, &all, &operations));
    }
    cycles
}

/// All that come after one.
fn after(one: u32, before: &BTreeMap<u32, BTreeSet<u32>>) -> BTreeSet<u32> {
    let mut reached = BTreeSet::new();
    let mut left = vec![one];
    while let Some(it) = left.pop() {
        for next in before.get(&it).into_iter().flatten() {
            if reached.insert(*next) {
                left.push(*next);
            }
        }
    }
    reached
}

fn cycle(trace: &Trace, all: &BTreeSet<u32>, operations: &[Operation]) -> Option<Cycle> {
    let (mut names, mut times, mut first_step) = (Vec::new(), BTreeSet::new(), None);
    let mut runs: BTreeMap<&str, u32> = BTreeMap::new();
    for event in &trace.events {
        let (Some(invocation), What::Started { step, .. }) = (event.invocation, &event.what) else {
            continue;
        };
        let run = runs.entry(step).or_default();
        *run += 1;
        if all.contains(&invocation) {
            names.push(format!("{step}#{run}"));
            times.insert(event.at);
            first_step.get_or_insert_with(|| step.clone());
        }
    }
    let written = (operations.iter()).filter(|it| it.access.writes && all.contains(&it.invocation));
    let items: BTreeSet<Vec<String>> = written.map(|it| it.access.path.clone()).collect();
    Some(Cycle {
        names,
        step: first_step?,
        items: items.into_iter().collect(),
        at_times: times.len() > 1,
    })
}
