//! Headers of generated requests: those that a handler asks for or that a flow test sends on its route, with values that
//! may open the door — what came up before under the name, what the tests send, what their environment holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use banister_project::flow_test::{Action, Expectation, FlowFile, FlowTest};
use serde_json::{Map, Value as Json, json};

use super::remembered::Remembered;
use super::{Entry, Way};
use crate::plan::{Plan, TriggerId};

/// A header that may matter to a way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// Lower-case.
    pub name: String,
    /// Values that the flow tests and their environment suggest.
    pub known: Vec<String>,
    /// Fields whose value it may be once they came up; the first that did counts.
    pub fields: Vec<Field>,
}

/// A field in a header, with what stands around it: `Bearer ` and a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Before the value.
    pub before: String,
    /// The field's name.
    pub name: String,
    /// After the value.
    pub after: String,
}

/// Names of fields that hold what an `authorization` is made of.
const TOKENS: [&str; 9] = [
    "token",
    "accessToken",
    "authToken",
    "sessionToken",
    "bearerToken",
    "idToken",
    "jwt",
    "apiKey",
    "apiToken",
];

/// Gives the ways their headers. `env` is the environment of their runs.
pub(super) fn find(ways: &mut [Way], plan: &Plan, files: &[Arc<FlowFile>], env: &BTreeMap<String, String>) {
    let sent = sent(plan, files);
    for way in ways {
        let Entry::Request { headers, .. } = &mut way.entry else {
            continue;
        };
        let asked = plan.hints.asked.get(&way.to.step);
        let mut names: BTreeSet<&str> = sent
            .iter()
            .filter(|it| it.to == way.to)
            .map(|it| it.name.as_str())
            .collect();
        names.extend(
            asked
                .into_iter()
                .flat_map(|asked| asked.reads.headers.iter().map(String::as_str)),
        );
        let mentioned = |name: &str| asked.is_some_and(|asked| asked.env.contains(name));
        let env: Vec<(&str, &str)> = env
            .iter()
            .filter(|(name, _)| mentioned(name))
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        *headers = names
            .into_iter()
            .map(|name| header(name, way.to, &sent, &env))
            .collect();
    }
}

/// A header as a flow test sends it.
struct Sent {
    to: TriggerId,
    name: String,
    value: Value,
}

enum Value {
    Text(String),
    Field(Field),
}

fn header(name: &str, to: TriggerId, sent: &[Sent], env: &[(&str, &str)]) -> Header {
    let mut header = Header {
        name: name.to_owned(),
        ..Header::default()
    };
    // What opens one route most often opens another.
    let here = sent.iter().filter(|it| it.name == name && it.to == to);
    let elsewhere = sent.iter().filter(|it| it.name == name && it.to != to);
    for it in here.chain(elsewhere) {
        match &it.value {
            Value::Text(text) if !header.known.contains(text) => header.known.push(text.clone()),
            Value::Field(field) if !header.fields.contains(field) => header.fields.push(field.clone()),
            Value::Text(_) | Value::Field(_) => {}
        }
    }
    for field in fields_of(name) {
        if !header.fields.contains(&field) {
            header.fields.push(field);
        }
    }
    for (variable, value) in env {
        if !may_hold(variable, name) {
            continue;
        }
        let value = match name {
            "authorization" => format!("Bearer {value}"),
            _ => (*value).to_owned(),
        };
        if is_sendable(&value) && !header.known.contains(&value) {
            header.known.push(value);
        }
    }
    header
}

/// Every header of the flow tests' requests.
fn sent(plan: &Plan, files: &[Arc<FlowFile>]) -> Vec<Sent> {
    let mut all = Vec::new();
    for test in files.iter().flat_map(|file| &file.tests) {
        for action in &test.when {
            add_sent(plan, test, &action.value, &mut all);
        }
    }
    all
}

fn add_sent(plan: &Plan, test: &FlowTest, action: &Action, all: &mut Vec<Sent>) {
    match action {
        Action::Request {
            method,
            target,
            headers,
            ..
        } => {
            let path = target.value.split('?').next().unwrap_or_default();
            let Some(route) = plan.route(method, path) else {
                return;
            };
            let to = TriggerId {
                step: route.step,
                trigger: route.trigger,
            };
            for (name, text) in headers {
                all.extend(value_of(text, test).map(|value| Sent {
                    to,
                    name: name.to_ascii_lowercase(),
                    value,
                }));
            }
        }
        Action::Together(actions) => {
            for action in actions {
                add_sent(plan, test, &action.value, all);
            }
        }
        Action::Emit { .. } | Action::Cron { .. } | Action::Advance { .. } | Action::Socket { .. } => {}
    }
}

/// A text as it is, or the field that the test captured and puts there.
fn value_of(text: &str, test: &FlowTest) -> Option<Value> {
    let Some((before, rest)) = text.split_once("{{") else {
        return is_sendable(text).then(|| Value::Text(text.to_owned()));
    };
    let (variable, after) = rest.split_once("}}")?;
    let mut parts = variable.trim().split('.');
    let captured = parts.next()?;
    let name = match parts.next_back() {
        Some(last) => last.to_owned(),
        None => last_of(captures(test).find(|(name, _)| *name == captured)?.1)?.to_owned(),
    };
    (!after.contains("{{")).then(|| {
        Value::Field(Field {
            before: before.to_owned(),
            name,
            after: after.to_owned(),
        })
    })
}

fn captures(test: &FlowTest) -> impl Iterator<Item = (&str, &str)> {
    test.then
        .iter()
        .filter_map(|it| match &it.value {
            Expectation::Response { captures, .. } => Some(captures),
            _ => None,
        })
        .flatten()
        .map(|(name, path)| (name.as_str(), path.as_str()))
}

/// The last name of `$.body.user.apiKey`.
fn last_of(path: &str) -> Option<&str> {
    let last = path.rsplit(['.', '[']).next()?;
    let name = last.trim_matches([']', '\'', '"']);
    (!name.is_empty() && name != "$").then_some(name)
}

/// Fields that are named like a header.
fn fields_of(name: &str) -> Vec<Field> {
    let field = |before: &str, name: &str| Field {
        before: before.to_owned(),
        name: name.to_owned(),
        after: String::new(),
    };
    if name == "authorization" {
        return TOKENS.iter().map(|name| field("Bearer ", name)).collect();
    }
    let base = name.strip_prefix("x-").unwrap_or(name);
    let mut fields = vec![field("", base), field("", &format!("{base}Id"))];
    // `x-auth-token`, `x-shop-api-key`
    for (ending, names) in [
        ("token", &["token", "accessToken"][..]),
        ("api-key", &["apiKey", "key"]),
        ("secret", &["secret"]),
    ] {
        if base.ends_with(ending) {
            fields.extend(names.iter().map(|name| field("", name)));
        }
    }
    fields
}

/// True if an environment variable is named as what a header has to hold.
fn may_hold(variable: &str, header: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect()
    };
    let (variable, base) = (
        plain(variable),
        plain(header.strip_prefix("x-").unwrap_or(header)),
    );
    let ways = ["key", "token", "secret", "password"];
    let is_secret = |name: &str| ways.iter().any(|it| name.contains(it));
    variable == base
        || variable.ends_with(&base)
        || base.ends_with(&variable)
        || is_secret(&variable) && (is_secret(&base) || base == "authorization")
}

/// True if a value can stand in a header as it is.
fn is_sendable(value: &str) -> bool {
    !value.is_empty() && value.chars().all(|c| c == ' ' || c.is_ascii_graphic()) && value.trim() == value
}

/// The schema of a header's values.
pub(super) fn schema(header: &Header) -> Json {
    let plain = match header.name.as_str() {
        "authorization" => json!({ "type": "string", "pattern": "^Bearer [A-Za-z0-9]{4,16}$" }),
        "content-type" | "accept" => json!({ "const": "application/json" }),
        "x-forwarded-for" | "x-real-ip" => json!({ "enum": ["203.0.113.7", "2001:db8::7"] }),
        "user-agent" => json!({ "const": "Mozilla/5.0" }),
        "accept-language" => json!({ "enum": ["en", "de-DE,de;q=0.9"] }),
        _ => json!({ "anyOf": [
            { "type": "string", "pattern": "^[A-Za-z0-9_-]{1,16}$" },
            { "type": "string", "pattern": "^[0-9]{1,3}$" },
        ] }),
    };
    match header.known.as_slice() {
        [] => plain,
        known => json!({ "anyOf": [{ "enum": known }, plain] }),
    }
}

/// The headers of a request: what it was given, and what came up before if it asks for that.
pub(super) fn of_act(
    headers: &[Header],
    act: &Json,
    before: Option<&Remembered>,
) -> BTreeMap<String, String> {
    let given = act["headers"].as_object().into_iter().flatten();
    let mut all: BTreeMap<String, String> = given
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect();
    let Some(before) = before else { return all };
    for header in headers {
        let value = header.fields.iter().find_map(|field| {
            let value = match before.get(&field.name)? {
                Json::String(text) => text.clone(),
                other => other.to_string(),
            };
            Some(format!("{}{value}{}", field.before, field.after))
        });
        if let Some(value) = value.filter(|it| is_sendable(it)) {
            all.insert(header.name.clone(), value);
        }
    }
    all
}

/// The schemas of headers, by name.
pub(super) fn properties(headers: &[Header]) -> Map<String, Json> {
    let each = headers.iter().map(|it| (it.name.clone(), schema(it)));
    each.collect()
}

#[cfg(test)]
mod tests;
