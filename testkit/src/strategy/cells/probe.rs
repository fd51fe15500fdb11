//! How an edge is recognised in a value.

use jsonschema::Validator;
use serde_json::Value as Json;

use super::range::is_multiple;

/// Numbers from here on need more than 32 bits.
const LARGE: f64 = 4_294_967_296.0;

/// How an edge is recognised.
pub(in crate::strategy) enum Probe {
    Number(f64),
    /// Between two numbers, both excluded.
    Between(f64, f64),
    Below(f64, bool),
    Above(f64, bool),
    NoMultiple(f64),
    Negative,
    Fraction,
    Large,
    Characters(u64),
    NotAscii,
    Astral,
    Combining,
    Items(u64),
    EqualItems,
    Properties(u64),
    Present(String),
    Absent(String),
    /// Another property than these.
    Other(Vec<String>, Vec<regex::Regex>),
    Is(Json),
    IsNot(Vec<Json>),
    Type(&'static str),
    NoType(Vec<String>),
    /// Of the type that the keyword is about, and not allowed by it.
    Breaks(Box<Validator>),
    Allowed(String),
    NotAllowed(String),
}

impl Probe {
    /// True if `value` is at this edge. `judge` says whether the schema at a pointer allows the value.
    pub(in crate::strategy) fn is_at(&self, value: &Json, judge: impl Fn(&str) -> bool) -> bool {
        let number = || value.as_f64();
        let object = || value.as_object();
        match self {
            Self::Number(at) => number() == Some(*at),
            Self::Between(low, high) => number().is_some_and(|it| *low < it && it < *high),
            Self::Below(at, or_at) => number().is_some_and(|it| it < *at || *or_at && it == *at),
            Self::Above(at, or_at) => number().is_some_and(|it| it > *at || *or_at && it == *at),
            Self::NoMultiple(step) => number().is_some_and(|it| !is_multiple(it, *step)),
            Self::Negative => number().is_some_and(|it| it < 0.0),
            Self::Fraction => number().is_some_and(|it| it.fract() != 0.0),
            Self::Large => number().is_some_and(|it| it.abs() >= LARGE),
            Self::Characters(count) => value
                .as_str()
                .is_some_and(|it| it.chars().count() as u64 == *count),
            Self::NotAscii => value.as_str().is_some_and(|it| !it.is_ascii()),
            Self::Astral => value
                .as_str()
                .is_some_and(|it| it.chars().any(|c| c > '\u{ffff}')),
            Self::Combining => value
                .as_str()
                .is_some_and(|it| it.chars().any(|c| ('\u{300}'..='\u{36f}').contains(&c))),
            Self::Items(count) => value.as_array().is_some_and(|it| it.len() as u64 == *count),
            Self::EqualItems => value
                .as_array()
                .is_some_and(|it| it.iter().enumerate().any(|(at, item)| it[..at].contains(item))),
            Self::Properties(count) => object().is_some_and(|it| it.len() as u64 == *count),
            Self::Present(name) => object().is_some_and(|it| it.contains_key(name)),
            Self::Absent(name) => object().is_some_and(|it| !it.contains_key(name)),
            Self::Other(names, patterns) => object().is_some_and(|it| {
                it.keys()
                    .any(|key| !names.contains(key) && !patterns.iter().any(|it| it.is_match(key)))
            }),
            Self::Is(other) => is_equal(value, other),
            Self::IsNot(others) => !others.iter().any(|other| is_equal(value, other)),
            Self::Type(name) => is_of_type(value, name),
            Self::NoType(names) => !names.iter().any(|name| is_of_type(value, name)),
            Self::Breaks(validator) => !validator.is_valid(value),
            Self::Allowed(pointer) => judge(pointer),
            Self::NotAllowed(pointer) => !judge(pointer),
        }
    }
}

fn is_equal(a: &Json, b: &Json) -> bool {
    a == b || a.is_number() && a.as_f64() == b.as_f64()
}

fn is_of_type(value: &Json, name: &str) -> bool {
    match (name, value) {
        ("integer", Json::Number(number)) => {
            number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|it| it.fract() == 0.0)
        }
        ("number", Json::Number(_))
        | ("null", Json::Null)
        | ("boolean", Json::Bool(_))
        | ("string", Json::String(_))
        | ("array", Json::Array(_))
        | ("object", Json::Object(_)) => true,
        _ => false,
    }
}
