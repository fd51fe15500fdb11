//! What a handler asks for while it runs, applied in the order in which it asked.

use banister_grammars::Language;
use banister_grammars::facts::Dialect;
use banister_project::profile::Profile;
use serde_json::{Value as Json, json};

use super::Run;
use super::mutated::Message;
use crate::protocol::{FromWorker, Reply};
use crate::queue::Delivery;
use crate::trace::What;

impl Run<'_> {
    /// Applies what a handler said, in the order in which it said it; the answers wait until it parks.
    pub(super) fn apply_said(&mut self, at: usize) {
        for message in std::mem::take(&mut self.live[at].said) {
            match message {
                FromWorker::Call { id: 0, op, args } => self.apply_told(at, &op, &args),
                FromWorker::Call { id, op, args } => {
                    let (value, error) = match self.apply_call(at, &op, &args) {
                        Ok(value) => (Some(value), None),
                        Err(error) => (None, Some(error)),
                    };
                    self.live[at].replies.push(Reply { id, value, error });
                }
                FromWorker::Log { level, message, data } => {
                    self.note(Some(self.live[at].invocation), What::Log { level, message, data });
                }
                FromWorker::Refused { host, port } => self.refused(at, host, port),
                FromWorker::Mocked {
                    function,
                    args,
                    outcome,
                } => {
                    let what = What::Mocked {
                        function,
                        args,
                        outcome,
                    };
                    self.note(Some(self.live[at].invocation), what);
                }
                FromWorker::Stray { what, error } => self.stray(at, &what, error),
                FromWorker::Told { what } => {
                    let step = self.step_of(at);
                    self.remark(format!("{} {what}", step.name));
                }
                FromWorker::Escaped { what, partial } => self.escaped(at, &what, partial),
                _ => {}
            }
        }
    }

    fn apply_call(&mut self, at: usize, op: &str, args: &[Json]) -> Result<Json, String> {
        let invocation = self.live[at].invocation;
        if self.exploration.is_some() {
            for touch in self.of_call(op, args).1 {
                self.touch(touch);
            }
        }
        if op == "emit" {
            return self.apply_emit(at, args);
        }
        let result = self
            .apply_to_world(invocation, op, args)
            .map_err(|error| error.to_string());
        let (result, change) = match result {
            Ok(applied) if op == "state.get" && self.wraps_state(at) => {
                (Ok(wrapped(applied.value)), applied.change)
            }
            Ok(applied) => (Ok(applied.value), applied.change),
            Err(error) => (Err(error), None),
        };
        let value = result.clone().unwrap_or_else(|error| json!({ "error": error }));
        let text = |i: usize| {
            args.get(i)
                .map(|arg| arg.as_str().map_or_else(|| arg.to_string(), str::to_owned))
        };
        let what = match op.split_once('.') {
            Some(("state", method)) => What::State {
                op: method.to_owned(),
                group: text(0).unwrap_or_default(),
                key: text(1),
                value,
            },
            Some((_, method)) => What::Stream {
                op: method.to_owned(),
                stream: text(0).unwrap_or_default(),
                args: Json::Array(args.iter().skip(1).cloned().collect()),
                value,
            },
            None => return result,
        };
        self.note(Some(invocation), what);
        if let Some(change) = change {
            self.changed(at, &change);
        }
        result
    }

    /// Whether a handler gets items of the state as releases give them to Python.
    fn wraps_state(&self, at: usize) -> bool {
        let step = self.step_of(at);
        self.plan.python_state_wrapper && step.language == Language::Python && step.dialect == Dialect::V0
    }

    /// What a handler does without waiting for an answer.
    fn apply_told(&mut self, at: usize, op: &str, args: &[Json]) {
        let number = |at: usize| args.get(at).and_then(Json::as_u64);
        match (op, number(0)) {
            ("stream.subscribe", Some(subscription)) => {
                let stream = args.get(1).and_then(Json::as_str).unwrap_or_default();
                self.live[at]
                    .subscriptions
                    .insert(subscription, stream.to_owned());
            }
            ("stream.unsubscribe", Some(subscription)) => {
                self.live[at].subscriptions.remove(&subscription);
            }
            _ => {
                if let Some(("ws", op)) = op.split_once('.') {
                    self.socket_call(at, op, args);
                }
            }
        }
    }

    fn apply_emit(&mut self, at: usize, args: &[Json]) -> Result<Json, String> {
        let message = args.first().cloned().unwrap_or(Json::Null);
        let Some(topic) = message.get("topic").and_then(Json::as_str) else {
            self.topicless_emit(at, &message);
            return Ok(Json::Null);
        };
        let data = message.get("data").cloned().unwrap_or(Json::Null);
        let step = self.step_of(at);
        let undeclared = !step.emits.allows(topic);
        let dropped = undeclared && self.start.profile == Profile::Motia017;
        if undeclared {
            self.undeclared_emit(at, topic, dropped);
        }
        let group = message
            .get("messageGroupId")
            .or_else(|| message.get("message_group_id"));
        let group = group.and_then(Json::as_str).map(str::to_owned);
        let (invocation, trace_id) = (self.live[at].invocation, self.live[at].trace_id.clone());
        if self.mutation.is_some() {
            let message = Message {
                invocation,
                topic: topic.to_owned(),
                data,
                trace_id,
                flows: step.flows.clone(),
                dropped,
                group,
            };
            self.send_mutated(message);
            return Ok(Json::Null);
        }
        self.send(
            Some(invocation),
            topic,
            &data,
            &trace_id,
            &step.flows,
            dropped,
            group.as_deref(),
        );
        Ok(Json::Null)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a message has these parts, and nobody keeps them together"
    )]
    pub(super) fn send(
        &mut self,
        from: Option<u32>,
        topic: &str,
        data: &Json,
        trace_id: &str,
        flows: &[String],
        dropped: bool,
        group: Option<&str>,
    ) {
        let mut subscribers = if dropped {
            Vec::new()
        } else {
            self.plan.subscribers(topic)
        };
        if let Some(only) = self.only_to.filter(|_| from.is_none()) {
            subscribers.retain(|id| *id == only);
        }
        let names = subscribers.iter().map(|id| self.plan.steps[id.step].name.clone());
        self.note(
            from,
            What::Emitted {
                topic: topic.to_owned(),
                data: data.clone(),
                to: names.collect(),
                dropped,
            },
        );
        let sender = self.live.iter().find(|live| Some(live.invocation) == from);
        let chain = sender.map_or(0, |live| live.chain_at(self.now));
        for to in subscribers {
            let policy = self.plan.steps[to.step].triggers[to.trigger].queue;
            let number = self.messages.entry((topic.to_owned(), to.step)).or_insert(0);
            *number += 1;
            let delivery = Delivery {
                topic: topic.to_owned(),
                data: data.clone(),
                to,
                trace_id: trace_id.to_owned(),
                flows: flows.to_vec(),
                attempt: 1,
                by_test: from.is_none(),
                sent_by: from,
                // The lock of the framework's queue is that of the topic and the group, whoever subscribes.
                group: group
                    .filter(|_| policy.fifo)
                    .map(|group| format!("{topic}:{group}")),
                number: *number,
                sent_at: self.now,
                chain,
            };
            self.queue
                .push(self.now.saturating_add(policy.delay_ms), delivery);
        }
    }
}

/// An item as releases hand it to Python: what is no dictionary, or has the key already, comes as it is.
fn wrapped(item: Json) -> Json {
    match &item {
        Json::Null => json!({ "data": null }),
        Json::Object(fields) if !fields.contains_key("data") => json!({ "data": item }),
        _ => item,
    }
}
