//! What the requests answer through a whole session, on one small flow in four languages.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::testing::{Client, uri};

const FILES: [(&str, &str); 5] = [
    (
        "steps/place.step.ts",
        "export const config = { type: 'api', name: 'Place', method: 'POST', path: '/orders', emits: ['order.placed'] }\n\
         export const handler = async (req, { emit, state }) => {\n\
         \x20 await state.set('orders', req.body.id, req.body)\n\
         \x20 await emit({ topic: 'order.placed', data: {} })\n\
         }\n",
    ),
    (
        "steps/bill.step.js",
        "exports.config = { type: 'event', name: 'Bill', subscribes: ['order.placed'], emits: ['order.billed'] }\n\
         exports.handler = async (input, { emit }) => {\n\
         \x20 await emit({ topic: 'order.bileld', data: {} })\n\
         }\n",
    ),
    (
        "steps/ship_step.py",
        "config = {'type': 'event', 'name': 'Ship', 'subscribes': ['order.placed'], 'emits': []}\n\
         async def handler(data, context):\n\
         \x20   await context.state.get('orders', data['id'])\n",
    ),
    (
        "steps/thank.step.rb",
        "def config\n\
         \x20 { type: 'event', name: 'Thank', subscribes: ['order.billed'], emits: [] }\n\
         end\n\
         def handler(input, context)\n\
         end\n",
    ),
    (
        "tests/orders.flow.yaml",
        "tests:\n\
         \x20 - name: an order is shipped\n\
         \x20   when: [{ emit: { topic: order.placed } }]\n\
         \x20   then: [{ ran: [Ship] }]\n",
    ),
];

fn project() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    root
}

/// The document and the position of the first character of `needle` in `path`.
fn at(root: &Path, path: &str, needle: &str) -> Json {
    let (_, text) = FILES.iter().find(|(name, _)| *name == path).unwrap();
    let before = &text[..text.find(needle).unwrap()];
    let line = before.matches('\n').count();
    let character = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
    json!({
        "textDocument": { "uri": uri(root, path) },
        "position": { "line": line, "character": character },
    })
}

/// `path:line` (0-based) of places.
fn places<'j>(root: &Path, places: impl IntoIterator<Item = &'j Json>) -> Vec<String> {
    let base = uri(root, "");
    let place = |place: &Json| {
        let path = place["uri"]
            .as_str()
            .unwrap()
            .trim_start_matches(&base)
            .trim_start_matches('/');
        format!("{path}:{}", place["range"]["start"]["line"])
    };
    places.into_iter().map(place).collect()
}

#[test]
fn references_and_highlights_cross_languages_and_flow_tests() {
    let root = project();
    let mut client = Client::open(root.path());
    let mut params = at(root.path(), "steps/ship_step.py", "order.placed");
    params["context"] = json!({ "includeDeclaration": true });
    let found = client.request("textDocument/references", params).unwrap();
    assert_eq!(
        places(root.path(), found.as_array().unwrap()),
        [
            "steps/bill.step.js:0",
            "steps/place.step.ts:0",
            "steps/place.step.ts:3",
            "steps/ship_step.py:0",
            "tests/orders.flow.yaml:2",
        ]
    );
    let params = at(root.path(), "steps/place.step.ts", "order.placed");
    let found = client.request("textDocument/documentHighlight", params).unwrap();
    let kinds: Vec<&Json> = found.as_array().unwrap().iter().map(|it| &it["kind"]).collect();
    assert_eq!(kinds, [&json!(3), &json!(3)], "both places write");
    let params = at(root.path(), "steps/place.step.ts", "async");
    assert_eq!(
        client.request("textDocument/documentHighlight", params),
        Ok(Json::Null)
    );
    client.finish();
}

#[test]
fn workspace_symbols_have_sigils() {
    let root = project();
    let mut client = Client::open(root.path());
    // Reading the folder is waited for by a question about a document.
    client
        .request(
            "textDocument/hover",
            at(root.path(), "steps/place.step.ts", "async"),
        )
        .unwrap();
    let mut names = |query: &str| -> Vec<String> {
        let found = client
            .request("workspace/symbol", json!({ "query": query }))
            .unwrap();
        let symbols = found.as_array().unwrap().iter();
        symbols
            .map(|symbol| symbol["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names("#plac"), ["#order.placed"]);
    assert_eq!(names("/"), ["/orders POST"]);
    assert_eq!(names("~"), ["~orders"]);
    assert_eq!(names("ship"), ["Ship"]);
    client.finish();
}

#[test]
fn the_event_flow_is_a_call_hierarchy() {
    let root = project();
    let mut client = Client::open(root.path());
    let params = at(root.path(), "steps/place.step.ts", "handler");
    let items = client
        .request("textDocument/prepareCallHierarchy", params)
        .unwrap();
    let place = items[0].clone();
    assert_eq!(place["name"], "Place");
    let names = |calls: &Json, end: &str| -> Vec<String> {
        let calls = calls.as_array().unwrap().iter();
        calls
            .map(|call| call[end]["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let outgoing = client
        .request("callHierarchy/outgoingCalls", json!({ "item": place }))
        .unwrap();
    assert_eq!(names(&outgoing, "to"), ["Bill", "Ship"]);
    assert_eq!(outgoing[0]["fromRanges"][0]["start"]["line"], 3);
    let incoming = client
        .request(
            "callHierarchy/incomingCalls",
            json!({ "item": outgoing[1]["to"] }),
        )
        .unwrap();
    assert_eq!(names(&incoming, "from"), ["Place"]);
    let entrance = client
        .request("callHierarchy/incomingCalls", json!({ "item": place }))
        .unwrap();
    assert_eq!(names(&entrance, "from"), ["POST /orders"]);
    let route = json!({ "item": entrance[0]["from"] });
    assert_eq!(
        client.request("callHierarchy/incomingCalls", route.clone()),
        Ok(json!([]))
    );
    let own = client.request("callHierarchy/outgoingCalls", route).unwrap();
    assert_eq!(names(&own, "to"), ["Place"]);
    client.finish();
}

#[test]
fn lenses_count_the_other_ends_and_run_flow_tests() {
    let root = project();
    let capabilities = json!({ "experimental": { "commands": { "commands": ["banister.showReferences"] } } });
    let mut client = Client::open_with(root.path(), &capabilities);
    let mut lenses = |path: &str| {
        let document = json!({ "textDocument": { "uri": uri(root.path(), path) } });
        client.request("textDocument/codeLens", document).unwrap()
    };
    let place = lenses("steps/place.step.ts");
    assert_eq!(place[0]["command"]["title"], "2 subscribers");
    assert_eq!(place[0]["command"]["command"], "banister.showReferences");
    let shown = places(
        root.path(),
        place[0]["command"]["arguments"][2].as_array().unwrap(),
    );
    assert_eq!(shown, ["steps/bill.step.js:0", "steps/ship_step.py:0"]);
    let flow = lenses("tests/orders.flow.yaml");
    assert_eq!(flow[0]["command"]["command"], "banister.runFlowTest");
    assert_eq!(flow[0]["command"]["arguments"][0]["test"], "an order is shipped");
    client.finish();
}

#[test]
fn hints_stand_behind_what_is_sent() {
    let root = project();
    let mut client = Client::open(root.path());
    let mut hints = |lines: [u32; 2]| {
        let at = |line: u32| json!({ "line": line, "character": 0 });
        let document = json!({ "uri": uri(root.path(), "steps/place.step.ts") });
        let params =
            json!({ "textDocument": document, "range": { "start": at(lines[0]), "end": at(lines[1]) } });
        client.request("textDocument/inlayHint", params).unwrap()
    };
    assert_eq!(hints([0, 9])[0]["label"], "→ 2 subscribers (js, py)");
    assert_eq!(hints([0, 1]), Json::Null, "only what the client shows");
    client.finish();
}

#[test]
fn a_fix_is_a_code_action_with_its_finding() {
    let root = project();
    let capabilities = json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } });
    let mut client = Client::open_with(root.path(), &capabilities);
    let path = "steps/bill.step.js";
    let (_, text) = FILES.iter().find(|(name, _)| *name == path).unwrap();
    client.did_open(&uri(root.path(), path), text);
    let place = at(root.path(), path, "order.bileld");
    let range = json!({ "start": place["position"], "end": place["position"] });
    let mut params =
        json!({ "textDocument": place["textDocument"], "range": range, "context": { "diagnostics": [] } });
    let actions = client.request("textDocument/codeAction", params.clone()).unwrap();
    let action = &actions[0];
    assert_eq!(action["title"], "Change to 'order.billed'");
    assert_eq!(action["diagnostics"][0]["range"]["start"], place["position"]);
    let change = &action["edit"]["documentChanges"][0];
    assert_eq!(change["edits"][0]["newText"], "order.billed");
    assert_eq!(change["textDocument"]["version"], 1);
    params["context"]["only"] = json!(["refactor"]);
    assert_eq!(client.request("textDocument/codeAction", params), Ok(Json::Null));
    client.finish();
}

#[test]
fn a_topic_is_renamed_everywhere_or_not_at_all() {
    let root = project();
    let mut client = Client::open(root.path());
    let place = at(root.path(), "steps/ship_step.py", "order.placed");
    let prepared = client
        .request("textDocument/prepareRename", place.clone())
        .unwrap();
    assert_eq!(prepared["placeholder"], "order.placed");
    let mut params = place;
    params["newName"] = json!("order.accepted");
    let edit = client.request("textDocument/rename", params.clone()).unwrap();
    let changed: Vec<(&String, usize)> = edit["changes"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(uri, edits)| (uri, edits.as_array().unwrap().len()))
        .collect();
    let count = |path: &str| {
        let uri = uri(root.path(), path);
        changed
            .iter()
            .find(|(changed, _)| **changed == uri)
            .map(|(_, count)| *count)
    };
    assert_eq!(count("steps/place.step.ts"), Some(2));
    assert_eq!(count("steps/ship_step.py"), Some(1));
    assert_eq!(count("tests/orders.flow.yaml"), Some(1));
    params["newName"] = json!("order.billed");
    assert_eq!(
        client.request("textDocument/rename", params),
        Err(-32803),
        "the name is taken"
    );
    let nothing = at(root.path(), "steps/place.step.ts", "async");
    assert_eq!(
        client.request("textDocument/prepareRename", nothing),
        Ok(Json::Null)
    );
    client.finish();
}
