//! The one source of order and time in a run. A handler runs until it parks or ends; only then does the scheduler choose
//! what happens next: first in, first out. The virtual clock moves when nothing is left to do at the present moment.
//!
//! Departures from the framework, on purpose: schedules fire only when a test says so (`cron`, `advance`), never because
//! the clock moved on for a retry or a sleeping handler.

mod calls;
mod http;
mod outcome;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::plan::{Plan, PlanStep};
use crate::protocol::{CallShape, ContextFields, FromWorker, Invoke, Isolation, Reply, Timer};
use crate::queue::{Delivery, Queue};
use crate::report::{ControlLabel, StepOutput, lane_of};
use crate::rng::{Seed, trace_id};
use crate::schedule::Schedule;
use crate::stage::{Signal, Slot, Stage};
use crate::trace::{Event, Trace, What};
use crate::world::World;

pub use http::{HttpRequest, HttpResponse};
pub use outcome::{Finding, Place};

/// A run that goes on for longer than this many events has no end.
const MAX_EVENTS: usize = 100_000;

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
    exhausted: bool,
}

/// A handler that has started and not ended.
#[derive(Debug)]
struct Live {
    invocation: u32,
    slot: Slot,
    step: usize,
    cause: Cause,
    trace_id: String,
    /// What it told us and nothing was done about yet, in order.
    said: Vec<FromWorker>,
    /// Answers that wait until it parks.
    replies: Vec<Reply>,
    timers: Vec<Timer>,
}

/// Why a handler runs.
#[derive(Debug, Clone)]
enum Cause {
    Request,
    Message(Delivery),
    Cron,
}

impl<'a> Run<'a> {
    /// A run of `plan` that has not begun.
    pub fn new(plan: &'a Plan, stage: &'a mut dyn Stage, start: Start) -> Self {
        Self {
            plan,
            stage,
            now: start.now,
            start,
            world: World::default(),
            queue: Queue::default(),
            live: Vec::new(),
            trace: Trace::default(),
            findings: Vec::new(),
            output: Vec::new(),
            label: ControlLabel::Controlled,
            started: 0,
            runs_of_step: BTreeMap::new(),
            flows_started: 0,
            answers: BTreeMap::new(),
            exhausted: false,
        }
    }

    /// The virtual time, ms since the epoch.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// True if the run was stopped because it did not end.
    pub fn is_endless(&self) -> bool {
        self.exhausted
    }

    /// The plan that runs.
    pub fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// Calls an API step and lets everything that follows from it happen. `None` if no route matches.
    pub fn request(&mut self, request: &HttpRequest) -> Option<HttpResponse> {
        self.note(
            None,
            What::Request {
                method: request.method.clone(),
                target: request.target.clone(),
                headers: request.headers.clone(),
                body: request.body.clone(),
            },
        );
        let route = self.plan.route(&request.method, request.path())?;
        let cause = format!("{} {}", request.method, request.path());
        let trace_id = self.new_trace_id();
        let flows = self.plan.steps[route.step].flows.clone();
        let input = request.as_input(&route.params);
        let invocation = self.launch(route.step, Cause::Request, cause, input, trace_id, flows);
        self.settle(None);
        let answer = self
            .answers
            .remove(&invocation)
            .unwrap_or_else(HttpResponse::internal_error);
        Some(answer)
    }

    /// Sends a message as if a step had, and lets everything that follows happen.
    pub fn emit(&mut self, topic: &str, data: &Json) {
        let trace_id = self.new_trace_id();
        self.send(None, topic, data, &trace_id, &[], false);
        self.settle(None);
    }

    /// Runs a cron step now.
    pub fn cron(&mut self, step: usize) {
        self.fire(step);
        self.settle(None);
    }

    /// Moves the clock by `ms`; what falls due on the way happens at its time.
    pub fn advance(&mut self, ms: i64) {
        self.note(None, What::Advance { ms });
        let target = self.now.saturating_add(ms);
        let schedules: Vec<(usize, Schedule)> = (self.plan.steps.iter().enumerate())
            .filter_map(|(at, step)| Some((at, Schedule::parse(step.cron.as_deref()?).ok()?)))
            .collect();
        while !self.exhausted {
            let upcoming = schedules
                .iter()
                .filter_map(|(step, it)| Some((it.next_after(self.now)?, *step)));
            let Some((due, _)) = upcoming.clone().min().filter(|(due, _)| *due <= target) else {
                break;
            };
            let firing: Vec<usize> = upcoming
                .filter(|(at, _)| *at == due)
                .map(|(_, step)| step)
                .collect();
            self.settle(Some(due));
            self.now = self.now.max(due);
            for step in firing {
                self.fire(step);
            }
            self.settle(Some(due));
        }
        self.settle(Some(target));
        self.now = self.now.max(target);
        self.settle(None);
    }

    fn fire(&mut self, step: usize) {
        let trace_id = self.new_trace_id();
        let flows = self.plan.steps[step].flows.clone();
        self.launch(step, Cause::Cron, "cron".to_owned(), Json::Null, trace_id, flows);
    }

    /// Goes on until nothing is left to do, moving the clock at most to `limit`.
    fn settle(&mut self, limit: Option<i64>) {
        loop {
            if self.trace.events.len() > MAX_EVENTS {
                self.give_up();
                return;
            }
            if self.wake_due() {
                continue;
            }
            if let Some(delivery) = self.queue.pop_due(self.now) {
                self.deliver(delivery);
                continue;
            }
            let timers = self
                .live
                .iter()
                .flat_map(|live| live.timers.iter().map(|timer| timer.due));
            let Some(next) = timers.chain(self.queue.next_due()).min() else {
                return;
            };
            if limit.is_some_and(|limit| next > limit) {
                return;
            }
            self.now = self.now.max(next);
        }
    }

    /// Wakes the handler that has waited longest for a timer that is due.
    fn wake_due(&mut self) -> bool {
        let now = self.now;
        let due = (self.live.iter().enumerate())
            .filter_map(|(at, live)| {
                Some((
                    live.timers
                        .iter()
                        .map(|t| t.due)
                        .filter(|due| *due <= now)
                        .min()?,
                    live.invocation,
                    at,
                ))
            })
            .min();
        let Some((_, _, at)) = due else { return false };
        let mut fired: Vec<Timer> = self.live[at]
            .timers
            .iter()
            .copied()
            .filter(|t| t.due <= now)
            .collect();
        fired.sort_by_key(|timer| (timer.due, timer.id));
        self.live[at].timers.clear();
        if self.go_on(at, Vec::new(), fired.iter().map(|timer| timer.id).collect()) {
            self.run_on(at);
        }
        true
    }

    fn deliver(&mut self, delivery: Delivery) {
        let step = delivery.step;
        let (topic, data) = (delivery.topic.clone(), delivery.data.clone());
        let (trace_id, flows) = (delivery.trace_id.clone(), delivery.flows.clone());
        self.launch(step, Cause::Message(delivery), topic, data, trace_id, flows);
    }

    /// Starts a handler and runs it until it parks or ends.
    fn launch(
        &mut self,
        step: usize,
        cause: Cause,
        cause_text: String,
        input: Json,
        trace_id: String,
        flows: Vec<String>,
    ) -> u32 {
        self.started += 1;
        let invocation = self.started;
        let it = &self.plan.steps[step];
        self.note(
            Some(invocation),
            What::Started {
                step: it.name.clone(),
                cause: cause_text,
                trace_id: trace_id.clone(),
            },
        );
        let ordinal = self.runs_of_step.entry(step).or_insert(0);
        *ordinal += 1;
        let seed = self.start.seed.part(&it.name, *ordinal);
        let message = Invoke {
            invocation: u64::from(invocation),
            session: self.start.session,
            file: self.plan.root.join(&it.file).to_string_lossy().into_owned(),
            call: call_shape(&cause),
            input,
            context: ContextFields {
                trace_id: trace_id.clone(),
                flows,
                streams: self.plan.streams.clone(),
            },
            now: self.now,
            seed: seed.hex(),
            env: self.start.env.clone(),
            hosts: self.start.hosts.clone(),
            isolation: Isolation::Fresh,
        };
        match self.stage.start(it.language, message) {
            Ok(slot) => {
                let live = Live {
                    invocation,
                    slot,
                    step,
                    cause,
                    trace_id,
                    said: Vec::new(),
                    replies: Vec::new(),
                    timers: Vec::new(),
                };
                self.live.push(live);
                self.run_on(self.live.len() - 1);
            }
            Err(error) => self.fail(invocation, step, &cause, error.as_handler_error()),
        }
        invocation
    }

    /// Listens to a handler until it parks or ends, and answers its calls as it parks.
    fn run_on(&mut self, at: usize) {
        loop {
            let signal = match self.stage.next(self.live[at].slot) {
                Ok(signal) => signal,
                Err(error) => {
                    self.apply_said(at);
                    let live = self.live.remove(at);
                    self.collect_output(&live, false);
                    self.fail(live.invocation, live.step, &live.cause, error.as_handler_error());
                    return;
                }
            };
            match signal {
                Signal::Http(call) => {
                    self.apply_said(at);
                    self.external_call(at, call);
                }
                Signal::Message(FromWorker::Parked { timers, .. }) => {
                    self.apply_said(at);
                    let replies = std::mem::take(&mut self.live[at].replies);
                    if !replies.is_empty() {
                        if self.go_on(at, replies, Vec::new()) {
                            continue;
                        }
                        return;
                    }
                    if timers.is_empty() {
                        self.stuck(at);
                    } else {
                        let until = timers.iter().map(|timer| timer.due).min().unwrap_or(self.now);
                        self.note(Some(self.live[at].invocation), What::Slept { until });
                        self.live[at].timers = timers;
                    }
                    return;
                }
                Signal::Message(FromWorker::Done {
                    value, calls, leaked, ..
                }) => {
                    self.apply_said(at);
                    self.finished(at, value, &calls, &leaked);
                    return;
                }
                Signal::Message(FromWorker::Threw { error, .. }) => {
                    self.apply_said(at);
                    let live = self.live.remove(at);
                    self.collect_output(&live, true);
                    self.fail(live.invocation, live.step, &live.cause, error);
                    return;
                }
                Signal::Message(message) => self.live[at].said.push(message),
            }
        }
    }

    /// Lets a parked handler go on; false if its interpreter is gone and it with it.
    fn go_on(&mut self, at: usize, replies: Vec<Reply>, timers: Vec<u64>) -> bool {
        match self.stage.resume(self.live[at].slot, self.now, replies, timers) {
            Ok(()) => true,
            Err(error) => {
                let live = self.live.remove(at);
                self.collect_output(&live, false);
                self.fail(live.invocation, live.step, &live.cause, error.as_handler_error());
                false
            }
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

fn call_shape(cause: &Cause) -> CallShape {
    match cause {
        Cause::Request => CallShape::Api,
        Cause::Message(_) => CallShape::Event,
        Cause::Cron => CallShape::Cron,
    }
}
