//! Bodies that a step has to refuse: valid ones with one thing changed, judged by the validator.

use std::rc::Rc;

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use proptest::prelude::any;
use proptest::sample::Index;
use proptest::strategy::{BoxedStrategy, Strategy as _};
use serde_json::{Map, Value as Json, json};

use crate::strategy::{StrategyError, strategy_for};

/// Bodies that `schema` does not allow, whatever a step's own library is lenient about; `None` if none was found.
///
/// # Errors
/// The schema has no valid values either.
pub(super) fn bodies(schema: &Json) -> Result<Option<BoxedStrategy<Json>>, StrategyError> {
    let Ok(validator) = jsonschema::validator_for(schema) else {
        return Ok(None);
    };
    let valid = strategy_for(schema)?;
    // A schema that takes every object leaves nothing to refuse.
    if is_open(schema) {
        return Ok(None);
    }
    let validator = Rc::new(validator);
    let strategy = (valid, any::<Index>()).prop_filter_map("no such body", move |(value, at)| {
        let candidates: Vec<Json> = changes(&value)
            .into_iter()
            .filter(|it| is_surely_invalid(&validator, it))
            .collect();
        (!candidates.is_empty()).then(|| candidates[at.index(candidates.len())].clone())
    });
    Ok(Some(strategy.boxed()))
}

/// True if the schema says nothing of the fields of a body.
fn is_open(schema: &Json) -> bool {
    let has = |key: &str| {
        schema
            .get(key)
            .is_some_and(|it| it.as_object().is_some_and(|it| !it.is_empty()))
    };
    !["properties", "items", "$ref"]
        .iter()
        .any(|key| has(key) || schema.get(*key).is_some_and(Json::is_string))
        && !["anyOf", "oneOf", "allOf"]
            .iter()
            .any(|key| schema.get(*key).is_some())
}

/// The value with one part left out or replaced. A body is an object or a list: the server itself refuses anything else.
fn changes(value: &Json) -> Vec<Json> {
    let mut all = Vec::new();
    inside(value, &mut |changed| all.push(changed));
    all.push(match value {
        Json::Array(_) => json!({}),
        _ => json!([]),
    });
    all
}

fn inside(value: &Json, give: &mut dyn FnMut(Json)) {
    match value {
        Json::Object(fields) => {
            for (name, item) in fields {
                let without: Map<String, Json> = fields
                    .iter()
                    .filter(|(other, _)| *other != name)
                    .map(|(name, item)| (name.clone(), item.clone()))
                    .collect();
                give(Json::Object(without));
                let mut with = |item: Json| {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), item);
                    give(Json::Object(fields));
                };
                replacements(item).into_iter().for_each(&mut with);
                inside(item, &mut with);
            }
        }
        Json::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                let mut with = |item: Json| {
                    let mut items = items.clone();
                    items[at] = item;
                    give(Json::Array(items));
                };
                replacements(item).into_iter().for_each(&mut with);
                inside(item, &mut with);
            }
        }
        _ => {}
    }
}

fn replacements(item: &Json) -> Vec<Json> {
    let mut all = vec![match item {
        Json::Array(_) => json!({}),
        _ => json!([]),
    }];
    match item {
        Json::Number(_) => all.extend([json!(-1), json!(0), json!(1e12), json!({})]),
        Json::String(_) => all.extend([json!(""), json!("?".repeat(300)), json!({})]),
        Json::Array(items) => {
            all.push(json!([]));
            all.extend(items.first().map(|first| Json::Array(vec![first.clone(); 40])));
        }
        _ => {}
    }
    all
}

/// True if the value breaks the schema in a way that libraries agree on: they strip or pass unknown fields, make numbers
/// of texts and texts of numbers, and read formats more or less strictly.
fn is_surely_invalid(validator: &Validator, value: &Json) -> bool {
    use ValidationErrorKind as Kind;
    validator.iter_errors(value).any(|error| match error.kind() {
        Kind::Type { .. } => error.instance().is_object() || error.instance().is_array(),
        Kind::Required { .. }
        | Kind::Enum { .. }
        | Kind::Constant { .. }
        | Kind::Minimum { .. }
        | Kind::Maximum { .. }
        | Kind::ExclusiveMinimum { .. }
        | Kind::ExclusiveMaximum { .. }
        | Kind::MinLength { .. }
        | Kind::MaxLength { .. }
        | Kind::MinItems { .. }
        | Kind::MaxItems { .. }
        | Kind::Pattern { .. } => true,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    use super::*;

    #[test]
    fn every_body_is_invalid_and_the_ways_differ() {
        let schema = json!({
            "type": "object",
            "properties": { "id": { "type": "string", "minLength": 2 }, "n": { "type": "integer", "minimum": 1 } },
            "required": ["id", "n"],
        });
        let validator = jsonschema::validator_for(&schema).unwrap();
        let strategy = bodies(&schema).unwrap().unwrap();
        let mut runner = TestRunner::deterministic();
        let mut missing = 0;
        for _ in 0..50 {
            let body = strategy.new_tree(&mut runner).unwrap().current();
            assert!(!validator.is_valid(&body), "{body}");
            missing += usize::from(body.get("id").is_none());
        }
        assert!(missing > 0 && missing < 50, "{missing}");
    }

    #[test]
    fn what_libraries_let_pass_is_not_counted() {
        let schema = json!({
            "type": "object",
            "properties": { "n": { "type": "integer" }, "at": { "type": "string", "format": "date" } },
            "additionalProperties": false,
        });
        let validator = jsonschema::validator_for(&schema).unwrap();
        for lenient in [json!({ "more": 1 }), json!({ "n": "7" }), json!({ "at": "soon" })] {
            assert!(!is_surely_invalid(&validator, &lenient), "{lenient}");
        }
        assert!(is_surely_invalid(&validator, &json!({ "n": [] })));
    }

    #[test]
    fn a_schema_that_takes_everything_has_none() {
        assert!(bodies(&json!({})).unwrap().is_none());
        assert!(bodies(&json!({ "type": "object" })).unwrap().is_none());
    }
}
