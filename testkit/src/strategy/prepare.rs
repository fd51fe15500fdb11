//! A schema as its author meant it, and the validator that judges by it.

use jsonschema::{Draft, ValidationOptions, Validator};
use serde_json::{Map, Value as Json, json};

/// Rewrites what is common but no JSON Schema: OpenAPI's `nullable`, the boolean bounds of draft 4.
pub(super) fn prepare(schema: &Json) -> Json {
    match schema {
        Json::Object(fields) => {
            let mut out: Map<String, Json> = Map::new();
            for (key, value) in fields {
                let prepared = match (key.as_str(), value) {
                    // Data that only look like schemas stay as they are.
                    ("enum" | "const" | "default" | "examples" | "required", _) => value.clone(),
                    // Here names are those of properties, whatever they are.
                    (
                        "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions",
                        Json::Object(named),
                    ) => {
                        let each = named.iter().map(|(name, schema)| (name.clone(), prepare(schema)));
                        Json::Object(each.collect())
                    }
                    _ => prepare(value),
                };
                out.insert(key.clone(), prepared);
            }
            make_nullable(&mut out);
            for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
                match out.get(exclusive) {
                    Some(Json::Bool(true)) if out.contains_key(bound) => {
                        let value = out.shift_remove(bound).unwrap_or(Json::Null);
                        out.insert(exclusive.to_owned(), value);
                    }
                    Some(Json::Bool(_)) => {
                        out.shift_remove(exclusive);
                    }
                    _ => {}
                }
            }
            Json::Object(out)
        }
        Json::Array(items) => Json::Array(items.iter().map(prepare).collect()),
        other => other.clone(),
    }
}

/// `{ type: string, nullable: true }` allows null. A property may be called `nullable` as well, which is a schema then.
fn make_nullable(schema: &mut Map<String, Json>) {
    if schema.get("nullable") != Some(&Json::Bool(true)) {
        return;
    }
    match schema.get("type").cloned() {
        Some(Json::String(name)) => {
            schema.insert("type".to_owned(), json!([name, "null"]));
        }
        Some(Json::Array(mut names)) => {
            names.push(json!("null"));
            schema.insert("type".to_owned(), Json::Array(names));
        }
        _ => {}
    }
    if let Some(Json::Array(values)) = schema.get_mut("enum")
        && !values.contains(&Json::Null)
    {
        values.push(Json::Null);
    }
}

/// The judge. Nothing is fetched: a reference to another document makes the schema invalid.
pub(super) fn validator(schema: &Json) -> Result<Validator, String> {
    options(schema).build(schema).map_err(|error| error.to_string())
}

/// How a schema is to be read.
pub(super) fn options(schema: &Json) -> ValidationOptions<'static> {
    let mut options = jsonschema::options().should_validate_formats(true).offline();
    if schema.get("$schema").is_none() && has_tuple_items(schema) {
        // A list of schemas under `items` is how tuples were written up to draft 7.
        options = options.with_draft(Draft::Draft7);
    }
    options
}

pub(super) fn has_tuple_items(schema: &Json) -> bool {
    match schema {
        Json::Object(fields) => {
            fields.get("items").is_some_and(Json::is_array) || fields.values().any(has_tuple_items)
        }
        Json::Array(items) => items.iter().any(has_tuple_items),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_that_are_called_like_keywords_are_schemas_all_the_same() {
        let text = json!({ "type": "string", "nullable": true });
        let names = ["default", "enum", "required", "nullable", "type"];
        let properties: Map<String, Json> = names.iter().map(|it| ((*it).to_owned(), text.clone())).collect();
        let prepared = prepare(&json!({ "properties": properties, "default": text, "nullable": true }));
        for name in names {
            assert_eq!(
                prepared["properties"][name]["type"],
                json!(["string", "null"]),
                "{name}"
            );
        }
        assert_eq!(prepared["default"], text);
    }
}
