//! Zod expressions, of versions 3 and 4.

use serde_json::{Value as Json, json};

use crate::ast::{Call, Expr, ExprKind, ScopeId};
use crate::model::Model;
use crate::resolve::Value;

use super::Lowered;

impl<'a, 't> Model<'a, 't> {
    /// The schema of a Zod expression; nothing if `expr` is none.
    pub(super) fn zod(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Option<Lowered> {
        let _step = self.step()?;
        let Value::Expr(
            Expr {
                kind: ExprKind::Call(call),
                ..
            },
            scope,
        ) = self.value(expr, scope)
        else {
            return None;
        };
        if let Some(head) = self.zod_head(&call.callee, scope) {
            return Some(self.zod_of_head(&head, call, scope));
        }
        let ExprKind::Member(member) = &call.callee.kind else {
            return None;
        };
        let base = match self.zod(&member.object, scope) {
            Some(base) => base,
            // `imported.omit(…)` is a schema of which nothing is known but that.
            None if self.is_unseen_schema(member.name, &member.object, scope) => return Some(Lowered::any()),
            None => return None,
        };
        Some(self.zod_method(base, member.name, call, scope))
    }

    /// A part of a Zod schema; anything if it is not visible.
    pub(super) fn zod_part(&self, expr: Option<&'a Expr<'t>>, scope: ScopeId) -> Lowered {
        expr.and_then(|expr| self.zod(expr, scope))
            .unwrap_or_else(Lowered::any)
    }

    fn is_unseen_schema(&self, method: &str, object: &'a Expr<'t>, scope: ScopeId) -> bool {
        let is_method = matches!(
            method,
            "optional"
                | "nullable"
                | "nullish"
                | "extend"
                | "omit"
                | "pick"
                | "partial"
                | "merge"
                | "array"
                | "strict"
                | "passthrough"
                | "describe"
                | "default"
        );
        is_method && matches!(self.value(object, scope), Value::Import(_))
    }

    /// The name after the namespace: `string` of `z.string`, `zod.string`, `z.coerce.string`.
    pub(super) fn zod_head(&self, callee: &'a Expr<'t>, scope: ScopeId) -> Option<String> {
        match self.value(callee, scope) {
            Value::Import(import) if import.module == "zod" || import.module.starts_with("zod/") => {
                import.path.last().cloned()
            }
            _ => {
                // Fragments use `z` without importing it.
                let ExprKind::Member(member) = &callee.kind else {
                    return None;
                };
                let mut root = &member.object;
                while let ExprKind::Member(outer) = &root.kind {
                    root = &outer.object;
                }
                let is_free = root.as_name() == Some("z") && self.scopes.lookup("z", scope).is_none();
                is_free.then(|| member.name.to_owned())
            }
        }
    }

    fn zod_of_head(&self, head: &str, call: &'a Call<'t>, scope: ScopeId) -> Lowered {
        let arg = |at: usize| call.args.get(at);
        match head {
            "string" => Lowered::of_type("string"),
            "number" | "float32" | "float64" => Lowered::of_type("number"),
            "int" | "int32" | "uint32" => Lowered::of_type("integer"),
            "boolean" | "stringbool" => Lowered::of_type("boolean"),
            "null" => Lowered::of_type("null"),
            "email" | "uuid" | "guid" | "url" | "datetime" | "date" | "time"
                if is_string_format(head, call) =>
            {
                Lowered::of_type("string").with("format", json!(format_name(head)))
            }
            "cuid" | "cuid2" | "ulid" | "nanoid" | "ipv4" | "ipv6" | "base64" | "jwt" | "emoji"
            | "templateLiteral" => Lowered::of_type("string"),
            "literal" => self.zod_literal(arg(0), scope),
            "enum" | "nativeEnum" => self.zod_enum(arg(0), scope),
            "array" => Lowered::array_of(self.zod_part(arg(0), scope)),
            "tuple" => Lowered::of_type("array"),
            "object" => self.zod_object(arg(0), scope),
            "strictObject" => self
                .zod_object(arg(0), scope)
                .with("additionalProperties", Json::Bool(false)),
            "looseObject" => self
                .zod_object(arg(0), scope)
                .with("additionalProperties", Json::Bool(true)),
            "record" | "partialRecord" => {
                let values = self.zod_part(call.args.last(), scope).schema;
                Lowered::of_type("object").with("additionalProperties", Json::Object(values))
            }
            "union" => self.zod_union(arg(0), scope),
            "discriminatedUnion" => self.zod_union(arg(1), scope),
            "intersection" => both(self.zod_part(arg(0), scope), self.zod_part(arg(1), scope)),
            "optional" | "nullish" | "nullable" => {
                self.zod_method(self.zod_part(arg(0), scope), head, call, scope)
            }
            "undefined" | "void" => Lowered::any().optional(),
            // `any` and `unknown` accept an absent key too.
            "any" | "unknown" => Lowered::any().optional(),
            _ => Lowered::any(),
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
            "optional" | "exactOptional" => base.optional(),
            "nullable" => base.or_null(),
            "nullish" => base.or_null().optional(),
            "default" | "prefault" => {
                let value = arg.and_then(|arg| self.json(arg, scope));
                let base = base.optional();
                match value {
                    Some(value) => base.with("default", value),
                    None => base,
                }
            }
            // Whatever does not fit is replaced, so everything is accepted.
            "catch" => Lowered::any().optional(),
            "array" => Lowered::array_of(base),
            "or" => Lowered::any_of(vec![base, self.zod_part(arg, scope)]),
            "and" => both(base, self.zod_part(arg, scope)),
            "describe" => match arg.and_then(|arg| self.json(arg, scope)) {
                Some(text @ Json::String(_)) => base.with("description", text),
                _ => base,
            },
            "unwrap" | "element" | "innerType" | "removeDefault" | "keyof" | "parse" | "safeParse" => {
                Lowered::any()
            }
            _ => match self.zod_object_method(base, method, arg, scope) {
                Ok(changed) => changed,
                Err(base) => self.zod_check(base, method, arg, scope),
            },
        }
    }
}

/// Both at once. Their keys are kept apart, since either may be open.
fn both(a: Lowered, b: Lowered) -> Lowered {
    if a.schema.is_empty() {
        return b;
    }
    if b.schema.is_empty() {
        return a;
    }
    let mut all = Lowered::of(json!({ "allOf": [a.schema, b.schema] }));
    all.places = a.places.into_iter().chain(b.places).collect();
    all
}

/// `z.date()` is a `Date` object, which no message can carry; `z.iso.date()` is a text.
pub(super) fn is_string_format(head: &str, call: &Call<'_>) -> bool {
    let under_iso = match &call.callee.kind {
        ExprKind::Member(member) => match &member.object.kind {
            ExprKind::Member(outer) => outer.name == "iso",
            _ => false,
        },
        _ => false,
    };
    under_iso || !matches!(head, "date" | "time" | "datetime")
}

/// JSON Schema's name for a format of Zod's.
pub(super) fn format_name(name: &str) -> &str {
    match name {
        "url" => "uri",
        "datetime" => "date-time",
        "guid" => "uuid",
        other => other,
    }
}
