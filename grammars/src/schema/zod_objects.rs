//! Zod objects, and what makes new objects of them.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::ast::{Entry, Expr, ExprKind, ScopeId};
use crate::facts::FILLED;
use crate::model::Model;
use crate::resolve::Value;

use super::change::Change;
use super::zod::returned;
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
                    Some(base) if base.type_name() == Some("object") => add_all(object, &base),
                    _ => whole = false,
                },
                Entry::Spread(spread) => whole &= self.zod_shape(spread, scope, object),
                Entry::Computed { .. } => whole = false,
            }
        }
        whole
    }

    /// A property, which a getter may give: so Zod writes types that hold themselves.
    fn zod_property(&self, value: &'a Expr<'t>, scope: ScopeId) -> Lowered {
        match &value.kind {
            ExprKind::Function(getter) => self.zod_part(returned(getter), getter.scope),
            _ => self.zod_part(Some(value), scope),
        }
    }

    /// The methods that objects have; any other method gives the base back.
    pub(super) fn zod_object_method(
        &self,
        base: Lowered,
        method: &str,
        arg: Option<&'a Expr<'t>>,
        scope: ScopeId,
    ) -> Result<Lowered, Lowered> {
        if base.type_name() != Some("object") && !base.is_imported() {
            return Err(base);
        }
        let change = match method {
            "strict" => Change::Additional(Some(json!(false))),
            "passthrough" | "loose" | "nonstrict" => Change::Additional(Some(json!(true))),
            "catchall" => Change::Additional(Some(Json::Object(self.zod_part(arg, scope).schema))),
            "strip" => Change::Additional(None),
            "extend" | "safeExtend" | "augment" | "setKey" => {
                return Ok(extended(base, self.zod_object(arg, scope)));
            }
            "merge" => {
                let added = self.zod_part(arg, scope);
                return Ok(match added.type_name() {
                    Some("object") => extended(base, added),
                    _ => base.changed(Change::Additional(Some(json!(true)))),
                });
            }
            "omit" => Change::Omit(self.zod_mask(arg, scope)),
            "pick" => Change::Pick(self.zod_mask(arg, scope)),
            "deepPartial" => Change::DeepPartial,
            "partial" => Change::Partial(self.zod_mask(arg, scope)),
            "required" if arg.is_none() => Change::Require,
            "keyof" => {
                let names: Vec<&String> = base.properties().collect();
                let names = json!({ "type": "string", "enum": names });
                return Ok(if base.is_imported() {
                    Lowered::any()
                } else {
                    Lowered::of(names)
                });
            }
            _ => return Err(base),
        };
        Ok(base.changed(change))
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

/// An object that may have properties which are not visible.
fn opened(object: Lowered) -> Lowered {
    object.with("additionalProperties", Json::Bool(true))
}

/// `base.extend(added)`, with the places of both.
fn extended(base: Lowered, added: Lowered) -> Lowered {
    let replaced: BTreeSet<String> = added.properties().cloned().collect();
    let mut places = added.places;
    let is_replaced = |pointer: &str| {
        let first = pointer.trim_start_matches('/').split('/').next().unwrap_or("");
        replaced.contains(&first.replace("~1", "/").replace("~0", "~"))
    };
    let kept = base.places.iter().filter(|(pointer, _)| !is_replaced(pointer));
    places.extend(kept.cloned());
    let mut whole = base.changed(Change::Extend(Json::Object(added.schema)));
    whole.places = places;
    whole
}

fn add_all(object: &mut ObjectSchema, base: &Lowered) {
    let names = |keyword: &str| base.schema.get(keyword).and_then(Json::as_array);
    let has =
        |keyword: &str, name: &str| names(keyword).is_some_and(|names| names.iter().any(|it| it == name));
    for name in base.properties() {
        let pointer = format!("/{}", escaped(name));
        let mut part = Lowered::of(base.schema["properties"][name.as_str()].clone());
        part.optional = !has("required", name);
        part.filled = has(FILLED, name);
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
