//! The same seed gives the same run: the same bytes, however often and on however many workers.

use std::collections::BTreeMap;

use crate::support::project::Project;

/// Every trace of a run, by file name.
type Traces = BTreeMap<String, String>;

fn traces(project: &Project, folder: &str, args: &[&str]) -> Traces {
    let traced = project
        .banister(&["test", "--trace-dir", folder, "--cases", "3"])
        .args(args)
        .run()
        .exits(0);
    traced.says("test result: ok.");
    project
        .files(folder)
        .into_iter()
        .map(|file| (file[folder.len()..].to_owned(), project.read(&file)))
        .collect()
}

#[track_caller]
fn assert_same(first: &Traces, other: &Traces, what: &str) {
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        other.keys().collect::<Vec<_>>(),
        "{what}"
    );
    for (name, trace) in first {
        assert_eq!(trace, &other[name], "{name}: {what}");
    }
}

#[test]
fn twenty_runs_have_the_same_traces() {
    let project = Project::example("ecommerce");
    let first = traces(&project, "traces-0", &[]);
    assert_eq!(first.len(), 22, "a trace for each test: {:?}", first.keys());
    for run in 1..20 {
        assert_same(
            &first,
            &traces(&project, &format!("traces-{run}"), &[]),
            &format!("run {run}"),
        );
    }
}

#[test]
fn the_number_of_workers_changes_nothing() {
    let project = Project::example("ecommerce");
    let one = traces(&project, "one", &["-j", "1"]);
    assert_same(&one, &traces(&project, "four", &["-j", "4"]), "-j 4 against -j 1");

    let verdicts = |jobs: &str| {
        let run = project.run(&["test", "--cases", "3", "-j", jobs]).exits(0);
        run.stdout
            .lines()
            .filter(|line| line.starts_with("test tests/"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(verdicts("1"), verdicts("4"));
}

#[test]
fn a_test_alone_runs_as_it_does_among_others() {
    let project = Project::example("ecommerce");
    let all = traces(&project, "all", &["tests/orders"]);
    let alone = traces(
        &project,
        "alone",
        &[
            "--exact",
            "tests/orders::an order is paid and a receipt is written",
        ],
    );
    assert_eq!(alone.len(), 1);
    for (name, trace) in &alone {
        assert_eq!(trace, &all[name], "{name}");
    }
}

#[test]
fn another_seed_gives_other_ids() {
    let project = Project::example("ecommerce");
    let test = "tests/orders::an order is paid and a receipt is written";
    let one = traces(&project, "one", &["--exact", test, "--seed", "1"]);
    let two = traces(&project, "two", &["--exact", test, "--seed", "2"]);
    assert_ne!(one, two, "ids of an order come from the seed");
}

#[test]
fn a_trace_tells_the_whole_flow_and_nothing_of_the_machine() {
    let project = Project::example("ecommerce");
    let test = "tests/orders::an order is paid and a receipt is written";
    let traces = traces(&project, "traces", &["--exact", test]);
    let trace = traces.values().next().expect("a trace");
    for text in [
        "CreateOrder",
        "ProcessPayment",
        "RecommendProducts",
        "WriteReceipt",
        "report.generated",
        "ch_test_1",
    ] {
        assert!(trace.contains(text), "no {text} in\n{trace}");
    }
    let folder = project.root().to_str().expect("a path of plain text");
    assert!(!trace.contains(folder), "{trace}");
}

#[test]
fn a_report_is_the_same_for_any_number_of_workers() {
    let project = Project::fixture("failing-flow");
    let told = |jobs: &str| {
        let run = project.run(&["test", "--format", "json", "-j", jobs]).exits(1);
        let mut lines = run.json_lines();
        for line in &mut lines {
            // The wall is no part of the story.
            line.as_object_mut()
                .expect("a line is an object")
                .remove("exec_time");
        }
        lines
    };
    assert_eq!(told("1"), told("8"));
}
