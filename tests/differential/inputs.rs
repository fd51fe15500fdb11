//! Inputs made of the schemas that running modules yield: what is made is valid, what must be rejected is not.

use std::collections::BTreeMap;

use banister_project::disk;
use banister_testkit::schema::schema_of;
use banister_testkit::strategy::boundaries::Boundaries;
use banister_testkit::strategy::{Phases, invalid_strategy_for};
use proptest::strategy::{BoxedStrategy, Strategy, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Value as Json, json};

use super::packages::{self, Packages};
use super::run_time;
use crate::support::project::Project;

/// Values made of each schema by chance, after the prepared ones, and as many that must be rejected.
const COUNT: usize = 60;

/// Schemas that allow nothing, though the library that they are made from takes values, and what is told of them.
const IMPOSSIBLE: [(&str, &str); 1] = [(
    // Its converter closes one side of an intersection, so that what the other side requires must not be there.
    "schema-zod3/steps/imported.step.ts input",
    "'#/properties/both/allOf/1/properties/age'",
)];

/// Every schema of every project, by a name that tells where it is from.
fn schemas(packages: &Packages) -> BTreeMap<String, Json> {
    let mut out = BTreeMap::new();
    for folder in super::projects() {
        let project = Project::copy_of(&folder);
        packages.link(&folder, &project);
        let loaded = disk::load(project.root()).expect("the project can be read");
        for facts in loaded.host.snapshot().projects() {
            let files = super::files(&facts, project.root());
            for yielded in run_time::ask(&files, packages) {
                let file = yielded
                    .file
                    .strip_prefix(project.root())
                    .expect("a file of the project");
                for (part, sides) in yielded.answer.iter().flat_map(|(_, schemas)| schemas) {
                    let name = format!("{}/{} {part}", super::name_of(&folder), file.display());
                    // The short notation is no JSON Schema; those who run steps read it as one.
                    let schema = schema_of(&json!({ "input": sides.input() }), "input");
                    out.extend(schema.map(|schema| (name, schema)));
                }
            }
        }
    }
    out
}

/// A library calls its local times by a format that wants a zone; its pattern says what it takes.
fn meant(schema: &Json) -> Json {
    match schema {
        Json::Object(fields) => {
            let is_local = fields.get("format").is_some_and(|it| it == "time")
                && fields
                    .get("pattern")
                    .and_then(Json::as_str)
                    .is_some_and(|it| !it.contains('Z'));
            let kept = fields.iter().filter(|(key, _)| !(is_local && *key == "format"));
            kept.map(|(key, value)| (key.clone(), meant(value))).collect()
        }
        Json::Array(items) => items.iter().map(meant).collect(),
        other => other.clone(),
    }
}

fn several<T: std::fmt::Debug>(strategy: &BoxedStrategy<T>, count: usize) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    let mut next = || strategy.new_tree(&mut runner).expect("a value").current();
    (0..count).map(|_| next()).collect()
}

#[test]
#[allow(
    clippy::print_stderr,
    reason = "the totals are what a reader of the test wants to see"
)]
fn inputs_of_what_modules_yield_are_what_they_claim() {
    let Some(packages) = packages::installed() else {
        return;
    };
    let schemas = schemas(&packages);
    if let Some(file) = std::env::var_os("SCHEMAS_TO") {
        let text = serde_json::to_string(&schemas).expect("schemas are JSON");
        std::fs::write(file, text).expect("the file can be written");
    }
    let (mut values, mut rejected, mut cells, mut hit) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    let mut open = Vec::new();
    for (name, schema) in &schemas {
        let judge = jsonschema::options()
            .should_validate_formats(true)
            .build(&meant(schema));
        let judge = judge.unwrap_or_else(|error| panic!("{name}: {error}"));
        let phases = match (Phases::of(schema), IMPOSSIBLE.iter().find(|(it, _)| it == name)) {
            (Ok(phases), _) => phases,
            (Err(error), Some((_, why))) if error.to_string().contains(why) => continue,
            (Err(error), _) => panic!("{name}: {error}\n{schema}"),
        };
        let prepared = phases.examples().len() + phases.boundaries().len();
        for value in several(&phases.strategy(), prepared + COUNT) {
            values += 1;
            if !judge.is_valid(&value) {
                wrong.push(format!("{name}: {value} is not of {schema}"));
            }
        }
        let edges = Boundaries::of(schema).expect("a schema");
        let possible: Vec<usize> = (0..edges.cells().len())
            .filter(|at| edges.cells()[*at].valid)
            .collect();
        let at: std::collections::BTreeSet<usize> = phases
            .boundaries()
            .iter()
            .flat_map(|value| edges.hit_by(value))
            .collect();
        cells += possible.len();
        hit += possible.iter().filter(|cell| at.contains(cell)).count();
        match invalid_strategy_for(schema) {
            Ok(strategy) => {
                for invalid in several(&strategy, COUNT) {
                    rejected += 1;
                    if judge.is_valid(&invalid.value) {
                        wrong.push(format!("{name}: {invalid} is of {schema}"));
                    }
                }
            }
            Err(error) => open.push(format!("{name}: {error}: {schema}")),
        }
    }
    eprintln!(
        "inputs: {} schemas, {values} values, {rejected} to be rejected; {hit} of {cells} boundary cells hit; {} schemas allow \
         everything",
        schemas.len(),
        open.len()
    );
    assert!(schemas.len() > 60, "too few schemas: {}", schemas.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(open.len() * 20 < schemas.len(), "{open:#?}");
    assert!(hit * 100 >= cells * 95, "{hit} of {cells}");
}
