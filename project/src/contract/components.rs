//! Schemas as components of a document: named, with references that hold there, and without what no validator takes.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

/// The dialect that a document's schemas are written in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Draft 7, which the facts are written in.
    Draft7,
    /// 2020-12: tuples have another keyword.
    Draft202012,
}

/// The schemas of a document by name, in the order in which they were added.
pub(super) struct Components {
    dialect: Dialect,
    schemas: Map<String, Json>,
}

/// Keywords that hold one schema, several by name, or a list of schemas.
const ONE: [&str; 8] = [
    "items",
    "additionalItems",
    "additionalProperties",
    "contains",
    "not",
    "propertyNames",
    "if",
    "then",
];
const NAMED: [&str; 4] = ["properties", "patternProperties", "definitions", "$defs"];
const LISTED: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
const TYPES: [&str; 7] = [
    "string", "number", "integer", "boolean", "object", "array", "null",
];

impl Components {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            schemas: Map::new(),
        }
    }

    /// Adds a schema under a name like `wanted` and gives the reference to it.
    pub(super) fn add(&mut self, wanted: &str, schema: &Json) -> Json {
        let name = fresh(&identifier(wanted), |name| self.schemas.contains_key(name));
        let home = format!("#/components/schemas/{name}");
        let cleaned = Cleaner {
            root: schema,
            home: &home,
            dialect: self.dialect,
        }
        .clean(schema);
        self.schemas.insert(name, cleaned);
        json!({ "$ref": home })
    }

    pub(super) fn into_json(self) -> Json {
        Json::Object(self.schemas)
    }
}

/// What may stand in the name of a component: letters, digits, `.`, `-` and `_`.
pub(super) fn identifier(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|ch| {
            if ch.is_ascii_alphanumeric() || matches!(ch, '.' | '-' | '_') {
                ch
            } else {
                '_'
            }
        })
        .collect();
    if plain.is_empty() { "_".to_owned() } else { plain }
}

/// `name`, or `name_2` and so on if it is taken.
pub(super) fn fresh(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|name| !is_taken(name))
        .unwrap_or_else(|| name.to_owned())
}

struct Cleaner<'s> {
    root: &'s Json,
    home: &'s str,
    dialect: Dialect,
}

impl Cleaner<'_> {
    fn clean(&self, schema: &Json) -> Json {
        let Json::Object(fields) = schema else {
            return if schema.is_boolean() {
                schema.clone()
            } else {
                json!({})
            };
        };
        if let Some(target) = fields.get("$ref") {
            return self.reference(target);
        }
        let mut out = Map::new();
        for (key, value) in fields {
            if let Some(value) = self.keyword(key, value) {
                out.insert(key.clone(), value);
            }
        }
        if self.dialect == Dialect::Draft202012 && out.get("items").is_some_and(Json::is_array) {
            let rest = out.shift_remove("additionalItems");
            if let Some(tuple) = out.shift_remove("items") {
                out.insert("prefixItems".to_owned(), tuple);
            }
            out.extend(rest.map(|rest| ("items".to_owned(), rest)));
        }
        Json::Object(out)
    }

    /// A reference within the schema, from the document; anything else is not known.
    fn reference(&self, target: &Json) -> Json {
        let pointer = target.as_str().and_then(|target| target.strip_prefix('#'));
        match pointer.filter(|pointer| self.root.pointer(pointer).is_some()) {
            Some(pointer) => json!({ "$ref": format!("{}{pointer}", self.home) }),
            None => json!({}),
        }
    }

    /// The value of a keyword, or nothing if it has a form that the keyword does not allow.
    fn keyword(&self, key: &str, value: &Json) -> Option<Json> {
        let list = |value: &Json| {
            value
                .as_array()
                .map(|items| items.iter().map(|it| self.clean(it)).collect())
        };
        match key {
            // They would change what references mean.
            "$schema" | "$id" | "id" if value.is_string() => None,
            "type" => {
                let known = |kind: &Json| kind.as_str().is_some_and(|kind| TYPES.contains(&kind));
                match value {
                    Json::Array(kinds) => {
                        let kinds: BTreeSet<&str> = kinds
                            .iter()
                            .filter(|kind| known(kind))
                            .filter_map(Json::as_str)
                            .collect();
                        (!kinds.is_empty()).then(|| json!(kinds))
                    }
                    kind => known(kind).then(|| kind.clone()),
                }
            }
            "required" => {
                let names: BTreeSet<&str> = value.as_array()?.iter().filter_map(Json::as_str).collect();
                Some(json!(names))
            }
            "enum" => value
                .as_array()
                .filter(|values| !values.is_empty())
                .map(|_| value.clone()),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
                value.is_number().then(|| value.clone())
            }
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
                value.is_u64().then(|| value.clone())
            }
            "title" | "description" | "format" | "pattern" | "$comment" => {
                value.is_string().then(|| value.clone())
            }
            "items" if value.is_array() => list(value),
            key if ONE.contains(&key) || key == "else" => {
                (value.is_object() || value.is_boolean()).then(|| self.clean(value))
            }
            key if NAMED.contains(&key) => {
                let named = value.as_object()?.iter();
                Some(
                    named
                        .map(|(name, part)| (name.clone(), self.clean(part)))
                        .collect(),
                )
            }
            key if LISTED.contains(&key) => list(value).filter(|parts: &Json| parts != &json!([])),
            _ => Some(value.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_hold_in_the_document_or_say_nothing() {
        let mut components = Components::new(Dialect::Draft7);
        let schema = json!({
            "$id": "x",
            "definitions": { "a": { "type": "string" } },
            "properties": { "a": { "$ref": "#/definitions/a" }, "b": { "$ref": "other.json" } },
        });
        assert_eq!(
            components.add("order created", &schema),
            json!({ "$ref": "#/components/schemas/order_created" })
        );
        let all = components.into_json();
        assert_eq!(
            all["order_created"]["properties"],
            json!({ "a": { "$ref": "#/components/schemas/order_created/definitions/a" }, "b": {} })
        );
        assert!(all["order_created"].get("$id").is_none());
    }

    #[test]
    fn forms_that_no_validator_takes_are_left_out_and_tuples_are_translated() {
        let mut components = Components::new(Dialect::Draft202012);
        components.add(
            "a",
            &json!({ "type": "strng", "required": true, "minimum": "1", "items": [{ "type": "string" }], "additionalItems": false }),
        );
        assert_eq!(
            components.into_json()["a"],
            json!({ "prefixItems": [{ "type": "string" }], "items": false })
        );
    }

    #[test]
    fn names_are_taken_once() {
        let mut components = Components::new(Dialect::Draft7);
        components.add("a b", &json!({}));
        assert_eq!(
            components.add("a/b", &json!({})),
            json!({ "$ref": "#/components/schemas/a_b_2" })
        );
    }
}
