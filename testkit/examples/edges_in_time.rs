//! How long it takes to find values at the edges of schemas, and how many edges they are at: `edges_in_time [FILE]`. FILE is a
//! JSON object of schemas by name; without it the schemas are those of the tests. Prints a Markdown table, a row for
//! each schema, the slowest first. Preparing the schema, the examples and the health check count as well.

#[path = "../tests/schemas/corpus.rs"]
#[allow(dead_code, reason = "the judge and the examples are for the tests")]
mod corpus;

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::time::{Duration, Instant};

use banister_testkit::strategy::Phases;
use banister_testkit::strategy::boundaries::Boundaries;
use serde_json::{Map, Value as Json};

struct Row {
    name: String,
    took: Duration,
    cells: usize,
    hit: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let schemas: Vec<(String, Json)> = match std::env::args().nth(1) {
        Some(file) => {
            let named: Map<String, Json> = serde_json::from_str(&fs::read_to_string(file)?)?;
            named.into_iter().collect()
        }
        None => corpus::schemas()
            .into_iter()
            .map(|it| (it.name, it.schema))
            .collect(),
    };
    let mut rows = Vec::new();
    for (name, schema) in schemas {
        let start = Instant::now();
        let phases = match Phases::of(&schema) {
            Ok(phases) => phases,
            Err(error) => {
                writeln!(std::io::stderr(), "{name}: {error}")?;
                continue;
            }
        };
        let took = start.elapsed();
        let edges = Boundaries::of(&schema)?;
        let possible: BTreeSet<usize> = (0..edges.cells().len())
            .filter(|at| edges.cells()[*at].valid)
            .collect();
        let values = phases.examples().iter().chain(phases.boundaries());
        let hit: BTreeSet<usize> = values.flat_map(|value| edges.hit_by(value)).collect();
        rows.push(Row {
            name,
            took,
            cells: possible.len(),
            hit: possible.intersection(&hit).count(),
        });
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.took));
    let (cells, hit): (usize, usize) = rows
        .iter()
        .fold((0, 0), |(cells, hit), row| (cells + row.cells, hit + row.hit));
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{} schemas, {hit} of {cells} edges hit ({:.1} %), {:.0} ms in all\n",
        rows.len(),
        share(hit, cells),
        ms(rows.iter().map(|row| row.took).sum())
    )?;
    writeln!(out, "| schema | edges | hit | ms |\n|---|---|---|---|")?;
    for row in &rows {
        let share = share(row.hit, row.cells);
        writeln!(
            out,
            "| {} | {} | {share:.1} % | {:.1} |",
            row.name,
            row.cells,
            ms(row.took)
        )?;
    }
    Ok(())
}

fn share(hit: usize, cells: usize) -> f64 {
    100.0 * hit as f64 / cells.max(1) as f64
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
