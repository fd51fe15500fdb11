//! The schema of a step as its running module gives it, made plain JSON Schema.

pub(crate) mod local_times;

use serde_json::{Map, Value as Json, json};

/// Names of types in the shorthand notation `{ id: 'string', at: 'string?' }`.
const SHORTHAND_TYPES: [&str; 8] = [
    "string", "number", "integer", "boolean", "object", "array", "null", "any",
];

/// The schema of `part` (`body` or `input`) in a config as a worker describes it; `None` if it has none.
pub fn schema_of(config: &Json, part: &str) -> Option<Json> {
    let keys: &[&str] = if part == "body" {
        &["bodySchema", "body_schema"]
    } else {
        &["input", "inputSchema"]
    };
    let triggers = config
        .get("triggers")
        .and_then(Json::as_array)
        .into_iter()
        .flatten();
    let raw = std::iter::once(config)
        .chain(triggers)
        .find_map(|it| keys.iter().find_map(|key| it.get(*key)))?;
    (!raw.is_null()).then(|| to_json_schema(raw))
}

/// The schema of an answer with this status; `None` if the config has none for it.
pub fn response_schema_of(config: &Json, status: u16) -> Option<Json> {
    let triggers = config
        .get("triggers")
        .and_then(Json::as_array)
        .into_iter()
        .flatten();
    let by_status = std::iter::once(config)
        .chain(triggers)
        .find_map(|it| it.get("responseSchema").or_else(|| it.get("response_schema")))?;
    let raw = by_status.get(status.to_string())?;
    (!raw.is_null()).then(|| to_json_schema(raw))
}

/// The schema of a stream's items; `None` if the config has none.
pub fn item_schema_of(config: &Json) -> Option<Json> {
    let raw = config.get("schema")?;
    (!raw.is_null()).then(|| to_json_schema(raw))
}

/// A schema in any notation that a config can hold at run time.
fn to_json_schema(raw: &Json) -> Json {
    local_times::meant(&written(raw))
}

fn written(raw: &Json) -> Json {
    match raw {
        Json::Object(fields) if is_json_schema(fields) => raw.clone(),
        Json::Object(fields) if !fields.is_empty() && fields.values().all(is_json_schema_value) => {
            json!({ "type": "object", "properties": fields })
        }
        _ => shorthand(raw).unwrap_or_else(|| json!({})),
    }
}

fn is_json_schema(fields: &Map<String, Json>) -> bool {
    // `{ type: 'string' }` alone could be a shorthand map with a field named `type`; as a schema of a whole message it
    // would be a bare string, so that only the object and array forms count.
    matches!(
        fields.get("type").and_then(Json::as_str),
        Some("object" | "array")
    ) || [
        "properties",
        "anyOf",
        "oneOf",
        "allOf",
        "$ref",
        "$schema",
        "items",
    ]
    .iter()
    .any(|key| {
        fields
            .get(*key)
            .is_some_and(|value| value.is_object() || value.is_array() || *key == "$schema")
    })
}

fn is_json_schema_value(value: &Json) -> bool {
    value.as_object().is_some_and(|it| {
        it.get("type")
            .and_then(Json::as_str)
            .is_some_and(|name| SHORTHAND_TYPES.contains(&name))
            || is_json_schema(it)
    })
}

/// `{ id: 'string', tags: ['string'], at: 'string?' }`: every field is required unless marked, more are allowed.
fn shorthand(raw: &Json) -> Option<Json> {
    match raw {
        Json::String(name) => {
            let name = name.strip_suffix('?').unwrap_or(name);
            SHORTHAND_TYPES.contains(&name).then(|| {
                if name == "any" {
                    json!({})
                } else {
                    json!({ "type": name })
                }
            })
        }
        Json::Array(items) => {
            let items = items.first().and_then(shorthand).unwrap_or_else(|| json!({}));
            Some(json!({ "type": "array", "items": items }))
        }
        Json::Object(fields) => {
            let mut properties = Map::new();
            let mut required = Vec::new();
            for (name, value) in fields {
                properties.insert(name.clone(), shorthand(value).unwrap_or_else(|| json!({})));
                if !value.as_str().is_some_and(|text| text.ends_with('?')) {
                    required.push(json!(name));
                }
            }
            Some(json!({ "type": "object", "properties": properties, "required": required }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notation_becomes_a_schema() {
        let cases = [
            (
                json!({"input": {"id": "string", "n": "number?"}}),
                json!({"type": "object", "properties": {"id": {"type": "string"}, "n": {"type": "number"}}, "required": ["id"]}),
            ),
            (
                json!({"input": {"id": {"type": "string"}}}),
                json!({"type": "object", "properties": {"id": {"type": "string"}}}),
            ),
            (
                json!({"input": {"type": "object", "properties": {}}}),
                json!({"type": "object", "properties": {}}),
            ),
            (
                json!({"triggers": [{"type": "queue", "input": {"tags": ["string"]}}]}),
                json!({"type": "object", "properties": {"tags": {"type": "array", "items": {"type": "string"}}}, "required": ["tags"]}),
            ),
        ];
        for (config, expected) in cases {
            assert_eq!(schema_of(&config, "input"), Some(expected));
        }
        assert_eq!(schema_of(&json!({"input": null}), "input"), None);
        assert_eq!(
            schema_of(&json!({"bodySchema": {"type": "object"}}), "input"),
            None
        );
    }
}
