//! Services that files describe, and services that are reached for real.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use banister_testkit::report::ControlLabel;

use crate::support::{Step, available, outcome};

const DOCUMENT: &str = r##"
openapi: 3.0.3
info: { title: Pay, version: "1" }
paths:
  /charges:
    post:
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } }
      responses:
        "201": { description: made, content: { application/json: { schema: { $ref: "#/components/schemas/Charge" } } } }
        "400": { description: not made }
  /charges/{id}:
    get:
      parameters:
        - { name: id, in: path, required: true, schema: { type: integer } }
        - { name: full, in: query, required: true, schema: { type: boolean } }
      responses:
        "200": { description: it, content: { application/json: { example: { id: ch_1 } } } }
components:
  schemas:
    Order:
      type: object
      required: [amount]
      properties: { amount: { type: integer, minimum: 0, exclusiveMinimum: true }, note: { type: string, nullable: true } }
    Charge:
      type: object
      required: [id, order]
      additionalProperties: false
      properties: { id: { type: string, pattern: "^ch_[a-z]{3}$" }, order: { $ref: "#/components/schemas/Order" } }
"##;

const MOCKS: &str = "{ openapi: [ { document: pay.yaml, server: https://api.test/v1 } ], http: [ { on: GET https://api.test/v1/charges/9, reply: { json: mine } } ] }";

fn call(text: &str) -> String {
    format!(
        "exports.handler = async () => {{ const call = async (p, b) => {{ const r = await fetch('https://api.test/v1' + p, b && {{ method: 'POST', body: JSON.stringify(b), headers: {{ 'content-type': 'application/json' }} }}); return [r.status, await r.json()] }}\n{text} }}"
    )
}

#[test]
fn a_document_answers_what_fits_it() {
    if !available("a.step.js") {
        return;
    }
    let text = call(
        "const a = await call('/charges', { amount: 1, note: null }); const b = await call('/charges/7?full=true'); const c = await call('/charges/9'); return [a[0], /^ch_[a-z]{3}$/.test(a[1].id), a[1].order.amount > 0, b, c, a[1].id]",
    );
    let run = || {
        let step = Step::new("a.step.js", &text);
        fs::write(step.folder().join("pay.yaml"), DOCUMENT).unwrap();
        let result = step.run_with(MOCKS);
        assert!(result.failures.is_empty(), "{:?}", result.failures);
        outcome(&result)
    };
    let told = run();
    assert!(
        told.starts_with("0: [201,true,true,[200,{\"id\":\"ch_1\"}],[200,\"mine\"],\"ch_"),
        "{told}"
    );
    assert_eq!(told, run());
}

#[test]
fn a_document_refuses_what_does_not_fit_it() {
    if !available("a.step.js") {
        return;
    }
    for (text, why) in [
        (
            "call('/charges', { amount: 0 })",
            "`POST /charges` of `pay.yaml` is described otherwise: body.amount: 0 is less than or equal to the minimum of 0",
        ),
        (
            "call('/charges', { note: 'a' })",
            "body: \"amount\" is a required property",
        ),
        (
            "call('/charges/x')",
            "path parameter id: \"x\" is not of type \"integer\"; query parameter full was not sent",
        ),
        ("call('/nope')", "`pay.yaml` describes no path /nope"),
        (
            "call('/charges')",
            "`pay.yaml` describes POST of /charges, and the method was GET",
        ),
    ] {
        let step = Step::new("a.step.js", &call(&format!("return (await {text})[0]")));
        fs::write(step.folder().join("pay.yaml"), DOCUMENT).unwrap();
        let result = step.run_with(MOCKS);
        assert_eq!(outcome(&result), "0: 501", "{text}");
        let said = result.failures[0].details[0].clone();
        assert!(said.ends_with(why), "{text}: {said}");
    }
}

#[test]
fn a_cassette_brings_its_mocks() {
    if !available("a.step.js") {
        return;
    }
    let step = Step::new("a.step.js", &call("return call('/x')"));
    fs::write(
        step.folder().join("pay.cassette.yaml"),
        "http:\n  - on: GET https://api.test/v1/x\n    reply: { status: 203, json: taped }\n",
    )
    .unwrap();
    let result = step.run_with("{ cassettes: [ pay.cassette.yaml ] }");
    assert_eq!(outcome(&result), "0: [203,\"taped\"]");
}

#[test]
fn an_allowed_service_is_reached_and_said_to_be_real() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        for _ in 0..3 {
            let (mut stream, _) = listener.accept().unwrap();
            let mut ping = [0; 4];
            stream.read_exact(&mut ping).unwrap();
            stream.write_all(b"pong").unwrap();
        }
    });
    let js = format!(
        "exports.handler = () => new Promise((resolve, reject) => {{ const s = require('net').connect({port}, 'localhost', () => s.write('ping')); let t = ''; s.on('data', (d) => {{ t += d }}); s.on('close', () => resolve(t)); s.on('error', reject) }})"
    );
    let py = format!(
        "import socket\nasync def handler(data, ctx):\n    with socket.create_connection(('localhost', {port})) as s:\n        s.sendall(b'ping')\n        return s.recv(4).decode()\n"
    );
    let rb = format!(
        "require 'socket'\ndef handler(input, context)\n  TCPSocket.open('localhost', {port}) {{ |s| s.write('ping'); s.read(4) }}\nend\n"
    );
    for (file, text) in [("a.step.js", &js), ("a_step.py", &py), ("a.step.rb", &rb)] {
        if !available(file) {
            continue;
        }
        let result = Step::new(file, text).run_with(&format!("{{ allow: [ \"localhost:{port}\" ] }}"));
        assert_eq!(outcome(&result), "0: \"pong\"", "{file}");
        assert_eq!(result.label, ControlLabel::Opaque, "{file}");
        assert!(
            result.failures.is_empty() && result.notes[0].contains("a real service"),
            "{file}: {:?}",
            result.notes
        );
    }
    server.join().unwrap();
}

#[test]
fn what_was_recorded_is_replayed_without_the_service() {
    if !available("a.step.js") {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        for turn in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"{\"n\":1}") {
                let mut bytes = [0; 4096];
                let count = stream.read(&mut bytes).unwrap();
                request.extend_from_slice(&bytes[..count]);
            }
            let body = format!("{{\"turn\":{turn},\"token\":\"t0p\"}}");
            let head = format!(
                "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\nset-cookie: s=t0p\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all((head + &body).as_bytes()).unwrap();
        }
    });
    let js = format!(
        "exports.handler = async () => {{ const ask = async () => {{ const r = await fetch('http://localhost:{port}/a?x=1&key=2&api_key=t0p', {{ method: 'POST', headers: {{ authorization: 'Bearer t0p', 'content-type': 'application/json' }}, body: '{{\"n\":1}}' }}); return [r.status, (await r.json()).turn] }}; return [await ask(), await ask()] }}"
    );
    let step = Step::new("a.step.js", &js);
    let (result, cassette) = step.record(&format!("{{ allow: [ \"localhost:{port}\" ] }}"));
    assert_eq!(outcome(&result), "0: [[201,0],[201,1]]");
    assert_eq!(result.label, ControlLabel::Opaque);
    assert!(!cassette.contains("t0p"), "{cassette}");
    server.join().unwrap();

    fs::write(step.folder().join("a.cassette.yaml"), &cassette).unwrap();
    let replayed = step.run_with("{ cassettes: [ a.cassette.yaml ] }");
    assert_eq!(outcome(&replayed), outcome(&result), "{cassette}");
    assert_eq!(
        (replayed.label, replayed.failures.len()),
        (ControlLabel::Controlled, 0)
    );
}
