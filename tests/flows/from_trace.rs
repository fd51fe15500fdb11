//! `--new-from-trace`: what happened, as a test that passes.

use super::report::{named, outcomes, run};
use crate::support::project::Project;

/// Makes a test of every trace of the project's own tests, and runs all of them.
#[track_caller]
fn round_trip(project: &Project, args: &[&str]) -> Vec<String> {
    project
        .banister(&["test", "--cases", "2", "--trace-dir", "traces"])
        .args(args)
        .run()
        .exits(0);
    let mut written = Vec::new();
    for (at, trace) in project.files("traces").iter().enumerate() {
        let made = project.run(&["test", "--new-from-trace", trace]).exits(0);
        assert_eq!(made.stderr, "", "{trace}: {}", made.story());
        let path = format!("new/t{at}.flow.yaml");
        project.write(&path, &made.stdout);
        written.push(made.stdout);
    }
    let run = run(project, &["new/"]).exits(0);
    assert_eq!(
        named(&outcomes(&run), "ok").len(),
        written.len(),
        "{}",
        run.story()
    );
    written
}

#[test]
fn every_trace_of_the_shop_becomes_a_test_that_passes() {
    let project = Project::example("ecommerce");
    let written = round_trip(&project, &[]);
    assert_eq!(written.len(), 22);
    let paid = written
        .iter()
        .find(|text| text.contains("an-order-is-paid-and-a-receipt"))
        .expect("its trace is there");
    for line in [
        "      now: \"2026-01-05T09:00:00Z\"\n",
        "      env: { STRIPE_API_KEY: TEST-KEY }\n",
        "      - request: POST /orders\n        body: { customerId: ada, productId: mug, quantity: 2 }\n",
        "captures: { id: $.body.id }",
        "- called: { http: POST https://api.stripe.com/v1/charges, times: 1 }",
        "amount: 2500",
        "ran: [CreateOrder, ProcessPayment,",
        "paymentId: ch_test_1",
    ] {
        assert!(paid.contains(line), "no {line:?} in\n{paid}");
    }
}

#[test]
fn an_id_that_is_asked_for_again_gets_a_name() {
    let create = "exports.config = { type: 'api', name: 'Create', method: 'POST', path: '/things', emits: [] }\n\
                  exports.handler = async (req, { state }) => {\n  \
                  const id = crypto.randomUUID()\n  \
                  await state.set('things', id, { id, luck: Math.random(), at: Date.now(), by: req.headers['x-user'] })\n  \
                  return { status: 201, body: { id } }\n}\n";
    let read = "exports.config = { type: 'api', name: 'Read', method: 'GET', path: '/things/:id', emits: [] }\n\
                exports.handler = async (req, { state }) => ({ status: 200, body: await state.get('things', req.pathParams.id) })\n";
    let flow = "tests:\n  - name: it is kept\n    when:\n      - request: POST /things\n        headers: { x-user: \"ada: the first\" }\n      \
                - advance: 1d12h\n      - request: GET /things/{{id}}\n    then:\n      - response: { captures: { id: $.body.id } }\n      \
                - response: { status: 200 }\n";
    let project = Project::of(&[
        ("package.json", "{}"),
        ("steps/create.step.js", create),
        ("steps/read.step.js", read),
        ("tests/a.flow.yaml", flow),
    ]);
    let written = round_trip(&project, &[]);
    let text = &written[0];
    for part in [
        "- request: \"GET /things/{{id}}\"",
        "advance: \"1d12h\"",
        "x-user: \"ada: the first\"",
        "\"{{id}}\": {",
        "at: 1767603600000",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    assert!(!text.contains("luck"), "{text}");

    // What the project does otherwise now is said, and the test says what the trace says.
    project.write("steps/read.step.js", read.replace("status: 200", "status: 203"));
    project.run(&["test", "new/"]).exits(1);
    let trace = &project.files("traces")[0];
    let made = project.run(&["test", "--new-from-trace", trace]).exits(1);
    made.says("the test does not pass: the response is not as expected");
    assert!(made.stdout.contains("status: 200"), "{}", made.story());
}

#[test]
fn what_is_no_trace_is_refused() {
    let project = Project::of(&[
        ("package.json", "{}"),
        (
            "steps/a.step.js",
            "exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }\nexports.handler = async () => {}\n",
        ),
        ("empty.json", ""),
        (
            "wrong.json",
            "{\"at\":1,\"event\":\"advance\",\"ms\":5}\n{\"event\":\"flown\"}\n",
        ),
    ]);
    let refused = |file: &str| project.run(&["test", "--new-from-trace", file]).exits(2);
    refused("nowhere.json").says("cannot read nowhere.json");
    refused("empty.json").says("holds nothing that a test does");
    refused("wrong.json").says("line 2 is no event of a trace");
}

#[test]
fn streams_sockets_settings_and_failures_of_a_trace_are_in_its_test() {
    let room = "exports.config = { type: 'api', name: 'Room', method: 'GET', path: '/rooms/:id', websocket: true, emits: ['said'] }
exports.handler = async (req, { emit, streams }) => {
  if (req.headers['x-user'] === 'eve') return { status: 403, body: { error: 'no' } }
  req.ws.on('message', async (text) => {
    await streams.chat.set(req.pathParams.id, 'last', { text, token: crypto.randomUUID() })
    await streams.chat.send({ groupId: req.pathParams.id }, { type: 'typing', data: { text } })
    await emit({ topic: 'said', data: { text } })
    req.ws.send(JSON.stringify({ echo: text }))
    if (text === 'bye') req.ws.close(4000)
  })
}
";
    let keep = "exports.config = { type: 'event', name: 'Keep', subscribes: ['said'], emits: [],
  infrastructure: { queue: { maxRetries: 2, visibilityTimeout: 5 } } }
exports.handler = async (input, { streams, emit }) => {
  await emit({ topic: 'nowhere', data: {} })
  if (input.text === 'bye') throw new Error(`no ${input.text}`)
}
";
    let tick = "exports.config = { type: 'cron', name: 'Tick', cron: '* * * * *', emits: [] }
exports.handler = async () => { throw new TypeError('never on time') }
";
    let chat = "exports.config = { name: 'chat', schema: {}, baseConfig: { storageType: 'default' } }\n";
    let flow = "tests:
  - name: it is said
    profile: motia-0.17
    allow: [undeclared-emit, invalid-item]
    given: { streams: { chat: { '7': { first: { text: hello } } } } }
    when:
      - ws: { connect: /rooms/7, headers: { x-user: ann }, as: ann }
      - ws: { connect: /rooms/7, headers: { x-user: eve }, as: eve }
      - ws: { send: hi, as: ann }
      - ws: { send: bye, as: ann }
      - cron: Tick
    then:
      - response: { status: 403 }
      - threw: { step: Tick }
      - dead_lettered: { step: Keep, data: { text: bye } }
";
    let project = Project::of(&[
        ("package.json", "{}"),
        ("steps/room.step.js", room),
        ("steps/keep.step.js", keep),
        ("steps/tick.step.js", tick),
        ("steps/chat.stream.js", chat),
        ("tests/a.flow.yaml", flow),
    ]);
    let written = round_trip(&project, &[]);
    let text = &written[0];
    for part in [
        "profile: motia-0.17",
        "allow: [undeclared-emit, invalid-item]",
        "streams: { chat: { \"7\": { first: { text: hello } } } }",
        "- ws: { connect: /rooms/7, headers: { x-user: ann }, as: ann }",
        "- ws: { send: hi, as: ann }",
        "- response: { status: 403",
        "- stream: { chat: { \"7\": { last: { id: last, text: bye } } } }",
        "- stream_event: { stream: chat, group: \"7\", type: typing, data: { text: hi } }",
        "- ws: { received: { echo: hi }, times: 1, as: ann }",
        "- ws: { closed: 4000, as: ann }",
        "- dead_lettered: { topic: said, step: Keep, data: { text: bye } }",
        "- threw: { name: TypeError, message: never on time }",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}
