//! The checks that Zod chains onto a type: bounds and formats.

use serde_json::{Value as Json, json};

use crate::ast::{Expr, ScopeId};
use crate::model::Model;

use super::Lowered;
use super::zod::format_name;

impl<'a, 't> Model<'a, 't> {
    pub(super) fn zod_check(
        &self,
        base: Lowered,
        method: &str,
        arg: Option<&'a Expr<'t>>,
        scope: ScopeId,
    ) -> Lowered {
        let bound = || arg.and_then(|arg| self.json(arg, scope)).filter(Json::is_number);
        let kind = base.type_name().unwrap_or("").to_owned();
        let is_number = matches!(kind.as_str(), "number" | "integer");
        let keyword = match (method, kind.as_str()) {
            ("int", "number") => return base.with("type", json!("integer")),
            ("positive", _) if is_number => return base.with("exclusiveMinimum", json!(0)),
            ("negative", _) if is_number => return base.with("exclusiveMaximum", json!(0)),
            ("nonnegative", _) if is_number => return base.with("minimum", json!(0)),
            ("nonpositive", _) if is_number => return base.with("maximum", json!(0)),
            ("nonempty", "string") => return base.with("minLength", json!(1)),
            ("nonempty", "array") => return base.with("minItems", json!(1)),
            ("email" | "uuid" | "guid" | "url" | "datetime" | "date" | "time", "string") => {
                return base.with("format", json!(format_name(method)));
            }
            ("length", "string") => return bounds(base, bound(), &["minLength", "maxLength"]),
            ("length", "array") => return bounds(base, bound(), &["minItems", "maxItems"]),
            ("min", "string") => "minLength",
            ("max", "string") => "maxLength",
            ("min", "array") => "minItems",
            ("max", "array") => "maxItems",
            ("min" | "gte", _) if is_number => "minimum",
            ("max" | "lte", _) if is_number => "maximum",
            ("gt", _) if is_number => "exclusiveMinimum",
            ("lt", _) if is_number => "exclusiveMaximum",
            ("multipleOf" | "step", _) if is_number => "multipleOf",
            _ => return base,
        };
        bounds(base, bound(), &[keyword])
    }
}

fn bounds(base: Lowered, bound: Option<Json>, keywords: &[&str]) -> Lowered {
    match bound {
        Some(bound) => keywords
            .iter()
            .fold(base, |base, keyword| base.with(keyword, bound.clone())),
        None => base,
    }
}
