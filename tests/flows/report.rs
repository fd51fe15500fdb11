//! Reads the JSON lines of a run: what became of each test.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::support::command::Run;
use crate::support::project::Project;

/// Name → `ok`, `failed` or `ignored`.
pub(super) type Outcomes = BTreeMap<String, String>;

/// Runs the tests of a project with JSON lines.
pub(super) fn run(project: &Project, args: &[&str]) -> Run {
    project.banister(&["test", "--format", "json"]).args(args).run()
}

/// The verdict on every test.
#[track_caller]
pub(super) fn outcomes(run: &Run) -> Outcomes {
    let lines = run.json_lines();
    let of_tests = lines
        .iter()
        .filter(|line| line["type"] == "test" && line["event"] != "started");
    of_tests
        .map(|line| (text(line, "name"), text(line, "event")))
        .collect()
}

/// The names of the tests that ended as `verdict`.
pub(super) fn named<'a>(outcomes: &'a Outcomes, verdict: &str) -> Vec<&'a str> {
    outcomes
        .iter()
        .filter(|(_, outcome)| *outcome == verdict)
        .map(|(name, _)| name.as_str())
        .collect()
}

/// What a failed test printed.
#[track_caller]
pub(super) fn printed(run: &Run, name: &str) -> String {
    let lines = run.json_lines();
    let line = lines
        .iter()
        .find(|line| line["type"] == "test" && line["name"] == name && line["event"] == "failed");
    let line = line.unwrap_or_else(|| panic!("{name} did not fail\n{}", run.story()));
    text(line, "stdout")
}

#[track_caller]
fn text(line: &Json, key: &str) -> String {
    line[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {line}"))
        .to_owned()
}

/// Fails unless exactly the named tests failed.
#[track_caller]
pub(super) fn assert_failed(run: &Run, names: &[&str]) {
    assert_eq!(named(&outcomes(run), "failed"), names, "{}", run.story());
}
