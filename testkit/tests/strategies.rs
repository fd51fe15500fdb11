//! Strategies as whoever uses the crate has them: in `proptest!`, beside others, shrinking to what a person can read.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use banister_testkit::strategy::strategy_for;
use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRunner};
use serde_json::{Value as Json, json};

fn order() -> Json {
    json!({
        "type": "object",
        "properties": {
            "id": { "type": "string", "format": "uuid" },
            "lines": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": {
                        "sku": { "type": "string", "pattern": "^[A-Z]{3}-\\d{4}$" },
                        "quantity": { "type": "integer", "minimum": 1, "maximum": 100 },
                        "note": { "type": "string" }
                    },
                    "required": ["sku", "quantity"]
                }
            },
            "email": { "type": "string", "format": "email" },
            "total": { "type": "number", "multipleOf": 0.01, "minimum": 0 }
        },
        "required": ["id", "lines", "total"]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_go_with_other_strategies((order, share) in (strategy_for(&order()).unwrap(), 0..10_u32)) {
        let lines = order["lines"].as_array().unwrap();
        prop_assert!(!lines.is_empty() && share < 10);
        prop_assert!(lines.iter().all(|it| (1..=100).contains(&it["quantity"].as_i64().unwrap())));
    }
}

/// The smallest value that does not pass.
fn smallest(passes: impl Fn(&Json) -> bool) -> Json {
    let mut runner = TestRunner::deterministic();
    let verdict = runner.run(&strategy_for(&order()).unwrap(), |value| {
        prop_assert!(passes(&value));
        Ok(())
    });
    match verdict {
        Err(TestError::Fail(_, value)) => value,
        other => panic!("nothing failed: {other:?}"),
    }
}

#[test]
fn failures_are_small() {
    let lines = |order: &Json| order["lines"].as_array().unwrap().clone();
    let many = smallest(|order| {
        lines(order)
            .iter()
            .all(|it| it["quantity"].as_f64().unwrap() < 42.0)
    });
    assert_eq!(many["lines"], json!([{ "sku": "AAA-0000", "quantity": 42 }]));
    assert_eq!((&many["total"], many.get("email")), (&json!(0), None));
    let three = smallest(|order| lines(order).len() < 3);
    assert_eq!(
        three["lines"],
        Json::from(vec![json!({ "sku": "AAA-0000", "quantity": 1 }); 3])
    );
    let dear = smallest(|order| order["total"].as_f64().unwrap() <= 99.99);
    assert_eq!(dear["total"], json!(100));
    let long = smallest(|order| order["email"].as_str().is_none_or(|it| it.len() <= 12));
    assert_eq!(long["email"].as_str().map(str::len), Some(13));
    let foreign = smallest(|order| {
        lines(order)
            .iter()
            .all(|it| it["note"].as_str().is_none_or(str::is_ascii))
    });
    assert_eq!(
        foreign["lines"][0]["note"].as_str().map(|it| it.chars().count()),
        Some(1)
    );
}
