//! The documents' own code, run: every block that can run is run by a flow test of `tests/seeds/flows`, with mocks for
//! what the documents leave out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value as Json;

use super::documents::{self, Document};
use super::runnable::{self, Runnable, StepFile};
use crate::support::command::repository;
use crate::support::project::Project;

/// What came of the blocks of all documents.
#[derive(Default)]
struct Tally {
    blocks: usize,
    ran: usize,
    streams: usize,
    /// Where they are, and why they do not run.
    not: Vec<String>,
    failures: Vec<String>,
}

#[test]
#[allow(clippy::print_stderr, reason = "what runs and what does not is worth knowing")]
fn every_block_that_can_run_is_run() {
    let Some(documents) = documents::all() else { return };
    let mut tally = Tally::default();
    for document in &documents {
        run_document(document, &mut tally);
    }
    let Tally {
        blocks,
        ran,
        streams,
        not,
        failures,
    } = &tally;
    eprintln!(
        "the documents have {blocks} blocks: {ran} ran, {streams} declare streams, {} cannot run:\n  {}",
        not.len(),
        not.join("\n  ")
    );
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(ran + streams + not.len(), *blocks);
    assert!(*ran >= 20, "only {ran} blocks ran");
}

fn run_document(document: &Document, tally: &mut Tally) {
    let mut projects: Vec<BTreeMap<String, StepFile>> = Vec::new();
    let mut blocks: Vec<(usize, Vec<String>)> = Vec::new();
    for fence in &document.fences {
        tally.blocks += 1;
        let files = match runnable::of(fence) {
            Runnable::Not(reason) => {
                let place = format!("{} line {}", document.number, fence.line);
                tally.not.push(format!("{place}: {reason}"));
                continue;
            }
            Runnable::Stream(stream) => {
                tally.streams += 1;
                vec![stream]
            }
            Runnable::Steps(steps) => {
                blocks.push((fence.line, steps.iter().map(|step| step.name.clone()).collect()));
                steps
            }
        };
        // The same step in another language is an alternative: it stands in a project of its own.
        for step in files {
            let at = projects
                .iter()
                .position(|others| !others.contains_key(&step.name))
                .unwrap_or(projects.len());
            if at == projects.len() {
                projects.push(BTreeMap::new());
            }
            projects[at].insert(step.name.clone(), step);
        }
    }
    let mut ran: BTreeMap<String, usize> = BTreeMap::new();
    for (at, files) in projects.iter().enumerate() {
        for step in run_project(&format!("{}-{}", document.number, at + 1), files, tally) {
            *ran.entry(step).or_default() += 1;
        }
    }
    for (line, steps) in blocks {
        // An alternative has run only if its name ran in as many projects as there are alternatives so far.
        let all = steps.iter().all(|step| match ran.get_mut(step) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        });
        match all {
            true => tally.ran += 1,
            false => tally
                .failures
                .push(format!("{} line {line}: {steps:?} did not run", document.number)),
        }
    }
}

/// Runs the flow tests of a project, and names the steps that ran in them.
fn run_project(name: &str, files: &BTreeMap<String, StepFile>, tally: &mut Tally) -> BTreeSet<String> {
    let files: Vec<(&str, &str)> = files
        .values()
        .map(|step| (step.file.as_str(), step.text.as_str()))
        .collect();
    let project = Project::of(&files).with_packages_of("ecommerce");
    let flows = repository("tests/seeds/flows");
    let Ok(text) = fs::read_to_string(flows.join(format!("{name}.flow.yaml"))) else {
        tally
            .failures
            .push(format!("there is no tests/seeds/flows/{name}.flow.yaml"));
        return BTreeSet::new();
    };
    project.write(&format!("{name}.flow.yaml"), text);
    for entry in fs::read_dir(flows.join("mocks")).expect("mocks") {
        let path = entry.expect("a mock").path();
        let file = path.file_name().expect("a name").to_string_lossy().into_owned();
        project.write(
            &format!("mocks/{file}"),
            fs::read(&path).expect("a mock can be read"),
        );
    }
    let run = project.run(&["test", "--trace-dir", "traces"]);
    if run.code != 0 {
        tally.failures.push(format!("{name}: {}", run.story()));
    }
    let mut steps = BTreeSet::new();
    for file in project.files("traces") {
        let trace = project.read(&file);
        let events = trace
            .lines()
            .filter_map(|line| serde_json::from_str::<Json>(line).ok());
        steps.extend(events.filter_map(|event| event["step"].as_str().map(str::to_owned)));
    }
    steps
}
