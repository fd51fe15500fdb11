//! Every request over every file of the example: the answers are held against the protocol's schema as they come, as they
//! are in all the tests beside this one.

use serde_json::{Value as Json, json};

use crate::support::command::repository;
use crate::support::conformance::Conformance;
use crate::support::lsp_client::{LspClient, modern};
use crate::support::project::Project;

/// A file of each language.
const FILES: [&str; 6] = [
    "steps/create-order.step.ts",
    "steps/process-payment.step.js",
    "steps/recommend_products_step.py",
    "steps/generate_report.step.rb",
    "tests/orders.flow.yaml",
    "steps/track-order.step.ts",
];

/// Requests with a position; `rename` is among them if the server offers it.
const AT_POSITION: [&str; 8] = [
    "completion",
    "hover",
    "definition",
    "references",
    "documentHighlight",
    "prepareCallHierarchy",
    "prepareRename",
    "rename",
];

/// Requests about a whole document.
const OF_DOCUMENT: [&str; 5] = [
    "documentSymbol",
    "codeLens",
    "inlayHint",
    "codeAction",
    "diagnostic",
];

/// Asks and returns the result; a request that the server does not have, or refuses, has none.
fn ask(client: &mut LspClient, method: &str, params: &Json) -> Json {
    client.ask(method, params)["result"].clone()
}

/// How many of the answers said something.
fn ask_all(client: &mut LspClient) -> usize {
    let mut said = 0;
    let mut count = |answer: &Json| said += usize::from(!answer.is_null() && *answer != json!([]));
    for file in FILES {
        let text = client.open(file);
        let document = json!({ "uri": client.uri(file) });
        let range =
            json!({ "start": { "line": 0, "character": 0 }, "end": client.position(&text, text.len()) });
        let diagnostics = json!({ "diagnostics": [] });
        for method in OF_DOCUMENT {
            let params = json!({ "textDocument": document, "range": range, "context": diagnostics });
            count(&ask(client, &format!("textDocument/{method}"), &params));
        }
        let quotes = text.char_indices().filter(|(_, ch)| matches!(ch, '\'' | '"'));
        for (at, _) in quotes.step_by(3).take(12) {
            let position = client.position(&text, at + 1);
            let context = json!({ "includeDeclaration": true, "triggerKind": 1 });
            let params = json!({ "textDocument": document, "position": position, "context": context, "newName": "a.b" });
            for method in AT_POSITION {
                let answer = ask(client, &format!("textDocument/{method}"), &params);
                count(&answer);
                for item in answer
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter(|_| method == "prepareCallHierarchy")
                {
                    for method in ["incomingCalls", "outgoingCalls"] {
                        count(&ask(
                            client,
                            &format!("callHierarchy/{method}"),
                            &json!({ "item": item }),
                        ));
                    }
                }
            }
        }
    }
    count(&ask(client, "workspace/symbol", &json!({ "query": "order" })));
    count(&ask(
        client,
        "workspace/diagnostic",
        &json!({ "previousResultIds": [] }),
    ));
    said
}

#[test]
fn every_message_of_a_whole_session_is_as_the_protocol_wants_it() {
    let plain = json!({});
    for capabilities in [&plain, &modern()] {
        let project = Project::example("ecommerce");
        let mut client = LspClient::start_with(project.root(), capabilities);
        let said = ask_all(&mut client);
        assert!(said > 100, "only {said} answers say anything");
        let text = client.open("steps/submit-review.step.js");
        client.replace(
            "steps/submit-review.step.js",
            2,
            &text,
            "emit({",
            "emit({ topic: 'typo' }), emit({",
        );
        client.findings("steps/submit-review.step.js", |findings| !findings.is_empty());
        client.finish();
    }
}

#[test]
fn what_is_not_as_the_protocol_wants_it_is_seen() {
    let mut conformance = Conformance::default();
    conformance.asked(1, "textDocument/hover");
    conformance.asked(2, "textDocument/definition");
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0 } });
    let bad = [
        json!({ "id": 1, "result": null }),
        json!({ "jsonrpc": "2.0", "id": 9, "result": null }),
        json!({ "jsonrpc": "2.0", "id": 1 }),
        json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": "x", "message": "" } }),
    ];
    for message in bad {
        assert_ne!(
            conformance.complaints(&message),
            Vec::<String>::new(),
            "{message}"
        );
    }
    // The rest needs the schema.
    if crate::support::validators::folder().is_none() {
        return;
    }
    let against_the_schema = [
        json!({ "jsonrpc": "2.0", "id": 1, "result": { "contents": 7 } }),
        json!({ "jsonrpc": "2.0", "id": 1, "result": { "contents": "", "colour": 1 } }),
        json!({ "jsonrpc": "2.0", "id": 2, "result": [{ "uri": "file:///a", "range": range }] }),
        json!({ "jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": { "uri": "file:///a" } }),
        json!({ "jsonrpc": "2.0", "method": "textDocument/invented", "params": {} }),
    ];
    for message in against_the_schema {
        assert_ne!(
            conformance.complaints(&message),
            Vec::<String>::new(),
            "{message}"
        );
    }
    let good =
        json!({ "jsonrpc": "2.0", "id": 1, "result": { "contents": { "kind": "markdown", "value": "" } } });
    assert_eq!(conformance.complaints(&good), Vec::<String>::new());
}

#[test]
fn the_manual_lists_every_capability() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::spawn(project.root());
    let folders = json!([{ "uri": client.uri(""), "name": "project" }]);
    let answer = client.initialize(&json!({ "capabilities": modern(), "workspaceFolders": folders }));
    client.finish();
    let manual = std::fs::read_to_string(repository("docs/lsp.md")).expect("the manual can be read");
    let capabilities = answer["capabilities"].as_object().expect("capabilities");
    for name in capabilities.keys() {
        assert!(
            manual.contains(&format!("\n| `{name}` |")),
            "docs/lsp.md does not tell of {name}"
        );
    }
}
