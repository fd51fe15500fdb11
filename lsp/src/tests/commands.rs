//! Commands, the flow graph, progress, and looking at the disk for clients that cannot.

use std::path::Path;

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::options::Options;
use crate::testing::{Client, uri};

const STEP: &str = "export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }\n\
                    export const handler = async ({ emit }) => {\n  await emit({ topic: 'x.done', data: {} })\n}\n";

const INVALID_PARAMS: i64 = -32602;

fn project() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "apps/shop/steps/a.step.ts", STEP);
    write(root.path(), "apps/shop/tests/orders.flow.yaml", "tests: []\n");
    root
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn method(name: &str) -> impl Fn(&Json) -> bool {
    move |message| message["method"] == name
}

fn command(name: &str, argument: &Json) -> Json {
    json!({ "command": name, "arguments": [argument] })
}

/// Answers the server's wish to show progress and returns what begins.
fn begin(client: &mut Client) -> Json {
    let create = client.wait_for("progress", method("window/workDoneProgress/create"));
    client.send(&json!({ "jsonrpc": "2.0", "id": create["id"], "result": null }));
    let begun = client.wait_for("the beginning", method("$/progress"));
    assert_eq!(begun["params"]["token"], create["params"]["token"]);
    assert_eq!(begun["params"]["value"]["kind"], "begin");
    begun["params"].clone()
}

fn end(client: &mut Client, token: &Json) {
    let ended = client.wait_for("the end", method("$/progress"));
    assert_eq!(
        (&ended["params"]["token"], &ended["params"]["value"]["kind"]),
        (token, &json!("end"))
    );
}

#[test]
fn the_graph_is_given_in_every_form_and_its_change_is_told() {
    let root = project();
    let mut client = Client::open(root.path());
    let graph = client.request("banister/flowGraph", json!({})).unwrap();
    assert_eq!(
        (&graph["version"], &graph["projects"][0]["root"]),
        (&json!(1), &json!("apps/shop"))
    );
    let document = uri(root.path(), "apps/shop/steps/a.step.ts");
    for (format, beginning) in [
        ("mermaid", "flowchart"),
        ("dot", "digraph"),
        ("svg", "<svg"),
        ("html", "<!"),
    ] {
        let params = json!({ "uri": document, "format": format });
        let text = client.request("banister/flowGraph", params).unwrap();
        assert!(text.as_str().unwrap().starts_with(beginning), "{format}: {text}");
    }
    let shown = client.request(
        "workspace/executeCommand",
        command("banister.showFlowGraph", &json!({})),
    );
    assert!(shown.unwrap().as_str().unwrap().starts_with("flowchart"));
    let elsewhere = json!({ "uri": "file:///elsewhere/a.ts" });
    assert_eq!(
        client.request("banister/flowGraph", elsewhere),
        Err(INVALID_PARAMS)
    );
    client.did_open(&document, &STEP.replace("'A'", "'Renamed'"));
    let told = client.wait_for("the change", method("banister/graphChanged"));
    assert_eq!(told["params"]["uri"], json!(uri(root.path(), "")));
    client.finish();
}

#[test]
fn a_client_that_never_asked_for_the_graph_is_not_told_of_it() {
    let root = project();
    let mut client = Client::open(root.path());
    let document = uri(root.path(), "apps/shop/steps/a.step.ts");
    client.did_open(&document, &STEP.replace("'A'", "'Renamed'"));
    client.wait_for("findings", method("textDocument/publishDiagnostics"));
    let rest = client.finish();
    assert!(
        rest.iter()
            .all(|message| message["method"] != "banister/graphChanged"),
        "{rest:?}"
    );
}

#[test]
fn reading_the_folder_is_shown_where_the_client_can() {
    let root = project();
    let mut client = Client::open_with(root.path(), &json!({ "window": { "workDoneProgress": true } }));
    let begun = begin(&mut client);
    assert_eq!(begun["value"]["title"], "Reading and checking the steps");
    end(&mut client, &begun["token"]);
    client.finish();
}

#[test]
fn a_command_that_is_not_ours_is_refused() {
    let root = project();
    let mut client = Client::open(root.path());
    for params in [
        command("banister.unknown", &json!({})),
        command("banister.runFlowTest", &json!({ "uri": "file:///a.flow.yaml" })),
        // The sessions of the tests know no program that could run it.
        command(
            "banister.runFlowTest",
            &json!({ "uri": "file:///a.flow.yaml", "test": "a" }),
        ),
    ] {
        assert_eq!(
            client.request("workspace/executeCommand", params),
            Err(INVALID_PARAMS)
        );
    }
    client.finish();
}

#[test]
fn a_client_that_cannot_watch_files_hears_of_the_disk_all_the_same() {
    let root = project();
    let mut client = Client::open_options(
        root.path(),
        &json!({}),
        Options {
            poll: std::time::Duration::from_millis(10),
            ..Options::default()
        },
    );
    let path = "apps/shop/steps/b.step.ts";
    let document = uri(root.path(), path);
    // The folder has been read once this is answered.
    client.request("banister/flowGraph", json!({})).unwrap();
    write(
        root.path(),
        path,
        &STEP
            .replace("'A'", "'B'")
            .replace("topic: 'x.done'", "topic: 'y.done'"),
    );
    let is_about = |message: &Json| message["params"]["uri"] == json!(document);
    let found = client.wait_for("the new file's findings", is_about);
    assert_ne!(found["params"]["diagnostics"], json!([]));
    std::fs::remove_file(root.path().join(path)).unwrap();
    let cleared = client.wait_for("the file to be cleared", is_about);
    assert_eq!(cleared["params"]["diagnostics"], json!([]));
    client.finish();
}

#[test]
fn files_that_the_user_moves_in_the_editor_are_followed() {
    let root = project();
    let mut client = Client::start();
    let capabilities = json!({ "workspace": {
        "fileOperations": { "didCreate": true, "didRename": true, "didDelete": true },
        "didChangeWatchedFiles": { "dynamicRegistration": true },
    } });
    let folders = json!([{ "uri": uri(root.path(), ""), "name": "root" }]);
    let params = json!({ "processId": null, "capabilities": capabilities, "workspaceFolders": folders });
    let answer = client.request("initialize", params).unwrap();
    let offered = &answer["capabilities"]["workspace"]["fileOperations"];
    for operation in ["didCreate", "didRename", "didDelete"] {
        let filters = offered[operation]["filters"].as_array().unwrap();
        assert!(
            filters
                .iter()
                .any(|filter| filter["pattern"]["matches"] == "folder"),
            "{filters:?}"
        );
    }
    client.notify("initialized", json!({}));
    client.request("banister/flowGraph", json!({})).unwrap();
    let folder = root.path().join("apps/shop/steps");
    let place = |name: &str| uri(root.path(), &format!("apps/shop/steps/{name}"));
    let found = |client: &mut Client, name: &str, is_found: bool| {
        let document = place(name);
        let is_it = |message: &Json| {
            let params = &message["params"];
            params["uri"] == json!(document) && (params["diagnostics"] != json!([])) == is_found
        };
        client.wait_for(&format!("{name}, {is_found}"), is_it);
    };
    let broken = STEP
        .replace("'A'", "'B'")
        .replace("topic: 'x.done'", "topic: 'y.done'");
    write(root.path(), "apps/shop/steps/b.step.ts", &broken);
    client.notify(
        "workspace/didCreateFiles",
        json!({ "files": [{ "uri": place("b.step.ts") }] }),
    );
    found(&mut client, "b.step.ts", true);
    std::fs::rename(folder.join("b.step.ts"), folder.join("c.step.ts")).unwrap();
    let moved = json!({ "files": [{ "oldUri": place("b.step.ts"), "newUri": place("c.step.ts") }] });
    client.notify("workspace/didRenameFiles", moved);
    found(&mut client, "b.step.ts", false);
    found(&mut client, "c.step.ts", true);
    std::fs::remove_file(folder.join("c.step.ts")).unwrap();
    client.notify(
        "workspace/didDeleteFiles",
        json!({ "files": [{ "uri": place("c.step.ts") }] }),
    );
    found(&mut client, "c.step.ts", false);
    client.finish();
}

#[cfg(unix)]
mod runs {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A session whose program is this shell script.
    fn session(root: &Path, script: &str, capabilities: &Json) -> Client {
        let program = root.join("program");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        Client::open_options(
            root,
            capabilities,
            Options {
                executable: Some(program),
                ..Options::default()
            },
        )
    }

    fn run(root: &Path) -> Json {
        let test = json!({ "uri": uri(root, "apps/shop/tests/orders.flow.yaml"), "test": "an order's way" });
        command("banister.runFlowTest", &test)
    }

    #[test]
    fn a_flow_test_is_run_by_its_whole_name_in_its_project() {
        let root = project();
        let mut client = session(root.path(), "for word; do echo \"[$word]\"; done", &json!({}));
        client.request("banister/flowGraph", json!({})).unwrap();
        let ended = client
            .request("workspace/executeCommand", run(root.path()))
            .unwrap();
        assert_eq!(ended["status"], "passed");
        let folder = root.path().join("apps/shop");
        let words = format!(
            "[test]\n[--exact]\n[-C]\n[{}]\n[--]\n[tests/orders::an order's way]\n",
            folder.display()
        );
        assert_eq!(ended["output"], words);
        let shown = client.wait_for("the verdict", method("window/showMessage"));
        assert_eq!(
            shown["params"],
            json!({ "type": 3, "message": "'an order's way' passed." })
        );
        client.finish();
    }

    #[test]
    fn a_failure_is_shown_and_told_in_the_log() {
        let root = project();
        let mut client = session(root.path(), "echo why; exit 1", &json!({}));
        client.request("banister/flowGraph", json!({})).unwrap();
        let ended = client
            .request("workspace/executeCommand", run(root.path()))
            .unwrap();
        assert_eq!(ended["status"], "failed");
        let is_told = |message: &Json| message["params"]["message"] == "why";
        client.wait_for("the log", is_told);
        let shown = client.wait_for("the verdict", method("window/showMessage"));
        assert_eq!(shown["params"]["type"], 1);
        client.finish();
    }

    #[test]
    fn a_run_is_cancelled_by_its_progress_and_by_its_request() {
        let root = project();
        let capabilities = json!({ "window": { "workDoneProgress": true } });
        let mut client = session(root.path(), "exec sleep 60", &capabilities);
        let reading = begin(&mut client);
        end(&mut client, &reading["token"]);
        let id = client.ask("workspace/executeCommand", run(root.path()));
        let begun = begin(&mut client);
        assert_eq!(begun["value"]["cancellable"], true);
        client.notify(
            "window/workDoneProgress/cancel",
            json!({ "token": begun["token"] }),
        );
        assert_eq!(client.answer(id).unwrap()["status"], "cancelled");
        end(&mut client, &begun["token"]);
        let id = client.ask("workspace/executeCommand", run(root.path()));
        let begun = begin(&mut client);
        client.notify("$/cancelRequest", json!({ "id": id }));
        assert_eq!(client.answer(id), Err(-32800));
        end(&mut client, &begun["token"]);
        client.finish();
    }
}
