//! How a session begins, what it survives, and how it ends.

use serde_json::{Value as Json, json};

use crate::support::lsp_client::{LspClient, modern};
use crate::support::project::Project;

const ORDER: &str = "steps/create-order.step.ts";

const LOST: &str = "\
exports.config = { type: 'event', name: 'Lost', subscribes: ['lost.topic'], emits: [] }
exports.handler = async () => {}
";

#[test]
fn the_server_says_what_it_can_do() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::spawn(project.root());
    let params = json!({ "capabilities": modern(), "rootUri": client.uri("") });
    let result = client.initialize(&params);
    assert_eq!(result["serverInfo"]["name"], "banister");
    let capabilities = &result["capabilities"];
    assert_eq!(capabilities["positionEncoding"], "utf-8");
    assert_eq!(
        capabilities["textDocumentSync"]["change"], 2,
        "incremental: {capabilities:#}"
    );
    for provider in [
        "definitionProvider",
        "referencesProvider",
        "hoverProvider",
        "documentSymbolProvider",
    ] {
        assert_eq!(capabilities[provider], true, "{provider}");
    }
    let triggers = capabilities["completionProvider"]["triggerCharacters"]
        .as_array()
        .expect("triggers");
    for character in ["'", "\"", "."] {
        assert!(triggers.contains(&json!(character)), "{character}");
    }
    client.finish();
}

#[test]
fn a_root_without_folders_is_enough() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::spawn(project.root());
    let params = json!({ "capabilities": {}, "rootUri": client.uri(""), "workspaceFolders": null });
    client.initialize(&params);
    let text = client.open(ORDER);
    let params = client.at(ORDER, &text, "emits: ['|order.created']");
    assert!(client.request("textDocument/completion", &params).is_array());
    client.finish();
}

#[test]
fn several_folders_are_several_worlds() {
    let project = Project::of(&[]);
    for name in ["one", "two"] {
        let text = LOST.replace("lost.topic", &format!("{name}.topic"));
        project.write(&format!("{name}/package.json"), "{}");
        project.write(&format!("{name}/steps/lost.step.js"), text);
    }
    let mut client = LspClient::spawn(project.root());
    let folder = |client: &LspClient, name: &str| json!({ "uri": client.uri(name), "name": name });
    let folders = json!([folder(&client, "one"), folder(&client, "two")]);
    client.initialize(&json!({ "capabilities": modern(), "workspaceFolders": folders }));
    for name in ["one", "two"] {
        client.findings(&format!("{name}/steps/lost.step.js"), |findings| {
            !findings.is_empty()
        });
    }
    let path = "two/steps/lost.step.js";
    let text = client.open(path);
    let params = client.at(path, &text, "['|two.topic']");
    let items = client.request("textDocument/completion", &params);
    assert!(!items.to_string().contains("one.topic"), "{items}");
    let change = json!({ "event": { "added": [], "removed": [folder(&client, "one")] } });
    client.notify("workspace/didChangeWorkspaceFolders", &change);
    client.findings("one/steps/lost.step.js", <[Json]>::is_empty);
    client.finish();
}

#[test]
fn a_folder_inside_of_another_is_served_once() {
    let project = Project::of(&[("inner/package.json", "{}"), ("inner/steps/lost.step.js", LOST)]);
    let path = "inner/steps/lost.step.js";
    let mut client = LspClient::spawn(project.root());
    let folder = |client: &LspClient, name: &str| json!({ "uri": client.uri(name), "name": name });
    let folders = json!([folder(&client, "inner"), folder(&client, "")]);
    client.initialize(&json!({ "capabilities": modern(), "workspaceFolders": folders }));
    client.findings(path, |findings| findings.len() == 1);
    // Without the outer one, the inner one has to stand for itself.
    let change = json!({ "event": { "added": [], "removed": [folder(&client, "")] } });
    client.notify("workspace/didChangeWorkspaceFolders", &change);
    client.findings(path, <[Json]>::is_empty);
    client.findings(path, |findings| findings.len() == 1);
    client.finish();
}

#[test]
fn a_folder_without_steps_is_served_quietly() {
    let project = Project::of(&[("index.js", "console.log('hello')\n")]);
    let mut client = LspClient::start(project.root());
    client.wait_for("a log message", |message| {
        message["method"] == "window/logMessage"
    });
    let text = client.open("index.js");
    let params = client.at("index.js", &text, "'|hello'");
    assert_eq!(client.request("textDocument/completion", &params), Json::Null);
    let rest = client.finish();
    let is_noise = |message: &&Json| {
        message["method"]
            .as_str()
            .is_some_and(|name| name.starts_with("window/"))
    };
    assert_eq!(rest.iter().filter(is_noise).count(), 0, "{rest:#?}");
}

#[test]
fn half_typed_and_odd_files_end_nothing() {
    let project = Project::example("ecommerce");
    project.write(
        "steps/bytes.step.ts",
        b"export const config = { name: '\xff\xfe' ",
    );
    project.write("steps/nested.step.js", "[".repeat(50_000));
    project.write("steps/empty_step.py", "");
    let mut client = LspClient::start(project.root());
    let text = client.open(ORDER);
    for cut in (0..text.len())
        .step_by(97)
        .filter(|cut| text.is_char_boundary(*cut))
    {
        let document = json!({ "uri": client.uri(ORDER), "version": cut + 2 });
        let changes = json!([{ "text": &text[..cut] }]);
        client.notify(
            "textDocument/didChange",
            &json!({ "textDocument": document, "contentChanges": changes }),
        );
        let params = json!({ "textDocument": { "uri": client.uri(ORDER) },
            "position": client.position(&text, cut) });
        client.request("textDocument/completion", &params);
        client.request("textDocument/documentSymbol", &params);
    }
    client.finish();
}

#[test]
fn malformed_messages_do_not_end_the_session() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    client.write(b"Content-Length: 9\r\n\r\n{\"jsonrpc");
    let refusal = client.wait_for("a refusal", |message| message["error"]["code"] == -32700);
    assert_eq!(refusal["id"], Json::Null);
    let unknown = client.ask("textDocument/inventedByATest", &json!({}));
    assert_eq!(unknown["error"]["code"], -32601);
    let text = client.open(ORDER);
    let params = client.at(ORDER, &text, "emits: ['|order.created']");
    assert!(client.request("textDocument/completion", &params).is_array());
    client.finish();
}

#[test]
fn the_exit_code_tells_whether_the_client_said_goodbye() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    client.notify("exit", &Json::Null);
    assert_eq!(client.ended(), Some(1));
    let mut client = LspClient::start(project.root());
    client.hang_up();
    assert_eq!(client.ended(), Some(1));
    let mut client = LspClient::start(project.root());
    client.request("shutdown", &Json::Null);
    client.hang_up();
    assert_eq!(client.ended(), Some(0));
}
