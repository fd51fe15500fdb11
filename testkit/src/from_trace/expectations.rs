//! `then` of a new test: what happened, without what another seed makes otherwise.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::story::Story;
use crate::matching::partial_match;
use crate::trace::{Trace, What};
use crate::volatile::Volatile;

pub(super) fn of(trace: &Trace, story: &Story, volatile: &Volatile) -> Vec<Json> {
    let writer = Writer { story, volatile };
    let mut then = writer.responses();
    then.extend(writer.emitted(trace));
    then.extend(writer.state(trace));
    then.extend(writer.streams(trace));
    then.extend(writer.stream_events(trace));
    then.extend(writer.sockets(trace));
    let ran: Vec<&str> = (trace.events.iter())
        .filter_map(|event| match &event.what {
            What::Started { step, .. } => Some(step.as_str()),
            _ => None,
        })
        .collect();
    if !ran.is_empty() {
        then.push(json!({ "ran": ran }));
    }
    then.extend(called(trace));
    then.extend(writer.failures(trace));
    match then.is_empty() {
        true => vec![super::anything()],
        false => then,
    }
}

pub(super) struct Writer<'s> {
    story: &'s Story,
    volatile: &'s Volatile,
}

impl Writer<'_> {
    fn responses(&self) -> Vec<Json> {
        let mut responses = self.story.responses();
        for (expectation, (_, body)) in responses.iter_mut().zip(&self.story.answers) {
            let body = self.value(body).filter(|body| !body.is_null());
            if let (Some(response), Some(body)) = (expectation.get_mut("response"), body) {
                response["body"] = body;
            }
        }
        responses.retain(|it| it.get("response").is_some());
        responses
    }

    fn emitted(&self, trace: &Trace) -> Vec<Json> {
        let sent: Vec<(&String, &Json, bool)> = (trace.events.iter())
            .filter_map(|event| match &event.what {
                What::Emitted {
                    topic, data, dropped, ..
                } => Some((topic, data, *dropped)),
                _ => None,
            })
            .collect();
        let mut out: Vec<Json> = Vec::new();
        for (topic, data, dropped) in &sent {
            let arrived = |it: &&(&String, &Json, bool)| it.0 == *topic && !it.2;
            let expectation = if *dropped {
                if sent.iter().any(|it| arrived(&it)) {
                    continue;
                }
                json!({ "not_emitted": topic })
            } else {
                let mut emitted = json!({ "topic": topic });
                let stable = self.stable(data).filter(|data| !data.is_null());
                let fits = |it: &&(&String, &Json, bool)| {
                    stable
                        .as_ref()
                        .is_none_or(|data| partial_match(data, it.1).is_ok())
                };
                emitted["times"] = json!(sent.iter().filter(arrived).filter(fits).count());
                if let Some(data) = stable.as_ref().and_then(|data| self.value(data)) {
                    emitted["data"] = data;
                }
                json!({ "emitted": emitted })
            };
            if !out.contains(&expectation) {
                out.push(expectation);
            }
        }
        out
    }

    /// What the handlers wrote last. Groups that are written in other ways are left alone.
    fn state(&self, trace: &Trace) -> Option<Json> {
        let mut written: BTreeMap<&str, Option<Map<String, Json>>> = BTreeMap::new();
        for event in &trace.events {
            let What::State {
                op,
                group,
                key,
                value,
            } = &event.what
            else {
                continue;
            };
            let items = written.entry(group).or_insert_with(|| Some(Map::new()));
            match (op.as_str(), key, items.as_mut()) {
                ("set", Some(key), Some(items)) => {
                    items.insert(key.clone(), value.clone());
                }
                ("exchange", Some(key), Some(items)) => {
                    items.insert(key.clone(), value["new_value"].clone());
                }
                ("delete", Some(key), Some(items)) => {
                    items.insert(key.clone(), Json::Null);
                }
                (read, ..) if read.starts_with("get") => {}
                _ => *items = None,
            }
        }
        let mut state = Map::new();
        for (group, items) in written {
            let items = Json::Object(items.unwrap_or_default());
            let (Some(group), Some(Json::Object(items))) = (self.text(group), self.value(&items)) else {
                continue;
            };
            if !items.is_empty() {
                state.insert(group, Json::Object(items));
            }
        }
        (!state.is_empty()).then(|| json!({ "state": state }))
    }

    /// Messages that were given up, and handlers whose failure nobody was answered for.
    fn failures(&self, trace: &Trace) -> Vec<Json> {
        let mut out: Vec<Json> = Vec::new();
        let told = |invocation: Option<u32>| {
            let mut events = trace.events.iter().filter(|event| event.invocation == invocation);
            events.any(|event| {
                matches!(
                    event.what,
                    What::DeadLettered { .. } | What::Retried { .. } | What::Response { .. }
                )
            })
        };
        for event in &trace.events {
            let expectation = match &event.what {
                What::DeadLettered { step, topic, data } => {
                    let mut message = json!({ "topic": topic, "step": step });
                    if let Some(data) = self.value(data).filter(|data| !data.is_null()) {
                        message["data"] = data;
                    }
                    json!({ "dead_lettered": message })
                }
                What::Threw { error } if !told(event.invocation) => {
                    let mut threw = json!({ "name": error.name });
                    if let Some(message) = self.text(&error.message) {
                        threw["message"] = json!(message);
                    }
                    json!({ "threw": threw })
                }
                _ => continue,
            };
            if !out.contains(&expectation) {
                out.push(expectation);
            }
        }
        out
    }

    /// A value with names for what is captured and without what comes from the seed; `None` if nothing is left to say.
    pub(super) fn value(&self, value: &Json) -> Option<Json> {
        self.stable(value).map(|value| self.named(&value))
    }

    pub(super) fn text(&self, text: &str) -> Option<String> {
        let named = self.story.with_names(text);
        (!self.volatile.is_in(&named) && !text.contains("{{")).then_some(named)
    }

    /// The value as it was, without what comes from the seed and has no name.
    pub(super) fn stable(&self, value: &Json) -> Option<Json> {
        match value {
            Json::String(text) => self.text(text).map(|_| value.clone()),
            Json::Number(number) => (!self.volatile.has_number(number)).then(|| value.clone()),
            // A list matches item by item: without one of them it says nothing.
            Json::Array(items) => items
                .iter()
                .map(|item| self.stable(item))
                .collect::<Option<Vec<_>>>()
                .map(Json::Array),
            Json::Object(fields) => {
                let kept = fields.iter().filter_map(|(key, item)| {
                    self.text(key)?;
                    Some((key.clone(), self.stable(item)?))
                });
                Some(Json::Object(kept.collect()))
            }
            other => Some(other.clone()),
        }
    }

    fn named(&self, value: &Json) -> Json {
        match value {
            Json::String(text) => Json::String(self.story.with_names(text)),
            Json::Array(items) => items.iter().map(|item| self.named(item)).collect(),
            Json::Object(fields) => {
                let fields = fields.iter();
                Json::Object(
                    fields
                        .map(|(key, item)| (self.story.with_names(key), self.named(item)))
                        .collect(),
                )
            }
            other => other.clone(),
        }
    }
}

fn called(trace: &Trace) -> Vec<Json> {
    let mut counts: Vec<(String, u32)> = Vec::new();
    for event in &trace.events {
        if let What::Http { method, url, .. } = &event.what {
            let address = url.split(['?', '#']).next().unwrap_or(url);
            let call = format!("{method} {address}");
            match counts.iter_mut().find(|(known, _)| *known == call) {
                Some((_, count)) => *count += 1,
                None => counts.push((call, 1)),
            }
        }
    }
    let each = counts.into_iter();
    each.map(|(call, count)| json!({ "called": { "http": call, "times": count } }))
        .collect()
}
