//! `then` of a new test for those who listen: items and events of streams, and clients of sockets.

use std::collections::BTreeMap;

use banister_project::flow_test::DEFAULT_CLIENT;
use serde_json::{Map, Value as Json, json};

use super::expectations::Writer;
use crate::matching::partial_match;
use crate::trace::{Trace, What};

/// What a client of a socket heard.
#[derive(Default)]
struct Heard<'t> {
    messages: Vec<&'t Json>,
    /// The code with which the step closed the connection.
    ended: Option<&'t Json>,
    open: bool,
}

impl Writer<'_> {
    /// Items of streams as they were written last.
    pub(super) fn streams(&self, trace: &Trace) -> Option<Json> {
        let mut written = Json::Null;
        for event in &trace.events {
            let What::Stream {
                op,
                stream,
                args,
                value,
            } = &event.what
            else {
                continue;
            };
            let (Some(group), Some(id)) = (args[0].as_str(), args[1].as_str()) else {
                continue;
            };
            let mut item = match op.as_str() {
                "set" | "update" => value.clone(),
                "delete" => Json::Null,
                _ => continue,
            };
            // The framework's own mark, which is no part of the item.
            if let Some(fields) = item.as_object_mut() {
                fields.shift_remove("__motia");
            }
            written[stream][group][id] = item;
        }
        let mut streams = Map::new();
        for (stream, groups) in written.as_object().into_iter().flatten() {
            if let Some(groups) = self.value(groups).filter(holds_items) {
                streams.insert(stream.clone(), groups);
            }
        }
        (!streams.is_empty()).then(|| json!({ "stream": streams }))
    }

    /// Events that left no item.
    pub(super) fn stream_events(&self, trace: &Trace) -> Vec<Json> {
        let sent = (trace.events.iter()).filter_map(|event| match &event.what {
            What::Stream { op, stream, args, .. } if op == "send" => Some((stream, &args[0], &args[1])),
            _ => None,
        });
        let mut out: Vec<Json> = Vec::new();
        for (stream, channel, event) in sent {
            let mut expected = json!({ "stream": stream });
            let parts = [
                ("group", channel.as_str().or_else(|| channel["groupId"].as_str())),
                ("id", channel["id"].as_str()),
                ("type", event["type"].as_str()),
            ];
            for (key, part) in parts {
                if let Some(part) = part.and_then(|part| self.text(part)) {
                    expected[key] = json!(part);
                }
            }
            if let Some(data) = self.value(&event["data"]).filter(|data| !data.is_null()) {
                expected["data"] = data;
            }
            let expectation = json!({ "stream_event": expected });
            if !out.contains(&expectation) {
                out.push(expectation);
            }
        }
        out
    }

    /// What the clients of sockets heard.
    pub(super) fn sockets(&self, trace: &Trace) -> Vec<Json> {
        let mut clients: BTreeMap<&str, Heard<'_>> = BTreeMap::new();
        for event in &trace.events {
            let What::Socket { op, client, data, .. } = &event.what else {
                continue;
            };
            let heard = clients.entry(client).or_default();
            match op.as_str() {
                "connect" => heard.open = true,
                "close" => heard.open = false,
                "send" => heard.messages.push(data),
                "end" if heard.open => {
                    heard.ended = Some(data);
                    heard.open = false;
                }
                _ => {}
            }
        }
        let each = clients.into_iter();
        each.flat_map(|(client, heard)| self.heard(client, &heard))
            .collect()
    }

    fn heard(&self, client: &str, heard: &Heard<'_>) -> Vec<Json> {
        let mut out: Vec<Json> = Vec::new();
        let mut expect = |mut expected: Json| {
            if client != DEFAULT_CLIENT {
                expected["as"] = json!(client);
            }
            let expectation = json!({ "ws": expected });
            if !out.contains(&expectation) {
                out.push(expectation);
            }
        };
        for message in &heard.messages {
            if let Some(stable) = self.stable(message).filter(|message| !message.is_null()) {
                let fits = |other: &&&Json| partial_match(&stable, other).is_ok();
                let times = heard.messages.iter().filter(fits).count();
                expect(json!({ "received": self.value(message), "times": times }));
            }
        }
        if let Some(code) = heard.ended {
            expect(json!({ "closed": code }));
        }
        out
    }
}

/// True if there is an item in some group.
fn holds_items(groups: &Json) -> bool {
    let mut groups = groups.as_object().into_iter().flatten();
    groups.any(|(_, items)| items.as_object().is_some_and(|items| !items.is_empty()))
}
