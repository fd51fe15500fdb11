//! An interpreter that is not there fails the tests that need it and no others.

use super::report::{assert_failed, named, outcomes, printed};
use crate::support::interpreters::OnlyThese;
use crate::support::project::Project;

fn run_with(project: &Project, interpreters: &[&str]) -> crate::support::command::Run {
    let path = OnlyThese::new(interpreters);
    project
        .banister(&["test", "--format", "json", "--cases", "2"])
        .env("PATH", path.path())
        .run()
}

#[test]
fn without_ruby_only_the_flows_with_ruby_fail() {
    let run = run_with(&Project::example("ecommerce"), &["node", "python3"]).exits(1);
    assert_failed(
        &run,
        &[
            "tests/orders::a customer is recommended what others with the same taste bought",
            "tests/orders::a price from the state beats the list price",
            "tests/orders::an order is paid and a receipt is written",
            "tests/orders::every accepted order is charged exactly once",
            "tests/payments::a provider in trouble is asked again and charges once",
            "tests/reports::a report can be asked for",
            "tests/reports::a week brings one report",
            "tests/reports::figures that cannot be rendered open a ticket",
            "tests/reports::the weekly figures become a report",
        ],
    );
    let said = printed(&run, "tests/reports::a report can be asked for");
    assert!(
        said.contains("ruby") && said.contains("install"),
        "no advice in\n{said}"
    );
    assert!(
        said.contains("steps/generate_report.step.rb"),
        "no step in\n{said}"
    );
}

#[test]
fn without_python_only_the_flows_with_python_fail() {
    let run = run_with(&Project::fixture("bad-input/noisy"), &["node", "ruby"]).exits(1);
    assert_failed(
        &run,
        &[
            "tests/failing::a test that fails shows what its handlers printed",
            "tests/py::a handler that prints",
        ],
    );
    run.says("python3").says("install");
}

#[test]
fn without_node_only_the_flows_with_node_fail() {
    let project = Project::fixture("bad-input/never-settles");
    let keep = "def config\n  { type: 'event', name: 'Keep', subscribes: ['keep.go'], emits: [] }\nend\n\n\
                def handler(input, context)\n  context.state.set('kept', 'it', input['id'])\nend\n";
    project.write("steps/keep.step.rb", keep);
    let test = "tests:\n  - name: it is kept\n    when:\n      - emit: { topic: keep.go, data: { id: 3 } }\n    \
                then:\n      - state: { kept: { it: 3 } }\n";
    project.write("tests/keep.flow.yaml", test);
    let run = run_with(&project, &["python3", "ruby"]).exits(1);
    assert_eq!(
        named(&outcomes(&run), "ok"),
        ["tests/keep::it is kept"],
        "{}",
        run.story()
    );
    let said = printed(&run, "tests/fine::a good test still runs");
    assert!(
        said.contains("node") && said.contains("install"),
        "no advice in\n{said}"
    );
}
