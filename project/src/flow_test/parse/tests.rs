use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::flow_test::{Action, Expectation, Fault, HttpReply, ReplyBody, SocketAct, TextMatch};

fn file(text: &str) -> FlowFile {
    parse("tests/a.flow.yaml", text.into()).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// Problems as `line:column rule message (help)`.
fn told(text: &str) -> String {
    let problems = parse("tests/a.flow.yaml", text.into()).err().unwrap_or_default();
    let mut out = String::new();
    for problem in problems {
        let before = &text[..problem.span.start as usize];
        let (line, column) = (
            before.matches('\n').count() + 1,
            before.chars().rev().take_while(|c| *c != '\n').count() + 1,
        );
        let rule = problem.rule.trim_start_matches("flow-test-");
        let help = problem
            .help
            .map_or_else(String::new, |help| format!("\n    {help}"));
        out.push_str(&format!("{line}:{column} {rule}: {}{help}\n", problem.message));
    }
    out
}

#[track_caller]
fn check(text: &str, expected: &Expect) {
    expected.assert_eq(&told(text));
}

const WHOLE: &str = r#"
mocks:
  http:
    - on: post https://api.stripe.com/v1/charges
      query: { page: 2 }
      headers: { Authorization: Bearer KEY }
      body: { amount: 5 }
      reply: { status: 201, headers: { X-Id: 7 }, json: { id: ch_1 } }
    - on: "* http://localhost:8080/a/**"
      replies: [{ status: 500 }, { text: ok }]
tests:
  - name: an order is paid
    mocks: { http: [{ on: GET https://b.c, reply: {} }] }
    given:
      now: 2026-01-05T10:00:00+01:00
      env: { KEY: v, PORT: 3000, ON: true }
      state: { prices: { p1: 12.5, p2: [1] } }
    when:
      - request: POST /orders?full=yes
        headers: { X-User: ada }
        body: { productId: p1, on: 2026-01-05 }
      - emit: { topic: order.created, data: { id: 1 } }
      - emit: { topic: order.empty }
      - cron: GenerateAnalytics
      - advance: 1d12h
    then:
      - response: { status: 201, headers: { X-Id: a }, body: { ok: true }, captures: { id: "$.body.items[0].id" } }
      - emitted: { topic: order.created, data: { quantity: 2 }, times: 1 }
      - not_emitted: payment.failed
      - state: { orders: { "{{id}}": { quantity: 2 }, gone: null } }
      - stream: { chat: { "user:1": { m1: { type: token } } } }
      - ran: [CreateOrder, ProcessPayment]
      - called: { http: POST https://api.stripe.com/v1/charges, times: 0 }
      - log: { level: error, message: 404, times: 0 }
  - property: every order is reported
    for_all: { order: { schema_of: CreateOrder.body }, n: { type: integer } }
    when: [ { request: POST /orders, body: "{{order}}" } ]
    then: [ { emitted: { topic: report.generated } } ]
    cases: 256
"#;

#[test]
fn the_whole_grammar_is_read() {
    let file = file(WHOLE);
    let [plain, property] = file.tests.as_slice() else {
        panic!("{file:#?}")
    };
    let given = &plain.given;
    assert_eq!(given.now, Some(1_767_603_600_000));
    assert_eq!(given.env["PORT"], "3000");
    assert_eq!(
        given.state[0].1,
        [("p1".to_owned(), json!(12.5)), ("p2".to_owned(), json!([1]))]
    );
    assert_eq!(given.state[0].0.span.slice(WHOLE), "prices");

    let actions: Vec<_> = plain.when.iter().map(|it| &it.value).collect();
    let [
        Action::Request {
            method,
            target,
            headers,
            body,
        },
        Action::Emit { topic, .. },
        Action::Emit { data, .. },
        Action::Cron { step },
        Action::Advance { ms },
    ] = actions.as_slice()
    else {
        panic!("{actions:#?}")
    };
    assert_eq!(
        (method.as_str(), target.as_str(), headers["x-user"].as_str()),
        ("POST", "/orders?full=yes", "ada")
    );
    assert_eq!(*body, json!({"productId": "p1", "on": "2026-01-05"}));
    assert_eq!(
        (topic.span.slice(WHOLE), data, step.as_str(), *ms),
        ("order.created", &json!(null), "GenerateAnalytics", 129_600_000)
    );

    assert_eq!(plain.then.len(), 8);
    let Expectation::Response {
        status,
        captures,
        headers,
        ..
    } = &plain.then[0].value
    else {
        panic!()
    };
    assert_eq!(
        (*status, captures["id"].as_str(), headers["x-id"][0].as_str()),
        (Some(201), "$.body.items[0].id", "a")
    );
    assert_eq!(plain.then[0].span.slice(WHOLE), "response");
    let Expectation::Log { message, times, .. } = &plain.then[7].value else {
        panic!()
    };
    assert_eq!((message.as_deref(), *times), (Some("404"), Some(0)));

    assert_eq!(property.cases, Some(256));
    let [
        (order, InputSource::SchemaOf { step, part, .. }),
        (_, InputSource::Schema(schema)),
    ] = property.for_all.as_slice()
    else {
        panic!("{property:#?}")
    };
    assert_eq!(
        (order.as_str(), step.as_str(), part.as_str()),
        ("order", "CreateOrder", "body")
    );
    assert_eq!(schema.value, json!({"type": "integer"}));
}

#[test]
fn the_mocks_of_a_test_come_before_those_of_the_file() {
    let file = file(WHOLE);
    let of = |test: usize| {
        file.tests[test]
            .mocks
            .http
            .iter()
            .map(|mock| mock.request.on.to_string())
            .collect::<Vec<_>>()
    };
    let shared = [
        "POST https://api.stripe.com/v1/charges",
        "* http://localhost:8080/a/**",
    ];
    assert_eq!(of(0), ["GET https://b.c/", shared[0], shared[1]]);
    assert_eq!(of(1), shared);
    let stripe = &file.tests[1].mocks.http[0];
    assert_eq!(
        (
            &stripe.request.query["page"],
            &stripe.request.headers["authorization"]
        ),
        (&TextMatch::Is("2".into()), &TextMatch::Is("Bearer KEY".into()))
    );
    assert_eq!(stripe.replies[0].body, ReplyBody::Json(json!({"id": "ch_1"})));
    let local = &file.tests[1].mocks.http[1].replies;
    assert_eq!((local[0].status, &local[0].body), (500, &ReplyBody::Empty));
    assert_eq!(
        (local[1].status, &local[1].body),
        (200, &ReplyBody::Text("ok".to_owned()))
    );
}

#[test]
fn anchors_and_aliases_work() {
    let file = file(
        "tests:\n  - name: a\n    when: &when [{ emit: { topic: t, data: &data { n: 1 } } }]\n    then: [{ emitted: { topic: t, data: *data } }]\n  - name: b\n    when: *when\n    then: [{ not_emitted: u }]\n",
    );
    assert_eq!(file.tests[0].when, file.tests[1].when);
}

#[test]
fn unknown_keys_are_told_of_everywhere_at_once() {
    check(
        r#"
mock: {}
tests:
  - nmae: x
    whne: []
    when: [ { emit: { topick: t } }, { requets: POST /a }, { emit: { topic: t }, body: 1 } ]
    then: [ { emited: { topic: t } }, { response: { statsu: 1 } } ]
"#,
        &expect![[r#"
            2:1 unknown-key: unknown key `mock` in a flow test file
                did you mean `mocks`? a flow test file may have `mocks`, `profile`, `isolation`, `allow`, `invariants`, `tests`
            4:5 missing-key: a test needs the key `name` or `property`
            4:5 unknown-key: unknown key `nmae` in a test
                did you mean `name`? a test may have `name`, `property`, `for_all`, `mocks`, `given`, `when`, `then`, `cases`, `schedules`, `faults`, `profile`, `isolation`, `allow`, `invariants`, `ignore`
            5:5 unknown-key: unknown key `whne` in a test
                did you mean `when`? a test may have `name`, `property`, `for_all`, `mocks`, `given`, `when`, `then`, `cases`, `schedules`, `faults`, `profile`, `isolation`, `allow`, `invariants`, `ignore`
            6:23 missing-key: `emit` needs the key `topic`
            6:23 unknown-key: unknown key `topick` in `emit`
                did you mean `topic`? `emit` may have `topic`, `data`
            6:40 unknown-key: unknown key `requets` in an action
                did you mean `request`? an action may have `request`, `headers`, `body`, `emit`, `cron`, `advance`, `ws`, `together`
            6:82 invalid-value: `body` belongs to `request`, not to `emit`
            7:15 unknown-key: unknown key `emited` in an expectation
                did you mean `emitted`? an expectation may have `response`, `emitted`, `not_emitted`, `state`, `stream`, `stream_event`, `ws`, `ran`, `called`, `not_called`, `dead_lettered`, `retried`, `threw`, `log`
            7:51 missing-key: `response` needs one of `status`, `headers`, `body`, `captures`
            7:53 unknown-key: unknown key `statsu` in `response`
                did you mean `status`? `response` may have `status`, `headers`, `body`, `captures`
        "#]],
    );
}

#[test]
fn what_the_engine_cannot_do_yet_is_refused() {
    check(
        r#"
mocks:
  modules: { a: ./a.py }
  functions: { f: { returns: 1 } }
  http: [ { on: GET https://a.b/, reply: {} } ]
tests:
  - name: x
    schedules: 50
    faults: { crash: 1 }
    when: [ { emit: { topic: t } } ]
    then: [ { not_emitted: u } ]
"#,
        &expect![""],
    );
}

#[test]
fn replies_are_read_in_all_their_forms() {
    let file = parse(
        "a.flow.yaml",
        r#"
mocks:
  http:
    - on: POST https://a.b/{id}
      replies:
        - { delay: 1m, fault: timeout }
        - { sse: [ one, { event: e, id: 7, retry: 9, data: { a: 1 }, after: 500ms } ], fault: reset }
        - { chunks: [ a, { text: b, after: 1s }, { json: { c: 1 } } ], set: { x: { "{{request.path.id}}": null } } }
        - { json: "{{request.body}}" }
tests: [ { name: x, when: [ { advance: 1s } ], then: [ { not_emitted: u } ] } ]
"#
        .into(),
    )
    .unwrap();
    let replies = &file.tests[0].mocks.http[0].replies;
    assert_eq!(
        (replies[0].delay, replies[0].fault),
        (60_000, Some(Fault::Timeout))
    );
    let ReplyBody::Sse(events) = &replies[1].body else {
        panic!("{:?}", replies[1])
    };
    assert_eq!(
        (events[1].after, events[1].id.as_deref(), events[1].retry),
        (500, Some("7"), Some(9))
    );
    let ReplyBody::Chunks(chunks) = &replies[2].body else {
        panic!("{:?}", replies[2])
    };
    assert_eq!((chunks.len(), chunks[1].after), (3, 1_000));
    assert_eq!(
        replies.iter().map(HttpReply::waits).collect::<Vec<_>>(),
        [true, true, true, false]
    );
}

#[test]
fn wrong_replies_are_told_of_with_their_place() {
    check(
        r#"
mocks:
  http:
    - on: GET https://a.b/
      replies:
        - { delay: soon, fault: rset }
        - { fault: empty, json: {} }
        - { text: a, sse: [b] }
        - { sse: [ { dta: 1 } ] }
        - { chunks: [ {} ] }
        - { text: "{{request.bdy.x}}", set: 1 }
tests: [ { name: x, when: [ { advance: 1s } ], then: [ { not_emitted: u } ] } ]
"#,
        &expect![[r#"
            6:20 invalid-value: `soon` is not a duration: write `500ms`, `30s`, `5m`, `2h`, `7d`, `1w` or `1d12h`
            6:33 invalid-value: `rset` is not a fault: timeout, reset, malformed, empty
            7:13 invalid-value: a reply with a `fault` sends no `json` or `text`; `sse` and `chunks` come before the fault
            8:22 invalid-value: a reply has one of `json`, `text`, `sse` and `chunks`
            9:22 unknown-key: unknown key `dta` in an event of `sse`
                did you mean `data`? an event of `sse` may have `data`, `event`, `id`, `retry`, `after`
            10:23 missing-key: an item of `chunks` has either `text` or `json`
            11:19 invalid-value: `{{request.bdy.x}}` is not a part of a request: `request.body`, `request.path`, `request.query`, `request.headers`, `request.method`, `request.url`
            11:45 invalid-value: `set` must be a mapping, found a number
        "#]],
    );
}

#[test]
fn wrong_values_are_told_of_with_their_place() {
    check(
        r#"
mocks: { http: [ { on: /v1/charges, reply: { status: 99 } }, { on: GET https://a.b, reply: {}, replies: [{}] }, { on: GET https://a.b } ] }
tests:
  - name: 7
    given: { now: 2026-01-05, env: { A: [1] }, state: { g: 1 } }
    when: [ { request: /orders }, { request: FETCH /a }, { advance: 7 }, { emit: { topic: a }, cron: B }, {}, 3 ]
    then: [ { emitted: { topic: "", times: -1 } }, { ran: [] }, { called: { http: GET /x } }, { response: { captures: { a: body.id } } }, { log: { level: fatal } } ]
    cases: 3
  - property: p
    name: p
    when: []
  - property: q
    for_all: { a b: { schema_of: CreateOrder } }
    when: [ { cron: A } ]
    then: nothing
    cases: 0
"#,
        &expect![[r#"
            2:24 invalid-value: `/v1/charges` must be a method and an address: `POST https://api.example.com/v1/things`
            2:54 invalid-value: `status` must be a whole number, 200 to 599
            2:96 invalid-value: a mock has either `reply` or `replies`
            2:115 missing-key: a mock needs the key `reply` or `replies`
            4:11 invalid-value: `name` must be a text, found a number
            5:19 invalid-value: `2026-01-05` is not a time with its zone, such as `2026-01-05T09:00:00Z`
            5:41 invalid-value: `A` of `env` must be a text, found a list
            5:60 invalid-value: state group `g` must be a mapping, found a number
            6:24 invalid-value: `/orders` must be a method and a path: `POST /orders`
            6:46 invalid-value: `FETCH` is not a method: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS
            6:69 invalid-value: `7` is not a duration: write `500ms`, `30s`, `5m`, `2h`, `7d`, `1w` or `1d12h`
            6:96 invalid-value: an action is one thing: `emit` and `cron` are two
            6:107 missing-key: an action is one of `request`, `emit`, `cron`, `advance`, `ws`, `together`
            6:111 invalid-value: an action must be a mapping, found a number
            7:33 invalid-value: `topic` is empty
            7:44 invalid-value: `times` must be a whole number, 0 or more
            7:59 invalid-value: `ran` is empty
            7:83 invalid-value: the address `/x` must start with `https://` or `http://`
            7:124 invalid-value: `body.id` must start with `$.body`, `$.headers` or `$.status`
            7:155 invalid-value: `fatal` is not a level: debug, info, warn, error
            8:5 invalid-value: `cases` belongs to a `property`: a plain test runs once
            9:5 invalid-value: a test has either a `name` or a `property`
            9:5 missing-key: a `property` needs the key `for_all`: the values that it holds for
            9:5 missing-key: a test needs the key `then`
            11:11 invalid-value: `when` is empty
            13:16 invalid-value: `a b` is not a name for a value: use letters, digits, `_` and `-`
            13:34 invalid-value: `CreateOrder` must be a step with `.body` or `.input`: `CreateOrder.body`
            15:11 invalid-value: `then` must be a list, found a text
            16:12 invalid-value: `cases` must be a whole number, 1 or more
        "#]],
    );
}

#[test]
fn tests_of_one_name_are_told_of() {
    let test = "  - name: twin\n    when: [ { cron: A } ]\n    then: [ { ran: [A] } ]\n";
    check(
        &format!("tests:\n{test}{test}"),
        &expect![[r#"
            5:11 duplicate-name: another test of this file is called "twin"
        "#]],
    );
}

#[test]
fn files_that_are_no_flow_tests_are_told_of() {
    let texts = [
        "",
        "# only a comment\n",
        "- 1\n- 2\n",
        "tests: 7\n",
        "tests: []\n",
        "tests:\n",
        "mocks: {}\n",
        "tests: [",
        "tests:\n\t- name: x\n",
        "\u{feff}tests: 1",
    ];
    let all: Vec<_> = texts
        .iter()
        .map(|text| format!("{text:?}\n{}", told(text)))
        .collect();
    expect![[r##"
        ""
        1:1 syntax: the file is empty: it needs the key `tests`
        "# only a comment\n"
        1:1 syntax: the file is empty: it needs the key `tests`
        "- 1\n- 2\n"
        1:1 invalid-value: a flow test file must be a mapping, found a list
        "tests: 7\n"
        1:8 invalid-value: `tests` must be a list, found a number
        "tests: []\n"
        1:8 invalid-value: `tests` is empty
        "tests:\n"
        1:1 invalid-value: `tests` must be a list, found nothing
        "mocks: {}\n"
        1:1 missing-key: a flow test file needs the key `tests`
        "tests: ["
        1:9 syntax: this is not valid YAML: while parsing a node, did not find expected node content
        "tests:\n\t- name: x\n"
        2:2 syntax: this is not valid YAML: tabs disallowed within this context (block indentation)
        "\u{feff}tests: 1"
        1:9 invalid-value: `tests` must be a list, found a number
    "##]]
    .assert_eq(&all.concat());
}

#[test]
fn a_test_is_ignored_with_a_reason() {
    let text = |ignore: &str| {
        format!("tests:\n  - name: a\n{ignore}    when: [{{ cron: A }}]\n    then: [{{ ran: [A] }}]\n")
    };
    let reason = |text: &str| file(text).tests[0].ignore.as_ref().map(|it| it.value.clone());
    assert_eq!(
        reason(&text("    ignore: waits for issue 12\n")).as_deref(),
        Some("waits for issue 12")
    );
    assert_eq!(reason(&text("")), None);
    check(
        &text("    ignore: true\n"),
        &expect![[r#"
            3:13 invalid-value: the reason in `ignore` must be a text, found true or false
        "#]],
    );
    check(
        &text("    ignore: ''\n"),
        &expect![[r#"
            3:13 invalid-value: the reason in `ignore` is empty
        "#]],
    );
    check(
        &text("    ignore: \"a\\nb\"\n"),
        &expect![[r#"
            3:13 invalid-value: the reason in `ignore` must be one line
        "#]],
    );
}

#[test]
fn sockets_streams_profiles_and_what_is_allowed_are_read() {
    let file = file(
        "profile: seed\nallow: [invalid-item]\ntests:\n  - name: a\n    profile: motia-0.17\n    allow: [undeclared-emit]\n    \
         given: { streams: { chat: { g: { i: { n: 1 } } } } }\n    \
         when:\n      - ws: { connect: /rooms/7, headers: { X-A: 1 }, as: ann }\n      - ws: { send: { a: 1 }, as: ann }\n      \
         - ws: { close: true }\n    \
         then:\n      - ws: { received: hi, times: 2, closed: 1008 }\n      \
         - stream_event: { stream: chat, group: g, type: typing, data: {} }\n  - name: b\n    when: [{ cron: X }]\n    then: [{ ran: [X] }]\n",
    );
    let [a, b] = file.tests.as_slice() else {
        panic!("two tests")
    };
    assert_eq!(
        (a.profile, b.profile),
        (Some(Profile::Motia017), Some(Profile::Seed))
    );
    assert_eq!(a.allow, ["undeclared-emit", "invalid-item"]);
    assert_eq!(a.given.streams[0].2, [("i".to_owned(), json!({"n": 1}))]);
    let acts: Vec<_> = a.when.iter().map(|it| &it.value).collect();
    assert!(
        matches!(acts[0], Action::Socket { client, act: SocketAct::Connect { target, .. } } if client == "ann" && target.value == "/rooms/7")
    );
    assert!(
        matches!(acts[1], Action::Socket { act: SocketAct::Send(message), .. } if *message == json!({"a": 1}))
    );
    assert!(matches!(acts[2], Action::Socket { client, act: SocketAct::Close(1000) } if client == "client"));
    assert!(matches!(
        &a.then[0].value,
        Expectation::Socket {
            times: Some(2),
            closed: Some((true, Some(1008))),
            ..
        }
    ));
    assert!(
        matches!(&a.then[1].value, Expectation::StreamEvent { kind: Some(kind), id: None, .. } if kind == "typing")
    );
}

#[test]
fn wrong_forms_of_sockets_streams_and_profiles_are_told() {
    check(
        "profile: seeds\nallow: [payload]\ntests:\n  - name: a\n    given: { streams: { chat: 1 } }\n    when:\n      - ws: { send: a, close: 1000 }\n      \
         - ws: { connect: rooms }\n      - ws: { close: 7 }\n      - ws: { send: a, headers: {} }\n      - ws: {}\n    then:\n      - ws: { times: 1 }\n      \
         - ws: { closed: true, times: 1 }\n      - stream_event: { group: g }\n",
        &expect![[r#"
            1:10 invalid-value: `seeds` is not a profile: motia-0.17, seed
            2:9 invalid-value: `payload` cannot be allowed: undeclared-emit, invalid-payload, invalid-response, invalid-item, lost-message, not-serializable
            5:31 invalid-value: stream `chat` must be a mapping, found a number
            7:24 invalid-value: `ws` is one thing: `send` and `close` are two
            8:24 invalid-value: `rooms` must be a path: `/rooms/1`
            9:22 invalid-value: `close` must be a whole number, 1000 to 4999
            10:24 invalid-value: `headers` belongs to `connect`, not to `send`
            11:13 missing-key: `ws` is one of `connect`, `send`, `close`
            13:13 missing-key: `ws` needs one of `received`, `closed`
            13:15 invalid-value: `times` counts what was `received`
            14:29 invalid-value: `times` counts what was `received`
            15:25 missing-key: `stream_event` needs the key `stream`
        "#]],
    );
}
