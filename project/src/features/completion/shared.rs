//! What steps share: groups and keys of the state, and streams.

use std::collections::BTreeMap;

use banister_grammars::Language;
use banister_grammars::facts::FileFacts;

use super::Asked;
use super::cursor::Cursor;
use super::nearest::{are_many, fits};
use super::proposals::Proposals;
use super::spot::Spot;
use crate::features::{Completion, CompletionKind, card};
use crate::index::{EntityKind, Index, Usage};

const METHODS: [&str; 11] = [
    "get",
    "set",
    "delete",
    "getGroup",
    "get_group",
    "list",
    "clear",
    "update",
    "setGroup",
    "set_group",
    "items",
];

pub(super) fn completion(asked: &Asked<'_, '_>) -> Option<Vec<Completion>> {
    let Asked {
        index,
        file,
        cursor,
        spot,
    } = *asked;
    let facts = index.facts(file)?;
    let mut proposals = Proposals::new(cursor);
    match *spot {
        Spot::Argument { callee, number: 0 } if finds_stream(callee, cursor) => {
            streams(index, &mut proposals);
        }
        Spot::Argument { callee, number } => {
            if !is_state_call(facts, cursor, callee) {
                return None;
            }
            match number {
                0 => groups(index, file, cursor, &mut proposals),
                1 => keys(index, cursor, &mut proposals),
                _ => return None,
            }
        }
        Spot::Member { receiver } | Spot::Subscript { receiver } if holds_streams(receiver) => {
            streams(index, &mut proposals);
        }
        _ => return None,
    }
    Some(proposals.finish())
}

/// The streams of the project.
pub(super) fn streams(index: &Index, proposals: &mut Proposals) {
    let mut named: Vec<(&str, &str)> = index
        .project
        .streams
        .iter()
        .filter_map(|stream| Some((stream.name()?, stream.file.as_str())))
        .collect();
    named.sort_unstable();
    named.dedup_by_key(|(name, _)| *name);
    for (name, file) in named {
        proposals.described(name, CompletionKind::Stream, file, card::stream(index, name));
    }
}

/// The groups that other places name: what is being typed is none.
fn groups(index: &Index, file: &str, cursor: &Cursor<'_>, proposals: &mut Proposals) {
    let typed = cursor.replace();
    let written = cursor.text.get(cursor.start()..cursor.offset).unwrap_or_default();
    let are_many = are_many(index, CompletionKind::StateGroup);
    let named = index
        .all_entities()
        .filter(|(entity, _)| entity.kind == EntityKind::StateGroup);
    let fitting = named.filter(|(entity, _)| !are_many || fits(written, &entity.name));
    for (entity, places) in fitting {
        if are_many && proposals.is_full() {
            break;
        }
        let others = || {
            places
                .iter()
                .filter(|place| *place.file != *file || place.span != typed)
        };
        if others().next().is_some() {
            let count = |usage: Usage| others().filter(|place| place.usage == usage).count();
            let detail = format!("{} reads, {} writes", count(Usage::Reads), count(Usage::Writes));
            proposals.described(
                &entity.name,
                CompletionKind::StateGroup,
                &detail,
                card::state_group(index, &entity.name),
            );
        }
    }
}

/// The keys that some call uses with the group of this call; without a known group, those of all.
fn keys(index: &Index, cursor: &Cursor<'_>, proposals: &mut Proposals) {
    let group = cursor.frames.last().and_then(|frame| {
        let first = cursor
            .text
            .get(frame.at + 1..frame.item)?
            .trim_end_matches(',')
            .trim();
        let quote = first.chars().next().filter(|ch| matches!(ch, '\'' | '"' | '`'))?;
        first[1..].strip_suffix(quote)
    });
    let typed = cursor.replace();
    let steps = index.project.steps.iter().map(|step| step.facts());
    let mut keys: BTreeMap<&str, &str> = BTreeMap::new();
    for used in steps
        .chain(index.helpers.iter().map(|helper| helper.facts()))
        .flat_map(|facts| &facts.state_uses)
    {
        let of = used.group.as_ref().and_then(|group| group.text.known());
        let (Some(of), Some(key)) = (of, used.key.as_ref()) else {
            continue;
        };
        let is_typed = key.span == typed;
        if let (Some(text), true, false) = (key.text.known(), group.is_none_or(|group| group == of), is_typed)
            && !text.is_empty()
        {
            keys.entry(text).or_insert(of);
        }
    }
    for (key, group) in keys {
        proposals.text(key, CompletionKind::StateKey, &format!("of '{group}'"));
    }
}

/// By the facts where the code is whole, else by the name.
fn is_state_call(facts: &FileFacts, cursor: &Cursor<'_>, callee: &str) -> bool {
    if facts.problems.is_empty() && cursor.quote.is_some() {
        let inside = cursor.replace();
        return facts.state_uses.iter().any(|used| {
            let arguments = used.group.iter().chain(&used.key);
            used.span.contains(inside) && arguments.into_iter().any(|argument| argument.span == inside)
        });
    }
    let Some((object, method)) = callee.rsplit_once('.') else {
        return false;
    };
    METHODS.contains(&method)
        && last_name(object).is_some_and(|name| matches!(name, "state" | "stateManager"))
}

/// `context.streams.get(` of a dictionary, and `Stream(` of 1.0 in Python, which takes a name.
fn finds_stream(callee: &str, cursor: &Cursor<'_>) -> bool {
    let is_python = cursor.language == Language::Python;
    let looks_up = || callee.strip_suffix(".get").is_some_and(holds_streams);
    let makes = || last_name(callee) == Some("Stream") && cursor.text.contains("motia");
    is_python && (looks_up() || makes())
}

fn holds_streams(receiver: &str) -> bool {
    last_name(receiver) == Some("streams")
}

/// The name that an expression ends with: `streams` of `context.streams`, `ctx[:streams]` and `context["streams"]`.
fn last_name(text: &str) -> Option<&str> {
    let text = text.trim_end_matches([']', '\'', '"', '?', '!']);
    let name = text
        .rsplit(|ch: char| !ch.is_alphanumeric() && ch != '_')
        .next()?;
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_an_expression_whatever_stands_before_it() {
        assert_eq!(last_name("context.streams"), Some("streams"));
        assert_eq!(last_name("ctx[:streams]"), Some("streams"));
        assert_eq!(last_name("e\u{301}order"), Some("order"));
        assert_eq!(last_name("😀"), None);
    }
}
