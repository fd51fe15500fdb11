use std::collections::BTreeSet;

use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError};
use serde_json::json;

use super::*;

fn runner(seed: u64, cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    })
}

fn samples(schema: &Json, seed: u64, count: usize) -> Vec<Json> {
    let strategy = strategy_for(schema).unwrap_or_else(|error| panic!("{schema}: {error}"));
    let mut runner = runner(seed, 1);
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

fn schemas() -> Vec<Json> {
    let mut schemas = plain_schemas();
    schemas.extend(combined_schemas());
    schemas
}

fn plain_schemas() -> Vec<Json> {
    vec![
        json!(true),
        json!({}),
        json!({"type": "null"}),
        json!({"type": "boolean"}),
        json!({"type": "integer"}),
        json!({"type": "integer", "minimum": 1, "maximum": 3}),
        json!({"type": "integer", "exclusiveMinimum": 0, "maximum": 9_007_199_254_740_991_i64}),
        json!({"type": "integer", "multipleOf": 7, "minimum": -20}),
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
        json!({"type": "number", "multipleOf": 0.01, "minimum": 0, "maximum": 5}),
        json!({"type": ["string", "null"], "maxLength": 3}),
        json!({"type": "string", "minLength": 2, "maxLength": 10}),
        json!({"type": "string", "pattern": "^[A-Z]{3}-\\d{2,4}$"}),
        json!({"type": "string", "pattern": "^\\+?[1-9]\\d{1,14}$"}),
        json!({"type": "string", "format": "email", "pattern": "^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$"}),
        json!({"type": "string", "format": "uuid"}),
        json!({"type": "string", "format": "date-time"}),
        json!({"type": "string", "format": "date"}),
        json!({"type": "string", "format": "uri"}),
        json!({"type": "string", "format": "ipv4"}),
        json!({"type": "string", "nullable": true, "minLength": 1}),
        json!({"enum": ["small", "large", 3, null]}),
        json!({"const": {"kind": "x"}}),
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 4}),
        json!({"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": true, "minItems": 3}),
        json!({"type": "array", "items": [{"type": "string"}, {"type": "integer"}], "additionalItems": false}),
        json!({"type": "array", "prefixItems": [{"const": 1}], "items": {"type": "boolean"}, "contains": {"const": true}}),
    ]
}

fn combined_schemas() -> Vec<Json> {
    vec![
        json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "properties": {
                "productId": {"type": "string", "minLength": 1},
                "quantity": {"type": "integer", "exclusiveMinimum": 0, "maximum": 100},
                "currency": {"enum": ["eur", "usd"]},
                "notes": {"type": "array", "items": {"type": "string"}}
            },
            "required": ["productId", "quantity"],
            "additionalProperties": false
        }),
        json!({"type": "object", "additionalProperties": {"type": "number"}, "minProperties": 1, "maxProperties": 3}),
        json!({"type": "object", "patternProperties": {"^x-[a-z]+$": {"type": "string"}}, "additionalProperties": false}),
        json!({"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "integer"}}}),
        json!({"type": "object", "propertyNames": {"pattern": "^[a-z]{4}$"}, "minProperties": 2}),
        json!({"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 5}]}),
        json!({"oneOf": [{"type": "integer", "multipleOf": 3}, {"type": "integer", "multipleOf": 5}]}),
        json!({"allOf": [{"type": "number", "minimum": 3}, {"type": "integer", "maximum": 8}]}),
        json!({"allOf": [
            {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            {"properties": {"a": {"minimum": 2}, "b": {"type": "string"}}, "required": ["b"]}
        ]}),
        json!({"not": {"type": "integer"}, "type": ["integer", "string"]}),
        json!({
            "type": "object",
            "properties": {"kind": {"enum": ["a", "b"]}, "n": {"type": "integer"}},
            "required": ["kind"],
            "if": {"properties": {"kind": {"const": "a"}}},
            "then": {"required": ["n"]}
        }),
        json!({
            "$ref": "#/$defs/tree",
            "$defs": {"tree": {
                "type": "object",
                "properties": {"value": {"type": "integer"}, "left": {"$ref": "#/$defs/tree"}, "right": {"$ref": "#/$defs/tree"}},
                "required": ["value"],
                "additionalProperties": false
            }}
        }),
        json!({
            "definitions": {"list": {"anyOf": [{"type": "null"}, {
                "type": "object", "properties": {"next": {"$ref": "#/definitions/list"}}, "required": ["next"]
            }]}},
            "$ref": "#/definitions/list"
        }),
    ]
}

#[test]
fn everything_that_is_made_is_valid() {
    for schema in schemas() {
        let validator = prepare::validator(&prepare::prepare(&schema)).unwrap();
        let made = samples(&schema, 1, 200);
        for value in &made {
            assert!(validator.is_valid(value), "{value} is not of {schema}");
        }
    }
}

#[test]
fn everything_that_is_shrunk_is_valid_and_comes_to_an_end() {
    for schema in schemas() {
        let validator = prepare::validator(&prepare::prepare(&schema)).unwrap();
        let strategy = strategy_for(&schema).unwrap();
        let mut runner = runner(3, 1);
        for turn in 0..8_u32 {
            let mut tree = strategy.new_tree(&mut runner).unwrap();
            let mut steps = 0;
            // Every third offer passes: both ways through the tree are taken.
            let mut more = tree.simplify();
            while more {
                assert!(
                    validator.is_valid(&tree.current()),
                    "{} is not of {schema}",
                    tree.current()
                );
                steps += 1;
                assert!(steps < 20_000, "{schema} does not come to an end");
                more = if (steps + turn) % 3 == 0 {
                    tree.complicate()
                } else {
                    tree.simplify()
                };
            }
        }
    }
}

/// The least value of `schema` that `fails`, from several seeds.
#[track_caller]
fn least(schema: &Json, fails: fn(&Json) -> bool) -> Json {
    let strategy = strategy_for(schema).unwrap();
    let mut found = BTreeSet::new();
    for seed in 0..10 {
        let outcome = runner(seed, 2_000).run(&strategy, |value| match fails(&value) {
            true => Err(TestCaseError::fail("it fails")),
            false => Ok(()),
        });
        match outcome {
            Err(TestError::Fail(_, value)) => found.insert(value.to_string()),
            other => panic!("seed {seed}: {other:?}"),
        };
    }
    assert_eq!(found.len(), 1, "{found:?}");
    serde_json::from_str(found.first().unwrap()).unwrap()
}

#[test]
fn failures_shrink_to_the_least_value() {
    let order = &combined_schemas()[0];
    let quantity = |value: &Json| value["quantity"].as_i64().unwrap();
    assert_eq!(
        least(order, |it| it["quantity"].as_i64() > Some(10)),
        json!({"productId": "a", "quantity": 11})
    );
    let noted = least(order, |it| {
        it["notes"].as_array().is_some_and(|notes| notes.len() > 1)
    });
    assert_eq!((noted["notes"].clone(), quantity(&noted)), (json!(["", ""]), 1));
    assert_eq!(
        least(order, |it| it["currency"] == "usd"),
        json!({"productId": "a", "quantity": 1, "currency": "usd"})
    );

    assert_eq!(
        least(&json!({"type": "integer"}), |it| it.as_i64() > Some(1_000)),
        json!(1_001)
    );
    assert_eq!(
        least(&json!({"type": "integer"}), |it| it.as_i64() < Some(-1_000)),
        json!(-1_001)
    );
    assert_eq!(
        least(&json!({"type": "integer", "multipleOf": 7}), |it| it.as_i64()
            > Some(100)),
        json!(105)
    );
    assert_eq!(
        least(&json!({"type": "number"}), |it| it.as_f64() > Some(10.0)),
        json!(11)
    );
    assert_eq!(
        least(&json!({"type": "string"}), |it| it
            .as_str()
            .unwrap()
            .chars()
            .count()
            > 4),
        json!("aaaaa")
    );
    assert_eq!(
        least(&json!({"type": "string"}), |it| it
            .as_str()
            .unwrap()
            .contains('<')),
        json!("<")
    );
    assert_eq!(least(&json!({}), Json::is_string), json!(""));
    let list = json!({"type": "array", "items": {"type": "integer", "minimum": 0}});
    let large = |it: &Json| it.as_array().unwrap().iter().any(|item| item.as_i64() > Some(9));
    assert_eq!(least(&list, large), json!([10]));
}

#[test]
fn recursion_optional_fields_and_bounds_shrink_to_the_least() {
    let tree = json!({"$ref": "#/$defs/tree", "$defs": {"tree": {
        "type": "object",
        "properties": {"value": {"type": "integer"}, "left": {"$ref": "#/$defs/tree"}, "right": {"$ref": "#/$defs/tree"}},
        "required": ["value"], "additionalProperties": false
    }}});
    assert_eq!(
        least(&tree, |it| it.get("left").is_some()),
        json!({"value": 0, "left": {"value": 0}})
    );
    let bounded = json!({"type": "integer", "minimum": 5, "maximum": 90});
    assert_eq!(least(&bounded, |_| true), json!(5));
    let negative = json!({"type": "integer", "maximum": -5});
    assert_eq!(least(&negative, |_| true), json!(-5));
    let list = json!({"type": "array", "items": {"type": "string", "minLength": 2}, "minItems": 1});
    assert_eq!(least(&list, |_| true), json!(["aa"]));
    let choice = json!({"anyOf": [{"type": "object", "properties": {"kind": {"const": "a"}, "n": {"type": "integer"}}, "required": ["kind", "n"]}, {"type": "null"}]});
    assert_eq!(least(&choice, Json::is_object), json!({"kind": "a", "n": 0}));
}

#[test]
fn several_trees_are_all_shrunk() {
    let strategies = vec![
        strategy_for(&json!({"type": "integer"})).unwrap(),
        strategy_for(&json!({"type": "string"})).unwrap(),
    ];
    let outcome = runner(5, 2_000).run(&strategies, |values| {
        let fails = values[0].as_i64() > Some(3) && values[1].as_str().unwrap().len() > 1;
        if fails {
            Err(TestCaseError::fail("it fails"))
        } else {
            Ok(())
        }
    });
    let Err(TestError::Fail(_, values)) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(values, [json!(4), json!("aa")]);
}

#[test]
fn the_same_seed_gives_the_same_values() {
    for schema in schemas() {
        assert_eq!(samples(&schema, 7, 20), samples(&schema, 7, 20), "{schema}");
    }
    let any = json!({"type": "integer"});
    assert_ne!(samples(&any, 7, 20), samples(&any, 8, 20));
}

#[test]
fn boundaries_are_hit() {
    let integers = samples(
        &json!({"type": "integer", "minimum": -5, "maximum": 1_000}),
        1,
        200,
    );
    assert!(
        [-5, -4, 0, 1, 999, 1_000]
            .iter()
            .all(|edge| integers.contains(&json!(edge))),
        "{integers:?}"
    );
    let lengths: BTreeSet<_> = samples(
        &json!({"type": "string", "minLength": 2, "maxLength": 30}),
        1,
        200,
    )
    .iter()
    .map(|text| text.as_str().unwrap().chars().count())
    .collect();
    assert!(
        [2, 3, 30].iter().all(|edge| lengths.contains(edge)),
        "{lengths:?}"
    );
    let orders = samples(&combined_schemas()[0], 1, 100);
    let sizes: BTreeSet<_> = orders
        .iter()
        .map(|order| order.as_object().unwrap().len())
        .collect();
    assert_eq!(sizes, BTreeSet::from([2, 3, 4]));
}

#[test]
fn numbers_that_are_too_large_or_too_close_for_others_are_made() {
    for (schema, wanted) in [
        (
            json!({"type": "integer", "minimum": 9_223_372_036_854_775_808_u64, "maximum": u64::MAX}),
            json!(u64::MAX),
        ),
        (
            json!({"type": "number", "minimum": 1e300, "maximum": 1.7e308}),
            json!(1e300),
        ),
        (json!({"type": "number", "maximum": -1e300}), json!(-1e300)),
        (
            json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1e-9}),
            json!(5e-10),
        ),
    ] {
        let values = samples(&schema, 1, 60);
        assert!(values.contains(&wanted), "{wanted} is not in {values:?}");
    }
}

#[test]
fn formats_have_the_lengths_that_a_schema_asks_for() {
    let lengths = |schema: Json| -> BTreeSet<usize> {
        let phases = Phases::of(&schema).unwrap();
        let texts = phases.boundaries().iter();
        texts.map(|it| it.as_str().unwrap().chars().count()).collect()
    };
    let emails = lengths(json!({"type": "string", "format": "email", "minLength": 30, "maxLength": 255}));
    assert!(
        [30, 31, 254, 255].iter().filter(|it| emails.contains(it)).count() >= 3,
        "{emails:?}"
    );
    let links = lengths(json!({"type": "string", "format": "uri", "maxLength": 2000}));
    assert!([1999, 2000].iter().all(|it| links.contains(it)), "{links:?}");
}

#[test]
fn what_cannot_be_had_is_told_at_once() {
    let closed =
        json!({"type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": false});
    let tree = json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"$ref": "#"}}, "required": ["a", "b"]});
    for (schema, why) in [
        (
            json!({"type": "integer", "minimum": 5, "maximum": 4}),
            "nothing is allowed by '#'",
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 3, "maxLength": 1}}}, "required": ["a"]}),
            "nothing is allowed by '#/properties/a/items'",
        ),
        (
            json!({"type": "object", "properties": {"ip": {"type": "string", "format": "ipv4", "maxLength": 3}}, "required": ["ip"]}),
            "500 were tried, and mostly no text was found for '#/properties/ip': its format, pattern and lengths exclude each other, or are more than can be made up",
        ),
        (
            json!({"allOf": [closed, {"properties": {"age": {"type": "integer"}}, "required": ["age"]}]}),
            "nothing is allowed by '#/allOf/0/additionalProperties' and '#/allOf/1/properties/age' together",
        ),
        (
            tree,
            "'#/properties/b' needs itself again and again, without an end",
        ),
        (
            json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "properties": {"x": {"$ref": "#/$defs/a"}}, "required": ["x"], "type": "object"}),
            "the references of '#/properties/x' lead in a circle",
        ),
    ] {
        let told = strategy_for(&schema).unwrap_err().to_string();
        assert_eq!(told, format!("no value of this schema was found: {why}"));
    }
    for schema in [
        json!(false),
        json!({"allOf": [{"type": "string"}, {"type": "integer"}]}),
        json!({"$ref": "#"}),
        json!({"$defs": {"a": {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "required": ["a"]}}, "$ref": "#/$defs/a"}),
        json!({"type": "string", "pattern": "^(?=x)y$"}),
    ] {
        assert!(
            matches!(strategy_for(&schema), Err(StrategyError::Unsatisfiable { .. })),
            "{schema}"
        );
    }
    for schema in [
        json!({"type": "nonsense"}),
        json!({"$ref": "https://elsewhere.test/schema"}),
        json!({"type": "string", "pattern": "("}),
    ] {
        assert!(
            matches!(strategy_for(&schema), Err(StrategyError::Invalid(_))),
            "{schema}"
        );
    }
}

/// Boundaries, and as many more by chance as a property has without settings.
fn usual(schema: &Json) -> Vec<Json> {
    let phases = Phases::of(schema).unwrap();
    let drawn = samples(schema, 1, 100);
    phases.boundaries().iter().cloned().chain(drawn).collect()
}

#[test]
fn amounts_with_cents_have_cents() {
    let made = usual(&json!({"type": "number", "minimum": 0.01, "maximum": 999.99, "multipleOf": 0.01}));
    let amounts: Vec<f64> = made.iter().filter_map(Json::as_f64).collect();
    let with_cents = amounts
        .iter()
        .filter(|it| (*it * 10.0).fract().abs() > 1e-6)
        .count();
    assert!(with_cents > amounts.len() / 2, "{amounts:?}");
    let cut = |amount: &&f64| (*amount * 100.0) as i64 != (*amount * 100.0).round() as i64;
    assert!(amounts.iter().filter(cut).count() >= 3, "{amounts:?}");
}

#[test]
fn what_is_recursive_is_deep_now_and_then() {
    fn depth(value: &Json) -> usize {
        let inner = value["replies"].as_array().into_iter().flatten();
        1 + inner.map(depth).max().unwrap_or(0)
    }
    let schema = json!({
        "type": "object",
        "properties": {"text": {"type": "string"}, "replies": {"type": "array", "items": {"$ref": "#"}}},
        "required": ["text", "replies"],
    });
    let depths: Vec<usize> = usual(&schema).iter().map(depth).collect();
    assert!(depths.iter().filter(|it| **it >= 5).count() >= 3, "{depths:?}");
    assert!(depths.iter().all(|it| *it <= 8), "{depths:?}");
}

#[test]
fn a_text_is_cut_in_a_letter_wherever_it_is_cut() {
    for (schema, cuts) in [
        (json!({"type": "string"}), 1..100_usize),
        (
            json!({"type": "string", "minLength": 3, "maxLength": 140}),
            1..139,
        ),
    ] {
        let made = usual(&schema);
        let texts: Vec<Vec<u16>> = made
            .iter()
            .filter_map(|it| Some(it.as_str()?.encode_utf16().collect()))
            .collect();
        for cut in cuts {
            let is_half = |text: &&Vec<u16>| text.len() > cut && String::from_utf16(&text[..cut]).is_err();
            assert!(texts.iter().any(|text| is_half(&text)), "{schema} at {cut}");
        }
    }
}
