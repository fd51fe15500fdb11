//! `--new-from-trace FILE`: prints a flow test that expects what a trace tells.

use std::path::Path;

use anyhow::Context as _;
use banister_testkit::from_trace;
use banister_testkit::runner::{Harness, Stop};
use banister_testkit::suites::Suites;

use super::Arguments;
use crate::commands::write_stdout;
use crate::exit::Exit;
use crate::render::problem;

pub(super) fn run(arguments: &Arguments, path: &Path, suites: Suites) -> anyhow::Result<Exit> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut suites = suites.suites.into_iter();
    let (Some(suite), None) = (suites.next(), suites.next()) else {
        anyhow::bail!("a trace belongs to one project: choose it with `-C`");
    };
    let harness = Harness::new(suite.plan, arguments.run_options(&Stop::new()))?;
    let trace = from_trace::read(&text).with_context(|| format!("cannot read {}", path.display()))?;
    let stem = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = stem.trim_end_matches(".json").trim_end_matches(".trace");
    let test = from_trace::new_test(&harness, &format!("as in {stem}"), &trace)
        .with_context(|| format!("cannot make a test of {}", path.display()))?;
    write_stdout(&test.text)?;
    for note in &test.notes {
        anstream::eprintln!("{}", problem::warning(note));
    }
    match test.failure {
        None => Ok(Exit::Success),
        Some(failure) => {
            let text = format!("the test does not pass: {failure}");
            anstream::eprintln!("{}", problem::warning(&text));
            Ok(Exit::Findings)
        }
    }
}
