//! Code actions through a whole session: what is offered, how it is previewed, and when its edit is worked out.

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::testing::{Client, uri};

const SENDER: &str = "\
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
exports.handler = async ({ emit }) => {
  emit({ topic: 'x.done', data: {} })
  await emit({ topic: 'new.topic', data: { id: '1' } })
}
";

const TAKER: &str = "\
config = {'type': 'event', 'name': 'B', 'subscribes': ['x.done'], 'emits': [],
          'input': {'type': 'object', 'properties': {'id': {'type': 'string'}}, 'required': ['id']}}
async def handler(data, context):
    pass
";

const CONTENT_MODIFIED: i64 = -32801;

struct Editor {
    root: TempDir,
    client: Client,
    document: String,
}

impl Editor {
    /// An editor with these capabilities that has the sender open.
    fn open(capabilities: &Json) -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("steps")).unwrap();
        std::fs::write(root.path().join("steps/a.step.js"), SENDER).unwrap();
        std::fs::write(root.path().join("steps/b_step.py"), TAKER).unwrap();
        let mut client = Client::open_with(root.path(), capabilities);
        let document = uri(root.path(), "steps/a.step.js");
        client.did_open(&document, SENDER);
        Self {
            root,
            client,
            document,
        }
    }

    /// The actions at the first character of `needle`, all of them or of one kind.
    fn actions(&mut self, needle: &str, only: Option<&str>) -> Vec<Json> {
        let before = &SENDER[..SENDER.find(needle).unwrap()];
        let line = before.matches('\n').count();
        let character = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
        let at = json!({ "line": line, "character": character });
        let mut context = json!({ "diagnostics": [] });
        if let Some(only) = only {
            context["only"] = json!([only]);
        }
        let params = json!({ "textDocument": { "uri": self.document }, "context": context,
            "range": { "start": at, "end": at } });
        let answer = self.client.request("textDocument/codeAction", params).unwrap();
        answer.as_array().cloned().unwrap_or_default()
    }
}

fn modern() -> Json {
    json!({
        "workspace": { "workspaceEdit": {
            "documentChanges": true, "resourceOperations": ["create"], "changeAnnotationSupport": {},
        } },
        "textDocument": { "codeAction": {
            "dataSupport": true, "disabledSupport": true, "resolveSupport": { "properties": ["edit"] },
        } },
    })
}

fn titled<'a>(actions: &'a [Json], title: &str) -> &'a Json {
    let fits = |action: &&Json| action["title"].as_str().unwrap().starts_with(title);
    actions
        .iter()
        .find(fits)
        .unwrap_or_else(|| panic!("{title} is not in {actions:#?}"))
}

#[test]
fn a_finding_can_be_ignored_with_a_reason() {
    let mut editor = Editor::open(&json!({}));
    let actions = editor.actions("emit({ topic: 'x.done'", None);
    let ignore = titled(&actions, "Ignore 'unawaited-emit' here");
    let edit = &ignore["edit"]["changes"][&editor.document][0];
    assert_eq!(edit["range"]["start"], json!({ "line": 2, "character": 0 }));
    assert!(
        edit["newText"]
            .as_str()
            .unwrap()
            .contains("// banister-ignore unawaited-emit: ")
    );
    assert_eq!(ignore.get("isPreferred"), None);
    editor.client.finish();
}

#[test]
fn everything_in_the_file_is_fixed_at_once() {
    let mut editor = Editor::open(&json!({}));
    let actions = editor.actions("exports.config", Some("source.fixAll"));
    let [all] = actions.as_slice() else {
        panic!("one action: {actions:#?}")
    };
    assert_eq!(all["kind"], "source.fixAll.banister");
    let edit = &all["edit"]["changes"][&editor.document][0];
    assert_eq!(edit["newText"], ", 'new.topic'");
    assert_eq!(edit["range"]["start"]["line"], 0);
    assert_eq!(
        editor.actions("exports.config", None),
        Vec::<Json>::new(),
        "not pressed upon anybody"
    );
    editor.client.finish();
}

#[test]
fn missing_fields_are_added() {
    let mut editor = Editor::open(&json!({}));
    let actions = editor.actions("{} })", None);
    let add = titled(&actions, "Add the missing fields: 'id'");
    assert_eq!(add["edit"]["changes"][&editor.document][0]["newText"], " id: '' ");
    editor.client.finish();
}

#[test]
fn a_new_step_is_previewed_and_worked_out_when_it_is_chosen() {
    let mut editor = Editor::open(&modern());
    let actions = editor.actions("new.topic', data", None);
    for language in ["TypeScript", "JavaScript", "Python", "Ruby"] {
        let title = format!("Create a step that takes 'new.topic', in {language}");
        assert_eq!(titled(&actions, &title).get("edit"), None, "{language} is lazy");
    }
    let chosen = titled(&actions, "Create a step that takes 'new.topic', in Python").clone();
    let resolved = editor
        .client
        .request("codeAction/resolve", chosen.clone())
        .unwrap();
    let [create, write] = [0, 1].map(|at| resolved["edit"]["documentChanges"][at].clone());
    let new = uri(editor.root.path(), "steps/handle_new_topic_step.py");
    assert_eq!((&create["kind"], &create["uri"]), (&json!("create"), &json!(new)));
    assert_eq!(create["options"]["overwrite"], false);
    assert_eq!(write["textDocument"], json!({ "uri": new, "version": null }));
    let text = write["edits"][0]["newText"].as_str().unwrap();
    assert!(text.contains("\"subscribes\": [\"new.topic\"]"), "{text}");
    let annotation = create["annotationId"].as_str().unwrap();
    let shown = &resolved["edit"]["changeAnnotations"][annotation];
    assert_eq!(shown["needsConfirmation"], true, "a new file is asked about");
    assert_eq!(write["edits"][0]["annotationId"], annotation);

    let identifier = json!({ "uri": editor.document, "version": 2 });
    editor.client.notify(
        "textDocument/didChange",
        json!({ "textDocument": identifier, "contentChanges": [{ "text": "" }] }),
    );
    assert_eq!(
        editor.client.request("codeAction/resolve", chosen),
        Err(CONTENT_MODIFIED)
    );
    editor.client.finish();
}

#[test]
fn a_client_that_cannot_create_files_is_not_offered_any() {
    let mut editor = Editor::open(&json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } }));
    let actions = editor.actions("new.topic', data", None);
    assert!(
        actions
            .iter()
            .all(|action| !action["title"].as_str().unwrap().starts_with("Create"))
    );
    editor.client.finish();
}

#[test]
fn an_edit_names_the_version_and_says_what_it_is_for() {
    let mut editor = Editor::open(&modern());
    let actions = editor.actions("new.topic', data", Some("quickfix"));
    let fix = actions
        .iter()
        .find(|action| action["isPreferred"] == true)
        .expect("a fix");
    let change = &fix["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"]["version"], 1);
    let annotation = change["edits"][0]["annotationId"].as_str().unwrap();
    assert_eq!(
        fix["edit"]["changeAnnotations"][annotation]["label"],
        fix["title"]
    );
    let whole = editor.client.request("codeAction/resolve", fix.clone());
    assert_eq!(whole.as_ref(), Ok(fix), "there is nothing left to work out");
    editor.client.finish();
}

#[test]
fn what_cannot_be_done_here_says_why() {
    const TITLE: &str = "Write this step in the 1.0 dialect";
    for (capabilities, is_told) in [(modern(), true), (json!({}), false)] {
        let mut editor = Editor::open(&capabilities);
        let can = editor.actions("type: 'cron'", Some("refactor"));
        assert_eq!(titled(&can, TITLE).get("disabled"), None);
        let text = SENDER
            .replace("({ emit })", "({ emit, streams })")
            .replace("  emit({", "  await streams.chat.get('g', 'k')\n  emit({");
        editor.client.notify(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": editor.document, "version": 2 }, "contentChanges": [{ "text": text }] }),
        );
        let actions = editor.actions("type: 'cron'", Some("refactor"));
        if is_told {
            let action = titled(&actions, TITLE);
            let reason = json!({ "reason": "no file defines the stream 'chat'" });
            assert_eq!(action["disabled"], reason, "{action:#}");
            assert_eq!(action.get("edit").or(action.get("data")), None, "{action:#}");
        } else {
            assert_eq!(actions, Vec::<Json>::new());
        }
        editor.client.finish();
    }
}
