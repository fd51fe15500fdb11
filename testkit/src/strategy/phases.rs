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
use super::shrink::{Hints, ShrinkTree};
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
#[derive(Debug, Clone)]
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

    /// True if the schema allows this value.
    pub(crate) fn allows(&self, value: &Json) -> bool {
        self.compiled.validator.is_valid(value)
    }

    /// What the schema says about simple values.
    pub(super) fn hints(&self) -> &Hints {
        &self.compiled.hints
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

#[cfg(test)]
mod tests {
    use proptest::strategy::ValueTree as _;
    use serde_json::json;

    use super::*;

    fn order() -> Json {
        json!({
            "type": "object",
            "properties": {
                "productId": {"type": "string", "minLength": 1, "maxLength": 8, "examples": ["p-1", "p-2"]},
                "quantity": {"type": "integer", "minimum": 1, "maximum": 100, "default": 1},
                "price": {"type": "number", "multipleOf": 0.5, "minimum": 0},
                "note": {"type": "string"},
                "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 3}
            },
            "required": ["productId", "quantity"],
            "additionalProperties": false
        })
    }

    fn first(phases: &Phases, count: usize) -> Vec<Json> {
        let strategy = phases.strategy();
        let mut runner = TestRunner::deterministic();
        (0..count)
            .map(|_| strategy.new_tree(&mut runner).unwrap().current())
            .collect()
    }

    #[test]
    fn examples_come_first_then_boundaries_then_chance() {
        let phases = Phases::of(&order()).unwrap();
        let examples: Vec<&Json> = phases.examples().iter().map(|it| &it["productId"]).collect();
        assert_eq!(examples, ["p-1", "p-2"]);
        assert!(phases.examples().iter().all(|it| it["quantity"] == 1));
        let prepared = phases.examples().len() + phases.boundaries().len();
        let all = first(&phases, prepared + 20);
        assert_eq!(all[..2], *phases.examples());
        assert_eq!(all[2..prepared], *phases.boundaries());
        assert_eq!(all, first(&Phases::of(&order()).unwrap(), prepared + 20));
    }

    #[test]
    fn every_boundary_is_hit_by_few_values() {
        let edges = Boundaries::of(&order()).unwrap();
        let phases = Phases::of(&order()).unwrap();
        let hit: BTreeSet<usize> = phases
            .boundaries()
            .iter()
            .flat_map(|it| edges.hit_by(it))
            .collect();
        let missed: Vec<String> = edges
            .cells()
            .iter()
            .enumerate()
            .filter(|(at, cell)| cell.valid && !hit.contains(at))
            .map(|(_, cell)| cell.to_string())
            .collect();
        assert!(missed.is_empty(), "{missed:#?}");
        assert!(phases.boundaries().len() <= 60, "{}", phases.boundaries().len());
    }

    #[test]
    fn what_numbers_and_texts_are_known_for_is_tried() {
        let schema =
            json!({"type": "array", "items": {"type": ["number", "string"]}, "minItems": 1, "maxItems": 1});
        let made: BTreeSet<String> = Phases::of(&schema)
            .unwrap()
            .boundaries()
            .iter()
            .map(|it| it[0].to_string())
            .collect();
        for edge in [
            "-0.0",
            "0",
            "9007199254740991",
            "1e+308",
            "-1e+308",
            "\"\"",
            "\"😀\"",
            "\"e\u{301}\"",
            "\"__proto__\"",
        ] {
            assert!(made.contains(edge), "{edge} is not in {made:?}");
        }
    }

    #[test]
    fn a_schema_that_wastes_values_is_told_with_its_part() {
        let wasteful = json!({"type": "object", "properties": {"sum": {"type": "integer", "minimum": 0, "not": {"multipleOf": 1}}}, "required": ["sum"]});
        let error = Phases::of(&wasteful).unwrap_err().to_string();
        assert!(error.contains("'#/properties/sum/not' rejects"), "{error}");
        let half =
            json!({"type": "array", "items": {"type": "integer", "not": {"multipleOf": 2}}, "minItems": 4});
        let problems = Phases::of(&half).unwrap().health().problems();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].to_string().contains("'#/items/not' rejects"),
            "{}",
            problems[0]
        );
        assert_eq!(Phases::of(&order()).unwrap().health().rejected, 0);
        let large = json!({"type": "string", "minLength": 300_000});
        let problems = Health::of(&Compiled::of(&large).unwrap()).problems();
        assert!(
            problems
                .iter()
                .any(|it| it.to_string().contains("KiB") && !it.is_fatal),
            "{problems:?}"
        );
    }
}
