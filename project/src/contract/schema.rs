//! What a change of a schema takes away. Where a schema uses a notation that cannot be compared field by field
//! (`anyOf`, `not`, …), nothing is said about it.

use std::collections::BTreeSet;

use serde_json::Value as Json;

/// Deeper schemas are recursive or generated.
const MAX_DEPTH: usize = 16;

/// Keywords under which a value may fit in several ways.
const CHOICES: [&str; 7] = ["anyOf", "oneOf", "allOf", "not", "if", "dependencies", "$ref"];

/// Bounds that get stricter as they rise, and those that do as they fall.
const LOWER: [&str; 5] = [
    "minimum",
    "exclusiveMinimum",
    "minLength",
    "minItems",
    "minProperties",
];
const UPPER: [&str; 5] = [
    "maximum",
    "exclusiveMaximum",
    "maxLength",
    "maxItems",
    "maxProperties",
];

/// One thing that a change takes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// The field that it is about, as a pointer into the value (`/user/id`, `/items/*`); empty for the whole value.
    pub(super) pointer: String,
    /// In words.
    pub(super) text: String,
}

/// Why values that were fine under `old` are refused under `new`, in words that follow "it": `requires 'total'`.
pub(super) fn narrowed(old: &Json, new: &Json) -> Vec<Change> {
    let mut changes = Changes::default();
    changes.narrow(old, new, "", 0);
    changes.found
}

/// What readers of values under `old` miss in values under `new`, in words that follow "it": `no longer has 'total'`.
pub(super) fn withdrawn(old: &Json, new: &Json) -> Vec<Change> {
    let mut changes = Changes::default();
    changes.withdraw(old, new, "", 0);
    changes.found
}

#[derive(Default)]
struct Changes {
    found: Vec<Change>,
}

impl Changes {
    fn say(&mut self, at: &str, text: String) {
        let pointer = match at {
            "" => String::new(),
            at => format!("/{}", at.replace("[]", "/*").replace('.', "/")),
        };
        self.found.push(Change { pointer, text });
    }

    fn narrow(&mut self, old: &Json, new: &Json, at: &str, depth: usize) {
        if !is_comparable(old, new, depth) {
            return;
        }
        self.types(old, new, at, "takes");
        self.values(old, new, at);
        self.bounds(old, new, at);
        for key in names(new, "required").difference(&names(old, "required")) {
            self.say(&field(at, key), format!("requires '{}'", field(at, key)));
        }
        let closed = new.get("additionalProperties") == Some(&Json::Bool(false));
        for (key, part) in properties(old) {
            match property(new, key) {
                Some(other) => self.narrow(part, other, &field(at, key), depth + 1),
                None if closed => self.say(&field(at, key), format!("refuses '{}'", field(at, key))),
                None => {}
            }
        }
        if let (Some(one), Some(other)) = (old.get("items"), new.get("items")) {
            self.narrow(one, other, &format!("{at}[]"), depth + 1);
        }
    }

    fn withdraw(&mut self, old: &Json, new: &Json, at: &str, depth: usize) {
        if !is_comparable(old, new, depth) {
            return;
        }
        // What the reader relied on is what the new values must still be: the roles of the two sides are swapped.
        self.types(new, old, at, "is");
        let promised = names(old, "required");
        let kept = names(new, "required");
        let is_object = new.get("properties").is_some();
        for (key, part) in properties(old) {
            match property(new, key) {
                Some(other) => {
                    if promised.contains(key) && !kept.contains(key) {
                        self.say(&field(at, key), format!("may lack '{}'", field(at, key)));
                    }
                    self.withdraw(part, other, &field(at, key), depth + 1);
                }
                None if is_object => self.say(&field(at, key), format!("no longer has '{}'", field(at, key))),
                None => {}
            }
        }
        if let (Some(one), Some(other)) = (old.get("items"), new.get("items")) {
            self.withdraw(one, other, &format!("{at}[]"), depth + 1);
        }
    }

    /// Says so if a type of `from` is none of `to`.
    fn types(&mut self, from: &Json, to: &Json, at: &str, verb: &str) {
        let (from, to) = (types(from), types(to));
        let fits = |kind: &&str| to.contains(kind) || (*kind == "integer" && to.contains("number"));
        if from.is_empty() || to.is_empty() || from.iter().all(fits) {
            return;
        }
        let list = |kinds: &BTreeSet<&str>| kinds.iter().copied().collect::<Vec<_>>().join(" or ");
        let (was, now) = if verb == "takes" { (from, to) } else { (to, from) };
        let place = subject(at);
        self.say(
            at,
            format!("{verb} {} where {place} was {}", list(&now), list(&was)),
        );
    }

    fn values(&mut self, old: &Json, new: &Json, at: &str) {
        let Some(allowed) = values(new) else { return };
        match values(old) {
            Some(before) => {
                for value in before.iter().filter(|value| !allowed.contains(value)) {
                    self.say(at, format!("refuses {value} for {}", subject(at)));
                }
            }
            None => self.say(at, format!("takes only {} for {}", listed(&allowed), subject(at))),
        }
    }

    fn bounds(&mut self, old: &Json, new: &Json, at: &str) {
        let number = |schema: &Json, key: &str| schema.get(key).and_then(Json::as_f64);
        let stricter = |key: &str, rises: bool| {
            let now = number(new, key)?;
            // Nothing is shorter than nothing: a least length of 0 is none.
            let none = (rises && !key.to_ascii_lowercase().ends_with("minimum")).then_some(0.0);
            let is_stricter = number(old, key)
                .or(none)
                .is_none_or(|was| if rises { now > was } else { now < was });
            is_stricter.then(|| new.get(key)).flatten()
        };
        for (keys, rises) in [(LOWER, true), (UPPER, false)] {
            for key in keys {
                if let Some(now) = stricter(key, rises) {
                    self.say(at, format!("has a stricter `{key}` for {}: {now}", subject(at)));
                }
            }
        }
        if old.get("pattern").is_none() && new.get("pattern").is_some() {
            self.say(at, format!("has a `pattern` for {}", subject(at)));
        }
    }
}

/// True if the two differ in ways that can be told field by field.
fn is_comparable(old: &Json, new: &Json, depth: usize) -> bool {
    let says_something = |schema: &Json| is_plain(schema) && !is_empty(schema);
    old != new && depth <= MAX_DEPTH && says_something(old) && says_something(new)
}

/// True if the schema says what it says by plain keywords.
fn is_plain(schema: &Json) -> bool {
    schema.is_object() && CHOICES.iter().all(|key| schema.get(key).is_none())
}

/// `{}` is what could not be read, not what takes everything.
fn is_empty(schema: &Json) -> bool {
    schema.as_object().is_some_and(serde_json::Map::is_empty)
}

fn types(schema: &Json) -> BTreeSet<&str> {
    match schema.get("type") {
        Some(Json::String(kind)) => [kind.as_str()].into(),
        Some(Json::Array(kinds)) => kinds.iter().filter_map(Json::as_str).collect(),
        _ => BTreeSet::new(),
    }
}

fn values(schema: &Json) -> Option<Vec<&Json>> {
    match (schema.get("const"), schema.get("enum")) {
        (Some(value), _) => Some(vec![value]),
        (None, Some(Json::Array(values))) => Some(values.iter().collect()),
        _ => None,
    }
}

fn names<'s>(schema: &'s Json, key: &str) -> BTreeSet<&'s str> {
    let list = schema.get(key).and_then(Json::as_array);
    list.into_iter().flatten().filter_map(Json::as_str).collect()
}

fn properties(schema: &Json) -> impl Iterator<Item = (&str, &Json)> {
    let properties = schema.get("properties").and_then(Json::as_object);
    properties
        .into_iter()
        .flatten()
        .map(|(key, part)| (key.as_str(), part))
}

fn property<'s>(schema: &'s Json, key: &str) -> Option<&'s Json> {
    schema.get("properties")?.get(key)
}

fn field(at: &str, key: &str) -> String {
    if at.is_empty() {
        key.to_owned()
    } else {
        format!("{at}.{key}")
    }
}

fn subject(at: &str) -> String {
    if at.is_empty() {
        "the value".to_owned()
    } else {
        format!("'{at}'")
    }
}

fn listed(values: &[&Json]) -> String {
    values
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{narrowed as narrowed_by, withdrawn as withdrawn_by, *};

    fn narrowed(old: &Json, new: &Json) -> Vec<String> {
        narrowed_by(old, new)
            .into_iter()
            .map(|change| change.text)
            .collect()
    }

    fn withdrawn(old: &Json, new: &Json) -> Vec<String> {
        withdrawn_by(old, new)
            .into_iter()
            .map(|change| change.text)
            .collect()
    }

    #[test]
    fn a_change_points_at_its_field() {
        let of =
            |inner: Json| json!({ "properties": { "a": { "items": { "properties": { "b": inner } } } } });
        let changes = narrowed_by(&of(json!({ "type": "string" })), &of(json!({ "type": "number" })));
        assert_eq!(changes[0].pointer, "/a/*/b");
    }

    fn object(properties: &Json, required: &[&str]) -> Json {
        json!({ "type": "object", "properties": properties, "required": required })
    }

    #[test]
    fn new_duties_are_narrower() {
        let old = object(&json!({ "id": { "type": "string" } }), &["id"]);
        let new = object(
            &json!({ "id": { "type": "string" }, "total": { "type": "number" } }),
            &["id", "total"],
        );
        assert_eq!(narrowed(&old, &new), ["requires 'total'"]);
        assert_eq!(narrowed(&new, &old), [""; 0]);
    }

    #[test]
    fn types_values_and_bounds_are_compared_at_every_depth() {
        let nested = |inner: Json| object(&json!({ "user": object(&json!({ "x": inner }), &[]) }), &[]);
        let narrower = |old: Json, new: Json| narrowed(&nested(old), &nested(new)).join("; ");
        assert_eq!(
            narrower(json!({ "type": "string" }), json!({ "type": "number" })),
            "takes number where 'user.x' was string"
        );
        assert_eq!(
            narrower(json!({ "type": "integer" }), json!({ "type": "number" })),
            ""
        );
        assert_eq!(
            narrower(json!({ "enum": ["a", "b"] }), json!({ "enum": ["a"] })),
            "refuses \"b\" for 'user.x'"
        );
        assert_eq!(
            narrower(json!({ "enum": ["a"] }), json!({ "enum": ["a", "b"] })),
            ""
        );
        assert_eq!(
            narrower(
                json!({ "type": "number", "minimum": 1, "maximum": 9 }),
                json!({ "type": "number", "minimum": 2, "maximum": 9 })
            ),
            "has a stricter `minimum` for 'user.x': 2"
        );
        assert_eq!(
            narrower(
                json!({ "type": "array", "items": { "type": "string" } }),
                json!({ "type": "array", "items": { "type": "string", "maxLength": 3 } })
            ),
            "has a stricter `maxLength` for 'user.x[]': 3"
        );
    }

    #[test]
    fn a_bound_that_binds_nothing_is_no_change() {
        let text = json!({ "type": "string" });
        assert_eq!(
            narrowed(&text, &json!({ "type": "string", "minLength": 0 })),
            [""; 0]
        );
        assert_eq!(
            narrowed(&text, &json!({ "type": "string", "minLength": 1 })),
            ["has a stricter `minLength` for the value: 1"]
        );
        let number = json!({ "type": "number" });
        assert_eq!(
            narrowed(&number, &json!({ "type": "number", "minimum": 0 })),
            ["has a stricter `minimum` for the value: 0"]
        );
    }

    #[test]
    fn what_cannot_be_compared_is_not_judged() {
        let plain = json!({ "type": "string" });
        assert_eq!(
            narrowed(&json!({}), &plain),
            [""; 0],
            "an unread schema says nothing"
        );
        assert_eq!(
            narrowed(&json!({ "anyOf": [plain, { "type": "null" }] }), &plain),
            [""; 0]
        );
    }

    #[test]
    fn readers_miss_what_is_gone_or_may_be() {
        let old = object(
            &json!({ "id": { "type": "string" }, "at": { "type": "string" }, "n": { "type": "integer" } }),
            &["id", "at", "n"],
        );
        let new = object(
            &json!({ "id": { "type": "string" }, "n": { "type": "string" } }),
            &["n"],
        );
        assert_eq!(
            withdrawn(&old, &new),
            [
                "may lack 'id'",
                "no longer has 'at'",
                "is string where 'n' was integer"
            ]
        );
        let more = object(
            &json!({ "id": { "type": "string" }, "at": { "type": "string" }, "n": { "type": "integer" }, "m": {} }),
            &["id", "at", "n", "m"],
        );
        assert_eq!(withdrawn(&old, &more), [""; 0]);
    }
}
