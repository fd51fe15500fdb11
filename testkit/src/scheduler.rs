//! The one source of order and time in a run. A handler runs until it parks or ends; only then does the scheduler choose
//! what happens next: first in, first out. The virtual clock moves when nothing is left to do at the present moment.
//!
//! Departures from the framework, on purpose: schedules fire only when a test says so (`cron`, `advance`), never because
//! the clock moved on for a retry or a sleeping handler.

pub(crate) mod advice;
mod answer;
mod calls;
mod changes;
mod exchanges;
mod explored;
mod faults;
mod findings;
mod form;
mod http;
mod intake;
mod launch;
mod mutated;
mod outcome;
mod refused;
mod sockets;
mod system;
#[cfg(test)]
mod tests;
mod time;
mod turns;
mod validation;

use std::collections::BTreeMap;

use banister_project::profile::Profile;
use serde_json::Value as Json;

use crate::decision::{Decide, Decision};
use crate::mock::HttpCall;
use crate::mutation::Mutation;
use crate::plan::{Plan, PlanStep, TriggerId};
use crate::protocol::{FromWorker, Isolation, Reply, Timer};
use crate::queue::{Delivery, Queue};
use crate::report::{ControlLabel, StepOutput, lane_of};
use crate::rng::{Seed, trace_id};
use crate::stage::{Slot, Stage};
use crate::trace::{Event, Trace, What};
use crate::world::{StreamLimits, World};
use explored::Exploration;
use launch::Launch;
use sockets::Sockets;
use validation::Schemas;

pub use findings::{Finding, Place, kind};
pub use http::{HeaderValue, HttpRequest, HttpResponse};

/// A run that goes on for longer than this many events has no end.
const MAX_EVENTS: usize = 100_000;
/// Messages of which one leads to the next, so many of them at the same moment, have no end either.
const MAX_CHAIN: u32 = 1_200;

/// What a run starts from.
#[derive(Debug, Clone)]
pub struct Start {
    /// Virtual time, ms since the epoch.
    pub now: i64,
    /// Source of every seed in the run.
    pub seed: Seed,
    /// Environment variables of the handlers.
    pub env: BTreeMap<String, String>,
    /// Hosts that have a mock.
    pub hosts: Vec<String>,
    /// The mock session.
    pub session: u64,
    /// Which framework is played.
    pub profile: Profile,
    /// Findings that fail no test.
    pub allow: Vec<String>,
    /// True if some answer of a mock comes later in virtual time.
    pub holds: bool,
    /// What handlers find of each other.
    pub isolation: Isolation,
}

/// One run of a flow.
pub struct Run<'a> {
    plan: &'a Plan,
    stage: &'a mut dyn Stage,
    start: Start,
    now: i64,
    /// Shared state and streams.
    pub world: World,
    queue: Queue,
    live: Vec<Live>,
    /// External calls, in order.
    pub calls: Vec<HttpCall>,
    /// What happened so far.
    pub trace: Trace,
    /// What is wrong whatever the test expects.
    pub findings: Vec<Finding>,
    /// What the handlers printed.
    pub output: Vec<StepOutput>,
    /// Whether the scheduler controlled everything.
    pub label: ControlLabel,
    started: u32,
    runs_of_step: BTreeMap<usize, u64>,
    flows_started: u64,
    answers: BTreeMap<u32, HttpResponse>,
    sockets: Sockets,
    schemas: Schemas,
    exhausted: bool,
    /// The only subscriber that a message of the test goes to.
    only_to: Option<TriggerId>,
    most_events: usize,
    /// Messages so far by topic and step.
    messages: BTreeMap<(String, usize), u64>,
    exploration: Option<Exploration<'a>>,
    mutation: Option<Mutation>,
    /// A message that waits for the next one of its sender.
    held: Option<mutated::Message>,
    /// What the test can do next, if it need not wait until all is settled.
    next_acts: Vec<String>,
    /// The run of a handler whose answer the test waits for before that.
    answer_first: Option<u32>,
    /// The test does this of `next_acts` now.
    acts: Option<usize>,
    /// That action begins together with the last one.
    begins_together: bool,
}

/// What comes of a request at first.
pub enum Asked {
    /// No route matches.
    Nobody,
    /// The server itself answers: no step runs.
    Answered(HttpResponse),
    /// A handler runs.
    Waits(Waiting),
}

/// A request whose answer is still to come.
pub struct Waiting {
    invocation: u32,
    misfit: Option<String>,
    only_head: bool,
}

/// A handler that has started and not ended.
#[derive(Debug)]
struct Live {
    invocation: u32,
    /// The step and which of its runs this is: `CreateOrder#1`.
    name: String,
    /// It has calls that are not applied yet: its run is explored.
    held: bool,
    slot: Slot,
    step: usize,
    cause: Cause,
    trace_id: String,
    /// Virtual time at which its handler is ended.
    deadline: Option<i64>,
    /// What it told us and nothing was done about yet, in order.
    said: Vec<FromWorker>,
    /// Answers that wait until it parks.
    replies: Vec<Reply>,
    timers: Vec<Timer>,
    /// What happened on its streams and its socket, until it parks.
    inbox: Vec<Json>,
    /// Streams that it listens to, by subscription.
    subscriptions: BTreeMap<u64, String>,
    /// It has returned, and its socket is open.
    listening: bool,
    /// Exchanges whose answer is held.
    exchanges: Vec<exchanges::Open>,
    /// How often it went on without a wait.
    turns: turns::Turns,
    /// How often it tried to reach a host without a mock.
    refusals: BTreeMap<(String, u16), u32>,
}

/// Why a handler runs.
#[derive(Debug, Clone)]
enum Cause {
    Request,
    Message(Delivery),
    Cron,
    /// A client of a socket, by its name.
    Socket(String),
}

impl<'a> Run<'a> {
    /// A run of `plan` that has not begun.
    pub fn new(plan: &'a Plan, stage: &'a mut dyn Stage, start: Start) -> Self {
        let limits = plan.streams.iter().map(|stream| {
            let limits = StreamLimits {
                ttl_ms: stream.ttl_ms.filter(|_| start.profile == Profile::Seed),
                max_items: stream.max_items.filter(|_| start.profile == Profile::Seed),
            };
            (stream.name.clone(), limits)
        });
        Self {
            plan,
            stage,
            now: start.now,
            world: World::new(start.profile, limits.collect()),
            start,
            queue: Queue::default(),
            live: Vec::new(),
            calls: Vec::new(),
            trace: Trace::default(),
            findings: Vec::new(),
            output: Vec::new(),
            label: ControlLabel::Controlled,
            started: 0,
            runs_of_step: BTreeMap::new(),
            flows_started: 0,
            answers: BTreeMap::new(),
            sockets: Sockets::default(),
            schemas: Schemas::default(),
            exhausted: false,
            only_to: None,
            most_events: MAX_EVENTS,
            messages: BTreeMap::new(),
            exploration: None,
            mutation: None,
            held: None,
            next_acts: Vec::new(),
            answer_first: None,
            acts: None,
            begins_together: false,
        }
    }

    /// Whatever could happen in more than one order is put before `decide`.
    #[must_use]
    pub fn explored_by(mut self, decide: &'a mut dyn Decide) -> Self {
        self.exploration = Some(Exploration::new(decide));
        self
    }

    /// True if something was done in another order than first in, first out, or a fault struck.
    pub fn has_departed(&self) -> bool {
        let exploration = self.exploration.as_ref();
        exploration.is_some_and(|it| it.decisions.iter().any(|decision| decision.taken > 0))
    }

    /// What was decided in an explored run, in order.
    pub fn take_decisions(&mut self) -> Vec<Decision> {
        let exploration = self.exploration.as_mut();
        exploration.map(Exploration::end).unwrap_or_default()
    }

    /// The virtual time, ms since the epoch.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// True if the run was stopped because it did not end.
    pub fn is_endless(&self) -> bool {
        self.exhausted
    }

    /// Which framework the run plays and why, for people.
    pub fn played(&self) -> String {
        let why = if self.start.profile == self.plan.profile && !self.plan.profile_because.is_empty() {
            self.plan.profile_because.as_str()
        } else {
            "the test says so"
        };
        format!("played as `{}`: {why}", self.start.profile.name())
    }

    /// The plan that runs.
    pub fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// Calls an API step. What follows from it happens when the run is settled; then `answer_of` has the answer.
    pub fn request(&mut self, request: &HttpRequest) -> Asked {
        self.note(
            None,
            What::Request {
                method: request.method.clone(),
                target: request.target.clone(),
                headers: request.headers.clone(),
                body: request.body.clone(),
            },
        );
        if let Some(answer) = self.system_answer(request) {
            return Asked::Answered(answer);
        }
        let Some(route) = self.plan.route(&request.method, request.path()) else {
            return Asked::Nobody;
        };
        let to = TriggerId {
            step: route.step,
            trigger: route.trigger,
        };
        let input = request.as_input(&route.params);
        let (input, misfit) = match input.and_then(|input| self.checked_body(to, input)) {
            Ok(input) => input,
            Err(answer) => return Asked::Answered(self.answer_early(answer)),
        };
        let trace_id = self.new_trace_id();
        let invocation = self.launch(Launch {
            to,
            cause: Cause::Request,
            text: format!("{} {}", request.method, request.path()),
            input,
            trace_id,
            flows: self.plan.steps[route.step].flows.clone(),
        });
        Asked::Waits(Waiting {
            invocation,
            misfit,
            only_head: request.method == "HEAD",
        })
    }

    /// The answer to a request, once its handler has ended.
    pub fn answer_of(&mut self, waiting: Waiting) -> HttpResponse {
        let mut answer = self
            .answers
            .remove(&waiting.invocation)
            .unwrap_or_else(HttpResponse::internal_error);
        // A step that refuses such a request itself has done what it should.
        if let Some(misfit) = waiting.misfit.filter(|_| answer.status < 400) {
            self.remark(misfit);
        }
        if waiting.only_head {
            answer.body = Json::Null;
        }
        answer
    }

    /// Sends a message as if a step had.
    pub fn emit(&mut self, topic: &str, data: &Json) {
        let trace_id = self.new_trace_id();
        self.send(None, topic, data, &trace_id, &[], false, None);
    }

    /// Sends a message to one subscriber alone, whoever else takes the topic: it may not be what the others take.
    pub fn emit_to(&mut self, to: TriggerId, topic: &str, data: &Json) {
        self.only_to = Some(to);
        self.emit(topic, data);
        self.only_to = None;
    }

    /// The run has no end if it goes on for longer than this many events.
    pub fn ends_after(&mut self, events: usize) {
        self.most_events = events;
    }

    /// Lets everything happen that follows from what the test did.
    pub fn settle(&mut self) {
        self.settle_until(None);
    }

    /// Lets things happen before the next of several actions that are begun together. Only an explored run does; by
    /// default it lets the handler that has just been started run until it parks or ends, as any run does.
    pub fn act_before(&mut self, next: String) {
        if self.exploration.is_some() {
            self.begins_together = true;
            self.settle_before(next, None);
            self.begins_together = false;
        }
    }

    /// Lets things happen, but not necessarily all: in an explored run the test may do its next action (`next`, in words)
    /// at any point, once the answer to `first` is there.
    pub fn settle_before(&mut self, next: String, first: Option<&Waiting>) {
        if self.exploration.is_none() {
            return self.settle_until(None);
        }
        self.answer_first = first.map(|waiting| waiting.invocation);
        self.settle_before_one_of(vec![next]);
    }

    /// Lets things happen before one of these actions, in words, which may be done in any order; the place of the one that
    /// is next.
    pub fn settle_before_one_of(&mut self, next: Vec<String>) -> usize {
        self.next_acts = next;
        self.settle_until(None);
        self.next_acts.clear();
        self.acts.take().unwrap_or(0)
    }

    /// True if no handler may go on while another one is under way.
    pub fn is_serial(&self) -> bool {
        self.exploration.as_ref().is_some_and(|it| it.decide.is_serial())
    }

    /// Runs a cron step now.
    pub fn cron(&mut self, step: usize) {
        self.fire(self.plan.cron_trigger(step));
    }

    fn fire(&mut self, to: TriggerId) {
        if self.misses(to.step) {
            return;
        }
        let launch = Launch {
            to,
            cause: Cause::Cron,
            text: "cron".to_owned(),
            input: Json::Null,
            trace_id: self.new_trace_id(),
            flows: self.plan.steps[to.step].flows.clone(),
        };
        self.launch(launch);
    }

    /// Ends what still listens: the test is over, and no more clients come.
    pub fn end(&mut self) {
        while let Some(at) = self.live.iter().position(|live| live.listening) {
            self.end_listening(at);
        }
        while !self.live.is_empty() {
            self.stuck(0);
        }
    }

    fn new_trace_id(&mut self) -> String {
        self.flows_started += 1;
        trace_id(self.start.seed.part("trace", self.flows_started), self.now)
    }

    fn note(&mut self, invocation: Option<u32>, what: What) {
        self.trace.events.push(Event {
            at: self.now,
            invocation,
            what,
        });
    }

    fn step_of(&self, at: usize) -> &'a PlanStep {
        &self.plan.steps[self.live[at].step]
    }

    fn collect_output(&mut self, live: &Live, clean: bool) {
        let mut printed = self
            .stage
            .release(live.slot, &self.plan.steps[live.step].name, clean);
        if !printed.stdout.is_empty() || !printed.stderr.is_empty() {
            printed.step = lane_of(&self.trace, live.invocation, printed.step);
            self.output.push(printed);
        }
    }
}
