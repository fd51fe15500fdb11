//! Every request in every language, through a whole session: the same topic is sent and taken in all four.

mod marked;

use serde_json::{Value as Json, json};

use self::marked::Session;

const LANGUAGES: [&str; 4] = ["ts", "js", "py", "rb"];

/// The senders, each with its cursor on the topic of its call.
const SENDERS: &str = "
//- steps/send-ts.step.ts
export const config = {
  type: 'cron', name: 'SendTs', cron: '0 0 * * *', emits: ['order.placed'],
}
export const handler = async ({ emit, state }) => {
  await state.set('orders', 'ts', 1)
  await emit({ topic: '$0order.placed', data: { id: '1' } })
}
//- steps/send-js.step.js
exports.config = {
  type: 'cron', name: 'SendJs', cron: '0 0 * * *', emits: ['order.placed'],
}
exports.handler = async ({ emit, state }) => {
  await state.set('orders', 'js', 1)
  await emit({ topic: '$0order.placed', data: { id: '1' } })
}
//- steps/send_py_step.py
config = {
    'type': 'cron', 'name': 'SendPy', 'cron': '0 0 * * *', 'emits': ['order.placed'],
}
async def handler(context):
    await context.state.set('orders', 'py', 1)
    await context.emit({'topic': '$0order.placed', 'data': {'id': '1'}})
//- steps/send-rb.step.rb
def config
  {
    type: 'cron', name: 'SendRb', cron: '0 0 * * *', emits: ['order.placed'],
  }
end
def handler(context)
  context.state.set('orders', 'rb', 1)
  context.emit(topic: '$0order.placed', data: { id: '1' })
end
";

const TAKERS: &str = "
//- steps/take-ts.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'TakeTs', subscribes: ['order.placed'], emits: [],
  input: z.object({ id: z.string() }),
}
export const handler = async (input) => {}
//- steps/take-js.step.js
exports.config = {
  type: 'event', name: 'TakeJs', subscribes: ['order.placed'], emits: [],
  input: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
}
exports.handler = async (input) => {}
//- steps/take_py_step.py
config = {
    'type': 'event', 'name': 'TakePy', 'subscribes': ['order.placed'], 'emits': [],
    'input': {'type': 'object', 'properties': {'id': {'type': 'string'}}, 'required': ['id']},
}
async def handler(data, context):
    pass
//- steps/take-rb.step.rb
def config
  { type: 'event', name: 'TakeRb', subscribes: ['order.placed'], emits: [],
    input: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } }
end
def handler(input, context)
end
//- tests/a.flow.yaml
tests:
  - name: all take it
    when: [{ emit: { topic: order.placed, data: { id: '1' } } }]
    then: [{ ran: [TakeTs] }]
";

fn shop() -> Session {
    Session::open(&format!("{SENDERS}{TAKERS}"))
}

/// What is asked in each language, and what each answer must say.
#[test]
fn jumps_lead_to_all_languages_from_each() {
    let mut shop = shop();
    for language in LANGUAGES {
        let own = shop.file(&format!("send.{language}"));
        for (method, role) in [
            ("definition", "take"),
            ("typeDefinition", "take"),
            ("implementation", "take"),
        ] {
            let found = shop.places(&format!("textDocument/{method}"), &own, json!({}));
            let expected: Vec<String> = LANGUAGES
                .iter()
                .map(|other| shop.file(&format!("{role}.{other}")))
                .collect();
            let files = files(&found);
            assert!(
                expected.iter().all(|file| files.contains(&file.as_str())),
                "{method} from {own}: {found:?}"
            );
            assert!(
                files.iter().all(|file| file.contains(role)),
                "{method} from {own}: {found:?}"
            );
        }
        let declared = shop.places("textDocument/declaration", &own, json!({}));
        let line = if language == "rb" { 2 } else { 1 };
        assert_eq!(declared, [format!("{own}:{line}")], "the entry of {own}");
        let all = shop.places(
            "textDocument/references",
            &own,
            json!({ "context": { "includeDeclaration": true } }),
        );
        assert_eq!(
            all.len(),
            13,
            "two in each sender, one in each taker and the test: {all:?}"
        );
        let here = shop.places("textDocument/documentHighlight", &own, json!({}));
        assert_eq!(here.len(), 2, "{own}: {here:?}");
    }
    shop.finish();
}

fn files(places: &[String]) -> Vec<&str> {
    let file = |place: &'_ String| place.rfind(':').map_or(0, |at| at);
    places.iter().map(|place| &place[..file(place)]).collect()
}

#[test]
fn cards_lenses_hints_and_outlines_say_the_same_in_each() {
    let mut shop = shop();
    for language in LANGUAGES {
        let own = shop.file(&format!("send.{language}"));
        let step = format!("Send{}{}", language[..1].to_uppercase(), &language[1..]);
        let hover = shop.ask("textDocument/hover", &own, json!({})).to_string();
        for other in ["TakeTs", "TakeJs", "TakePy", "TakeRb", "SendTs", "SendRb"] {
            assert!(hover.contains(other), "{own}: {hover}");
        }
        let outline = shop
            .ask("textDocument/documentSymbol", &own, json!({}))
            .to_string();
        assert!(
            outline.contains(&step) && outline.contains("order.placed"),
            "{own}: {outline}"
        );
        let lenses = shop.ask("textDocument/codeLens", &own, json!({})).to_string();
        assert!(lenses.contains("4 subscribers"), "{own}: {lenses}");
        let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
        let hints = shop
            .ask("textDocument/inlayHint", &own, json!({ "range": whole }))
            .to_string();
        assert!(
            hints.contains("→ 4 subscribers (js, py, rb, ts)"),
            "{own}: {hints}"
        );
        assert!(
            hints.contains("every day") || hints.contains("00:00"),
            "the schedule in words in {own}: {hints}"
        );
        let folds = shop.ask("textDocument/foldingRange", &own, json!({}));
        assert!(
            folds.as_array().is_some_and(|folds| !folds.is_empty()),
            "{own}: {folds}"
        );
    }
    let symbols = shop
        .ask_all("workspace/symbol", json!({ "query": "Send" }))
        .to_string();
    for language in ["SendTs", "SendJs", "SendPy", "SendRb"] {
        assert!(symbols.contains(language), "{symbols}");
    }
    shop.finish();
}

#[test]
fn the_flow_is_a_call_hierarchy_in_each() {
    let mut shop = shop();
    for language in LANGUAGES {
        let own = shop.file(&format!("send.{language}"));
        let items = shop.ask("textDocument/prepareCallHierarchy", &own, json!({}));
        let takers = items.as_array().unwrap().clone();
        assert_eq!(takers.len(), 4, "those who take it, asked in {own}: {items}");
        for taker in takers {
            let incoming = shop.ask_all("callHierarchy/incomingCalls", json!({ "item": taker }));
            let names: Vec<&str> = incoming
                .as_array()
                .unwrap()
                .iter()
                .map(|call| call["from"]["name"].as_str().unwrap())
                .collect();
            assert_eq!(
                names,
                ["SendJs", "SendRb", "SendTs", "SendPy"],
                "{own}: {incoming}"
            );
        }
    }
    shop.finish();
}

#[test]
fn names_are_renamed_everywhere_from_each() {
    for language in LANGUAGES {
        let mut shop = shop();
        let own = shop.file(&format!("send.{language}"));
        let prepared = shop.ask("textDocument/prepareRename", &own, json!({}));
        assert_eq!(prepared["placeholder"], "order.placed", "{own}");
        // The topic, the group of the state, and the step's own name: files and places.
        for (text, name, count) in [
            ("order.placed", "order.accepted", (9, 13)),
            ("orders", "purchases", (4, 4)),
            ("Send", "Renamed", (1, 1)),
        ] {
            let edit = shop.ask_at("textDocument/rename", &own, text, json!({ "newName": name }));
            let files = edit["documentChanges"].as_array().unwrap();
            let edits: usize = files
                .iter()
                .map(|file| file["edits"].as_array().unwrap().len())
                .sum();
            assert_eq!((files.len(), edits), count, "{text} in {own}: {edit}");
            assert!(edit["changeAnnotations"].is_object(), "{edit}");
        }
        shop.finish();
    }
}

/// The code that is being typed, and the first proposal with what it inserts.
type Typed = (&'static str, &'static str, &'static str);

/// By file and its start.
const TYPED: [(&str, &str, [Typed; 5]); 4] = [
    (
        "steps/new.step.ts",
        "export const config = { type: 'event', name: 'N', subscribes: ['order.placed'], emits: ['order.placed'],\n  \
         input: { type: 'object', properties: { id: { type: 'string' } } } }\n\
         export const handler = async (input, { emit, state }) => {\n  ",
        [
            ("await emit({ topic: '$0", "order.placed", "order.placed"),
            ("await emit({ topic: $0 })", "order.placed", "'order.placed'"),
            ("await emit({ topic: 'order.placed', data: { $0", "id", "id: "),
            ("input.$0\n}", "id", "id"),
            ("await state.get('$0", "orders", "orders"),
        ],
    ),
    (
        "steps/new.step.js",
        "exports.config = { type: \"event\", name: \"N\", subscribes: [\"order.placed\"], emits: [\"order.placed\"],\n  \
         input: { type: \"object\", properties: { id: { type: \"string\" } } } }\n\
         exports.handler = async (input, { emit, state }) => {\n  ",
        [
            ("await emit({ topic: \"$0", "order.placed", "order.placed"),
            ("await emit({ topic: $0 })", "order.placed", "\"order.placed\""),
            ("await emit({ topic: \"order.placed\", data: { $0", "id", "id: "),
            ("const { $0 } = input\n}", "id", "id"),
            ("await state.get(\"$0", "orders", "orders"),
        ],
    ),
    (
        "steps/new_step.py",
        "config = {'type': 'event', 'name': 'N', 'subscribes': ['order.placed'], 'emits': ['order.placed'],\n    \
         'input': {'type': 'object', 'properties': {'id': {'type': 'string'}}}}\n\
         async def handler(input_data, context):\n    ",
        [
            ("await context.emit({'topic': '$0", "order.placed", "order.placed"),
            (
                "await context.emit({'topic': $0})",
                "order.placed",
                "'order.placed'",
            ),
            (
                "await context.emit({'topic': 'order.placed', 'data': {$0",
                "id",
                "'id': ",
            ),
            ("input_data.get('$0", "id", "id"),
            ("await context.state.get('$0", "orders", "orders"),
        ],
    ),
    (
        "steps/new.step.rb",
        "def config\n  { type: 'event', name: 'N', subscribes: ['order.placed'], emits: ['order.placed'],\n    \
         input: { type: 'object', properties: { id: { type: 'string' } } } }\nend\ndef handler(input, context)\n  ",
        [
            ("context.emit(topic: '$0", "order.placed", "order.placed"),
            ("context.emit(topic: $0)", "order.placed", "'order.placed'"),
            ("context.emit(topic: 'order.placed', data: { $0", "id", "id: "),
            ("input[:$0", "id", "id"),
            ("context.state.get('$0", "orders", "orders"),
        ],
    ),
];

#[test]
fn what_is_being_typed_is_completed_in_each() {
    let mut shop = shop();
    for (path, head, spots) in TYPED {
        for (code, label, insert) in spots {
            let found = shop.proposals(path, &format!("{head}{code}"));
            let expected = (label.to_owned(), insert.to_owned());
            assert_eq!(found.first(), Some(&expected), "{path}: {code}: {found:?}");
        }
    }
    shop.finish();
}

const STREAMS: &str = "
//- steps/chat.stream.ts
import { z } from 'zod'
export const config = { name: 'chat', schema: z.object({ text: z.string() }), baseConfig: { storageType: 'default' } }
//- steps/a.step.ts
export const config = { type: 'event', name: 'A', subscribes: ['x'], emits: [] }
export const handler = async (input, { streams }) => { await streams.$0chat.set('g', 'i', { text: '' }) }
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['x'], emits: [] }
exports.handler = async (input, context) => { await context.streams['$0chat'].set('g', 'i', { text: '' }) }
//- steps/c_step.py
config = {'type': 'event', 'name': 'C', 'subscribes': ['x'], 'emits': []}
async def handler(data, context):
    await context.streams.$0chat.set('g', 'i', {'text': ''})
//- steps/d.step.rb
def config
  { type: 'event', name: 'D', subscribes: ['x'], emits: [] }
end
def handler(input, context)
  context.streams['$0chat'].set('g', 'i', { text: '' })
end
";

#[test]
fn streams_have_all_verbs_in_each() {
    let mut session = Session::open(STREAMS);
    for file in [
        "steps/a.step.ts",
        "steps/b.step.js",
        "steps/c_step.py",
        "steps/d.step.rb",
    ] {
        let found = session.places("textDocument/definition", file, json!({}));
        assert_eq!(found, ["steps/chat.stream.ts:1"], "{file}");
        let all = session.places(
            "textDocument/references",
            file,
            json!({ "context": { "includeDeclaration": true } }),
        );
        assert_eq!(all.len(), 5, "{file}: {all:?}");
        let hover = session.ask("textDocument/hover", file, json!({})).to_string();
        assert!(
            hover.contains("chat") && hover.contains("text"),
            "{file}: {hover}"
        );
        let edit = session.ask("textDocument/rename", file, json!({ "newName": "talk" }));
        assert_eq!(
            edit["documentChanges"].as_array().unwrap().len(),
            5,
            "{file}: {edit}"
        );
    }
    let symbols = session.ask_all("workspace/symbol", json!({ "query": "%chat" }));
    assert_eq!(symbols[0]["name"], "%chat");
    session.finish();
}

#[test]
fn a_topic_that_is_built_is_not_renamed_and_the_reason_is_told() {
    for (from, to) in [
        (
            "steps/send-ts.step.ts",
            "emit({ topic: `order.${kind}`, data: {} })",
        ),
        (
            "steps/send-js.step.js",
            "emit({ topic: 'order.' + kind, data: {} })",
        ),
        (
            "steps/send_py_step.py",
            "context.emit({'topic': f'order.{kind}', 'data': {}})",
        ),
        (
            "steps/send-rb.step.rb",
            "context.emit(topic: \"order.#{kind}\", data: {})",
        ),
    ] {
        let fixture = format!("{SENDERS}{TAKERS}");
        let at = fixture.find(&format!("//- {from}")).unwrap();
        let call = fixture[at..].find("$0").unwrap() + at;
        let line = fixture[..call].rfind('\n').unwrap() + 1;
        let end = fixture[call..].find('\n').unwrap() + call;
        let indent: String = fixture[line..end].chars().take_while(|ch| *ch == ' ').collect();
        let dynamic = format!("{}{indent}{to}{}", &fixture[..line], &fixture[end..]);
        let mut shop = Session::open(&dynamic);
        let reason = shop.refusal(
            "textDocument/rename",
            "steps/take_py_step.py",
            "order.placed",
            "order.accepted",
        );
        assert!(reason.contains("order."), "{from}: {reason}");
        assert!(reason.contains("renaming would cut it off"), "{from}: {reason}");
        shop.finish();
    }
}

#[test]
fn findings_stand_at_their_marks_and_are_mended_in_each() {
    let fixture = "
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['order.placed'] }
export const handler = async ({ emit }) => {
  await emit({ topic: '$0order.plaecd', data: { id: '1' } })
  //                   ^^^^^^^^^^^^ undeclared-emit
  await emit({ topic: 'order.placed', data: { id: '1' } })
  await emit({ topic: 'stock.counted', data: { id: '1' } })
  //                   ^^^^^^^^^^^^^ undeclared-emit
}
//- steps/b.step.js
exports.config = { type: 'cron', name: 'B', cron: '* * * * *', emits: ['order.placed'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: '$0order.plaecd', data: { id: '1' } })
  //                   ^^^^^^^^^^^^ undeclared-emit
  await emit({ topic: 'order.placed', data: { id: '1' } })
  await emit({ topic: 'stock.counted', data: { id: '1' } })
  //                   ^^^^^^^^^^^^^ undeclared-emit
}
//- steps/c_step.py
config = {'type': 'cron', 'name': 'C', 'cron': '* * * * *', 'emits': ['order.placed']}
async def handler(context):
    await context.emit({'topic': '$0order.plaecd', 'data': {'id': '1'}})
    #                             ^^^^^^^^^^^^ undeclared-emit
    await context.emit({'topic': 'order.placed', 'data': {'id': '1'}})
    await context.emit({'topic': 'stock.counted', 'data': {'id': '1'}})
    #                             ^^^^^^^^^^^^^ undeclared-emit
//- steps/d.step.rb
def config
  { type: 'cron', name: 'D', cron: '* * * * *', emits: ['order.placed'] }
end
def handler(context)
  context.emit(topic: '$0order.plaecd', data: { id: '1' })
  #                    ^^^^^^^^^^^^ undeclared-emit
  context.emit(topic: 'order.placed', data: { id: '1' })
  context.emit(topic: 'stock.counted', data: { id: '1' })
  #                    ^^^^^^^^^^^^^ undeclared-emit
end
";
    let mut session = Session::open(&format!("{fixture}{}", TAKERS.split("//- tests").next().unwrap()));
    session.check_marks();
    for file in [
        "steps/a.step.ts",
        "steps/b.step.js",
        "steps/c_step.py",
        "steps/d.step.rb",
    ] {
        let fixes = titles(&session.actions(file, "order.plaecd"));
        assert_eq!(fixes[0], "Change to 'order.placed'", "{file}: {fixes:?}");
        check_choices(file, &fixes);
        let actions = session.actions(file, "stock.counted");
        let titles = titles(&actions);
        let adding = titles
            .iter()
            .filter(|title| title.starts_with("Add 'stock.counted' to"));
        assert_eq!(adding.count(), 1, "{file}: {titles:?}");
        for wanted in ["Add 'stock.counted' to", "Ignore"] {
            let is_there = titles.iter().any(|title| title.starts_with(wanted));
            assert!(is_there, "{wanted} in {file}: {titles:?}");
        }
        for language in ["TypeScript", "JavaScript", "Python", "Ruby"] {
            let title = format!("Create a step that takes 'stock.counted', in {language}");
            let action = actions.iter().find(|it| it["title"] == title.as_str());
            let edit = session.resolved(action.unwrap_or_else(|| panic!("{title} in {file}: {titles:?}")));
            let shown = edit["changeAnnotations"].as_object().unwrap();
            assert!(shown.values().all(|it| it["needsConfirmation"] == true), "{edit}");
            let text = edit["documentChanges"][1]["edits"][0]["newText"]
                .as_str()
                .unwrap();
            for part in ["stock.counted", "handler", "id"] {
                assert!(text.contains(part), "{part} in {title} of {file}: {text}");
            }
        }
    }
    session.finish();
}

/// What looks like a slip may be meant: it can be declared and taken as well.
fn check_choices(file: &str, fixes: &[String]) {
    for other in [
        "Add 'order.plaecd' to `emits`",
        "Create a step that takes 'order.plaecd', in Ruby",
    ] {
        let count = fixes.iter().filter(|title| *title == other).count();
        assert_eq!(count, 1, "{other} in {file}: {fixes:?}");
    }
}

fn titles(actions: &[Json]) -> Vec<String> {
    actions
        .iter()
        .map(|it| it["title"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn modules_are_links_in_each_language_that_imports() {
    let mut session = Session::open(
        "
//- lib/auth.ts
export const auth = async () => {}
//- lib/check.js
exports.check = async () => {}
//- steps/shapes.py
SHAPE = {'type': 'object'}
//- steps/names.rb
NAME = 'x'
//- steps/a.step.ts
import { auth } from '../lib/auth'
export const config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: [], middleware: [auth] }
export const handler = async () => ({ status: 200, body: {} })
//- steps/b.step.js
const { check } = require('../lib/check')
exports.config = { type: 'api', name: 'B', method: 'GET', path: '/b', emits: [], middleware: [check] }
exports.handler = async () => ({ status: 200, body: {} })
//- steps/c_step.py
from .shapes import SHAPE
config = {'type': 'event', 'name': 'C', 'subscribes': ['x'], 'emits': [], 'input': SHAPE}
async def handler(data, context):
    pass
//- steps/d.step.rb
require_relative './names'
def config
  { type: 'event', name: 'D', subscribes: ['x'], emits: [] }
end
def handler(input, context)
end
",
    );
    for (file, target) in [
        ("steps/a.step.ts", "lib/auth.ts"),
        ("steps/b.step.js", "lib/check.js"),
        ("steps/c_step.py", "steps/shapes.py"),
        ("steps/d.step.rb", "steps/names.rb"),
    ] {
        let links = session.ask("textDocument/documentLink", file, json!({}));
        let targets: Vec<&Json> = links
            .as_array()
            .into_iter()
            .flatten()
            .map(|it| &it["target"])
            .collect();
        let expected = json!(session.uri(target));
        assert_eq!(targets, [&expected], "{file}");
    }
    session.finish();
}
