//! One run of one flow test: its world is set up, its actions happen, its expectations are judged.

use std::collections::BTreeMap;

use banister_grammars::Span;
use serde_json::{Map, Value as Json, json};

use crate::decision::{Decide, Decision};
use crate::failure::{FailurePlace, FlowFailure};
use crate::invariant::user;
use crate::mutation::Mutation;
use crate::plan::Plan;
use crate::protocol::Isolation;
use crate::report::{ControlLabel, Reached, StepOutput};
use crate::rng::Seed;
use crate::scheduler::{Asked, HttpRequest, HttpResponse, Run, Start, Waiting};
use crate::stage::Stage;
use crate::template::{UnknownVariable, Variables, fill, fill_string, select};
use crate::trace::{Event, Trace, What};
use crate::verdict::{Evidence, judge};
use banister_project::flow_test::{Action, Expectation, FlowTest, SocketAct, Spanned};

/// Where the virtual clock starts unless the test says so: Monday, 2026-01-05T09:00:00Z.
pub const DEFAULT_START_MS: i64 = 1_767_603_600_000;

/// What came of one run.
#[derive(Debug, Clone)]
pub struct FlowResult {
    /// What happened.
    pub trace: Trace,
    /// The first event that is judged: what a generated test does before is told of by other tests.
    pub judged_from: usize,
    /// Virtual time at the start.
    pub start: i64,
    /// Why the test fails; empty if it passes.
    pub failures: Vec<FlowFailure>,
    /// What is worth knowing all the same.
    pub notes: Vec<String>,
    /// What the handlers printed.
    pub output: Vec<StepOutput>,
    /// Whether the scheduler controlled everything.
    pub label: ControlLabel,
    /// True if the run was stopped because it did not end.
    pub endless: bool,
    /// The steps that ran and the topics that were sent.
    pub reached: Reached,
    /// The shared state at the end: group, key, item.
    pub state: Json,
    /// True if the state is not what the test expects.
    pub state_differs: bool,
    /// The streams at the end: stream, group, id, item.
    pub streams: Json,
    /// True if the streams are not what the test expects.
    pub streams_differ: bool,
    /// What was decided, if the run was explored.
    pub decisions: Vec<Decision>,
    /// True if the run came by the place of its mutation.
    pub mutated: bool,
    /// Generated and captured values.
    pub variables: Variables,
}

impl FlowResult {
    /// A run that could not begin.
    pub fn failed(headline: String) -> Self {
        Self::of_failure(FlowFailure {
            headline,
            place: FailurePlace::Unknown,
            details: Vec::new(),
        })
    }

    /// A run that could not begin, with a place to look at.
    pub fn of_failure(failure: FlowFailure) -> Self {
        Self {
            trace: Trace::default(),
            judged_from: 0,
            start: 0,
            failures: vec![failure],
            notes: Vec::new(),
            output: Vec::new(),
            label: ControlLabel::Controlled,
            endless: false,
            reached: Reached::default(),
            state: Json::Null,
            state_differs: false,
            streams: Json::Null,
            streams_differ: false,
            decisions: Vec::new(),
            mutated: false,
            variables: Variables::new(),
        }
    }
}

/// What a run is given from outside.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Source of every seed in the run.
    pub seed: Seed,
    /// The mock session.
    pub session: u64,
    /// Hosts that answer.
    pub hosts: Vec<String>,
    /// True if some answer comes later in virtual time.
    pub holds: bool,
    /// What handlers find of each other.
    pub isolation: Isolation,
    /// Generated values of a property test.
    pub variables: Variables,
}

/// Runs `test` once, first in, first out.
pub fn run_flow(plan: &Plan, stage: &mut dyn Stage, test: &FlowTest, setting: Setting) -> FlowResult {
    run_decided(plan, stage, test, setting, None, None)
}

/// Runs `test` once with what `mutation` does to it; first in, first out, or as `decide` has it.
pub(crate) fn mutate_flow(
    plan: &Plan,
    stage: &mut dyn Stage,
    test: &FlowTest,
    setting: Setting,
    mutation: Mutation,
    decide: Option<&mut dyn Decide>,
) -> FlowResult {
    match decide {
        Some(decide) => run_decided(plan, stage, test, setting, Some(decide), Some(mutation)),
        None => run_decided(plan, stage, test, setting, None, Some(mutation)),
    }
}

/// Runs `test` once; what could happen in more than one order, and what could fail, is put before `decide`.
pub fn explore_flow(
    plan: &Plan,
    stage: &mut dyn Stage,
    test: &FlowTest,
    setting: Setting,
    decide: &mut dyn Decide,
) -> FlowResult {
    run_decided(plan, stage, test, setting, Some(decide), None)
}

fn run_decided<'a>(
    plan: &'a Plan,
    stage: &'a mut dyn Stage,
    test: &FlowTest,
    setting: Setting,
    decide: Option<&'a mut dyn Decide>,
    mutation: Option<Mutation>,
) -> FlowResult {
    let variables = setting.variables.clone();
    let start = start_of(plan, test, setting);
    let begun = start.now;
    let mut telling = Telling {
        run: match decide {
            Some(decide) => Run::new(plan, stage, start).explored_by(decide),
            None => Run::new(plan, stage, start),
        },
        test,
        variables,
        responses: Vec::new(),
        waiting: Vec::new(),
        failures: Vec::new(),
    };
    telling.run.mutate(mutation);
    telling.set_up();
    telling.act();
    telling.conclude(begun)
}

/// What a run of `test` starts from.
pub(crate) fn start_of(plan: &Plan, test: &FlowTest, setting: Setting) -> Start {
    Start {
        now: test.given.now.unwrap_or(DEFAULT_START_MS),
        seed: setting.seed,
        env: env_of(test, &setting.variables),
        hosts: setting.hosts,
        session: setting.session,
        profile: test.profile.unwrap_or(plan.profile),
        allow: test.allow.iter().chain(&plan.allow).cloned().collect(),
        holds: setting.holds,
        isolation: setting.isolation,
    }
}

/// The environment of a run. What names no value stays as it is written; the run tells of it.
fn env_of(test: &FlowTest, variables: &Variables) -> BTreeMap<String, String> {
    let each = test.given.env.iter().map(|(name, value)| {
        let filled = fill_string(value, variables);
        (name.clone(), filled.unwrap_or_else(|_| value.clone()))
    });
    each.collect()
}

struct Telling<'t, 'a> {
    run: Run<'a>,
    test: &'t FlowTest,
    variables: Variables,
    responses: Vec<Option<HttpResponse>>,
    /// Requests whose answers are still to come, by their places in `responses`.
    waiting: Vec<(usize, Waiting)>,
    failures: Vec<FlowFailure>,
}

impl Telling<'_, '_> {
    fn set_up(&mut self) {
        let mut given = Map::new();
        let test = self.test;
        for (group, items) in &test.given.state {
            for (key, item) in items {
                match self.filled(group, key, item) {
                    Ok((group, key, item)) => {
                        let items = given.entry(group.clone()).or_insert_with(|| json!({}));
                        items[&key] = item.clone();
                        self.run.world.seed_state(&group, &key, item);
                    }
                    Err(error) => self.fail_in_test(&error, self.test.name.span),
                }
            }
        }
        let streams = self.set_up_streams();
        for value in test.given.env.values() {
            if let Err(error) = fill_string(value, &self.variables) {
                self.fail_in_test(&error, test.name.span);
            }
        }
        let env = env_of(test, &self.variables);
        let mocks = test.mocks_written.clone();
        let settings = settings_of(self.test);
        let nothing = env.is_empty() && mocks.is_empty() && given.is_empty() && settings.is_empty();
        if !(nothing && streams.is_null()) {
            let state = Json::Object(given);
            self.note(What::Given {
                env,
                state,
                mocks,
                streams,
                settings,
            });
        }
    }

    /// A group, a key and an item with the values of their placeholders.
    fn filled(&self, group: &str, key: &str, item: &Json) -> Result<(String, String, Json), UnknownVariable> {
        let text = |text: &str| fill_string(text, &self.variables);
        Ok((text(group)?, text(key)?, fill(item, &self.variables)?))
    }

    /// The items that were put into streams; null for none.
    fn set_up_streams(&mut self) -> Json {
        let now = self.run.now();
        let mut given = Json::Null;
        let test = self.test;
        for (stream, group, items) in &test.given.streams {
            for (id, item) in items {
                match self.filled(group, id, item) {
                    Ok((group, id, item)) => {
                        given[&stream.value][&group][&id] = item.clone();
                        self.run.world.seed_stream(stream, &group, &id, item, now);
                    }
                    Err(error) => self.fail_in_test(&error, stream.span),
                }
            }
        }
        given
    }

    /// Puts down what the test itself does.
    fn note(&mut self, what: What) {
        let at = self.run.now();
        self.run.trace.events.push(Event {
            at,
            invocation: None,
            what,
        });
    }

    fn act(&mut self) {
        let test = self.test;
        for (at, action) in test.when.iter().enumerate() {
            let next = test.when.get(at + 1);
            let next = next.filter(|next| overlap(&action.value, &next.value));
            let next = next.map(|next| label_of(at + 1, &next.value));
            let result = match &action.value {
                Action::Together(actions) => self.act_together(actions),
                one => self.act_once(one, action.span),
            };
            if let Err(error) = result {
                self.fail_in_test(&error, action.span);
                return;
            }
            match next {
                Some(label) => {
                    let first = self.waiting.last().map(|(_, waiting)| waiting);
                    self.run.settle_before(label, first);
                }
                None => self.run.settle(),
            }
            self.take_answers();
        }
        // The last of a burst settles all that is before it.
        self.run.settle();
    }

    /// Begins several actions at the same time.
    fn act_together(&mut self, actions: &[Spanned<Action>]) -> Result<(), UnknownVariable> {
        if self.run.is_serial() {
            return self.act_in_any_order(actions);
        }
        for (at, action) in actions.iter().enumerate() {
            self.act_once(&action.value, action.span)?;
            if let Some(next) = actions.get(at + 1) {
                self.run.act_before(label_of(at + 1, &next.value));
            }
        }
        Ok(())
    }

    /// Does several actions, of which none is before the others, in the order that is decided on.
    fn act_in_any_order(&mut self, actions: &[Spanned<Action>]) -> Result<(), UnknownVariable> {
        let first = self.responses.len();
        let mut left: Vec<usize> = (0..actions.len()).collect();
        let mut requests = Vec::new();
        while !left.is_empty() {
            let labels = left.iter().map(|at| label_of(*at, &actions[*at].value));
            let picked = self.run.settle_before_one_of(labels.collect());
            let action = left.remove(picked.min(left.len() - 1));
            let before = self.responses.len();
            self.act_once(&actions[action].value, actions[action].span)?;
            requests.extend((before..self.responses.len()).map(|_| action));
        }
        // Answers are known by the place of their request among the others.
        let place = |at: usize| {
            let earlier = |it: &&usize| **it < requests[at - first];
            first + requests.iter().filter(earlier).count()
        };
        let mut in_order: Vec<Option<HttpResponse>> = vec![None; requests.len()];
        for (at, response) in self.responses.drain(first..).enumerate() {
            in_order[place(first + at) - first] = response;
        }
        self.responses.append(&mut in_order);
        for (at, _) in self.waiting.iter_mut().filter(|(at, _)| *at >= first) {
            *at = place(*at);
        }
        Ok(())
    }

    fn take_answers(&mut self) {
        for (at, waiting) in std::mem::take(&mut self.waiting) {
            self.responses[at] = Some(self.run.answer_of(waiting));
            self.capture(at);
        }
    }

    fn act_once(&mut self, action: &Action, span: Span) -> Result<(), UnknownVariable> {
        match action {
            Action::Request {
                method,
                target,
                headers,
                body,
            } => {
                let request = HttpRequest {
                    method: method.clone(),
                    target: fill_string(target, &self.variables)?,
                    headers: self.fill_headers(headers)?,
                    body: fill(body, &self.variables)?,
                };
                let at = self.responses.len();
                match self.run.request(&request) {
                    Asked::Nobody => self.responses.push(None),
                    Asked::Answered(response) => {
                        self.responses.push(Some(response));
                        self.capture(at);
                    }
                    Asked::Waits(waiting) => {
                        self.responses.push(None);
                        self.waiting.push((at, waiting));
                    }
                }
            }
            Action::Socket { client, act } => self.socket(client, act, span)?,
            Action::Emit { topic, data } => {
                let topic = fill_string(topic, &self.variables)?;
                let data = fill(data, &self.variables)?;
                self.run.emit(&topic, &data);
            }
            Action::Cron { step } => {
                // Names were checked before the run; one that is gone means that the project changed under us.
                if let Some(at) = self.run.plan().step(step) {
                    self.note(What::Cron {
                        step: step.value.clone(),
                    });
                    self.run.cron(at);
                }
            }
            Action::Advance { ms } => self.run.advance(*ms),
            Action::Together(actions) => self.act_together(actions)?,
        }
        Ok(())
    }

    fn socket(&mut self, client: &str, act: &SocketAct, span: Span) -> Result<(), UnknownVariable> {
        let problem = match act {
            SocketAct::Connect { target, headers } => {
                let request = HttpRequest {
                    method: "GET".to_owned(),
                    target: fill_string(target, &self.variables)?,
                    headers: self.fill_headers(headers)?,
                    body: Json::Null,
                };
                match self.run.connect(client, &request) {
                    None => Some(format!("no route takes a socket at {}", request.target)),
                    Some(refused) => {
                        if refused.is_some() {
                            self.responses.push(refused);
                            self.capture(self.responses.len() - 1);
                        }
                        None
                    }
                }
            }
            SocketAct::Send(message) => {
                let message = fill(message, &self.variables)?;
                let sent = self.run.client_sends(client, &message);
                (!sent).then(|| format!("`{client}` has no open connection to send over"))
            }
            SocketAct::Close(code) => {
                let closed = self.run.client_closes(client, *code);
                (!closed).then(|| format!("`{client}` has no open connection to close"))
            }
        };
        self.failures.extend(problem.map(|headline| FlowFailure {
            headline,
            place: FailurePlace::Test(span),
            details: Vec::new(),
        }));
        Ok(())
    }

    fn fill_headers(
        &self,
        headers: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, UnknownVariable> {
        let filled = headers
            .iter()
            .map(|(name, value)| Ok((name.clone(), fill_string(value, &self.variables)?)));
        filled.collect()
    }

    /// Takes the captures of the response that has just come, so that later actions can use them.
    fn capture(&mut self, at: usize) {
        let expected: Vec<_> = (self.test.then.iter())
            .filter_map(|it| match &it.value {
                Expectation::Response { captures, .. } => Some((captures, it.span)),
                _ => None,
            })
            .collect();
        let nth = if expected.len() == 1 { 0 } else { at };
        let Some((captures, span)) = expected.get(nth) else {
            return;
        };
        let Some(Some(response)) = self.responses.get(at) else {
            return;
        };
        let whole = json!({ "status": response.status, "headers": response.headers, "body": response.body });
        let mut missing = Vec::new();
        for (name, path) in *captures {
            match select(path, &whole) {
                Some(value) => {
                    self.variables.insert(name.clone(), value.clone());
                }
                None => missing.push(format!("capture {name}: {path} is not in the response {whole}")),
            }
        }
        for headline in missing {
            let place = FailurePlace::Test(*span);
            self.failures.push(FlowFailure {
                headline,
                place,
                details: Vec::new(),
            });
        }
    }

    fn fail_in_test(&mut self, error: &UnknownVariable, span: Span) {
        let failure = FlowFailure {
            headline: error.to_string(),
            place: FailurePlace::Test(span),
            details: Vec::new(),
        };
        self.failures.push(failure);
    }

    fn conclude(mut self, start: i64) -> FlowResult {
        self.run.end();
        let evidence = Evidence {
            run: &self.run,
            responses: &self.responses,
            variables: &self.variables,
        };
        let misses = judge(&self.test.then, &evidence);
        let expected_failures = evidence.expected_failures(&self.test.then);
        let error_expected = (self.test.then.iter()).any(
            |it| matches!(it.value, Expectation::Response { status: Some(status), .. } if status >= 500),
        );
        let mut failures = Vec::new();
        let mut notes = Vec::new();
        for finding in std::mem::take(&mut self.run.findings) {
            let is_expected = (finding.failed).is_some_and(|failed| expected_failures.contains(&failed));
            if !finding.fails || is_expected || (finding.answers_request && error_expected) {
                notes.push(finding.message);
                continue;
            }
            let place = finding.place.map_or(FailurePlace::Unknown, FailurePlace::Step);
            failures.push(FlowFailure {
                headline: finding.message,
                place,
                details: finding.details,
            });
        }
        failures.append(&mut self.failures);
        let missed: Vec<&Expectation> = (self.test.then.iter())
            .filter(|it| misses.iter().any(|miss| miss.span == it.span))
            .map(|it| &it.value)
            .collect();
        let state_differs = missed.iter().any(|it| matches!(it, Expectation::State(_)));
        let streams_differ = missed.iter().any(|it| matches!(it, Expectation::Stream(_)));
        let mut world = self.run.world.snapshot(self.run.now());
        failures.extend(misses.into_iter().map(|miss| FlowFailure {
            headline: miss.message,
            place: FailurePlace::Test(miss.span),
            details: miss.details,
        }));
        let own = (self.test.invariants.iter()).map(|it| (&it.value, FailurePlace::Test(it.span)));
        failures.extend(user::broken(
            self.run.plan(),
            own,
            &self.run.trace,
            &world["state"],
            &world["streams"],
        ));
        if !failures.is_empty() {
            notes.push(self.run.played());
        }
        FlowResult {
            endless: self.run.is_endless(),
            decisions: self.run.take_decisions(),
            mutated: self.run.is_mutated(),
            variables: self.variables,
            reached: Reached::of(&self.run.trace),
            state: world["state"].take(),
            state_differs,
            streams: world["streams"].take(),
            streams_differ,
            trace: self.run.trace,
            judged_from: 0,
            start,
            failures,
            notes,
            output: self.run.output,
            label: self.run.label,
        }
    }
}

/// What the test says of the world that it runs in, by the keys of its file.
fn settings_of(test: &FlowTest) -> BTreeMap<String, Json> {
    let mut settings = BTreeMap::new();
    if let Some(profile) = test.profile {
        settings.insert("profile".to_owned(), json!(profile.name()));
    }
    if let Some(isolation) = test.isolation {
        settings.insert("isolation".to_owned(), json!(isolation.name()));
    }
    if !test.allow.is_empty() {
        settings.insert("allow".to_owned(), json!(test.allow));
    }
    settings
}

/// True if the next action may happen while consequences of this one are still under way: messages that are sent
/// one after the other, and the same request again once it is answered. Anything else waits until all is settled, since a
/// test that looks at what came of an action wants to see all of it.
fn overlap(action: &Action, next: &Action) -> bool {
    match (action, next) {
        (Action::Emit { .. }, Action::Emit { .. }) => true,
        (
            Action::Request { method, target, .. },
            Action::Request {
                method: other_method,
                target: other,
                ..
            },
        ) => {
            method == other_method
                && target.value == other.value
                && !matches!(method.as_str(), "GET" | "HEAD")
        }
        _ => false,
    }
}

/// The action at this place of `when`, or of those that begin together, in words.
fn label_of(at: usize, action: &Action) -> String {
    let what = match action {
        Action::Request { method, target, .. } => format!("{method} {target}"),
        Action::Emit { topic, .. } => format!("emit {topic}"),
        Action::Cron { step } => format!("cron {step}"),
        Action::Advance { ms } => format!("advance {ms} ms"),
        Action::Socket { client, .. } => format!("socket {client}"),
        Action::Together(_) => "together".to_owned(),
    };
    format!("the test: {what} (action {})", at + 1)
}

/// A generated value as the variables of a run.
pub fn variables_of(names: &[String], values: &[Json]) -> Variables {
    names.iter().cloned().zip(values.iter().cloned()).collect()
}
