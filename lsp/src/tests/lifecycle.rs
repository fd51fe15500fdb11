//! How a session begins and ends, and what a client may do out of turn.

use serde_json::{Value as Json, json};

use crate::options::LspError;
use crate::testing::{Client, uri};

const NOT_INITIALIZED: i64 = -32002;
const INVALID_REQUEST: i64 = -32600;

#[test]
fn shutdown_and_exit_end_the_session_well() {
    let root = tempfile::tempdir().unwrap();
    Client::open(root.path()).finish();
}

#[test]
fn exit_without_shutdown_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    let mut client = Client::open(root.path());
    client.notify("exit", Json::Null);
    assert!(matches!(client.end().0, Err(LspError::NoShutdown)));
}

#[test]
fn a_client_that_vanishes_ends_the_session() {
    let root = tempfile::tempdir().unwrap();
    assert!(matches!(
        Client::open(root.path()).end().0,
        Err(LspError::NoShutdown)
    ));
    assert!(matches!(Client::start().end().0, Err(LspError::NoShutdown)));
}

#[test]
fn nothing_but_initialize_is_answered_first_and_nothing_after_shutdown() {
    let root = tempfile::tempdir().unwrap();
    let position = json!({ "textDocument": { "uri": uri(root.path(), "steps/a.step.ts") },
        "position": { "line": 0, "character": 0 } });
    let mut client = Client::start();
    assert_eq!(
        client.request("textDocument/hover", position.clone()),
        Err(NOT_INITIALIZED)
    );
    client
        .request("initialize", json!({ "capabilities": {} }))
        .unwrap();
    assert_eq!(
        client.request("initialize", json!({ "capabilities": {} })),
        Err(INVALID_REQUEST)
    );
    assert_eq!(
        client.request("textDocument/hover", position.clone()),
        Ok(Json::Null)
    );
    client.request("shutdown", Json::Null).unwrap();
    assert_eq!(
        client.request("textDocument/hover", position),
        Err(INVALID_REQUEST)
    );
    client.notify("exit", Json::Null);
    client.end().0.unwrap();
}

#[test]
fn a_client_that_does_not_wait_for_initialize_is_understood() {
    let root = tempfile::tempdir().unwrap();
    let document = uri(root.path(), "steps/a.step.ts");
    let mut client = Client::start();
    let params = json!({ "capabilities": {}, "rootUri": uri(root.path(), "") });
    let initialize = client.ask("initialize", params);
    client.notify("initialized", json!({}));
    client.did_open(&document, "// here");
    let text = client.probe(&document, "text");
    client.answer(initialize).unwrap();
    assert_eq!(client.answer(text), Ok(json!("// here")));
    client.finish();
}

#[test]
fn answers_under_way_reach_a_client_that_closes_its_end() {
    let root = tempfile::tempdir().unwrap();
    let document = uri(root.path(), "steps/a.step.ts");
    let mut client = Client::open(root.path());
    client.did_open(&document, "// here");
    let id = client.probe(&document, "text");
    let (_, rest) = client.end();
    let answer = rest
        .iter()
        .find(|message| message["id"] == id)
        .expect("an answer");
    assert_eq!(answer["result"], "// here");
}

#[test]
fn the_unit_of_columns_is_one_that_was_offered() {
    let offers = [
        (json!({}), "utf-16"),
        (
            json!({ "general": { "positionEncodings": ["utf-16"] } }),
            "utf-16",
        ),
        (
            json!({ "general": { "positionEncodings": ["utf-32", "utf-16"] } }),
            "utf-32",
        ),
        (
            json!({ "general": { "positionEncodings": ["utf-16", "utf-32"] } }),
            "utf-16",
        ),
        (
            json!({ "general": { "positionEncodings": ["utf-16", "utf-8"] } }),
            "utf-8",
        ),
    ];
    for (capabilities, agreed) in offers {
        let mut client = Client::start();
        let result = client
            .request("initialize", json!({ "capabilities": capabilities }))
            .unwrap();
        assert_eq!(
            result["capabilities"]["positionEncoding"], agreed,
            "{capabilities}"
        );
        client.finish();
    }
}

#[test]
fn a_folder_without_steps_is_logged_once_and_the_session_lives() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("package.json"), "{}").unwrap();
    let mut client = Client::open(root.path());
    let is_log = |message: &Json| message["method"] == "window/logMessage";
    let log = client.wait_for("a log message", is_log);
    assert!(
        log["params"]["message"]
            .as_str()
            .unwrap()
            .contains("No step project"),
        "{log}"
    );
    client.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": uri(root.path(), "package.json"), "type": 2 }] }),
    );
    let document = uri(root.path(), "steps/a.step.ts");
    client.did_open(&document, "// here");
    assert_eq!(client.text(&document).as_deref(), Some("// here"));
    let rest = client.finish();
    assert_eq!(
        rest.iter().filter(|message| is_log(message)).count(),
        0,
        "{rest:?}"
    );
}
