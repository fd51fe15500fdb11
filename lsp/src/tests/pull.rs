//! Findings of clients that pull them: what is answered, what is not sent twice, and that nothing is pushed.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::testing::{Client, uri};

const SENDER: &str = "\
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'x.done', data: { id: 1 } })
}
";

/// A subscriber in Ruby whose schema asks for these fields.
fn taker(fields: &str) -> String {
    format!(
        "def config\n  {{ type: 'event', name: 'B', subscribes: ['x.done'], emits: [], input: {{ {fields} }} }}\nend\n\
         def handler(input, context)\nend\n"
    )
}

fn project() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("steps")).unwrap();
    write(root.path(), "steps/a.step.ts", SENDER);
    write(root.path(), "steps/b.step.rb", &taker("id: 'number'"));
    root
}

fn write(root: &Path, path: &str, text: &str) {
    std::fs::write(root.join(path), text).unwrap();
}

fn capabilities(related: bool, refresh: bool) -> Json {
    json!({
        "textDocument": { "diagnostic": { "relatedDocumentSupport": related } },
        "workspace": { "diagnostics": { "refreshSupport": refresh } },
    })
}

fn pull(client: &mut Client, document: &str, before: Option<&Json>) -> Json {
    let mut params = json!({ "textDocument": { "uri": document } });
    if let Some(before) = before {
        params["previousResultId"] = before.clone();
    }
    client.request("textDocument/diagnostic", params).unwrap()
}

fn codes(report: &Json) -> Vec<&str> {
    let items = report["items"].as_array().expect("a full report");
    items.iter().map(|item| item["code"].as_str().unwrap()).collect()
}

fn replace(client: &mut Client, document: &str, version: i32, text: &str) {
    let identifier = json!({ "uri": document, "version": version });
    client.notify(
        "textDocument/didChange",
        json!({ "textDocument": identifier, "contentChanges": [{ "text": text }] }),
    );
}

#[test]
fn an_answer_is_sent_once_and_nothing_is_pushed() {
    let root = project();
    let mut client = Client::open_with(root.path(), &capabilities(false, false));
    let a = uri(root.path(), "steps/a.step.ts");
    client.did_open(&a, &SENDER.replace("'x.done', data", "'x.lost', data"));
    let report = pull(&mut client, &a, None);
    assert_eq!(report["kind"], "full");
    assert_eq!(codes(&report), ["undeclared-emit"]);
    let again = pull(&mut client, &a, Some(&report["resultId"]));
    assert_eq!(
        again,
        json!({ "kind": "unchanged", "resultId": report["resultId"] })
    );
    replace(&mut client, &a, 2, SENDER);
    let clean = pull(&mut client, &a, Some(&report["resultId"]));
    assert_eq!((&clean["kind"], &clean["items"]), (&json!("full"), &json!([])));
    let rest = client.finish();
    let pushed = |message: &&Json| message["method"] == "textDocument/publishDiagnostics";
    assert_eq!(rest.iter().find(pushed), None);
}

#[test]
fn a_client_that_does_not_pull_is_not_offered_to() {
    let root = project();
    let mut client = Client::start();
    let result = client
        .request("initialize", json!({ "capabilities": {} }))
        .unwrap();
    assert_eq!(result["capabilities"].get("diagnosticProvider"), None);
    client.finish();
    let mut client = Client::start();
    let params = json!({ "capabilities": capabilities(true, true), "rootUri": uri(root.path(), "") });
    let result = client.request("initialize", params).unwrap();
    let offered = &result["capabilities"]["diagnosticProvider"];
    assert_eq!(offered["interFileDependencies"], true);
    assert_eq!(offered["workspaceDiagnostics"], true);
    client.finish();
}

/// Opens the sender and its taker, which fit, and lets the taker ask for a field more; their URIs.
fn ask_for_more(client: &mut Client, root: &Path) -> (String, String) {
    let (a, b) = (uri(root, "steps/a.step.ts"), uri(root, "steps/b.step.rb"));
    client.did_open(&a, SENDER);
    client.did_open(&b, &taker("id: 'number'"));
    assert_eq!(codes(&pull(client, &a, None)), Vec::<&str>::new());
    replace(client, &b, 2, &taker("id: 'number', sku: 'string'"));
    (a, b)
}

#[test]
fn the_answer_about_a_subscriber_brings_the_news_of_its_sender() {
    let root = project();
    let mut client = Client::open_with(root.path(), &capabilities(true, false));
    let (a, b) = ask_for_more(&mut client, root.path());
    let report = pull(&mut client, &b, None);
    assert_eq!(codes(&report["relatedDocuments"][&a]), ["payload-missing-field"]);
    let again = pull(&mut client, &b, None);
    assert_eq!(again.get("relatedDocuments"), None, "told already");
    client.finish();
}

#[test]
fn a_client_is_asked_to_pull_again_when_another_file_makes_news() {
    let root = project();
    let mut client = Client::open_with(root.path(), &capabilities(false, true));
    let (a, _) = ask_for_more(&mut client, root.path());
    let is_refresh = |message: &Json| message["method"] == "workspace/diagnostic/refresh";
    let request = client.wait_for("a refresh", is_refresh);
    client.send(&json!({ "jsonrpc": "2.0", "id": request["id"], "result": null }));
    assert_eq!(codes(&pull(&mut client, &a, None)), ["payload-missing-field"]);
    client.finish();
}

#[test]
fn a_workspace_pull_has_unopened_files_and_clears_those_that_are_gone() {
    let root = project();
    write(
        root.path(),
        "steps/b.step.rb",
        &taker("id: 'number', sku: 'string'"),
    );
    let mut client = Client::open_with(root.path(), &capabilities(false, false));
    let mut pull = |previous: Json| {
        let params = json!({ "previousResultIds": previous });
        client.request("workspace/diagnostic", params).unwrap()
    };
    let report = pull(json!([]));
    let item = &report["items"][0];
    let a = uri(root.path(), "steps/a.step.ts");
    assert_eq!((&item["uri"], &item["version"]), (&json!(a), &Json::Null));
    assert_eq!(codes(item), ["payload-missing-field"]);
    let known = json!([{ "uri": a, "value": item["resultId"] }]);
    assert_eq!(pull(known.clone())["items"][0]["kind"], "unchanged");
    std::fs::remove_file(root.path().join("steps/a.step.ts")).unwrap();
    client.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": a, "type": 3 }] }),
    );
    // The disk is read in the background; the client polls, as editors do.
    let deadline = std::time::Instant::now() + crate::testing::LIMIT;
    let gone = loop {
        let params = json!({ "previousResultIds": known });
        let report = client.request("workspace/diagnostic", params).unwrap();
        let items = report["items"].as_array().unwrap().clone();
        let of_a = items.into_iter().find(|item| item["uri"] == json!(a)).unwrap();
        if of_a["kind"] == "full" {
            break of_a;
        }
        assert!(std::time::Instant::now() < deadline, "it is still there");
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    assert_eq!(gone["items"], json!([]));
    client.finish();
}

#[test]
fn settings_that_cannot_be_read_are_findings_of_their_file() {
    let root = project();
    write(
        root.path(),
        "banister.toml",
        "[rules]\nundeclared-emits = 'off'\n",
    );
    let mut client = Client::open_with(root.path(), &capabilities(false, false));
    let settings = uri(root.path(), "banister.toml");
    let report = pull(&mut client, &settings, None);
    assert_eq!(codes(&report), ["invalid-settings"]);
    assert_eq!(
        report["items"][0]["range"],
        json!({ "start": { "line": 1, "character": 0 }, "end": { "line": 1, "character": 16 } })
    );
    client.did_open(&settings, "[rules]\nundeclared-emit = 'off'\n");
    assert_eq!(codes(&pull(&mut client, &settings, None)), Vec::<&str>::new());
    client.finish();

    let mut pushed = Client::open(root.path());
    let is_about = |message: &Json| message["params"]["uri"] == json!(settings);
    let push = pushed.wait_for("the settings' finding", is_about);
    assert_eq!(push["params"]["diagnostics"][0]["code"], "invalid-settings");
    pushed.finish();
}

#[test]
fn a_finding_links_to_its_rule_and_carries_its_data() {
    let root = project();
    let mut capabilities = capabilities(false, false);
    capabilities["textDocument"]["publishDiagnostics"] =
        json!({ "codeDescriptionSupport": true, "dataSupport": true, "tagSupport": { "valueSet": [1, 2] } });
    let mut client = Client::open_with(root.path(), &capabilities);
    let a = uri(root.path(), "steps/a.step.ts");
    client.did_open(&a, &SENDER.replace("'x.done', data", "'x.lost', data"));
    let report = pull(&mut client, &a, None);
    let undeclared = &report["items"][0];
    assert!(
        undeclared["codeDescription"]["href"]
            .as_str()
            .unwrap()
            .ends_with("/undeclared-emit.md")
    );
    assert_eq!(undeclared["data"]["rule"], "undeclared-emit");
    replace(
        &mut client,
        &a,
        2,
        &SENDER.replace("emits: ['x.done']", "emits: ['x.done', 'x.never']"),
    );
    let report = pull(&mut client, &a, None);
    let items = report["items"].as_array().unwrap();
    let unused = items.iter().find(|item| item["code"] == "unused-emit").unwrap();
    assert_eq!(unused["tags"], json!([1]), "what may go is faded");
    client.finish();
}
