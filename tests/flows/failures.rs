//! What a failing test says: the story of the flow, the least input, and how to see it again.

use serde_json::Value as Json;

use super::report::printed;
use crate::support::command::{Banister, Run};
use crate::support::project::Project;

const FRIENDLY: &str = "tests/greetings::a greeting is friendly";
const SHOUTED: &str = "tests/greetings::a greeting is never shouted";

/// Fails unless the texts stand in `story` in this order.
#[track_caller]
fn assert_in_order(story: &str, texts: &[&str]) {
    let mut rest = story;
    for text in texts {
        let at = rest
            .find(text)
            .unwrap_or_else(|| panic!("no {text:?} in its place in\n{story}"));
        rest = &rest[at + text.len()..];
    }
}

/// The command behind `replay: `.
#[track_caller]
fn replay_line(run: &Run) -> String {
    let found = run
        .stdout
        .lines()
        .find_map(|line| line.trim().strip_prefix("replay: "));
    found
        .unwrap_or_else(|| panic!("no replay line\n{}", run.story()))
        .to_owned()
}

/// What stands behind `minimal input: `.
#[track_caller]
fn minimal_input(text: &str) -> Json {
    let found = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("minimal input: "));
    serde_json::from_str(found.unwrap_or_else(|| panic!("no minimal input in\n{text}")))
        .expect("the input is JSON")
}

#[test]
fn a_failure_tells_the_story_of_the_flow() {
    let run = super::report::run(&Project::fixture("failing-flow"), &["--exact", FRIENDLY]).exits(1);
    let story = printed(&run, FRIENDLY);
    assert_in_order(
        &story,
        &[
            "POST /greetings",
            "Greet",
            "greeting.requested",
            "SayHello",
            "greeting.said",
            "KeepGreeting",
        ],
    );
    for text in ["Hello, dear Ada", "Hello, Ada", "tests/greetings.flow.yaml:16"] {
        assert!(story.contains(text), "no {text:?} in\n{story}");
    }
}

#[test]
fn a_property_is_shrunk_to_its_least_input() {
    let run = super::report::run(&Project::fixture("failing-flow"), &["--exact", SHOUTED]).exits(1);
    let input = minimal_input(&printed(&run, SHOUTED));
    let greeting = input.get("greeting").unwrap_or(&input);
    assert_eq!(
        greeting,
        &serde_json::json!({ "name": "Ada", "loudness": 50 }),
        "{}",
        run.story()
    );
}

#[test]
fn the_replay_line_shows_the_same_failure_again() {
    let project = Project::fixture("failing-flow");
    for (name, how) in [(FRIENDLY, " --seed "), (SHOUTED, " --replay ")] {
        let first = project.run(&["test", "--exact", name]).exits(1);
        let line = replay_line(&first);
        assert!(line.starts_with("banister test ") && line.contains(how), "{line}");
        let again = Banister::shell(&line, project.root()).run().exits(1);
        again.says("test result: FAILED. 0 passed; 1 failed;");
        assert_eq!(failure(&again), failure(&first), "{line}");
    }
}

#[test]
fn the_replay_line_works_from_another_folder() {
    let project = Project::fixture("failing-flow");
    let folder = project.root().to_str().expect("a path of plain text");
    let first = Banister::in_folder(project.root().parent().expect("a folder above"))
        .args(["test", "-C", folder, "--exact", FRIENDLY])
        .run()
        .exits(1);
    let again = Banister::shell(
        &replay_line(&first),
        project.root().parent().expect("a folder above"),
    )
    .run()
    .exits(1);
    assert_eq!(failure(&again), failure(&first));
}

/// The part of a report that tells of the failure, which holds no time that passed.
#[track_caller]
fn failure(run: &Run) -> String {
    let start = run
        .stdout
        .find("failures:")
        .unwrap_or_else(|| panic!("no failures\n{}", run.story()));
    let end = run.stdout.find("test result:").unwrap_or(run.stdout.len());
    run.stdout[start..end].to_owned()
}

#[test]
fn another_seed_finds_the_same_least_input() {
    let project = Project::fixture("failing-flow");
    for seed in ["1", "2", "3"] {
        let run = super::report::run(&project, &["--exact", SHOUTED, "--seed", seed]).exits(1);
        let input = minimal_input(&printed(&run, SHOUTED));
        assert_eq!(
            input.get("greeting").unwrap_or(&input)["loudness"],
            50,
            "seed {seed}: {}",
            run.story()
        );
    }
}

#[test]
fn every_attempt_has_its_own_output_and_the_state_is_shown() {
    let step = "exports.config = { type: 'event', name: 'Boom', subscribes: ['a.go'], emits: [] }\n\
                exports.handler = async (input, { state }) => {\n  \
                const tries = ((await state.get('tries', 'n')) ?? 0) + 1\n  \
                await state.set('tries', 'n', tries)\n  \
                console.log('try ' + tries)\n  \
                throw new Error('no')\n}\n";
    let flow = "tests:\n  - name: it works\n    when: [{ emit: { topic: a.go, data: {} } }]\n    \
                then: [{ state: { tries: { n: 1 } } }]\n";
    let project = Project::of(&[
        ("package.json", "{}"),
        ("steps/boom.step.js", step),
        ("tests/a.flow.yaml", flow),
    ]);
    let run = super::report::run(&project, &[]).exits(1);
    assert_in_order(
        &printed(&run, "tests/a::it works"),
        &[
            "state at the end:\n  tries/n: 3\n",
            "stdout of Boom:\n  try 1\n",
            "stdout of Boom#2:\n  try 2\n",
            "stdout of Boom#3:\n  try 3\n",
        ],
    );
}
