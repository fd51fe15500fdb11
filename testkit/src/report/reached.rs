//! What a run came by: enough to tell which tests a change can matter to, and what a report may call tested.

use std::collections::{BTreeMap, BTreeSet};

use crate::hits::Hits;
use crate::trace::{Trace, What};

/// The steps that ran and the topics that were sent in one or more runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached {
    /// Names of steps, each with how often it started.
    pub steps: BTreeMap<String, u32>,
    /// Names of steps that failed at least once.
    pub failed: BTreeSet<String>,
    /// Topics that were sent and not dropped.
    pub topics: BTreeSet<String>,
    /// What deliveries came to, and which steps met at which items of the state; only where coverage is asked for.
    pub hits: Hits,
}

impl Reached {
    /// What the run of this trace came by.
    pub fn of(trace: &Trace) -> Self {
        let mut reached = Self::default();
        let mut running: BTreeMap<Option<u32>, &str> = BTreeMap::new();
        for event in &trace.events {
            match &event.what {
                What::Started { step, .. } => {
                    *reached.steps.entry(step.clone()).or_default() += 1;
                    running.insert(event.invocation, step);
                }
                What::Threw { .. } => {
                    let step = running.get(&event.invocation);
                    reached.failed.extend(step.map(|step| (*step).to_owned()));
                }
                What::Emitted {
                    topic,
                    dropped: false,
                    ..
                } => {
                    reached.topics.insert(topic.clone());
                }
                _ => {}
            }
        }
        reached
    }

    /// Takes over what another run came by.
    pub fn extend(&mut self, other: &Self) {
        for (step, runs) in &other.steps {
            *self.steps.entry(step.clone()).or_default() += runs;
        }
        self.failed.extend(other.failed.iter().cloned());
        self.topics.extend(other.topics.iter().cloned());
        self.hits.extend(&other.hits);
    }
}
