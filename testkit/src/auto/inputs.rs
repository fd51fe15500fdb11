//! Requests and messages for a way in, as values that shrink.
//!
//! One of them is an object: `way` names the way; `path`, `query`, `headers` and `body` are those of a request, `data` is that of a
//! message; `reuse` asks for ids that came up before, `at_once` says how often it comes at the same time, and `wrong` what an
//! invalid body breaks. An input is a list of them, of which the last goes in at the way that is tried.

use std::path::Path;

use banister_grammars::Language;
use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::strategy::{BoxedStrategy, Strategy as _, Union};
use serde_json::{Map, Value as Json, json};

use super::drive::AT_ONCE;
use super::schemas::{self, Describe};
use super::ways::params;
use super::{Auto, Entry, Header, Way, headers, negative};
use crate::plan::Plan;
use crate::strategy::{Phases, StrategyError, strategy_for};

/// At most so many other requests come before the one that is tried.
const BEFORE: usize = 3;
/// Methods that send a body.
const WITH_BODY: [&str; 3] = ["POST", "PUT", "PATCH"];

/// The inputs of one way.
pub(crate) struct Inputs {
    /// True if the step says what it takes, or takes nothing.
    pub(crate) is_known: bool,
    /// True if there is only one valid input.
    pub(crate) is_constant: bool,
    /// What the step takes; what nobody knows to be wrong if it does not say.
    pub(crate) valid: BoxedStrategy<Json>,
    /// What it has to refuse; none if it does not say that it refuses anything.
    pub(crate) invalid: Option<BoxedStrategy<Json>>,
    /// What it takes, after other requests.
    pub(crate) later: Option<BoxedStrategy<Json>>,
    /// What is worth knowing of the values.
    pub(crate) notes: Vec<String>,
    /// What it takes, twice at the same time: by itself, and after other requests. A clock does not strike twice at once.
    pub(crate) at_once: Vec<BoxedStrategy<Json>>,
}

impl Inputs {
    /// The inputs of the way of `auto`.
    ///
    /// # Errors
    /// The step's schema has no values.
    pub(crate) fn of(plan: &Plan, auto: &Auto, describe: Describe<'_>) -> Result<Self, StrategyError> {
        let way = auto.way();
        let schema = schemas::input(plan, way, describe);
        let is_known = schema.is_some() || takes_nothing(way);
        let phases = schema.as_ref().map(Phases::of).transpose()?;
        let payload = || phases.as_ref().map_or_else(empty, Phases::strategy);
        let what = match way.entry {
            Entry::Request { .. } => "the body",
            Entry::Message { .. } | Entry::Cron { .. } => "the message",
        };
        let one = with_payload(way, payload(), false)?;
        let invalid = match &schema {
            Some(schema) if refuses(plan, way, describe) => negative::bodies(schema),
            _ => None,
        };
        let invalid = match invalid {
            Some(bodies) => {
                let acts = with_payload(way, bodies, false)?.prop_map(|mut act| {
                    let both = act["body"].take();
                    act["body"] = both["body"].clone();
                    act["wrong"] = both["wrong"].clone();
                    act
                });
                Some(one_of_list(acts.boxed()))
            }
            None => None,
        };
        let valid = one_of_list(one);
        let later = match is_known {
            true => later(plan, auto, payload(), describe)?,
            false => None,
        };
        Ok(Self {
            is_known,
            is_constant: schema.is_none() && !has_parameters(way),
            at_once: match way.entry {
                Entry::Cron { .. } => Vec::new(),
                _ => [Some(&valid), later.as_ref()]
                    .into_iter()
                    .flatten()
                    .cloned()
                    .map(twice)
                    .collect(),
            },
            valid,
            invalid,
            later,
            notes: phases
                .as_ref()
                .map_or_else(Vec::new, |it| it.health().notes(what)),
        })
    }
}

/// The same requests or messages, the last of them twice.
fn twice(acts: BoxedStrategy<Json>) -> BoxedStrategy<Json> {
    let twice = acts.prop_map(|mut acts| {
        if let Some(last) = acts.as_array_mut().and_then(|acts| acts.last_mut()) {
            last[AT_ONCE] = json!(2);
        }
        acts
    });
    twice.boxed()
}

fn takes_nothing(way: &Way) -> bool {
    match &way.entry {
        Entry::Request { method, .. } => !WITH_BODY.contains(&method.as_str()),
        Entry::Message { .. } => false,
        Entry::Cron { .. } => true,
    }
}

fn has_parameters(way: &Way) -> bool {
    match &way.entry {
        Entry::Request {
            path, query, headers, ..
        } => !params(path).is_empty() || !query.is_empty() || !headers.is_empty(),
        Entry::Message { .. } | Entry::Cron { .. } => false,
    }
}

/// True if a step surely refuses a body that its schema does not allow: the harness does it, its handler does, or it
/// declares the status for it. A step that does none of this takes what it gets, as in the framework.
fn refuses(plan: &Plan, way: &Way, describe: Describe<'_>) -> bool {
    if !matches!(way.entry, Entry::Request { .. }) || plan.reject_invalid_bodies {
        return false;
    }
    let declared = schemas::statuses(plan, &[way], describe);
    let has_status = declared
        .get(&way.to.step)
        .is_some_and(|statuses| statuses.contains(&400) || statuses.contains(&422));
    has_status || plan.hints.checks_body.contains(&way.to.step)
}

/// The way that is tried, after requests that go in elsewhere.
fn later(
    plan: &Plan,
    auto: &Auto,
    payload: BoxedStrategy<Json>,
    describe: &mut dyn FnMut(Language, &Path) -> Option<Json>,
) -> Result<Option<BoxedStrategy<Json>>, StrategyError> {
    let mut before = Vec::new();
    for way in auto.ways.iter().filter(|way| way.closed.is_none()) {
        if !matches!(way.entry, Entry::Request { .. }) {
            continue;
        }
        let schema = schemas::input(plan, way, describe);
        if schema.is_none() && !takes_nothing(way) {
            continue;
        }
        // A way whose schema has no values is told of in its own test, which also tries the edges: here chance has to do.
        let payload = schema.as_ref().map_or_else(|| Ok(empty()), strategy_for);
        let act = payload.and_then(|payload| with_payload(way, payload, true)).ok();
        before.extend(act.map(|act| (use_before(way, auto.way()), act)));
    }
    if before.is_empty() {
        return Ok(None);
    }
    let last = with_payload(auto.way(), payload, true)?;
    let all = (vec(Union::new_weighted(before), 1..=BEFORE), last).prop_map(|(mut acts, last)| {
        acts.push(last);
        Json::Array(acts)
    });
    Ok(Some(all.boxed()))
}

/// How likely a request is to make what another one needs, as a weight: `POST /orders` makes what `/orders/:id/lines` and
/// `/refunds/:orderId` are about.
fn use_before(way: &Way, tried: &Way) -> u32 {
    let Entry::Request { method, path, .. } = &way.entry else {
        return 0;
    };
    if !WITH_BODY.contains(&method.as_str()) {
        return 1;
    }
    let made = path.rsplit('/').find(|it| !it.is_empty()).unwrap_or_default();
    let made = format!(
        "{}id",
        made.strip_suffix('s').unwrap_or(made).to_ascii_lowercase()
    );
    let plain = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
    let is_needed = match &tried.entry {
        Entry::Request { path: other, .. } => {
            other.starts_with(&format!("{}/", path.trim_end_matches('/')))
                || params(other).iter().any(|name| plain(name) == plain(&made))
        }
        Entry::Message { .. } | Entry::Cron { .. } => false,
    };
    if is_needed { 6 } else { 2 }
}

fn one_of_list(act: BoxedStrategy<Json>) -> BoxedStrategy<Json> {
    act.prop_map(|act| Json::Array(vec![act])).boxed()
}

fn empty() -> BoxedStrategy<Json> {
    Just(json!({})).boxed()
}

fn with_payload(
    way: &Way,
    payload: BoxedStrategy<Json>,
    reuses: bool,
) -> Result<BoxedStrategy<Json>, StrategyError> {
    let name = way.name.clone();
    let reuse = match reuses {
        // More often than not: a generated id hits nothing.
        true => weighted(0.75).boxed(),
        false => Just(false).boxed(),
    };
    let base = move |reuse: bool| {
        let mut act = Map::new();
        act.insert("way".to_owned(), json!(name));
        if reuse {
            act.insert("reuse".to_owned(), json!(true));
        }
        act
    };
    Ok(match &way.entry {
        Entry::Cron { .. } => reuse.prop_map(move |_| Json::Object(base(false))).boxed(),
        Entry::Message { .. } => (payload, reuse)
            .prop_map(move |(data, reuse)| {
                let mut act = base(reuse);
                act.insert("data".to_owned(), data);
                Json::Object(act)
            })
            .boxed(),
        Entry::Request {
            method,
            path,
            query,
            headers,
        } => {
            let parameters = match has_parameters(way) {
                true => Phases::of(&parameters(path, query, headers))?.strategy(),
                false => empty(),
            };
            let has_body = WITH_BODY.contains(&method.as_str()) || method == "DELETE";
            (parameters, payload, reuse)
                .prop_map(move |(parameters, body, reuse)| {
                    let mut act = base(reuse);
                    for (name, value) in parameters.as_object().into_iter().flatten() {
                        act.insert(name.clone(), value.clone());
                    }
                    if has_body {
                        act.insert("body".to_owned(), body);
                    }
                    Json::Object(act)
                })
                .boxed()
        }
    })
}

/// The schema of the parameters in a path, of those in the query and of headers.
fn parameters(path: &str, query: &[String], headers: &[Header]) -> Json {
    let fields = |names: &[String], schema: &Json| -> Map<String, Json> {
        names.iter().map(|name| (name.clone(), schema.clone())).collect()
    };
    let segment = json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,12}$" });
    let text = json!({ "anyOf": [
        { "type": "string", "pattern": "^[0-9]{1,3}$" },
        { "type": "string", "pattern": "^[A-Za-z0-9 _-]{0,8}$" },
    ] });
    let params = params(path);
    let mut parts = Map::new();
    let mut required = Vec::new();
    if !params.is_empty() {
        let path = json!({ "type": "object", "properties": fields(&params, &segment), "required": params, "additionalProperties": false });
        parts.insert("path".to_owned(), path);
        required.push("path");
    }
    if !query.is_empty() {
        let query =
            json!({ "type": "object", "properties": fields(query, &text), "additionalProperties": false });
        parts.insert("query".to_owned(), query);
    }
    if !headers.is_empty() {
        let headers = json!({ "type": "object", "properties": headers::properties(headers), "additionalProperties": false });
        parts.insert("headers".to_owned(), headers);
    }
    json!({ "type": "object", "properties": parts, "required": required, "additionalProperties": false })
}

#[cfg(test)]
mod tests {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    use super::*;
    use crate::plan::TriggerId;

    fn request(method: &str, path: &str, query: &[&str], headers: &[&str]) -> Way {
        let header = |name: &&str| Header {
            name: (*name).to_owned(),
            ..Header::default()
        };
        Way {
            name: format!("{method} {path}"),
            to: TriggerId { step: 0, trigger: 0 },
            entry: Entry::Request {
                method: method.to_owned(),
                path: path.to_owned(),
                query: query.iter().map(|it| (*it).to_owned()).collect(),
                headers: headers.iter().map(header).collect(),
            },
            closed: None,
        }
    }

    #[test]
    fn what_makes_the_thing_in_the_path_comes_first() {
        let weight = |path: &str, tried: &str| {
            let method = if path == "/health" { "GET" } else { "POST" };
            use_before(&request(method, path, &[], &[]), &request("GET", tried, &[], &[]))
        };
        assert_eq!(weight("/orders", "/orders/:id/lines"), 6);
        assert_eq!(weight("/v1/line-items", "/refunds/{lineItem_id}"), 6);
        assert_eq!(weight("/orders", "/ordersOf/:userId"), 2);
        assert_eq!(weight("/health", "/orders/:id"), 1);
    }

    #[test]
    fn a_request_has_its_parameters_and_its_body() {
        let way = request("PUT", "/orders/:id", &["full"], &["authorization", "x-key"]);
        let schema =
            json!({ "type": "object", "properties": { "n": { "type": "integer" } }, "required": ["n"] });
        let strategy = with_payload(&way, strategy_for(&schema).unwrap(), true).unwrap();
        let mut runner = TestRunner::deterministic();
        let (mut queried, mut reused) = (0, 0);
        let (mut with_headers, mut without) = (0, 0);
        for _ in 0..60 {
            let act = strategy.new_tree(&mut runner).unwrap().current();
            assert_eq!(act["way"], "PUT /orders/:id");
            assert!(act["body"]["n"].is_i64() || act["body"]["n"].is_u64() || act["body"]["n"].is_f64());
            let id = act["path"]["id"].as_str().unwrap();
            assert!(!id.is_empty() && id.len() <= 12);
            match act["headers"].as_object().filter(|it| !it.is_empty()) {
                Some(headers) => {
                    with_headers += 1;
                    let token = headers.get("authorization").and_then(Json::as_str);
                    assert!(token.is_none_or(|it| it.starts_with("Bearer ")), "{act}");
                }
                None => without += 1,
            }
            queried += usize::from(act.pointer("/query/full").is_some());
            reused += usize::from(act.get("reuse").is_some());
        }
        assert!(queried > 0 && reused > 0, "{queried} {reused}");
        assert!(with_headers > 10 && without > 3, "{with_headers} {without}");
    }
}
