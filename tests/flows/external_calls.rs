//! Calls that leave the process: mocked in every language, refused without a mock.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use super::report::{assert_failed, named, outcomes, printed, run};
use crate::support::project::Project;

#[test]
fn every_language_reaches_its_mock_over_tls() {
    run(&Project::fixture("http-calls"), &[]).exits(0);
}

#[test]
fn a_swallowed_unmocked_call_fails_the_test() {
    let run = run(&Project::fixture("bad-input/unmocked"), &[]).exits(1);
    assert_eq!(
        named(&outcomes(&run), "ok"),
        ["tests/fine::a good test still runs"],
        "{}",
        run.story()
    );
    for language in ["js", "py", "rb"] {
        let said = printed(
            &run,
            &format!("tests/{language}::a handler that calls a host without a mock"),
        );
        assert!(
            said.contains(&format!("{language}.unknown.test")),
            "no host in\n{said}"
        );
        assert!(said.contains("steps/calls"), "no step in\n{said}");
    }
    let said = printed(
        &run,
        "tests/route::a handler that calls a mocked host on a route without a mock",
    );
    assert!(
        said.contains("GET https://js.unknown.test/ping"),
        "no route in\n{said}"
    );
}

#[test]
fn a_mock_matches_all_that_it_says() {
    let project = Project::fixture("http-calls");
    let file = "tests/oracles.flow.yaml";
    let text = project.read(file);
    for (right, wrong) in [
        ("query: { topic: weather }", "query: { topic: sports }"),
        ("headers: { x-asker: ada }", "headers: { x-asker: bob }"),
        ("deep: { list: [1, 2] }", "deep: { list: [1] }"),
        (
            "POST https://js.oracle.test/ask\n",
            "PUT https://js.oracle.test/ask\n",
        ),
    ] {
        assert!(text.contains(right), "{file} has no {right}");
        project.write(file, text.replacen(right, wrong, 1));
        assert_failed(
            &run(&project, &[]).exits(1),
            &["tests/oracles::every language reaches its mocked service over tls"],
        );
    }
}

#[test]
fn what_is_recorded_can_be_replayed_without_the_service() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut request, mut bytes) = (Vec::new(), [0; 4096]);
        while !request.ends_with(b"\r\n\r\n") {
            let count = stream.read(&mut bytes).unwrap();
            request.extend_from_slice(&bytes[..count]);
        }
        let answer =
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n{\"n\":17}";
        stream.write_all(answer).unwrap();
    });
    let test = |mocks: &str| {
        format!(
            "mocks: {{ {mocks} }}\ntests:\n  - name: asks\n    when: [ {{ emit: {{ topic: ask, data: {{}} }} }} ]\n    then: [ {{ state: {{ asked: {{ n: 17 }} }} }} ]\n"
        )
    };
    let step = format!(
        "export const config = {{ type: 'event', name: 'Ask', subscribes: ['ask'], emits: [], flows: [] }}
export const handler = async (data, {{ state }}) => {{
  const answer = await fetch('http://127.0.0.1:{port}/count')
  await state.set('asked', 'n', (await answer.json()).n)
}}
"
    );
    let project = Project::of(&[
        ("package.json", "{}"),
        ("steps/ask.step.js", &step),
        ("ask.flow.yaml", &test(&format!("allow: [ '127.0.0.1:{port}' ]"))),
    ]);
    let cassette = project.path("ask.cassette.yaml");
    let cassette = cassette.to_str().unwrap();
    run(&project, &["--record", cassette]).exits(0);
    server.join().unwrap();

    project.write("ask.flow.yaml", test("cassettes: [ ask.cassette.yaml ]"));
    run(&project, &["--require", "controlled"]).exits(0);
    let before = project.read("ask.cassette.yaml");
    let idle = run(&project, &["--record", cassette]).exits(0);
    assert!(idle.stderr.contains("no call was recorded"), "{}", idle.story());
    assert_eq!(project.read("ask.cassette.yaml"), before);
}

#[test]
fn calls_at_the_same_moment_are_answered_in_order() {
    let project = Project::of(&[
        ("package.json", "{}"),
        (
            "steps/ask.step.js",
            "export const config = { type: 'event', name: 'Ask', subscribes: ['ask'], emits: [], flows: [] }
export const handler = async () => { await Promise.all(['a', 'b'].map((it) => fetch('https://x.example.com/' + it))) }
",
        ),
        (
            "ask.flow.yaml",
            "mocks: { http: [ { on: 'GET https://x.example.com/*', reply: { delay: 1s } } ] }
tests: [ { name: asks, when: [ { emit: { topic: ask, data: {} } } ], then: [ { ran: [Ask] } ] } ]
",
        ),
    ]);
    project
        .run(&["test", "--require", "controlled"])
        .exits(0)
        .says("test ask::asks ... ok");
}
