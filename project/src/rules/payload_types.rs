//! The JSON types of values and of schemas, and when a value of one cannot be one of the others.

use banister_grammars::facts::Shape;
use serde_json::Value as Json;

const KNOWN: [&str; 7] = [
    "string", "number", "integer", "boolean", "null", "array", "object",
];

/// The types that a schema names; empty if it may take others.
pub(super) fn allowed(schema: &Json) -> Vec<&str> {
    if schema.get("nullable") == Some(&Json::Bool(true)) {
        return Vec::new();
    }
    let named: Vec<&str> = match schema.get("type") {
        Some(Json::String(one)) => vec![one],
        Some(Json::Array(several)) => several.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    };
    if named.iter().all(|name| KNOWN.contains(name)) {
        named
    } else {
        Vec::new()
    }
}

/// The JSON type of a value, if it is plain.
pub(super) fn type_of(value: &Shape) -> Option<&'static str> {
    let named = match value {
        Shape::Literal(Json::Null) => "null",
        Shape::Literal(Json::Bool(_)) => "boolean",
        Shape::Literal(Json::Number(number)) if number.is_f64() => "number",
        Shape::Literal(Json::Number(_)) => "integer",
        Shape::Literal(Json::String(_)) => "string",
        Shape::Literal(Json::Array(_)) | Shape::Array(_) => "array",
        Shape::Literal(Json::Object(_)) | Shape::Object { .. } => "object",
        Shape::Type(name) => KNOWN.into_iter().find(|known| known == name)?,
        Shape::Input(_) | Shape::Unknown => return None,
    };
    Some(named)
}

/// True if no value of the types `actual` is one of the types `expected`; an empty list is any type.
pub(super) fn are_apart(actual: &[&str], expected: &[&str]) -> bool {
    let fits = |one: &&str| expected.iter().any(|other| is_a(one, other));
    !actual.is_empty() && !expected.is_empty() && !actual.iter().any(fits)
}

/// True if a value of the type may be what is expected. A number may be a whole one.
fn is_a(actual: &str, expected: &str) -> bool {
    const NUMBERS: [&str; 2] = ["number", "integer"];
    actual == expected || (NUMBERS.contains(&actual) && NUMBERS.contains(&expected))
}
