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
