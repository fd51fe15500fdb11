//! Values from a JSON Schema. They are made by walking the schema, judged by a validator (which alone decides what is
//! valid) and shrunk as values, each smaller one judged in the same way: whatever a test sees is valid.
//!
//! A schema is prepared once: [`compile`] follows its references and tells its alternatives apart, [`generate`] makes
//! values of what comes out. [`Phases`] orders them: examples, the edges that [`boundaries`] lists, chance.

pub mod boundaries;
mod cells;
mod compile;
mod composed;
mod dice;
mod document;
mod finish;
mod flat;
mod formats;
mod generate;
mod health;
mod invalid;
mod landmarks;
mod measure;
mod number;
mod opposite;
mod pattern;
mod phases;
mod prepare;
mod shape;
mod shrink;
mod simpler;
mod text;
mod violation;
mod walk;
mod why;

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use jsonschema::Validator;
use proptest::strategy::{BoxedStrategy, NewTree, Strategy};
use proptest::test_runner::TestRunner;
use serde_json::Value as Json;

use dice::Dice;
use document::Document;
use generate::{Generator, Mode};
use shrink::{Hints, ShrinkTree};

pub(crate) use composed::{by_name, composed};
pub use health::{Health, HealthProblem};
pub use invalid::{Invalid, invalid_strategy_for};
pub use phases::Phases;
pub use violation::Violation;

/// A value is tried so often before the schema is given up.
const ATTEMPTS: usize = 500;

/// Why a schema gives no values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StrategyError {
    /// It is no JSON Schema.
    #[error("the schema is not valid: {0}")]
    Invalid(String),
    /// No value was found that is valid.
    #[error("no value of this schema was found: {reason}")]
    Unsatisfiable {
        /// What stands in the way.
        reason: String,
    },
}

/// Values of `schema`, boundaries more often than their share, shrinking towards the smallest valid one. The same seed
/// gives the same values.
///
/// ```
/// use banister_testkit::strategy::strategy_for;
/// use proptest::strategy::{Strategy, ValueTree};
/// use proptest::test_runner::TestRunner;
/// use serde_json::json;
///
/// let orders = strategy_for(&json!({
///     "type": "object",
///     "properties": { "quantity": { "type": "integer", "minimum": 1 }, "note": { "type": "string" } },
///     "required": ["quantity"]
/// }))?;
/// let mut tree = orders.new_tree(&mut TestRunner::deterministic()).map_err(|reason| reason.to_string())?;
/// assert!(tree.current()["quantity"].as_i64() >= Some(1));
/// // What a test does not need goes away while its failure is made smaller.
/// while tree.simplify() {}
/// assert_eq!(tree.current(), json!({ "quantity": 1 }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `schema` is no JSON Schema, or no value that it allows can be found.
pub fn strategy_for(schema: &Json) -> Result<BoxedStrategy<Json>, StrategyError> {
    let compiled = Compiled::of(schema)?;
    Ok(JsonStrategy(Rc::new(compiled)).boxed())
}

#[derive(Debug, Clone)]
struct JsonStrategy(Rc<Compiled>);

/// A schema, ready to make and judge values.
struct Compiled {
    generator: Generator,
    validator: Rc<Validator>,
    hints: Rc<Hints>,
}

impl Compiled {
    fn of(schema: &Json) -> Result<Self, StrategyError> {
        let schema = prepare::prepare(schema);
        let validator = prepare::validator(&schema).map_err(StrategyError::Invalid)?;
        let document = Document::new(schema);
        let generator = Generator::new(&document).map_err(|refusal| StrategyError::Unsatisfiable {
            reason: refusal.to_string(),
        })?;
        let compiled = Self {
            generator,
            validator: Rc::new(validator),
            hints: Rc::new(Hints::of(document.root())),
        };
        // What cannot be had is better told now than after a hundred cases.
        compiled.draw(&mut Dice::of(0))?;
        Ok(compiled)
    }

    fn sample(&self, runner: &mut TestRunner) -> Result<Json, StrategyError> {
        self.draw(&mut Dice::new(runner))
    }

    fn draw(&self, dice: &mut Dice) -> Result<Json, StrategyError> {
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for _ in 0..ATTEMPTS {
            let reason = match self.generator.value(Mode::Random, dice) {
                Ok(value) if self.validator.is_valid(&value) => return Ok(value),
                Ok(value) => self
                    .validator
                    .validate(&value)
                    .err()
                    .map_or_else(String::new, |error| {
                        let text = crate::matching::shorten(&error.to_string(), 200);
                        format!("'#{}' rejects: {text}", error.schema_path())
                    }),
                Err(refusal) => refusal.to_string(),
            };
            *reasons.entry(reason).or_default() += 1;
        }
        let most = reasons.into_iter().max_by_key(|(_, count)| *count);
        Err(StrategyError::Unsatisfiable {
            reason: format!(
                "{ATTEMPTS} were tried, and mostly {}",
                most.map_or_else(String::new, |(reason, _)| reason)
            ),
        })
    }

    fn tree(compiled: &Rc<Self>, value: Json) -> ShrinkTree {
        let validator = Rc::clone(&compiled.validator);
        ShrinkTree::new(
            value,
            Rc::clone(&compiled.hints),
            Box::new(move |value| validator.is_valid(value)),
        )
    }
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Compiled").finish_non_exhaustive()
    }
}

impl Strategy for JsonStrategy {
    type Tree = ShrinkTree;
    type Value = Json;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let value = self.0.sample(runner).map_err(|error| error.to_string())?;
        Ok(Compiled::tree(&self.0, value))
    }
}

#[cfg(test)]
mod tests;
