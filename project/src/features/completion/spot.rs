//! What may stand at the cursor, by the brackets around it: a value, an item, an argument, a key or a member.

use banister_grammars::Language;

use super::cursor::{Cursor, Frame};
use super::unfinished::{callee, key_at_end};

/// The grammatical place of the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spot<'t> {
    /// A text, quoted or still without its quotes, as the value of a key of the object in frame `level`.
    Value { key: &'t str, level: usize },
    /// A text as an item of the list in frame `level`.
    Item { level: usize },
    /// A text as an argument of a call.
    Argument { callee: &'t str, number: usize },
    /// A key of the object in frame `level`.
    Key { level: usize },
    /// A name behind a dot, of the expression that `receiver` ends with.
    Member { receiver: &'t str },
    /// A key in brackets behind the expression that `receiver` ends with.
    Subscript { receiver: &'t str },
}

/// Where an object stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Home<'t> {
    /// What holds the outermost object.
    pub(super) root: Root<'t>,
    /// The keys from there to the object; `[]` for an item of a list.
    pub(super) path: Vec<&'t str>,
    /// The frame of the outermost object.
    pub(super) level: usize,
}

/// What holds an object.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Root<'t> {
    /// The `config` of a step or stream.
    Config,
    /// An argument of a call.
    Call(&'t str),
}

/// What may stand at the cursor, the likeliest first.
pub(super) fn spots<'t>(cursor: &Cursor<'t>) -> Vec<Spot<'t>> {
    let first = spot(cursor);
    // `get(`: a text as well as a keyword.
    let second = match (&first, cursor.frames.last()) {
        (Some(Spot::Key { .. }), Some(frame)) if frame.opener == b'(' => Some(Spot::Argument {
            callee: callee_of(cursor, frame),
            number: frame.number,
        }),
        _ => None,
    };
    first.into_iter().chain(second).collect()
}

/// True where a text needs quotes that are not there yet: not inside of quotes, behind a dot or in a symbol.
pub(super) fn is_bare(cursor: &Cursor<'_>) -> bool {
    let before = cursor.before().trim();
    cursor.quote.is_none() && before != ":" && !before.ends_with('.')
}

fn spot<'t>(cursor: &Cursor<'t>) -> Option<Spot<'t>> {
    let start = cursor.start();
    let in_string = cursor.quote.is_some();
    let ahead = &cursor.text[..start];
    if !in_string && let Some(receiver) = member_of(ahead) {
        return Some(Spot::Member { receiver });
    }
    let level = cursor.frames.len().checked_sub(1)?;
    let frame = cursor.frames.get(level)?;
    let before = cursor.before().trim();
    let symbol = !in_string && before == ":";
    match frame.opener {
        b'[' if before.is_empty() || symbol => {
            let outside = cursor.outside(frame);
            if is_receiver(outside) {
                return Some(Spot::Subscript { receiver: outside });
            }
            Some(Spot::Item { level })
        }
        b'{' if before.is_empty() => Some(Spot::Key { level }),
        b'(' if before.is_empty() && in_string => Some(Spot::Argument {
            callee: callee_of(cursor, frame),
            number: frame.number,
        }),
        b'(' if before.is_empty() => Some(Spot::Key { level }),
        b'(' if symbol => Some(Spot::Argument {
            callee: callee_of(cursor, frame),
            number: frame.number,
        }),
        b'{' | b'(' => Some(Spot::Value {
            key: key_at_end(before)?,
            level,
        }),
        _ => None,
    }
}

/// The home of the object in frame `level`, or of the call whose keyword arguments it holds.
pub(super) fn home<'t>(cursor: &Cursor<'t>, level: usize) -> Option<Home<'t>> {
    let mut path = Vec::new();
    let mut level = level;
    loop {
        let frame = cursor.frames.get(level)?;
        if frame.opener == b'(' {
            path.reverse();
            let root = Root::Call(callee_of(cursor, frame));
            return Some(Home { root, path, level });
        }
        let before = cursor.item_before(level).trim();
        if frame.opener == b'{' && is_config(cursor.outside(frame)) {
            path.reverse();
            let root = Root::Config;
            return Some(Home { root, path, level });
        }
        if let Some((callee, key)) = command_call(cursor, level) {
            path.push(key);
            path.reverse();
            let root = Root::Call(callee);
            return Some(Home { root, path, level });
        }
        match cursor.frames.get(level.checked_sub(1)?)?.opener {
            b'[' if before.is_empty() => path.push("[]"),
            b'(' if before.is_empty() => {}
            _ => path.push(key_at_end(before)?),
        }
        level -= 1;
    }
}

/// The method and the keyword of a bracket among the arguments of a call of Ruby without parentheses.
fn command_call<'t>(cursor: &Cursor<'t>, level: usize) -> Option<(&'t str, &'t str)> {
    if cursor.language != Language::Ruby || level > 0 {
        return None;
    }
    let before = cursor.item_before(level).trim();
    let (callee, arguments) = before.split_once(' ')?;
    let is_method = callee
        .chars()
        .all(|ch| ch.is_alphanumeric() || "._[]:".contains(ch));
    is_method.then_some(())?;
    Some((callee, key_at_end(arguments)?))
}

/// What is called by the parenthesis of a frame.
pub(super) fn callee_of<'t>(cursor: &Cursor<'t>, frame: &Frame) -> &'t str {
    callee(without_types(cursor.outside(frame).trim_end()))
}

/// `state.get` of `state.get<Order[]>`.
fn without_types(text: &str) -> &str {
    if !text.ends_with('>') || text.ends_with("=>") {
        return text;
    }
    let mut depth = 0_usize;
    let opener = text.char_indices().rev().find(|(_, ch)| {
        match ch {
            '>' => depth += 1,
            '<' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    opener.map_or(text, |(at, _)| &text[..at])
}

/// The expression before the dot that `text` ends with.
fn member_of(text: &str) -> Option<&str> {
    let receiver = text.strip_suffix('.')?;
    let receiver = receiver.strip_suffix(['?', '&']).unwrap_or(receiver);
    is_receiver(receiver).then_some(receiver)
}

fn is_receiver(text: &str) -> bool {
    let text = text.strip_suffix("?.").unwrap_or(text);
    let text = text.strip_suffix('!').unwrap_or(text);
    text.ends_with(|ch: char| ch.is_alphanumeric() || matches!(ch, '_' | '$' | ')' | ']'))
}

/// True if an object behind `text` is the config of a step or stream.
fn is_config(text: &str) -> bool {
    let text = text.trim_end();
    let text = text.strip_suffix("return").unwrap_or(text).trim_end();
    let line = text.rsplit(['\n', ';']).next().unwrap_or("");
    let words = || line.split(|ch: char| !ch.is_alphanumeric() && ch != '_');
    if let Some(head) = line.strip_suffix('=') {
        let name = head.split(':').next().unwrap_or(head);
        return name
            .split(|ch: char| !ch.is_alphanumeric() && ch != '_')
            .any(|word| word == "config");
    }
    let is_method = || line.trim_start().starts_with("def ") && words().any(|word| word == "config");
    let is_exported = || {
        line.trim_end()
            .strip_suffix(':')
            .is_some_and(|key| key.trim() == "config")
    };
    is_method() || is_exported()
}

/// The keys that are written in an object from its bracket on, until it ends or the text makes no sense.
pub(super) fn keys_of(text: &str, open: usize, skip: usize) -> Vec<&str> {
    let mut keys = Vec::new();
    let mut depth = 0_usize;
    let mut item = open + 1;
    let mut quote: Option<char> = None;
    let mut is_named = false;
    for (at, ch) in text.get(open + 1..).unwrap_or("").char_indices() {
        let at = open + 1 + at;
        match (quote, ch) {
            (Some(open), _) if ch == open || ch == '\n' => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(ch),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') if depth == 0 => break,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => (item, is_named) = (at + 1, false),
            (None, ':' | '>') if depth == 0 && !is_named && !(item..=at).contains(&skip) => {
                let key = key_at_end(&text[item..=at]);
                is_named = key.is_some();
                keys.extend(key);
            }
            _ => {}
        }
    }
    keys
}
