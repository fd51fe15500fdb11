//! Findings of the whole workspace are pushed, follow every edit and every change on disk, and are those of `check`.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::support::lsp_client::{LspClient, modern};
use crate::support::project::Project;

const ORDER: &str = "steps/create-order.step.ts";

fn has(findings: &[Json], rule: &str) -> bool {
    findings.iter().any(|finding| finding["code"] == rule)
}

#[test]
fn a_typo_is_pushed_and_its_undo_clears_it() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    let text = client.open(ORDER);
    client.findings(ORDER, <[Json]>::is_empty);
    let old = "emit({ topic: 'order.created'";
    let new = "emit({ topic: 'order.craeted'";
    let text = client.replace(ORDER, 2, &text, old, new);
    let findings = client.findings(ORDER, |findings| has(findings, "undeclared-emit"));
    let finding = findings
        .iter()
        .find(|finding| finding["code"] == "undeclared-emit")
        .expect("it");
    assert_eq!(
        client.slice(&text, &finding["range"]),
        "order.craeted",
        "{finding}"
    );
    assert_eq!(finding["source"], "banister");
    assert_eq!(finding["severity"], 1);
    client.replace(ORDER, 3, &text, new, old);
    client.findings(ORDER, <[Json]>::is_empty);
    client.finish();
}

#[test]
fn a_topic_that_loses_its_emitter_is_told_in_the_other_language() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    let path = "steps/request-report.step.ts";
    let text = client.open(path);
    let text = client.replace(path, 2, &text, "emits: ['report.requested']", "emits: []");
    client.replace(
        path,
        3,
        &text,
        "topic: 'report.requested'",
        "topic: 'report.asked'",
    );
    // The Ruby step is not open.
    client.findings("steps/generate_report.step.rb", |findings| {
        has(findings, "never-emitted-topic")
    });
    client.finish();
}

#[test]
fn versions_are_those_of_the_text_that_was_checked() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    let text = client.open(ORDER);
    client.replace(
        ORDER,
        7,
        &text,
        "topic: 'order.created'",
        "topic: 'order.cancelled'",
    );
    let uri = client.uri(ORDER);
    let message = client.wait_for("findings of version 7", |message| {
        message["params"]["uri"] == uri && message["params"]["diagnostics"][0].is_object()
    });
    assert_eq!(message["params"]["version"], 7);
    client.finish();
}

#[test]
fn a_file_that_nobody_opened_is_reported_and_cleared_when_it_is_deleted() {
    let project = Project::example("ecommerce");
    let path = "steps/lost.step.js";
    let broken = "exports.config = { type: 'event', name: 'Lost', subscribes: ['order.lost'], emits: [] }\n\
                  exports.handler = async () => {}\n";
    project.write(path, broken);
    let mut client = LspClient::start(project.root());
    client.findings(path, |findings| has(findings, "never-emitted-topic"));
    std::fs::remove_file(project.path(path)).expect("it can be removed");
    client.watched(path, 3);
    client.findings(path, <[Json]>::is_empty);
    client.finish();
}

#[test]
fn a_folder_that_is_deleted_clears_all_its_files() {
    let project = Project::example("ecommerce");
    for name in ["a", "b"] {
        let text = format!(
            "exports.config = {{ type: 'event', name: 'Lost-{name}', subscribes: ['lost.{name}'], emits: [] }}\n\
             exports.handler = async () => {{}}\n"
        );
        project.write(&format!("steps/lost/{name}.step.js"), text);
    }
    let mut client = LspClient::start(project.root());
    client.findings("steps/lost/a.step.js", |findings| !findings.is_empty());
    client.findings("steps/lost/b.step.js", |findings| !findings.is_empty());
    std::fs::remove_dir_all(project.path("steps/lost")).expect("it can be removed");
    client.watched("steps/lost", 3);
    client.findings("steps/lost/a.step.js", <[Json]>::is_empty);
    client.findings("steps/lost/b.step.js", <[Json]>::is_empty);
    client.finish();
}

#[test]
fn the_text_in_the_editor_counts_until_it_is_closed() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    let text = client.open(ORDER);
    client.findings(ORDER, <[Json]>::is_empty);
    client.replace(
        ORDER,
        2,
        &text,
        "topic: 'order.created'",
        "topic: 'order.cancelled'",
    );
    client.findings(ORDER, |findings| !findings.is_empty());
    // A change on disk does not touch it, and closing without saving goes back to the disk.
    client.watched(ORDER, 2);
    client.notify(
        "textDocument/didClose",
        &json!({ "textDocument": { "uri": client.uri(ORDER) } }),
    );
    client.findings(ORDER, <[Json]>::is_empty);
    client.finish();
}

#[test]
fn a_client_that_cannot_watch_files_is_served_at_each_save() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start_with(project.root(), &json!({}));
    client.open(ORDER);
    client.findings(ORDER, <[Json]>::is_empty);
    let path = "steps/process-payment.step.js";
    let text = project
        .read(path)
        .replace("subscribes: ['order.created']", "subscribes: ['parcel.lost']");
    project.write(path, text);
    client.notify(
        "textDocument/didSave",
        &json!({ "textDocument": { "uri": client.uri(ORDER) } }),
    );
    client.findings(path, |findings| !findings.is_empty());
    client.finish();
}

#[test]
fn a_client_that_can_watch_files_is_asked_to() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    let request = client.wait_for("the registration", |message| {
        message["method"] == "client/registerCapability"
    });
    let registration = &request["params"]["registrations"][0];
    assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
    let watchers = registration["registerOptions"]["watchers"]
        .as_array()
        .expect("watchers");
    let patterns: Vec<&str> = watchers
        .iter()
        .filter_map(|watcher| watcher["globPattern"].as_str())
        .collect();
    for extension in ["ts", "js", "py", "rb"] {
        assert!(
            patterns.iter().any(|pattern| pattern.contains(extension)),
            "{extension}: {patterns:?}"
        );
    }
    client.send(&json!({ "jsonrpc": "2.0", "id": request["id"], "result": null }));
    client.finish();
}

#[test]
fn step_files_that_appear_later_are_picked_up() {
    let project = Project::of(&[("README.md", "Nothing here yet.\n")]);
    let mut client = LspClient::start(project.root());
    client.wait_for("a log message", |message| {
        message["method"] == "window/logMessage"
    });
    let path = "steps/late.step.js";
    let text = "exports.config = { type: 'event', name: 'Late', subscribes: ['late.topic'], emits: [] }\n\
                exports.handler = async () => {}\n";
    project.write(path, text);
    client.watched(path, 1);
    client.findings(path, |findings| has(findings, "never-emitted-topic"));
    client.finish();
}

/// Severity, rule, message and place (1-based lines, columns in characters) of each finding, by file.
type Report = BTreeMap<String, Vec<(String, String, String, [u64; 4])>>;

#[test]
fn the_editor_says_what_check_says() {
    let project = Project::fixture("broken-ecommerce");
    let mut expected = Report::new();
    let report = project.run(&["check", "--format", "json"]).json();
    for found in report["diagnostics"].as_array().expect("diagnostics") {
        let number = |at: &Json| at.as_u64().expect("a number");
        let range = &found["range"];
        let (start, end) = (&range["start"], &range["end"]);
        let place = [
            number(&start["line"]),
            number(&start["column"]),
            number(&end["line"]),
            number(&end["column"]),
        ];
        let text = |key: &str| found[key].as_str().expect("a text").to_owned();
        expected.entry(text("file")).or_default().push((
            text("severity"),
            text("rule"),
            text("message"),
            place,
        ));
    }
    assert!(
        expected.len() > 3,
        "the fixture is broken in several files: {expected:#?}"
    );

    let mut capabilities = modern();
    capabilities["general"] = json!({ "positionEncodings": ["utf-8"] });
    let mut client = LspClient::start_with(project.root(), &capabilities);
    let mut pushed = Report::new();
    for path in expected.keys() {
        let source = project.read(path);
        let findings = client.findings(path, |findings| !findings.is_empty());
        pushed.insert(
            path.clone(),
            findings.iter().map(|finding| plain(finding, &source)).collect(),
        );
    }
    for list in expected.values_mut().chain(pushed.values_mut()) {
        list.sort();
    }
    assert_eq!(pushed, expected);
    for message in client.finish() {
        let is_push = message["method"] == "textDocument/publishDiagnostics";
        assert!(!is_push, "more than check says: {message}");
    }
}

fn plain(finding: &Json, source: &str) -> (String, String, String, [u64; 4]) {
    let severity = match finding["severity"].as_u64() {
        Some(1) => "error",
        Some(2) => "warning",
        Some(3) => "info",
        _ => "hint",
    };
    let column = |position: &Json| {
        let line = source
            .lines()
            .nth(position["line"].as_u64().expect("a line") as usize)
            .unwrap_or("");
        let bytes = position["character"].as_u64().expect("a column") as usize;
        line[..bytes].chars().count() as u64 + 1
    };
    let line = |position: &Json| position["line"].as_u64().expect("a line") + 1;
    let (start, end) = (&finding["range"]["start"], &finding["range"]["end"]);
    let message = finding["message"].as_str().expect("a message");
    // The editor shows the help below the message; `check` has it elsewhere.
    let message = message.split("\nhelp: ").next().unwrap_or(message);
    let rule = finding["code"].as_str().expect("a rule");
    (
        severity.to_owned(),
        rule.to_owned(),
        message.to_owned(),
        [line(start), column(start), line(end), column(end)],
    )
}

#[test]
fn a_step_that_cannot_be_read_may_send_anything_as_on_the_command_line() {
    let project = Project::example("ecommerce");
    let taker = "steps/lost.step.js";
    project.write(
        taker,
        "exports.config = { type: 'event', name: 'Lost', subscribes: ['parcel.lost'], emits: [] }\n\
         exports.handler = async () => {}\n",
    );
    let mut client = LspClient::start(project.root());
    client.findings(taker, |findings| has(findings, "never-emitted-topic"));
    let huge = "steps/huge.step.ts";
    project.write(huge, vec![b'/'; 2 * 1024 * 1024]);
    client.watched(huge, 1);
    client.findings(taker, <[Json]>::is_empty);
    // Read again once it is small enough.
    project.write(huge, "export const config = { type: 'noop', name: 'Huge' }\n");
    client.watched(huge, 2);
    client.findings(taker, |findings| has(findings, "never-emitted-topic"));
    client.finish();
}
