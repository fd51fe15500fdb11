//! Inputs in phases: what the schema's author gave as examples, then the edges of its constraints, then chance.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use proptest::strategy::{BoxedStrategy, NewTree, Strategy};
use proptest::test_runner::TestRunner;
use serde_json::Value as Json;

use super::boundaries::Boundaries;
use super::dice::Dice;
use super::generate::Mode;
use super::health::Health;
use super::shrink::ShrinkTree;
use super::{Compiled, StrategyError};

/// Boundary values are collected in at most so many attempts …
const MOST_ATTEMPTS: usize = 3_000;
/// … and the search ends when so many rounds through all edges brought nothing new.
const IDLE_ROUNDS: usize = 3;
/// At least so many boundary values are kept, edges without a cell of their own among them, if there are as many.
const USUAL: usize = 40;

/// The inputs of a property test, in the order in which they are tried.
///
/// ```
/// use banister_testkit::strategy::Phases;
/// use serde_json::json;
///
/// let schema = json!({ "type": "integer", "minimum": 1, "maximum": 9, "examples": [5] });
/// let phases = Phases::of(&schema)?;
/// assert_eq!(phases.examples(), [json!(5)]);
/// assert!([json!(1), json!(2), json!(8), json!(9)].iter().all(|edge| phases.boundaries().contains(edge)));
/// # Ok::<(), banister_testkit::strategy::StrategyError>(())
/// ```
#[derive(Debug)]
pub struct Phases {
    examples: Rc<[Json]>,
    boundaries: Rc<[Json]>,
    health: Health,
    compiled: Rc<Compiled>,
}

impl Phases {
    /// The phases of `schema`; the same every time.
    ///
    /// # Errors
    /// `schema` is no JSON Schema, or no value that it allows can be found.
    pub fn of(schema: &Json) -> Result<Self, StrategyError> {
        let compiled = Rc::new(Compiled::of(schema)?);
        Ok(Self {
            examples: examples(&compiled).into(),
            boundaries: boundaries(&compiled, &Boundaries::of(schema)?).into(),
            health: Health::of(&compiled),
            compiled,
        })
    }

    /// Valid values made of `examples`, `example` and `default` in the schema.
    pub fn examples(&self) -> &[Json] {
        &self.examples
    }

    /// Valid values at the edges of the constraints, as few as were found to hit all of them, and some more.
    pub fn boundaries(&self) -> &[Json] {
        &self.boundaries
    }

    /// How well the schema lends itself to generation.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// Gives the examples first, then the boundary values, then values by chance; one for each tree that is asked for,
    /// counted from here. Every one shrinks.
    pub fn strategy(&self) -> BoxedStrategy<Json> {
        let strategy = PhasedStrategy {
            examples: Rc::clone(&self.examples),
            boundaries: Rc::clone(&self.boundaries),
            compiled: Rc::clone(&self.compiled),
            given: Cell::new(0),
        };
        strategy.boxed()
    }
}

#[derive(Debug)]
struct PhasedStrategy {
    examples: Rc<[Json]>,
    boundaries: Rc<[Json]>,
    compiled: Rc<Compiled>,
    given: Cell<usize>,
}

impl Strategy for PhasedStrategy {
    type Tree = ShrinkTree;
    type Value = Json;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let number = self.given.get();
        self.given.set(number + 1);
        let prepared = self.examples.iter().chain(self.boundaries.iter()).nth(number);
        let value = match prepared {
            Some(value) => value.clone(),
            None => self.compiled.sample(runner).map_err(|error| error.to_string())?,
        };
        Ok(Compiled::tree(&self.compiled, value))
    }
}

fn examples(compiled: &Compiled) -> Vec<Json> {
    let mut out: Vec<Json> = Vec::new();
    let mut counters = compiled.generator.counters();
    let mut dice = Dice::of(0);
    for _ in 0..compiled.generator.examples() {
        // The parts without an example are made by chance, which may fail.
        let made = (0..10).find_map(|_| {
            let made = compiled
                .generator
                .value(Mode::Examples(&mut counters), &mut dice)
                .ok()?;
            compiled.validator.is_valid(&made).then_some(made)
        });
        out.extend(made.filter(|it| !out.contains(it)));
    }
    out
}

fn boundaries(compiled: &Compiled, edges: &Boundaries) -> Vec<Json> {
    let cells = edges.cells().iter().enumerate().filter(|(_, cell)| cell.valid);
    let mut missing: BTreeSet<usize> = cells.map(|(at, _)| at).collect();
    let mut out: Vec<Json> = Vec::new();
    let mut spare: Vec<Json> = Vec::new();
    let mut counters = compiled.generator.counters();
    let mut dice = Dice::of(0);
    let patience = compiled.generator.rounds() * IDLE_ROUNDS + USUAL;
    let mut idle = 0;
    for _ in 0..MOST_ATTEMPTS {
        if idle > patience || missing.is_empty() && out.len() + spare.len() >= USUAL {
            break;
        }
        idle += 1;
        let Ok(value) = compiled.generator.value(Mode::Edges(&mut counters), &mut dice) else {
            continue;
        };
        if !compiled.validator.is_valid(&value) {
            continue;
        }
        let before = missing.len();
        edges.hit_by(&value).iter().for_each(|cell| {
            missing.remove(cell);
        });
        if missing.len() < before {
            idle = 0;
            out.push(value);
        } else if out.len() + spare.len() < USUAL && !out.contains(&value) && !spare.contains(&value) {
            spare.push(value);
        }
    }
    spare.truncate(USUAL.saturating_sub(out.len()));
    out.extend(spare);
    out
}
