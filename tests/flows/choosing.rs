//! Which tests run: names, `ignore`, shares, the ones that failed before, and how much control is asked for.

use std::collections::BTreeSet;

use super::report::{assert_failed, named, outcomes, run};
use crate::support::command::Run;
use crate::support::project::Project;

const STEP: &str = "exports.config = { type: 'event', name: 'Echo', subscribes: ['a.go'], emits: ['a.gone'] }\n\
                    exports.handler = async (input, { emit }) => {\n  \
                    if (input.bad) throw new Error('bad')\n  \
                    if (input.global) globalThis.leak = 1\n  \
                    await emit({ topic: 'a.gone', data: input })\n}\n";

fn test(name: &str, extra: &str, data: &str) -> String {
    format!(
        "  - name: {name}\n{extra}    when: [{{ emit: {{ topic: a.go, data: {data} }} }}]\n    \
         then: [{{ emitted: {{ topic: a.gone }} }}]\n"
    )
}

fn project() -> Project {
    let ignored = "    ignore: waits for the new provider\n";
    let flow = format!(
        "tests:\n{}{}{}{}",
        test("one", "", "{}"),
        test("two", "", "{}"),
        test("later", ignored, "{ bad: true }"),
        test("three", "", "{}"),
    );
    Project::of(&[
        ("package.json", "{}"),
        ("steps/echo.step.js", STEP),
        ("tests/a.flow.yaml", &flow),
    ])
}

fn listed(project: &Project, args: &[&str]) -> Vec<String> {
    let run = project
        .banister(&["test", "--list", "--format", "terse"])
        .args(args)
        .run()
        .exits(0);
    run.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn the_list_keeps_the_contract_of_nextest() {
    let project = project();
    let all = [
        "tests/a::one: test",
        "tests/a::two: test",
        "tests/a::later: test",
        "tests/a::three: test",
    ];
    assert_eq!(listed(&project, &[]), all);
    assert_eq!(listed(&project, &["--include-ignored"]), all);
    assert_eq!(listed(&project, &["--ignored"]), ["tests/a::later: test"]);
    assert_eq!(listed(&project, &["--exact", "tests/a::two"]), [all[1]]);
    assert_eq!(listed(&project, &["no such test"]), [""; 0]);

    let one = |args: &[&str]| project.banister(&["test"]).args(args).run();
    one(&["tests/a::two", "--nocapture", "--exact"])
        .exits(0)
        .says("running 1 test\n")
        .says("1 passed");
    one(&["tests/a::later", "--nocapture", "--exact", "--ignored"])
        .exits(1)
        .says("0 passed; 1 failed");
}

#[test]
fn an_ignored_test_is_told_of_with_its_reason() {
    let project = project();
    let verdicts = |run: &Run| {
        let outcomes = outcomes(run);
        ["ok", "failed", "ignored"].map(|verdict| named(&outcomes, verdict).len())
    };
    assert_eq!(verdicts(&run(&project, &[]).exits(0)), [3, 0, 1]);
    assert_eq!(verdicts(&run(&project, &["--ignored"]).exits(1)), [0, 1, 0]);
    assert_eq!(
        verdicts(&run(&project, &["--include-ignored"]).exits(1)),
        [3, 1, 0]
    );
    project
        .run(&["test"])
        .exits(0)
        .says("test tests/a::later ... ignored, waits for the new provider")
        .says("3 passed; 0 failed; 1 ignored;");
    project
        .run(&["test", "--ignored"])
        .exits(1)
        .says("replay: banister test --include-ignored --exact 'tests/a::later'")
        .says("3 filtered out");
    project.run(&["test", "--ignored", "--include-ignored"]).exits(2);
}

#[test]
fn shares_are_disjoint_and_make_the_whole() {
    let tests: String = (0..11).map(|n| test(&format!("n{n}"), "", "{}")).collect();
    let project = project();
    project.write("tests/b.flow.yaml", format!("tests:\n{tests}"));
    let all: BTreeSet<String> = listed(&project, &[]).into_iter().collect();
    assert_eq!(all.len(), 15);
    for of in [1, 2, 3, 7, 20] {
        let mut seen = BTreeSet::new();
        for number in 1..=of {
            let share = listed(&project, &["--shard", &format!("{number}/{of}")]);
            assert!(
                share.len() <= 15_usize.div_ceil(of) + 1,
                "{number}/{of}: {share:?}"
            );
            for name in share {
                assert!(seen.insert(name.clone()), "{name} is in two shares of {of}");
            }
        }
        assert_eq!(seen, all, "{of} shares");
    }
    let run = run(&project, &["--shard", "2/3", "tests/a"]).exits(0);
    assert_eq!(named(&outcomes(&run), "ok"), ["tests/a::two"]);
    for wrong in ["0/3", "4/3", "x"] {
        project.run(&["test", "--shard", wrong]).exits(2).says("1/3");
    }
}

#[test]
fn the_ones_that_failed_run_again_until_they_pass() {
    let project = project();
    let cache = tempfile::TempDir::new().unwrap();
    let again = |args: &[&str]| {
        project
            .banister(&["test", "--format", "json"])
            .args(args)
            .env("BANISTER_CACHE_DIR", cache.path())
            .run()
    };
    let names = |run: &Run| outcomes(run).into_keys().collect::<Vec<_>>();
    let loud = again(&["--last-failed"]).exits(0);
    loud.says("no run of this project is remembered");
    assert_eq!(names(&loud).len(), 4);
    again(&["--last-failed"])
        .exits(0)
        .says("none of these tests failed when it ran last");

    project.write("steps/echo.step.js", STEP.replace("input.bad", "true"));
    assert_failed(
        &again(&["one", "two"]).exits(1),
        &["tests/a::one", "tests/a::two"],
    );
    let failed = again(&["--last-failed"]).exits(1);
    failed.never_says("warning");
    assert_eq!(names(&failed), ["tests/a::one", "tests/a::two"]);
    project.write("steps/echo.step.js", STEP);
    assert_eq!(
        names(&again(&["--last-failed", "two"]).exits(0)),
        ["tests/a::two"]
    );
    assert_eq!(names(&again(&["--last-failed"]).exits(0)), ["tests/a::one"]);
    assert_eq!(names(&again(&["--last-failed"]).exits(0)).len(), 4);
}

#[test]
fn control_can_be_asked_for() {
    let project = project();
    let flow = format!("tests:\n{}", test("leaks", "", "{ global: true }"));
    project.write("tests/b.flow.yaml", flow);
    project
        .run(&["test"])
        .exits(0)
        .says("test tests/b::leaks ... ok (partial)");
    project.run(&["test", "--require", "partial"]).exits(0);
    let run = run(&project, &["--require", "controlled"]).exits(1);
    assert_failed(&run, &["tests/b::leaks"]);
    run.says("the run was partial, and `--require controlled` asks for more control")
        .says("Echo left global values behind: leak");
}
