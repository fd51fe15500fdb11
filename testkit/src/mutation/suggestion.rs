//! Expectations that a run without a mutant meets and the one with it does not, as a flow test would write them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::effect::Observed;
use super::{Mutant, Operator};
use crate::trace::{Trace, What};
use crate::yaml::inline;

/// A captured text that is shorter may stand somewhere by chance.
const LEAST: usize = 4;
/// Nobody wants to read an expectation of more bytes.
const LONGEST: usize = 240;

/// Expectations that may notice a mutant, the plainest first, each an item of `then`. Whether one does, and holds
/// without the mutant for other seeds as well, is for a run to say.
pub(crate) fn candidates(mutant: &Mutant, original: &Observed<'_>, mutated: &Observed<'_>) -> Vec<String> {
    let (one, other) = (original.trace, mutated.trace);
    let of_state = || {
        let mut items = state(original.state, mutated.state);
        items.extend(streams(original.streams, mutated.streams));
        items
    };
    let mut out: Vec<Json> = match mutant.operator {
        Operator::LostWrite | Operator::StaleRead => of_state(),
        _ => Vec::new(),
    };
    out.extend(counts(one, other));
    out.extend(payloads(one, other));
    out.extend(of_state());
    out.extend(ran(one, other));
    out.extend(calls(one, other));
    let names: BTreeMap<&str, &String> = (original.variables.iter())
        .filter_map(|(name, value)| Some((value.as_str().filter(|text| text.len() >= LEAST)?, name)))
        .collect();
    let mut texts: Vec<String> = out.into_iter().map(|it| inline(&named(it, &names))).collect();
    let mut known = BTreeSet::new();
    texts.retain(|text| text.len() <= LONGEST && known.insert(text.clone()));
    texts
}

/// With the names of generated and captured texts instead of the texts.
fn named(value: Json, names: &BTreeMap<&str, &String>) -> Json {
    let name = |text: String| match names.get(text.as_str()) {
        Some(name) => format!("{{{{{name}}}}}"),
        None => text,
    };
    match value {
        Json::String(text) => Json::String(name(text)),
        Json::Array(items) => items.into_iter().map(|item| named(item, names)).collect(),
        Json::Object(fields) => {
            let fields = fields
                .into_iter()
                .map(|(key, item)| (name(key), named(item, names)));
            Json::Object(fields.collect())
        }
        other => other,
    }
}

/// Topics that got more or fewer messages.
fn counts(one: &Trace, other: &Trace) -> Vec<Json> {
    let (was, is) = (topics(one), topics(other));
    let changed = was.iter().filter(|(topic, times)| is.get(*topic) != Some(times));
    let mut out: Vec<Json> = changed
        .map(|(topic, times)| json!({ "emitted": { "topic": topic, "times": times } }))
        .collect();
    let new = is.keys().filter(|topic| !was.contains_key(*topic));
    out.extend(new.map(|topic| json!({ "not_emitted": topic })));
    out
}

fn topics(trace: &Trace) -> BTreeMap<&str, usize> {
    let mut topics = BTreeMap::new();
    for event in &trace.events {
        if let What::Emitted {
            topic,
            dropped: false,
            ..
        } = &event.what
        {
            *topics.entry(topic.as_str()).or_default() += 1;
        }
    }
    topics
}

/// Payloads that are gone: one field of them that no message has any more, or the whole.
fn payloads(one: &Trace, other: &Trace) -> Vec<Json> {
    let mut out = Vec::new();
    for topic in topics(one).into_keys() {
        let (was, is) = (one.emitted(topic), other.emitted(topic));
        let Some(gone) = was.iter().find(|data| times(&was, data) > times(&is, data)) else {
            continue;
        };
        let fields = gone.as_object().into_iter().flatten();
        let telling = fields.filter_map(|(key, value)| {
            let part = json!({ key: value });
            let (before, after) = (holding(&was, key, value), holding(&is, key, value));
            (before != after).then_some((part, before))
        });
        for (part, before) in telling {
            out.push(json!({ "emitted": { "topic": topic, "data": part, "times": before } }));
        }
        out.push(json!({ "emitted": { "topic": topic, "data": gone, "times": times(&was, gone) } }));
    }
    out
}

fn times(all: &[&Json], data: &Json) -> usize {
    all.iter().filter(|it| **it == data).count()
}

fn holding(all: &[&Json], key: &str, value: &Json) -> usize {
    all.iter().filter(|it| it.get(key) == Some(value)).count()
}

/// Items of the state that are others at the end.
fn state(one: &Json, other: &Json) -> Vec<Json> {
    let items = items(one, other).into_iter();
    items
        .map(|(group, key, item)| json!({ "state": { group: { key: item } } }))
        .collect()
}

/// Items of streams that are others at the end.
fn streams(one: &Json, other: &Json) -> Vec<Json> {
    let mut out = Vec::new();
    let names: BTreeSet<&String> = [one, other].into_iter().flat_map(names_in).collect();
    let nothing = json!({});
    for name in names {
        let of = |all: &Json| all.get(name).unwrap_or(&nothing).clone();
        let items = items(&of(one), &of(other)).into_iter();
        out.extend(items.map(|(group, id, item)| json!({ "stream": { name: { group: { id: item } } } })));
    }
    out
}

fn names_in(all: &Json) -> impl Iterator<Item = &String> {
    all.as_object().into_iter().flat_map(Map::keys)
}

/// Items that are others, by group and key; null for one that should not be there.
fn items(one: &Json, other: &Json) -> Vec<(String, String, Json)> {
    let mut out = Vec::new();
    let empty = Map::new();
    let groups = |all: &Json| all.as_object().unwrap_or(&empty).clone();
    for (group, items) in groups(one) {
        for (key, item) in items.as_object().unwrap_or(&empty) {
            let now = other.get(&group).and_then(|items| items.get(key));
            if now != Some(item) {
                out.push((group.clone(), key.clone(), lacking(item, now)));
            }
        }
    }
    for (group, items) in groups(other) {
        for key in items.as_object().unwrap_or(&empty).keys() {
            if one.get(&group).and_then(|items| items.get(key)).is_none() {
                out.push((group.clone(), key.clone(), Json::Null));
            }
        }
    }
    out
}

/// The fields of an item that are others now, or the whole.
fn lacking(item: &Json, now: Option<&Json>) -> Json {
    let (Some(fields), Some(now)) = (item.as_object(), now.and_then(Json::as_object)) else {
        return item.clone();
    };
    let changed = fields.iter().filter(|(key, value)| now.get(*key) != Some(value));
    let changed: Map<String, Json> = changed.map(|(key, value)| (key.clone(), value.clone())).collect();
    match changed.is_empty() {
        true => item.clone(),
        false => Json::Object(changed),
    }
}

/// The steps that ran, where another run has others.
fn ran(one: &Trace, other: &Trace) -> Option<Json> {
    let steps = |trace: &Trace| -> Vec<String> {
        let events = trace.events.iter();
        let started = events.filter_map(|event| match &event.what {
            What::Started { step, .. } => Some(step.clone()),
            _ => None,
        });
        started.collect()
    };
    let was = steps(one);
    (was != steps(other)).then(|| json!({ "ran": was }))
}

/// External calls that were made more or less often.
fn calls(one: &Trace, other: &Trace) -> Vec<Json> {
    let made = |trace: &Trace| {
        let mut calls: BTreeMap<String, usize> = BTreeMap::new();
        for event in &trace.events {
            if let What::Http { method, url, .. } = &event.what {
                let address = url.split(['?', '#']).next().unwrap_or_default();
                *calls.entry(format!("{method} {address}")).or_default() += 1;
            }
        }
        calls
    };
    let (was, is) = (made(one), made(other));
    let bodies = call_bodies(one, other);
    let changed = was.iter().filter(|(call, times)| is.get(*call) != Some(times));
    let changed = changed.map(|(call, times)| json!({ "called": { "http": call, "times": times } }));
    let new = is.keys().filter(|call| !was.contains_key(*call));
    let new = new.map(|call| json!({ "not_called": { "http": call } }));
    changed.chain(new).chain(bodies).collect()
}

/// External calls whose bodies are others.
fn call_bodies(one: &Trace, other: &Trace) -> Vec<Json> {
    let made = |trace: &Trace| {
        let events = trace.events.iter();
        let calls = events.filter_map(|event| match &event.what {
            What::Http {
                method, url, body, ..
            } if !body.is_null() => {
                let address = url.split(['?', '#']).next().unwrap_or_default();
                Some((format!("{method} {address}"), body.clone()))
            }
            _ => None,
        });
        calls.collect::<Vec<_>>()
    };
    let (was, is) = (made(one), made(other));
    let times = |all: &[(String, Json)], call: &(String, Json)| all.iter().filter(|it| *it == call).count();
    let changed = was.iter().filter(|call| times(&was, call) > times(&is, call));
    changed
        .map(|call| json!({ "called": { "http": call.0, "body": call.1, "times": times(&was, call) } }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hits::tests::{started, trace};

    fn first(operator: Operator, one: &[(u32, &str)], other: &[(u32, &str)], states: &[Json; 2]) -> String {
        let mutant = Mutant {
            operator,
            step: "A".into(),
            subject: "t".into(),
            of_stream: false,
            detail: None,
        };
        let (one, other) = (trace(one), trace(other));
        let variables = BTreeMap::from([("code".to_owned(), json!("c-1234"))]);
        let observed = |trace, state| Observed {
            trace,
            state,
            streams: &Json::Null,
            variables: &variables,
        };
        let all = candidates(
            &mutant,
            &observed(&one, &states[0]),
            &observed(&other, &states[1]),
        );
        all.into_iter().next().unwrap_or_default()
    }

    #[test]
    fn what_is_missing_is_asked_for() {
        let begun = started("A", "cron", None);
        let sent = |data: &str| format!(r#"{{"event":"emitted","topic":"t","data":{data},"to":[]}}"#);
        let (full, less) = (sent(r#"{"id":"o","total":12}"#), sent(r#"{"id":"o"}"#));
        let none = || [json!({}), json!({})];
        assert_eq!(
            first(
                Operator::DropEmit,
                &[(1, &begun), (1, &full)],
                &[(1, &begun)],
                &none()
            ),
            "{ emitted: { topic: t, times: 1 } }"
        );
        assert_eq!(
            first(
                Operator::DropField,
                &[(1, &begun), (1, &full)],
                &[(1, &begun), (1, &less)],
                &none()
            ),
            "{ emitted: { topic: t, data: { total: 12 }, times: 1 } }"
        );
        assert_eq!(
            first(
                Operator::DropEmit,
                &[(1, &begun)],
                &[(1, &begun), (1, &full)],
                &none()
            ),
            "{ not_emitted: t }"
        );
    }

    #[test]
    fn an_item_is_told_by_what_is_different() {
        let states = [
            json!({ "orders": { "o": { "id": "o", "status": "paid" } } }),
            json!({ "orders": { "o": { "id": "o", "status": "new" } } }),
        ];
        assert_eq!(
            first(Operator::LostWrite, &[], &[], &states),
            "{ state: { orders: { o: { status: paid } } } }"
        );
        let gone = [json!({ "totals": { "all": 1 } }), json!({})];
        assert_eq!(
            first(Operator::LostWrite, &[], &[], &gone),
            "{ state: { totals: { all: 1 } } }"
        );
        let captured = [json!({ "codes": { "c-1234": { "of": "c-1234" } } }), json!({})];
        assert_eq!(
            first(Operator::LostWrite, &[], &[], &captured),
            r#"{ state: { codes: { "{{code}}": { of: "{{code}}" } } } }"#
        );
        let extra = [json!({}), json!({ "totals": { "all": 1 } })];
        assert_eq!(
            first(Operator::StaleRead, &[], &[], &extra),
            "{ state: { totals: { all: null } } }"
        );
    }
}
