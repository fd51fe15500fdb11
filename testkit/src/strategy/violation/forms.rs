//! What a part of a value may become so that it breaks one keyword.

use serde_json::{Map, Value as Json, json};

use super::super::dice::Dice;
use super::super::document::type_names;
use super::super::pattern::{Pattern, Stretch};

/// A text longer than this is not made to break a longest length.
const LARGEST: usize = 20_000;

/// What a part may become so that it breaks `key`, with words for each.
pub(super) fn broken(
    key: &str,
    bound: &Json,
    fields: &Map<String, Json>,
    part: &Json,
) -> Vec<(String, Json)> {
    match (key, part) {
        ("type", _) => wrong_types(bound),
        ("enum" | "const", _) => others(bound, key == "const", part)
            .into_iter()
            .map(|form| ("not an allowed value".to_owned(), form))
            .collect(),
        ("anyOf" | "oneOf", _) => {
            let forms = [
                json!("no branch"),
                json!(-1.5),
                json!(null),
                json!({}),
                json!([]),
                json!(true),
            ];
            forms
                .into_iter()
                .map(|form| (format!("fits no branch of {key}"), form))
                .collect()
        }
        (_, Json::Number(_)) => of_number(key, bound, fields, part),
        (_, Json::String(text)) => of_text(key, bound, text),
        (_, Json::Array(items)) => of_array(key, bound, items),
        (_, Json::Object(properties)) => of_object(key, bound, fields, properties),
        _ => Vec::new(),
    }
}

fn wrong_types(allowed: &Json) -> Vec<(String, Json)> {
    let names = type_names(allowed);
    let all = [
        ("null", json!(null)),
        ("boolean", json!(true)),
        ("integer", json!(1)),
        ("number", json!(1.5)),
        ("string", json!("x")),
        ("array", json!([])),
        ("object", json!({})),
    ];
    let is_allowed = |name: &str| names.contains(&name) || name == "integer" && names.contains(&"number");
    all.into_iter()
        .filter(|(name, _)| !is_allowed(name))
        .map(|(name, form)| {
            let article = if ["integer", "array", "object"].contains(&name) {
                "an"
            } else {
                "a"
            };
            let article = if name == "null" {
                String::new()
            } else {
                format!("{article} ")
            };
            (format!("wrong type ({article}{name})"), form)
        })
        .collect()
}

/// Values near `part` that are not in a list.
fn others(bound: &Json, is_const: bool, part: &Json) -> Vec<Json> {
    let allowed = match bound {
        Json::Array(values) if !is_const => values.clone(),
        value => vec![value.clone()],
    };
    let near = match part {
        Json::String(text) => vec![json!(format!("{text}?")), json!(text.to_uppercase()), json!("")],
        Json::Number(number) => {
            let at = number.as_f64().unwrap_or(0.0);
            vec![json!(at as i64 + 1), json!(at as i64 - 1), json!(at + 0.5)]
        }
        Json::Bool(value) => vec![json!(!value)],
        _ => vec![json!("x"), json!(null)],
    };
    near.into_iter().filter(|form| !allowed.contains(form)).collect()
}

fn of_number(key: &str, bound: &Json, fields: &Map<String, Json>, part: &Json) -> Vec<(String, Json)> {
    let (Some(at), Some(value)) = (bound.as_f64(), part.as_f64()) else {
        return Vec::new();
    };
    let named = fields.get("type").map(type_names).unwrap_or_default();
    let whole = !named.contains(&"number") && named.contains(&"integer");
    let step = fields
        .get("multipleOf")
        .and_then(Json::as_f64)
        .unwrap_or(if whole { 1.0 } else { 0.5 });
    let number = |value: f64| {
        if value.fract() == 0.0 && value.abs() < 9e15 {
            json!(value as i64)
        } else {
            json!(value)
        }
    };
    let (below, above) = (
        (at / step).ceil() * step - step,
        (at / step).floor() * step + step,
    );
    // Beside a very large bound the step is lost.
    let (below, above) = (
        if below < at { below } else { at - at.abs() / 2.0 },
        if above > at { above } else { at + at.abs() / 2.0 },
    );
    let form = match key {
        "minimum" => Some(("below the minimum", number(below))),
        "exclusiveMinimum" => Some((
            "not above the minimum",
            if whole && at.fract() != 0.0 {
                number(below)
            } else {
                number(at)
            },
        )),
        "maximum" => Some(("above the maximum", number(above))),
        "exclusiveMaximum" => Some((
            "not below the maximum",
            if whole && at.fract() != 0.0 {
                number(above)
            } else {
                number(at)
            },
        )),
        "multipleOf" => {
            let off = if whole || at.fract() == 0.0 && at > 1.0 {
                1.0
            } else {
                at / 2.0
            };
            Some(("not a multiple", number(value + off)))
        }
        _ => None,
    };
    form.map(|(words, form)| (words.to_owned(), form))
        .into_iter()
        .collect()
}

fn of_text(key: &str, bound: &Json, text: &str) -> Vec<(String, Json)> {
    let count = bound.as_f64().map(|it| it as usize);
    match (key, count) {
        ("minLength", Some(count)) if count > 0 => {
            let short: String = text.chars().take(count - 1).collect();
            vec![("too short".to_owned(), json!(short))]
        }
        ("maxLength", Some(count)) if count < LARGEST => {
            let last = text.chars().last().unwrap_or('a');
            let more = (count + 1).saturating_sub(text.chars().count());
            let long: String = text.chars().chain(std::iter::repeat_n(last, more)).collect();
            vec![("too long".to_owned(), json!(long))]
        }
        ("pattern", _) => {
            let forms = [
                format!("{text}\n"),
                format!("{text}!"),
                format!("!{text}"),
                text.chars().skip(1).collect(),
                "?".repeat(text.chars().count().max(1)),
                "a".repeat(text.chars().count().max(1)),
                String::new(),
            ];
            forms
                .into_iter()
                .map(|form| ("does not match the pattern".to_owned(), json!(form)))
                .collect()
        }
        ("format", _) => {
            let name = bound.as_str().unwrap_or_default();
            let forms = [
                format!("not {name} %"),
                text.chars().skip(1).collect(),
                String::new(),
                "@".to_owned(),
                "-a".to_owned(),
                "a..b".to_owned(),
                "(".to_owned(),
            ];
            forms
                .into_iter()
                .map(|form| (format!("not of the format {name}"), json!(form)))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn of_array(key: &str, bound: &Json, items: &[Json]) -> Vec<(String, Json)> {
    let count = bound.as_f64().map(|it| it as usize);
    let one = |words: &str, items: Vec<Json>| vec![(words.to_owned(), Json::Array(items))];
    match (key, count) {
        ("minItems", Some(count)) if count > 0 => {
            one("too few items", items[..items.len().min(count - 1)].to_vec())
        }
        ("maxItems", Some(count)) if count < LARGEST => {
            let lists = too_many(items, count);
            lists
                .into_iter()
                .flat_map(|items| one("too many items", items))
                .collect()
        }
        ("uniqueItems", _) if *bound == json!(true) => {
            let Some(first) = items.first() else {
                return Vec::new();
            };
            let mut added = items.to_vec();
            added.push(first.clone());
            let mut replaced = items.to_vec();
            if let Some(last) = replaced.last_mut() {
                last.clone_from(first);
            }
            [one("equal items", replaced), one("equal items", added)].concat()
        }
        ("contains", _) => {
            let lists = [
                Vec::new(),
                vec![json!("x"); items.len()],
                vec![Json::Null; items.len()],
            ];
            let words = "the item that must be there is not";
            lists.into_iter().flat_map(|items| one(words, items)).collect()
        }
        ("maxContains", Some(count)) => {
            let all = items
                .iter()
                .flat_map(|item| std::iter::repeat_n(item.clone(), count + 1));
            one("too many of one kind", all.collect())
        }
        ("items" | "additionalItems" | "unevaluatedItems", _) if !bound.is_array() => {
            let more = |item: Json| items.iter().cloned().chain([item]).collect();
            let words = if *bound == json!(false) {
                "more items than the tuple has"
            } else {
                "a further item of the wrong kind"
            };
            [json!(null), json!("x"), json!(-1.5)]
                .into_iter()
                .flat_map(|item| one(words, more(item)))
                .collect()
        }
        ("items" | "prefixItems", _) => {
            let never = bound
                .as_array()
                .into_iter()
                .flatten()
                .position(|it| *it == json!(false));
            let Some(at) = never else { return Vec::new() };
            let filler = std::iter::repeat_n(Json::Null, (at + 1).saturating_sub(items.len()));
            one(
                "an item where none may be",
                items.iter().cloned().chain(filler).collect(),
            )
        }
        _ => Vec::new(),
    }
}

/// One item more than `most`: some that differ, where a number or a text can, and some that do not.
fn too_many(items: &[Json], most: usize) -> Vec<Vec<Json>> {
    let Some(last) = items.last() else {
        return vec![vec![Json::Null; most + 1]];
    };
    let other = |at: usize| match last {
        Json::Number(number) if number.is_i64() => {
            json!(number.as_i64().unwrap_or(0).saturating_add_unsigned(at as u64))
        }
        Json::String(text) => json!(format!("{text}{at}")),
        other => other.clone(),
    };
    let others = (items.len()..=most).map(other);
    let same = std::iter::repeat_n(last.clone(), (most + 1).saturating_sub(items.len()));
    vec![
        items.iter().cloned().chain(others).collect(),
        items.iter().cloned().chain(same).collect(),
    ]
}

fn of_object(
    key: &str,
    bound: &Json,
    fields: &Map<String, Json>,
    properties: &Map<String, Json>,
) -> Vec<(String, Json)> {
    let count = bound.as_f64().map(|it| it as usize);
    let without = |name: &str| {
        let mut out = properties.clone();
        out.shift_remove(name)
            .map(|_| (format!("missing {name}"), Json::Object(out)))
    };
    let names = |list: &Json| -> Vec<String> {
        let names = list.as_array().into_iter().flatten().filter_map(Json::as_str);
        names.map(str::to_owned).collect()
    };
    match (key, count) {
        ("required", _) => names(bound).iter().filter_map(|name| without(name)).collect(),
        ("dependentRequired" | "dependencies", _) => {
            let needed = bound.as_object().into_iter().flatten();
            let present = needed.filter(|(name, _)| properties.contains_key(*name));
            present
                .flat_map(|(_, needs)| names(needs))
                .filter_map(|name| without(&name))
                .collect()
        }
        ("minProperties", Some(count)) if count > 0 => {
            let required = fields.get("required").map(names).unwrap_or_default();
            let mut kept: Vec<&String> = properties.keys().collect();
            kept.sort_by_key(|name| !required.contains(name));
            kept.truncate(count - 1);
            let left = properties.iter().filter(|(name, _)| kept.contains(name));
            let left = left.map(|(name, value)| (name.clone(), value.clone()));
            vec![("too few properties".to_owned(), Json::Object(left.collect()))]
        }
        ("maxProperties", Some(count)) if count < LARGEST => {
            let value = properties.values().next().cloned().unwrap_or(json!(true));
            let mut out = properties.clone();
            for at in out.len()..=count {
                out.insert(format!("extra{at}"), value.clone());
            }
            vec![("too many properties".to_owned(), Json::Object(out))]
        }
        _ => added_properties(key, bound, properties)
            .into_iter()
            .map(|(words, name, value)| {
                let mut out = properties.clone();
                out.insert(name, value);
                (words, Json::Object(out))
            })
            .collect(),
    }
}

/// What may be added to an object so that it breaks `key`: words, a name and a value.
fn added_properties(key: &str, bound: &Json, properties: &Map<String, Json>) -> Vec<(String, String, Json)> {
    let wrong = || [json!(null), json!("x"), json!(-1.5), json!({})].into_iter();
    let each = || bound.as_object().into_iter().flatten();
    match key {
        "additionalProperties" | "unevaluatedProperties" if *bound == Json::Bool(false) => {
            vec![(
                "unknown property".to_owned(),
                "unexpected".to_owned(),
                json!(true),
            )]
        }
        "additionalProperties" | "unevaluatedProperties" => wrong()
            .map(|value| {
                (
                    "unknown property of the wrong kind".to_owned(),
                    "unexpected".to_owned(),
                    value,
                )
            })
            .collect(),
        "properties" => {
            let closed = |schema: &Json| *schema == Json::Bool(false) || schema.get("not").is_some();
            let never = each().filter(|(name, schema)| closed(schema) && !properties.contains_key(*name));
            never
                .map(|(name, _)| (format!("{name} is there"), name.clone(), json!(true)))
                .collect()
        }
        "patternProperties" => {
            let mut dice = Dice::of(0);
            let mut name = |text: &str| Pattern::of(text)?.text(1, usize::MAX, Stretch::Any, &mut dice);
            let named = each().filter_map(|(text, _)| Some((text, name(text)?)));
            named
                .filter(|(_, name)| !properties.contains_key(name))
                .flat_map(|(text, name)| {
                    let words = format!("a property like '{text}' of the wrong kind");
                    wrong().map(move |value| (words.clone(), name.clone(), value))
                })
                .collect()
        }
        "propertyNames" => {
            let long = "a".repeat(40);
            let names = ["", "not a name", "UPPER", "1", &long];
            let words = "a name that is not allowed";
            names
                .map(|name| (words.to_owned(), name.to_owned(), json!(true)))
                .to_vec()
        }
        _ => Vec::new(),
    }
}
