//! Faults at the points where they can strike: a message comes twice, a handler dies before or after a call of its is
//! applied, its time runs out, an external service fails. Whoever decides is asked at each, within its budget.
//!
//! A handler that dies is one that took a message which its queue delivers again: what a crash does to a request or a
//! schedule is seen at once, and no step can do anything about it.

use super::explored::plain;
use super::{Cause, Run};
use crate::decision::{Choice, FaultKind, OptionKind};
use crate::mock::Strike;
use crate::protocol::{FromWorker, HandlerError};
use crate::queue::Delivery;
use crate::trace::What;

/// How a handler dies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    /// After the call is applied; without `how`, not at all.
    pub(super) after: bool,
    kind: FaultKind,
    label: String,
}

impl Run<'_> {
    fn may_fault(&self, kind: FaultKind) -> bool {
        let exploration = self.exploration.as_ref();
        exploration.is_some_and(|it| it.decide.may_fault(kind))
    }

    /// Asks whether one of `faults` strikes; the place of the one that does.
    fn fault(&mut self, actor: &str, none: String, faults: Vec<String>) -> Option<usize> {
        let events = self.trace.events.len();
        let exploration = self.exploration.as_mut()?;
        let mut options: Vec<Choice> = vec![plain(OptionKind::NoFault, actor, none)];
        options.extend(
            faults
                .into_iter()
                .map(|label| plain(OptionKind::Fault, actor, label)),
        );
        let labels: Vec<String> = options.iter().map(|it| it.label.clone()).collect();
        let taken = exploration.choose(options, events).checked_sub(1)?;
        let fault = labels.into_iter().nth(taken + 1).unwrap_or_default();
        self.note(None, What::Injected { fault });
        Some(taken)
    }

    /// A queue may deliver a message twice; the copy comes behind what waits already.
    pub(super) fn perhaps_twice(&mut self, delivery: &Delivery) {
        if !self.may_fault(FaultKind::Duplicate) {
            return;
        }
        let label = self.label_of(delivery);
        let twice = format!("{label} is delivered twice");
        if self
            .fault(&label, format!("{label} is delivered once"), vec![twice])
            .is_some()
        {
            self.queue.push(self.now, delivery.clone());
        }
    }

    /// The faults that may end the handler of a delivery in the middle.
    fn deaths(&self, delivery: &Delivery) -> Vec<FaultKind> {
        let step = &self.plan.steps[delivery.to.step];
        let trigger = step.triggers.get(delivery.to.trigger);
        if delivery.attempt >= trigger.map_or(1, |it| it.queue.attempts) {
            return Vec::new();
        }
        let kinds = [FaultKind::Crash, FaultKind::Timeout];
        kinds.into_iter().filter(|kind| self.may_fault(*kind)).collect()
    }

    /// True if a handler that is started for this may be ended in the middle.
    pub(super) fn may_die(&self, cause: &Cause) -> bool {
        matches!(cause, Cause::Message(delivery) if !self.deaths(delivery).is_empty())
    }

    /// Asks whether the handler dies at a call. `None` if it died before it.
    pub(super) fn dies(&mut self, at: usize, call: u64) -> Option<End> {
        let lives = End {
            after: false,
            kind: FaultKind::Crash,
            label: String::new(),
        };
        let kinds = match self.live[at].delivery() {
            Some(delivery) => self.deaths(delivery),
            None => Vec::new(),
        };
        if kinds.is_empty() {
            return Some(lives);
        }
        let (name, text) = (self.live[at].name.clone(), self.call_text(at, call));
        let mut ends = Vec::new();
        for kind in kinds {
            let verb = match kind {
                FaultKind::Timeout => "runs out of time",
                _ => "crashes",
            };
            for after in [true, false] {
                let when = if after { "after" } else { "before" };
                let label = format!("{name} {verb} {when} {text}");
                ends.push(End { after, kind, label });
            }
        }
        let labels = ends.iter().map(|end| end.label.clone()).collect();
        let Some(taken) = self.fault(&name, format!("{name} survives {text}"), labels) else {
            return Some(lives);
        };
        let end = ends.swap_remove(taken);
        if end.after {
            return Some(end);
        }
        self.live[at].said.clear();
        self.kill(at, end);
        None
    }

    fn call_text(&self, at: usize, call: u64) -> String {
        let mut said = self.live[at].said.iter();
        said.find_map(|message| match message {
            FromWorker::Call { id, op, args } if *id == call => Some(self.of_call(op, args).0),
            _ => None,
        })
        .unwrap_or_default()
    }

    /// Ends a handler; its message comes again.
    pub(super) fn kill(&mut self, at: usize, end: End) {
        let live = self.live.remove(at);
        self.collect_output(&live, false);
        let error = HandlerError {
            name: match end.kind {
                FaultKind::Timeout => "StepTimeout".to_owned(),
                _ => "Crash".to_owned(),
            },
            message: end.label,
            ..HandlerError::default()
        };
        self.fail(live.invocation, live.step, &live.cause, error);
    }

    /// Asks whether an external service fails at a call.
    pub(super) fn strikes(&mut self, at: usize, method: &str, url: &str) -> Option<Strike> {
        if !self.may_fault(FaultKind::External) {
            return None;
        }
        let name = self.live[at].name.clone();
        let call = format!("{method} {url} of {name}");
        let labels = Strike::ALL.map(|strike| format!("{call} {}", strike.words()));
        let taken = self.fault(&name, format!("{call} is answered"), labels.to_vec())?;
        Strike::ALL.get(taken).copied()
    }
}
