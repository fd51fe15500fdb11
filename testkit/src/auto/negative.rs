//! Bodies that a step has to refuse, whatever a step's own library is lenient about.

use std::rc::Rc;

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use proptest::strategy::{BoxedStrategy, Strategy as _};
use serde_json::{Value as Json, json};

use crate::strategy::invalid_strategy_for;

/// Bodies that `schema` does not allow, each with what is wrong: `{"body", "wrong"}`; `None` if there is nothing that a
/// step could be held to.
pub(super) fn bodies(schema: &Json) -> Option<BoxedStrategy<Json>> {
    // A schema that takes every object leaves nothing to refuse.
    if is_open(schema) {
        return None;
    }
    let validator = Rc::new(jsonschema::validator_for(schema).ok()?);
    let strategy = invalid_strategy_for(schema).ok()?;
    // The server itself refuses a body that is neither an object nor a list.
    let strategy = strategy.prop_filter_map("libraries differ about it", move |it| {
        let is_body = it.value.is_object() || it.value.is_array();
        let counts = is_body && is_surely_invalid(&validator, &it.value);
        counts.then(|| json!({ "body": it.value, "wrong": it.violation.label }))
    });
    Some(strategy.boxed())
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
        let strategy = bodies(&schema).unwrap();
        let mut runner = TestRunner::deterministic();
        let mut missing = 0;
        for _ in 0..50 {
            let made = strategy.new_tree(&mut runner).unwrap().current();
            let body = &made["body"];
            assert!(!validator.is_valid(body), "{body}");
            missing += usize::from(made["wrong"] == "missing id");
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
        assert!(bodies(&json!({})).is_none());
        assert!(bodies(&json!({ "type": "object" })).is_none());
    }
}
