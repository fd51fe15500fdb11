//! Flow tests behind symbolic links: run where they lead into the project, told of where they do not.
#![cfg(unix)]

use std::os::unix::fs::symlink;

use super::report::{named, outcomes, run};
use crate::support::project::Project;

const STEP: &str = "exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }\nexports.handler = async () => {}\n";
const FLOW: &str = "tests:\n  - name: it runs\n    when: [ { cron: A } ]\n    then: [ { ran: [A] } ]\n";

fn project() -> Project {
    Project::of(&[
        ("package.json", "{}"),
        ("steps/a.step.js", STEP),
        ("tests/real.flow.yaml", FLOW),
        ("shared/base.yaml", FLOW),
    ])
}

#[test]
fn a_link_to_a_file_of_the_project_is_as_good_as_the_file() {
    let project = project();
    symlink("../shared/base.yaml", project.path("tests/linked.flow.yaml")).unwrap();
    symlink(".", project.path("tests/loop")).unwrap();
    symlink("../tests", project.path("shared/tests")).unwrap();
    let run = run(&project, &[]).exits(0);
    assert_eq!(
        named(&outcomes(&run), "ok"),
        ["tests/linked::it runs", "tests/real::it runs"],
        "{}",
        run.story()
    );
}

#[test]
fn a_link_that_leads_nowhere_is_told_of() {
    let outside = project();
    for (target, told) in [
        ("gone.yaml".to_owned(), "there is no such file"),
        ("itself.flow.yaml".to_owned(), "leads nowhere"),
        ("../steps".to_owned(), "is a link to a folder"),
        (
            outside.path("shared/base.yaml").display().to_string(),
            "lies outside the project",
        ),
    ] {
        let project = project();
        symlink(&target, project.path("tests/itself.flow.yaml")).unwrap();
        let run = run(&project, &[]).exits(2);
        assert_eq!(
            named(&outcomes(&run), "ok"),
            ["tests/real::it runs"],
            "{}",
            run.story()
        );
        run.says("tests/itself.flow.yaml").says(told);
    }
}

#[test]
fn a_folder_of_tests_outside_the_project_is_told_of() {
    let (project, outside) = (project(), project());
    symlink(outside.path("tests"), project.path("more")).unwrap();
    symlink(outside.path("steps"), project.path("data")).unwrap();
    let run = run(&project, &[]).exits(0);
    run.says("the flow tests in more are left out").never_says("data");
}
