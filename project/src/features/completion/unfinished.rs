//! The topic that is being typed in code that does not parse yet.
//!
//! Without its closing quote or bracket a call is no call to the parser, and this is the moment at which a completion
//! is wanted most. So the text before the cursor is read backwards: the open quote, the key or bracket before it, and
//! the call or list around that. It answers only for files that do not parse, and only inside of an open quote.

use banister_grammars::Span;

use crate::index::Role;

/// The text before the cursor that is looked at: no call or list has its opening further away while it is typed.
const MAX_LOOKBACK: usize = 4000;

/// More brackets than this between the topic and its call are somebody else's.
const MAX_NESTING: usize = 3;

const LISTS: [(&str, Role); 6] = [
    ("subscribes", Role::Subscribes),
    ("emits", Role::Declares),
    ("enqueues", Role::Declares),
    ("virtualEmits", Role::VirtualEmits),
    ("virtualEnqueues", Role::VirtualEmits),
    ("virtualSubscribes", Role::VirtualSubscribes),
];

/// A string that is being typed where a topic belongs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unfinished {
    pub(super) role: Role,
    /// Inside of the quotes, up to where the topic ends.
    pub(super) span: Span,
}

/// The string at `offset`, if a topic belongs there.
pub(super) fn at(text: &str, offset: u32) -> Option<Unfinished> {
    let offset = offset as usize;
    let line = text.get(..offset)?.rfind('\n').map_or(0, |end| end + 1);
    let quote = open_quote(&text[line..offset])? + line;
    let typed = text[offset..]
        .find(|ch: char| !is_topic_char(ch))
        .map_or(text.len(), |end| offset + end);
    let role = role(before(text, quote))?;
    Some(Unfinished {
        role,
        span: Span::new(quote + 1, typed),
    })
}

/// The part of the text that is looked at, cut at a character.
fn before(text: &str, end: usize) -> &str {
    let mut start = end.saturating_sub(MAX_LOOKBACK);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..end]
}

/// Where the string opens that the end of `line` is in.
fn open_quote(line: &str) -> Option<usize> {
    let mut open: Option<(usize, char)> = None;
    let mut escaped = false;
    for (at, ch) in line.char_indices() {
        match open {
            _ if escaped => escaped = false,
            Some(_) if ch == '\\' => escaped = true,
            Some((_, quote)) if ch == quote => open = None,
            None if matches!(ch, '\'' | '"' | '`') => open = Some((at, ch)),
            _ => {}
        }
    }
    open.map(|(at, _)| at)
}

fn role(before: &str) -> Option<Role> {
    let key = key_at_end(before);
    if key == Some("topic") && sends_without_parentheses(before) {
        return Some(Role::Emits);
    }
    let mut rest = before;
    for level in 0..MAX_NESTING {
        let (opener, at) = enclosing(rest)?;
        let outside = rest[..at].trim_end();
        match opener {
            '(' => {
                let callee = callee(outside);
                return match key {
                    Some("topic") if sends(callee) => Some(Role::Emits),
                    // `queue('topic')` of 1.0.
                    None if level == 0 && callee.ends_with("queue") => Some(Role::Subscribes),
                    _ => None,
                };
            }
            '[' => {
                let in_list = key.is_none() && level == 0;
                let in_entry = key == Some("topic") && level == 1;
                let role = role_of_list(key_at_end(outside)?)?;
                return (in_list || in_entry).then_some(role);
            }
            _ => rest = outside,
        }
    }
    None
}

/// What the topics in a list of the config are.
pub(super) fn role_of_list(name: &str) -> Option<Role> {
    let (_, role) = LISTS.iter().find(|(list, _)| *list == name)?;
    Some(*role)
}

/// True if the line that is being typed begins with a call of Ruby without parentheses: `context.emit topic: `.
fn sends_without_parentheses(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or("").trim_start();
    line.split_once(' ')
        .is_some_and(|(callee, _)| sends(callee) && !callee.contains(['(', '{', '\'', '"']))
}

/// The key whose value starts at the end of `text`: `topic: `, `"topic": `, `:topic => `.
pub(super) fn key_at_end(text: &str) -> Option<&str> {
    let text = text.trim_end();
    let key = text
        .strip_suffix("=>")
        .or_else(|| text.strip_suffix(':'))?
        .trim_end();
    let key = key.strip_suffix(['\'', '"']).unwrap_or(key);
    let name = key.rsplit(|ch: char| !ch.is_alphanumeric() && ch != '_').next()?;
    (!name.is_empty()).then_some(name)
}

/// The innermost bracket that is open at the end of `text`.
fn enclosing(text: &str) -> Option<(char, usize)> {
    let mut closed = 0_usize;
    text.char_indices().rev().find_map(|(at, ch)| match ch {
        ')' | ']' | '}' => {
            closed += 1;
            None
        }
        '(' | '[' | '{' if closed > 0 => {
            closed -= 1;
            None
        }
        '(' | '[' | '{' => Some((ch, at)),
        _ => None,
    })
}

/// What is called by a parenthesis after `text`, on the same line.
pub(super) fn callee(text: &str) -> &str {
    text.rsplit(['\n', ';']).next().unwrap_or("").trim()
}

pub(super) fn sends(callee: &str) -> bool {
    let callee = callee
        .strip_suffix(".call")
        .unwrap_or(callee)
        .trim_end_matches([')', ']', '"', '\'']);
    let callee = callee.strip_suffix(" as any").unwrap_or(callee);
    ["emit", "enqueue"].iter().any(|name| callee.ends_with(name))
}

fn is_topic_char(ch: char) -> bool {
    ch.is_alphanumeric() || matches!(ch, '.' | '-' | '_' | ':' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(Role, &str)>) {
        let offset = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let found = at(&text, u32::try_from(offset).unwrap());
        assert_eq!(
            found.map(|found| (found.role, found.span.slice(&text))),
            expected,
            "{text}"
        );
    }

    #[test]
    fn calls_of_every_language_are_recognised() {
        for text in [
            "await emit({ topic: 'or|",
            "await emit({ data: { a: [1, 2] }, topic: 'or|\n}\n",
            "await (emit as any)({ topic: \"or|",
            "  await ctx.emit({'topic': 'or|",
            "  await context[\"emit\"]({\n        \"topic\": \"or|\n\ndef x():",
            "  emit.call(topic: 'or|",
            "  context[:emit].call(topic: 'or|, data: { a: 1 })\nend",
            "  context.emit(:topic => 'or|",
            "  context.emit topic: 'or|",
            "await enqueue({ topic: `or|",
        ] {
            check(text, Some((Role::Emits, "or")));
        }
    }

    #[test]
    fn lists_are_recognised() {
        check(
            "config = {\n  \"subscribes\": [\"a\", \"|",
            Some((Role::Subscribes, "")),
        );
        check(
            "  subscribes: ['or|der.created\n",
            Some((Role::Subscribes, "order.created")),
        );
        check(
            "  emits: [{ topic: 'a' }, { topic: '|",
            Some((Role::Declares, "")),
        );
        check("  :emits => ['|", Some((Role::Declares, "")));
        check("triggers: [queue('|", Some((Role::Subscribes, "")));
        check(
            "  virtualSubscribes: [\n    'a',\n    '|",
            Some((Role::VirtualSubscribes, "")),
        );
    }

    #[test]
    fn other_strings_are_left_alone() {
        for text in [
            "logger.info('or|",
            "await emit({ topic: 'a', data: 'or|",
            "await emit({ topic: 'a' }); x = 'or|",
            "  emits: ['a'],\n  name: 'or|",
            "  flows: ['or|",
            "  emits: ['a|b'], // it's fine",
            "emit({ topic: or|",
            "subscribes: [{ label: '|",
            "'|",
            "|",
        ] {
            let expected = if text.contains("'a|b'") {
                Some((Role::Declares, "ab"))
            } else {
                None
            };
            check(text, expected);
        }
    }

    #[test]
    fn any_offset_of_any_text_has_an_answer() {
        let text = "emit({ topic: 'é😀, [({\"`\\'\n  emits: ['ü";
        for offset in 0..u32::try_from(text.len() + 3).unwrap() {
            let _ = at(text, offset);
        }
    }
}
