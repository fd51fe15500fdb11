//! Runs that never happened, for the tests of invariants.

use std::collections::{BTreeMap, BTreeSet};

use banister_grammars::Language;
use banister_grammars::facts::{Dialect, StepKind};
use serde_json::{Value as Json, json};

use super::{Input, Invariant, Observed};
use crate::plan::{EmitPolicy, Plan, PlanStep, PlanTrigger};
use crate::protocol::HandlerError;
use crate::scheduler::Finding;
use crate::trace::{Event, What};

/// Two steps, `Order` behind `POST /orders` and `Pay` behind `ordered`.
pub(super) struct Story {
    pub(super) plan: Plan,
    pub(super) events: Vec<Event>,
    pub(super) findings: Vec<Finding>,
    pub(super) root: usize,
    pub(super) input: Input,
    pub(super) statuses: BTreeMap<usize, BTreeSet<u16>>,
}

fn step(name: &str, trigger: PlanTrigger) -> PlanStep {
    PlanStep {
        name: name.to_owned(),
        file: format!("steps/{name}.step.ts"),
        language: Language::TypeScript,
        dialect: Dialect::V0,
        triggers: vec![trigger],
        emits: EmitPolicy::Any,
        flows: Vec::new(),
        timeout_ms: None,
        has_schemas: false,
        handler_line: Some(3),
    }
}

impl Story {
    pub(super) fn new() -> Self {
        let route = PlanTrigger {
            route: Some(("POST".to_owned(), "/orders".to_owned())),
            ..PlanTrigger::new(StepKind::Api)
        };
        let topic = PlanTrigger {
            topics: vec!["ordered".to_owned()],
            ..PlanTrigger::new(StepKind::Event)
        };
        let mut story = Self {
            plan: Plan {
                steps: vec![step("Order", route), step("Pay", topic)],
                ..Plan::default()
            },
            events: Vec::new(),
            findings: Vec::new(),
            root: 0,
            input: Input::Valid,
            statuses: BTreeMap::new(),
        };
        story.happens(What::Started {
            step: "Order".to_owned(),
            cause: "POST /orders".to_owned(),
            trace_id: String::new(),
            sent_by: None,
            attempt: None,
        });
        story
    }

    /// Something that `Order` does.
    pub(super) fn happens(&mut self, what: What) {
        self.events.push(Event {
            at: 0,
            invocation: Some(1),
            what,
        });
    }

    pub(super) fn answers(mut self, status: u16) -> Self {
        self.happens(What::Response {
            status,
            headers: json!({}),
            body: Json::Null,
        });
        self
    }

    pub(super) fn throws(mut self) -> Self {
        let error = HandlerError {
            name: "Error".to_owned(),
            ..HandlerError::default()
        };
        self.happens(What::Threw { error });
        self
    }

    pub(super) fn emits(mut self, topic: &str, to: &[&str]) -> Self {
        self.happens(What::Emitted {
            topic: topic.to_owned(),
            data: json!({}),
            to: to.iter().map(|it| (*it).to_owned()).collect(),
            dropped: false,
        });
        self
    }

    pub(super) fn finds(mut self, kind: &'static str, message: &str, fails: bool) -> Self {
        self.findings.push(Finding {
            message: message.to_owned(),
            place: None,
            details: Vec::new(),
            fails,
            answers_request: false,
            kind: Some(kind),
            failed: None,
        });
        self
    }

    pub(super) fn breaks(&self, invariant: &Invariant) -> Vec<String> {
        let broken = (invariant.check)(&self.observed());
        broken.into_iter().map(|it| it.headline).collect()
    }

    pub(super) fn observed(&self) -> Observed<'_> {
        Observed {
            plan: &self.plan,
            events: &self.events,
            findings: &self.findings,
            root: self.root,
            input: self.input,
            statuses: &self.statuses,
        }
    }
}
