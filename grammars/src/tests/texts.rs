//! What is known of a topic.

use crate::facts::{ImportRef, Text};

use super::support::*;

fn ts_topic(before: &str, expr: &str) -> Text {
    let facts = ts(&format!(
        "{before}\nexport const config = {{ type: 'event', subscribes: [] }}\n\
         export const handler = async (input, {{ emit }}) => {{ await emit({{ topic: {expr}, data: {{}} }}) }}\n"
    ));
    topics(&facts).remove(0).unwrap()
}

fn py_topic(before: &str, expr: &str) -> Text {
    let facts = py(&format!(
        "{before}\nconfig = {{'type': 'event', 'subscribes': []}}\n\
         async def handler(input, ctx):\n    await ctx.emit({{'topic': {expr}, 'data': {{}}}})\n"
    ));
    topics(&facts).remove(0).unwrap()
}

fn rb_topic(before: &str, expr: &str) -> Text {
    let facts = rb(&format!(
        "{before}\ndef config\n  {{ type: 'event', subscribes: [] }}\nend\n\
         def handler(input, context)\n  context.emit(topic: {expr}, data: {{}})\nend\n"
    ));
    topics(&facts).remove(0).unwrap()
}

fn known(text: &str) -> Text {
    Text::Known(text.to_owned())
}

fn one_of(texts: &[&str]) -> Text {
    Text::OneOf(texts.iter().map(|text| (*text).to_owned()).collect())
}

fn pattern(parts: &[&str]) -> Text {
    Text::Pattern(parts.iter().map(|part| (*part).to_owned()).collect())
}

fn import(module: &str, path: &[&str]) -> Text {
    Text::Import(ImportRef {
        module: module.to_owned(),
        path: path.iter().map(|part| (*part).to_owned()).collect(),
    })
}

#[test]
fn constants_of_the_file_are_followed() {
    for (before, expr) in [
        ("", "'a.b'"),
        ("", "`a.b`"),
        ("const T = 'a.b'", "T"),
        ("const T = 'a.b' as const", "T"),
        ("enum T { Done = 'a.b' }", "T.Done"),
        ("const T = { order: { done: 'a.b' } } as const", "T.order.done"),
        ("const T = Object.freeze({ done: 'a.b' })", "T['done']"),
        ("class T { static readonly done = 'a.b' }", "T.done"),
        ("namespace T { export const done = 'a.b' }", "T.done"),
        ("const P = 'a'", "`${P}.b`"),
        ("const P = 'a.'", "P + 'b'"),
        ("const T = ['x', 'a.b']", "T[1]"),
        ("const { done } = { done: 'a.b' }", "done"),
        (
            "const BASE = { done: 'a.b' }; const T = { ...BASE, other: 'x' }",
            "T.done",
        ),
    ] {
        assert_eq!(ts_topic(before, expr), known("a.b"), "{before}; {expr}");
    }
    for (before, expr) in [
        ("T = 'a.b'", "T"),
        ("T: str = 'a.b'", "T"),
        ("class T:\n    DONE = 'a.b'", "T.DONE"),
        ("class T(str, Enum):\n    DONE = 'a.b'", "T.DONE.value"),
        ("P = 'a'", "f'{P}.b'"),
        ("T = {'done': 'a.b'}", "T['done']"),
        ("", "'a.' 'b'"),
        ("", "r'a.b'"),
    ] {
        assert_eq!(py_topic(before, expr), known("a.b"), "{before}; {expr}");
    }
    for (before, expr) in [
        ("T = 'a.b'", "T"),
        ("T = 'a.b'.freeze", "T"),
        ("module T\n  DONE = 'a.b'\nend", "T::DONE"),
        (
            "module T\n  module Order\n    DONE = 'a.b'\n  end\nend",
            "T::Order::DONE",
        ),
        ("T = { done: 'a.b' }.freeze", "T[:done]"),
        ("P = 'a'", "\"#{P}.b\""),
        ("", ":'a.b'"),
    ] {
        assert_eq!(rb_topic(before, expr), known("a.b"), "{before}; {expr}");
    }
}

#[test]
fn several_possible_texts_are_all_named() {
    let both = one_of(&["a", "b"]);
    for (before, expr) in [
        ("", "input.ok ? 'a' : 'b'"),
        ("", "input.topic as 'a' | 'b'"),
        ("const R = { x: 'a', y: 'b' }", "R[input.kind]"),
        ("const R = { x: 'a' }", "R[input.kind] || 'b'"),
        ("let t = 'a'; if (Math.random() > 0.5) t = 'b'", "t"),
        ("const t: 'a' | 'b' = pick()", "t"),
    ] {
        assert_eq!(ts_topic(before, expr), both, "{before}; {expr}");
    }
    assert_eq!(py_topic("", "'a' if input['ok'] else 'b'"), both);
    assert_eq!(py_topic("R = {'x': 'a'}", "R.get(input['kind'], 'b')"), both);
    assert_eq!(rb_topic("", "(input['ok'] ? 'a' : 'b')"), both);
    assert_eq!(
        ts_topic("", "`x.${input.ok ? 'a' : 'b'}`"),
        one_of(&["x.a", "x.b"])
    );
    let looped = ts_handler("for (const t of ['a', 'b']) await emit({ topic: t })");
    assert_eq!(topics(&looped), [Some(both.clone())]);
    let rows = ts_handler("for (const [t, n] of [['a', 1], ['b', 2]]) await emit({ topic: t })");
    assert_eq!(topics(&rows), [Some(both.clone())]);
    let objects =
        ts_handler("for (const { topic } of [{ topic: 'a' }, { topic: 'b' }]) await emit({ topic })");
    assert_eq!(topics(&objects), [Some(both.clone())]);
    let mapped = ts_handler("await Promise.all(['a', 'b'].map((topic) => emit({ topic })))");
    assert_eq!(topics(&mapped), [Some(both.clone())]);
    let blocks = rb_handler("%w[a b].each { |t| context.emit(topic: t) }");
    assert_eq!(topics(&blocks), [Some(both.clone())]);
    let branch = rb_handler("t = if input['ok'] then 'a' else 'b' end\ncontext.emit(topic: t)");
    assert_eq!(topics(&branch), [Some(both)]);
}

#[test]
fn an_item_of_a_visible_list_is_one_of_its_items() {
    let both = one_of(&["a", "b"]);
    let rows = "const ROWS = [{ topic: 'a', t: { x: 'a' } }, { topic: 'b', t: { x: 'b' } }]";
    for expr in [
        "ROWS[input.n].topic",
        "ROWS.find((row) => row.n === input.n)!.topic",
        "ROWS[Math.floor(Math.random() * 2)]['topic']",
        "ROWS[input.n].t.x",
        "['a', 'b'][input.n]",
    ] {
        assert_eq!(ts_topic(rows, expr), both, "{expr}");
    }
    for body in [
        "for (const row of ROWS) await emit({ topic: row.topic })",
        "for (const row of ROWS) { const { topic } = row; await emit({ topic }) }",
        "const pick = ROWS[input.n]; await emit({ topic: pick.topic })",
        "ROWS.forEach(async (row) => { await emit({ topic: row.topic }) })",
    ] {
        assert_eq!(
            topics(&ts_handler(&format!("{rows}\n{body}"))),
            [Some(both.clone())],
            "{body}"
        );
    }
    assert_eq!(
        py_topic("ROWS = [{'t': 'a'}, {'t': 'b'}]", "random.choice(ROWS)['t']"),
        both
    );
    assert_eq!(
        rb_topic("ROWS = [{ t: 'a' }, { t: 'b' }]", "ROWS.sample[:t]"),
        both
    );
    let pushed = "const ROWS: any[] = [{ topic: 'a' }]; ROWS.push(load())";
    assert!(matches!(
        ts_topic(pushed, "ROWS[input.n].topic"),
        Text::Unknown(_)
    ));
    assert!(matches!(
        ts_topic("const ROWS = [{ topic: 'a' }, load()]", "ROWS[input.n].topic"),
        Text::Unknown(_)
    ));
}

#[test]
fn parameters_of_private_helpers_are_what_they_are_called_with() {
    let helper = "}\nasync function send(emit: any, topic: string) { await emit({ topic, data: 1 })";
    let called = |calls: &str| {
        topics(&ts_handler(&format!("{calls}\n{helper}")))
            .remove(0)
            .unwrap()
    };
    assert_eq!(called("await send(emit, 'a')"), known("a"));
    assert_eq!(
        called("await send(emit, 'a'); await send(emit, 'b')"),
        one_of(&["a", "b"])
    );
    assert!(matches!(
        called("await send(emit, 'a'); await send(emit, input.t)"),
        Text::Unknown(_)
    ));
    assert!(matches!(
        called("await send(emit, 'a'); register(send)"),
        Text::Unknown(_)
    ));
    let exported = ts("export const handler = async (i, { emit }) => send(emit, 'a')\n\
        export async function send(emit, topic) { await emit({ topic }) }");
    assert!(matches!(topics(&exported)[0], Some(Text::Unknown(_))));
}

#[test]
fn unknown_parts_make_a_pattern() {
    assert_eq!(
        ts_topic("", "`repo.${input.action}.done`"),
        pattern(&["repo.", ".done"])
    );
    assert_eq!(ts_topic("", "'repo.' + input.action"), pattern(&["repo.", ""]));
    assert_eq!(py_topic("", "f\"repo.{input['x']}\""), pattern(&["repo.", ""]));
    assert_eq!(rb_topic("", "\"repo.#{input['x']}\""), pattern(&["repo.", ""]));
    assert!(matches!(ts_topic("", "`${input.topic}`"), Text::Unknown(_)));
}

/// What stands before, the topic, its module, its path there.
type Imported = (&'static str, &'static str, &'static str, &'static [&'static str]);

/// The topic of an emit: what stands before, the expression.
type TopicOf = fn(&str, &str) -> Text;

const TYPESCRIPT_IMPORTS: &[Imported] = &[
    ("import { DONE } from './topics'", "DONE", "./topics", &["DONE"]),
    (
        "import { Topics as T } from '@acme/t'",
        "T.Order.Done",
        "@acme/t",
        &["Topics", "Order", "Done"],
    ),
    (
        "import topics from './topics'",
        "topics.done",
        "./topics",
        &["default", "done"],
    ),
    (
        "import * as topics from './topics'",
        "topics.DONE",
        "./topics",
        &["DONE"],
    ),
    (
        "const topics = require('./topics')",
        "topics.DONE",
        "./topics",
        &["DONE"],
    ),
    (
        "const { DONE } = require('./topics')",
        "DONE",
        "./topics",
        &["DONE"],
    ),
    (
        "import { DONE } from './topics'\nconst T = { done: DONE }",
        "T.done",
        "./topics",
        &["DONE"],
    ),
];

const PYTHON_IMPORTS: &[Imported] = &[
    ("from .topics import DONE", "DONE", ".topics", &["DONE"]),
    (
        "from .topics import Topics as T",
        "T.DONE.value",
        ".topics",
        &["Topics", "DONE"],
    ),
    ("import topics", "topics.DONE", "topics", &["DONE"]),
    ("import shop.topics", "shop.topics.DONE", "shop.topics", &["DONE"]),
    ("import shop.topics as t", "t.DONE", "shop.topics", &["DONE"]),
    ("from . import topics", "topics.DONE", ".", &["topics", "DONE"]),
];

const RUBY_IMPORTS: &[Imported] = &[
    (
        "require_relative '../topics'",
        "Topics::DONE",
        "../topics",
        &["Topics", "DONE"],
    ),
    (
        "require 'json'\nrequire_relative 'lib/topics'",
        "Topics::DONE",
        "lib/topics",
        &["Topics", "DONE"],
    ),
    (
        "require_relative 'b'\nrequire_relative 'lib/topics'",
        "Topics::DONE",
        "lib/topics",
        &["Topics", "DONE"],
    ),
];

#[test]
fn names_of_other_modules_are_left_to_the_project() {
    let tables: [(TopicOf, &[Imported]); 3] = [
        (ts_topic, TYPESCRIPT_IMPORTS),
        (py_topic, PYTHON_IMPORTS),
        (rb_topic, RUBY_IMPORTS),
    ];
    for (topic, table) in tables {
        for (before, expr, module, path) in table {
            assert_eq!(topic(before, expr), import(module, path), "{before}; {expr}");
        }
    }
    let two = "require_relative 'a'\nrequire_relative 'b'";
    assert!(matches!(rb_topic(two, "Topics::DONE"), Text::Unknown(_)));
}

#[test]
fn what_changes_or_cannot_be_seen_is_unknown() {
    for (before, expr) in [
        ("", "input.topic"),
        ("", "pick(input)"),
        ("let t = 'a'; t = pick()", "t"),
        ("const T = { done: 'a' }; T.done = pick()", "T.done"),
        ("const T = { done: 'a', ...other() }", "T.done"),
        ("const a = b; const b = a", "a"),
        ("const a = a + a + a", "a"),
    ] {
        assert!(
            matches!(ts_topic(before, expr), Text::Unknown(_)),
            "{before}; {expr}"
        );
    }
}

#[test]
fn the_span_of_a_literal_is_inside_its_quotes() {
    let source = "export const config = { type: 'event', subscribes: ['😀 é'] }\r\n";
    let facts = ts(source);
    let topic = &facts.step.unwrap().triggers[0].topics[0].topic;
    assert_eq!(topic.span.slice(source), "😀 é");
    assert!(topic.literal);
    let source = "X = 'a'\nconfig = {'type': \"event\", 'subscribes': [\"\"\"long\"\"\", X, f'p.{X}']}\n";
    let facts = py(source);
    let step = facts.step.unwrap();
    let spans: Vec<&str> = step.triggers[0]
        .topics
        .iter()
        .map(|topic| topic.topic.span.slice(source))
        .collect();
    assert_eq!(spans, ["long", "X", "f'p.{X}'"]);
    let literal: Vec<bool> = step.triggers[0]
        .topics
        .iter()
        .map(|topic| topic.topic.literal)
        .collect();
    assert_eq!(literal, [true, false, false]);
    let source = "def config\n  { type: 'event', subscribes: %w[a.b c.d], emits: [:x, %q(y.z)] }\nend\n";
    let step = rb(source).step.unwrap();
    let spans: Vec<&str> = step.triggers[0]
        .topics
        .iter()
        .map(|topic| topic.topic.span.slice(source))
        .collect();
    assert_eq!(spans, ["a.b", "c.d"]);
    let spans: Vec<&str> = step
        .emits
        .topics()
        .iter()
        .map(|topic| topic.topic.span.slice(source))
        .collect();
    assert_eq!(spans, ["x", "y.z"]);
}

#[test]
fn escapes_are_read() {
    assert_eq!(ts_topic("", r"'it\'s\u0020\x41'"), known("it's A"));
    assert_eq!(py_topic("", r"'a\tb'"), known("a\tb"));
    assert_eq!(rb_topic("", "\"a\\nb\""), known("a\nb"));
}
