//! What the runs of tests came by, cell by cell, from their traces alone.

mod conflicts;
mod schemas;

use std::collections::{BTreeMap, BTreeSet};

use crate::trace::{Trace, What};

pub(crate) use conflicts::without_ids;
pub use conflicts::{Orders, Pair};
pub use schemas::{BoundaryCell, SchemaOf, SchemaPart, Schemas};

/// What one or more runs came by. Taking runs together gives the same in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// What became of messages, and how often.
    pub deliveries: BTreeMap<Delivered, BTreeMap<Outcome, u32>>,
    /// Steps that met at the state or at a stream.
    pub pairs: BTreeMap<Pair, Orders>,
    /// Edges of schemas that values were at; only where the runner looks for them.
    pub boundaries: BTreeMap<SchemaOf, BTreeSet<BoundaryCell>>,
}

/// The way of a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delivered {
    /// The step that sent it; none for the test itself.
    pub from: Option<String>,
    /// The topic.
    pub topic: String,
    /// The step that took it.
    pub to: String,
}

/// What became of a message that a handler took. One delivery may come to several: a handler that throws and whose
/// message goes back into the queue comes to `Throw` and `Retry`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The handler ended.
    Ok,
    /// It threw.
    Throw,
    /// The message went back into the queue.
    Retry,
    /// The message was given up.
    DeadLetter,
    /// The handler ran out of time.
    Timeout,
    /// The condition of the trigger did not hold.
    Skipped,
}

impl Outcome {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Outcome; 6] = [
        Outcome::Ok,
        Outcome::Throw,
        Outcome::Retry,
        Outcome::DeadLetter,
        Outcome::Timeout,
        Outcome::Skipped,
    ];

    /// How reports call it.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Throw => "throw",
            Outcome::Retry => "retry",
            Outcome::DeadLetter => "dead_letter",
            Outcome::Timeout => "timeout",
            Outcome::Skipped => "skipped",
        }
    }

    /// What an event says of the delivery that it belongs to.
    fn of(what: &What) -> Option<Self> {
        Some(match what {
            What::Finished { .. } | What::Response { .. } => Outcome::Ok,
            What::Threw { error } if matches!(error.name.as_str(), "StepTimeout" | "Timeout") => {
                Outcome::Timeout
            }
            What::Threw { .. } => Outcome::Throw,
            What::Retried { .. } => Outcome::Retry,
            What::DeadLettered { .. } => Outcome::DeadLetter,
            What::Skipped { .. } => Outcome::Skipped,
            _ => return None,
        })
    }
}

impl Hits {
    /// What the run of this trace came by.
    pub fn of(trace: &Trace) -> Self {
        let invocations = Invocations::of(trace);
        let mut deliveries: BTreeMap<Delivered, BTreeMap<Outcome, u32>> = BTreeMap::new();
        for event in &trace.events {
            let (Some(invocation), Some(outcome)) = (event.invocation, Outcome::of(&event.what)) else {
                continue;
            };
            if let Some(way) = invocations.way(invocation) {
                *deliveries.entry(way).or_default().entry(outcome).or_default() += 1;
            }
        }
        Self {
            deliveries,
            pairs: conflicts::of(trace, &invocations),
            boundaries: BTreeMap::new(),
        }
    }

    /// Takes over what another run came by.
    pub fn extend(&mut self, other: &Self) {
        for (way, outcomes) in &other.deliveries {
            let own = self.deliveries.entry(way.clone()).or_default();
            for (outcome, times) in outcomes {
                *own.entry(*outcome).or_default() += times;
            }
        }
        for (pair, orders) in &other.pairs {
            self.pairs.entry(pair.clone()).or_default().extend(*orders);
        }
        for (schema, cells) in &other.boundaries {
            let own = self.boundaries.entry(schema.clone()).or_default();
            own.extend(cells.iter().cloned());
        }
    }
}

/// The handlers of a run.
pub(super) struct Invocations<'t> {
    by_number: BTreeMap<u32, Invocation<'t>>,
    /// Events that send a message, by sender and topic, as indexes into the trace.
    sent: BTreeMap<(Option<u32>, &'t str), Vec<usize>>,
}

/// One run of a handler.
pub(super) struct Invocation<'t> {
    pub(super) step: &'t str,
    pub(super) cause: &'t str,
    pub(super) sent_by: Option<u32>,
    /// From 1.
    pub(super) attempt: u32,
    /// The event in which it started.
    pub(super) began: usize,
}

impl<'t> Invocations<'t> {
    pub(super) fn of(trace: &'t Trace) -> Self {
        let mut all = Self {
            by_number: BTreeMap::new(),
            sent: BTreeMap::new(),
        };
        for (at, event) in trace.events.iter().enumerate() {
            match (&event.what, event.invocation) {
                (
                    What::Started {
                        step,
                        cause,
                        sent_by,
                        attempt,
                        ..
                    },
                    Some(number),
                ) => {
                    let invocation = Invocation {
                        step,
                        cause,
                        sent_by: *sent_by,
                        attempt: attempt.unwrap_or(1),
                        began: at,
                    };
                    all.by_number.insert(number, invocation);
                }
                (
                    What::Emitted {
                        topic,
                        dropped: false,
                        ..
                    },
                    from,
                ) => all.sent.entry((from, topic)).or_default().push(at),
                _ => {}
            }
        }
        all
    }

    pub(super) fn get(&self, number: u32) -> Option<&Invocation<'t>> {
        self.by_number.get(&number)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Invocation<'t>)> {
        self.by_number.iter().map(|(number, it)| (*number, it))
    }

    /// The events in which the cause of an invocation was sent, if that is a message.
    pub(super) fn sent(&self, invocation: &Invocation<'t>) -> Option<&[usize]> {
        let sent = self.sent.get(&(invocation.sent_by, invocation.cause))?;
        // A request can be called as a topic is; it is nobody's message then.
        (*sent.first()? < invocation.began).then_some(sent)
    }

    /// The way of the message that an invocation works on.
    fn way(&self, number: u32) -> Option<Delivered> {
        let invocation = self.get(number)?;
        self.sent(invocation)?;
        let from = match invocation.sent_by {
            Some(sender) => Some(self.get(sender)?.step.to_owned()),
            None => None,
        };
        Some(Delivered {
            from,
            topic: invocation.cause.to_owned(),
            to: invocation.step.to_owned(),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::Value as Json;

    use super::*;
    use crate::trace::Event;

    /// A trace of these events, each with its invocation (0 for the test) and the rest as JSON.
    pub(crate) fn trace(events: &[(u32, &str)]) -> Trace {
        let events = events.iter().map(|(invocation, text)| {
            let what: Json = serde_json::from_str(text).unwrap();
            Event {
                at: 0,
                invocation: Some(*invocation).filter(|it| *it > 0),
                what: serde_json::from_value(what).unwrap(),
            }
        });
        Trace {
            events: events.collect(),
        }
    }

    pub(crate) fn started(step: &str, cause: &str, sent_by: Option<u32>) -> String {
        let mut what =
            serde_json::json!({ "event": "started", "step": step, "cause": cause, "trace_id": "t" });
        if let Some(sender) = sent_by {
            what["sent_by"] = sender.into();
        }
        what.to_string()
    }

    pub(crate) fn emitted(topic: &str) -> String {
        serde_json::json!({ "event": "emitted", "topic": topic, "data": {}, "to": [] }).to_string()
    }

    const FINISHED: &str = r#"{"event":"finished","value":null}"#;

    fn way(from: Option<&str>, topic: &str, to: &str) -> Delivered {
        Delivered {
            from: from.map(str::to_owned),
            topic: topic.into(),
            to: to.into(),
        }
    }

    #[test]
    fn a_delivery_is_told_by_who_sent_it() {
        let threw = r#"{"event":"threw","error":{"name":"E","message":"","stack":""}}"#;
        let retried = r#"{"event":"retried","step":"B","topic":"t","attempt":1,"next":0}"#;
        let hits = Hits::of(&trace(&[
            (1, &started("A", "POST /a", None)),
            (1, &emitted("t")),
            (1, r#"{"event":"response","status":200,"headers":{},"body":null}"#),
            (2, &started("B", "t", Some(1))),
            (2, threw),
            (2, retried),
            (3, &started("B", "t", Some(1))),
            (3, FINISHED),
            (0, &emitted("t")),
            (4, &started("B", "t", None)),
            (4, FINISHED),
        ]));
        let outcomes = BTreeMap::from([(Outcome::Ok, 1), (Outcome::Throw, 1), (Outcome::Retry, 1)]);
        let expected = BTreeMap::from([
            (way(None, "t", "B"), BTreeMap::from([(Outcome::Ok, 1)])),
            (way(Some("A"), "t", "B"), outcomes),
        ]);
        assert_eq!(hits.deliveries, expected);
    }

    #[test]
    fn what_starts_a_step_otherwise_is_no_message() {
        let hits = Hits::of(&trace(&[
            (1, &started("A", "cron", None)),
            (1, FINISHED),
            (2, &started("B", "state users/1", Some(1))),
            (2, FINISHED),
            (0, &emitted("cron")),
        ]));
        assert_eq!(hits.deliveries, BTreeMap::new());
    }

    #[test]
    fn runs_are_taken_together_in_any_order() {
        let one = Hits::of(&trace(&[
            (0, &emitted("t")),
            (1, &started("B", "t", None)),
            (1, FINISHED),
        ]));
        let other = Hits::of(&trace(&[
            (0, &emitted("t")),
            (1, &started("C", "t", None)),
            (1, FINISHED),
        ]));
        let (mut ab, mut ba) = (one.clone(), other.clone());
        ab.extend(&other);
        ba.extend(&one);
        assert_eq!(ab, ba);
        ab.extend(&one);
        assert_eq!(ab.deliveries[&way(None, "t", "B")][&Outcome::Ok], 2);
    }
}
