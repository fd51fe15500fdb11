//! Whatever a client says about documents and positions, it gets an answer and the session goes on.

use serde_json::{Value as Json, json};

use crate::testing::{Client, uri};

const STEP: &str =
    "export const config = { type: 'event', name: 'A', subscribes: ['a.b'], emits: ['c.d'] }\n";

const METHODS: [&str; 5] = [
    "completion",
    "definition",
    "references",
    "hover",
    "documentSymbol",
];

fn ask_everything(client: &mut Client, document: &str, line: u32, character: u32) {
    for method in METHODS {
        let params = json!({
            "textDocument": { "uri": document },
            "position": { "line": line, "character": character },
            "context": { "includeDeclaration": false },
        });
        let params = match method {
            "completion" => json!({ "textDocument": params["textDocument"], "position": params["position"] }),
            _ => params,
        };
        let answer = client.request(&format!("textDocument/{method}"), params);
        assert!(
            answer.is_ok(),
            "{method} at {line}:{character} of {document}: {answer:?}"
        );
    }
}

#[test]
fn positions_outside_of_the_text() {
    let root = tempfile::tempdir().unwrap();
    let document = uri(root.path(), "steps/a.step.ts");
    let mut client = Client::open(root.path());
    client.did_open(&document, STEP);
    for (line, character) in [
        (0, u32::MAX),
        (u32::MAX, 0),
        (u32::MAX, u32::MAX),
        (1, 0),
        (0, 70),
        (2, 3),
    ] {
        ask_everything(&mut client, &document, line, character);
    }
    client.finish();
}

#[test]
fn edits_outside_of_the_text_and_backwards() {
    let root = tempfile::tempdir().unwrap();
    let document = uri(root.path(), "steps/a.step.ts");
    let mut client = Client::open(root.path());
    client.did_open(&document, "one\ntwo");
    let at = |line: u32, character: u32| json!({ "line": line, "character": character });
    let changes = json!([
        { "range": { "start": at(9, 9), "end": at(u32::MAX, 0) }, "text": "!" },
        { "range": { "start": at(1, 1), "end": at(0, 1) }, "text": "-" },
        { "range": { "start": at(0, u32::MAX), "end": at(0, u32::MAX) }, "rangeLength": 7, "text": "." },
    ]);
    let identifier = json!({ "uri": document, "version": 2 });
    client.notify(
        "textDocument/didChange",
        json!({ "textDocument": identifier, "contentChanges": changes }),
    );
    assert_eq!(client.text(&document).as_deref(), Some("o-wo!."));
    client.finish();
}

#[test]
fn documents_out_of_turn() {
    let root = tempfile::tempdir().unwrap();
    let document = uri(root.path(), "steps/a.step.ts");
    let mut client = Client::open(root.path());
    let close = json!({ "textDocument": { "uri": document } });
    let change =
        json!({ "textDocument": { "uri": document, "version": 1 }, "contentChanges": [{ "text": "x" }] });
    client.notify("textDocument/didClose", close.clone());
    client.notify("textDocument/didChange", change);
    client.notify("textDocument/didSave", close.clone());
    assert_eq!(client.text(&document), None);
    client.did_open(&document, "one");
    client.did_open(&document, "two");
    assert_eq!(client.text(&document).as_deref(), Some("two"));
    client.notify("textDocument/didClose", close);
    ask_everything(&mut client, &document, 0, 0);
    client.finish();
}

#[test]
fn documents_that_are_no_files_of_the_folder() {
    let root = tempfile::tempdir().unwrap();
    let mut client = Client::open(root.path());
    let elsewhere = uri(root.path().parent().unwrap(), "elsewhere/steps/a.step.ts");
    let foreign = uri(root.path(), "node_modules/a/steps/a.step.ts");
    let roundabout = uri(root.path(), "steps/../../../steps/a.step.ts");
    for document in [
        "untitled:Untitled-1",
        "git:/a/steps/a.step.ts?ref",
        &elsewhere,
        &foreign,
        &roundabout,
    ] {
        client.did_open(document, STEP);
        assert_eq!(client.text(document), None, "{document}");
        ask_everything(&mut client, document, 0, 70);
        let change = json!({ "textDocument": { "uri": document, "version": 2 }, "contentChanges": [] });
        client.notify("textDocument/didChange", change);
        client.notify(
            "textDocument/didClose",
            json!({ "textDocument": { "uri": document } }),
        );
    }
    client.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": elsewhere, "type": 3 }] }),
    );
    let rest = client.finish();
    assert!(
        !rest
            .iter()
            .any(|message| message["method"] == "textDocument/publishDiagnostics"),
        "{rest:?}"
    );
}

#[test]
fn a_document_may_be_spelled_in_several_ways() {
    let root = tempfile::tempdir().unwrap();
    let mut client = Client::open(root.path());
    let plain = uri(root.path(), "steps/[id]/a@b.step.ts");
    let spelled = plain.replace("%5B", "[").replace("%5D", "]").replace("%40", "@");
    // Some editors leave characters as they are that the standard wants escaped; the brackets are refused by it.
    let lenient = spelled.replace('[', "%5b").replace(']', "%5d");
    client.did_open(&lenient, "here");
    assert_eq!(client.text(&lenient).as_deref(), Some("here"));
    assert_eq!(client.text(&plain).as_deref(), Some("here"));
    let answer: Json = client
        .request(
            "textDocument/hover",
            json!({ "textDocument": { "uri": lenient },
        "position": { "line": 0, "character": 0 } }),
        )
        .unwrap();
    assert_eq!(answer, Json::Null);
    client.finish();
}

#[test]
fn a_file_deleted_while_it_is_open_is_gone_once_it_is_closed() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("tests/a.flow.yaml");
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    std::fs::create_dir(root.path().join("steps")).unwrap();
    std::fs::write(root.path().join("steps/a.step.ts"), STEP).unwrap();
    let document = uri(root.path(), "tests/a.flow.yaml");
    let is_push = |message: &Json| message["params"]["uri"] == document.as_str();
    for text in ["tests: []\n", "unknown: 1\n"] {
        std::fs::write(&path, text).unwrap();
        let mut client = Client::open(root.path());
        client.did_open(&document, "unknown: 1\n");
        let shown = client.wait_for("its findings", is_push);
        assert_ne!(shown["params"]["diagnostics"], json!([]));
        std::fs::remove_file(&path).unwrap();
        client.notify(
            "textDocument/didClose",
            json!({ "textDocument": { "uri": document } }),
        );
        // They may be told twice before: when the folder was read, and when the document was opened.
        client.wait_for("the end of its findings", |message| {
            is_push(message) && message["params"]["diagnostics"] == json!([])
        });
        client.finish();
    }
}

#[test]
fn a_module_that_no_step_imports_counts_no_more_once_it_is_closed() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("steps")).unwrap();
    let step = "exports.config = { type: 'event', name: 'A', subscribes: ['x.sent'], emits: [] }\n\
        exports.handler = async () => {}\n";
    std::fs::write(root.path().join("steps/a.step.js"), step).unwrap();
    let module = "export const send = (emit) => emit({ topic: 'x.sent', data: {} })\n";
    std::fs::write(root.path().join("steps/send.js"), module).unwrap();
    let (step, module_uri) = (
        uri(root.path(), "steps/a.step.js"),
        uri(root.path(), "steps/send.js"),
    );
    let mut client = Client::open(root.path());
    let findings = |client: &mut Client, count: usize| {
        let is_so = |message: &Json| {
            let params = &message["params"];
            params["uri"] == step.as_str() && params["diagnostics"].as_array().unwrap().len() == count
        };
        client.wait_for(&format!("{count} findings"), is_so);
    };
    findings(&mut client, 1);
    client.did_open(&module_uri, module);
    findings(&mut client, 0);
    client.notify(
        "textDocument/didClose",
        json!({ "textDocument": { "uri": module_uri } }),
    );
    findings(&mut client, 1);
    client.finish();
}
