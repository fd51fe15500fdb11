//! The same seed gives the same run: the same bytes, however often and on however many workers.

use std::collections::BTreeMap;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use banister_project::{disk, flow_test};
use banister_testkit::flow::{DEFAULT_START_MS, run_flow};
use banister_testkit::flow_files;
use banister_testkit::live_stage::LiveStage;
use banister_testkit::mock::{MockServer, Services};
use banister_testkit::plan::Plan;
use banister_testkit::protocol::Isolation;
use banister_testkit::rng::Seed;
use banister_testkit::runner::TestCase;
use banister_testkit::stand_ins::StandIns;
use banister_testkit::template::Variables;

use crate::support::command::repository;
use crate::support::project::Project;

/// So often is every test of an example run in one process …
const WARM_RUNS: usize = 100;
/// … and so often is the whole program, which starts its interpreters anew.
const COLD_RUNS: usize = 5;

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

fn examples() -> Vec<String> {
    let entries = std::fs::read_dir(repository("examples")).expect("the examples can be listed");
    let names = entries.map(|entry| {
        entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("a name")
    });
    let mut names: Vec<String> = names
        .filter(|name| repository("examples").join(name).is_dir())
        .collect();
    names.sort();
    names
}

/// The traces of one run of every test without generated values, in workers that ran them before.
fn warm_traces(plan: &Plan, tests: &[TestCase], stage: &mut LiveStage<'_>, from: usize) -> Traces {
    let mut traces = Traces::new();
    // Another one goes first each time, so that each runs after every other.
    for at in 0..tests.len() {
        let case = &tests[(from + at) % tests.len()];
        let test = &case.file.tests[case.index];
        let (seed, now) = (
            Seed::root(0).part(&case.name, 0),
            test.given.now.unwrap_or(DEFAULT_START_MS),
        );
        let file = plan.root.join(&case.file.path);
        let folder = file.parent().expect("a test lies in a folder");
        let services = Services::load(test, folder, seed.part("services", 0), now).expect("its services");
        let setting = stage.setting(services, seed, Isolation::Fresh, Variables::new());
        let setting = setting.expect("a session can be opened");
        stage.stand_in(
            StandIns::new(&test.code, folder, &setting.variables),
            test.given.env.clone(),
        );
        let result = run_flow(plan, stage, test, setting);
        stage.close_session();
        traces.insert(case.name.clone(), result.trace.canonical());
    }
    traces
}

fn plan_and_tests(root: &Path) -> (Plan, Vec<TestCase>) {
    let loaded = disk::load(root).expect("the example can be read");
    let snapshot = loaded.host.snapshot();
    let projects = snapshot.projects();
    let plan = Plan::of_project(&projects[0], &loaded.root);
    let tests = flow_files::find(&plan.root)
        .sources
        .into_iter()
        .flat_map(|source| {
            let text = Arc::clone(source.text.as_ref().expect("a test file can be read"));
            let file = flow_test::parse(&source.path, text)
                .unwrap_or_else(|problems| panic!("{}: {problems:?}", source.path));
            TestCase::all_of(&Arc::new(file))
        });
    let fixed = tests.filter(|case| case.file.tests[case.index].for_all.is_empty());
    (plan, fixed.collect())
}

#[test]
fn a_hundred_runs_of_every_example_have_the_same_traces() {
    for example in examples() {
        let project = Project::example(&example);
        let (plan, tests) = plan_and_tests(project.root());
        if tests.is_empty() {
            continue;
        }
        let mocks = MockServer::start().expect("the mock server starts");
        // Two at a time, as `-j 2` runs them.
        let first = std::thread::scope(|scope| {
            let runner = |first_run: usize| {
                let (plan, tests, mocks) = (&plan, &tests, &mocks);
                scope.spawn(move || {
                    let mut stage = LiveStage::new(&plan.root, mocks, Duration::from_secs(10));
                    let first = warm_traces(plan, tests, &mut stage, first_run);
                    for run in (first_run + 2..WARM_RUNS).step_by(2) {
                        let other = warm_traces(plan, tests, &mut stage, run);
                        assert_same(&first, &other, &format!("run {run}"));
                    }
                    first
                })
            };
            let (even, odd) = (runner(0), runner(1));
            let even = even.join().expect("the even runs agree");
            assert_same(&even, &odd.join().expect("the odd runs agree"), "even and odd");
            even
        });
        assert_eq!(first.len(), tests.len());
    }
}

#[test]
fn cold_runs_and_any_number_of_workers_have_the_same_traces() {
    for example in examples() {
        let project = Project::example(&example);
        let first = traces(&project, "traces-1", &["-j", "1"]);
        let eight = traces(&project, "traces-8", &["-j", "8"]);
        assert_same(&first, &eight, "-j 8 against -j 1");
        for run in 2..COLD_RUNS {
            let other = traces(&project, &format!("traces-{run}"), &["-j", "2"]);
            assert_same(&first, &other, &format!("run {run}"));
        }
    }
}

#[test]
fn the_number_of_workers_changes_no_verdict() {
    let project = Project::example("ecommerce");
    let verdicts = |jobs: &str| {
        let run = project.run(&["test", "--cases", "3", "-j", jobs]).exits(0);
        run.stdout
            .lines()
            .filter(|line| line.starts_with("test tests/"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let one = verdicts("1");
    assert_eq!(one.len(), 22, "a line for each test: {one:?}");
    assert_eq!(one, verdicts("4"));
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
    let told = |jobs: &str| {
        // A project of its own each time: a failure that is kept is run first from then on.
        let project = Project::fixture("failing-flow");
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
