//! Flow tests in the editor: completion in half-typed YAML, outline, folding, hover and jumps.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::testing::{Client, uri};

const PLACE: &str = "import { guard } from '../lib/guard'\n\
    export const config = {\n\
    \x20 type: 'api', name: 'Place', method: 'POST', path: '/orders/:shop', emits: ['order.placed'],\n\
    \x20 middleware: [guard],\n\
    \x20 bodySchema: { type: 'object', properties: { sku: { type: 'string' } }, required: ['sku'] },\n\
    }\n\
    export const handler = async (req, { emit, streams }) => {\n\
    \x20 await emit({ topic: 'order.placed', data: {} })\n\
    \x20 await streams.chat.get('g', 'i')\n\
    }\n";
const SHIP: &str = "config = {'type': 'event', 'name': 'Ship', 'subscribes': ['order.placed'], 'emits': [],\n\
    \x20   'input': {'type': 'object', 'properties': {'id': {'type': 'string'}}}}\n\
    async def handler(data, context):\n\
    \x20   pass\n";
const CHAT: &str =
    "export const config = { name: 'chat', schema: {}, baseConfig: { storageType: 'default' } }\n";
const GUARD: &str = "export const guard = async (req, ctx, next) => next()\n";
const FLOW: &str = "tests:\n\
    \x20 - name: an order is shipped\n\
    \x20   when:\n\
    \x20     - request: POST /orders/here\n\
    \x20   then:\n\
    \x20     - ran: [Place, Ship]\n\
    \x20     - emitted: { topic: order.placed }\n";

fn project() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("steps/place.step.ts", PLACE),
        ("steps/ship_step.py", SHIP),
        ("steps/chat.stream.ts", CHAT),
        ("lib/guard.ts", GUARD),
        ("tests/a.flow.yaml", FLOW),
    ] {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    root
}

fn at(root: &Path, path: &str, text: &str, needle: &str) -> Json {
    let before = &text[..text.find(needle).unwrap() + 1];
    let line = before.matches('\n').count();
    let character = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
    json!({
        "textDocument": { "uri": uri(root, path) },
        "position": { "line": line, "character": character },
    })
}

/// `path:line` of where a jump leads.
fn jump(client: &mut Client, root: &Path, method: &str, params: Json) -> Vec<String> {
    let found = client.request(method, params).unwrap();
    let base = uri(root, "");
    let place = |place: &Json| {
        let path = place["uri"].as_str().unwrap().trim_start_matches(&base);
        format!(
            "{}:{}",
            path.trim_start_matches('/'),
            place["range"]["start"]["line"]
        )
    };
    found.as_array().into_iter().flatten().map(place).collect()
}

#[test]
fn half_typed_tests_are_completed() {
    let root = project();
    let mut client = Client::open(root.path());
    for (number, (text, expected)) in [
        (
            "tests:\n  - name: a\n    when:\n      - request: |\n",
            vec!["POST /orders/:shop"],
        ),
        (
            "tests:\n  - name: a\n    when:\n      - emit: { topic: '|\n",
            vec!["order.placed"],
        ),
        (
            "tests:\n  - name: a\n    when:\n      - emit: { topic: order.placed, data: { | } }\n",
            vec!["id"],
        ),
        (
            "tests:\n  - when:\n      - request: POST /orders/x\n        body:\n          |\n",
            vec!["sku"],
        ),
        (
            "tests:\n  - when:\n      - request: POST /orders/x\n        body: { |\n",
            vec!["sku"],
        ),
        (
            "tests:\n  - name: a\n    then:\n      - ran: [|\n",
            vec!["Place", "Ship"],
        ),
        (
            "tests:\n  - name: a\n    then:\n      - stream:\n          |\n",
            vec!["chat"],
        ),
        (
            "tests:\n  - for_all: { x: { schema_of: | } }\n",
            vec!["Place.body", "Ship.input"],
        ),
        (
            "tests:\n  - name: a\n    given:\n      |\n",
            vec!["now", "env", "state", "streams"],
        ),
        (
            "|",
            vec!["mocks", "profile", "isolation", "allow", "invariants", "tests"],
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let (before, after) = text.split_once('|').unwrap();
        let uri = uri(root.path(), &format!("tests/{number}.flow.yaml"));
        client.did_open(&uri, &format!("{before}{after}"));
        let line = before.matches('\n').count();
        let character = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
        let params =
            json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } });
        let found = client.request("textDocument/completion", params).unwrap();
        let items = found.as_array().unwrap_or_else(|| panic!("{text}: {found}"));
        let labels: Vec<&str> = items.iter().map(|item| item["label"].as_str().unwrap()).collect();
        assert_eq!(labels, expected, "{text}");
    }
    client.finish();
}

#[test]
fn names_lead_to_steps_routes_and_topics() {
    let root = project();
    let mut client = Client::open(root.path());
    let flow = "tests/a.flow.yaml";
    for (needle, expected) in [
        ("/orders/here", "steps/place.step.ts:2"),
        ("Ship]", "steps/ship_step.py:0"),
        ("order.placed", "steps/ship_step.py:0"),
    ] {
        let params = at(root.path(), flow, FLOW, needle);
        assert_eq!(
            jump(&mut client, root.path(), "textDocument/definition", params),
            [expected],
            "{needle}"
        );
    }
    let params = at(root.path(), flow, FLOW, "/orders/here");
    let hover = client.request("textDocument/hover", params).unwrap();
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(
        text.starts_with("route POST /orders/:shop") && text.contains("sku: string"),
        "{text}"
    );
    client.finish();
}

#[test]
fn code_has_four_ways_to_go() {
    let root = project();
    let mut client = Client::open(root.path());
    let place = "steps/place.step.ts";
    for (method, needle, expected) in [
        ("declaration", "order.placed', data", "steps/place.step.ts:2"),
        ("typeDefinition", "order.placed', data", "steps/ship_step.py:1"),
        ("implementation", "order.placed', data", "steps/ship_step.py:2"),
        ("definition", "order.placed', data", "steps/ship_step.py:0"),
        ("definition", "chat", "steps/chat.stream.ts:0"),
        ("definition", "guard]", "lib/guard.ts:0"),
    ] {
        let params = at(root.path(), place, PLACE, needle);
        let found = jump(
            &mut client,
            root.path(),
            &format!("textDocument/{method}"),
            params,
        );
        assert_eq!(found, [expected], "{method} {needle}");
    }
    for method in ["declaration", "typeDefinition", "implementation", "definition"] {
        let params = at(root.path(), place, PLACE, "async");
        assert_eq!(
            client.request(&format!("textDocument/{method}"), params),
            Ok(Json::Null)
        );
    }
    let document = json!({ "textDocument": { "uri": uri(root.path(), place) } });
    let links = client
        .request("textDocument/documentLink", document.clone())
        .unwrap();
    assert_eq!(links[0]["target"], uri(root.path(), "lib/guard.ts"));
    assert_eq!(links[0]["range"]["start"], json!({ "line": 0, "character": 23 }));
    let folds = client.request("textDocument/foldingRange", document).unwrap();
    assert_eq!(
        (&folds[0]["startLine"], &folds[0]["endLine"]),
        (&json!(1), &json!(4))
    );
    client.finish();
}

#[test]
fn a_flow_test_has_an_outline_and_folds() {
    let root = project();
    let mut client = Client::open_with(
        root.path(),
        &json!({ "textDocument": { "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } } }),
    );
    let document = json!({ "textDocument": { "uri": uri(root.path(), "tests/a.flow.yaml") } });
    let symbols = client
        .request("textDocument/documentSymbol", document.clone())
        .unwrap();
    assert_eq!(symbols[0]["name"], "an order is shipped");
    assert_eq!(symbols[0]["range"]["start"]["line"], 1);
    assert_eq!(symbols[0]["range"]["end"]["line"], 6);
    assert_eq!(symbols[0]["children"][0]["name"], "POST /orders/here");
    let folds = client.request("textDocument/foldingRange", document).unwrap();
    let lines: Vec<&Json> = folds
        .as_array()
        .unwrap()
        .iter()
        .map(|fold| &fold["startLine"])
        .collect();
    assert_eq!(lines, [&json!(0), &json!(1), &json!(2), &json!(4)]);
    client.finish();
}
