//! Completion through a whole session: half-typed code, snippets, and documentation that comes later.

use serde_json::{Value as Json, json};

use crate::testing::{Client, uri};

const TAKER: &str = "config = {\n\
    \x20   'type': 'event', 'name': 'Taker', 'subscribes': ['order.placed'], 'emits': [], 'flows': ['shop'],\n\
    \x20   'input': {'type': 'object', 'properties': {'id': {'type': 'string'}, 'sum': {'type': 'number'}},\n\
    \x20             'required': ['id']},\n\
    }\n\
    async def handler(data, context):\n\
    \x20   await context.state.set('orders', 'latest', data['id'])\n";

fn project() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(root.path().join("steps")).unwrap();
    std::fs::write(root.path().join("steps/taker_step.py"), TAKER).unwrap();
    root
}

/// Opens a text and asks at its `|`.
fn ask(client: &mut Client, root: &std::path::Path, path: &str, marked: &str) -> Json {
    let (before, after) = marked.split_once('|').unwrap();
    let uri = uri(root, path);
    client.did_open(&uri, &format!("{before}{after}"));
    let line = before.matches('\n').count();
    let character = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
    let params = json!({
        "textDocument": { "uri": uri },
        "position": { "line": line, "character": character },
    });
    client.request("textDocument/completion", params).unwrap()
}

fn labels(items: &Json) -> Vec<&str> {
    let items = items.as_array().unwrap().iter();
    items.map(|item| item["label"].as_str().unwrap()).collect()
}

const HEAD: &str = "export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['order.placed'] }\n\
    export const handler = async ({ emit, state }) => {\n";

#[test]
fn half_typed_code_is_completed_in_the_style_of_the_client() {
    let root = project();
    let payload = format!("{HEAD}  await emit({{ topic: 'order.placed', data: {{ |\n");
    let with = json!({ "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } } });
    for (capabilities, text, format) in [(&json!({}), "id: ", Json::Null), (&with, "id: '$1'", json!(2))] {
        let mut client = Client::open_with(root.path(), capabilities);
        let found = ask(&mut client, root.path(), "steps/a.step.ts", &payload);
        assert_eq!(labels(&found), ["id", "sum"]);
        assert_eq!(found[0]["textEdit"]["newText"], text);
        assert_eq!(found[0]["insertTextFormat"], format);
        client.finish();
    }
    let mut client = Client::open(root.path());
    let found = ask(
        &mut client,
        root.path(),
        "steps/b.step.ts",
        &format!("{HEAD}  await state.get('|\n"),
    );
    assert_eq!(labels(&found), ["orders"]);
    let found = ask(
        &mut client,
        root.path(),
        "steps/c.step.rb",
        "def config\n  { type: 'event', flows: ['|",
    );
    assert_eq!(labels(&found), ["shop"]);
    let nothing = ask(
        &mut client,
        root.path(),
        "steps/d.step.ts",
        &format!("{HEAD}  console.log('|')\n}}\n"),
    );
    assert_eq!(nothing, Json::Null);
    client.finish();
}

#[test]
fn documentation_comes_with_the_item_or_when_it_is_looked_at() {
    let root = project();
    let topic = format!("{HEAD}  await emit({{ topic: '|\n");
    let mut client = Client::open(root.path());
    let found = ask(&mut client, root.path(), "steps/a.step.ts", &topic);
    let whole = found[0]["documentation"]["value"].as_str().unwrap().to_owned();
    assert!(
        whole.contains("Subscribed by") && !whole.contains("**"),
        "plain text: {whole}"
    );
    assert_eq!(
        client
            .request("completionItem/resolve", found[0].clone())
            .unwrap(),
        found[0]
    );
    client.finish();
    let late = json!({ "textDocument": { "completion": { "completionItem": {
        "resolveSupport": { "properties": ["documentation"] } } } } });
    let mut client = Client::open_with(root.path(), &late);
    let found = ask(&mut client, root.path(), "steps/a.step.ts", &topic);
    assert_eq!(found[0]["label"], "order.placed");
    assert_eq!(found[0]["documentation"], Json::Null);
    let resolved = client
        .request("completionItem/resolve", found[0].clone())
        .unwrap();
    assert_eq!(resolved["documentation"]["value"], whole.as_str());
    assert_eq!(resolved["textEdit"], found[0]["textEdit"]);
    client.finish();
}

#[test]
fn of_many_topics_the_fitting_ones_are_proposed_and_another_key_asks_again() {
    let root = project();
    for n in 0..200 {
        let text = format!(
            "exports.config = {{ type: 'event', name: 'S{n}', subscribes: ['topic.{n:03}'], emits: [], flows: ['f'] }}\n\
             exports.handler = async () => {{}}\n"
        );
        std::fs::write(root.path().join(format!("steps/s{n}.step.js")), text).unwrap();
    }
    let mut client = Client::open(root.path());
    for (typed, count, expected) in [
        ("", 64, "order.placed"),
        ("t", 64, "topic.000"),
        ("t19", 20, "topic.199"),
    ] {
        let text = format!("{HEAD}  await emit({{ topic: '{typed}|', data: {{}} }})\n}}\n");
        let path = format!("steps/a{typed}.step.ts");
        let found = ask(&mut client, root.path(), &path, &text);
        assert_eq!(found["isIncomplete"], true, "{typed}");
        let labels = labels(&found["items"]);
        assert!(labels.contains(&expected), "{typed}: {labels:?}");
        assert!(labels.len() <= count, "{typed}: {labels:?}");
    }
    client.finish();
}
