//! Flow tests that are wrong themselves: told of with file and line, never skipped, and the others still run.

use super::report::{named, outcomes, run};
use crate::support::project::Project;

const FINE: &str = "tests/fine::a good test still runs";

#[test]
fn a_key_that_nobody_knows_is_told_of() {
    let run = run(&Project::fixture("bad-input/unknown-key"), &[]).exits(2);
    assert_eq!(named(&outcomes(&run), "ok"), [FINE], "{}", run.story());
    run.says("tests/typo.flow.yaml:3").says("whne").says("when");
}

#[test]
fn names_that_nobody_bears_are_told_of() {
    let run = run(&Project::fixture("bad-input/unknown-names"), &[]).exits(2);
    assert_eq!(named(&outcomes(&run), "ok"), [FINE], "{}", run.story());
    run.says("tests/step.flow.yaml:6").says("Fien").says("Fine");
    run.says("tests/topic.flow.yaml:4").says("fine.goo");
    run.says("tests/route.flow.yaml:4").says("/nowhere");
    run.says("tests/cron.flow.yaml:4").says("Nightly");
}

#[test]
fn a_name_that_is_ignored_with_a_reason_does_not_stop_its_test() {
    let project = Project::fixture("bad-input/unknown-key");
    let text = "tests:\n  - name: early\n    when:\n      - emit: { topic: fine.go, data: {} }\n    then:\n      # banister-ignore flow-test-unknown-topic: sent from next week on\n      - not_emitted: fine.later\n";
    project.write("tests/typo.flow.yaml", text);
    let run = run(&project, &[]).exits(0);
    assert_eq!(
        named(&outcomes(&run), "ok"),
        [FINE, "tests/typo::early"],
        "{}",
        run.story()
    );
}

#[test]
fn a_file_that_is_no_yaml_is_told_of() {
    let project = Project::fixture("bad-input/unknown-key");
    for text in [
        "tests: [",
        "tests:\n\t- name: x\n",
        "- 1\n- 2\n",
        "",
        "tests: 7\n",
    ] {
        project.write("tests/typo.flow.yaml", text);
        let run = run(&project, &[]).exits(2);
        assert_eq!(named(&outcomes(&run), "ok"), [FINE], "{text:?}: {}", run.story());
        run.says("tests/typo.flow.yaml").never_says("panicked");
    }
    project.write("tests/typo.flow.yaml", b"tests:\n  - name: \xff\xfe\n");
    run(&project, &[])
        .exits(2)
        .says("tests/typo.flow.yaml")
        .never_says("panicked");
}

#[test]
fn two_tests_of_one_name_are_told_of() {
    let project = Project::fixture("bad-input/unknown-key");
    let test = "  - name: twin\n    when:\n      - emit: { topic: fine.go, data: {} }\n    then:\n      - ran: [Fine]\n";
    project.write("tests/typo.flow.yaml", format!("tests:\n{test}{test}"));
    run(&project, &[])
        .exits(2)
        .says("tests/typo.flow.yaml:7")
        .says("twin");
}

#[test]
fn a_run_with_a_bad_file_is_not_ok_in_json_either() {
    let run = run(&Project::fixture("bad-input/unknown-key"), &[]).exits(2);
    let lines = run.json_lines();
    let last = lines.last().expect("a last line");
    assert_eq!(
        (&last["event"], &last["invalid_files"], &last["passed"]),
        (&"failed".into(), &1.into(), &1.into()),
        "{last}"
    );
    let told = lines
        .iter()
        .find(|line| line["event"] == "invalid")
        .expect("a line for the file");
    assert_eq!(told["file"], "tests/typo.flow.yaml");
    assert!(
        told["problems"]
            .as_str()
            .is_some_and(|text| text.contains("whne")),
        "{told}"
    );
}

#[test]
fn a_file_of_services_that_cannot_be_used_is_told_of_with_its_place() {
    let test = "tests:\n  - name: a\n    when: [ { emit: { topic: fine.go, data: {} } } ]\n    then: [ { ran: [Fine] } ]\n";
    for (mocks, told) in [
        ("cassettes: [ ./gone.yaml ]", "`./gone.yaml` is not there"),
        (
            "openapi: [ { document: ./gone.yaml, server: https://a.test } ]",
            "`./gone.yaml` is not there",
        ),
        (
            "cassettes: [ ./broken.yaml ]",
            "`./broken.yaml` is no cassette: line 1",
        ),
        (
            "openapi: [ { document: ./broken.yaml, server: https://a.test } ]",
            "`./broken.yaml` cannot be used",
        ),
        ("modules: { pg: ./gone.js }", "there is no file `./gone.js`"),
    ] {
        let project = Project::fixture("bad-input/unknown-key");
        project.write("tests/broken.yaml", "[");
        project.write("tests/typo.flow.yaml", format!("mocks:\n  {mocks}\n{test}"));
        let run = run(&project, &[]).exits(2);
        assert_eq!(named(&outcomes(&run), "ok"), [FINE], "{}", run.story());
        run.says("tests/typo.flow.yaml:2:").says(told);
    }
}
