//! Python types as they stand in annotations.

use serde_json::{Value as Json, json};

use crate::ast::{Expr, ExprKind, ScopeId};
use crate::model::Model;
use crate::resolve::Value;

use super::Lowered;
use super::pydantic::{field_call, is_library, last_name};

impl<'a, 't> Model<'a, 't> {
    /// A type as an annotation writes it.
    pub(super) fn python_type(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Lowered {
        let Some(_step) = self.step() else {
            return Lowered::any();
        };
        match &expr.kind {
            ExprKind::Null => Lowered::of_type("null"),
            // A reference to a class that is defined later is written as a text.
            ExprKind::Text { value, .. } => {
                match self.scopes.lookup(value, scope).map(|b| self.value_of_binding(b)) {
                    Some(Value::Class(class)) => self.pydantic_class(class),
                    _ => plain_type(value),
                }
            }
            ExprKind::Name(name) => match self.value(expr, scope) {
                Value::Class(class) => self.pydantic_class(class),
                Value::Expr(found, scope) if !std::ptr::eq(found, expr) => self.python_type(found, scope),
                Value::Import(import) if !is_library(&import) => {
                    let known = plain_type(name);
                    if known.schema.is_empty() {
                        Lowered::imported(import, false)
                    } else {
                        known
                    }
                }
                _ => plain_type(name),
            },
            ExprKind::Member(member) => plain_type(member.name),
            ExprKind::Index(pair) => match &pair.0.kind {
                ExprKind::Name(name) => self.generic(name, &pair.1, scope),
                ExprKind::Member(member) => self.generic(member.name, &pair.1, scope),
                _ => Lowered::any(),
            },
            // `A | B`
            ExprKind::Opaque(_, parts) if parts.len() == 2 => self.type_union(parts, scope),
            ExprKind::Call(call) => {
                let item = || {
                    call.positional()
                        .first()
                        .map_or_else(Lowered::any, |item| self.python_type(item, scope))
                };
                let base = match last_name(&call.callee) {
                    Some("constr") => Lowered::of_type("string"),
                    Some("conint") => Lowered::of_type("integer"),
                    Some("confloat") => Lowered::of_type("number"),
                    Some("conlist") => Lowered::array_of(item()),
                    _ => return Lowered::any(),
                };
                self.field_bounds(base, call, scope)
            }
            _ => Lowered::any(),
        }
    }

    fn generic(&self, name: &str, args: &'a Expr<'t>, scope: ScopeId) -> Lowered {
        let parts = match &args.kind {
            ExprKind::List(parts) => parts.as_slice(),
            _ => std::slice::from_ref(args),
        };
        match name {
            "Optional" => self.python_type(args, scope).or_null(),
            "Union" => self.type_union(parts, scope),
            "List" | "list" | "Sequence" | "Iterable" | "Set" | "set" | "FrozenSet" | "frozenset" => {
                Lowered::array_of(self.python_type(args, scope))
            }
            "Tuple" | "tuple" => Lowered::of_type("array"),
            "Dict" | "dict" | "Mapping" | "DefaultDict" => {
                let values = parts
                    .get(1)
                    .map_or_else(Lowered::any, |value| self.python_type(value, scope));
                Lowered::of_type("object").with("additionalProperties", Json::Object(values.schema))
            }
            "Literal" => match parts
                .iter()
                .map(|part| self.json(part, scope))
                .collect::<Option<Vec<Json>>>()
            {
                Some(values) => enumeration(&values),
                None => Lowered::any(),
            },
            "Annotated" => {
                let Some((base, notes)) = parts.split_first() else {
                    return Lowered::any();
                };
                let calls = notes.iter().filter_map(field_call);
                calls.fold(self.python_type(base, scope), |base, call| {
                    self.field_bounds(base, call, scope)
                })
            }
            "Required" | "NotRequired" | "Final" => parts
                .first()
                .map_or_else(Lowered::any, |part| self.python_type(part, scope)),
            _ => Lowered::any(),
        }
    }

    fn type_union(&self, parts: &'a [Expr<'t>], scope: ScopeId) -> Lowered {
        let is_null = |part: &&Expr<'_>| matches!(part.kind, ExprKind::Null);
        let nullable = parts.iter().any(|part| is_null(&part));
        let mut choices: Vec<Lowered> = parts
            .iter()
            .filter(|part| !is_null(part))
            .map(|part| self.python_type(part, scope))
            .collect();
        let union = match choices.len() {
            1 => choices.pop().unwrap_or_else(Lowered::any),
            _ => Lowered::any_of(choices),
        };
        if nullable { union.or_null() } else { union }
    }
}

pub(super) fn enumeration(values: &[Json]) -> Lowered {
    let all = |test: fn(&Json) -> bool| values.iter().all(test);
    let kind = [
        ("string", all(Json::is_string)),
        ("integer", all(Json::is_i64)),
        ("boolean", all(Json::is_boolean)),
    ];
    let kind = kind.iter().find(|(_, is_kind)| *is_kind).map(|(name, _)| *name);
    let lowered = Lowered::of(json!({ "enum": values }));
    match kind {
        Some(name) => lowered.with("type", json!(name)),
        None => lowered,
    }
}

fn plain_type(name: &str) -> Lowered {
    let bounded = |kind: &str, keyword: &str| Lowered::of_type(kind).with(keyword, json!(0));
    let text = |format: &str| Lowered::of_type("string").with("format", json!(format));
    match name {
        "str" | "StrictStr" => Lowered::of_type("string"),
        "int" | "StrictInt" => Lowered::of_type("integer"),
        "float" | "StrictFloat" | "FiniteFloat" => Lowered::of_type("number"),
        "bool" | "StrictBool" => Lowered::of_type("boolean"),
        "PositiveInt" => bounded("integer", "exclusiveMinimum"),
        "NonNegativeInt" => bounded("integer", "minimum"),
        "NegativeInt" => bounded("integer", "exclusiveMaximum"),
        "NonPositiveInt" => bounded("integer", "maximum"),
        "PositiveFloat" => bounded("number", "exclusiveMinimum"),
        "NonNegativeFloat" => bounded("number", "minimum"),
        "NegativeFloat" => bounded("number", "exclusiveMaximum"),
        "NonPositiveFloat" => bounded("number", "maximum"),
        "dict" | "Dict" | "Mapping" => Lowered::of_type("object"),
        "list" | "List" | "tuple" | "Tuple" | "set" | "Set" | "frozenset" | "Sequence" => {
            Lowered::of_type("array")
        }
        "datetime" | "AwareDatetime" | "NaiveDatetime" => text("date-time"),
        "date" | "time" => text(name),
        "timedelta" => text("duration"),
        "UUID" | "UUID1" | "UUID3" | "UUID4" | "UUID5" => text("uuid"),
        "EmailStr" => text("email"),
        "HttpUrl" | "AnyUrl" | "AnyHttpUrl" => text("uri"),
        "SecretStr" | "Path" | "FilePath" | "DirectoryPath" | "bytes" | "NameEmail" => {
            Lowered::of_type("string")
        }
        _ => Lowered::any(),
    }
}
