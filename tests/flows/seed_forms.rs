//! Every form that users' documents show, run.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::report::{named, outcomes, run};
use crate::support::project::Project;

#[test]
fn every_step_of_the_documents_forms_is_run_by_a_flow_test() {
    let project = Project::fixture("seed-forms").with_packages_of("ecommerce");
    let run = run(&project, &["--trace-dir", "traces"]).exits(0);
    assert_eq!(named(&outcomes(&run), "failed"), [""; 0], "{}", run.story());
    let ran: BTreeSet<String> = started(&project);
    let graph = project.run(&["graph", "--format", "json"]).exits(0).json();
    let nodes = graph["projects"][0]["steps"].as_array().expect("steps");
    let steps: BTreeSet<String> = nodes
        .iter()
        .filter_map(|step| step["name"].as_str().map(str::to_owned))
        .collect();
    assert!(steps.len() >= 16, "{graph}");
    let missing: Vec<_> = steps.difference(&ran).collect();
    assert!(missing.is_empty(), "never run: {missing:?}");
}

/// The names of the steps that started in any test.
fn started(project: &Project) -> BTreeSet<String> {
    let mut steps = BTreeSet::new();
    for file in project.files("traces") {
        let trace = project.read(&file);
        let events = trace
            .lines()
            .filter_map(|line| serde_json::from_str::<Json>(line).ok());
        steps.extend(
            events
                .filter(|event| event["event"] == "started")
                .filter_map(|event| event["step"].as_str().map(str::to_owned)),
        );
    }
    steps
}
