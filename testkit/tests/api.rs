//! Flows from Rust, and flow tests as tests of cargo.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::Path;

use banister_testkit::trace::What;
use banister_testkit::{FlowError, OpenError, Project, harness};
use libtest_mimic::Arguments;
use serde_json::json;
use tempfile::TempDir;

const ORDER: &str = "
exports.config = { type: 'api', name: 'Order', method: 'POST', path: '/orders', emits: ['ordered'] }
exports.handler = async (req, { emit, state }) => {
  const price = await state.get('prices', req.body.product)
  if (!price) throw new Error('no price')
  const id = crypto.randomUUID()
  await emit({ topic: 'ordered', data: { id, price, at: new Date().toISOString(), key: process.env.KEY } })
  return { status: 201, body: { id, price } }
}
";
const PAY: &str = "
exports.config = { type: 'event', name: 'Pay', subscribes: ['ordered'], emits: ['paid'] }
exports.handler = async (order, { emit, state }) => {
  const answer = await fetch('https://pay.test/charges', { method: 'POST', body: JSON.stringify(order) })
  await state.set('payments', order.id, await answer.json())
  await emit({ topic: 'paid', data: { id: order.id } })
}
";

fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn shop() -> TempDir {
    let dir = TempDir::new().unwrap();
    write(dir.path(), "package.json", "{}");
    write(dir.path(), "steps/order.step.js", ORDER);
    write(dir.path(), "steps/pay.step.js", PAY);
    dir
}

#[test]
fn a_flow_is_written_and_run_in_rust() {
    let dir = shop();
    let project = Project::open(dir.path()).unwrap();
    let flow = |seed| {
        project
            .flow(seed)
            .now("2026-03-01T12:00:00Z")
            .given_env("KEY", "k")
            .given_state("prices", "mug", json!(1250))
            .mock_http("POST https://pay.test/charges", json!({ "json": { "ok": true } }))
            .request("POST /orders", json!({ "product": "mug" }))
            .then(json!({ "response": { "status": 201, "body": { "price": 1250 }, "captures": { "id": "$.body.id" } } }))
            .expect_emitted("ordered", json!({ "at": "2026-03-01T12:00:00.000Z", "key": "k" }))
            .expect_emitted("paid", json!({ "id": "{{id}}" }))
            .expect_not_emitted("refused")
            .expect_ran(["Order", "Pay"])
            .advance("1d")
    };
    let Err(FlowError::Invalid(said)) = flow(1).run() else {
        panic!("nobody sends or takes `refused`");
    };
    assert!(said.contains("refused"), "{said}");

    write(
        dir.path(),
        "steps/refuse.step.js",
        "exports.config = { type: 'event', name: 'Refuse', subscribes: ['refused'], emits: [] }\nexports.handler = async () => {}\n",
    );
    let project = Project::open(dir.path()).unwrap();
    let flow = |seed| {
        project
            .flow(seed)
            .now("2026-03-01T12:00:00Z")
            .given_env("KEY", "k")
            .given_state("prices", "mug", json!(1250))
            .mock_http("POST https://pay.test/charges", json!({ "json": { "ok": true } }))
            .request("POST /orders", json!({ "product": "mug" }))
            .expect_response(201, json!({ "price": 1250 }))
            .expect_not_emitted("refused")
            .run()
            .unwrap()
    };
    let run = flow(1);
    let id = run.emitted("ordered")[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(run.responses(), [(201, &json!({ "id": id, "price": 1250 }))]);
    assert_eq!(run.ran(), ["Order", "Pay"]);
    assert_eq!(run.called(), ["POST https://pay.test/charges"]);
    assert_eq!(run.state("payments", &id), Some(&json!({ "ok": true })));
    assert_eq!(run.state("payments", "other"), None);
    assert_eq!(run.trace().canonical(), flow(1).trace().canonical());
    assert_ne!(run.trace().canonical(), flow(2).trace().canonical());
}

#[test]
fn a_flow_that_fails_tells_its_story() {
    let dir = shop();
    let project = Project::open(dir.path()).unwrap();
    let flow = || {
        project
            .flow(1)
            .request("POST /orders", json!({ "product": "mug" }))
    };
    let Err(FlowError::Failed(story)) = flow().run() else {
        panic!("the handler throws");
    };
    for text in [
        "Order failed: Error: no price",
        "steps/order.step.js",
        "POST /orders",
    ] {
        assert!(story.contains(text), "no {text:?} in\n{story}");
    }
    assert!(!story.contains("replay:"), "{story}");
    flow()
        .then(json!({ "response": { "status": 500 } }))
        .run()
        .expect("what is expected is no failure");

    let invalid = |flow: banister_testkit::Flow<'_>| match flow.run() {
        Err(FlowError::Invalid(said)) => said,
        other => panic!("{other:?}"),
    };
    assert!(invalid(project.flow(1)).contains("`when` is empty"));
    let unknown = invalid(project.flow(1).emit("orderd", json!({})));
    assert!(unknown.contains("ordered"), "{unknown}");
    assert!(invalid(flow().advance("soon")).contains("is not a duration"));
    assert!(invalid(flow().when(json!({ "wait": 1 }))).contains("unknown key `wait`"));
}

#[test]
fn an_invariant_is_asked_of_the_whole_run() {
    let shop = shop();
    let project = Project::open(shop.path()).unwrap();
    let emits = |most: usize| {
        let flow = project
            .flow(1)
            .given_state("prices", "mug", json!(5))
            .mock_http("POST https://pay.test/charges", json!({ "json": {} }))
            .request("POST /orders", json!({ "product": "mug" }));
        flow.invariant("few messages", move |trace| {
            let sent = trace
                .events
                .iter()
                .filter(|event| matches!(event.what, What::Emitted { .. }));
            sent.count() <= most
        })
        .run()
    };
    assert!(emits(2).is_ok());
    match emits(1) {
        Err(FlowError::Failed(story)) => {
            assert!(
                story.starts_with("the invariant \"few messages\" does not hold"),
                "{story}"
            );
            assert!(story.contains("POST /orders"), "{story}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_folder_of_one_project_is_opened() {
    let dir = TempDir::new().unwrap();
    for project in ["a", "b"] {
        write(dir.path(), &format!("{project}/package.json"), "{}");
        write(dir.path(), &format!("{project}/steps/order.step.js"), ORDER);
    }
    assert!(matches!(
        Project::open(dir.path()),
        Err(OpenError::Count { count: 2, .. })
    ));
    assert!(Project::open(dir.path().join("a")).is_ok());
    assert!(matches!(
        Project::open(dir.path().join("c")),
        Err(OpenError::Load(_))
    ));
}

#[test]
fn flow_tests_are_tests_of_cargo() {
    let dir = shop();
    let test = |name: &str, extra: &str, product: &str| {
        format!(
            "  - name: {name}\n{extra}    given: {{ state: {{ prices: {{ mug: 1 }} }} }}\n    \
             mocks: {{ http: [ {{ on: POST https://pay.test/charges, reply: {{ json: {{}} }} }} ] }}\n    \
             when: [ {{ request: POST /orders, body: {{ product: {product} }} }} ]\n    \
             then: [ {{ response: {{ status: 201 }} }} ]\n"
        )
    };
    let good = test("good", "", "mug");
    let bad = test("bad", "", "lamp");
    let later = test("later", "    ignore: not yet\n", "mug");
    write(
        dir.path(),
        "tests/a.flow.yaml",
        &format!("tests:\n{good}{bad}{later}"),
    );
    write(dir.path(), "tests/b.flow.yaml", "tests: [");
    let run = |arguments: &[&str]| {
        let mut arguments = Arguments::from_iter(["flows"].iter().chain(arguments));
        arguments.quiet = true;
        // Some of these tests fail on purpose: whoever reads the log of the outer run shall not think that it did.
        arguments.logfile = Some(dir.path().join("run.log").to_string_lossy().into_owned());
        let it = harness::run(&arguments, dir.path()).unwrap();
        (it.num_passed, it.num_failed, it.num_ignored, it.num_filtered_out)
    };
    assert_eq!(run(&[]), (1, 2, 1, 0));
    assert_eq!(run(&["--exact", "tests/a::good", "--nocapture"]), (1, 0, 0, 3));
    assert_eq!(run(&["--ignored", "--exact", "tests/a::later"]), (1, 0, 0, 3));
    assert_eq!(run(&["--include-ignored", "tests/a"]), (2, 1, 0, 1));
    assert_eq!(
        run(&["--skip", "bad", "--skip", "file", "--test-threads", "1"]),
        (1, 0, 1, 2)
    );
}
