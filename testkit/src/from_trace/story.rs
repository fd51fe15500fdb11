//! What a test did, read from its trace, with names for the parts of answers that come up again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use crate::trace::{Trace, What};
use crate::volatile::Volatile;
use banister_project::flow_test::DEFAULT_CLIENT;

/// Shorter texts come up again by chance.
const LEAST: usize = 6;

/// What a test did and was answered.
#[derive(Debug, Default)]
pub(super) struct Story {
    given: Map<String, Json>,
    settings: BTreeMap<String, Json>,
    mocks: Map<String, Json>,
    /// In order; each with how many answers came before it.
    pub(super) actions: Vec<(usize, Json)>,
    /// Status and body of each answer.
    pub(super) answers: Vec<(u16, Json)>,
    requests: usize,
    /// The run of a step whose socket was asked for last, until the test goes on.
    connecting: Option<u32>,
    /// Runs of steps that were asked for a socket.
    of_sockets: BTreeSet<u32>,
    captures: Vec<Capture>,
    /// What the trace holds and a test cannot say.
    pub(super) notes: Vec<String>,
}

/// A part of an answer with a name.
#[derive(Debug)]
struct Capture {
    answer: usize,
    name: String,
    path: String,
    value: String,
}

impl Story {
    pub(super) fn of(trace: &Trace) -> Self {
        let mut story = Self::default();
        if let Some(first) = trace.events.first()
            && let Some(now) = chrono::DateTime::from_timestamp_millis(first.at)
        {
            let text = now.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
            story.given.insert("now".to_owned(), json!(text));
        }
        for event in &trace.events {
            match (&event.what, event.invocation) {
                (
                    What::Given {
                        env,
                        state,
                        mocks,
                        streams,
                        settings,
                    },
                    _,
                ) => {
                    story.settings = settings.clone();
                    let given = [
                        ("env", json!(env)),
                        ("state", state.clone()),
                        ("streams", streams.clone()),
                    ];
                    for (key, value) in given {
                        if value.as_object().is_some_and(|it| !it.is_empty()) {
                            story.given.insert(key.to_owned(), value);
                        }
                    }
                    story.mocks = merged(mocks);
                }
                (What::Started { cause, .. }, invocation) if cause.starts_with("socket ") => {
                    story.connecting = invocation;
                    story.of_sockets.extend(invocation);
                }
                (What::Response { status, body, .. }, invocation) => {
                    let of_socket = invocation.filter(|it| story.of_sockets.contains(it));
                    // What the step of an open socket returns in the end answers nobody.
                    if of_socket.is_none() || of_socket == story.connecting {
                        story.requests += usize::from(of_socket.is_some());
                        story.answers.push((*status, body.clone()));
                    }
                }
                (what, None) => {
                    story.connecting = None;
                    story.act(what);
                }
                _ => {}
            }
        }
        story
    }

    fn act(&mut self, what: &What) {
        let action = match what {
            What::Request {
                method,
                target,
                headers,
                body,
            } => {
                self.requests += 1;
                let mut action = json!({ "request": format!("{method} {target}") });
                if !headers.is_empty() {
                    action["headers"] = json!(headers);
                }
                if !body.is_null() {
                    action["body"] = body.clone();
                }
                action
            }
            What::Emitted { topic, data, .. } => json!({ "emit": { "topic": topic, "data": data } }),
            What::Cron { step } => json!({ "cron": step }),
            What::Advance { ms } => json!({ "advance": duration(*ms) }),
            What::Socket {
                op,
                client,
                data,
                headers,
            } => json!({ "ws": socket_act(op, client, data, headers) }),
            other => {
                let event = serde_json::to_value(other).unwrap_or_default();
                self.notes
                    .push(format!("the test does something that cannot be written: {event}"));
                return;
            }
        };
        self.actions.push((self.answers.len(), action));
    }

    /// Names parts of answers that a later action was made of: an id that is asked for again.
    pub(super) fn capture_what_later_actions_use(&mut self) {
        let known =
            Json::Object(self.given.clone()).to_string() + &Json::Object(self.mocks.clone()).to_string();
        for answer in 0..self.answers.len() {
            for (path, value) in texts(&self.answers[answer].1) {
                let mut later = self.actions.iter().filter(|(answers, _)| *answers > answer);
                let mentions = |(_, action): &(usize, Json)| action.to_string().contains(&value);
                if value.len() >= LEAST && later.any(mentions) && !known.contains(&value) {
                    self.name(answer, &path, value);
                }
            }
        }
    }

    /// Names parts of answers that another seed makes otherwise.
    pub(super) fn capture(&mut self, volatile: &Volatile) {
        for answer in 0..self.answers.len() {
            for (path, value) in texts(&self.answers[answer].1) {
                if volatile.has(&value) {
                    self.name(answer, &path, value);
                }
            }
        }
    }

    fn name(&mut self, answer: usize, path: &str, value: String) {
        // What the test sent itself is not new in the answer.
        let mut sent = self.actions.iter().filter(|(answers, _)| *answers <= answer);
        if self.captures.iter().any(|it| it.value == value)
            || sent.any(|(_, action)| action.to_string().contains(&value))
        {
            return;
        }
        let last = path
            .rsplit(['.', '[', ']'])
            .find(|part| !part.is_empty())
            .unwrap_or_default();
        let plain: String = last
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        let base = match plain.chars().next() {
            Some(c) if c.is_ascii_alphabetic() => plain,
            _ => format!("value{plain}"),
        };
        let taken = |name: &String| self.captures.iter().any(|it| it.name == *name);
        let mut name = base.clone();
        let mut number = 2;
        while taken(&name) {
            name = format!("{base}{number}");
            number += 1;
        }
        self.captures.push(Capture {
            answer,
            name,
            path: format!("$.body{path}"),
            value,
        });
    }

    /// A text with placeholders for what has a name.
    pub(super) fn with_names(&self, text: &str) -> String {
        let mut captures: Vec<&Capture> = self.captures.iter().collect();
        // A value may hold another.
        captures.sort_by_key(|it| std::cmp::Reverse(it.value.len()));
        captures.into_iter().fold(text.to_owned(), |text, it| {
            text.replace(&it.value, &format!("{{{{{}}}}}", it.name))
        })
    }

    /// An expectation for each answer, with what it is taken from; the body is added by the caller.
    pub(super) fn responses(&self) -> Vec<Json> {
        // The n-th expectation is about the n-th request: a request without an answer would shift them.
        if self.answers.is_empty() || self.answers.len() != self.requests {
            return vec![super::anything()];
        }
        let each = self.answers.iter().enumerate().map(|(at, (status, _))| {
            let captures: BTreeMap<&str, &str> = (self.captures.iter())
                .filter(|it| it.answer == at)
                .map(|it| (it.name.as_str(), it.path.as_str()))
                .collect();
            let mut response = json!({ "status": status });
            if !captures.is_empty() {
                response["captures"] = json!(captures);
            }
            json!({ "response": response })
        });
        each.collect()
    }

    /// The test with these expectations.
    pub(super) fn test(&self, name: &str, then: Vec<Json>) -> Json {
        let mut test = json!({ "name": name });
        for (key, value) in &self.settings {
            test[key] = value.clone();
        }
        if !self.mocks.is_empty() {
            test["mocks"] = Json::Object(self.mocks.clone());
        }
        if !self.given.is_empty() {
            test["given"] = Json::Object(self.given.clone());
        }
        let actions = self.actions.iter().map(|(_, action)| self.named(action));
        test["when"] = actions.collect();
        test["then"] = Json::Array(then);
        test
    }

    fn named(&self, value: &Json) -> Json {
        match value {
            Json::String(text) => Json::String(self.with_names(text)),
            Json::Array(items) => items.iter().map(|item| self.named(item)).collect(),
            Json::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(key, item)| (self.with_names(key), self.named(item)));
                Json::Object(fields.collect())
            }
            other => other.clone(),
        }
    }
}

/// What a client of a socket did, as `ws` says it.
fn socket_act(op: &str, client: &str, data: &Json, headers: &BTreeMap<String, String>) -> Json {
    let mut act = match op {
        "message" => json!({ "send": data }),
        kind => json!({ kind: data }),
    };
    if !headers.is_empty() {
        act["headers"] = json!(headers);
    }
    if client != DEFAULT_CLIENT {
        act["as"] = json!(client);
    }
    act
}

/// Lists one after the other; of mappings, the first that has a key.
fn merged(mocks: &[Json]) -> Map<String, Json> {
    let mut out: Map<String, Json> = Map::new();
    for (kind, more) in mocks.iter().filter_map(Json::as_object).flatten() {
        match (out.get_mut(kind), more) {
            (Some(Json::Array(known)), Json::Array(more)) => known.extend(more.iter().cloned()),
            (Some(Json::Object(known)), Json::Object(more)) => {
                for (key, value) in more {
                    known.entry(key.clone()).or_insert_with(|| value.clone());
                }
            }
            (Some(_), _) => {}
            (None, more) => {
                out.insert(kind.clone(), more.clone());
            }
        }
    }
    out
}

/// Every text in a value with its path: `.items[0].sku`. Keys that a path cannot hold are passed over.
fn texts(value: &Json) -> Vec<(String, String)> {
    fn collect(value: &Json, path: &str, out: &mut Vec<(String, String)>) {
        match value {
            Json::String(text) => out.push((path.to_owned(), text.clone())),
            Json::Array(items) => {
                (items.iter().enumerate()).for_each(|(at, item)| collect(item, &format!("{path}[{at}]"), out))
            }
            Json::Object(fields) => fields
                .iter()
                .filter(|(key, _)| key.chars().all(|c| c.is_alphanumeric() || "_-$".contains(c)))
                .for_each(|(key, item)| collect(item, &format!("{path}.{key}"), out)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    collect(value, "", &mut out);
    out
}

/// A time as the format writes it: `1d12h`.
fn duration(ms: i64) -> String {
    const UNITS: [(&str, i64); 5] = [
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1_000),
        ("ms", 1),
    ];
    let mut rest = ms.max(0);
    let mut text = String::new();
    for (unit, size) in UNITS {
        if rest >= size {
            text += &format!("{}{unit}", rest / size);
            rest %= size;
        }
    }
    if text.is_empty() { "0ms".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_exact() {
        for (ms, text) in [
            (0, "0ms"),
            (1, "1ms"),
            (604_800_000, "7d"),
            (129_600_000, "1d12h"),
            (61_500, "1m1s500ms"),
        ] {
            assert_eq!(duration(ms), text);
        }
    }

    #[test]
    fn the_first_mock_counts() {
        let mocks = [
            json!({ "http": [1], "functions": { "a": 1 } }),
            json!({ "http": [2], "functions": { "a": 2, "b": 3 }, "modules": {} }),
        ];
        let expected = json!({ "http": [1, 2], "functions": { "a": 1, "b": 3 }, "modules": {} });
        assert_eq!(Json::Object(merged(&mocks)), expected);
    }
}
