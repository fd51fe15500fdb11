//! The smaller examples: each is free of findings, its flow tests pass, and their traces are always the same.

use std::collections::BTreeMap;

use super::report::{named, outcomes, run};
use crate::support::command::repository;
use crate::support::project::Project;

/// With the number of their tests.
const EXAMPLES: [(&str, usize); 3] = [("arena", 8), ("billing", 5), ("content-pipeline", 7)];

fn example(name: &str) -> Project {
    Project::copy_of(&repository("examples").join(name))
}

#[test]
fn every_flow_of_the_small_examples_passes() {
    for (name, tests) in EXAMPLES {
        let run = run(&example(name), &[]).exits(0);
        assert_eq!(named(&outcomes(&run), "ok").len(), tests, "{}", run.story());
    }
}

#[test]
fn the_small_examples_are_free_of_findings() {
    for (name, _) in EXAMPLES {
        example(name)
            .run(&["check", "--deny", "warnings"])
            .exits(0)
            .says("No findings");
    }
}

#[test]
fn the_small_examples_give_the_same_traces_with_one_job_and_with_many() {
    for (name, _) in EXAMPLES {
        let project = example(name);
        let traces = |folder: &str, jobs: &str| -> BTreeMap<String, String> {
            run(&project, &["--trace-dir", folder, "-j", jobs]).exits(0);
            project
                .files(folder)
                .into_iter()
                .map(|file| (file.replace(folder, ""), project.read(&file)))
                .collect()
        };
        let alone = traces("one", "1");
        assert!(!alone.is_empty());
        for folder in ["many", "again"] {
            assert_eq!(alone, traces(folder, "8"), "{name}");
        }
    }
}
