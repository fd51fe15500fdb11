//! What a run prints: as `cargo test` does, for people and for programs.

use super::report::{named, outcomes, run};
use crate::support::project::Project;

const KEPT: &str = "tests/greetings::a greeting is kept";
const FRIENDLY: &str = "tests/greetings::a greeting is friendly";
const SHOUTED: &str = "tests/greetings::a greeting is never shouted";

#[test]
fn it_reads_like_cargo_test() {
    let run = Project::fixture("failing-flow").run(&["test"]).exits(1);
    run.says("running 3 tests")
        .says(&format!("test {KEPT} ... ok"))
        .says(&format!("test {FRIENDLY} ... FAILED"))
        .says(&format!("test {SHOUTED} ... FAILED"))
        .says("failures:")
        .says("test result: FAILED. 1 passed; 2 failed; 0 ignored;")
        .says("0 filtered out");
}

#[test]
fn a_good_run_says_ok() {
    let run = Project::fixture("failing-flow")
        .run(&["test", "--exact", KEPT])
        .exits(0);
    run.says("running 1 test\n")
        .says("test result: ok. 1 passed; 0 failed; 0 ignored;")
        .says("2 filtered out");
    run.never_says("failures:");
}

#[test]
fn tests_can_be_chosen() {
    let project = Project::fixture("failing-flow");
    let chosen = |args: &[&str]| outcomes(&run(&project, args)).into_keys().collect::<Vec<_>>();
    assert_eq!(chosen(&["kept"]), [KEPT]);
    assert_eq!(chosen(&["kept", "friendly"]), [FRIENDLY, KEPT]);
    assert_eq!(chosen(&["--skip", "friendly", "--skip", "shouted"]), [KEPT]);
    assert_eq!(chosen(&["tests/greetings", "--skip", "never"]), [FRIENDLY, KEPT]);
    assert_eq!(chosen(&["--exact", "kept"]), [""; 0]);
    assert_eq!(chosen(&["no such test"]), [""; 0]);
    project
        .run(&["test", "no such test"])
        .exits(0)
        .says("test result: ok. 0 passed")
        .says("3 filtered out");
}

#[test]
fn tests_can_be_listed() {
    let run = Project::fixture("failing-flow").run(&["test", "--list"]).exits(0);
    let lines: Vec<_> = run
        .stdout
        .lines()
        .filter(|line| line.ends_with(": test"))
        .collect();
    assert_eq!(
        lines,
        [
            format!("{KEPT}: test"),
            format!("{FRIENDLY}: test"),
            format!("{SHOUTED}: test")
        ]
    );
    run.says("3 tests");
}

#[test]
fn the_json_lines_keep_their_contract() {
    let run = run(&Project::fixture("failing-flow"), &[]).exits(1);
    let lines = run.json_lines();
    let (first, last) = (&lines[0], &lines[lines.len() - 1]);
    assert_eq!(
        (&first["type"], &first["event"], &first["test_count"]),
        (&"suite".into(), &"started".into(), &3.into())
    );
    assert_eq!(
        (&last["type"], &last["event"]),
        (&"suite".into(), &"failed".into())
    );
    assert_eq!(
        (
            &last["passed"],
            &last["failed"],
            &last["ignored"],
            &last["filtered_out"]
        ),
        (&1.into(), &2.into(), &0.into(), &0.into())
    );

    for name in [KEPT, FRIENDLY, SHOUTED] {
        let events: Vec<_> = lines
            .iter()
            .filter(|line| line["name"] == name)
            .map(|line| line["event"].as_str())
            .collect();
        let verdict = if name == KEPT { "ok" } else { "failed" };
        assert_eq!(events, [Some("started"), Some(verdict)], "{name}");
    }
}

#[test]
fn a_good_run_ends_with_ok_in_json() {
    let run = run(&Project::fixture("failing-flow"), &["--exact", KEPT]).exits(0);
    let lines = run.json_lines();
    let last = &lines[lines.len() - 1];
    assert_eq!(
        (&last["event"], &last["passed"], &last["filtered_out"]),
        (&"ok".into(), &1.into(), &2.into())
    );
    assert_eq!(named(&outcomes(&run), "ok"), [KEPT]);
}

#[test]
fn terse_is_a_dot_for_a_test() {
    let run = Project::fixture("failing-flow")
        .run(&["test", "--format", "terse"])
        .exits(1);
    run.says("running 3 tests")
        .says("test result: FAILED. 1 passed; 2 failed;");
    run.never_says(&format!("test {KEPT} ... ok"));
}

#[test]
fn a_project_without_tests_has_nothing_to_run() {
    let project = Project::fixture("broken-ecommerce");
    project
        .run(&["test"])
        .exits(0)
        .says("running 0 tests")
        .says("test result: ok. 0 passed; 0 failed;");
}

#[test]
fn tests_of_several_projects_are_told_apart() {
    let step = "exports.config = { type: 'event', name: 'A', subscribes: ['a.go'], emits: [] }\nexports.handler = async () => {}\n";
    let flow = "tests:\n  - name: it runs\n    when: [{ emit: { topic: a.go, data: {} } }]\n    then: [{ ran: [A] }]\n";
    let project = Project::of(&[
        ("one/package.json", "{}"),
        ("one/steps/a.step.js", step),
        ("one/a.flow.yaml", flow),
        ("two/package.json", "{}"),
        ("two/steps/a.step.js", step),
        ("two/a.flow.yaml", flow),
    ]);
    let run = run(&project, &[]).exits(0);
    assert_eq!(
        named(&outcomes(&run), "ok"),
        ["one/a::it runs", "two/a::it runs"],
        "{}",
        run.story()
    );
}
