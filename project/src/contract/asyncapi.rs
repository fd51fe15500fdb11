//! A contract as an AsyncAPI 3.0 document: a channel for each topic and stream, an operation for each step at one.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::components::{Components, Dialect, fresh, identifier};
use super::{Contract, StepContract};

/// The document, indented.
pub(super) fn document(contract: &Contract) -> Json {
    let mut writer = Writer {
        components: Components::new(Dialect::Draft7),
        messages: Map::new(),
        channels: Map::new(),
        operations: Map::new(),
        ids: BTreeMap::new(),
    };
    writer.topics(contract);
    writer.streams(contract);
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": contract.name,
            "version": contract.version.as_deref().unwrap_or("0.0.0"),
        },
        "defaultContentType": "application/json",
        "channels": writer.channels,
        "operations": writer.operations,
        "components": { "messages": writer.messages, "schemas": writer.components.into_json() },
    })
}

struct Writer {
    components: Components,
    messages: Map<String, Json>,
    channels: Map<String, Json>,
    operations: Map<String, Json>,
    /// The channel of each topic.
    ids: BTreeMap<String, String>,
}

impl Writer {
    fn topics(&mut self, contract: &Contract) {
        let mut names: Vec<&str> = contract
            .steps
            .iter()
            .flat_map(|step| {
                let sends = step
                    .sends
                    .iter()
                    .filter(|sent| sent.arrives)
                    .map(|sent| &sent.topic);
                step.takes.iter().map(|taken| &taken.topic).chain(sends)
            })
            .map(String::as_str)
            .filter(|topic| !topic.is_empty())
            .collect();
        names.sort_unstable();
        names.dedup();
        for topic in names {
            let mut schemas: Vec<(&str, &Json)> = Vec::new();
            for (step, taken) in contract.takers(topic) {
                let Some(promise) = &taken.schema else { continue };
                // Subscribers that say the same say it once.
                if schemas.iter().all(|(_, schema)| **schema != promise.schema) {
                    schemas.push((&step.name, &promise.schema));
                }
            }
            let parts: Vec<Json> = schemas
                .into_iter()
                .map(|(step, schema)| self.components.add(&format!("{topic}.{step}"), schema))
                .collect();
            self.channel(topic, topic, parts);
        }
        for step in &contract.steps {
            for taken in step.takes.iter().filter(|taken| !taken.topic.is_empty()) {
                self.operation(step, "receive", &taken.topic, &taken.place.file, taken.place.line);
            }
            for sent in step.sends.iter().filter(|sent| sent.arrives) {
                self.operation(step, "send", &sent.topic, &sent.place.file, sent.place.line);
            }
        }
    }

    fn streams(&mut self, contract: &Contract) {
        for stream in &contract.streams {
            let key = stream_key(&stream.name);
            let schema = stream.schema.as_ref();
            let part = schema.map(|promise| self.components.add(&key, &promise.schema));
            self.channel(&key, &stream.name, part.into_iter().collect());
        }
        for step in &contract.steps {
            for stream in &step.streams {
                let place = &step.place;
                self.operation(step, "send", &stream_key(stream), &place.file, place.line);
            }
        }
    }

    /// A channel with its one message. A message must fit every subscriber, so their schemas hold together.
    fn channel(&mut self, key: &str, address: &str, mut schemas: Vec<Json>) {
        let id = fresh(&identifier(key), |id| self.channels.contains_key(id));
        let payload = if schemas.len() == 1 {
            schemas.remove(0)
        } else if schemas.is_empty() {
            json!({})
        } else {
            json!({ "allOf": schemas })
        };
        self.messages
            .insert(id.clone(), json!({ "name": address, "payload": payload }));
        let message = json!({ "$ref": format!("#/components/messages/{id}") });
        // Braces in an address are parameters; a topic has none, so its address cannot be written then.
        let is_plain = !address.contains(['{', '}']);
        self.channels.insert(
            id.clone(),
            json!({
                "address": if is_plain { json!(address) } else { Json::Null },
                "title": address,
                "messages": { "message": message },
            }),
        );
        self.ids.insert(key.to_owned(), id);
    }

    fn operation(&mut self, step: &StepContract, action: &str, key: &str, file: &str, line: u32) {
        let Some(channel) = self.ids.get(key) else { return };
        let wanted = format!("{}.{action}.{key}", step.name);
        let id = fresh(&identifier(&wanted), |id| self.operations.contains_key(id));
        let tags: Vec<Json> = step.flows.iter().map(|flow| json!({ "name": flow })).collect();
        self.operations.insert(
            id,
            json!({
                "action": action,
                "channel": { "$ref": format!("#/channels/{channel}") },
                "title": step.name,
                "summary": format!("{} ({}), {file}:{line}", step.name, step.language.name()),
                "tags": tags,
            }),
        );
    }
}

/// Streams and topics may have the same names.
fn stream_key(name: &str) -> String {
    format!("stream.{name}")
}
