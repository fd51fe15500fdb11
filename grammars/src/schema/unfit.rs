//! Schemas that the framework itself cannot take: it converts Zod to JSON Schema, which throws on some types, and its
//! check of configs refuses some forms at the top (framework 0.11 and later; the project knows the version).

use crate::ast::{Call, Entry, Expr, ExprKind, ScopeId};
use crate::facts::{Text, Unfit, UnfitKind};
use crate::language::Language;
use crate::model::Model;
use crate::resolve::Value;

use super::json_schema::is_json_schema;

/// Types of Zod without a counterpart in JSON Schema.
const NO_JSON_SCHEMA: [&str; 12] = [
    "date",
    "bigint",
    "int64",
    "uint64",
    "undefined",
    "void",
    "map",
    "set",
    "symbol",
    "nan",
    "custom",
    "instanceof",
];

/// Methods of Zod that leave the form at the top as it is.
const SAME_FORM: [&str; 26] = [
    "optional",
    "default",
    "prefault",
    "describe",
    "meta",
    "refine",
    "superRefine",
    "check",
    "readonly",
    "brand",
    "extend",
    "safeExtend",
    "omit",
    "pick",
    "partial",
    "deepPartial",
    "required",
    "min",
    "max",
    "length",
    "nonempty",
    "email",
    "url",
    "uuid",
    "regex",
    "int",
];

/// What the check of configs sees at the top of a converted schema.
enum Form {
    /// An object with listed properties.
    Object,
    /// Refused, and in which words.
    Refused(&'static str),
    /// A list of such objects.
    List,
    /// Anything else that is no list: it passes at the top and is refused as the items of a list.
    Other,
    Unknown,
}

impl<'a, 't> Model<'a, 't> {
    /// What the framework cannot take in the schema that `expr` is; each part once, in source order.
    pub(super) fn unfit(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Vec<Unfit> {
        let mut found = Vec::new();
        match self.value(expr, scope) {
            Value::Expr(
                Expr {
                    kind: ExprKind::Object(entries),
                    ..
                },
                scope,
            ) if is_json_schema(entries) => {
                if let Some(what) = self.refused_json(entries, scope) {
                    found.push(Unfit {
                        span: expr.span,
                        kind: UnfitKind::JsonShape,
                        what: what.to_owned(),
                    });
                }
            }
            Value::Expr(
                Expr {
                    kind: ExprKind::Call(_),
                    ..
                },
                _,
            ) => {
                self.add_unfit_zod(expr, scope, &|_| false, &mut found);
                if let Form::Refused(what) = self.zod_form(expr, scope) {
                    found.push(Unfit {
                        span: expr.span,
                        kind: UnfitKind::ZodShape,
                        what: what.to_owned(),
                    });
                }
            }
            Value::Class(_) if self.language() == Language::Python => found.push(Unfit {
                span: expr.span,
                kind: UnfitKind::Class,
                what: expr.as_name().unwrap_or_default().to_owned(),
            }),
            _ => {}
        }
        found.sort();
        found.dedup();
        found
    }

    /// Adds the parts that do not convert. Keys that a method takes away are `dropped`.
    fn add_unfit_zod(
        &self,
        expr: &'a Expr<'t>,
        scope: ScopeId,
        dropped: &dyn Fn(&str) -> bool,
        found: &mut Vec<Unfit>,
    ) {
        let Some(_step) = self.step() else { return };
        let Value::Expr(
            Expr {
                kind: ExprKind::Call(call),
                span,
            },
            scope,
        ) = self.value(expr, scope)
        else {
            return;
        };
        let mut report = |what: String| {
            found.push(Unfit {
                span: *span,
                kind: UnfitKind::NoJsonSchema,
                what,
            });
        };
        if let Some(head) = self.zod_name(&call.callee, scope) {
            let name = head.name.as_str();
            // `z.date()` is a `Date` object, which no message can carry; `z.iso.date()` is a text.
            if NO_JSON_SCHEMA.contains(&name) && head.under != "iso" {
                report(format!("z.{name}()"));
            } else if name == "preprocess" {
                self.add_unfit_parts(&call.args[call.args.len().min(1)..], scope, dropped, found);
            } else if name != "lazy" {
                self.add_unfit_parts(&call.args, scope, dropped, found);
            }
            return;
        }
        let ExprKind::Member(member) = &call.callee.kind else {
            return;
        };
        match member.name {
            // Only at a schema for sure: anything else may have a method of that name.
            "transform" if self.is_zod(&member.object, scope) => report(".transform()".to_owned()),
            "pipe" => self.add_unfit_parts(&call.args, scope, dropped, found),
            "omit" | "pick" => {
                let Some(named) = self.named_keys(call, scope) else {
                    return;
                };
                let is_omitted = member.name == "omit";
                let gone = |key: &str| dropped(key) || named.contains(&key) == is_omitted;
                self.add_unfit_zod(&member.object, scope, &gone, found);
            }
            "extend" | "safeExtend" | "merge" | "augment" => {
                self.add_unfit_parts(&call.args, scope, dropped, found);
                let Some(named) = self.named_keys(call, scope) else {
                    return;
                };
                let gone = |key: &str| dropped(key) || named.contains(&key);
                self.add_unfit_zod(&member.object, scope, &gone, found);
            }
            "parse" | "safeParse" | "unwrap" | "element" | "innerType" | "removeDefault" | "keyof" => {}
            "or" | "and" => {
                self.add_unfit_parts(&call.args, scope, dropped, found);
                self.add_unfit_zod(&member.object, scope, dropped, found);
            }
            _ => self.add_unfit_zod(&member.object, scope, dropped, found),
        }
    }

    /// The schemas among the arguments: themselves, in a list, or as the properties of an object.
    fn add_unfit_parts(
        &self,
        parts: &'a [Expr<'t>],
        scope: ScopeId,
        dropped: &dyn Fn(&str) -> bool,
        found: &mut Vec<Unfit>,
    ) {
        let Some(_step) = self.step() else { return };
        for part in parts {
            match self.value(part, scope) {
                Value::Expr(
                    Expr {
                        kind: ExprKind::Object(entries),
                        ..
                    },
                    scope,
                ) => {
                    for entry in entries {
                        match entry {
                            Entry::Pair { key, value, .. } if !dropped(key) => {
                                self.add_unfit_zod(value, scope, &|_| false, found);
                            }
                            _ => {}
                        }
                    }
                }
                Value::Expr(
                    Expr {
                        kind: ExprKind::List(items),
                        ..
                    },
                    scope,
                ) => self.add_unfit_parts(items, scope, &|_| false, found),
                _ => self.add_unfit_zod(part, scope, dropped, found),
            }
        }
    }

    /// True if a chain of methods starts at Zod.
    fn is_zod(&self, expr: &'a Expr<'t>, scope: ScopeId) -> bool {
        let Some(_step) = self.step() else { return false };
        let Value::Expr(
            Expr {
                kind: ExprKind::Call(call),
                ..
            },
            scope,
        ) = self.value(expr, scope)
        else {
            return false;
        };
        match &call.callee.kind {
            _ if self.zod_name(&call.callee, scope).is_some() => true,
            ExprKind::Member(member) => self.is_zod(&member.object, scope),
            _ => false,
        }
    }

    /// The keys of the first argument, if all of them are visible.
    fn named_keys(&self, call: &'a Call<'t>, scope: ScopeId) -> Option<Vec<&'a str>> {
        let Value::Expr(
            Expr {
                kind: ExprKind::Object(entries),
                ..
            },
            _,
        ) = self.value(call.args.first()?, scope)
        else {
            return None;
        };
        entries
            .iter()
            .map(|entry| match entry {
                Entry::Pair { key, .. } => Some(key.as_ref()),
                _ => None,
            })
            .collect()
    }

    /// What a Zod expression converts to at the top.
    fn zod_form(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Form {
        let Some(_step) = self.step() else {
            return Form::Unknown;
        };
        let Value::Expr(
            Expr {
                kind: ExprKind::Call(call),
                ..
            },
            scope,
        ) = self.value(expr, scope)
        else {
            return Form::Unknown;
        };
        if let Some(head) = self.zod_name(&call.callee, scope) {
            return match head.name.as_str() {
                "object" | "strictObject" => Form::Object,
                "looseObject" => Form::Refused("an object that takes any other key"),
                "record" | "partialRecord" => Form::Refused("a record"),
                "array" => call
                    .args
                    .first()
                    .map_or(Form::Unknown, |items| self.list_form(items, scope)),
                "string" | "number" | "boolean" | "int" | "enum" | "nativeEnum" | "literal" | "any"
                | "unknown" | "null" | "union" | "discriminatedUnion" => Form::Other,
                _ => Form::Unknown,
            };
        }
        let ExprKind::Member(member) = &call.callee.kind else {
            return Form::Unknown;
        };
        match (member.name, self.zod_form(&member.object, scope)) {
            ("strict" | "strip", Form::Object | Form::Refused(_)) => Form::Object,
            ("passthrough" | "loose" | "catchall", Form::Object | Form::Refused(_)) => {
                Form::Refused("an object that takes any other key")
            }
            ("array", Form::Object) => Form::List,
            ("array", Form::Refused(_) | Form::Other | Form::List) => {
                Form::Refused("an array of anything but objects")
            }
            (
                "nullable" | "nullish" | "or" | "and",
                Form::Object | Form::Refused(_) | Form::Other | Form::List,
            ) => Form::Other,
            (method, form) if SAME_FORM.contains(&method) => form,
            _ => Form::Unknown,
        }
    }

    fn list_form(&self, items: &'a Expr<'t>, scope: ScopeId) -> Form {
        match self.zod_form(items, scope) {
            Form::Object => Form::List,
            Form::Refused(_) | Form::Other | Form::List => Form::Refused("an array of anything but objects"),
            Form::Unknown => Form::Unknown,
        }
    }

    /// Why the check of configs refuses a JSON Schema literal, if it does.
    fn refused_json(&self, entries: &'a [Entry<'t>], scope: ScopeId) -> Option<&'static str> {
        let keys: Vec<&str> = entries
            .iter()
            .map(|entry| match entry {
                Entry::Pair { key, .. } => Some(key.as_ref()),
                _ => None,
            })
            .collect::<Option<_>>()?;
        let value = |key: &str| crate::ast::entry(entries, key);
        let kind = self.text(value("type")?, scope);
        match &kind {
            Text::Known(kind) if kind == "object" => {
                let is_object = |expr: &'a Expr<'t>| {
                    matches!(
                        self.value(expr, scope),
                        Value::Expr(
                            Expr {
                                kind: ExprKind::Object(_),
                                ..
                            },
                            _
                        )
                    )
                };
                let is_flag = |expr: &'a Expr<'t>| {
                    matches!(
                        self.value(expr, scope),
                        Value::Expr(
                            Expr {
                                kind: ExprKind::Bool(_),
                                ..
                            },
                            _
                        )
                    )
                };
                if value("required").is_some_and(is_flag) {
                    Some("a `required` that is no list of names")
                } else if !keys.contains(&"properties") {
                    Some("`type: 'object'` without `properties`")
                } else if value("additionalProperties").is_some_and(is_object) {
                    Some("an `additionalProperties` that is no boolean")
                } else {
                    None
                }
            }
            Text::Known(kind) if kind == "array" => match value("items") {
                None => Some("`type: 'array'` without `items`"),
                Some(items) => match self.value(items, scope) {
                    Value::Expr(
                        Expr {
                            kind: ExprKind::Object(inner),
                            ..
                        },
                        scope,
                    ) => self.refused_items(inner, scope),
                    _ => None,
                },
            },
            _ => None,
        }
    }

    fn refused_items(&self, entries: &'a [Entry<'t>], scope: ScopeId) -> Option<&'static str> {
        match self.text(crate::ast::entry(entries, "type")?, scope) {
            Text::Known(kind) if kind == "object" => self.refused_json(entries, scope),
            Text::Known(_) => Some("an array of anything but objects"),
            _ => None,
        }
    }
}
