//! Zod objects, and what makes new objects of them.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use crate::ast::{Entry, Expr, ExprKind, ScopeId};
use crate::model::Model;
use crate::resolve::Value;

use super::{Lowered, ObjectSchema, escaped};

impl<'a, 't> Model<'a, 't> {
    pub(super) fn zod_object(&self, shape: Option<&'a Expr<'t>>, scope: ScopeId) -> Lowered {
        let mut object = ObjectSchema::default();
        let whole = shape.is_none_or(|shape| self.zod_shape(shape, scope, &mut object));
        let lowered = object.finish();
        if whole { lowered } else { opened(lowered) }
    }

    /// Adds the properties of an object literal; false if there may be more than it shows.
    fn zod_shape(&self, shape: &'a Expr<'t>, scope: ScopeId, object: &mut ObjectSchema) -> bool {
        let Value::Expr(
            Expr {
                kind: ExprKind::Object(entries),
                ..
            },
            scope,
        ) = self.value(shape, scope)
        else {
            return false;
        };
        let mut whole = true;
        for entry in entries {
            match entry {
                Entry::Pair { key, key_span, value } => {
                    object.add(key, *key_span, self.zod_property(value, scope));
                }
                // `...Base.shape`
                Entry::Spread(Expr {
                    kind: ExprKind::Member(member),
                    ..
                }) if member.name == "shape" => match self.zod(&member.object, scope) {
                    Some(base) => add_all(object, &base),
                    None => whole = false,
                },
                Entry::Spread(spread) => whole &= self.zod_shape(spread, scope, object),
                Entry::Computed { .. } => whole = false,
            }
        }
        whole
    }

    /// A property whose schema is not visible may be optional, so it cannot count as required.
    fn zod_property(&self, value: &'a Expr<'t>, scope: ScopeId) -> Lowered {
        self.zod(value, scope)
            .unwrap_or_else(|| Lowered::any().optional())
    }

    /// The methods that objects have; any other method gives the base back.
    pub(super) fn zod_object_method(
        &self,
        mut base: Lowered,
        method: &str,
        arg: Option<&'a Expr<'t>>,
        scope: ScopeId,
    ) -> Result<Lowered, Lowered> {
        if base.type_name() != Some("object") {
            return Err(base);
        }
        Ok(match method {
            "strict" => base.with("additionalProperties", Json::Bool(false)),
            "passthrough" | "loose" => base.with("additionalProperties", Json::Bool(true)),
            "catchall" => base.with(
                "additionalProperties",
                Json::Object(self.zod_part(arg, scope).schema),
            ),
            "strip" => {
                base.schema.remove("additionalProperties");
                base
            }
            "extend" | "safeExtend" | "augment" | "setKey" => {
                let added = self.zod_object(arg, scope);
                extended(base, &added)
            }
            "merge" => match arg.and_then(|arg| self.zod(arg, scope)) {
                Some(added) => extended(base, &added),
                None => opened(base),
            },
            "omit" => match self.zod_mask(arg, scope) {
                Some(names) => retained(base, |name| !names.contains(name)),
                None => Lowered::of_type("object"),
            },
            "pick" => match self.zod_mask(arg, scope) {
                Some(names) => retained(base, |name| names.contains(name)),
                None => Lowered::of_type("object"),
            },
            "partial" | "deepPartial" => match arg {
                None => required_without(base, |_| true),
                Some(_) => match self.zod_mask(arg, scope) {
                    Some(names) => required_without(base, |name| names.contains(name)),
                    None => required_without(base, |_| true),
                },
            },
            "required" if arg.is_none() => {
                let names: Vec<Json> = properties(&base).map(|name| json!(name)).collect();
                base.with("required", Json::Array(names))
            }
            _ => return Err(base),
        })
    }

    /// The names of `{ id: true, at: true }`.
    fn zod_mask(&self, mask: Option<&'a Expr<'t>>, scope: ScopeId) -> Option<BTreeSet<String>> {
        let Value::Expr(
            Expr {
                kind: ExprKind::Object(entries),
                ..
            },
            _,
        ) = self.value(mask?, scope)
        else {
            return None;
        };
        let name = |entry: &Entry<'_>| match entry {
            Entry::Pair { key, .. } => Some(key.clone().into_owned()),
            _ => None,
        };
        entries.iter().map(name).collect()
    }
}

fn properties(object: &Lowered) -> impl Iterator<Item = &String> {
    object
        .schema
        .get("properties")
        .and_then(Json::as_object)
        .into_iter()
        .flat_map(Map::keys)
}

fn required(object: &Lowered) -> Vec<Json> {
    object
        .schema
        .get("required")
        .and_then(Json::as_array)
        .cloned()
        .unwrap_or_default()
}

fn with_required(mut object: Lowered, names: Vec<Json>) -> Lowered {
    if names.is_empty() {
        object.schema.remove("required");
        return object;
    }
    object.with("required", Json::Array(names))
}

/// An object that may have properties which are not visible.
fn opened(object: Lowered) -> Lowered {
    object.with("additionalProperties", Json::Bool(true))
}

fn add_all(object: &mut ObjectSchema, base: &Lowered) {
    let required = required(base);
    for name in properties(base) {
        let pointer = format!("/{}", escaped(name));
        let schema = base.schema["properties"][name.as_str()].clone();
        let mut part = Lowered::of(schema);
        part.optional = !required.contains(&json!(name));
        let at = base
            .places
            .iter()
            .find(|(place, _)| *place == pointer)
            .map(|(_, span)| *span);
        part.places = base
            .places
            .iter()
            .filter_map(|(place, span)| {
                let rest = place
                    .strip_prefix(pointer.as_str())
                    .filter(|rest| rest.starts_with('/'))?;
                Some((rest.to_owned(), *span))
            })
            .collect();
        object.add(name, at.unwrap_or_default(), part);
    }
}

fn extended(base: Lowered, added: &Lowered) -> Lowered {
    let replaced: BTreeSet<String> = properties(added).cloned().collect();
    let open = base
        .schema
        .get("additionalProperties")
        .or(added.schema.get("additionalProperties"))
        .cloned();
    let kept = retained(base, |name| !replaced.contains(name));
    let mut object = ObjectSchema::default();
    add_all(&mut object, &kept);
    add_all(&mut object, added);
    let lowered = object.finish();
    match open {
        Some(open) => lowered.with("additionalProperties", open),
        None => lowered,
    }
}

fn retained(mut object: Lowered, keep: impl Fn(&str) -> bool) -> Lowered {
    if let Some(Json::Object(properties)) = object.schema.get_mut("properties") {
        properties.retain(|name, _| keep(name));
    }
    let is_kept = |pointer: &str| {
        let first = pointer.trim_start_matches('/').split('/').next().unwrap_or("");
        keep(&first.replace("~1", "/").replace("~0", "~"))
    };
    object.places.retain(|(pointer, _)| is_kept(pointer));
    required_without(object, |name| !keep(name))
}

fn required_without(object: Lowered, drop: impl Fn(&str) -> bool) -> Lowered {
    let names = required(&object)
        .into_iter()
        .filter(|name| !name.as_str().is_some_and(&drop))
        .collect();
    with_required(object, names)
}
