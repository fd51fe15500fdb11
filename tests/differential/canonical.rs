//! One way to write what JSON Schema can say in several.
//!
//! Dropped on both sides, since no check of a message depends on it: `$schema` and `$id`; `title`, `description`,
//! `default`, `examples`, `deprecated`, `readOnly`, `writeOnly`, `discriminator`, `contentEncoding`; formats that JSON Schema does
//! not name; the pattern beside a format; the bounds of safe integers; names of properties that may be any text.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

const ANNOTATIONS: [&str; 14] = [
    "$schema",
    "$id",
    "$defs",
    "definitions",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "discriminator",
    "contentEncoding",
    "$comment",
];

const FORMATS: [&str; 10] = [
    "email",
    "uuid",
    "uri",
    "date-time",
    "date",
    "time",
    "duration",
    "ipv4",
    "ipv6",
    "hostname",
];

/// Which keywords go with which type.
const BELONGS: [(&str, &[&str]); 4] = [
    ("string", &["minLength", "maxLength", "pattern", "format"]),
    (
        "number",
        &[
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
        ],
    ),
    (
        "array",
        &[
            "items",
            "minItems",
            "maxItems",
            "uniqueItems",
            "prefixItems",
            "additionalItems",
        ],
    ),
    (
        "object",
        &[
            "properties",
            "required",
            "additionalProperties",
            "propertyNames",
            "minProperties",
            "maxProperties",
        ],
    ),
];

/// The schema in the one way.
pub(super) fn of(schema: &Json) -> Json {
    Canonical {
        root: schema,
        open: Vec::new(),
    }
    .schema(schema)
}

struct Canonical<'s> {
    root: &'s Json,
    /// References that are being followed: what leads back to itself is anything from there on.
    open: Vec<String>,
}

impl Canonical<'_> {
    fn schema(&mut self, schema: &Json) -> Json {
        let Some(map) = schema.as_object() else {
            return if schema == &json!(true) {
                json!({})
            } else {
                schema.clone()
            };
        };
        if let Some(reference) = map.get("$ref").and_then(Json::as_str) {
            return self.referenced(reference);
        }
        let mut plain = Map::new();
        for (keyword, value) in map {
            if let Some((keyword, value)) = self.keyword(map, keyword, value) {
                plain.insert(keyword, value);
            }
        }
        if plain
            .get("required")
            .and_then(Json::as_array)
            .is_some_and(Vec::is_empty)
        {
            plain.remove("required");
        }
        if plain.get("type") == Some(&json!("null")) {
            plain.remove("type");
            plain.insert("enum".to_owned(), json!([null]));
        }
        if plain.contains_key("enum") {
            plain.remove("type");
        }
        let spread = spread_types(plain);
        flattened(spread)
    }

    fn referenced(&mut self, reference: &str) -> Json {
        let target = reference
            .strip_prefix('#')
            .and_then(|pointer| self.root.pointer(pointer));
        let Some(target) = target.filter(|_| !self.open.iter().any(|open| open == reference)) else {
            return json!({});
        };
        self.open.push(reference.to_owned());
        let found = self.schema(target);
        self.open.pop();
        found
    }

    fn keyword(&mut self, map: &Map<String, Json>, keyword: &str, value: &Json) -> Option<(String, Json)> {
        let own = |value: Json| Some((keyword.to_owned(), value));
        let is_huge = |value: &Json| {
            value
                .as_f64()
                .is_some_and(|bound| bound.abs() >= 9_007_199_254_740_991.0)
        };
        match keyword {
            _ if ANNOTATIONS.contains(&keyword) => None,
            "format" if !value.as_str().is_some_and(|name| FORMATS.contains(&name)) => None,
            "pattern" if map.contains_key("format") => None,
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" if is_huge(value) => None,
            "propertyNames" if self.schema(value) == json!({ "type": "string" }) => None,
            "const" => Some(("enum".to_owned(), json!([value]))),
            "enum" | "required" => own(sorted(value)),
            "type" if value.is_array() => own(sorted(value)),
            "properties" => {
                let properties = value.as_object()?.iter();
                own(properties
                    .map(|(name, part)| (name.clone(), self.schema(part)))
                    .collect())
            }
            // An array of schemas is the tuple of draft 7.
            "items" if value.is_array() => {
                let items: Vec<Json> = value.as_array()?.iter().map(|part| self.schema(part)).collect();
                Some(("prefixItems".to_owned(), Json::Array(items)))
            }
            "items" | "additionalProperties" | "propertyNames" | "additionalItems" | "not" => {
                let inner = self.schema(value);
                if inner == json!({}) { None } else { own(inner) }
            }
            "anyOf" | "oneOf" | "allOf" | "prefixItems" => {
                let name = if keyword == "oneOf" { "anyOf" } else { keyword };
                let parts: Vec<Json> = value.as_array()?.iter().map(|part| self.schema(part)).collect();
                Some((name.to_owned(), Json::Array(parts)))
            }
            _ => own(match value.as_f64() {
                Some(number) => json!(number),
                None => value.clone(),
            }),
        }
    }
}

/// `{ type: [a, b], … }` as one choice for each type, with the keywords that go with it.
fn spread_types(mut plain: Map<String, Json>) -> Map<String, Json> {
    let Some(Json::Array(types)) = plain.get("type").cloned() else {
        return plain;
    };
    plain.remove("type");
    let mut choices = Vec::new();
    for name in types.iter().filter_map(Json::as_str) {
        if name == "null" {
            choices.push(json!({ "enum": [null] }));
            continue;
        }
        let family = if name == "integer" { "number" } else { name };
        let mut choice = Map::from_iter([("type".to_owned(), json!(name))]);
        let keywords = BELONGS
            .iter()
            .filter(|(kind, _)| *kind == family)
            .flat_map(|(_, keywords)| *keywords);
        for keyword in keywords {
            if let Some(value) = plain.get(*keyword) {
                choice.insert((*keyword).to_owned(), value.clone());
            }
        }
        choices.push(Json::Object(choice));
    }
    for (_, keywords) in BELONGS {
        for keyword in keywords {
            plain.remove(*keyword);
        }
    }
    plain.insert("anyOf".to_owned(), Json::Array(choices));
    plain
}

/// Choices within choices as one list, enumerations as one; a single choice as itself.
fn flattened(mut plain: Map<String, Json>) -> Json {
    if let Some(Json::Array(parts)) = plain.get("allOf")
        && let [part] = parts.as_slice()
        && plain.len() == 1
    {
        return part.clone();
    }
    let Some(Json::Array(parts)) = plain.remove("anyOf") else {
        return Json::Object(plain);
    };
    let mut values: BTreeSet<String> = BTreeSet::new();
    let mut others: BTreeSet<String> = BTreeSet::new();
    let mut pending = parts;
    while let Some(part) = pending.pop() {
        let Some(map) = part.as_object() else { continue };
        if map.is_empty() {
            return Json::Object(plain);
        }
        match (map.len(), map.get("anyOf"), map.get("enum")) {
            (1, Some(Json::Array(inner)), _) => pending.extend(inner.iter().cloned()),
            (1, _, Some(Json::Array(inner))) => values.extend(inner.iter().map(Json::to_string)),
            _ => {
                others.insert(part.to_string());
            }
        }
    }
    let parse = |text: &String| serde_json::from_str::<Json>(text).expect("JSON that was just written");
    let mut choices: Vec<Json> = others.iter().map(parse).collect();
    if !values.is_empty() {
        let values: Vec<Json> = values.iter().map(parse).collect();
        choices.push(json!({ "enum": values }));
    }
    if choices.len() == 1 && plain.is_empty() {
        return choices.remove(0);
    }
    plain.insert("anyOf".to_owned(), Json::Array(choices));
    Json::Object(plain)
}

fn sorted(list: &Json) -> Json {
    let mut items = list.as_array().cloned().unwrap_or_default();
    items.sort_by_key(Json::to_string);
    items.dedup();
    Json::Array(items)
}

/// What the shorthand `{ id: 'string', at: 'string?' }` means: a type for each name, required unless marked.
pub(super) fn of_shorthand(written: &Json) -> Json {
    match written {
        Json::String(name) => json!({ "type": name.trim_end_matches('?') }),
        Json::Array(items) => json!({ "type": "array", "items": items.first().map(of_shorthand) }),
        Json::Object(fields) => {
            let properties: Map<String, Json> = fields
                .iter()
                .map(|(name, value)| (name.clone(), of_shorthand(value)))
                .collect();
            let is_required = |value: &Json| !value.as_str().is_some_and(|text| text.ends_with('?'));
            let required: Vec<&String> = fields
                .iter()
                .filter(|(_, value)| is_required(value))
                .map(|(name, _)| name)
                .collect();
            json!({ "type": "object", "properties": properties, "required": required })
        }
        _ => json!({}),
    }
}
