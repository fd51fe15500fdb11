//! `--auto`: generated tests, and the invariants that they and written tests are held against.

use std::time::{Duration, Instant};

use super::report::{assert_failed, named, outcomes, printed, run};
use crate::support::project::Project;

/// What each way of `broken-invariants` breaks; all other ways are fine.
const BROKEN: [(&str, &str); 11] = [
    (
        "auto::GET /carts/:cartId",
        "no handler throws: ReadsCart failed: TypeError",
    ),
    (
        "auto::GET /teapot",
        "only what is declared: Teapot answered `GET /teapot` with 418",
    ),
    (
        "auto::POST /takes-all",
        "an invalid body is refused: TakesAll answered 201",
    ),
    (
        "auto::POST /throws",
        "no handler throws: Throws failed: RangeError: too much",
    ),
    (
        "auto::POST /totals",
        "payloads fit their subscribers: a message on `total.told` is not what KeepsTotal takes: data.total",
    ),
    (
        "auto::POST /unavailable",
        "no 5xx for a valid request: Unavailable answered `POST /unavailable` with 503",
    ),
    (
        "auto::absent.wanted -> Unloadable",
        "no handler throws: Unloadable cannot be loaded: Cannot find module 'a-package-that-is-not-there'",
    ),
    (
        "auto::again -> Again",
        "the flow ends: the flow does not end: Again ran",
    ),
    (
        "auto::cron Counts",
        "the invariant \"counted once\" does not hold",
    ),
    (
        "auto::cron Loses",
        "no lost message: Loses emitted `nobody.hears`, which nobody subscribes to",
    ),
    (
        "auto::rates.wanted -> Swallows",
        "no unmatched external call: Swallows called api.unknown.test:443, a host without a mock",
    ),
];
/// One more, whose finding has a name of its own.
const UNDECLARED: (&str, &str) = (
    "auto::cron Undeclared",
    "only what is declared: Undeclared emitted `total.told`, which its config does not declare",
);

#[test]
fn each_invariant_is_found_broken_and_nothing_else() {
    let project = Project::fixture("broken-invariants");
    let run = run(&project, &["--auto"]).exits(1);
    let mut expected: Vec<&str> = BROKEN
        .iter()
        .chain([&UNDECLARED])
        .map(|(name, _)| *name)
        .collect();
    expected.sort_unstable();
    assert_failed(&run, &expected);
    for (name, headline) in BROKEN.iter().chain([&UNDECLARED]) {
        let told = printed(&run, name);
        assert!(told.starts_with(headline), "{name}: {told}");
    }
}

#[test]
fn a_failure_is_small_and_can_be_replayed() {
    let project = Project::fixture("broken-invariants");
    let name = "auto::POST /throws";
    let first = run(&project, &["--auto", "--exact", name]).exits(1);
    let told = printed(&first, name);
    assert!(told.contains("minimal input: {\"body\":{\"n\":71}}"), "{told}");
    assert!(told.contains("Throws  starts on POST /throws"), "{told}");
    assert!(told.contains("replay: banister test --auto "), "{told}");
    // What failed is remembered, by the name that it has.
    let again = run(&project, &["--auto", "--last-failed"]).exits(1);
    assert_failed(&again, &[name]);
    assert_eq!(outcomes(&again).len(), 1, "{}", again.story());
    // Nothing but the handler has to change for it to pass.
    let text = project.read("steps/throws.step.js").replace("> 70", "> 700");
    project.write("steps/throws.step.js", text);
    run(&project, &["--auto", "--exact", name]).exits(0);
}

#[test]
fn ids_of_earlier_answers_are_used_in_later_requests() {
    let project = Project::fixture("broken-invariants");
    let name = "auto::GET /carts/:cartId";
    let told = printed(&run(&project, &["--auto", "--exact", name]).exits(1), name);
    // Two requests are enough, and the first one opens the cart.
    assert!(told.contains("POST /carts {"), "{told}");
    assert_eq!(told.matches("\"way\":").count(), 2, "{told}");
}

/// What lies behind a header or a query parameter that no config declares: a key that an earlier request answered, a secret of
/// the environment, a value that a flow test sends, any number.
#[test]
fn what_handlers_ask_requests_for_is_sent() {
    let project = Project::fixture("guarded-routes");
    let run = run(&project, &["--auto"]).exits(1);
    let expected = [
        ("auto::GET /accounts/:accountId", "behind the key"),
        ("auto::GET /days/closed", "behind the secret"),
        ("auto::GET /items", "behind the page"),
        ("auto::GET /report", "behind the tenant"),
    ];
    assert_failed(&run, &expected.map(|(name, _)| name));
    for (name, behind) in expected {
        let told = printed(&run, name);
        assert!(
            told.starts_with("no handler throws") && told.contains(behind),
            "{name}: {told}"
        );
    }
    let told = printed(&run, "auto::GET /report");
    assert!(
        told.contains(r#"minimal input: {"headers":{"x-tenant":"acme-42"}}"#),
        "{told}"
    );
}

#[test]
fn what_cannot_be_judged_is_said_and_no_failure() {
    let project = Project::fixture("broken-invariants");
    project
        .banister(&["test", "--auto", "POST /guesses", "cron Calls"])
        .run()
        .exits(0)
        .says("Guesses has no schema, so that nobody knows which inputs are valid")
        .says("Swallows called api.unknown.test:443, a host without a mock: what follows was not judged");
}

#[test]
fn a_topic_that_may_end_a_flow_can_be_allowed() {
    let project = Project::fixture("broken-invariants");
    project.write("banister.toml", "[test]\nallow = ['lost-message']\n");
    run(&project, &["--auto", "cron Loses"]).exits(0);
}

#[test]
fn names_are_listed_and_chosen() {
    let project = Project::fixture("broken-invariants");
    let listed = project
        .banister(&["test", "--auto", "--list", "--format", "terse"])
        .run()
        .exits(0);
    listed
        .says("auto::POST /fine: test")
        .says("auto::total.told -> KeepsTotal: test")
        .never_says("the end of the flow is known here");
    let chosen = run(
        &project,
        &["--auto", "fine", "KeepsTotal", "--skip", "KeepsTotal"],
    )
    .exits(0);
    assert_eq!(
        named(&outcomes(&chosen), "ok"),
        ["auto::POST /fine"],
        "{}",
        chosen.story()
    );
}

#[test]
fn the_same_seed_gives_the_same_failures() {
    let project = Project::fixture("broken-invariants");
    let story = |jobs: &str| {
        // What is kept of a failure is run first the next time.
        std::fs::remove_dir_all(project.path("flow-regressions")).ok();
        let run = run(&project, &["--auto", "--seed", "7", "-j", jobs]).exits(1);
        BROKEN.map(|(name, _)| printed(&run, name))
    };
    assert_eq!(story("1"), story("4"));
}

#[test]
fn every_example_keeps_all_invariants() {
    for name in ["arena", "billing", "content-pipeline", "ecommerce"] {
        let project = Project::example(name);
        let begun = Instant::now();
        let run = run(&project, &["--auto"]).exits(0);
        assert!(named(&outcomes(&run), "ok").len() > 6, "{}", run.story());
        // A few seconds where nothing else runs.
        assert!(
            begun.elapsed() < Duration::from_secs(90),
            "{name}: {:?}",
            begun.elapsed()
        );
    }
}

#[test]
fn invariants_of_a_flow_test_are_checked_after_its_run() {
    let project = Project::fixture("broken-invariants");
    let text = "\
invariants:
  - name: all is well
    holds: responses.all(r, r.status < 400)
tests:
  - name: fine
    when: [{ request: POST /fine, body: { n: 1 } }]
    then: [{ response: { status: 201 } }]
  - name: teapot
    invariants:
      - { name: no state, holds: size(state) == 0 }
    when: [{ request: GET /teapot }]
    then: [{ response: { status: 418 } }]
";
    project.write("tests/own.flow.yaml", text);
    let run = run(&project, &["own"]).exits(1);
    assert_failed(&run, &["tests/own::teapot"]);
    let told = printed(&run, "tests/own::teapot");
    assert!(
        told.starts_with("the invariant \"all is well\" does not hold"),
        "{told}"
    );
    assert!(told.contains("--> tests/own.flow.yaml:3:12"), "{told}");
    assert!(
        told.contains("`responses.all(r, r.status < 400)` is false"),
        "{told}"
    );
}

#[test]
fn an_invariant_that_is_no_expression_is_an_error_of_the_file() {
    let project = Project::fixture("broken-invariants");
    let text = "\
tests:
  - name: fine
    invariants: [{ name: a, holds: emited.size() == 0 }]
    when: [{ request: POST /fine, body: { n: 1 } }]
    then: [{ response: { status: 201 } }]
";
    project.write("tests/own.flow.yaml", text);
    run(&project, &["own"])
        .exits(2)
        .says("tests/own.flow.yaml:3")
        .says("asks for `emited`, did you mean `emitted`?");
    project.write(
        "banister.toml",
        "[[test.invariants]]\nname = 'a'\nholds = '1 +'\n",
    );
    project.write("tests/own.flow.yaml", "");
    run(&project, &["loses"]).exits(2).says("banister.toml:3:9");
}
