//! The ways into a project: what a client, a message or the clock can start.

use std::collections::BTreeMap;

use banister_grammars::facts::StepKind;

use super::Header;
use crate::plan::{Plan, TriggerId};

/// One way in.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// `POST /orders`, `order.created -> ProcessPayment`, `cron CloseMonth`.
    pub name: String,
    /// What it starts.
    pub to: TriggerId,
    /// How.
    pub entry: Entry,
    /// Why nobody can go in here without a test; such a test is ignored.
    pub closed: Option<&'static str>,
}

/// How a way begins.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A request.
    Request {
        /// Upper case.
        method: String,
        /// With its parameters: `/orders/:id`.
        path: String,
        /// Query parameters that the config names or a module asks for.
        query: Vec<String>,
        /// Headers that may matter.
        headers: Vec<Header>,
    },
    /// A message.
    Message {
        /// Its topic.
        topic: String,
    },
    /// The clock.
    Cron {
        /// The step.
        step: String,
    },
}

/// Every way in, by file. Pictures have none, and what a change of state or of a stream starts is reached by others.
pub(super) fn of(plan: &Plan) -> Vec<Way> {
    let mut ways = Vec::new();
    for (to, trigger) in plan.triggers() {
        let step = &plan.steps[to.step].name;
        let mut add = |name: String, entry: Entry, closed| {
            ways.push(Way {
                name,
                to,
                entry,
                closed,
            });
        };
        match (trigger.kind, &trigger.route) {
            (StepKind::Api, Some((method, path))) => {
                let socket = plan.hints.sockets.contains(&to.step);
                let mut query = plan.hints.queries.get(&to).cloned().unwrap_or_default();
                let asked = plan.hints.asked.get(&to.step);
                for name in asked.into_iter().flat_map(|asked| &asked.reads.query) {
                    if !query.contains(name) {
                        query.push(name.clone());
                    }
                }
                let entry = Entry::Request {
                    method: method.clone(),
                    path: path.clone(),
                    query,
                    headers: Vec::new(),
                };
                let closed = socket.then_some("it takes a socket: what goes over it has no schema");
                add(format!("{method} {path}"), entry, closed);
            }
            (StepKind::Event, _) => {
                for topic in &trigger.topics {
                    let entry = Entry::Message { topic: topic.clone() };
                    add(format!("{topic} -> {step}"), entry, None);
                }
            }
            (StepKind::Cron, _) => {
                let entry = Entry::Cron { step: step.clone() };
                add(format!("cron {step}"), entry, None);
            }
            _ => {}
        }
    }
    numbered(ways)
}

/// Ways of one name, as of two steps with one route, are told apart by a number.
fn numbered(mut ways: Vec<Way>) -> Vec<Way> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for way in &mut ways {
        // A name is one line, whatever a config says.
        way.name = way.name.split_whitespace().collect::<Vec<_>>().join(" ");
        let count = seen.entry(way.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            way.name = format!("{} #{count}", way.name);
        }
    }
    ways
}

/// The parameters of a path: `:id`, `[id]`, `{id}`.
pub(super) fn params(path: &str) -> Vec<String> {
    let named = path.split('/').filter_map(|segment| {
        let name = segment.strip_prefix(':');
        let name = name.or_else(|| segment.strip_prefix('{')?.strip_suffix('}'));
        name.map(|name| name.trim_end_matches(['?', '*', '+']).to_owned())
    });
    named.collect()
}

/// The path with its parameters filled in; `_` for one that has no value.
pub(super) fn filled(path: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let segments = path.split('/').map(|segment| match params(segment).first() {
        Some(name) => encoded(&value(name).unwrap_or_else(|| "_".to_owned())),
        None if segment.starts_with('*') => "_".to_owned(),
        None => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

/// A text as part of a path or a query.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_filled() {
        let path = "/tenants/:tenantId/usage/{day}";
        assert_eq!(params(path), ["tenantId", "day"]);
        let value = |name: &str| (name == "day").then(|| "a b/ü".to_owned());
        assert_eq!(filled(path, value), "/tenants/_/usage/a%20b%2F%C3%BC");
    }

    #[test]
    fn ways_of_one_name_are_numbered() {
        let way = |name: &str| Way {
            name: name.to_owned(),
            to: TriggerId { step: 0, trigger: 0 },
            entry: Entry::Cron { step: String::new() },
            closed: None,
        };
        let names: Vec<String> = numbered(vec![way("GET /a"), way("GET /b"), way("GET  /a")])
            .into_iter()
            .map(|way| way.name)
            .collect();
        assert_eq!(names, ["GET /a", "GET /b", "GET /a #2"]);
    }
}
