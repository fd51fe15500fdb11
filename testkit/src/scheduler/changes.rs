//! What follows from a change of the state or of a stream: handlers that listen hear of it, and steps of 1.0 start.

use banister_grammars::facts::StepKind;
use serde_json::{Value as Json, json};

use super::Run;
use crate::plan::TriggerId;
use crate::queue::Delivery;
use crate::world::Change;

impl Run<'_> {
    /// Tells of a change that the handler at `at` has made.
    pub(super) fn changed(&mut self, at: usize, change: &Change) {
        if let Change::Stream {
            stream,
            group,
            id,
            kind,
            data,
        } = change
        {
            self.check_item(at, stream, kind, data);
            let event = json!({ "type": kind, "groupId": group, "id": id, "data": data });
            for live in &mut self.live {
                for (subscription, name) in &live.subscriptions {
                    if name == stream {
                        live.inbox
                            .push(json!({ "kind": "stream", "subscription": subscription, "event": event }));
                    }
                }
            }
        }
        let started: Vec<TriggerId> = (self.plan.triggers())
            .filter(|(_, trigger)| match change {
                Change::State { .. } => trigger.kind == StepKind::State,
                Change::Stream {
                    stream, group, id, ..
                } => {
                    let fits = |wanted: &Option<String>, found: Option<&String>| {
                        wanted.is_none() || wanted.as_ref() == found
                    };
                    trigger.kind == StepKind::Stream
                        && fits(&trigger.stream.0, Some(stream))
                        && fits(&trigger.stream.1, Some(group))
                        && fits(&trigger.stream.2, id.as_ref())
                }
            })
            .map(|(id, _)| id)
            .collect();
        if started.is_empty() {
            return;
        }
        let (topic, data) = self.as_input(change);
        for to in started {
            let messages = self.messages.entry((topic.clone(), to.step)).or_insert(0);
            *messages += 1;
            let number = *messages;
            let delivery = Delivery {
                topic: topic.clone(),
                data: data.clone(),
                to,
                trace_id: self.live[at].trace_id.clone(),
                flows: self.step_of(at).flows.clone(),
                attempt: 1,
                by_test: false,
                sent_by: Some(self.live[at].invocation),
                group: None,
                number,
                sent_at: self.now,
                chain: self.live[at].chain_at(self.now),
            };
            self.queue.push(self.now, delivery);
        }
    }

    fn as_input(&self, change: &Change) -> (String, Json) {
        match change {
            Change::State { group, key, old, new } => {
                let kind = match (old.is_null(), new.is_null()) {
                    (true, _) => "state:created",
                    (_, true) => "state:deleted",
                    _ => "state:updated",
                };
                let input = json!({
                    "type": kind, "group_id": group, "item_id": key, "old_value": old, "new_value": new,
                });
                (format!("state {group}/{key}"), input)
            }
            Change::Stream {
                stream,
                group,
                id,
                kind,
                data,
            } => {
                let input = json!({
                    "type": "stream", "timestamp": self.now, "streamName": stream, "groupId": group, "id": id,
                    "event": { "type": kind, "data": data },
                });
                (format!("stream {stream}"), input)
            }
        }
    }
}
