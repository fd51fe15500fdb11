//! What is told of a race, of a saved failure that has drifted, and of a test that does not go the same way twice.

use serde_json::Value as Json;

use super::report::{printed, run};
use crate::support::project::Project;

const COUNT: &str = "\
export const config = { type: 'event', name: 'Count', subscribes: ['hit'], emits: [] }
export const handler = async (input, { state }) => {
  const total = (await state.get('hits', input.page)) ?? 0
  await state.set('hits', input.page, total + input.by)
}
";

const HITS: &str = "\
tests:
- name: every hit counts
  when:
  - emit: { topic: hit, data: { page: home, by: 10 } }
  - emit: { topic: hit, data: { page: home, by: 20 } }
  then:
  - state: { hits: { home: 30 } }
";

fn project() -> Project {
    Project::of(&[
        ("package.json", "{ \"dependencies\": { \"motia\": \"0.17.0\" } }"),
        ("steps/count.step.js", COUNT),
        ("tests/hits.flow.yaml", HITS),
    ])
}

fn saved(project: &Project) -> String {
    let files = project.files("flow-regressions");
    let name = files.first().expect("a saved failure").clone();
    let name = name.rsplit('/').next().unwrap_or_default().to_owned();
    format!("flow-regressions/{name}")
}

#[test]
fn a_lost_update_is_told_by_who_read_and_wrote_what_and_its_drift_by_the_decision() {
    let project = project();
    run(&project, &[]).exits(0);
    let failed = run(&project, &["--schedules", "50"]).exits(1);
    let said = printed(&failed, "tests/hits::every hit counts");
    for text in [
        "Count#1 read hits/home (",
        "Count#2 wrote it (20) at event ",
        "Count#1 overwrote it (10) at event ",
    ] {
        assert!(said.contains(text), "no {text:?} in\n{said}");
    }
    // The order was asked for on the command line: what is saved has it all the same.
    let file = saved(&project);
    let again = run(&project, &["--replay", &file]).exits(1);
    again.says("Count#1 overwrote it").never_says("has drifted");
    let mut kept: Json = serde_json::from_str(&project.read(&file)).expect("JSON");
    kept["decisions"][0] = "Count#9: state.get hits/home".into();
    project.write(&file, kept.to_string());
    let drifted = run(&project, &["--replay", &file]).exits(1);
    drifted.says("has drifted from the saved one at decision 1");
}

#[test]
fn faults_can_be_asked_for_on_the_command_line() {
    let project = project();
    let failed = run(&project, &["--faults", "duplicate=1"]).exits(1);
    let said = printed(&failed, "tests/hits::every hit counts");
    assert!(said.contains("is delivered twice"), "{said}");
    run(&project, &["--replay", &saved(&project)])
        .exits(1)
        .says("is delivered twice");
    project
        .run(&["test", "--faults", "duplicates=1"])
        .exits(2)
        .says("there is no fault 'duplicates'");
}

#[test]
fn a_failure_that_goes_another_way_the_second_time_has_an_uncontrolled_source() {
    let project = project();
    let text = "\
import fs from 'node:fs'
export const config = { type: 'event', name: 'Count', subscribes: ['hit'], emits: [] }
export const handler = async (input, { state }) => {
  fs.appendFileSync('runs.txt', 'x')
  await state.set('hits', input.page, fs.readFileSync('runs.txt', 'utf8').length)
}
";
    project.write("steps/count.step.js", text);
    for args in [&[][..], &["--schedules", "5"][..]] {
        let failed = run(&project, args).exits(1);
        let line = failed
            .json_lines()
            .into_iter()
            .find(|line| line["event"] == "failed");
        let line = line.expect("the test fails");
        let said = line["failure"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(
            said.starts_with("uncontrolled source at op "),
            "{said}\n{}",
            failed.story()
        );
        assert_eq!(line["control"], "opaque");
        assert!(
            line["failure"]["details"].to_string().contains("also: "),
            "{line}"
        );
    }
}
