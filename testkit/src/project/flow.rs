//! A flow that is written down in Rust. It takes what `*.flow.yaml` takes, and goes through the same reader: what is wrong
//! with it is told in the same words.

use std::collections::BTreeMap;
use std::sync::Arc;

use banister_project::flow_test::{self, ProjectNames};
use serde_json::{Map, Value as Json, json};

use super::FlowRun;
use crate::failure::{FailurePlace, FlowFailure};
use crate::report::failure_text;
use crate::rng::Seed;
use crate::runner::{Harness, TestCase};
use crate::template::Variables;
use crate::trace::Trace;

/// The name that a flow has in messages.
const NAME: &str = "flow";

/// A flow before it runs. Texts may hold `{{name}}` for what an expected response has captured.
pub struct Flow<'p> {
    harness: &'p Harness,
    names: &'p ProjectNames,
    seed: u64,
    now: Option<String>,
    env: BTreeMap<String, String>,
    state: BTreeMap<String, Map<String, Json>>,
    mocks: Map<String, Json>,
    when: Vec<Json>,
    then: Vec<Json>,
    invariants: Vec<(String, Holds<'p>)>,
}

/// What must be true of everything that happened.
type Holds<'p> = Box<dyn Fn(&Trace) -> bool + 'p>;

fn does_not_hold(name: &str) -> FlowFailure {
    FlowFailure {
        headline: format!("the invariant \"{name}\" does not hold"),
        place: FailurePlace::Unknown,
        details: Vec::new(),
    }
}

/// Why a flow is not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// It is not a flow that could run: each line is one reason.
    #[error("the flow cannot be run:\n{0}")]
    Invalid(String),
    /// It ran and failed; this is the story.
    #[error("the flow failed:\n{0}")]
    Failed(String),
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "callers write `json!` in the place of the argument"
)]
impl<'p> Flow<'p> {
    pub(super) fn new(harness: &'p Harness, names: &'p ProjectNames, seed: u64) -> Self {
        Self {
            harness,
            names,
            seed,
            now: None,
            env: BTreeMap::new(),
            state: BTreeMap::new(),
            mocks: Map::new(),
            when: Vec::new(),
            then: Vec::new(),
            invariants: Vec::new(),
        }
    }

    /// The virtual time at the start, such as `2026-01-05T09:00:00Z`.
    #[must_use]
    pub fn now(mut self, instant: &str) -> Self {
        self.now = Some(instant.to_owned());
        self
    }

    /// An environment variable of the handlers.
    #[must_use]
    pub fn given_env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// An item of the shared state.
    #[must_use]
    pub fn given_state(mut self, group: &str, key: &str, item: Json) -> Self {
        let items = self.state.entry(group.to_owned()).or_default();
        items.insert(key.to_owned(), item);
        self
    }

    /// An external service: `on` is `POST https://api.example.com/v1/charges`, `reply` as under `reply` of a flow test.
    #[must_use]
    pub fn mock_http(self, on: &str, reply: Json) -> Self {
        self.mock("http", json!([{ "on": on, "reply": reply }]))
    }

    /// Any mock, as under the key `kind` of `mocks` in a flow test. Lists grow, mappings take new keys.
    #[must_use]
    pub fn mock(mut self, kind: &str, mocks: Json) -> Self {
        match (self.mocks.get_mut(kind), mocks) {
            (Some(Json::Array(known)), Json::Array(more)) => known.extend(more),
            (Some(Json::Object(known)), Json::Object(more)) => known.extend(more),
            (_, mocks) => {
                self.mocks.insert(kind.to_owned(), mocks);
            }
        }
        self
    }

    /// Calls an API step: `request` is `POST /orders`. A body of `null` is none.
    #[must_use]
    pub fn request(self, request: &str, body: Json) -> Self {
        self.when(json!({ "request": request, "body": body }))
    }

    /// Sends a message as if a step had.
    #[must_use]
    pub fn emit(self, topic: &str, data: Json) -> Self {
        self.when(json!({ "emit": { "topic": topic, "data": data } }))
    }

    /// Runs a cron step now, by its name.
    #[must_use]
    pub fn cron(self, step: &str) -> Self {
        self.when(json!({ "cron": step }))
    }

    /// Moves the clock: `500ms`, `30s`, `7d`, `1d12h`. Schedules that fall due run at their time.
    #[must_use]
    pub fn advance(self, time: &str) -> Self {
        self.when(json!({ "advance": time }))
    }

    /// Any action, as under `when` of a flow test.
    #[must_use]
    pub fn when(mut self, action: Json) -> Self {
        self.when.push(action);
        self
    }

    /// The answer has this status, and a body that holds at least this. One such expectation is about the last request;
    /// of several, the n-th is about the n-th request.
    #[must_use]
    pub fn expect_response(self, status: u16, body: Json) -> Self {
        self.then(json!({ "response": { "status": status, "body": body } }))
    }

    /// Exactly one message with at least this data is sent on the topic.
    #[must_use]
    pub fn expect_emitted(self, topic: &str, data: Json) -> Self {
        self.then(json!({ "emitted": { "topic": topic, "data": data, "times": 1 } }))
    }

    /// No message is sent on the topic.
    #[must_use]
    pub fn expect_not_emitted(self, topic: &str) -> Self {
        self.then(json!({ "not_emitted": topic }))
    }

    /// These steps run, in this order; others may run between them.
    #[must_use]
    pub fn expect_ran<'s>(self, steps: impl IntoIterator<Item = &'s str>) -> Self {
        let steps: Vec<&str> = steps.into_iter().collect();
        self.then(json!({ "ran": steps }))
    }

    /// Any expectation, as under `then` of a flow test.
    #[must_use]
    pub fn then(mut self, expectation: Json) -> Self {
        self.then.push(expectation);
        self
    }

    /// Something that must hold of the whole run, whatever happens in it: `holds` is given its trace. Those of the
    /// project's settings hold as well.
    #[must_use]
    pub fn invariant(mut self, name: &str, holds: impl Fn(&Trace) -> bool + 'p) -> Self {
        self.invariants.push((name.to_owned(), Box::new(holds)));
        self
    }

    /// Runs the flow.
    ///
    /// # Errors
    /// It is not a flow that this project can run; or it does not do what is expected, a handler throws (unless a 5xx
    /// response is expected), or calls a service that no mock answers.
    pub fn run(mut self) -> Result<FlowRun, FlowError> {
        let (harness, seed) = (self.harness, self.seed);
        let invariants = std::mem::take(&mut self.invariants);
        let case = self.case()?;
        let mut stage = harness.stage();
        let mut result = harness.run_once(&case, &mut stage, Seed::root(seed), Variables::new());
        harness.leave(stage);
        let broken = invariants.iter().filter(|(_, holds)| !holds(&result.trace));
        let broken: Vec<FlowFailure> = broken.map(|(name, _)| does_not_hold(name)).collect();
        result.failures.extend(broken);
        if result.failures.is_empty() {
            return Ok(FlowRun::of(result));
        }
        let mut outcome = harness.outcome(&case, result, None, &[]);
        if let Some(failure) = &mut outcome.failure {
            // The text that a place would lie in is this program's, and no command shows the failure again.
            failure.place = failure.place.take().filter(|place| place.file != NAME);
            failure.replay.clear();
        }
        Err(FlowError::Failed(failure_text(&outcome, false)))
    }

    /// The flow as a test: JSON is YAML, so that one reader is enough for both.
    fn case(self) -> Result<TestCase, FlowError> {
        let expects = !self.then.is_empty();
        // The reader wants an expectation; this one is not judged.
        let none = || vec![json!({ "log": { "times": 0 } })];
        let then = if expects { self.then } else { none() };
        let mut given = json!({ "env": self.env, "state": self.state });
        if let Some(now) = self.now {
            given["now"] = json!(now);
        }
        let test = json!({
            "name": NAME,
            "mocks": self.mocks,
            "given": given,
            "when": self.when,
            "then": then,
        });
        let text: Arc<str> = json!({ "tests": [test] }).to_string().into();
        let problems_of = |problems: Vec<flow_test::SpecProblem>| {
            let lines = problems.into_iter().map(|problem| {
                let help = problem.help.map_or_else(String::new, |help| format!("; {help}"));
                format!("{}{help}", problem.message)
            });
            FlowError::Invalid(lines.collect::<Vec<_>>().join("\n"))
        };
        let mut file = flow_test::parse(NAME, text).map_err(problems_of)?;
        let problems = flow_test::check_names(&file, self.names);
        if !problems.is_empty() {
            return Err(problems_of(problems));
        }
        for test in file.tests.iter_mut().filter(|_| !expects) {
            test.then.clear();
        }
        Ok(TestCase {
            name: NAME.to_owned(),
            file: Arc::new(file),
            index: 0,
            auto: None,
            kept: Vec::new(),
            compares: None,
        })
    }
}
