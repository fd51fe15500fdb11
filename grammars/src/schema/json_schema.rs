//! JSON Schema written as a literal: kept as it is, with the places of its properties.

use serde_json::{Map, Value as Json};

use crate::ast::{Entry, Expr, ExprKind, ScopeId, entry};
use crate::model::Model;
use crate::resolve::Value;

use super::{Lowered, escaped, prefixed};

const TYPES: [&str; 7] = [
    "object", "array", "string", "number", "integer", "boolean", "null",
];

const KEYWORDS: [&str; 48] = [
    "$schema",
    "$id",
    "$ref",
    "$defs",
    "definitions",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "example",
    "deprecated",
    "readOnly",
    "writeOnly",
    "type",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "dependencies",
    "items",
    "prefixItems",
    "additionalItems",
    "contains",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "nullable",
    "if",
    "then",
];

/// True for an object that reads as JSON Schema and not as the shorthand: a `type` that is one, among nothing but
/// keywords; or structure that the shorthand does not have.
pub(super) fn is_json_schema(entries: &[Entry<'_>]) -> bool {
    if !has_only_keywords(entries) {
        return false;
    }
    let is_type = |value: &Expr<'_>| match &value.uncast().kind {
        ExprKind::Text { value, .. } => TYPES.contains(&value.as_ref()),
        ExprKind::List(_) => true,
        _ => false,
    };
    let has = |name: &str, test: fn(&ExprKind<'_>) -> bool| {
        entry(entries, name).is_some_and(|value| test(&value.uncast().kind))
    };
    let is_list: fn(&ExprKind<'_>) -> bool = |kind| matches!(kind, ExprKind::List(_));
    entry(entries, "type").is_some_and(is_type)
        || has("properties", |kind| {
            matches!(kind, ExprKind::Object(_) | ExprKind::Name(_))
        })
        || ["anyOf", "oneOf", "allOf", "enum"]
            .iter()
            .any(|name| has(name, is_list))
        || has("$ref", |kind| matches!(kind, ExprKind::Text { .. }))
}

fn has_only_keywords(entries: &[Entry<'_>]) -> bool {
    entries.iter().all(|entry| match entry {
        Entry::Pair { key, .. } => KEYWORDS.contains(&key.as_ref()),
        _ => true,
    })
}

impl<'a, 't> Model<'a, 't> {
    /// A schema inside of a JSON Schema, where `{}` and `{ description: '…' }` take anything.
    fn inner_schema(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Lowered {
        match self.value(expr, scope) {
            Value::Expr(
                Expr {
                    kind: ExprKind::Object(entries),
                    ..
                },
                scope,
            ) if has_only_keywords(entries) => self.json_schema(entries, scope),
            _ => self.sub_schema(expr, scope),
        }
    }

    pub(super) fn json_schema(&self, entries: &'a [Entry<'t>], scope: ScopeId) -> Lowered {
        let mut lowered = Lowered::any();
        for entry in entries {
            match entry {
                Entry::Pair { key, value, .. } => self.keyword(&mut lowered, key, value, scope),
                // A shared part of a schema that this file shows; what it does not show constrains nothing here.
                Entry::Spread(spread) => {
                    if let Value::Expr(
                        Expr {
                            kind: ExprKind::Object(inner),
                            ..
                        },
                        scope,
                    ) = self.value(spread, scope)
                    {
                        let base = self.json_schema(inner, scope);
                        lowered.schema.extend(base.schema);
                        lowered.places.extend(base.places);
                    }
                }
                Entry::Computed { .. } => {}
            }
        }
        lowered
    }

    fn keyword(&self, lowered: &mut Lowered, key: &str, value: &'a Expr<'t>, scope: ScopeId) {
        let found = match key {
            "properties" => self.properties(lowered, value, scope).map(Json::Object),
            "$defs" | "definitions" | "patternProperties" => {
                // Definitions are no places of the value.
                let mut aside = Lowered::any();
                self.properties(&mut aside, value, scope).map(Json::Object)
            }
            "items" | "contains" | "not" | "propertyNames" => {
                let inner = self.inner_schema(value, scope);
                if key == "items" {
                    lowered.places.extend(prefixed("/*", inner.places));
                }
                Some(Json::Object(inner.schema))
            }
            "additionalProperties" => match self.json(value, scope) {
                Some(Json::Bool(allowed)) => Some(Json::Bool(allowed)),
                _ => Some(Json::Object(self.inner_schema(value, scope).schema)),
            },
            "anyOf" | "oneOf" | "allOf" | "prefixItems" => match self.value(value, scope) {
                Value::Expr(
                    Expr {
                        kind: ExprKind::List(items),
                        ..
                    },
                    scope,
                ) => {
                    let choices = items.iter().map(|item| {
                        let inner = self.inner_schema(item, scope);
                        lowered.places.extend(inner.places);
                        Json::Object(inner.schema)
                    });
                    Some(Json::Array(choices.collect()))
                }
                _ => None,
            },
            _ => self.json(value, scope),
        };
        if let Some(found) = found {
            lowered.schema.insert(key.to_owned(), found);
        }
    }

    fn properties(
        &self,
        lowered: &mut Lowered,
        value: &'a Expr<'t>,
        scope: ScopeId,
    ) -> Option<Map<String, Json>> {
        let Value::Expr(
            Expr {
                kind: ExprKind::Object(entries),
                ..
            },
            scope,
        ) = self.value(value, scope)
        else {
            return None;
        };
        let mut properties = Map::new();
        for entry in entries {
            match entry {
                Entry::Pair { key, key_span, value } => {
                    let inner = self.inner_schema(value, scope);
                    let pointer = format!("/{}", escaped(key));
                    lowered.places.push((pointer.clone(), *key_span));
                    lowered.places.extend(prefixed(&pointer, inner.places));
                    properties.insert(key.clone().into_owned(), Json::Object(inner.schema));
                }
                Entry::Spread(spread) => {
                    properties.extend(self.properties(lowered, spread, scope).unwrap_or_default())
                }
                Entry::Computed { .. } => {}
            }
        }
        Some(properties)
    }
}
