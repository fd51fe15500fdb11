//! Calls that leave the process: mocked in every language, refused without a mock.

use super::report::{assert_failed, named, outcomes, printed, run};
use crate::support::project::Project;

#[test]
fn every_language_reaches_its_mock_over_tls() {
    run(&Project::fixture("http-calls"), &[]).exits(0);
}

#[test]
fn a_swallowed_unmocked_call_fails_the_test() {
    let run = run(&Project::fixture("bad-input/unmocked"), &[]).exits(1);
    assert_eq!(
        named(&outcomes(&run), "ok"),
        ["tests/fine::a good test still runs"],
        "{}",
        run.story()
    );
    for language in ["js", "py", "rb"] {
        let said = printed(
            &run,
            &format!("tests/{language}::a handler that calls a host without a mock"),
        );
        assert!(
            said.contains(&format!("{language}.unknown.test")),
            "no host in\n{said}"
        );
        assert!(said.contains("steps/calls"), "no step in\n{said}");
    }
    let said = printed(
        &run,
        "tests/route::a handler that calls a mocked host on a route without a mock",
    );
    assert!(
        said.contains("GET https://js.unknown.test/ping"),
        "no route in\n{said}"
    );
}

#[test]
fn a_mock_matches_all_that_it_says() {
    let project = Project::fixture("http-calls");
    let file = "tests/oracles.flow.yaml";
    let text = project.read(file);
    for (right, wrong) in [
        ("query: { topic: weather }", "query: { topic: sports }"),
        ("headers: { x-asker: ada }", "headers: { x-asker: bob }"),
        ("deep: { list: [1, 2] }", "deep: { list: [1] }"),
        (
            "POST https://js.oracle.test/ask\n",
            "PUT https://js.oracle.test/ask\n",
        ),
    ] {
        assert!(text.contains(right), "{file} has no {right}");
        project.write(file, text.replacen(right, wrong, 1));
        assert_failed(
            &run(&project, &[]).exits(1),
            &["tests/oracles::every language reaches its mocked service over tls"],
        );
    }
}
