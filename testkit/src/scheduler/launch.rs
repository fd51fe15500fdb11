//! How a handler starts, and how it runs until it parks or ends.

use banister_grammars::Language;
use banister_grammars::facts::{Dialect, StepKind};
use serde_json::{Value as Json, json};

use super::{Cause, Live, Run};
use crate::decision::Touch;
use crate::plan::{PlanTrigger, TriggerId};
use crate::protocol::{CallShape, CodeStandIns, ContextFields, FromWorker, Invoke, Isolation, Timer};
use crate::report::ControlLabel;
use crate::stage::{Resume, Signal};
use crate::trace::What;

/// A handler that shall run.
pub(super) struct Launch {
    pub(super) to: TriggerId,
    pub(super) cause: Cause,
    /// The cause in words.
    pub(super) text: String,
    pub(super) input: Json,
    pub(super) trace_id: String,
    pub(super) flows: Vec<String>,
}

impl Run<'_> {
    /// Starts a handler and runs it until it parks or ends.
    pub(super) fn launch(&mut self, launch: Launch) -> u32 {
        self.started += 1;
        let invocation = self.started;
        let step = launch.to.step;
        let it = &self.plan.steps[step];
        let message = self.invocation(invocation, &launch);
        let ordinal = self.runs_of_step.get(&step).copied().unwrap_or(0);
        self.touch(Touch::write(["run", &it.name]));
        let Launch {
            cause,
            text,
            trace_id,
            ..
        } = launch;
        let (sent_by, attempt) = match &cause {
            Cause::Message(delivery) => (delivery.sent_by, Some(delivery.attempt).filter(|it| *it > 1)),
            _ => (None, None),
        };
        self.note(
            Some(invocation),
            What::Started {
                step: it.name.clone(),
                cause: text,
                trace_id: trace_id.clone(),
                sent_by,
                attempt,
            },
        );
        let deadline = match cause {
            Cause::Message(_) => it.timeout_ms.map(|ms| self.now.saturating_add(ms)),
            _ => None,
        };
        if let Some(mutation) = &mut self.mutation {
            mutation.on_start(invocation, &it.name);
        }
        self.note_apart(step);
        match self.stage.start(it.language, message) {
            Ok(slot) => {
                let live = Live {
                    invocation,
                    name: format!("{}#{ordinal}", it.name),
                    held: false,
                    slot,
                    step,
                    cause,
                    trace_id,
                    deadline,
                    said: Vec::new(),
                    replies: Vec::new(),
                    timers: Vec::new(),
                    exchanges: Vec::new(),
                    inbox: Vec::new(),
                    subscriptions: std::collections::BTreeMap::new(),
                    listening: false,
                    turns: Default::default(),
                    refusals: std::collections::BTreeMap::new(),
                };
                self.live.push(live);
                self.run_on(self.live.len() - 1);
            }
            Err(error) => self.fail(invocation, step, &cause, error.as_handler_error()),
        }
        invocation
    }

    fn invocation(&mut self, invocation: u32, launch: &Launch) -> Invoke {
        let it = &self.plan.steps[launch.to.step];
        let ordinal = self.runs_of_step.entry(launch.to.step).or_insert(0);
        *ordinal += 1;
        let seed = self.start.seed.part(&it.name, *ordinal);
        let trigger = it.triggers.get(launch.to.trigger);
        Invoke {
            invocation: u64::from(invocation),
            session: self.start.session,
            file: self.plan.root.join(&it.file).to_string_lossy().into_owned(),
            call: call_shape(&launch.cause),
            input: launch.input.clone(),
            context: ContextFields {
                trace_id: launch.trace_id.clone(),
                flows: launch.flows.clone(),
                streams: self
                    .plan
                    .streams
                    .iter()
                    .map(|stream| stream.name.clone())
                    .collect(),
                profile: self.start.profile.name().to_owned(),
                trigger: match (it.dialect, trigger) {
                    (Dialect::V1, Some(trigger)) => told(launch, trigger),
                    _ => Json::Null,
                },
                middleware: self.plan.middleware.clone(),
            },
            now: self.now,
            seed: seed.hex(),
            env: self.start.env.clone(),
            hosts: self.start.hosts.clone(),
            isolation: self.start.isolation,
            holds: self.start.holds,
            gathers: !self.start.hosts.is_empty(),
            expendable: self.may_die(&launch.cause),
            // The stage knows the services.
            bare: false,
            // The stage knows the interpreter, and with it what stands in for code.
            mocks: CodeStandIns::default(),
            socket: matches!(launch.cause, Cause::Socket(_)),
        }
    }

    /// An interpreter runs one handler at a time, so that a second one beside it gets modules of its own.
    fn note_apart(&mut self, step: usize) {
        let language_of = |step: usize| self.plan.steps[step].language;
        let is_beside = |live: &Live| same_interpreter(language_of(live.step), language_of(step));
        if self.start.isolation != Isolation::Shared {
            return;
        }
        if let Some(other) = self.live.iter().find(|live| is_beside(live)) {
            let (one, other) = (&self.plan.steps[step].name, &self.plan.steps[other.step].name);
            let message = format!("{one} ran while {other} was waiting: the two did not share their modules");
            self.label = self.label.max(ControlLabel::Partial);
            self.remark(message);
        }
    }

    /// Listens to a handler until it parks or ends, and answers its calls as it parks.
    pub(super) fn run_on(&mut self, at: usize) {
        self.runs_now(self.live[at].invocation);
        self.live[at].turns.begin();
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
                    self.external_call(at, *call);
                }
                Signal::Message(FromWorker::Parked {
                    timers,
                    exchanges,
                    listening,
                    ..
                }) => {
                    if !self.parked(at, timers, &exchanges, listening) || self.is_too_long() {
                        return;
                    }
                }
                Signal::Message(FromWorker::Done {
                    value,
                    calls,
                    leaked,
                    skipped,
                    ..
                }) => {
                    self.apply_said(at);
                    self.finished(at, value, &calls, &leaked, skipped);
                    return;
                }
                Signal::Message(FromWorker::Threw { error, .. }) => {
                    self.apply_said(at);
                    let live = self.live.remove(at);
                    self.collect_output(&live, true);
                    self.fail(live.invocation, live.step, &live.cause, error);
                    return;
                }
                Signal::Message(message) => {
                    if let FromWorker::Mocked { function, .. } = &message {
                        // It has its answer already, whenever we take note of it.
                        self.touch(Touch::write(["function", function]));
                    }
                    self.live[at].said.push(message);
                    if self.says_too_much(at) {
                        return;
                    }
                }
            }
        }
    }

    /// Answers a handler that has parked, or notes what it waits for; true if it goes on.
    fn parked(&mut self, at: usize, timers: Vec<Timer>, exchanges: &[u64], listening: bool) -> bool {
        let waits = |message: &FromWorker| matches!(message, FromWorker::Call { id, .. } if *id != 0);
        self.live[at].held = self.exploration.is_some() && self.live[at].said.iter().any(waits);
        if self.live[at].held {
            self.keep_exchanges(at, exchanges);
            self.live[at].listening = listening;
            self.live[at].timers.clear();
            return false;
        }
        self.apply_said(at);
        if self.tries_for_ever(at) {
            return false;
        }
        self.keep_exchanges(at, exchanges);
        let live = &mut self.live[at];
        live.listening = listening;
        let resume = Resume {
            now: self.now,
            replies: std::mem::take(&mut live.replies),
            events: std::mem::take(&mut live.inbox),
            ..Resume::default()
        };
        if !resume.replies.is_empty() || !resume.events.is_empty() {
            return self.take_turn(at, resume);
        }
        if self.exploration.is_none()
            && let Some(going_on) = self.answer_gathered(at)
        {
            return going_on;
        }
        let live = &mut self.live[at];
        live.timers = timers;
        let waits = listening || !live.subscriptions.is_empty();
        let invocation = live.invocation;
        match live.next_due() {
            // Not a wait of the handler's, whatever timers it has: its call is answered when its turn comes.
            Some(_) if live.is_answered_at_once() => return false,
            Some(until) => self.note(Some(invocation), What::Slept { until }),
            None if waits => {}
            None => {
                self.stuck(at);
                return false;
            }
        }
        self.live[at].turns.end();
        false
    }

    /// Lets a parked handler go on; false if its interpreter is gone and it with it.
    pub(super) fn go_on(&mut self, at: usize, resume: Resume) -> bool {
        match self.stage.resume(self.live[at].slot, resume) {
            Ok(()) => true,
            Err(error) => {
                let live = self.live.remove(at);
                self.collect_output(&live, false);
                self.fail(live.invocation, live.step, &live.cause, error.as_handler_error());
                false
            }
        }
    }
}

/// TypeScript and JavaScript run in the same one.
fn same_interpreter(one: Language, other: Language) -> bool {
    let is_node = |language| matches!(language, Language::TypeScript | Language::JavaScript);
    one == other || (is_node(one) && is_node(other))
}

fn call_shape(cause: &Cause) -> CallShape {
    match cause {
        Cause::Request | Cause::Socket(_) => CallShape::Api,
        Cause::Message(_) => CallShape::Event,
        Cause::Cron => CallShape::Cron,
    }
}

/// What a step of 1.0 is told about its trigger.
fn told(launch: &Launch, trigger: &PlanTrigger) -> Json {
    let index = launch.to.trigger;
    match trigger.kind {
        StepKind::Api => {
            let (method, path) = trigger.route.clone().unwrap_or_default();
            json!({ "type": "http", "index": index, "method": method, "path": path })
        }
        StepKind::Event => json!({ "type": "queue", "index": index, "topic": launch.text }),
        StepKind::Cron => json!({ "type": "cron", "index": index, "expression": trigger.cron }),
        StepKind::State => json!({ "type": "state", "index": index }),
        StepKind::Stream => json!({ "type": "stream", "index": index }),
        StepKind::Noop => Json::Null,
    }
}
