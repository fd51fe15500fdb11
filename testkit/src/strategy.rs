//! Values from a JSON Schema. They are made by walking the schema, judged by a validator (which alone decides what is
//! valid) and shrunk as values, each smaller one judged in the same way: whatever a test sees is valid.

pub mod boundaries;
mod cells;
mod dice;
mod document;
mod flatten;
mod generate;
mod number;
mod pattern;
mod prepare;
mod shrink;
mod simpler;
mod text;
mod walk;

use std::fmt;
use std::rc::Rc;

use jsonschema::Validator;
use proptest::strategy::{BoxedStrategy, NewTree, Strategy};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::Value as Json;

use dice::Dice;
use generate::Generator;
use shrink::{Hints, ShrinkTree};

/// A value is tried so often before the schema is given up.
const ATTEMPTS: usize = 200;

/// Why a schema gives no values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StrategyError {
    /// It is no JSON Schema.
    #[error("the schema is not valid: {0}")]
    Invalid(String),
    /// No value was found that is valid.
    #[error("no value of this schema was found in {attempts} attempts: {reason}")]
    Unsatisfiable {
        /// Values tried.
        attempts: usize,
        /// What was wrong with the last.
        reason: String,
    },
}

/// Values of `schema`, boundaries more often than their share, shrinking towards the smallest valid one. The same seed
/// gives the same values.
///
/// # Errors
/// `schema` is no JSON Schema, or no value that it allows can be found.
pub fn strategy_for(schema: &Json) -> Result<BoxedStrategy<Json>, StrategyError> {
    let schema = prepare::prepare(schema);
    let validator = prepare::validator(&schema).map_err(StrategyError::Invalid)?;
    let strategy = JsonStrategy(Rc::new(Compiled {
        hints: Hints::of(&schema),
        generator: Generator::new(schema),
        validator,
    }));
    // What cannot be had is better told now than after a hundred cases.
    let config = Config {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0),
        ..Config::default()
    };
    strategy.0.sample(&mut TestRunner::new(config))?;
    Ok(strategy.boxed())
}

#[derive(Clone)]
struct JsonStrategy(Rc<Compiled>);

/// A schema, ready to make and judge values.
struct Compiled {
    generator: Generator,
    validator: Validator,
    hints: Hints,
}

impl Compiled {
    fn sample(&self, runner: &mut TestRunner) -> Result<Json, StrategyError> {
        let mut reason = String::new();
        for _ in 0..ATTEMPTS {
            match self.generator.value(&mut Dice::new(runner)) {
                Ok(value) if self.validator.is_valid(&value) => return Ok(value),
                Ok(value) => {
                    let error = self.validator.validate(&value).err();
                    reason = error
                        .map(|error| crate::matching::shorten(&error.to_string(), 200))
                        .unwrap_or_default();
                }
                Err(refusal) => reason = refusal.to_string(),
            }
        }
        Err(StrategyError::Unsatisfiable {
            attempts: ATTEMPTS,
            reason,
        })
    }
}

impl fmt::Debug for JsonStrategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JsonStrategy").finish_non_exhaustive()
    }
}

impl Strategy for JsonStrategy {
    type Tree = ShrinkTree;
    type Value = Json;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let value = self.0.sample(runner).map_err(|error| error.to_string())?;
        let compiled = Rc::clone(&self.0);
        Ok(ShrinkTree::new(
            value,
            self.0.hints.clone(),
            Box::new(move |value| compiled.validator.is_valid(value)),
        ))
    }
}

#[cfg(test)]
mod tests;
