//! Steps that never sent anything in all the cases of a test: it may look as if it tried what comes after them.

use std::collections::{BTreeMap, BTreeSet};

use banister_project::flow_test::{Expectation, FlowTest};

use crate::plan::{EmitPolicy, Plan};
use crate::trace::{Trace, What};

/// A step that ran fewer times may well have had no reason to send anything.
const LEAST_RUNS: u32 = 10;

/// How often each step ran in the cases of a test, and whether it sent anything.
#[derive(Debug, Default)]
pub(crate) struct Sends {
    runs: BTreeMap<String, u32>,
    senders: BTreeSet<String>,
}

impl Sends {
    /// Takes note of a case.
    pub(crate) fn add(&mut self, trace: &Trace) {
        let mut running: BTreeMap<Option<u32>, &str> = BTreeMap::new();
        for event in &trace.events {
            match &event.what {
                What::Started { step, .. } => {
                    running.insert(event.invocation, step);
                    match self.runs.get_mut(step) {
                        Some(runs) => *runs += 1,
                        None => {
                            self.runs.insert(step.clone(), 1);
                        }
                    }
                }
                What::Emitted { .. } => {
                    let step = running.get(&event.invocation);
                    if let Some(step) = step.filter(|step| !self.senders.contains(**step)) {
                        self.senders.insert((*step).to_owned());
                    }
                }
                _ => {}
            }
        }
    }

    /// The steps that declare what they send and never sent anything. `only` is the step that is asked about, if it is one;
    /// `test` may say that a topic must not be sent, and what is wanted is not told.
    pub(crate) fn silent(&self, plan: &Plan, test: &FlowTest, only: Option<&str>) -> Vec<String> {
        let unwanted: BTreeSet<&str> = test.then.iter().filter_map(|it| absent(&it.value)).collect();
        let asked = plan
            .steps
            .iter()
            .filter(|step| only.is_none_or(|only| step.name == only) && !self.senders.contains(&step.name));
        let silent = asked.filter_map(|step| {
            let runs = *self.runs.get(&step.name).filter(|runs| **runs >= LEAST_RUNS)?;
            let EmitPolicy::Listed(topics) = &step.emits else {
                return None;
            };
            if topics.iter().all(|topic| unwanted.contains(topic.as_str())) {
                return None;
            }
            let topics: Vec<String> = topics.iter().map(|topic| format!("'{topic}'")).collect();
            Some(format!(
                "{} ran {runs} times and never sent a message, though it declares {}: no input led there",
                step.name,
                topics.join(", ")
            ))
        });
        silent.collect()
    }
}

/// The topic that a test does not want.
fn absent(expectation: &Expectation) -> Option<&str> {
    match expectation {
        Expectation::NotEmitted { topic } => Some(topic),
        Expectation::Emitted {
            topic,
            times: Some(0),
            ..
        } => Some(topic),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use banister_grammars::Language;
    use banister_grammars::facts::Dialect;
    use banister_project::flow_test;
    use serde_json::json;

    use super::*;
    use crate::plan::PlanStep;
    use crate::trace::Event;

    fn plan(emits: EmitPolicy) -> Plan {
        let step = PlanStep {
            name: "Order".to_owned(),
            file: "order.step.js".to_owned(),
            language: Language::JavaScript,
            dialect: Dialect::V0,
            triggers: Vec::new(),
            emits,
            flows: Vec::new(),
            timeout_ms: None,
            has_schemas: false,
            handler_line: None,
        };
        Plan {
            steps: vec![step],
            ..Plan::default()
        }
    }

    fn listed(topics: &[&str]) -> EmitPolicy {
        EmitPolicy::Listed(topics.iter().map(|it| (*it).to_owned()).collect())
    }

    fn case(emits: bool) -> Trace {
        let event = |what| Event {
            at: 0,
            invocation: Some(1),
            what,
        };
        let mut events = vec![event(What::Started {
            step: "Order".to_owned(),
            cause: "POST /orders".to_owned(),
            trace_id: "t".to_owned(),
            sent_by: None,
            attempt: None,
        })];
        if emits {
            events.push(event(What::Emitted {
                topic: "created".to_owned(),
                data: json!({}),
                to: Vec::new(),
                dropped: false,
            }));
        }
        Trace { events }
    }

    fn silent(emits: EmitPolicy, cases: &[bool], then: &str) -> Vec<String> {
        let text = format!("tests:\n  - name: a\n    when: [emit: {{topic: x}}]\n    then: [{then}]\n");
        let file = flow_test::parse("a.flow.yaml", Arc::from(text)).unwrap();
        let mut sends = Sends::default();
        cases.iter().for_each(|emits| sends.add(&case(*emits)));
        assert_eq!(
            sends.silent(&plan(EmitPolicy::Any), &file.tests[0], None),
            [""; 0]
        );
        sends.silent(&plan(emits), &file.tests[0], Some("Order"))
    }

    #[test]
    fn a_step_that_never_sends_what_it_declares_is_told() {
        let never = [false; 10];
        let told = silent(listed(&["created"]), &never, "ran: [Order]");
        assert_eq!(
            told,
            ["Order ran 10 times and never sent a message, though it declares 'created': no input led there"]
        );
        let once: Vec<bool> = never.iter().copied().chain([true]).collect();
        assert_eq!(silent(listed(&["created"]), &once, "ran: [Order]"), [""; 0]);
        assert_eq!(silent(listed(&["created"]), &never[1..], "ran: [Order]"), [""; 0]);
    }

    #[test]
    fn silence_that_a_test_wants_is_not_told() {
        let topics = ["created", "paid"];
        let unwanted = "not_emitted: created, emitted: {topic: paid, times: 0}";
        assert_eq!(silent(listed(&topics), &[false; 10], unwanted), [""; 0]);
        let told = silent(listed(&topics), &[false; 10], "not_emitted: paid");
        assert!(told[0].contains("'created', 'paid'"), "{told:?}");
    }
}
