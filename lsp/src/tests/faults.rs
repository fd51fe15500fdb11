//! One test for each known fault of tower-lsp: none of them may be seen through the transport and the owner thread.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::testing::{Client, uri};

const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
const INTERNAL_ERROR: i64 = -32603;
const CANCELLED: i64 = -32800;

/// Far less than the slow work takes, far more than any prompt answer.
const PROMPT: Duration = Duration::from_secs(5);

fn session() -> (TempDir, Client, String) {
    session_with(&json!({}))
}

fn session_with(capabilities: &Json) -> (TempDir, Client, String) {
    let root = tempfile::tempdir().unwrap();
    let document = uri(root.path(), "steps/a.step.ts");
    let mut client = Client::open_with(root.path(), capabilities);
    client.did_open(&document, "");
    (root, client, document)
}

/// Appends `text` to a document of one line whose length is known.
fn append(client: &mut Client, document: &str, version: usize, text: &str) {
    let end = json!({ "line": 0, "character": 1_000_000 });
    let changes = json!([{ "range": { "start": end, "end": end }, "text": text }]);
    let identifier = json!({ "uri": document, "version": version });
    client.notify(
        "textDocument/didChange",
        json!({ "textDocument": identifier, "contentChanges": changes }),
    );
}

#[test]
fn edits_apply_in_order_and_each_question_sees_those_before_it() {
    let (_root, mut client, document) = session();
    let mut expected = String::new();
    let mut probes = Vec::new();
    for version in 2..1500 {
        let word = format!("{version},");
        append(&mut client, &document, version, &word);
        expected.push_str(&word);
        if version % 10 == 0 {
            probes.push((client.probe(&document, "text"), expected.clone()));
        }
    }
    for (id, text) in probes {
        assert_eq!(client.answer(id), Ok(json!(text)));
    }
    client.finish();
}

#[test]
fn ten_thousand_messages_about_many_documents_apply_in_order() {
    let (root, mut client, _) = session();
    let documents: Vec<String> = (0..5)
        .map(|n| uri(root.path(), &format!("steps/{n}.step.rb")))
        .collect();
    for document in &documents {
        client.did_open(document, "");
    }
    let mut last = BTreeMap::new();
    for message in 0..10_000 {
        let document = &documents[message * 7 % documents.len()];
        let (text, place) = (message.to_string(), json!({ "line": 0, "character": 0 }));
        let all = json!({ "start": place, "end": { "line": 9, "character": 0 } });
        let change = json!({ "range": all, "text": text });
        client.notify(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": document, "version": message }, "contentChanges": [change] }),
        );
        last.insert(document, text);
        if message % 100 == 0 {
            let id = client.probe(document, "text");
            client.notify("$/cancelRequest", json!({ "id": id - 1 }));
            assert_eq!(client.answer(id), Ok(json!(last[document])));
        }
    }
    for (document, text) in last {
        assert_eq!(client.text(document), Some(text));
    }
    client.finish();
}

#[test]
fn a_panic_on_a_worker_costs_one_answer() {
    let (_root, mut client, document) = session();
    // More panics than workers: a worker that died would be missed.
    for _ in 0..10 {
        let id = client.probe(&document, "panic");
        assert_eq!(client.answer(id), Err(INTERNAL_ERROR));
    }
    assert_eq!(client.text(&document).as_deref(), Some(""));
    client.finish();
}

#[test]
fn a_panic_in_a_handler_costs_one_answer() {
    let (_root, mut client, document) = session();
    assert_eq!(
        client.request("banister/panicInHandler", Json::Null),
        Err(INTERNAL_ERROR)
    );
    assert_eq!(client.text(&document).as_deref(), Some(""));
    client.finish();
}

#[test]
fn a_panic_on_the_owner_costs_no_document() {
    let (_root, mut client, document) = session();
    append(&mut client, &document, 2, "kept");
    client.notify("banister/panicInOwner", Json::Null);
    append(&mut client, &document, 3, " and edited");
    assert_eq!(client.text(&document).as_deref(), Some("kept and edited"));
    client.finish();
}

#[test]
fn cancelling_is_prompt_even_when_every_worker_is_busy() {
    let (_root, mut client, document) = session();
    let slow: Vec<i64> = (0..12).map(|_| client.probe(&document, "slow")).collect();
    let start = Instant::now();
    for id in slow.iter().rev() {
        client.notify("$/cancelRequest", json!({ "id": id }));
        assert_eq!(client.answer(*id), Err(CANCELLED));
    }
    assert!(start.elapsed() < PROMPT, "{:?}", start.elapsed());
    // The workers noticed, too.
    assert_eq!(client.text(&document).as_deref(), Some(""));
    assert!(start.elapsed() < PROMPT, "{:?}", start.elapsed());
    client.finish();
}

#[test]
fn a_quick_question_does_not_wait_for_slow_ones() {
    let (_root, mut client, document) = session();
    let slow: Vec<i64> = (0..3).map(|_| client.probe(&document, "slow")).collect();
    let start = Instant::now();
    append(&mut client, &document, 2, "new");
    assert_eq!(client.text(&document).as_deref(), Some("new"));
    assert!(start.elapsed() < PROMPT, "{:?}", start.elapsed());
    for id in slow {
        client.notify("$/cancelRequest", json!({ "id": id }));
        assert_eq!(client.answer(id), Err(CANCELLED));
    }
    client.finish();
}

#[test]
fn cancelling_what_is_unknown_or_answered_changes_nothing() {
    let (_root, mut client, document) = session();
    let id = client.probe(&document, "text");
    client.answer(id).unwrap();
    client.notify("$/cancelRequest", json!({ "id": id }));
    client.notify("$/cancelRequest", json!({ "id": "never" }));
    assert_eq!(client.text(&document).as_deref(), Some(""));
    let rest = client.finish();
    assert!(
        !rest.iter().any(|message| message.get("error").is_some()),
        "{rest:?}"
    );
}

#[test]
fn a_client_that_never_answers_does_not_wedge_the_session() {
    let watching = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let (_root, mut client, document) = session_with(&watching);
    let is_registration = |message: &Json| message["method"] == "client/registerCapability";
    client.wait_for("the watchers", is_registration);
    for _ in 0..300 {
        client.notify("banister/askClient", Json::Null);
    }
    for version in 2..1000 {
        append(&mut client, &document, version, "x");
    }
    assert_eq!(client.text(&document).map(|text| text.len()), Some(998));
    let rest = client.finish();
    assert_eq!(
        rest.iter().filter(|message| is_registration(message)).count(),
        300
    );
}

#[test]
fn a_client_that_does_not_read_for_a_while_can_still_write() {
    let (_root, mut client, document) = session();
    let text = "y".repeat(1000);
    append(&mut client, &document, 2, &text);
    let ear = Arc::clone(&client.ear);
    let deaf = ear.lock().unwrap();
    // Megabytes of answers, and more questions than all the buffers on their way hold.
    let probes: Vec<i64> = (0..5000).map(|_| client.probe(&document, "text")).collect();
    append(&mut client, &document, 3, "z");
    client.wait_until_written();
    drop(deaf);
    for id in probes {
        assert_eq!(client.answer(id), Ok(json!(text)));
    }
    assert_eq!(client.text(&document), Some(text + "z"));
    client.finish();
}

#[test]
fn malformed_messages_are_answered_and_survived() {
    let (_root, mut client, document) = session();
    let bad: [(&[u8], i64); 6] = [
        (b"{\"jsonrpc\":\"2.0\",\"method\":", PARSE_ERROR),
        (b"\xff\xfe\xff", PARSE_ERROR),
        (b"", PARSE_ERROR),
        (b"[]", INVALID_REQUEST),
        (b"{\"jsonrpc\":\"2.0\"}", INVALID_REQUEST),
        (b"{\"jsonrpc\":\"2.0\",\"method\":7}", INVALID_REQUEST),
    ];
    for (body, code) in bad {
        client.write(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
        client.write(body);
        let is_answer = |message: &Json| message["error"]["code"] == code && message["id"].is_null();
        client.wait_for(
            &format!("the refusal of {}", String::from_utf8_lossy(body)),
            is_answer,
        );
        assert_eq!(client.text(&document).as_deref(), Some(""));
    }
    let deep = "[".repeat(100_000);
    client.write(format!("Content-Length: {}\r\n\r\n{deep}", deep.len()).as_bytes());
    client.write(b"junk\r\n\r\nContent-Length: many\r\n\r\n");
    assert_eq!(client.text(&document).as_deref(), Some(""));
    client.finish();
}

#[test]
fn bad_parameters_and_unknown_methods_are_answered() {
    let (_root, mut client, document) = session();
    assert_eq!(
        client.request("textDocument/hover", json!({ "position": "here" })),
        Err(INVALID_PARAMS)
    );
    assert_eq!(
        client.request("textDocument/hover", Json::Null),
        Err(INVALID_PARAMS)
    );
    assert_eq!(
        client.request("textDocument/inventedByATest", json!({})),
        Err(METHOD_NOT_FOUND)
    );
    assert_eq!(
        client.request("$/inventedByATest", json!({})),
        Err(METHOD_NOT_FOUND)
    );
    assert_eq!(
        client.request(
            "textDocument/didSave",
            json!({ "textDocument": { "uri": document } })
        ),
        Err(INVALID_REQUEST),
        "a notification with a number"
    );
    client.notify("textDocument/inventedByATest", json!({}));
    client.notify("textDocument/didChange", json!({ "textDocument": 1 }));
    client.notify("$/inventedByATest", json!({}));
    client.send(&json!({ "jsonrpc": "2.0", "id": 4711, "result": null }));
    assert_eq!(client.text(&document).as_deref(), Some(""));
    client.finish();
}

#[test]
fn every_request_gets_exactly_one_answer() {
    let (_root, mut client, document) = session();
    let mut asked = Vec::new();
    for round in 0..50 {
        let slow = client.probe(&document, "slow");
        asked.extend([
            client.probe(&document, "text"),
            client.probe(&document, "panic"),
            slow,
        ]);
        asked.push(client.ask("textDocument/hover", json!({})));
        asked.push(client.ask("banister/panicInHandler", Json::Null));
        if round == 25 {
            client.notify("banister/panicInOwner", Json::Null);
        }
        client.notify("$/cancelRequest", json!({ "id": slow }));
        client.notify("$/cancelRequest", json!({ "id": slow }));
    }
    let last = client.probe(&document, "text");
    client.answer(last).unwrap();
    let mut answers: BTreeMap<i64, usize> = BTreeMap::new();
    for message in client.finish() {
        if let Some(id) = message["id"].as_i64() {
            *answers.entry(id).or_default() += 1;
        }
    }
    let wrong: Vec<_> = asked.iter().filter(|id| answers.get(id) != Some(&1)).collect();
    assert!(wrong.is_empty(), "{wrong:?} of {answers:?}");
}
