//! What of a run can be mutated, from its trace.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{Counted, Mutant, Operator};
use crate::access::is_read;
use crate::hits::without_ids;
use crate::trace::{Trace, What};

/// A place in a run: the n-th operation of its kind in the n-th run of a step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Site {
    pub(crate) step: String,
    /// From 1.
    pub(crate) run: u64,
    pub(crate) counted: Counted,
    /// From 0.
    pub(crate) nth: u32,
    /// The message is held until the next one of its sender is sent.
    pub(crate) held: bool,
}

/// An event of a handler with its place.
struct Placed<'t> {
    what: &'t What,
    step: &'t str,
    run: u64,
    invocation: u32,
    nth: u32,
}

/// The mutants of a run, each with the first and the last place where it applies.
pub(crate) fn sites(trace: &Trace) -> BTreeMap<Mutant, Vec<Site>> {
    let placed = placed(trace);
    let mut out: BTreeMap<Mutant, Vec<Site>> = BTreeMap::new();
    let mut written: BTreeSet<&str> = BTreeSet::new();
    for (at, event) in placed.iter().enumerate() {
        let mut add = |operator: Operator, subject: &str, field: Option<&str>, held: bool| {
            let mutant = Mutant {
                operator,
                step: event.step.to_owned(),
                subject: subject.to_owned(),
                field: field.map(str::to_owned),
            };
            let places = out.entry(mutant).or_default();
            places.truncate(1);
            places.push(Site {
                step: event.step.to_owned(),
                run: event.run,
                counted: counted(event.what),
                nth: event.nth,
                held,
            });
        };
        match event.what {
            What::Emitted {
                topic,
                data,
                to,
                dropped: false,
            } => {
                add(Operator::DropEmit, topic, None, false);
                add(Operator::DuplicateEmit, topic, None, false);
                for field in data.as_object().into_iter().flat_map(|fields| fields.keys()) {
                    add(Operator::DropField, topic, Some(field), false);
                }
                if !to.is_empty() {
                    add(Operator::DelayEmit, topic, None, false);
                }
                let sends_more = || {
                    let mut later = placed[at + 1..].iter();
                    later.any(|it| it.invocation == event.invocation && sends_to_somebody(it.what))
                };
                if to.len() > 1 {
                    add(Operator::ReorderEmit, topic, None, false);
                } else if to.len() == 1 && sends_more() {
                    add(Operator::ReorderEmit, topic, None, true);
                }
            }
            What::State { op, group, .. } => {
                let subject = without_ids(group);
                if !is_read(op) {
                    add(Operator::LostWrite, &subject, None, false);
                    written.insert(group);
                } else if written.contains(group.as_str()) {
                    add(Operator::StaleRead, &subject, None, false);
                }
            }
            What::Retried { topic, .. } => add(Operator::SkipRetry, topic, None, false),
            _ => {}
        }
    }
    out
}

fn sends_to_somebody(what: &What) -> bool {
    matches!(what, What::Emitted { to, dropped: false, .. } if !to.is_empty())
}

fn counted(what: &What) -> Counted {
    match what {
        What::State { op, .. } if is_read(op) => Counted::Read,
        What::State { .. } => Counted::Write,
        _ => Counted::Emit,
    }
}

/// Every event of a handler with its place. Messages that the framework drops count as well: the scheduler counts calls.
fn placed(trace: &Trace) -> Vec<Placed<'_>> {
    let mut runs: BTreeMap<&str, u64> = BTreeMap::new();
    let mut of_invocation: BTreeMap<u32, (&str, u64)> = BTreeMap::new();
    let mut counts: BTreeMap<(u32, Counted), u32> = BTreeMap::new();
    let mut out = Vec::new();
    for event in &trace.events {
        let Some(invocation) = event.invocation else {
            continue;
        };
        if let What::Started { step, .. } = &event.what {
            let run = runs.entry(step).or_default();
            *run += 1;
            of_invocation.insert(invocation, (step, *run));
        }
        let Some((step, run)) = of_invocation.get(&invocation) else {
            continue;
        };
        let nth = match &event.what {
            What::Emitted { .. } | What::State { .. } => {
                let count = counts.entry((invocation, counted(&event.what))).or_default();
                *count += 1;
                *count - 1
            }
            _ => 0,
        };
        out.push(Placed {
            what: &event.what,
            step,
            run: *run,
            invocation,
            nth,
        });
    }
    out
}

/// The payloads that a run sent on a topic, in order.
pub(super) fn sent<'t>(trace: &'t Trace, topic: &str) -> Vec<&'t Json> {
    let events = trace.events.iter();
    let payloads = events.filter_map(|event| match &event.what {
        What::Emitted {
            topic: sent,
            data,
            dropped: false,
            ..
        } if sent == topic => Some(data),
        _ => None,
    });
    payloads.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hits::tests::{started, trace};

    fn names(found: &BTreeMap<Mutant, Vec<Site>>) -> Vec<String> {
        let names = found.iter().map(|(mutant, sites)| {
            let field = mutant
                .field
                .as_ref()
                .map_or_else(String::new, |it| format!(".{it}"));
            let at = sites.iter().map(|site| format!("{}#{}", site.run, site.nth));
            format!(
                "{} {} {}{field} at {}",
                mutant.operator.name(),
                mutant.step,
                mutant.subject,
                at.collect::<Vec<_>>().join(" ")
            )
        });
        names.collect()
    }

    #[test]
    fn each_thing_that_a_step_does_is_one_mutant_for_each_way_to_spoil_it() {
        let emitted = |topic: &str, data: &str, to: &str| {
            format!(r#"{{"event":"emitted","topic":"{topic}","data":{data},"to":{to}}}"#)
        };
        let state =
            |op: &str| format!(r#"{{"event":"state","op":"{op}","group":"g:12","key":"k","value":1}}"#);
        let found = sites(&trace(&[
            (1, &started("A", "POST /a", None)),
            (1, &state("get")),
            (1, &state("set")),
            (1, &emitted("t", r#"{"a":1}"#, r#"["B"]"#)),
            (1, &emitted("u", "{}", r#"["B","C"]"#)),
            (2, &started("B", "t", Some(1))),
            (2, &state("get")),
            (
                2,
                r#"{"event":"retried","step":"B","topic":"t","attempt":1,"next":0}"#,
            ),
            (3, &started("A", "POST /a", None)),
            (3, &emitted("t", r#"{"a":1}"#, r#"["B"]"#)),
        ]));
        assert_eq!(
            names(&found),
            [
                "lost_write A g:* at 1#0",
                "drop_emit A t at 1#0 2#0",
                "drop_emit A u at 1#1",
                "duplicate_emit A t at 1#0 2#0",
                "duplicate_emit A u at 1#1",
                "skip_retry B t at 1#0",
                "stale_read B g:* at 1#0",
                "drop_field A t.a at 1#0 2#0",
                "reorder_emit A t at 1#0",
                "reorder_emit A u at 1#1",
                "delay_emit A t at 1#0 2#0",
                "delay_emit A u at 1#1",
            ]
        );
    }

    #[test]
    fn what_is_dropped_anyway_is_no_mutant_and_counts_as_a_call() {
        let found = sites(&trace(&[
            (1, &started("A", "POST /a", None)),
            (
                1,
                r#"{"event":"emitted","topic":"t","data":{},"to":[],"dropped":true}"#,
            ),
            (1, r#"{"event":"emitted","topic":"u","data":{},"to":[]}"#),
        ]));
        assert_eq!(
            names(&found),
            ["drop_emit A u at 1#1", "duplicate_emit A u at 1#1"]
        );
    }
}
