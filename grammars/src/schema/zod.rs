//! Zod expressions, of versions 3 and 4.

use serde_json::{Value as Json, json};

use crate::ast::{Call, Expr, ExprKind, Function, ScopeId, Statement};
use crate::facts::{ImportRef, OUTPUT};
use crate::model::Model;
use crate::resolve::Value;

use super::Lowered;
use super::change::Change;

impl<'a, 't> Model<'a, 't> {
    /// The schema of a Zod expression; nothing if `expr` is none.
    pub(super) fn zod(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Option<Lowered> {
        let _step = self.step()?;
        let Value::Expr(
            Expr {
                kind: ExprKind::Call(call),
                span,
            },
            scope,
        ) = self.value(expr, scope)
        else {
            return None;
        };
        let Some(_open) = self.enter(*span) else {
            // A type that holds itself: whether it may be left out is not known yet.
            return Some(Lowered::any().optional());
        };
        if let Some(head) = self.zod_name(&call.callee, scope) {
            return Some(self.zod_of_head(&head, call, scope));
        }
        let ExprKind::Member(member) = &call.callee.kind else {
            return self.zod_factory(call, scope);
        };
        let base = match self.zod(&member.object, scope) {
            Some(base) => base,
            None => self.zod_import(member.name, &member.object, scope)?,
        };
        Some(self.zod_method(base, member.name, call, scope))
    }

    /// A part of a Zod schema. One that is not visible may be anything, and may be left out.
    pub(super) fn zod_part(&self, expr: Option<&'a Expr<'t>>, scope: ScopeId) -> Lowered {
        let Some(expr) = expr else {
            return Lowered::any().optional();
        };
        if let Some(lowered) = self.zod(expr, scope) {
            return lowered;
        }
        match self.value(expr, scope) {
            Value::Import(import) if !is_zod(&import) => Lowered::imported(import, true),
            _ => Lowered::any().optional(),
        }
    }

    /// `imported.omit(…)`: whatever has such methods is a schema.
    fn zod_import(&self, method: &str, object: &'a Expr<'t>, scope: ScopeId) -> Option<Lowered> {
        const METHODS: [&str; 25] = [
            "optional",
            "nullable",
            "nullish",
            "extend",
            "safeExtend",
            "omit",
            "pick",
            "partial",
            "deepPartial",
            "required",
            "merge",
            "array",
            "strict",
            "strip",
            "passthrough",
            "loose",
            "describe",
            "default",
            "transform",
            "refine",
            "superRefine",
            "brand",
            "and",
            "or",
            "pipe",
        ];
        match self.value(object, scope) {
            Value::Import(import) if METHODS.contains(&method) && !is_zod(&import) => {
                Some(Lowered::imported(import, true))
            }
            _ => None,
        }
    }

    /// A call of a function of this file that does nothing but make a schema.
    fn zod_factory(&self, call: &'a Call<'t>, scope: ScopeId) -> Option<Lowered> {
        match self.value(&call.callee, scope) {
            Value::Function(function) => self.zod(returned(function)?, function.scope),
            _ => None,
        }
    }

    /// The name after the namespace, with the one before it.
    pub(super) fn zod_name(&self, callee: &'a Expr<'t>, scope: ScopeId) -> Option<Head> {
        if let Value::Import(import) = self.value(callee, scope) {
            let [before @ .., name] = import.path.as_slice() else {
                return None;
            };
            return is_zod(&import).then(|| Head {
                name: name.clone(),
                under: before.last().cloned().unwrap_or_default(),
            });
        }
        // Fragments use `z` without importing it.
        let ExprKind::Member(member) = &callee.kind else {
            return None;
        };
        let mut root = &member.object;
        let mut under = "";
        while let ExprKind::Member(outer) = &root.kind {
            under = outer.name;
            root = &outer.object;
        }
        let is_free = root.as_name() == Some("z") && self.scopes.lookup("z", scope).is_none();
        is_free.then(|| Head {
            name: member.name.to_owned(),
            under: under.to_owned(),
        })
    }

    fn zod_of_head(&self, head: &Head, call: &'a Call<'t>, scope: ScopeId) -> Lowered {
        let arg = |at: usize| call.args.get(at);
        match head.name.as_str() {
            // What comes in is converted, so anything may.
            name @ ("string" | "number" | "boolean" | "bigint" | "date") if head.under == "coerce" => {
                let output = match name {
                    "bigint" | "date" => json!({}),
                    plain => json!({ "type": plain }),
                };
                let mut converted = Lowered::any().changed(Change::Becomes(output));
                // Nothing becomes `"undefined"` and `false`; the other types fail on it.
                converted.optional = matches!(name, "string" | "boolean");
                converted.filled = converted.optional;
                converted
            }
            name @ ("date" | "time" | "datetime" | "duration") if head.under == "iso" => text_of_format(name),
            // `z.date()` is a `Date` object, which no message can carry.
            "date" | "time" | "datetime" => Lowered::any(),
            "string" => Lowered::of_type("string"),
            "number" | "float32" | "float64" => Lowered::of_type("number"),
            "int" => Lowered::of_type("integer"),
            "int32" => of_range(json!(i32::MIN), json!(i32::MAX)),
            "uint32" => of_range(json!(0), json!(u32::MAX)),
            "boolean" => Lowered::of_type("boolean"),
            "stringbool" => Lowered::of_type("string").changed(Change::Becomes(json!({ "type": "boolean" }))),
            "null" => Lowered::of_type("null"),
            "email" | "uuid" | "guid" | "uuidv4" | "uuidv6" | "uuidv7" | "url" | "httpUrl" | "hostname"
            | "ipv4" | "ipv6" => text_of_format(&head.name),
            "emoji" | "nanoid" | "cuid" | "cuid2" | "ulid" | "xid" | "ksuid" | "mac" | "cidrv4"
            | "cidrv6" | "base64" | "base64url" | "e164" | "jwt" | "hex" | "hash" | "stringFormat"
            | "templateLiteral" => Lowered::of_type("string"),
            "literal" => self.zod_literal(arg(0), scope),
            "enum" | "nativeEnum" => self.zod_enum(arg(0), scope),
            "array" => Lowered::array_of(self.zod_part(arg(0), scope)),
            "tuple" => self.zod_tuple(arg(0), scope),
            "object" | "interface" => self.zod_object(arg(0), scope),
            "strictObject" => self
                .zod_object(arg(0), scope)
                .with("additionalProperties", json!(false)),
            "looseObject" => self
                .zod_object(arg(0), scope)
                .with("additionalProperties", json!(true)),
            "record" | "partialRecord" | "looseRecord" => {
                let values = self.zod_part(call.args.last(), scope).schema;
                let record = Lowered::of_type("object").with("additionalProperties", Json::Object(values));
                let keys = call.args.first().filter(|_| call.args.len() == 2);
                match keys.map(|keys| self.zod_part(Some(keys), scope)) {
                    Some(keys) if keys.schema.contains_key("enum") => {
                        record.with("propertyNames", Json::Object(keys.schema))
                    }
                    _ => record,
                }
            }
            "union" | "xor" => self.zod_union(arg(0), scope),
            "discriminatedUnion" => self.zod_union(arg(1), scope),
            "intersection" => both(self.zod_part(arg(0), scope), self.zod_part(arg(1), scope)),
            "optional" | "nullish" | "nullable" => {
                self.zod_method(self.zod_part(arg(0), scope), &head.name, call, scope)
            }
            "lazy" => self.zod_lazy(arg(0), scope),
            "preprocess" => {
                let inner = self.zod_part(arg(1), scope);
                let mut outer = Lowered::any().optional();
                outer.filled = !inner.optional || inner.filled;
                outer.changed(Change::Becomes(Json::Object(inner.schema)))
            }
            "pipe" | "pipeline" => piped(self.zod_part(arg(0), scope), self.zod_part(arg(1), scope)),
            // Functions of the namespace, each around the schema that it is given.
            "readonly" | "clone" => self.zod_part(arg(0), scope),
            // These take what they are given, and an absent key too.
            "any" | "unknown" | "undefined" | "void" => Lowered::any().optional(),
            // `toJSONSchema` and its like stand where they are asked for; the rest is not representable or not known.
            _ => Lowered::any(),
        }
    }

    fn zod_tuple(&self, items: Option<&'a Expr<'t>>, scope: ScopeId) -> Lowered {
        let tuple = Lowered::of_type("array");
        let Some(Value::Expr(
            Expr {
                kind: ExprKind::List(items),
                ..
            },
            scope,
        )) = items.map(|items| self.value(items, scope))
        else {
            return tuple;
        };
        let items = items
            .iter()
            .map(|item| Json::Object(self.zod_part(Some(item), scope).schema));
        tuple.with("prefixItems", items.collect())
    }

    /// `z.lazy(() => schema)`.
    fn zod_lazy(&self, getter: Option<&'a Expr<'t>>, scope: ScopeId) -> Lowered {
        let unseen = || Lowered::any().optional();
        match getter.map(|getter| self.value(getter, scope)) {
            Some(Value::Function(function)) => {
                returned(function).map_or_else(unseen, |schema| self.zod_part(Some(schema), function.scope))
            }
            _ => unseen(),
        }
    }

    fn zod_literal(&self, value: Option<&'a Expr<'t>>, scope: ScopeId) -> Lowered {
        match value.and_then(|value| self.json(value, scope)) {
            Some(Json::Array(values)) => Lowered::of(json!({ "enum": values })),
            Some(value) => {
                let lowered = Lowered::of(json!({ "const": value }));
                match value {
                    Json::String(_) => lowered.with("type", json!("string")),
                    Json::Number(_) => lowered.with("type", json!("number")),
                    Json::Bool(_) => lowered.with("type", json!("boolean")),
                    _ => lowered,
                }
            }
            None => Lowered::any(),
        }
    }

    /// `z.enum(['a', 'b'])`, `z.enum(Kind)`, `z.nativeEnum(Kind)`.
    fn zod_enum(&self, values: Option<&'a Expr<'t>>, scope: ScopeId) -> Lowered {
        let values = match values.and_then(|values| self.json(values, scope)) {
            Some(Json::Array(values)) => values,
            Some(Json::Object(members)) => members.into_iter().map(|(_, value)| value).collect(),
            _ => return Lowered::any(),
        };
        let all_text = values.iter().all(Json::is_string);
        let lowered = Lowered::of(json!({ "enum": values }));
        if all_text {
            lowered.with("type", json!("string"))
        } else {
            lowered
        }
    }

    fn zod_union(&self, choices: Option<&'a Expr<'t>>, scope: ScopeId) -> Lowered {
        let Some(Value::Expr(
            Expr {
                kind: ExprKind::List(items),
                ..
            },
            scope,
        )) = choices.map(|choices| self.value(choices, scope))
        else {
            return Lowered::any();
        };
        Lowered::any_of(
            items
                .iter()
                .map(|item| self.zod_part(Some(item), scope))
                .collect(),
        )
    }

    /// `base.method(…)`. A method that is not known here keeps the type: most only add checks.
    fn zod_method(&self, base: Lowered, method: &str, call: &'a Call<'t>, scope: ScopeId) -> Lowered {
        let arg = call.args.first();
        match method {
            "optional" | "exactOptional" => base.changed(Change::Optional),
            "nullable" => base.changed(Change::OrNull),
            "nullish" => base.changed(Change::OrNull).changed(Change::Optional),
            "nonoptional" => base.changed(Change::Present),
            "default" | "prefault" => {
                base.changed(Change::Default(arg.and_then(|arg| self.json(arg, scope))))
            }
            // Whatever does not fit is replaced, so everything is accepted.
            "catch" => {
                let output = if base.is_imported() {
                    json!({})
                } else {
                    Json::Object(base.schema)
                };
                Lowered::any()
                    .changed(Change::Default(None))
                    .changed(Change::Becomes(output))
            }
            "array" => Lowered::array_of(base),
            "or" => Lowered::any_of(vec![base, self.zod_part(arg, scope)]),
            "and" => both(base, self.zod_part(arg, scope)),
            "transform" => base.changed(Change::Becomes(json!({}))),
            "pipe" => piped(base, self.zod_part(arg, scope)),
            "describe" => match arg.and_then(|arg| self.json(arg, scope)) {
                Some(text @ Json::String(_)) if !base.is_imported() => base.with("description", text),
                _ => base,
            },
            "unwrap" if base.optional => base.changed(Change::Present),
            "unwrap" | "element" | "innerType" | "sourceType" | "removeDefault" | "parse" | "safeParse" => {
                Lowered::any().optional()
            }
            "extract" | "exclude" => self.zod_subset(base, method == "extract", arg, scope),
            _ => match self.zod_object_method(base, method, arg, scope) {
                Ok(changed) => changed,
                // A check of what was converted.
                Err(mut base) if base.schema.len() == 1 => match base.schema.remove(OUTPUT) {
                    Some(output) => {
                        let checked = self.zod_check(Lowered::of(output), method, arg, scope);
                        base.changed(Change::Becomes(Json::Object(checked.schema)))
                    }
                    None => self.zod_check(base, method, arg, scope),
                },
                Err(base) => self.zod_check(base, method, arg, scope),
            },
        }
    }

    /// `kinds.extract(['a'])`, `kinds.exclude(['a'])`.
    fn zod_subset(
        &self,
        mut base: Lowered,
        keep: bool,
        names: Option<&'a Expr<'t>>,
        scope: ScopeId,
    ) -> Lowered {
        let names = names.and_then(|names| self.json(names, scope));
        match (base.schema.get_mut("enum").and_then(Json::as_array_mut), names) {
            (Some(values), Some(Json::Array(names))) => {
                values.retain(|value| names.contains(value) == keep);
                base
            }
            // A subset of what is known is no wider.
            _ => base,
        }
    }
}

/// The last names of what is called: `datetime` under `iso`.
pub(super) struct Head {
    pub(super) name: String,
    pub(super) under: String,
}

/// True for Zod's own names, also where a package around Zod (`@hono/zod-openapi`) hands the namespace on as `z`.
fn is_zod(import: &ImportRef) -> bool {
    let is_around_zod = !import.module.starts_with('.') && import.module.contains("zod");
    import.module == "zod"
        || import.module.starts_with("zod/")
        || is_around_zod && import.path.first().is_some_and(|name| name == "z")
}

/// What a function returns that does nothing else.
pub(super) fn returned<'a, 't>(function: &'a Function<'t>) -> Option<&'a Expr<'t>> {
    match function.body.statements.as_slice() {
        [Statement::Return(Some(value))] => Some(value),
        _ => None,
    }
}

/// What the first schema takes, turned into what the second one makes of it.
fn piped(from: Lowered, to: Lowered) -> Lowered {
    let output = if to.is_imported() {
        json!({})
    } else {
        Json::Object(to.schema)
    };
    from.changed(Change::Becomes(output))
}

fn text_of_format(name: &str) -> Lowered {
    Lowered::of_type("string").with("format", json!(format_name(name)))
}

fn of_range(minimum: Json, maximum: Json) -> Lowered {
    Lowered::of_type("integer")
        .with("minimum", minimum)
        .with("maximum", maximum)
}

/// Both at once. Their keys are kept apart, since either may be open.
fn both(a: Lowered, b: Lowered) -> Lowered {
    let optional = a.optional && b.optional;
    if a.schema.is_empty() || b.schema.is_empty() {
        let mut known = if a.schema.is_empty() { b } else { a };
        known.optional = optional;
        return known;
    }
    let mut all = Lowered::of(json!({ "allOf": [a.schema, b.schema] }));
    all.optional = optional;
    all.places = a.places.into_iter().chain(b.places).collect();
    all
}

/// JSON Schema's name for a format of Zod's.
pub(super) fn format_name(name: &str) -> &str {
    match name {
        "url" | "httpUrl" => "uri",
        "datetime" => "date-time",
        "guid" | "uuidv4" | "uuidv6" | "uuidv7" => "uuid",
        other => other,
    }
}
