//! How the framework behaves, as a table: each row of `rows/*.toml` is one behaviour with its place in the description
//! of the framework, small steps that show it, and a flow test. It runs once in every language that the row is written
//! for, with real interpreters; a test is called `<table>::<row>::<language>`.
//!
//! `cargo test -p banister-testkit --test conformance` runs the table, a filter after `--` runs a part of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking and skips by saying so"
)]

mod language;
mod row;
mod stages;
mod trial;

use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use language::Tongue;
use stages::Stages;

fn main() {
    let arguments = Arguments::from_args();
    let rows = row::read_all();
    let stages = Arc::new(Stages::new(&rows));
    let mut trials = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        for tongue in row.tongues() {
            let name = format!("{}::{}::{}", row.table, row.name, tongue.name());
            let (row, stages) = (row.clone(), Arc::clone(&stages));
            let trial = Trial::test(name, move || {
                trial::run(&row, number, tongue, &stages).map_err(Into::into)
            });
            trials.push(trial.with_ignored_flag(tongue.is_missing()));
        }
    }
    if !arguments.list {
        let count = |tongue: Tongue| rows.iter().filter(|row| row.tongues().contains(&tongue)).count();
        let each: Vec<String> = Tongue::ALL
            .iter()
            .map(|tongue| format!("{} in {}", count(*tongue), tongue.name()))
            .collect();
        eprintln!(
            "{} behaviours, {} runs: {}",
            rows.len(),
            trials.len(),
            each.join(", ")
        );
    }
    libtest_mimic::run(&arguments, trials).exit();
}
