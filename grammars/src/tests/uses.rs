//! Uses of shared state and of streams.

use crate::facts::{Access, FileFacts, Text};

use super::support::*;

fn state(facts: &FileFacts) -> Vec<(String, Access, Option<Text>, Option<Text>)> {
    let text = |fact: &Option<crate::facts::TextFact>| fact.as_ref().map(|fact| fact.text.clone());
    facts
        .state_uses
        .iter()
        .map(|u| (u.method.clone(), u.access, text(&u.group), text(&u.key)))
        .collect()
}

fn known(text: &str) -> Option<Text> {
    Some(Text::Known(text.to_owned()))
}

#[test]
fn state_is_read_and_written() {
    let facts = ts_handler(
        "const GROUP = 'orders'\n\
         await state.set(GROUP, 'k', 1); await state.get('orders', `k.${input.id}`)\n\
         await state.getGroup('orders'); await state.delete('orders', 'k'); await state.clear('orders')",
    );
    let pattern = Some(Text::Pattern(vec!["k.".into(), String::new()]));
    assert_eq!(
        state(&facts),
        [
            ("set".to_owned(), Access::Write, known("orders"), known("k")),
            ("get".to_owned(), Access::Read, known("orders"), pattern),
            ("getGroup".to_owned(), Access::Read, known("orders"), None),
            ("delete".to_owned(), Access::Write, known("orders"), known("k")),
            ("clear".to_owned(), Access::Write, known("orders"), None),
        ]
    );
}

#[test]
fn every_way_to_the_state() {
    for body in [
        "    state = context['state']\n    await state.get('g', 'k')",
        "    await context.state.get('g', 'k')",
        "    await helper(context.state)\n\nasync def helper(store):\n    await store.get('g', 'k')",
    ] {
        assert_eq!(
            state(&py_handler(body)),
            [("get".to_owned(), Access::Read, known("g"), known("k"))],
            "{body}"
        );
    }
    for body in [
        "context.state.get('g', 'k')",
        "context[:state].get('g', 'k')",
        "s = context.state\ns[:get].call('g', 'k')",
    ] {
        assert_eq!(
            state(&rb_handler(body)),
            [("get".to_owned(), Access::Read, known("g"), known("k"))],
            "{body}"
        );
    }
}

#[test]
fn other_objects_are_no_state() {
    for body in [
        "cache.get('g', 'k')",
        "new Map().set('a', 1)",
        "input.state.get('g')",
        "const state2 = useState(); state2.get('g')",
    ] {
        assert_eq!(state(&ts_handler(body)), [], "{body}");
    }
}

#[test]
fn spread_arguments_are_unknown_rather_than_missing() {
    let facts = py_handler("    await context.state.get(*Keys.graph(1))");
    let found = state(&facts);
    assert!(matches!(
        found[0],
        (_, _, Some(Text::Unknown(_)), Some(Text::Unknown(_)))
    ));
}

#[test]
fn streams_by_name() {
    let facts = ts_handler(
        "await streams.chat.set('g', 'i', {}); await streams['chat-2'].get('g', 'i')\n\
         const s = streams[`user-${input.id}`]; await s.set('g', 'i', {})",
    );
    let uses: Vec<(Text, Option<&str>, bool)> = facts
        .stream_uses
        .iter()
        .map(|stream| {
            (
                stream.name.text.clone(),
                stream.method.as_deref(),
                stream.name.literal,
            )
        })
        .collect();
    assert_eq!(
        uses,
        [
            (Text::Known("chat".into()), Some("set"), false),
            (Text::Known("chat-2".into()), Some("get"), true),
            (Text::Pattern(vec!["user-".into(), String::new()]), None, false),
            (
                Text::Pattern(vec!["user-".into(), String::new()]),
                Some("set"),
                false
            ),
        ]
    );
    assert_eq!(
        py_handler("    await context.streams.chat.set('g', 'i', {})")
            .stream_uses
            .len(),
        1
    );
    assert_eq!(
        py_handler("    await context.streams['chat'].set('g', 'i', {})")
            .stream_uses
            .len(),
        1
    );
}

#[test]
fn an_emit_inside_of_a_state_call_is_seen() {
    let facts = ts_handler("await state.set('g', 'k', await emit({ topic: 't' }))");
    assert_eq!(known_topics(&facts), ["t"]);
    let facts = ts_handler("await streams.chat.set('g', 'k', await emit({ topic: 't' }))");
    assert_eq!(known_topics(&facts), ["t"]);
}

fn streams(facts: &FileFacts) -> Vec<(Option<&str>, Option<&str>, bool)> {
    let uses = facts.stream_uses.iter();
    uses.map(|used| (used.name.text.known(), used.method.as_deref(), used.aliased))
        .collect()
}

#[test]
fn streams_with_a_name_of_their_own() {
    let looked_up = (Some("chat"), None, false);
    let called = (Some("chat"), Some("set"), true);
    for body in [
        "const s = streams.chat; await s.set('g', 'i', {})",
        "const { chat } = streams; await chat.set('g', 'i', {})",
        "const { chat: s } = streams; await s.set('g', 'i', {})",
        "const s = streams['chat'] as any; await s.set('g', 'i', {})",
    ] {
        assert_eq!(streams(&ts_handler(body)), [looked_up, called], "{body}");
    }
    for body in [
        "    chat = context.streams.chat\n    await chat.set('g', 'i', {})",
        "    chat = context.streams.get('chat')\n    await chat.set('g', 'i', {})",
        "    chat = context['streams']['chat']\n    await chat.set('g', 'i', {})",
    ] {
        assert_eq!(streams(&py_handler(body)), [looked_up, called], "{body}");
    }
    assert_eq!(
        streams(&rb_handler("chat = context.streams.chat\nchat.set('g', 'i', {})")),
        [looked_up, called]
    );
    let taken_apart = ts(
        "export const config = { type: 'event', name: 'S', subscribes: [], emits: [] }\n\
         export const handler = async (input, { streams: { chat } }) => { await chat.set('g', 'i', {}) }\n",
    );
    assert_eq!(streams(&taken_apart), [looked_up, called]);
}

#[test]
fn streams_of_the_second_generation() {
    let called = (Some("chat"), Some("set"), true);
    for definition in [
        "new Stream({ name: 'chat', schema: {} })",
        "new Stream<Item>({ name: 'chat', schema: {} } as StreamConfig)",
    ] {
        let facts = ts(&format!(
            "import {{ Stream }} from 'motia'\nconst s = {definition}\n\
             export const config = {{ name: 'S', triggers: [{{ type: 'queue', topic: 't' }}] }}\n\
             export const handler = async () => {{ await s.set('g', 'i', {{}}) }}\n"
        ));
        assert_eq!(streams(&facts), [called], "{definition}");
    }
    let facts = js(
        "const { Stream, stateManager, enqueue: send } = require('motia')\nconst s = new Stream({ name: 'chat' })\n\
         exports.config = { name: 'S', triggers: [{ type: 'queue', topic: 't' }] }\n\
         exports.handler = async () => { await s.set('g', 'i', {}); await stateManager.get('g', 'k'); await send({ topic: 'a', data: {} }) }\n",
    );
    assert_eq!(streams(&facts), [called]);
    assert_eq!((facts.state_uses.len(), facts.emits.len()), (1, 1));
    let other = js(
        "const { Stream, enqueue } = require('other')\nconst s = new Stream('chat')\n\
                    exports.handler = async () => { await s.set('g', 'i', {}); await enqueue({ topic: 'a', data: {} }) }\n",
    );
    assert_eq!((streams(&other), other.emits.len()), (vec![], 0));
    let facts = py(
        "from motia import Stream\nchat = Stream('chat')\nasync def handler(data, ctx):\n    chat.set('g', 'i', {})\n",
    );
    assert_eq!(streams(&facts), [(Some("chat"), None, false), called]);
    let other =
        ts("import { Stream } from 'node:stream'\nconst s = new Stream('chat')\ns.set('g', 'i', {})\n");
    assert_eq!(streams(&other), []);
}

#[test]
fn the_collection_of_streams_is_no_stream() {
    assert_eq!(
        streams(&py_handler(
            "    for name in context.streams.keys():\n        print(name)"
        )),
        []
    );
    assert_eq!(streams(&ts_handler("if (streams.hasOwnProperty('a')) {}")), []);
}

#[test]
fn arguments_are_counted_as_each_language_counts_them() {
    let counts = |facts: FileFacts| -> Vec<Option<usize>> {
        facts.state_uses.iter().map(|used| used.arguments).collect()
    };
    assert_eq!(
        counts(ts_handler(
            "await state.set('g', 'k'); await state.set('g', 'k', 1, 60); await state.set(...all); await state.get('g', ...k)"
        )),
        [Some(2), Some(4), None, None]
    );
    assert_eq!(
        counts(py_handler(
            "    await context.state.get(group='g', key='k')\n    await context.state.get('g', *k)\n    await context.state.get(**k)"
        )),
        [Some(2), None, None]
    );
    assert_eq!(
        counts(rb_handler(
            "context.state.set('g', 'k', a: 1, b: 2)\ncontext.state.get('g')\ncontext.state.get(*k)"
        )),
        [Some(3), Some(1), None]
    );
}

#[test]
fn dropped_promises_of_state_and_streams() {
    let awaited = |facts: FileFacts| -> Vec<bool> {
        let states = facts.state_uses.iter().map(|used| used.awaited);
        let streams = facts.stream_uses.iter().map(|used| used.awaited);
        states.chain(streams).collect()
    };
    for (body, expected) in [
        ("state.set('g', 'k', 1)", false),
        ("void state.set('g', 'k', 1)", false),
        ("streams.chat.set('g', 'k', {})", false),
        ("await state.set('g', 'k', 1)", true),
        ("return streams.chat.set('g', 'k', {})", true),
        ("await Promise.all([state.set('g', 'k', 1)])", true),
        (
            "await Promise.allSettled(input.map((i) => state.set('g', i, 1)))",
            true,
        ),
        ("await Promise.race([state.get('g', 'k')])", true),
        ("state.set('g', 'k', 1).then(() => {}).catch(() => {})", true),
        ("const done = state.set('g', 'k', 1); await done", true),
        (
            "const all = []; all.push(state.set('g', 'k', 1)); await Promise.all(all)",
            true,
        ),
    ] {
        assert_eq!(awaited(ts_handler(body)), [expected], "{body}");
    }
    assert_eq!(awaited(py_handler("    context.state.set('g', 'k', 1)")), [false]);
    assert_eq!(
        awaited(py_handler(
            "    await asyncio.gather(context.state.set('g', 'k', 1))"
        )),
        [true]
    );
    assert_eq!(awaited(rb_handler("context.state.set('g', 'k', 1)")), [true]);
}
