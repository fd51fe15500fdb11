//! What of a plain run is worth another order, and where a fault could strike: by the names of steps and groups, so that
//! inputs that show the same need not all be explored.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::Access;
use crate::hits::without_ids;
use crate::trace::{Event, What};

/// A run with more operations than this is known by the first of them.
const MOST: usize = 1_000;

/// Two handlers, neither of which is surely before the other, that touch the same data, one of them writing.
pub(crate) fn meetings(events: &[Event]) -> BTreeSet<String> {
    let (mut steps, mut senders) = (BTreeMap::new(), BTreeMap::new());
    let mut first_sent = BTreeMap::new();
    let mut operations: Vec<(u32, usize, Access)> = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let Some(invocation) = event.invocation else {
            continue;
        };
        match &event.what {
            What::Started { step, sent_by, .. } => {
                steps.insert(invocation, step.as_str());
                senders.extend(sent_by.map(|sender| (invocation, sender)));
            }
            What::Emitted { .. } => {
                first_sent.entry(invocation).or_insert(at);
            }
            what => operations.extend(Access::of(what).map(|access| (invocation, at, access))),
        }
    }
    operations.truncate(MOST);
    // What a handler did before it sent anything is before all that comes of it.
    let is_before = |one: &(u32, usize, Access), other: &(u32, usize, Access)| {
        let mut at = other.0;
        while let Some(sender) = senders.get(&at).filter(|sender| **sender < at) {
            if *sender == one.0 {
                return first_sent.get(&one.0).is_none_or(|sent| one.1 < *sent);
            }
            at = *sender;
        }
        false
    };
    let mut found = BTreeSet::new();
    for (nth, later) in operations.iter().enumerate() {
        for earlier in &operations[..nth] {
            let writes = earlier.2.writes || later.2.writes;
            if earlier.0 == later.0 || !writes || !earlier.2.meets(&later.2) || is_before(earlier, later) {
                continue;
            }
            let (Some(one), Some(other)) = (steps.get(&earlier.0), steps.get(&later.0)) else {
                continue;
            };
            let what: Vec<String> = later.2.path.iter().take(2).map(|it| without_ids(it)).collect();
            found.insert(format!("{one} and {other} at {}", what.join(" ")));
        }
    }
    found
}

/// Handlers that took a message, and services that were called: there a fault could strike.
pub(crate) fn strikes(events: &[Event]) -> BTreeSet<String> {
    let places = events.iter().filter_map(|event| match &event.what {
        What::Started { step, cause, .. } => Some(format!("{step} on {cause}")),
        What::Http { method, url, .. } => {
            let address = url.split(['?', '#']).next().unwrap_or(url);
            Some(format!("{method} {}", without_ids(address)))
        }
        _ => None,
    });
    places.collect()
}
