//! A schema as its author meant it, and the validator that judges by it.

use jsonschema::{Draft, ValidationOptions, Validator};
use serde_json::{Map, Value as Json, json};

/// Rewrites what is common but no JSON Schema, or no longer: OpenAPI's `nullable`, the boolean bounds of draft 4.
pub(super) fn prepare(schema: &Json) -> Json {
    let mut prepared = rewritten(schema);
    let is_draft4 = |it: &Json| {
        it.as_str()
            .is_some_and(|it| it.contains("json-schema.org/draft-04/"))
    };
    if let Some(fields) = prepared.as_object_mut()
        && fields.get("$schema").is_some_and(is_draft4)
    {
        // Its bounds are those of later drafts now.
        fields.insert(
            "$schema".to_owned(),
            json!("http://json-schema.org/draft-07/schema#"),
        );
        if let Some(id) = fields.shift_remove("id") {
            fields.insert("$id".to_owned(), id);
        }
    }
    prepared
}

fn rewritten(schema: &Json) -> Json {
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
                        let each = named
                            .iter()
                            .map(|(name, schema)| (name.clone(), rewritten(schema)));
                        Json::Object(each.collect())
                    }
                    _ => rewritten(value),
                };
                out.insert(key.clone(), prepared);
            }
            make_nullable(&mut out);
            crate::schema::local_times::drop_excluded(&mut out);
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
        Json::Array(items) => Json::Array(items.iter().map(rewritten).collect()),
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
    options(schema)
        .build(schema)
        .map_err(|error| match error.instance_path().to_string() {
            root if root.is_empty() => error.to_string(),
            place => format!("'#{place}': {error}"),
        })
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
    fn what_is_wrong_with_a_schema_is_told_with_its_place() {
        let schema = json!({"properties": {"a": {"items": {"type": "strin"}}}});
        let told = validator(&schema).unwrap_err();
        assert!(
            told.starts_with("'#/properties/a/items/type': \"strin\" is not valid"),
            "{told}"
        );
    }

    #[test]
    fn bounds_of_draft_4_are_those_of_later_drafts() {
        let prepared = prepare(&json!({
            "$schema": "http://json-schema.org/draft-04/schema#", "id": "https://a.test/n", "type": "number",
            "minimum": 0, "exclusiveMinimum": true, "maximum": 1, "exclusiveMaximum": false
        }));
        let judge = validator(&prepared).unwrap();
        let allowed = [0.0, 0.1, 1.0, 1.1].map(|it| judge.is_valid(&json!(it)));
        assert_eq!(allowed, [false, true, true, false], "{prepared}");
    }

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
