//! What `check` finds in a project, in short.

use serde_json::Value as Json;

use crate::support::project::Project;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    pub(super) file: String,
    pub(super) rule: String,
    pub(super) severity: String,
    pub(super) message: String,
}

/// Everything that `check` finds.
pub(super) fn of(project: &Project) -> Vec<Finding> {
    let run = project.run(&["check", "--format", "json"]);
    let report = run.json();
    let list = report["diagnostics"].as_array().expect("a list of diagnostics");
    list.iter().map(finding).collect()
}

fn finding(diagnostic: &Json) -> Finding {
    let text = |key: &str| diagnostic[key].as_str().expect("a text").to_owned();
    Finding {
        file: text("file"),
        rule: text("rule"),
        severity: text("severity"),
        message: text("message"),
    }
}

/// The names of the rules that the binary knows.
pub(super) fn rules() -> Vec<String> {
    let run = Project::of(&[]).run(&["explain"]).exits(0);
    let name = |line: &str| line.split_whitespace().next().map(str::to_owned);
    run.stdout
        .lines()
        .filter_map(name)
        .map(|name| name.trim_matches(|c: char| !c.is_ascii_lowercase()).to_owned())
        .filter(|name| name.contains('-'))
        .collect()
}
