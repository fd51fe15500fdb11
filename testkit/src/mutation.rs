//! Mutants of a flow: a message that is lost, a read that is stale, a retry that is skipped. No source is edited; the
//! scheduler asks the [`Mutation`] of a run at the few places where it could make itself felt. A mutant that no test
//! notices shows what nobody looks at.
//!
//! What can be mutated is read from the trace of a run without a mutation (`sites`), a run with one is judged by the
//! test's own expectations (`runner/mutants.rs`), and for one that survives an expectation is looked for (`suggestion`).

mod effect;
mod json;
mod mutant;
mod score;
mod sites;
mod suggestion;
mod text;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::access::is_read;
use crate::world::{Applied, World, WorldError};

pub(crate) use effect::{Observed, has_effect};
pub use json::VERSION;
pub use mutant::{Mutant, Operator};
pub use score::{FileScore, KindScore, MutantReport, MutationReport, Suggestion, Verdict};
pub(crate) use sites::{Site, sites};
pub(crate) use suggestion::candidates;

/// How much later a delayed message comes, in virtual ms.
const DELAY_MS: i64 = 1_000;

/// What becomes of a message that a handler sends.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sending {
    /// Another topic than the handler's.
    pub(crate) topic: Option<String>,
    /// The payload; none if nothing is sent.
    pub(crate) data: Option<Json>,
    /// How often it is sent.
    pub(crate) times: u32,
    /// It comes so much later, in virtual ms.
    pub(crate) delay_ms: i64,
    /// Its takers get it in the opposite order.
    pub(crate) reversed: bool,
    /// It waits for the next message of its sender.
    pub(crate) held: bool,
}

impl Sending {
    /// A message that nothing is done to.
    pub(crate) fn plain(data: &Json) -> Self {
        Self {
            topic: None,
            data: Some(data.clone()),
            times: 1,
            delay_ms: 0,
            reversed: false,
            held: false,
        }
    }
}

/// What is done to one run, and where. The scheduler asks it at each message, each operation on the state and on streams, each
/// retry and each schedule.
#[derive(Debug, Clone)]
pub(crate) struct Mutation {
    mutant: Mutant,
    site: Site,
    /// Runs of each step so far.
    runs: BTreeMap<String, u64>,
    /// Each invocation's step and the number of its run.
    of: BTreeMap<u32, (String, u64)>,
    /// Operations of each kind so far, by invocation.
    counts: BTreeMap<(u32, Counted), u32>,
    /// State and streams before the last write, by group and by stream.
    before: BTreeMap<(Store, String), World>,
    /// Schedules of each step so far.
    schedules: BTreeMap<String, u32>,
    applied: bool,
}

/// Operations are counted apart, so that one kind does not shift the places of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Counted {
    Emit,
    Read(Store),
    Write(Store),
    Schedule,
}

/// Where an operation reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Store {
    State,
    Stream,
}

impl Mutation {
    pub(crate) fn new(mutant: Mutant, site: Site) -> Self {
        Self {
            mutant,
            site,
            runs: BTreeMap::new(),
            of: BTreeMap::new(),
            counts: BTreeMap::new(),
            before: BTreeMap::new(),
            schedules: BTreeMap::new(),
            applied: false,
        }
    }

    /// True if the run came by its place.
    pub(crate) fn is_applied(&self) -> bool {
        self.applied
    }

    /// A handler starts.
    pub(crate) fn on_start(&mut self, invocation: u32, step: &str) {
        let run = self.runs.entry(step.to_owned()).or_default();
        *run += 1;
        self.of.insert(invocation, (step.to_owned(), *run));
    }

    /// True if the place lies in this invocation.
    fn is_in(&self, invocation: u32) -> bool {
        let of = self.of.get(&invocation);
        of.is_some_and(|(step, run)| *step == self.site.step && *run == self.site.run)
    }

    /// True if this is the place: the next operation of its kind in this invocation.
    fn strikes(&mut self, invocation: u32, counted: Counted) -> bool {
        let nth = self.counts.entry((invocation, counted)).or_default();
        let here = *nth;
        *nth += 1;
        let strikes = self.site.counted == counted && self.site.nth == here && self.is_in(invocation);
        self.applied |= strikes;
        strikes
    }

    /// What becomes of a message.
    pub(crate) fn on_emit(&mut self, invocation: u32, data: &Json) -> Sending {
        let mut sending = Sending::plain(data);
        if !self.strikes(invocation, Counted::Emit) {
            return sending;
        }
        match self.mutant.operator {
            Operator::DropEmit => sending.data = None,
            Operator::SwapTopic => sending.topic.clone_from(&self.mutant.detail),
            Operator::DuplicateEmit => sending.times = 2,
            Operator::DelayEmit => sending.delay_ms = DELAY_MS,
            Operator::ReorderEmit if self.site.held => sending.held = true,
            Operator::ReorderEmit => sending.reversed = true,
            Operator::DropField => {
                let field = self.mutant.detail.as_deref().unwrap_or_default();
                let object = sending.data.as_mut().and_then(Json::as_object_mut);
                // The order of the other fields is part of what is sent.
                object.map(|object| object.shift_remove(field));
            }
            Operator::LostWrite | Operator::MissSchedule | Operator::SkipRetry | Operator::StaleRead => {}
        }
        sending
    }

    /// Applies an operation on the state or on a stream in the way of this run. `op` is as handlers call it: `state.set`.
    pub(crate) fn apply_to(
        &mut self,
        world: &mut World,
        invocation: u32,
        op: &str,
        args: &[Json],
        now: i64,
    ) -> Result<Applied, WorldError> {
        let (store, method) = match op.split_once('.') {
            Some(("state", method)) => (Store::State, method),
            Some((_, method)) => (Store::Stream, method),
            None => return world.apply(op, args, now),
        };
        let name = args.first().and_then(Json::as_str).unwrap_or_default();
        let subject = (store, name.to_owned());
        if is_read(method) {
            let strikes = self.strikes(invocation, Counted::Read(store));
            let stale = strikes && self.mutant.operator == Operator::StaleRead;
            return match self.before.get_mut(&subject).filter(|_| stale) {
                Some(before) => before.apply(op, args, now),
                None => world.apply(op, args, now),
            };
        }
        let strikes = self.strikes(invocation, Counted::Write(store));
        if strikes && self.mutant.operator == Operator::LostWrite {
            // The handler hears what it would have heard; nobody else hears of it.
            let applied = world.clone().apply(op, args, now)?;
            return Ok(Applied {
                change: None,
                ..applied
            });
        }
        if self.mutant.operator == Operator::StaleRead {
            self.before.insert(subject, world.clone());
        }
        world.apply(op, args, now)
    }

    /// True if a schedule of this step comes and nothing starts.
    pub(crate) fn misses(&mut self, step: &str) -> bool {
        let nth = self.schedules.entry(step.to_owned()).or_default();
        let here = *nth;
        *nth += 1;
        let site = &self.site;
        let misses = self.mutant.operator == Operator::MissSchedule && site.step == step && site.nth == here;
        self.applied |= misses;
        misses
    }

    /// True if the message that this invocation failed with is given up.
    pub(crate) fn gives_up(&mut self, invocation: u32) -> bool {
        let here = self.mutant.operator == Operator::SkipRetry && self.is_in(invocation);
        self.applied |= here;
        here
    }
}
