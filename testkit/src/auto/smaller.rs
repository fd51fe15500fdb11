//! A sequence of requests and messages that gets smaller: those before the last one go if they are not needed, and what
//! the rest send becomes simpler.

use std::collections::BTreeMap;

use proptest::strategy::ValueTree;
use serde_json::{Map, Value as Json, json};

use super::inputs::{has_body, has_parameters, parameters};
use super::schemas::{self, Describe};
use super::{Auto, Entry, Way};
use crate::plan::Plan;
use crate::strategy::{Phases, composed};

/// What one way takes.
struct Takes {
    way: Way,
    /// Of its body or its message; nothing but `{}` if it does not say.
    payload: Option<Phases>,
    /// Of its path and its query; none if it has none.
    parameters: Option<Phases>,
}

/// Offers simpler forms of a valid `input`, whose last request or message goes in at the way of `auto`. `None` if a step no
/// longer says what it takes.
pub(crate) fn smaller(
    plan: &Plan,
    auto: &Auto,
    describe: Describe<'_>,
    input: &Json,
) -> Option<Box<dyn ValueTree<Value = Json>>> {
    let mut ways: BTreeMap<String, Takes> = BTreeMap::new();
    for act in input.as_array()? {
        let way = auto.ways.iter().find(|way| act["way"] == way.name.as_str())?;
        if !ways.contains_key(&way.name) {
            ways.insert(way.name.clone(), Takes::of(plan, way, describe)?);
        }
    }
    let phases: Vec<Phases> = (ways.values())
        .flat_map(|it| [&it.payload, &it.parameters].into_iter().flatten().cloned())
        .collect();
    let last = auto.way().name.clone();
    let is_valid = move |input: &Json| {
        let acts = input.as_array().map(Vec::as_slice).unwrap_or_default();
        let is_last = acts.last().is_some_and(|act| act["way"] == last.as_str());
        is_last && acts.iter().all(|act| fits(act, &ways))
    };
    Some(composed(input.clone(), &phases, Box::new(is_valid)))
}

impl Takes {
    fn of(plan: &Plan, way: &Way, describe: Describe<'_>) -> Option<Self> {
        let payload = schemas::input(plan, way, describe);
        let parameters = match &way.entry {
            Entry::Request {
                path, query, headers, ..
            } if has_parameters(way) => Some(parameters(path, query, headers)),
            _ => None,
        };
        let phases = |schema: Option<Json>| schema.map(|it| Phases::of(&it)).transpose().ok();
        Some(Self {
            way: way.clone(),
            payload: phases(payload)?,
            parameters: phases(parameters)?,
        })
    }

    /// True if the act is one that this way takes.
    fn takes(&self, act: &Map<String, Json>) -> bool {
        let is_payload = |payload: Option<&Json>| match (&self.payload, payload) {
            (Some(schema), Some(payload)) => schema.allows(payload),
            (None, Some(payload)) => *payload == json!({}),
            (_, None) => false,
        };
        let mut rest = act.clone();
        rest.shift_remove("way");
        if rest.shift_remove("reuse").is_some_and(|it| it != true) {
            return false;
        }
        match &self.way.entry {
            Entry::Cron { .. } => {}
            Entry::Message { .. } => {
                let data = rest.shift_remove("data");
                if !is_payload(data.as_ref()) {
                    return false;
                }
            }
            Entry::Request { method, .. } => {
                let body = rest.shift_remove("body");
                let is_right = match has_body(method) {
                    true => is_payload(body.as_ref()),
                    false => body.is_none(),
                };
                if !is_right {
                    return false;
                }
                if let Some(parameters) = &self.parameters {
                    return parameters.allows(&Json::Object(rest));
                }
            }
        }
        rest.is_empty()
    }
}

fn fits(act: &Json, ways: &BTreeMap<String, Takes>) -> bool {
    let way = act["way"].as_str().and_then(|name| ways.get(name));
    let fields = act.as_object();
    way.zip(fields).is_some_and(|(way, act)| way.takes(act))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::TriggerId;

    fn ways() -> BTreeMap<String, Takes> {
        let request = |name: &str, method: &str, path: &str, schema: Option<Json>| Takes {
            way: Way {
                name: name.to_owned(),
                to: TriggerId { step: 0, trigger: 0 },
                entry: Entry::Request {
                    method: method.to_owned(),
                    path: path.to_owned(),
                    query: Vec::new(),
                    headers: Vec::new(),
                },
                closed: None,
            },
            payload: schema.map(|it| Phases::of(&it).unwrap()),
            parameters: (path.contains(':')).then(|| Phases::of(&parameters(path, &[], &[])).unwrap()),
        };
        let item =
            json!({ "type": "object", "properties": { "n": { "type": "integer" } }, "required": ["n"] });
        let all = [
            request("POST /items", "POST", "/items", Some(item)),
            request("GET /items/:id", "GET", "/items/:id", None),
        ];
        all.into_iter().map(|it| (it.way.name.clone(), it)).collect()
    }

    #[test]
    fn only_what_a_way_takes_is_offered() {
        let ways = ways();
        let takes = |act: Json| fits(&act, &ways);
        assert!(takes(json!({ "way": "POST /items", "body": { "n": 1 } })));
        assert!(takes(
            json!({ "way": "POST /items", "reuse": true, "body": { "n": 1 } })
        ));
        assert!(!takes(
            json!({ "way": "POST /items", "reuse": false, "body": { "n": 1 } })
        ));
        assert!(!takes(json!({ "way": "POST /items", "body": {} })));
        assert!(!takes(json!({ "way": "POST /items" })));
        assert!(!takes(json!({ "way": "POST /other", "body": { "n": 1 } })));
        assert!(takes(json!({ "way": "GET /items/:id", "path": { "id": "a" } })));
        assert!(!takes(json!({ "way": "GET /items/:id" })));
        assert!(!takes(
            json!({ "way": "GET /items/:id", "path": { "id": "a" }, "body": {} })
        ));
    }

    #[test]
    fn a_sequence_loses_what_it_does_not_need() {
        let ways = ways();
        let phases: Vec<Phases> = (ways.values())
            .flat_map(|it| [&it.payload, &it.parameters].into_iter().flatten().cloned())
            .collect();
        let post = |n: i64| json!({ "way": "POST /items", "reuse": true, "body": { "n": n, "note": "x" } });
        let get = json!({ "way": "GET /items/:id", "reuse": true, "path": { "id": "zz" } });
        let found = json!([post(9), post(730), post(3), get]);
        let is_valid = move |input: &Json| {
            let acts = input.as_array().map(Vec::as_slice).unwrap_or_default();
            acts.last().is_some_and(|act| act["way"] == "GET /items/:id")
                && acts.iter().all(|act| fits(act, &ways))
        };
        let mut tree = composed(found, &phases, Box::new(is_valid));
        let fails = |input: &Json| {
            let acts = input.as_array().unwrap();
            let large = acts.iter().any(|act| act["body"]["n"].as_i64() > Some(70));
            large && acts.last().unwrap()["reuse"] == true
        };
        let mut best = tree.current();
        let mut more = tree.simplify();
        while more {
            let current = tree.current();
            more = match fails(&current) {
                true => {
                    best = current;
                    tree.simplify()
                }
                false => tree.complicate(),
            };
        }
        let least = json!([
            { "way": "POST /items", "body": { "n": 71 } },
            { "way": "GET /items/:id", "reuse": true, "path": { "id": "a" } },
        ]);
        assert_eq!(best, least);
    }
}
