//! What of a run can be mutated, from its trace.

use std::collections::{BTreeMap, BTreeSet};

use super::{Counted, Mutant, Operator, Store};
use crate::access::is_read;
use crate::hits::without_ids;
use crate::plan::{EmitPolicy, Plan};
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
pub(crate) fn sites(trace: &Trace, plan: &Plan) -> BTreeMap<Mutant, Vec<Site>> {
    let placed = placed(trace);
    let mut out = Sites::default();
    let mut written: BTreeSet<(Store, &str)> = BTreeSet::new();
    for (at, event) in placed.iter().enumerate() {
        match event.what {
            What::Emitted {
                topic,
                data,
                to,
                dropped: false,
            } => {
                for operator in [Operator::DropEmit, Operator::DuplicateEmit] {
                    out.add(event, operator, topic, None);
                }
                if let Some(other) = other_topic(event.step, topic, plan, &placed) {
                    out.add(event, Operator::SwapTopic, topic, Some(&other));
                }
                for field in data.as_object().into_iter().flat_map(|fields| fields.keys()) {
                    out.add(event, Operator::DropField, topic, Some(field));
                }
                if !to.is_empty() {
                    out.add(event, Operator::DelayEmit, topic, None);
                }
                let sends_more = || {
                    let mut later = placed[at + 1..].iter();
                    later.any(|it| it.invocation == event.invocation && sends_to_somebody(it.what))
                };
                if to.len() > 1 {
                    out.add(event, Operator::ReorderEmit, topic, None);
                } else if to.len() == 1 && sends_more() {
                    out.add(event, Operator::ReorderEmit, topic, None).held = true;
                }
            }
            What::State { op, group: name, .. } | What::Stream { op, stream: name, .. } => {
                let store = store_of(event.what);
                let subject = without_ids(name);
                if !is_read(op) {
                    out.add(event, Operator::LostWrite, &subject, None);
                    written.insert((store, name));
                } else if written.contains(&(store, name.as_str())) {
                    out.add(event, Operator::StaleRead, &subject, None);
                }
            }
            What::Retried { topic, .. } => {
                out.add(event, Operator::SkipRetry, topic, None);
            }
            What::Started { cause, .. } if cause == SCHEDULE => {
                out.add(event, Operator::MissSchedule, "", None);
            }
            _ => {}
        }
    }
    out.0
}

/// What a handler that a schedule started has as its cause.
const SCHEDULE: &str = "cron";

#[derive(Default)]
struct Sites(BTreeMap<Mutant, Vec<Site>>);

impl Sites {
    /// Adds a place: the first stays, and the last is replaced.
    fn add(
        &mut self,
        event: &Placed<'_>,
        operator: Operator,
        subject: &str,
        detail: Option<&str>,
    ) -> &mut Site {
        let counted = counted(event.what);
        let mutant = Mutant {
            operator,
            step: event.step.to_owned(),
            subject: subject.to_owned(),
            of_stream: matches!(
                counted,
                Counted::Read(Store::Stream) | Counted::Write(Store::Stream)
            ),
            detail: detail.map(str::to_owned),
        };
        let site = Site {
            step: event.step.to_owned(),
            run: event.run,
            counted,
            nth: event.nth,
            held: false,
        };
        let places = self.0.entry(mutant).or_default();
        places.truncate(1);
        places.push(site);
        let last = places.len() - 1;
        &mut places[last]
    }
}

/// Another topic that a step could have sent a message on: the next one that it declares, else the next one that it sent.
fn other_topic(step: &str, topic: &str, plan: &Plan, placed: &[Placed<'_>]) -> Option<String> {
    let declared = plan.step(step).map(|at| &plan.steps[at].emits);
    let topics: BTreeSet<&str> = match declared {
        Some(EmitPolicy::Listed(topics)) => topics.iter().map(String::as_str).collect(),
        _ => placed
            .iter()
            .filter(|it| it.step == step)
            .filter_map(sent_on)
            .collect(),
    };
    let next = topics.iter().find(|it| **it > topic).or(topics.first());
    next.filter(|next| **next != topic).map(|next| (*next).to_owned())
}

fn sent_on<'t>(placed: &Placed<'t>) -> Option<&'t str> {
    match placed.what {
        What::Emitted {
            topic,
            dropped: false,
            ..
        } => Some(topic),
        _ => None,
    }
}

fn sends_to_somebody(what: &What) -> bool {
    matches!(what, What::Emitted { to, dropped: false, .. } if !to.is_empty())
}

fn counted(what: &What) -> Counted {
    match what {
        What::State { op, .. } | What::Stream { op, .. } if is_read(op) => Counted::Read(store_of(what)),
        What::State { .. } | What::Stream { .. } => Counted::Write(store_of(what)),
        What::Started { .. } => Counted::Schedule,
        _ => Counted::Emit,
    }
}

fn store_of(what: &What) -> Store {
    match what {
        What::Stream { .. } => Store::Stream,
        _ => Store::State,
    }
}

/// Every event of a handler with its place. Messages that the framework drops count as well: the scheduler counts calls.
fn placed(trace: &Trace) -> Vec<Placed<'_>> {
    let mut runs: BTreeMap<&str, u64> = BTreeMap::new();
    let mut of_invocation: BTreeMap<u32, (&str, u64)> = BTreeMap::new();
    let mut counts: BTreeMap<(u32, Counted), u32> = BTreeMap::new();
    let mut schedules: BTreeMap<&str, u32> = BTreeMap::new();
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
            What::Emitted { .. } | What::State { .. } | What::Stream { .. } => {
                next(counts.entry((invocation, counted(&event.what))).or_default())
            }
            What::Started { cause, .. } if cause == SCHEDULE => next(schedules.entry(step).or_default()),
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

fn next(count: &mut u32) -> u32 {
    *count += 1;
    *count - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hits::tests::{started, trace};

    fn names(found: &BTreeMap<Mutant, Vec<Site>>) -> Vec<String> {
        let names = found.iter().map(|(mutant, sites)| {
            let detail = mutant.detail.as_ref();
            let detail = detail.map_or_else(String::new, |it| format!(".{it}"));
            let at = sites.iter().map(|site| format!("{}#{}", site.run, site.nth));
            format!(
                "{} {} {}{detail} at {}",
                mutant.operator.name(),
                mutant.step,
                mutant.subject,
                at.collect::<Vec<_>>().join(" ")
            )
        });
        names.collect()
    }

    fn of(trace: &Trace) -> BTreeMap<Mutant, Vec<Site>> {
        sites(trace, &Plan::default())
    }

    #[test]
    fn each_thing_that_a_step_does_is_one_mutant_for_each_way_to_spoil_it() {
        let emitted = |topic: &str, data: &str, to: &str| {
            format!(r#"{{"event":"emitted","topic":"{topic}","data":{data},"to":{to}}}"#)
        };
        let state =
            |op: &str| format!(r#"{{"event":"state","op":"{op}","group":"g:12","key":"k","value":1}}"#);
        let found = of(&trace(&[
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
                "swap_topic A t.u at 1#0 2#0",
                "swap_topic A u.t at 1#1",
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
        let found = of(&trace(&[
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

    #[test]
    fn streams_and_schedules_have_mutants_of_their_own() {
        let stream = |op: &str| {
            format!(r#"{{"event":"stream","op":"{op}","stream":"chat","args":["room","m"],"value":1}}"#)
        };
        let state = r#"{"event":"state","op":"set","group":"chat","key":"k","value":1}"#;
        let found = of(&trace(&[
            (1, &started("A", "cron", None)),
            (1, &stream("get")),
            (1, state),
            (1, &stream("set")),
            (1, &stream("get_group")),
            (1, &stream("send")),
            (2, &started("A", "cron", None)),
        ]));
        assert_eq!(
            names(&found),
            [
                "lost_write A chat at 1#0",
                "lost_write A chat at 1#0 1#1",
                "miss_schedule A  at 1#0 2#1",
                "stale_read A chat at 1#1",
            ]
        );
        let of_stream: Vec<bool> = found.keys().map(|it| it.of_stream).collect();
        assert_eq!(of_stream, [false, true, false, true]);
    }

    #[test]
    fn a_message_goes_to_another_topic_that_the_step_declares() {
        let sends = |topics: &[&str]| EmitPolicy::Listed(topics.iter().map(|it| (*it).to_owned()).collect());
        let declares = |emits| {
            let mut plan = crate::plan::Plan::default();
            plan.steps.push(crate::plan::PlanStep {
                name: "A".to_owned(),
                file: "a.step.ts".to_owned(),
                language: banister_grammars::Language::TypeScript,
                dialect: banister_grammars::facts::Dialect::V0,
                triggers: Vec::new(),
                emits,
                flows: Vec::new(),
                timeout_ms: None,
                has_schemas: false,
                handler_line: None,
            });
            plan
        };
        let instead = |plan: &Plan, topic: &str| other_topic("A", topic, plan, &[]);
        let plan = declares(sends(&["no", "yes"]));
        assert_eq!(instead(&plan, "no").as_deref(), Some("yes"));
        assert_eq!(instead(&plan, "yes").as_deref(), Some("no"));
        assert_eq!(instead(&declares(sends(&["no"])), "no"), None);
        assert_eq!(instead(&declares(EmitPolicy::Any), "no"), None);
    }
}
