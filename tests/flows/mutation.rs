//! `--mutate`, with real handlers.

use serde_json::Value as Json;

use crate::support::project::Project;

const CREATE: &str = "exports.config = { type: 'api', name: 'Create', method: 'POST', path: '/orders', emits: ['order.created'] }
exports.handler = async (req, { emit, state }) => {
  await state.set('orders', 'o-1', { id: 'o-1', status: 'new' })
  await emit({ topic: 'order.created', data: { id: 'o-1', total: req.body.total, ignored: 1 } })
  return { status: 201, body: {} }
}
";
const PAY: &str =
    "config = {'type': 'event', 'name': 'Pay', 'subscribes': ['order.created'], 'emits': ['order.paid']}

async def handler(data, context):
    await context.state.set('orders', data['id'], {'id': data['id'], 'status': 'paid'})
    await context.emit({'topic': 'order.paid', 'data': {'id': data['id'], 'sum': data.get('total', 0)}})
";
const COUNT: &str =
    "exports.config = { type: 'event', name: 'Count', subscribes: ['order.created'], emits: [] }
exports.handler = async (data, { state }) => {
  const sold = (await state.get('counts', 'sold')) || 0
  await state.set('counts', 'sold', sold + 1)
}
";
const SHIP: &str =
    "exports.config = { type: 'event', name: 'Ship', subscribes: ['order.paid'], emits: ['order.shipped'] }
exports.handler = async (data, { state, emit }) => {
  const order = await state.get('orders', data.id)
  const answer = await fetch('https://ship.test/parcels', { method: 'POST', body: order.status })
  if (!answer.ok) throw new Error('busy')
  await emit({ topic: 'order.shipped', data: { id: data.id, status: order.status } })
}
";
const MOCKS: &str = "mocks:
  http:
    - { on: POST https://ship.test/parcels, replies: [ { status: 503 }, { status: 200 } ] }
tests:
";

fn test(name: &str, then: &str) -> String {
    format!(
        "  - name: {name}\n    when: [ {{ request: POST /orders, body: {{ total: 12 }} }} ]\n    then:\n{then}"
    )
}

fn project(tests: &str) -> Project {
    Project::of(&[
        ("package.json", "{}"),
        ("steps/count.step.js", COUNT),
        ("steps/create.step.js", CREATE),
        ("steps/pay.step.py", PAY),
        ("steps/ship.step.js", SHIP),
        ("tests/a.flow.yaml", &format!("{MOCKS}{tests}")),
    ])
}

fn weak() -> String {
    test("an order is taken", "      - response: { status: 201 }\n")
}

fn mutants(project: &Project, args: &[&str]) -> Json {
    project
        .banister(&["test", "--mutate", "--mutation-file", "out.json"])
        .args(args)
        .run()
        .exits(0);
    serde_json::from_str(&project.read("out.json")).unwrap()
}

fn verdict(report: &Json, does: &str) -> String {
    let all = report["mutants"].as_array().unwrap();
    let found = all.iter().find(|it| it["does"] == does);
    let found = found.unwrap_or_else(|| panic!("no mutant is '{does}' in {report:#}"));
    found["verdict"].as_str().unwrap().to_owned()
}

#[test]
fn what_no_expectation_looks_at_survives() {
    let report = mutants(&project(&weak()), &[]);
    for (does, becomes) in [
        ("dropping `order.created` from Create", "survived"),
        (
            "dropping field `total` of `order.created` from Create",
            "survived",
        ),
        ("losing what Pay writes to `orders` of the state", "survived"),
        (
            "giving up `order.paid` when Ship fails, without another attempt",
            "killed",
        ),
        // Pay finds no id and throws.
        ("dropping field `id` of `order.created` from Create", "killed"),
        // Ship says what it reads.
        (
            "reading what was in `orders` before the last write in Ship",
            "survived",
        ),
        // Nobody looks at the clock.
        ("delaying `order.paid` from Pay by a second", "no_effect"),
        (
            "changing the order in which `order.created` from Create arrives",
            "no_effect",
        ),
        // Pay writes the same item anew.
        ("losing what Create writes to `orders` of the state", "no_effect"),
    ] {
        assert_eq!(verdict(&report, does), becomes, "{does}: {report:#}");
    }
    assert_eq!(report["not_tried"], 0);
    assert_eq!(report["files"][0]["file"], "tests/a");
}

#[test]
fn what_is_suggested_kills_the_survivor() {
    let before = mutants(&project(&weak()), &[]);
    let survivors = before["survivors"].as_array().unwrap();
    assert!(survivors.len() > 8, "{before:#}");
    let suggested = survivors
        .iter()
        .filter_map(|it| it["suggestion"]["then"].as_str());
    let mut lines: Vec<String> = suggested.map(|then| format!("      - {then}\n")).collect();
    assert_eq!(
        lines.len(),
        survivors.len(),
        "each survivor has a suggestion: {before:#}"
    );
    assert!(
        lines.contains(
            &"      - { emitted: { topic: order.created, data: { total: 12 }, times: 1 } }\n".to_owned()
        ),
        "{lines:?}"
    );
    lines.push("      - response: { status: 201 }\n".to_owned());
    lines.sort();
    lines.dedup();
    let after = mutants(
        &project(&test("an order is taken", &lines.concat())),
        &["--fail-under", "mutation=100"],
    );
    assert_eq!(after["totals"]["percent"], 100.0, "{after:#}");
    assert_eq!(after["survivors"], serde_json::json!([]));
}

#[test]
fn it_is_the_same_for_any_number_of_jobs() {
    let project = project(&weak());
    assert_eq!(mutants(&project, &["-j", "1"]), mutants(&project, &["-j", "4"]));
}

#[test]
fn survivors_are_told_with_a_score() {
    let failing = test("an order fails", "      - response: { status: 500 }\n");
    let project = project(&format!("{}{failing}", weak()));
    let run = project
        .run(&[
            "test",
            "--mutate",
            "--mutants",
            "12",
            "--fail-under",
            "mutation=90",
        ])
        .exits(1);
    run.says("test result: FAILED. 1 passed; 1 failed")
        .says("survivors, the gravest first\n  1. losing what ")
        .says("is noticed by no test\n")
        .says("more were not tried: `--mutants N` tries more")
        .says("not mutated: tests/a::an order fails: it fails")
        .says("mutation score ");
    assert!(
        run.stderr.contains("error: the mutation score is "),
        "{}",
        run.story()
    );
    let refused = project.run(&["test", "--fail-under", "mutation=90"]).exits(2);
    assert!(refused.stderr.contains("needs `--mutate`"), "{}", refused.story());
}

#[test]
fn a_property_is_mutated_with_its_cases() {
    let property = "  - property: every order is taken
    for_all: { total: { type: integer, minimum: 1, maximum: 9 } }
    cases: 3
    when: [ { request: POST /orders, body: { total: \"{{total}}\" } } ]
    then: [ { response: { status: 201 } }, { emitted: { topic: order.paid, data: { sum: \"{{total}}\" } } } ]
";
    let report = mutants(&project(property), &[]);
    assert_eq!(
        verdict(&report, "dropping field `total` of `order.created` from Create"),
        "killed",
        "{report:#}"
    );
    assert_eq!(
        verdict(&report, "losing what Count writes to `counts` of the state"),
        "survived"
    );
}
