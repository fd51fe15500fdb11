//! Inputs that must be rejected: each is valid but for one constraint at one place.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use proptest::strategy::{BoxedStrategy, NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value as Json;

use super::boundaries::Boundaries;
use super::dice::Dice;
use super::document::Document;
use super::generate::{Generator, Mode};
use super::phases::Phases;
use super::shrink::ShrinkTree;
use super::violation::{Breach, Breaker, Violation};
use super::{Compiled, StrategyError, prepare};

/// Valid values that are made by chance to be broken, besides those at the edges.
const BASES: usize = 24;
/// Other valid values that are tried for a violation before the first one is taken again.
const ATTEMPTS: usize = 6;

/// Values of the opposite of a schema that are tried.
const OPPOSITES: usize = 200;

/// A value that must be rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The value.
    pub value: Json,
    /// The one thing that is wrong with it.
    pub violation: Violation,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.value, self.violation.label)
    }
}

/// Values that `schema` does not allow, each for one reason, which its label tells. Every violation that was found comes
/// once, in the order of the schema; then they come by chance in other values. They shrink to the smallest value that is
/// wrong in this way and in no other.
///
/// ```
/// use banister_testkit::strategy::invalid_strategy_for;
/// use proptest::strategy::{Strategy, ValueTree};
/// use proptest::test_runner::TestRunner;
/// use serde_json::json;
///
/// let orders = invalid_strategy_for(&json!({
///     "type": "object",
///     "properties": { "productId": { "type": "string" }, "quantity": { "type": "integer", "minimum": 1 } },
///     "required": ["productId", "quantity"]
/// }))?;
/// let mut runner = TestRunner::deterministic();
/// let mut labels = Vec::new();
/// for _ in 0..30 {
///     let tree = orders.new_tree(&mut runner).map_err(|reason| reason.to_string())?;
///     labels.push(tree.current().violation.label);
/// }
/// for label in ["missing productId", "quantity: below the minimum", "wrong type (null)"] {
///     assert!(labels.iter().any(|it| it == label), "{labels:?}");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `schema` is no JSON Schema, has no valid value to start from, or allows everything.
pub fn invalid_strategy_for(schema: &Json) -> Result<BoxedStrategy<Invalid>, StrategyError> {
    Ok(InvalidStrategy::of(schema)?.boxed())
}

struct InvalidStrategy {
    compiled: Rc<Compiled>,
    breaker: Breaker,
    /// One value for each violation.
    known: Vec<Known>,
    given: Cell<usize>,
}

struct Known {
    violation: Violation,
    value: Json,
}

/// What the validator says of a value: the keywords that it breaks, and the properties that are missing.
type Complaint = BTreeSet<(String, String)>;

fn complaint(validator: &Validator, value: &Json) -> Complaint {
    let sign = |error: jsonschema::ValidationError<'_>| {
        let missing = match error.kind() {
            ValidationErrorKind::Required { property } => property.to_string(),
            _ => String::new(),
        };
        (error.schema_path().to_string(), missing)
    };
    validator.iter_errors(value).map(sign).collect()
}

impl fmt::Debug for InvalidStrategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InvalidStrategy").finish_non_exhaustive()
    }
}

impl InvalidStrategy {
    fn of(schema: &Json) -> Result<Self, StrategyError> {
        let compiled = Rc::new(Compiled::of(schema)?);
        let breaker = Breaker::new(Boundaries::of(schema)?);
        let mut bases = Phases::of(schema)?.boundaries().to_vec();
        let mut dice = Dice::of(0);
        for _ in 0..BASES {
            bases.extend(compiled.draw(&mut dice));
        }
        let mut known: BTreeMap<String, (usize, bool, usize, Known)> = BTreeMap::new();
        for base in &bases {
            for Breach { violation, value } in breaker.breaches(base, None) {
                let size = value.to_string().len();
                let entry = known
                    .get(&violation.label)
                    .map(|(order, more, size, _)| (*order, (*more, *size)));
                // The judge takes longest: it is not asked about what comes too late in any case.
                if entry.is_some_and(|(_, old)| old <= (false, size)) {
                    continue;
                }
                let complaints = complaint(&compiled.validator, &value);
                if complaints.is_empty() {
                    continue;
                }
                let order = known.len();
                let rank = (complaints.len() > 1, size);
                // The value that is wrong in the fewest ways, and the smallest of these, stands for the violation.
                if entry.is_none_or(|(_, old)| rank < old) {
                    let order = entry.map_or(order, |(order, _)| order);
                    known.insert(
                        violation.label.clone(),
                        (order, rank.0, rank.1, Known { violation, value }),
                    );
                }
            }
        }
        let mut known: Vec<_> = known.into_values().collect();
        known.sort_by_key(|(order, ..)| *order);
        let mut known: Vec<Known> = known.into_iter().map(|(.., it)| it).collect();
        if known.is_empty() {
            known = opposites(schema, &compiled);
        }
        if known.is_empty() {
            return Err(StrategyError::Unsatisfiable {
                reason: "it allows every value that was tried".to_owned(),
            });
        }
        Ok(Self {
            compiled,
            breaker,
            known,
            given: Cell::new(0),
        })
    }

    /// A violation in another value, if one is found soon.
    fn elsewhere(&self, known: &Known, dice: &mut Dice) -> Option<Json> {
        (0..ATTEMPTS).find_map(|_| {
            let base = self.compiled.draw(dice).ok()?;
            let found = self.breaker.breaches(&base, Some(&known.violation.constraint));
            let mut same: Vec<Json> = found
                .into_iter()
                .filter(|breach| breach.violation == known.violation)
                .map(|breach| breach.value)
                .collect();
            // Most are wrong in this way alone; those that are not are put aside one by one.
            while !same.is_empty() {
                let value = same.swap_remove(dice.size(0, same.len() - 1));
                if complaint(&self.compiled.validator, &value).len() == 1 {
                    return Some(value);
                }
            }
            None
        })
    }
}

/// Values that break the schema as a whole, for schemas whose single constraints do not yield any.
fn opposites(schema: &Json, compiled: &Compiled) -> Vec<Known> {
    let Ok(generator) = Generator::opposite(&Document::new(prepare::prepare(schema))) else {
        return Vec::new();
    };
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let mut dice = Dice::of(0);
    for _ in 0..OPPOSITES {
        let Ok(value) = generator.value(Mode::Random, &mut dice) else {
            continue;
        };
        let Err(error) = compiled.validator.validate(&value) else {
            continue;
        };
        let constraint = error.schema_path().to_string();
        let label = format!("what '#{constraint}' rejects");
        known.entry(label.clone()).or_insert(Known {
            violation: Violation { constraint, label },
            value: value.clone(),
        });
    }
    known.into_values().collect()
}

impl Strategy for InvalidStrategy {
    type Tree = InvalidTree;
    type Value = Invalid;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let number = self.given.get();
        self.given.set(number + 1);
        let mut dice = Dice::new(runner);
        let (known, value) = match self.known.get(number) {
            Some(known) => (known, known.value.clone()),
            None => {
                let known = &self.known[dice.size(0, self.known.len() - 1)];
                let value = self.elsewhere(known, &mut dice);
                (known, value.unwrap_or_else(|| known.value.clone()))
            }
        };
        let validator = Rc::clone(&self.compiled.validator);
        let wrong = complaint(&validator, &value);
        let tree = ShrinkTree::new(
            value,
            Rc::clone(&self.compiled.hints),
            Box::new(move |value| complaint(&validator, value) == wrong),
        );
        Ok(InvalidTree {
            tree,
            violation: known.violation.clone(),
        })
    }
}

/// A value that gets smaller and stays wrong in the same way.
#[derive(Debug)]
struct InvalidTree {
    tree: ShrinkTree,
    violation: Violation,
}

impl ValueTree for InvalidTree {
    type Value = Invalid;

    fn current(&self) -> Invalid {
        Invalid {
            value: self.tree.current(),
            violation: self.violation.clone(),
        }
    }

    fn simplify(&mut self) -> bool {
        self.tree.simplify()
    }

    fn complicate(&mut self) -> bool {
        self.tree.complicate()
    }
}

#[cfg(test)]
mod tests {
    use proptest::test_runner::{Config, RngSeed};
    use serde_json::json;

    use super::*;

    fn made(schema: &Json, count: usize) -> Vec<Invalid> {
        let strategy = invalid_strategy_for(schema).unwrap_or_else(|error| panic!("{schema}: {error}"));
        let mut runner = runner();
        let mut next = || strategy.new_tree(&mut runner).unwrap().current();
        (0..count).map(|_| next()).collect()
    }

    fn runner() -> TestRunner {
        TestRunner::new(Config {
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(1),
            ..Config::default()
        })
    }

    fn order() -> Json {
        json!({
            "type": "object",
            "properties": {
                "productId": {"type": "string", "minLength": 1},
                "quantity": {"type": "integer", "minimum": 1, "maximum": 10},
                "currency": {"enum": ["eur", "usd"]},
                "lines": {"type": "array", "items": {"type": "object", "required": ["sku"], "properties": {"sku": {"type": "string"}}}, "minItems": 1, "uniqueItems": true},
                "email": {"type": "string", "format": "email"}
            },
            "required": ["productId", "quantity"],
            "additionalProperties": false
        })
    }

    #[test]
    fn every_constraint_is_broken_once_and_alone() {
        let schema = order();
        let validator = super::super::prepare::validator(&schema).unwrap();
        let all = made(&schema, 120);
        for it in &all {
            assert_eq!(complaint(&validator, &it.value).len(), 1, "{it}");
        }
        let first: Vec<&str> = all.iter().map(|it| it.violation.label.as_str()).collect();
        for label in [
            "wrong type (null)",
            "missing productId",
            "missing quantity",
            "unknown property",
            "productId: too short",
            "quantity: below the minimum",
            "quantity: above the maximum",
            "quantity: wrong type (a string)",
            "quantity: wrong type (a number)",
            "currency: not an allowed value",
            "lines: too few items",
            "lines: equal items",
            "lines[]: missing sku",
            "lines[].sku: wrong type (null)",
            "email: not of the format email",
        ] {
            assert!(first[..80].contains(&label), "{label} is not in {first:#?}");
        }
    }

    #[test]
    fn each_shrinks_to_the_least_value_with_only_this_wrong() {
        let strategy = invalid_strategy_for(&order()).unwrap();
        let mut runner = runner();
        let mut least: BTreeMap<String, Json> = BTreeMap::new();
        for _ in 0..80 {
            let mut tree = strategy.new_tree(&mut runner).unwrap();
            let label = tree.current().violation.label;
            while tree.simplify() {}
            assert_eq!(tree.current().violation.label, label);
            least.insert(label, tree.current().value);
        }
        for (label, value) in [
            ("missing productId", json!({"quantity": 1})),
            (
                "quantity: below the minimum",
                json!({"productId": "a", "quantity": 0}),
            ),
            (
                "quantity: above the maximum",
                json!({"productId": "a", "quantity": 11}),
            ),
            (
                "unknown property",
                json!({"productId": "a", "quantity": 1, "unexpected": null}),
            ),
            (
                "lines: too few items",
                json!({"productId": "a", "quantity": 1, "lines": []}),
            ),
            (
                "lines[]: missing sku",
                json!({"productId": "a", "quantity": 1, "lines": [{}]}),
            ),
        ] {
            assert_eq!(least.get(label), Some(&value), "{label}");
        }
    }

    #[test]
    fn what_allows_everything_is_told() {
        for schema in [json!(true), json!({}), json!({"title": "anything"})] {
            let error = invalid_strategy_for(&schema).unwrap_err();
            assert_eq!(
                error.to_string(),
                "no value of this schema was found: it allows every value that was tried"
            );
        }
    }

    #[test]
    fn combinations_and_references_are_broken_too() {
        for schema in [
            json!({"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 5}]}),
            json!({"not": {"type": "integer"}}),
            json!({"if": {"properties": {"a": {"const": 1}}, "required": ["a"]}, "then": {"required": ["b"]}, "type": "object"}),
            json!({"$ref": "#/$defs/t", "$defs": {"t": {"type": "object", "properties": {"left": {"$ref": "#/$defs/t"}, "v": {"type": "integer"}}, "required": ["v"]}}}),
            json!({"type": "object", "propertyNames": {"pattern": "^[a-z]+$"}}),
            json!({"type": "object", "dependentRequired": {"a": ["b"]}, "properties": {"a": {}, "b": {}}}),
            json!({"type": "array", "contains": {"const": 1}}),
            json!({"type": "number", "multipleOf": 0.1}),
            json!({"const": {"a": 1}}),
        ] {
            let validator = super::super::prepare::validator(&schema).unwrap();
            for it in made(&schema, 30) {
                assert!(!validator.is_valid(&it.value), "{it} is of {schema}");
            }
        }
    }
}
