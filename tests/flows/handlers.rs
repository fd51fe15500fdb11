//! Handlers that misbehave: each is told of with its place, nothing hangs, and the other tests still run.

use super::report::{assert_failed, named, outcomes, printed, run};
use crate::support::project::Project;

const FINE: &str = "tests/fine::a good test still runs";

#[test]
fn a_handler_that_throws_is_told_of_with_its_place() {
    let run = run(&Project::fixture("bad-input/throws"), &[]).exits(1);
    assert_eq!(
        named(&outcomes(&run), "ok"),
        ["tests/api::a handler that throws gives a 500", FINE],
        "{}",
        run.story()
    );

    let says = |test: &str, texts: &[&str]| {
        let said = printed(&run, test);
        for text in texts {
            assert!(said.contains(text), "{test}: no {text:?} in\n{said}");
        }
    };
    says(
        "tests/ts::a handler that throws",
        &[
            "the ts step cannot take 7",
            "RangeError",
            "steps/throws.step.ts:8",
        ],
    );
    says(
        "tests/js::a handler that throws",
        &["the js step cannot take 7", "TypeError", "steps/throws.step.js:8"],
    );
    says(
        "tests/py::a handler that throws",
        &[
            "the py step cannot take 7",
            "ValueError",
            "steps/throws_step.py:5",
        ],
    );
    says(
        "tests/rb::a handler that throws",
        &[
            "the rb step cannot take 7",
            "ArgumentError",
            "steps/throws.step.rb:6",
        ],
    );
    says(
        "tests/api::a handler that throws does not answer",
        &["the api step has no answer", "steps/throws-api.step.js:4"],
    );
}

#[test]
fn a_handler_that_waits_for_ever_is_ended() {
    let run = run(&Project::fixture("bad-input/never-settles"), &["-j", "2"]).exits(1);
    assert_eq!(named(&outcomes(&run), "ok"), [FINE], "{}", run.story());
    for (language, file) in [
        ("js", "waits.step.js"),
        ("py", "waits_step.py"),
        ("rb", "waits.step.rb"),
    ] {
        let said = printed(&run, &format!("tests/{language}::a handler that never returns"));
        assert!(said.contains(file), "no {file} in\n{said}");
    }
}

#[test]
fn a_handler_that_spins_is_ended() {
    let run = run(&Project::fixture("bad-input/spins"), &["-j", "2"]).exits(1);
    assert_eq!(named(&outcomes(&run), "ok"), [FINE], "{}", run.story());
    for (language, file) in [
        ("js", "spins.step.js"),
        ("py", "spins_step.py"),
        ("rb", "spins.step.rb"),
    ] {
        let said = printed(&run, &format!("tests/{language}::a handler that never returns"));
        assert!(said.contains(file), "no {file} in\n{said}");
    }
}

#[test]
fn what_handlers_print_disturbs_nobody() {
    let run = run(&Project::fixture("bad-input/noisy"), &[]).exits(1);
    assert_failed(
        &run,
        &["tests/failing::a test that fails shows what its handlers printed"],
    );
    let said = printed(
        &run,
        "tests/failing::a test that fails shows what its handlers printed",
    );
    assert!(
        said.contains("py says line 0 of many") && said.contains("py complains"),
        "not shown:\n{said}"
    );
}

#[test]
fn what_handlers_print_is_shown_where_it_helps() {
    let project = Project::fixture("bad-input/noisy");
    let test = "tests/js::a handler that prints";
    project
        .run(&["test", "--exact", test])
        .exits(0)
        .never_says("js says line 19999");
    project
        .run(&["test", "--exact", test, "--nocapture"])
        .exits(0)
        .says("js says line 19999")
        .says("js complains");
}

#[test]
fn a_step_that_does_not_parse_fails_the_tests_that_need_it() {
    let run = run(&Project::fixture("bad-input/syntax-error"), &[]).exits(1);
    assert_eq!(named(&outcomes(&run), "ok"), [FINE], "{}", run.story());
    for (language, place) in [
        ("ts", "broken.step.ts:"),
        ("js", "broken.step.js:4"),
        ("py", "broken_step.py:5"),
        ("rb", "broken.step.rb:6"),
    ] {
        let said = printed(&run, &format!("tests/{language}::a step that does not parse"));
        assert!(said.contains(&format!("steps/{place}")), "no {place} in\n{said}");
    }
}

#[test]
fn a_handler_that_forges_its_own_end_is_found_out() {
    let forging = "const { writeSync } = require('node:fs')\nexports.config = { type: 'event', name: 'Forger', subscribes: ['forger.go'], emits: [] }\n\
        exports.handler = async () => { writeSync(3, '{\"type\":\"done\"}\\n') }\n";
    let project = Project::of(&[
        ("steps/forger.step.js", forging),
        (
            "a.flow.yaml",
            "tests:\n  - name: forged\n    when: [{ emit: { topic: forger.go, data: {} } }]\n    then: [{ ran: [Forger] }]\n",
        ),
    ]);
    let run = run(&project, &[]).exits(1);
    let said = printed(&run, "a::forged");
    assert!(
        said.contains("descriptor, number 3") && said.contains("steps/forger.step.js"),
        "{said}"
    );
}
