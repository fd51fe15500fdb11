//! Values from schemas that others wrote: all that are made are valid, all that must be rejected are not, and few edges are
//! missed. The judge is the validator, and the suite's own examples say which schemas have values at all.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of a test fail by panicking and skip by saying so"
)]

mod corpus;
mod keywords;
mod suite;

use std::collections::{BTreeMap, BTreeSet};

use banister_testkit::strategy::boundaries::Boundaries;
use banister_testkit::strategy::{Phases, invalid_strategy_for, strategy_for};
use proptest::strategy::{BoxedStrategy, Strategy, ValueTree as _};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::Value as Json;

use corpus::Schema;

/// Values made of each schema by chance, and as many that must be rejected.
const COUNT: usize = 60;

fn several<T: std::fmt::Debug>(strategy: &BoxedStrategy<T>) -> Vec<T> {
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..Config::default()
    });
    let mut next = || strategy.new_tree(&mut runner).expect("a value").current();
    (0..COUNT).map(|_| next()).collect()
}

/// What came of a corpus.
#[derive(Default)]
struct Tally {
    schemas: usize,
    values: usize,
    rejected: usize,
    /// Schemas that refer to documents that are not at hand: there is no judge for them.
    unjudged: usize,
    cells: usize,
    hit: usize,
    /// Edges that examples of others are at, and those of them that ours are at too.
    shown: usize,
    shown_hit: usize,
    missed: BTreeMap<String, Vec<String>>,
    /// Schemas without values, with the reason.
    without: BTreeMap<String, String>,
    /// Schemas without a value that must be rejected.
    open: BTreeMap<String, String>,
    wrong: Vec<String>,
}

impl Tally {
    fn add(&mut self, schema: &Schema) {
        self.schemas += 1;
        let Schema {
            name,
            schema,
            examples,
            ..
        } = schema;
        let Ok(judge) = corpus::judge(schema) else {
            self.unjudged += 1;
            return;
        };
        let strategy = match strategy_for(schema) {
            Ok(strategy) => strategy,
            Err(error) => {
                self.without.insert(name.clone(), error.to_string());
                return;
            }
        };
        let phases = Phases::of(schema).expect("values were found");
        let prepared = phases.examples().iter().chain(phases.boundaries()).cloned();
        for value in several(&strategy).into_iter().chain(prepared.clone()) {
            self.values += 1;
            if !judge.is_valid(&value) {
                self.wrong.push(format!("{name}: {value} is not of {schema}"));
            }
        }
        self.cover(name, schema, &prepared.collect::<Vec<_>>(), examples);
        match invalid_strategy_for(schema) {
            Ok(strategy) => {
                for invalid in several(&strategy) {
                    self.rejected += 1;
                    if judge.is_valid(&invalid.value) {
                        self.wrong.push(format!("{name}: {invalid} is of {schema}"));
                    }
                }
            }
            Err(error) => {
                self.open.insert(name.clone(), error.to_string());
            }
        }
    }

    fn cover(&mut self, name: &str, schema: &Json, values: &[Json], examples: &[Json]) {
        let edges = Boundaries::of(schema).expect("a schema");
        let hit: BTreeSet<usize> = values.iter().flat_map(|value| edges.hit_by(value)).collect();
        let shown: BTreeSet<usize> = examples.iter().flat_map(|value| edges.hit_by(value)).collect();
        for (at, cell) in edges.cells().iter().enumerate().filter(|(_, cell)| cell.valid) {
            self.cells += 1;
            self.hit += usize::from(hit.contains(&at));
            self.shown += usize::from(shown.contains(&at));
            self.shown_hit += usize::from(shown.contains(&at) && hit.contains(&at));
            if !hit.contains(&at) {
                let known = if shown.contains(&at) { " (possible)" } else { "" };
                self.missed
                    .entry(name.to_owned())
                    .or_default()
                    .push(format!("{cell}{known}"));
            }
        }
    }

    /// Prints what was done, past the runner that keeps the words of passing tests to itself.
    fn tell(&self, title: &str) {
        use std::io::Write as _;
        let share = self.hit * 1000 / self.cells.max(1);
        let mut text = format!(
            "{title}: {} schemas, {} not judged for want of other documents, {} without values, {} that allow all that was tried; {} values, {} to be rejected; {} of {} boundary cells hit ({}.{} %), {} of the {} that examples of others are at\n",
            self.schemas,
            self.unjudged,
            self.without.len(),
            self.open.len(),
            self.values,
            self.rejected,
            self.hit,
            self.cells,
            share / 10,
            share % 10,
            self.shown_hit,
            self.shown
        );
        if std::env::var_os("SCHEMAS_IN_FULL").is_some() {
            text += &format!(
                "without: {:#?}\nopen: {:#?}\nmissed: {:#?}\n",
                self.without, self.open, self.missed
            );
        }
        std::io::stderr()
            .write_all(text.as_bytes())
            .expect("standard error is open");
    }
}

#[test]
fn the_suite_of_json_schema() {
    let Some(schemas) = suite::schemas() else { return };
    let mut tally = Tally::default();
    schemas.iter().for_each(|schema| tally.add(schema));
    tally.tell("JSON-Schema-Test-Suite");
    assert!(tally.schemas > 400, "the suite is there");
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    let by_name: BTreeMap<&str, &Schema> = schemas.iter().map(|it| (it.name.as_str(), it)).collect();
    let silent: Vec<_> = tally
        .without
        .iter()
        .filter(|(name, _)| !by_name[name.as_str()].examples.is_empty() && !suite::is_out_of_reach(name))
        .collect();
    assert!(silent.is_empty(), "these have values: {silent:#?}");
    let allowed: Vec<_> = tally
        .open
        .iter()
        .filter(|(name, _)| by_name[name.as_str()].is_refutable && !suite::is_too_open(name))
        .collect();
    assert!(allowed.is_empty(), "these do not allow everything: {allowed:#?}");
    // The suite contradicts itself on purpose; what its own valid examples are at is possible for certain.
    assert!(tally.shown_hit * 100 >= tally.shown * 95, "{:#?}", tally.missed);
}

#[test]
fn schemas_as_projects_write_them() {
    let mut tally = Tally::default();
    corpus::schemas().iter().for_each(|schema| tally.add(schema));
    tally.tell("schemas of projects");
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    assert!(tally.without.is_empty(), "{:#?}", tally.without);
    assert!(tally.open.is_empty(), "{:#?}", tally.open);
    assert!(tally.hit * 100 >= tally.cells * 95, "{:#?}", tally.missed);
}

#[test]
fn schemas_of_each_keyword() {
    let mut tally = Tally::default();
    for (name, schema) in keywords::schemas() {
        tally.add(&Schema {
            name: name.to_owned(),
            schema,
            examples: Vec::new(),
            is_refutable: true,
        });
    }
    tally.tell("schemas of each keyword");
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    assert!(tally.without.is_empty(), "{:#?}", tally.without);
    assert!(tally.open.is_empty(), "{:#?}", tally.open);
    // Many keywords are there to exclude what others allow: not all edges of each are possible.
    assert!(tally.hit * 100 >= tally.cells * 85, "{:#?}", tally.missed);
}
