//! What a handler asks for while it runs, applied in the order in which it asked.

use serde_json::{Value as Json, json};

use super::Run;
use crate::protocol::{FromWorker, Reply};
use crate::queue::Delivery;
use crate::trace::What;

impl Run<'_> {
    /// Applies what a handler said, in the order in which it said it; the answers wait until it parks.
    pub(super) fn apply_said(&mut self, at: usize) {
        for message in std::mem::take(&mut self.live[at].said) {
            match message {
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
                } => self.note(
                    Some(self.live[at].invocation),
                    What::Mocked {
                        function,
                        args,
                        outcome,
                    },
                ),
                FromWorker::Escaped { what } => self.escaped(at, &what),
                _ => {}
            }
        }
    }

    fn apply_call(&mut self, at: usize, op: &str, args: &[Json]) -> Result<Json, String> {
        let invocation = self.live[at].invocation;
        if op == "emit" {
            return self.apply_emit(at, args);
        }
        let result = self
            .world
            .apply(op, args, self.now)
            .map_err(|error| error.to_string());
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
        result
    }

    fn apply_emit(&mut self, at: usize, args: &[Json]) -> Result<Json, String> {
        let message = args.first().cloned().unwrap_or(Json::Null);
        let Some(topic) = message.get("topic").and_then(Json::as_str) else {
            self.topicless_emit(at, &message);
            return Ok(Json::Null);
        };
        let data = message.get("data").cloned().unwrap_or(Json::Null);
        let step = self.step_of(at);
        let dropped = !step.emits.allows(topic);
        if dropped {
            self.undeclared_emit(at, topic);
        }
        let (invocation, trace_id) = (self.live[at].invocation, self.live[at].trace_id.clone());
        self.send(Some(invocation), topic, &data, &trace_id, &step.flows, dropped);
        Ok(Json::Null)
    }

    pub(super) fn send(
        &mut self,
        from: Option<u32>,
        topic: &str,
        data: &Json,
        trace_id: &str,
        flows: &[String],
        dropped: bool,
    ) {
        let steps = if dropped {
            Vec::new()
        } else {
            self.plan.subscribers(topic)
        };
        let to = steps
            .iter()
            .map(|step| self.plan.steps[*step].name.clone())
            .collect();
        self.note(
            from,
            What::Emitted {
                topic: topic.to_owned(),
                data: data.clone(),
                to,
                dropped,
            },
        );
        for step in steps {
            let delivery = Delivery {
                topic: topic.to_owned(),
                data: data.clone(),
                step,
                trace_id: trace_id.to_owned(),
                flows: flows.to_vec(),
                attempt: 1,
            };
            self.queue.push(self.now, delivery);
        }
    }
}
