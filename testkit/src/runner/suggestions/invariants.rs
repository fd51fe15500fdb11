//! Invariants that a run without a mutant meets and the one with it does not, and that name no key: how many items there
//! are, how many of them have a value, which fields a message has. They hold where ids are others in each run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use crate::hits::without_ids;
use crate::invariant::user::View;
use crate::mutation::Observed;
use crate::trace::What;
use crate::yaml::inline;

/// Nobody wants to read an expression of more bytes.
const LONGEST: usize = 240;

/// An invariant: its name and its expression.
struct Invariant {
    name: String,
    holds: String,
}

/// Invariants that hold in all of `runs` without the mutant and are broken by the one with it, the plainest first, each an
/// item of `invariants`.
pub(super) fn invariants(runs: &[Observed<'_>], mutated: &Observed<'_>) -> Vec<String> {
    let Some(original) = runs.first() else {
        return Vec::new();
    };
    let mut all = Vec::new();
    let streams = |observed: &Observed<'_>| observed.streams.clone();
    all.extend(of_groups("state", original.state, mutated.state));
    let (one, other) = (streams(original), streams(mutated));
    let names: BTreeSet<&String> = [&one, &other].into_iter().flat_map(keys).collect();
    for name in names {
        let of = |all: &Json| all.get(name).cloned().unwrap_or_else(|| json!({}));
        let mut of_stream = of_groups(&at("streams", name), &of(&one), &of(&other));
        for it in &mut of_stream {
            it.name = format!("{} of {name}", it.name);
        }
        all.extend(of_stream);
    }
    all.extend(of_messages(original, mutated));
    all.extend(of_answers(original, mutated));
    let view = |run: &Observed<'_>| View::of(run.trace, run.state, run.streams);
    let (views, broken): (Vec<View>, View) = (runs.iter().map(view).collect(), view(mutated));
    all.retain(|it| {
        it.holds.len() <= LONGEST
            && broken.judge(&it.holds).is_err()
            && views.iter().all(|view| view.judge(&it.holds).is_ok())
    });
    let text = |it: Invariant| inline(&json!({ "name": it.name, "holds": it.holds }));
    all.into_iter().map(text).collect()
}

/// What can be said of the items of groups below `root`.
fn of_groups(root: &str, one: &Json, other: &Json) -> Vec<Invariant> {
    let mut out = Vec::new();
    let families = [one, other].into_iter().flat_map(keys);
    let families: BTreeSet<String> = families.map(|group| without_ids(group)).collect();
    for family in &families {
        let (was, is) = (items_of(one, family), items_of(other, family));
        if was.len() != is.len() {
            let times = count(one, family, |_| true);
            out.push(Invariant {
                name: match (times, family.contains('*')) {
                    (1, false) => format!("one item in {family}"),
                    (_, false) => format!("{times} items in {family}"),
                    (1, true) => format!("one {family} has items"),
                    (_, true) => format!("{times} of {family} have items"),
                },
                holds: format!("{} == {times}", counted(root, family, None)),
            });
        }
        for (field, value) in differing(&was, &is) {
            let times = count(one, family, |item| value_at(item, &field) == Some(&value));
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let shown = field
                .iter()
                .fold(shown, |shown, field| format!("{field} {shown}"));
            out.push(Invariant {
                name: format!("{times} with {shown} in {family}"),
                holds: format!(
                    "{} == {times}",
                    counted(root, family, Some(&condition(&field, &value)))
                ),
            });
        }
    }
    out
}

/// The number of items of a group that meet a condition; if the group's name has an id, that of the groups with such an
/// item.
fn counted(root: &str, family: &str, condition: Option<&str>) -> String {
    let below = |group: &str| condition.map(|it| it.replace("ITEM", &format!("{group}[k]")));
    let Some((begin, _)) = family.split_once('*') else {
        let group = at(root, family);
        return match below(&group) {
            None => format!("size({group})"),
            Some(condition) => format!("size({group}.filter(k, {condition}))"),
        };
    };
    let group = format!("{root}[g]");
    let has_one = match below(&group) {
        None => format!("size({group}) > 0"),
        Some(condition) => format!("{group}.exists(k, {condition})"),
    };
    format!(
        "size({root}.filter(g, g.startsWith({}) && {has_one}))",
        quoted(begin)
    )
}

/// What [`counted`] gives for these groups.
fn count(all: &Json, family: &str, fits: impl Fn(&Json) -> bool) -> usize {
    if !family.contains('*') {
        return items_of(all, family).into_iter().filter(|it| fits(it)).count();
    }
    let groups = all.as_object().into_iter().flatten();
    let groups = groups.filter(|(group, _)| without_ids(group) == family);
    let with_one = groups.filter(|(_, items)| items.as_object().into_iter().flat_map(Map::values).any(&fits));
    with_one.count()
}

fn items_of<'j>(all: &'j Json, family: &str) -> Vec<&'j Json> {
    let groups = all.as_object().into_iter().flatten();
    let groups = groups.filter(|(group, _)| without_ids(group) == family);
    groups
        .flat_map(|(_, items)| items.as_object().into_iter().flat_map(Map::values))
        .collect()
}

/// Fields with a value that other numbers of items have; the item itself, without a field, if it is no object. Values that
/// only the mutant makes are left out: they say nothing of what should be.
fn differing(was: &[&Json], is: &[&Json]) -> Vec<(Option<String>, Json)> {
    let (was, is) = (values(was), values(is));
    let changed = was
        .iter()
        .filter(|(at, (_, times))| is.get(*at).is_none_or(|now| now.1 != *times));
    changed
        .map(|((field, _), (value, _))| (field.clone(), value.clone()))
        .collect()
}

/// How many items have each plain value in each field.
fn values(items: &[&Json]) -> BTreeMap<(Option<String>, String), (Json, usize)> {
    let mut out = BTreeMap::new();
    let mut add = |field: Option<&String>, value: &Json| {
        if matches!(value, Json::String(_) | Json::Number(_) | Json::Bool(_)) {
            let known = out.entry((field.cloned(), value.to_string()));
            known.or_insert_with(|| (value.clone(), 0)).1 += 1;
        }
    };
    for item in items {
        match item {
            Json::Object(fields) => fields.iter().for_each(|(field, value)| add(Some(field), value)),
            plain => add(None, plain),
        }
    }
    out
}

fn value_at<'j>(item: &'j Json, field: &Option<String>) -> Option<&'j Json> {
    match field {
        Some(field) => item.get(field),
        None => Some(item),
    }
}

/// That an item has a value, with `ITEM` for the item.
fn condition(field: &Option<String>, value: &Json) -> String {
    match field {
        Some(field) => format!(
            "{} && {} == {}",
            has("ITEM", field),
            at("ITEM", field),
            literal(value)
        ),
        None => format!("ITEM == {}", literal(value)),
    }
}

/// Fields that all messages on a topic have.
fn of_messages(original: &Observed<'_>, mutated: &Observed<'_>) -> Vec<Invariant> {
    let mut topics: BTreeMap<&str, BTreeSet<&String>> = BTreeMap::new();
    for event in &original.trace.events {
        if let What::Emitted {
            topic,
            data,
            dropped: false,
            ..
        } = &event.what
        {
            topics.entry(topic).or_default().extend(keys(data));
        }
    }
    let mut out = Vec::new();
    for (topic, fields) in topics {
        let lacks = |field: &str| {
            mutated
                .trace
                .emitted(topic)
                .iter()
                .any(|data| data.get(field).is_none())
        };
        for field in fields.into_iter().filter(|field| lacks(field)) {
            out.push(Invariant {
                name: format!("every {topic} has {field}"),
                holds: format!(
                    "emitted.filter(e, e.topic == {}).all(e, {})",
                    quoted(topic),
                    has("e.data", field)
                ),
            });
        }
    }
    out
}

/// The statuses of the answers.
fn of_answers(original: &Observed<'_>, mutated: &Observed<'_>) -> Vec<Invariant> {
    let statuses = |observed: &Observed<'_>| -> Vec<u16> {
        let events = observed.trace.events.iter();
        let answers = events.filter_map(|event| match event.what {
            What::Response { status, .. } => Some(status),
            _ => None,
        });
        answers.collect()
    };
    let (was, is) = (statuses(original), statuses(mutated));
    if was == is || was.is_empty() {
        return Vec::new();
    }
    let list: Vec<String> = was.iter().map(u16::to_string).collect();
    vec![Invariant {
        name: "the statuses of the answers".to_owned(),
        holds: format!("responses.map(r, r.status) == [{}]", list.join(", ")),
    }]
}

fn keys(all: &Json) -> impl Iterator<Item = &String> {
    all.as_object().into_iter().flat_map(Map::keys)
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    let begins = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    begins && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn has(item: &str, field: &str) -> String {
    match is_name(field) && !item.ends_with(']') {
        true => format!("has({item}.{field})"),
        false => format!("{} in {item}", quoted(field)),
    }
}

fn at(item: &str, field: &str) -> String {
    match is_name(field) {
        true => format!("{item}.{field}"),
        false => format!("{item}[{}]", quoted(field)),
    }
}

/// A text as CEL writes it.
fn quoted(text: &str) -> String {
    match text.contains(['\'', '\\']) || text.chars().any(char::is_control) {
        true => Json::String(text.to_owned()).to_string(),
        // What YAML need not escape is easier to read.
        false => format!("'{text}'"),
    }
}

/// A plain value as CEL writes it.
fn literal(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), quoted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hits::tests::{started, trace};
    use crate::template::Variables;

    fn holding(states: [&Json; 3], streams: [&Json; 3], traces: [&[(u32, &str)]; 3]) -> Vec<String> {
        let traces = traces.map(trace);
        let none = Variables::new();
        let observed = |at: usize| Observed {
            trace: &traces[at],
            state: states[at],
            streams: streams[at],
            variables: &none,
        };
        invariants(&[observed(0), observed(1)], &observed(2))
    }

    fn of_state(states: [&Json; 3]) -> Vec<String> {
        let none = json!({});
        holding(states, [&none; 3], [&[]; 3])
    }

    #[test]
    fn items_are_counted_where_their_keys_are_others_in_each_run() {
        let order = |key: &str| json!({ "orders": { key: { "id": key, "status": "paid" } } });
        let found = of_state([&order("o-81b2"), &order("o-77aa"), &json!({ "orders": {} })]);
        assert_eq!(
            found,
            [
                "{ name: one item in orders, holds: \"size(state.orders) == 1\" }",
                "{ name: \"1 with status paid in orders\", holds: \"size(state.orders.filter(k, has(state.orders[k].status) && state.orders[k].status == 'paid')) == 1\" }"
            ]
        );
        let gone = of_state([&order("o-81b2"), &order("o-77aa"), &json!({})]);
        assert_eq!(gone[0], found[0], "a group that is gone has no item");
    }

    #[test]
    fn a_value_is_told_without_its_key() {
        let order =
            |key: &str, status: &str| json!({ "orders": { key: { "id": key, "the status": status } } });
        let found = of_state([&order("a", "paid"), &order("b", "paid"), &order("c", "new")]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("the status"), "{found:?}");
        let number = |key: &str, n: u32| json!({ "counts": { key: n } });
        let found = of_state([&number("a", 2), &number("b", 2), &number("c", 1)]);
        assert!(found[0].contains("[k] == 2)) == 1"), "{found:?}");
    }

    #[test]
    fn groups_with_ids_are_counted_together() {
        let cart = |id: &str, n: u32| json!({ format!("cart:{id}"): { "lines": { "n": n } } });
        let found = of_state([&cart("10000001", 2), &cart("10000002", 2), &cart("10000003", 1)]);
        assert!(found.iter().any(|it| it.contains("startsWith")), "{found:?}");
        let found = of_state([&cart("10000001", 2), &cart("10000002", 2), &json!({})]);
        assert_eq!(
            found[0],
            r#"{ name: "one cart:* has items", holds: "size(state.filter(g, g.startsWith('cart:') && size(state[g]) > 0)) == 1" }"#
        );
    }

    #[test]
    fn streams_and_messages_are_told_as_well() {
        let none = json!({});
        let chat = |id: &str| json!({ "chat": { "room": { id: { "text": "hi" } } } });
        let streams = [&chat("a"), &chat("b"), &json!({ "chat": {} })];
        let found = holding([&none; 3], streams, [&[]; 3]);
        assert_eq!(
            found[0],
            "{ name: one item in room of chat, holds: \"size(streams.chat.room) == 1\" }"
        );
        let begun = started("A", "cron", None);
        let sent = |data: &str| format!(r#"{{"event":"emitted","topic":"t","data":{data},"to":[]}}"#);
        let (one, two, less) = (sent(r#"{"id":"x1"}"#), sent(r#"{"id":"x2"}"#), sent("{}"));
        let traces: [&[(u32, &str)]; 3] = [
            &[(1, &begun), (1, &one)],
            &[(1, &begun), (1, &two)],
            &[(1, &begun), (1, &less)],
        ];
        let found = holding([&none; 3], [&none; 3], traces);
        assert_eq!(
            found,
            [
                r#"{ name: every t has id, holds: "emitted.filter(e, e.topic == 't').all(e, has(e.data.id))" }"#
            ]
        );
    }

    #[test]
    fn what_does_not_hold_in_another_run_is_no_invariant() {
        let orders = |n: usize| json!({ "orders": (0..n).map(|at| (at.to_string(), json!({}))).collect::<Map<_, _>>() });
        assert_eq!(of_state([&orders(1), &orders(2), &orders(0)]), [""; 0]);
    }
}
