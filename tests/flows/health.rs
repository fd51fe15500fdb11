//! What is told of tests that pass and may have tried little: once for each, for people and for programs.

use super::report::run;
use crate::support::command::Run;
use crate::support::project::Project;

const HANDLER: &str = "
exports.config = {
  type: 'event', name: 'Ship', subscribes: ['packed'], emits: ['shipped'],
  input: { type: 'object', properties: { weights: { type: 'array', items: { type: 'integer' } } }, required: ['weights'] },
}
exports.handler = async (input, { emit }) => {
  if (input.weights.includes(0.5)) await emit({ topic: 'shipped', data: input })
}
";
const RECEIVER: &str = "
exports.config = { type: 'event', name: 'Told', subscribes: ['shipped'], emits: [] }
exports.handler = async () => {}
";
const TESTS: &str = "
tests:
  - property: whatever is packed
    cases: 30
    for_all:
      weights: { type: array, items: { type: integer, not: { multipleOf: 2 } }, minItems: 2, maxItems: 2 }
    when: [{ emit: { topic: packed, data: { weights: '{{weights}}' } } }]
    then: [{ ran: [Ship] }]
  - property: nothing is shipped
    cases: 30
    for_all: { weight: { type: integer } }
    when: [{ emit: { topic: packed, data: { weights: ['{{weight}}'] } } }]
    then: [{ not_emitted: shipped }]
  - name: twice
    schedules: 60
    faults: { duplicate: 1 }
    when: [{ emit: { topic: packed, data: { weights: [1] } } }]
    then: [{ ran: [Ship] }]
";

fn project() -> Project {
    Project::of(&[
        ("package.json", "{}"),
        ("steps/ship.step.js", HANDLER),
        ("steps/told.step.js", RECEIVER),
        ("tests/a.flow.yaml", TESTS),
    ])
}

fn notes(run: &Run, name: &str) -> Vec<String> {
    let lines = run.json_lines();
    let line = lines
        .iter()
        .find(|line| line["name"] == name && line["event"] == "ok");
    let line = line.unwrap_or_else(|| panic!("{name} did not pass\n{}", run.story()));
    let notes = line["notes"].as_array().into_iter().flatten();
    notes
        .map(|it| it.as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn programs_are_told() {
    let run = run(&project(), &[]).exits(0);
    let told = notes(&run, "tests/a::whatever is packed");
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(
        told[0].starts_with("inputs for `weights`: ") && told[0].contains("'#/items/not' rejects"),
        "{told:#?}"
    );
    let silent =
        "Ship ran 31 times and never sent a message, though it declares 'shipped': no input led there";
    assert_eq!(told[1].replace("30 times", "31 times"), silent);
    assert_eq!(notes(&run, "tests/a::nothing is shipped"), [""; 0]);
    let told = notes(&run, "tests/a::twice");
    assert!(
        told.iter()
            .any(|it| it.contains("of 60 runs came to nothing new")),
        "{told:#?}"
    );
}

#[test]
fn people_are_told_once() {
    let run = project().banister(&["test"]).run().exits(0);
    let shown = run.story();
    assert_eq!(shown.matches("inputs for `weights`").count(), 1, "{shown}");
    assert_eq!(shown.matches("never sent a message").count(), 1, "{shown}");
    assert_eq!(shown.matches("came to nothing new").count(), 1, "{shown}");
}

#[test]
fn generated_tests_tell_of_steps_that_never_send() {
    let run = run(&project(), &["--auto", "Ship"]).exits(0);
    let told = notes(&run, "auto::packed -> Ship");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("though it declares 'shipped'"), "{told:#?}");
}
