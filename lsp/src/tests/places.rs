//! Projects in places with odd names, files with odd bytes, and folders that editors know by two names.

use std::path::Path;

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::testing::{Client, uri};

const SENDER: &str = "\
export const config = { type: 'api', name: 'Müller', method: 'POST', path: '/o', emits: ['order.created'] }
export const handler = async (req, { emit }) => {
  await emit({ topic: 'ordr.created', data: {} })
}
";
const TAKER: &str = "\
config = {'type': 'event', 'name': 'B', 'subscribes': ['order.created'], 'emits': []}
async def handler(data, context):
    pass
";

/// A project in a new folder below a temporary one.
fn project(name: &str, text: impl Fn(&str) -> String) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let steps = folder.path().join(name).join("steps");
    std::fs::create_dir_all(&steps).unwrap();
    std::fs::write(steps.join("a.step.ts"), text(SENDER)).unwrap();
    std::fs::write(steps.join("b_step.py"), text(TAKER)).unwrap();
    folder
}

/// Where the topic in `emits` leads, and the titles of the fixes of the slip; asked for by `document`.
fn ask(client: &mut Client, document: &str) -> (Json, Vec<String>) {
    let place = |line: u32, character: u32| json!({ "line": line, "character": character });
    let document = json!({ "uri": document });
    let character = SENDER.find("order.created").unwrap();
    let at = place(
        0,
        u32::try_from(SENDER[..character].encode_utf16().count()).unwrap(),
    );
    let params = json!({ "textDocument": document, "position": at });
    let found = client.request("textDocument/definition", params).unwrap();
    let at = place(2, 25);
    let params = json!({ "textDocument": document, "range": { "start": at, "end": at },
        "context": { "diagnostics": [] } });
    let actions = client.request("textDocument/codeAction", params).unwrap();
    let actions = actions.as_array().cloned().unwrap_or_default();
    let titles = actions
        .iter()
        .map(|action| action["title"].as_str().unwrap().to_owned());
    (found[0]["uri"].clone(), titles.collect())
}

fn check(client: &mut Client, opened: &str, target: &str) {
    let (found, titles) = ask(client, opened);
    assert_eq!(found, target);
    let [first, second, .., last] = titles.as_slice() else {
        panic!("{titles:?}")
    };
    assert_eq!(
        [first.as_str(), second, last],
        [
            "Change to 'order.created'",
            "Add 'ordr.created' to `emits`",
            "Fix everything in this file that can be fixed unseen"
        ],
        "{titles:?}"
    );
}

#[test]
fn a_folder_may_be_called_anything() {
    for name in ["a project", "Läden ✓", "[x] 100% #1 ?", "日本/プロジェクト"] {
        let folder = project(name, str::to_owned);
        let root = folder.path().join(name);
        let mut client = Client::open(&root);
        let document = uri(&root, "steps/a.step.ts");
        client.did_open(&document, SENDER);
        check(&mut client, &document, &uri(&root, "steps/b_step.py"));
        client.finish();
    }
}

#[test]
fn byte_order_marks_and_returns_move_nothing() {
    let folder = project("p", |text| format!("\u{feff}{}", text.replace('\n', "\r\n")));
    let root = folder.path().join("p");
    let mut client = Client::open(&root);
    let document = uri(&root, "steps/a.step.ts");
    // As editors send it: they take the mark for a part of the encoding.
    client.did_open(&document, &SENDER.replace('\n', "\r\n"));
    check(&mut client, &document, &uri(&root, "steps/b_step.py"));
    client.finish();
}

#[cfg(unix)]
#[test]
fn a_linked_folder_is_known_by_both_names() {
    let folder = project("real", str::to_owned);
    let [real, link] = ["real", "link"].map(|name| folder.path().canonicalize().unwrap().join(name));
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let target = |root: &Path| uri(root, "steps/b_step.py");
    let mut client = Client::open(&link);
    for opened in [&link, &real] {
        let document = uri(opened, "steps/a.step.ts");
        client.did_open(&document, SENDER);
        check(&mut client, &document, &target(&link));
        let params = json!({ "textDocument": { "uri": document } });
        client.notify("textDocument/didClose", params);
    }
    client.finish();
}
