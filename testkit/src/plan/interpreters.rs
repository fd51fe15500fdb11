//! Which languages a test is going to need, as far as its actions and the plan tell.

use std::collections::BTreeSet;

use banister_grammars::Language;
use banister_project::flow_test::{Action, FlowTest, SocketAct};

use super::{EmitPolicy, Plan};

impl Plan {
    /// Languages of the steps that `test` starts and of those that hear of what they are declared to send, in the order
    /// in which they are needed. A guess ahead of the run: a handler may send less, or what it does not declare.
    pub(crate) fn languages_of(&self, test: &FlowTest) -> Vec<Language> {
        let mut languages = Vec::new();
        let mut waiting: Vec<usize> = (test.actions())
            .flat_map(|action| self.started_by(&action.value))
            .collect();
        let mut seen = BTreeSet::new();
        let mut at = 0;
        while let Some(step) = waiting.get(at).copied() {
            at += 1;
            if !seen.insert(step) {
                continue;
            }
            let step = &self.steps[step];
            if !languages.contains(&step.language) {
                languages.push(step.language);
            }
            if let EmitPolicy::Listed(topics) = &step.emits {
                let hearers = topics.iter().flat_map(|topic| self.subscribers(topic));
                waiting.extend(hearers.map(|id| id.step));
            }
        }
        languages
    }

    fn started_by(&self, action: &Action) -> Vec<usize> {
        let routed = |method: &str, target: &str| {
            let path = target.split('?').next().unwrap_or_default();
            self.route(method, path).map(|it| it.step).into_iter().collect()
        };
        match action {
            Action::Request { method, target, .. } => routed(method, target),
            Action::Socket {
                act: SocketAct::Connect { target, .. },
                ..
            } => routed("GET", target),
            Action::Emit { topic, .. } => self.subscribers(topic).into_iter().map(|id| id.step).collect(),
            Action::Cron { step } => self.step(step).into_iter().collect(),
            Action::Socket { .. } | Action::Advance { .. } | Action::Together(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use banister_grammars::facts::{Dialect, StepKind};
    use banister_project::flow_test;

    use super::*;
    use crate::plan::{PlanStep, PlanTrigger};

    fn step(name: &str, language: Language, trigger: PlanTrigger, emits: EmitPolicy) -> PlanStep {
        PlanStep {
            name: name.to_owned(),
            file: name.to_owned(),
            language,
            dialect: Dialect::V0,
            triggers: vec![trigger],
            emits,
            flows: Vec::new(),
            timeout_ms: None,
            has_schemas: false,
            handler_line: None,
        }
    }

    fn hears(topic: &str) -> PlanTrigger {
        PlanTrigger {
            topics: vec![topic.to_owned()],
            ..PlanTrigger::new(StepKind::Event)
        }
    }

    fn sends(topic: &str) -> EmitPolicy {
        EmitPolicy::Listed(BTreeSet::from([topic.to_owned()]))
    }

    #[test]
    fn languages_follow_the_messages_in_order() {
        let route = PlanTrigger {
            route: Some(("POST".to_owned(), "/orders/:id".to_owned())),
            ..PlanTrigger::new(StepKind::Api)
        };
        let plan = Plan {
            steps: vec![
                step("Bill", Language::Ruby, hears("packed"), sends("ordered")),
                step("Order", Language::TypeScript, route, sends("ordered")),
                step("Pack", Language::Python, hears("ordered"), sends("packed")),
                step("Other", Language::JavaScript, hears("other"), EmitPolicy::Any),
            ],
            ..Plan::default()
        };
        let languages = |action: &str| {
            let text = format!("tests:\n  - name: a\n    when: [{action}]\n    then: [ran: [Bill]]\n");
            let file = flow_test::parse("a.flow.yaml", Arc::from(text)).unwrap();
            plan.languages_of(&file.tests[0])
        };
        let all = [Language::TypeScript, Language::Python, Language::Ruby];
        assert_eq!(languages("request: POST /orders/1?fast=1"), all);
        assert_eq!(languages("emit: {topic: other}"), [Language::JavaScript]);
        assert_eq!(languages("request: GET /nowhere"), []);
        assert_eq!(languages("advance: 1s"), []);
    }
}
