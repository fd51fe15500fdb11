//! Handlers that go on and on without a wait: others get their turn, and one that never ends is told of.
//!
//! A handler goes on as soon as its calls are answered, so that one that polls the state would keep out the very handler
//! that it waits for. The framework's handlers run side by side, and polling works there. So after many turns in a row
//! a handler rests until nothing else is to do at this moment; and if polling goes on, until time has passed.

use super::Run;
use super::findings::kind;
use super::{Finding, Live};
use crate::matching::shorten;
use crate::stage::Resume;
use crate::trace::{What, written_op};

/// So many turns in a row, and a handler rests.
const TURNS_BEFORE_REST: u32 = 300;
/// So many turns at one moment, and time passes if anything is still to come.
const TURNS_OF_A_MOMENT: u32 = 1_500;

/// How often a handler has gone on without a wait.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// Since its last wait.
    in_a_row: u32,
    /// Of these, since time has passed.
    of_moment: u32,
    /// Of these, since it rested.
    since_rest: u32,
    /// It rests; its replies and events are kept until it goes on.
    rests: bool,
}

impl Turns {
    pub(super) fn rests(&self) -> bool {
        self.rests
    }

    /// It waits for something.
    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    pub(super) fn begin(&mut self) {
        self.rests = false;
    }

    /// It goes on.
    pub(super) fn count(&mut self) {
        self.in_a_row = self.in_a_row.saturating_add(1);
    }
}

impl Run<'_> {
    /// Lets a handler go on whose calls are answered, or rest; false if it does not go on now.
    pub(super) fn take_turn(&mut self, at: usize, resume: Resume) -> bool {
        let live = &mut self.live[at];
        live.turns.count();
        live.turns.of_moment += 1;
        live.turns.since_rest += 1;
        if live.turns.since_rest < TURNS_BEFORE_REST {
            return self.go_on(at, resume);
        }
        live.turns.since_rest = 0;
        live.turns.rests = true;
        live.replies = resume.replies;
        live.inbox = resume.events;
        false
    }

    /// The resting handler that goes on, since nothing else is to do at this moment. None does if time should pass first.
    pub(super) fn rested(&self) -> Option<usize> {
        let resting = self.live.iter().enumerate().filter(|(_, live)| live.turns.rests);
        let (at, live) = resting.min_by_key(|(_, live)| (live.turns.of_moment, live.invocation))?;
        let may_go_on = live.turns.of_moment < TURNS_OF_A_MOMENT || self.next_happening().is_none();
        may_go_on.then_some(at)
    }

    /// Time moves on to `moment`, if that is still to come.
    pub(super) fn pass_to(&mut self, moment: i64) {
        if moment <= self.now {
            return;
        }
        self.now = moment;
        for live in &mut self.live {
            live.turns.of_moment = 0;
        }
    }

    /// Ends the run if it has become too long; true if it has.
    pub(super) fn is_too_long(&mut self) -> bool {
        let is_too_long = self.trace.events.len() > self.most_events;
        if is_too_long {
            self.give_up();
        }
        is_too_long
    }

    /// A handler has said more than any run is allowed to have in it, and never waited.
    pub(super) fn says_too_much(&mut self, at: usize) -> bool {
        let said = self.live[at].said.len();
        if said <= self.most_events {
            return false;
        }
        self.live[at].turns.in_a_row = u32::try_from(said).unwrap_or(u32::MAX);
        self.apply_said(at);
        self.give_up();
        true
    }

    /// What is wrong with a handler that went on and on, if one of those that run does; the run is given up.
    pub(super) fn endless_loop(&self) -> Option<Finding> {
        let looping = |live: &&Live| live.turns.in_a_row >= TURNS_BEFORE_REST;
        let live = (self.live.iter().filter(looping)).max_by_key(|live| live.turns.in_a_row)?;
        let step = &self.plan.steps[live.step].name;
        let mut events = self.trace.events.iter().rev();
        let last = events
            .by_ref()
            .filter(|event| event.invocation == Some(live.invocation))
            .find_map(|event| in_words(&event.what));
        let last = last
            .map(|call| format!(", the last was {call}"))
            .unwrap_or_default();
        Some(Finding {
            message: format!(
                "{step} went on {} times in a row without waiting for anything{last}: an endless loop?",
                live.turns.in_a_row
            ),
            place: self.handler_place(live.step),
            details: vec![
                "a handler that waits for another one lets time pass between two looks, such as by a timer"
                    .to_owned(),
            ],
            fails: true,
            answers_request: false,
            kind: Some(kind::ENDLESS_FLOW),
            failed: None,
        })
    }
}

fn in_words(what: &What) -> Option<String> {
    let text = match what {
        What::State { op, group, key, .. } => {
            let key = key.as_deref().map(|key| format!("/{key}")).unwrap_or_default();
            format!("state.{} {group}{key}", written_op(op))
        }
        What::Stream { op, stream, .. } => format!("stream.{op} {stream}"),
        What::Emitted { topic, .. } => format!("emit {topic}"),
        What::Http { method, url, .. } => format!("{method} {url}"),
        What::Mocked { function, .. } => format!("{function}(…)"),
        What::Log { message, .. } => format!("the log line '{message}'"),
        _ => return None,
    };
    Some(shorten(&text, 80))
}
