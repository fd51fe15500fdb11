//! What must hold of a run whatever it is a run of: the built-in invariants of generated tests, and those that users
//! write ([`user`]). Most of what the built-in ones tell is found by the scheduler while it runs; here it gets its name.

mod declared_only;
mod external_call;
mod handler_throws;
mod lost_message;
mod payload_fits;
mod refuses_invalid;
mod server_error;
mod terminates;
#[cfg(test)]
mod testing;
pub mod user;

pub(crate) use handler_throws::NAME as HANDLER_THROWS;

use std::collections::{BTreeMap, BTreeSet};

use crate::failure::{FailurePlace, FlowFailure};
use crate::plan::Plan;
use crate::scheduler::{Finding, Place};
use crate::trace::{Event, What};

/// Something that must hold of every run.
#[derive(Clone, Copy)]
pub struct Invariant {
    /// In a few words; a failure begins with it.
    pub name: &'static str,
    /// What is wrong with a run that breaks it, in a sentence.
    pub doc: &'static str,
    /// True if a step may break it when nobody knows whether what came in was valid.
    pub needs_valid_input: bool,
    /// True if a step may break it where a fault has struck: it can do nothing about it, or nobody knows whether it could.
    pub is_excused_by_faults: bool,
    check: fn(&Observed<'_>) -> Vec<FlowFailure>,
}

/// All of them, in the order in which a run is held against them.
pub const ALL: [Invariant; 8] = [
    external_call::INVARIANT,
    handler_throws::INVARIANT,
    server_error::INVARIANT,
    refuses_invalid::INVARIANT,
    payload_fits::INVARIANT,
    declared_only::INVARIANT,
    lost_message::INVARIANT,
    terminates::INVARIANT,
];

/// What is known of the input that a run began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The step's schema allows it, or the step takes none.
    Valid,
    /// The step's schema does not allow it, and the step refuses such a thing.
    Invalid,
    /// The step has no schema: nobody knows.
    Unknown,
}

/// A run, or what followed from its last action.
pub struct Observed<'r> {
    /// What ran.
    pub plan: &'r Plan,
    /// What happened.
    pub events: &'r [Event],
    /// What the scheduler has found.
    pub findings: &'r [Finding],
    /// Index into [`Plan::steps`]: the step that the input went to.
    pub root: usize,
    /// What is known of the input.
    pub input: Input,
    /// Statuses that a step declares to answer with, by its index; a step that declares none is not there.
    pub statuses: &'r BTreeMap<usize, BTreeSet<u16>>,
}

impl Observed<'_> {
    /// Every way in which the run is not as it must be, those of one invariant together, with its name in front.
    pub fn broken(&self) -> Vec<FlowFailure> {
        let judged = ALL
            .iter()
            .filter(|it| self.input == Input::Valid || !it.needs_valid_input)
            .filter(|it| !(it.is_excused_by_faults && self.is_struck()));
        judged
            .flat_map(|it| {
                let broken = (it.check)(self).into_iter();
                broken.map(|failure| FlowFailure {
                    headline: format!("{}: {}", it.name, failure.headline),
                    ..failure
                })
            })
            .collect()
    }

    /// What may be wrong and may be meant.
    pub fn doubts(&self) -> Vec<String> {
        lost_message::doubts(self)
    }

    /// True if a fault has struck.
    fn is_struck(&self) -> bool {
        self.events
            .iter()
            .any(|it| matches!(it.what, What::Injected { .. }))
    }

    /// The findings of these kinds that are not allowed, as failures.
    fn found(&self, kinds: &[&str]) -> Vec<FlowFailure> {
        let those = self
            .findings
            .iter()
            .filter(|finding| finding.fails && finding.kind.is_some_and(|kind| kinds.contains(&kind)));
        those
            .map(|finding| FlowFailure {
                headline: finding.message.clone(),
                place: finding
                    .place
                    .clone()
                    .map_or(FailurePlace::Unknown, FailurePlace::Step),
                details: finding.details.clone(),
            })
            .collect()
    }

    /// The index of the step that an invocation belongs to.
    fn step_of(&self, invocation: u32) -> Option<usize> {
        self.events.iter().find_map(|event| match &event.what {
            What::Started { step, .. } if event.invocation == Some(invocation) => self.plan.step(step),
            _ => None,
        })
    }

    /// The answers of steps that did not fail: the step, the request as the story has it, the status.
    fn answers(&self) -> Vec<(usize, &str, u16)> {
        let threw = |invocation: u32| {
            let mut of_it = self.events.iter().filter(|it| it.invocation == Some(invocation));
            of_it.any(|it| matches!(it.what, What::Threw { .. }))
        };
        let each = self.events.iter().filter_map(|event| {
            let (What::Response { status, .. }, Some(invocation)) = (&event.what, event.invocation) else {
                return None;
            };
            let cause = self.events.iter().find_map(|it| match &it.what {
                What::Started { cause, .. } if it.invocation == Some(invocation) => Some(cause.as_str()),
                _ => None,
            })?;
            let step = self.step_of(invocation)?;
            (!threw(invocation)).then_some((step, cause, *status))
        });
        each.collect()
    }

    fn at_step(&self, step: usize, headline: String, details: Vec<String>) -> FlowFailure {
        FlowFailure {
            headline,
            place: place_of(self.plan, step),
            details,
        }
    }
}

/// The handler of a step.
pub(crate) fn place_of(plan: &Plan, step: usize) -> FailurePlace {
    let place = plan.steps.get(step).and_then(|it| {
        Some(Place {
            file: it.file.clone(),
            line: it.handler_line?,
            column: 1,
        })
    });
    place.map_or(FailurePlace::Unknown, FailurePlace::Step)
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn each_has_a_name_of_its_own_and_a_sentence() {
        let mut names: Vec<_> = ALL.iter().map(|it| it.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.iter().all(|it| it.doc.ends_with('.')));
    }

    #[test]
    fn the_page_tells_of_each() {
        let page = include_str!("../../docs/auto.md");
        for it in ALL {
            assert!(page.contains(&format!("| {} |", it.name)), "{}", it.name);
            assert!(page.contains(it.doc.trim_end_matches('.')), "{}", it.doc);
        }
    }
}
