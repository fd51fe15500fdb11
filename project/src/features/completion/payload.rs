//! Keys inside `data` of an emit call, from the schemas of those who take the topic.

use banister_grammars::Language;

use super::Asked;
use super::config::text_of;
use super::cursor::Cursor;
use super::insert;
use super::proposals::Proposals;
use super::spot::{Root, Spot, home, keys_of};
use super::unfinished::sends;
use crate::features::fields::{Field, fields};
use crate::features::{Completion, CompletionKind};
use crate::index::Index;

pub(super) fn completion(asked: &Asked<'_, '_>) -> Option<Vec<Completion>> {
    let Asked {
        index,
        file,
        cursor,
        spot,
    } = *asked;
    let facts = index.facts(file)?;
    let Spot::Key { level } = *spot else { return None };
    let home = home(cursor, level)?;
    let Root::Call(callee) = home.root else {
        return None;
    };
    if !sends(callee) {
        return None;
    }
    let path = match home.path.split_first() {
        Some((&"data", path)) => path,
        Some(_) => return None,
        None => return message_keys(cursor, level),
    };
    // The innermost call around the cursor that the facts know, else the topic as the text has it: the object that
    // `data` stands in, or the call's own arguments.
    let offset = u32::try_from(cursor.offset).ok()?;
    let known = facts
        .emits
        .iter()
        .filter(|emit| emit.through.is_none() && emit.span.touches(offset))
        .min_by_key(|emit| emit.span.end - emit.span.start)
        .and_then(|emit| emit.topic.as_ref()?.text.known());
    let written = || {
        let message = cursor.frames.get(level.checked_sub(1 + path.len())?)?;
        text_of(cursor.text, message.at, "topic")
    };
    let topic = known.or_else(written)?;
    let open = cursor.frames.get(level)?.at;
    let written = keys_of(cursor.text, open, cursor.start());
    let mut proposals = Proposals::new(cursor);
    for field in of_topic(index, topic, path) {
        if written.contains(&field.name.as_str()) {
            continue;
        }
        let value = insert::value(&field.schema, cursor.language, proposals.quote());
        let (detail, docs) = (field.detail(), field.documentation());
        proposals.field(&field.name, CompletionKind::Field, &detail, docs, Some(value));
    }
    Some(proposals.finish())
}

/// The keys of the message itself, in the object or among the keyword arguments in frame `level`.
fn message_keys(cursor: &Cursor<'_>, level: usize) -> Option<Vec<Completion>> {
    let frame = cursor.frames.get(level)?;
    let is_ruby = cursor.language == Language::Ruby;
    if frame.opener != b'{' && !is_ruby {
        return None;
    }
    let written = keys_of(cursor.text, frame.at, cursor.start());
    let mut proposals = Proposals::new(cursor);
    for (key, about, value) in [
        ("topic", "whom it reaches", "'$1'"),
        ("data", "what they are given", "{ $1 }"),
        (
            "messageGroupId",
            "messages of one group come one after the other",
            "'$1'",
        ),
    ] {
        // Ruby's runner drops all but two.
        let is_dropped = is_ruby && key == "messageGroupId";
        if !written.contains(&key) && !is_dropped {
            proposals.key(key, CompletionKind::Key, about, "", Some(value));
        }
    }
    Some(proposals.finish())
}

/// What the subscribers of a topic want at a path of the payload: required is what one of them requires.
pub(in crate::features) fn of_topic(index: &Index, topic: &str, path: &[&str]) -> Vec<Field> {
    let mut all: Vec<Field> = Vec::new();
    for step in index.subscribers(topic) {
        let Some((_, schema)) = index.input_schema(step, topic) else {
            continue;
        };
        for field in fields(&schema.input(), path) {
            match all.iter_mut().find(|known| known.name == field.name) {
                Some(known) => known.required |= field.required,
                None => all.push(field),
            }
        }
    }
    all.sort_by_key(|field| !field.required);
    all
}
