//! Holds what the server says against the schema of the Language Server Protocol, made from the types that the protocol's
//! authors publish.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use jsonschema::Validator;
use serde_json::{Value as Json, json};

use super::validators;

/// One conversation: which answer belongs to which method.
#[derive(Default)]
pub(crate) struct Conformance {
    asked: BTreeMap<i64, String>,
}

impl Conformance {
    /// The client sent a request.
    pub(crate) fn asked(&mut self, id: i64, method: &str) {
        self.asked.insert(id, method.to_owned());
    }

    /// The server sent a message. Without the schema, which is told loudly, only its envelope is looked at.
    #[track_caller]
    pub(crate) fn heard(&self, message: &Json) {
        let complaints = self.complaints(message);
        assert!(complaints.is_empty(), "{complaints:#?}\nin {message:#}");
    }

    /// What is wrong with a message.
    pub(crate) fn complaints(&self, message: &Json) -> Vec<String> {
        if message["jsonrpc"] != "2.0" {
            return vec!["it is not JSON-RPC 2.0".into()];
        }
        if let Some(method) = message["method"].as_str() {
            let params = message.get("params").unwrap_or(&Json::Null);
            return against("params", method, params);
        }
        match (message.get("result"), message.get("error")) {
            (Some(result), None) => match message["id"].as_i64().and_then(|id| self.asked.get(&id)) {
                Some(method) => against("results", method, result),
                None => vec!["it answers nothing that was asked".into()],
            },
            (None, Some(error)) if error["code"].is_i64() && error["message"].is_string() => Vec::new(),
            _ => vec!["it has neither a method, nor a result, nor an error".into()],
        }
    }
}

/// What the schema says against the `results` or `params` of a method.
fn against(kind: &str, method: &str, value: &Json) -> Vec<String> {
    // Methods of our own are no part of the protocol.
    if method.starts_with("banister/") {
        return Vec::new();
    }
    match validator(kind, method) {
        Found::Nothing => Vec::new(),
        Found::NoSuchMethod => vec![format!("the protocol has no {kind} of {method}")],
        Found::Validator(validator) => validator
            .iter_errors(value)
            .map(|error| format!("{kind} of {method}{}: {error}", error.instance_path()))
            .collect(),
    }
}

#[derive(Clone)]
enum Found {
    /// There is no schema on this machine.
    Nothing,
    NoSuchMethod,
    Validator(Arc<Validator>),
}

fn validator(kind: &str, method: &str) -> Found {
    static SCHEMA: OnceLock<Option<Json>> = OnceLock::new();
    static MADE: Mutex<BTreeMap<(String, String), Found>> = Mutex::new(BTreeMap::new());
    let schema = SCHEMA.get_or_init(|| Some(validators::lsp_schema(&validators::folder()?)));
    let Some(schema) = schema else {
        return Found::Nothing;
    };
    let key = (kind.to_owned(), method.to_owned());
    let mut made = MADE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    made.entry(key)
        .or_insert_with(|| make(schema, kind, method))
        .clone()
}

fn make(schema: &Json, kind: &str, method: &str) -> Found {
    let kinds = &schema["definitions"]["Messages"]["properties"];
    let Some(own) = kinds[kind]["properties"].get(method) else {
        return Found::NoSuchMethod;
    };
    let mut own = own.clone();
    own["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    // Beside a reference, draft 7 ignores every other keyword.
    let own = json!({ "definitions": schema["definitions"], "allOf": [own] });
    Found::Validator(Arc::new(
        jsonschema::draft7::new(&own).expect("the schema is one"),
    ))
}
