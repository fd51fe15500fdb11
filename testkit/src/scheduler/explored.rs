//! A run whose order is explored: handlers stop before each of their calls, and at every point all that could happen
//! next is put before whoever decides. By default the same happens as in a run that is not explored.

use super::{Cause, Live, Run};
use crate::access::Access;
use crate::decision::{Choice, Decide, Decision, OptionKind, Touch};
use crate::protocol::{FromWorker, Isolation};
use crate::queue::Delivery;
use crate::stage::Resume;
use crate::trace::written_op;

/// No handler: invocations are numbered from 1.
const NOBODY: u32 = 0;

/// Who decides, and what was decided so far.
pub(super) struct Exploration<'d> {
    pub(super) decide: &'d mut dyn Decide,
    pub(super) decisions: Vec<Decision>,
    /// The handler that ran last: by default it goes on.
    last: u32,
    /// How often time may still pass although there is something to do.
    waits: u32,
}

/// What an option does.
#[derive(Debug, Clone, Copy)]
enum Do {
    /// Events of streams and sockets reach the handler at this place.
    HandOut(usize),
    /// The call with this number of the handler at this place is applied.
    Apply(usize, u64),
    /// A held answer comes: place of the handler, place of the exchange.
    Answer(usize, usize),
    /// Timers of the handler at this place fire.
    Wake(usize),
    /// A message starts its handler.
    Deliver((i64, u64)),
    /// The test goes on, with this of the actions that it could do next.
    Act(usize),
    /// Time passes until then, although there is something to do.
    Wait(i64),
    /// Time passes until then.
    Pass(i64),
}

impl<'d> Exploration<'d> {
    /// Time passes at most once in a run while there is something to do: a queue may be slow, but not always.
    const WAITS: u32 = 1;

    pub(super) fn new(decide: &'d mut dyn Decide) -> Self {
        Self {
            decide,
            decisions: Vec::new(),
            last: NOBODY,
            waits: Self::WAITS,
        }
    }

    /// What was decided; the run is over.
    pub(super) fn end(&mut self) -> Vec<Decision> {
        self.tell_done();
        std::mem::take(&mut self.decisions)
    }

    fn tell_done(&mut self) {
        if let Some(done) = self.decisions.iter().rev().find(|it| !it.is_of_fault()) {
            self.decide.done(done.choice(), &done.touched);
        }
    }

    /// Puts `options` before whoever decides, and keeps what is said.
    pub(super) fn choose(&mut self, options: Vec<Choice>, at: usize) -> usize {
        // Whether a fault strikes is asked in the middle of what is done.
        if options.first().is_some_and(|it| it.kind != OptionKind::NoFault) {
            self.tell_done();
        }
        let taken = match options.len() {
            1 => 0,
            _ => Some(self.decide.decide(&options))
                .filter(|taken| *taken < options.len())
                .unwrap_or(0),
        };
        self.decisions.push(Decision {
            options,
            taken,
            touched: Vec::new(),
            at,
        });
        taken
    }
}

impl Run<'_> {
    /// In a serial run: the handler that has begun and not ended, which goes on before anything else happens.
    pub(super) fn under_way(&self) -> Option<usize> {
        let mut live = self.live.iter();
        self.is_serial()
            .then(|| live.position(|it| it.held || it.next_due().is_some()))
            .flatten()
    }

    /// Does one thing of those that are possible at this moment; false if there is none, or the test goes on.
    pub(super) fn explore(&mut self, limit: Option<i64>) -> bool {
        let waits = |live: &Live| live.listening || !live.subscriptions.is_empty();
        if let Some(exploration) = &mut self.exploration
            && (self.live.len() > 1 || self.live.iter().any(waits))
        {
            exploration.decide.overlapped();
        }
        let (mut actions, mut choices) = (Vec::new(), Vec::new());
        for (action, choice) in self.possible(limit) {
            actions.push(action);
            choices.push(choice);
        }
        if choices.is_empty() {
            return false;
        }
        let events = self.trace.events.len();
        let Some(exploration) = &mut self.exploration else {
            return false;
        };
        let taken = exploration.choose(choices, events);
        match actions[taken] {
            Do::HandOut(at) => self.hand_out_to(at),
            Do::Apply(at, call) => self.apply_one(at, call),
            Do::Answer(at, place) => self.wake_with_answer(at, place),
            Do::Wake(at) => self.wake_with_timers(at),
            Do::Deliver(key) => {
                if let Some(delivery) = self.queue.take(key) {
                    self.perhaps_twice(&delivery);
                    self.deliver(delivery);
                }
            }
            Do::Wait(until) => {
                if let Some(exploration) = &mut self.exploration {
                    exploration.waits -= 1;
                }
                self.pass_to(until);
            }
            Do::Pass(until) => self.pass_to(until),
            Do::Act(place) => {
                self.acts = Some(place);
                return false;
            }
        }
        true
    }

    /// Everything that could happen next, the default first.
    fn possible(&self, limit: Option<i64>) -> Vec<(Do, Choice)> {
        let mut possible = Vec::new();
        if let Some(at) = self.under_way() {
            let live = &self.live[at];
            self.calls_of(at, live, &mut possible);
            self.wakes(&[(at, live)], NOBODY, &mut possible);
            return possible;
        }
        let last = self.exploration.as_ref().map_or(0, |it| it.last);
        let is_last = |live: &&(usize, &Live)| live.1.invocation == last;
        let all: Vec<(usize, &Live)> = self.live.iter().enumerate().collect();
        for (at, live) in all.iter().filter(is_last) {
            self.calls_of(*at, live, &mut possible);
            self.answers_at_once(*at, live, &mut possible);
        }
        let acts = self.acts_of_test();
        // What begins together begins as soon as the handler that runs has parked or ended.
        let begins_first = self.begins_together && possible.is_empty() && !acts.is_empty();
        if begins_first {
            possible.extend(acts.iter().cloned());
        }
        for (at, live) in all.iter().filter(|it| !is_last(it)) {
            self.calls_of(*at, live, &mut possible);
        }
        for (at, live) in &all {
            if live.hears() {
                let reads = vec![Touch::read(["stream"])];
                possible.push((Do::HandOut(*at), go_on(live, "hears of an event", reads)));
            }
        }
        self.wakes(&all, last, &mut possible);
        let starts = possible.len();
        let groups = self.running_groups();
        for (key, delivery) in self.queue.due(self.now, |group| groups.contains(group)) {
            possible.push((Do::Deliver(key), self.start_of(delivery)));
        }
        let has_starts = possible.len() > starts;
        if possible.is_empty() && self.rested().is_some() {
            return possible;
        }
        if !acts.is_empty() {
            let next = self.next_moment();
            let next = next.filter(|next| limit.is_none_or(|limit| *next <= limit));
            let pass = next.map(|until| {
                let label = format!("time goes on: {} ms", until - self.now);
                (Do::Pass(until), plain(OptionKind::Pass, "the clock", label))
            });
            match (possible.len(), pass) {
                (there, Some(pass)) if begins_first && there == acts.len() => possible.push(pass),
                _ if begins_first => {}
                // Without a choice the test waits until all is settled, however long that takes.
                (0, Some(pass)) => possible.extend(std::iter::once(pass).chain(acts)),
                (0, None) if acts.len() == 1 => return possible,
                // If all is settled, there is one thing to do or another.
                _ => possible.extend(acts),
            }
        }
        if has_starts && let Some(until) = self.could_wait(limit) {
            let wait = Choice {
                // What is done later is done at another time, so that it matters to everything.
                touches: vec![Touch::write([])],
                ..plain(
                    OptionKind::Wait,
                    "the clock",
                    format!("time passes: {} ms", until - self.now),
                )
            };
            possible.push((Do::Wait(until), wait));
        }
        possible
    }

    /// What the test can do now.
    fn acts_of_test(&self) -> Vec<(Do, Choice)> {
        let labels = self.next_acts.iter().enumerate().filter(|_| self.may_act());
        let act = |(place, label): (usize, &String)| {
            (Do::Act(place), plain(OptionKind::Act, "the test", label.clone()))
        };
        labels.map(act).collect()
    }

    fn calls_of(&self, at: usize, live: &Live, possible: &mut Vec<(Do, Choice)>) {
        for message in live.said.iter().filter(|_| live.held) {
            if let FromWorker::Call { id, op, args } = message
                && *id != 0
            {
                let (text, touches) = self.of_call(op, args);
                possible.push((Do::Apply(at, *id), go_on(live, &text, touches)));
            }
        }
        // Two calls of one text are told apart by their order.
        let own: Vec<usize> = (0..possible.len())
            .filter(|i| matches!(possible[*i].0, Do::Apply(of, _) if of == at))
            .collect();
        for (nth, i) in own.iter().enumerate().skip(1) {
            let label = possible[*i].1.label.clone();
            if own[..nth].iter().any(|other| possible[*other].1.label == label) {
                possible[*i].1.label = format!("{label} ({} of this batch)", nth + 1);
            }
        }
    }

    /// Answers that wait for nothing but the calls made beside them: the handler that runs gets them before anything else.
    fn answers_at_once(&self, at: usize, live: &Live, possible: &mut Vec<(Do, Choice)>) {
        if !live.is_parked() {
            return;
        }
        let mut answers = live.due_answers(self.now);
        answers.retain(|answer| answer.at_once);
        answers.sort_by_key(|answer| answer.connection);
        for answer in answers {
            let choice = go_on(live, &format!("the answer of {}", answer.call), Vec::new());
            push_named(possible, Do::Answer(at, answer.place), choice);
        }
    }

    fn wakes(&self, all: &[(usize, &Live)], last: u32, possible: &mut Vec<(Do, Choice)>) {
        let mut due: Vec<(i64, u32, Do, Choice)> = Vec::new();
        for (at, live) in all.iter().filter(|(_, live)| live.is_parked()) {
            let answers = live.due_answers(self.now);
            let timer = live
                .timers
                .iter()
                .map(|timer| timer.due)
                .min()
                .filter(|due| *due <= self.now);
            let first_answer = answers.iter().map(|answer| answer.due).min();
            for answer in answers {
                if answer.at_once && live.invocation == last {
                    continue;
                }
                let choice = go_on(live, &format!("the answer of {}", answer.call), Vec::new());
                due.push((answer.due, live.invocation, Do::Answer(*at, answer.place), choice));
            }
            // A time limit strikes if the answer takes longer than it allows, not if it takes as long.
            if let Some(when) = timer.filter(|when| first_answer.is_none_or(|answer| *when < answer)) {
                let choice = go_on(live, "its timer", Vec::new());
                due.push((when, live.invocation, Do::Wake(*at), choice));
            }
        }
        due.sort_by_key(|(when, invocation, ..)| (*when, *invocation));
        for (_, _, action, choice) in due {
            push_named(possible, action, choice);
        }
    }

    fn start_of(&self, delivery: &Delivery) -> Choice {
        let label = self.label_of(delivery);
        let step = &self.plan.steps[delivery.to.step].name;
        Choice {
            actor: label.clone(),
            label: format!("deliver {label}"),
            kind: OptionKind::Start,
            // Seeds go by the order of a step's runs.
            touches: vec![Touch::write(["run", step])],
        }
    }

    /// How a message is called: `order.created to ProcessPayment, message 1`.
    pub(super) fn label_of(&self, delivery: &Delivery) -> String {
        let step = &self.plan.steps[delivery.to.step].name;
        let attempt = match delivery.attempt {
            1 => String::new(),
            n => format!(", attempt {n}"),
        };
        let (topic, number) = (&delivery.topic, delivery.number);
        format!("{topic} to {step}, message {number}{attempt}")
    }

    /// Until when time could pass, if a queue was slow: to the next timer or message, past nobody's time limit.
    fn could_wait(&self, limit: Option<i64>) -> Option<i64> {
        let exploration = self.exploration.as_ref().filter(|it| it.waits > 0)?;
        let timers = self.live.iter().filter_map(Live::next_due);
        let later = timers
            .chain(self.queue.next_after(self.now))
            .filter(|due| *due > self.now);
        let until = later.min()?;
        let mut limits = self.live.iter().filter_map(|live| live.deadline).chain(limit);
        (limits.all(|end| until < end) && !exploration.decisions.is_empty()).then_some(until)
    }

    /// The test may do its next action once it has the answer that it waits for.
    fn may_act(&self) -> bool {
        let waited_for = self.answer_first;
        waited_for.is_none_or(|invocation| self.answers.contains_key(&invocation))
    }

    /// Applies one call of a handler that waits, and what it said before it; with the last of its calls it goes on.
    fn apply_one(&mut self, at: usize, call: u64) {
        let Some(end) = self.dies(at, call) else { return };
        let said = std::mem::take(&mut self.live[at].said);
        let is_it = |message: &FromWorker| matches!(message, FromWorker::Call { id, .. } if *id == call);
        let place = said.iter().position(is_it).unwrap_or(0);
        let is_call = |message: &FromWorker| matches!(message, FromWorker::Call { id, .. } if *id != 0);
        let (mut now, mut later) = (Vec::new(), Vec::new());
        for (i, message) in said.into_iter().enumerate() {
            let goes = i == place || (i < place && !is_call(&message));
            if goes {
                now.push(message)
            } else {
                later.push(message)
            }
        }
        let more = later.iter().any(is_call);
        if !more {
            now.append(&mut later);
        }
        self.live[at].said = now;
        self.apply_said(at);
        self.live[at].said = later;
        if end.after {
            self.kill(at, end);
            return;
        }
        if more {
            return;
        }
        let live = &mut self.live[at];
        live.held = false;
        let resume = Resume {
            now: self.now,
            replies: std::mem::take(&mut live.replies),
            events: std::mem::take(&mut live.inbox),
            ..Resume::default()
        };
        if self.take_turn(at, resume) {
            self.run_on(at);
        }
    }

    /// Something of the shared world was read or written.
    pub(super) fn touch(&mut self, touch: Touch) {
        let Some(exploration) = &mut self.exploration else {
            return;
        };
        let mut done = exploration.decisions.iter_mut().rev();
        if let Some(decision) = done.find(|it| !it.is_of_fault())
            && !decision.touched.contains(&touch)
        {
            decision.touched.push(touch);
        }
    }

    /// The handler that runs now.
    pub(super) fn runs_now(&mut self, invocation: u32) {
        if self.start.isolation == Isolation::Shared {
            // Nobody sees what it reads and writes in modules that it shares.
            self.touch(Touch::write(["modules"]));
        }
        if let Some(exploration) = &mut self.exploration {
            exploration.last = invocation;
        }
    }

    /// A call in words, and what it touches.
    pub(super) fn of_call(&self, op: &str, args: &[serde_json::Value]) -> (String, Vec<Touch>) {
        let text = |i: usize| {
            args.get(i)
                .map(|arg| arg.as_str().map_or_else(|| arg.to_string(), str::to_owned))
        };
        match op.split_once('.') {
            None if op == "emit" => {
                let topic = args
                    .first()
                    .and_then(|it| it.get("topic"))
                    .and_then(|it| it.as_str());
                let topic = topic.unwrap_or_default();
                let ordered = (self.plan.subscribers(topic).iter())
                    .any(|to| self.plan.steps[to.step].triggers[to.trigger].queue.fifo);
                let touches = ordered.then(|| Touch::write(["queue", topic]));
                (format!("emit {topic}"), touches.into_iter().collect())
            }
            Some((space @ ("state" | "stream"), method)) => {
                let (first, second) = (text(0), text(1));
                let access = match space {
                    "state" => Access::of_state(method, first.as_deref(), second.as_deref()),
                    _ => Access::of_stream(method, first.as_deref().unwrap_or_default(), args.iter().skip(1)),
                };
                let access = access.at_most(method, self.start.profile);
                let shown = if space == "stream" { 3 } else { 2 };
                let parts: Vec<String> = (0..shown).filter_map(text).collect();
                let named = crate::matching::shorten(&parts.join("/"), 80);
                let touch = Touch {
                    path: access.path,
                    write: access.writes,
                };
                let method = match space {
                    "state" => written_op(method),
                    _ => method,
                };
                let text = format!("{space}.{method} {named}");
                (text.trim_end().to_owned(), vec![touch])
            }
            _ => (op.to_owned(), Vec::new()),
        }
    }
}

impl Live {
    /// True if nothing but the outside can make it go on.
    pub(super) fn is_parked(&self) -> bool {
        !self.held
    }

    /// True if something happened on its streams or its socket that it can be told.
    pub(super) fn hears(&self) -> bool {
        self.is_parked() && !self.turns.rests() && !self.inbox.is_empty()
    }

    /// The length of the chain of messages, all of this moment, that one sent now ends.
    pub(super) fn chain_at(&self, now: i64) -> u32 {
        let taken = self.delivery().filter(|it| it.sent_at == now);
        taken.map_or(0, |it| it.chain + 1)
    }

    /// The message that it took.
    pub(super) fn delivery(&self) -> Option<&Delivery> {
        match &self.cause {
            Cause::Message(delivery) => Some(delivery),
            _ => None,
        }
    }
}

/// Adds an option under a name that no other has.
fn push_named(possible: &mut Vec<(Do, Choice)>, action: Do, choice: Choice) {
    let same = possible.iter().filter(|(_, it)| it.label == choice.label).count();
    let label = match same {
        0 => choice.label.clone(),
        n => format!("{} ({} of them)", choice.label, n + 1),
    };
    possible.push((action, Choice { label, ..choice }));
}

fn go_on(live: &Live, what: &str, touches: Vec<Touch>) -> Choice {
    Choice {
        label: format!("{}: {what}", live.name),
        actor: live.name.clone(),
        kind: OptionKind::GoOn,
        touches,
    }
}

pub(super) fn plain(kind: OptionKind, actor: &str, label: String) -> Choice {
    Choice {
        label,
        actor: actor.to_owned(),
        kind,
        touches: Vec::new(),
    }
}
