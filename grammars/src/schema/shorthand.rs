//! The shorthand `{ id: 'string', at: 'string?', rows: [{ sku: 'string' }] }`: every key is required unless its type
//! ends in `?`, and further keys are fine.

use crate::ast::{Entry, Expr, ExprKind, ScopeId};
use crate::model::Model;
use crate::resolve::Value;

use super::{Lowered, ObjectSchema, json_schema};

impl<'a, 't> Model<'a, 't> {
    pub(super) fn shorthand(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Lowered {
        match &expr.kind {
            ExprKind::Text { value, .. } => named_type(value),
            ExprKind::List(items) => match items.as_slice() {
                [item] => Lowered::array_of(self.shorthand_part(item, scope)),
                _ => Lowered::of_type("array"),
            },
            ExprKind::Object(entries) => {
                let mut object = ObjectSchema::default();
                self.shorthand_entries(entries, scope, &mut object);
                object.finish()
            }
            _ => Lowered::any(),
        }
    }

    fn shorthand_entries(&self, entries: &'a [Entry<'t>], scope: ScopeId, object: &mut ObjectSchema) {
        for entry in entries {
            match entry {
                Entry::Pair { key, key_span, value } => {
                    object.add(key, *key_span, self.shorthand_part(value, scope))
                }
                Entry::Spread(spread) => {
                    if let Value::Expr(
                        Expr {
                            kind: ExprKind::Object(inner),
                            ..
                        },
                        scope,
                    ) = self.value(spread, scope)
                    {
                        self.shorthand_entries(inner, scope, object);
                    }
                }
                Entry::Computed { .. } => {}
            }
        }
    }

    fn shorthand_part(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Lowered {
        let Some(_step) = self.step() else {
            return Lowered::any();
        };
        match self.value(expr, scope) {
            Value::Expr(
                Expr {
                    kind: ExprKind::Object(entries),
                    ..
                },
                scope,
            ) if json_schema::is_json_schema(entries) => self.json_schema(entries, scope),
            Value::Expr(
                found @ Expr {
                    kind: ExprKind::Text { .. } | ExprKind::List(_) | ExprKind::Object(_),
                    ..
                },
                scope,
            ) => self.shorthand(found, scope),
            _ => self.sub_schema(expr, scope),
        }
    }
}

fn named_type(written: &str) -> Lowered {
    let (name, optional) = match written.strip_suffix('?') {
        Some(name) => (name, true),
        None => (written, false),
    };
    let mut lowered = match name.strip_suffix("[]") {
        Some(item) => Lowered::array_of(named_type(item)),
        None => match name {
            "string" | "number" | "integer" | "boolean" | "object" | "array" | "null" => {
                Lowered::of_type(name)
            }
            _ => Lowered::any(),
        },
    };
    lowered.optional = optional;
    lowered
}
