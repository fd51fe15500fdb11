//! `banister-ignore` in comments. The grammars of all languages call a comment `comment`, so one walk serves them all.

use std::ops::Range;

use tree_sitter::{Node, Tree};

use crate::facts::{IgnoreFact, IgnoreScope, IgnoredRule};
use crate::text::Span;

/// What opens a directive.
pub const MARK: &str = "banister-ignore";
const WHOLE_FILE: &str = "-file";

/// The directives of a text, in source order. A text without the word costs one search.
pub(super) fn ignores(tree: &Tree, text: &str) -> Vec<IgnoreFact> {
    text.match_indices(MARK)
        .filter_map(|(at, _)| ignore(comment_at(tree, at)?, at, text))
        .collect()
}

fn comment_at(tree: &Tree, at: usize) -> Option<Node<'_>> {
    let mut node = tree.root_node().descendant_for_byte_range(at, at + 1)?;
    // Some grammars give the text of a comment a node of its own.
    loop {
        if node.kind() == "comment" {
            return Some(node);
        }
        node = node.parent()?;
    }
}

fn ignore(comment: Node<'_>, at: usize, text: &str) -> Option<IgnoreFact> {
    let place = comment.start_byte()..comment.end_byte();
    directive(text, place, at, || next_code_line(comment, text))
}

/// The directive at byte `at`, where the text says `banister-ignore`, in the comment at `comment`. `next_line` finds
/// what a comment on a line of its own speaks of. For texts that are read without a tree.
pub fn directive(
    text: &str,
    comment: Range<usize>,
    at: usize,
    next_line: impl FnOnce() -> IgnoreScope,
) -> Option<IgnoreFact> {
    let (start, end) = (comment.start, comment.end);
    // A sentence that mentions the word is no directive: it opens a comment, or a line of one.
    let before = text.get(start..at)?.rsplit('\n').next()?;
    let opens = before
        .trim_end()
        .chars()
        .next_back()
        .is_none_or(|last| matches!(last, '/' | '*' | '#' | '!'));
    let mut rest = text.get(at + MARK.len()..end)?.lines().next().unwrap_or("");
    if let Some(body) = rest.strip_suffix("*/") {
        rest = body;
    }
    let whole_file = rest.strip_prefix(WHOLE_FILE);
    let named = whole_file.unwrap_or(rest);
    let stands_alone = named
        .chars()
        .next()
        .is_none_or(|next| next.is_whitespace() || next == ':');
    if !opens || !stands_alone {
        return None;
    }
    let from = at + MARK.len() + (rest.len() - named.len());
    let (rules, explained) = rules_and_reason(named, from);
    let frame = Frame::of(text, start, end);
    let is_all = text
        .get(start..at)
        .is_some_and(|marks| !marks.contains(char::is_alphanumeric))
        && text
            .get(at + MARK.len() + rest.len()..end)
            .is_some_and(|marks| !marks.contains(char::is_alphanumeric));
    let scope = match whole_file {
        Some(_) => IgnoreScope::File,
        None if frame.alone => next_line(),
        None => IgnoreScope::Line(line_around(text, start)),
    };
    Some(IgnoreFact {
        span: Span::new(at, from + named.trim_end().len()),
        removal: frame.removal.filter(|_| is_all),
        scope,
        rules,
        explained,
    })
}

/// `rule, other-rule: reason`; `from` is where the text begins in the file.
fn rules_and_reason(text: &str, from: usize) -> (Vec<IgnoredRule>, bool) {
    let mut rules = Vec::new();
    let mut at = 0;
    loop {
        at += blanks(text, at);
        let name: &str = text
            .get(at..)
            .unwrap_or("")
            .split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'))
            .next()
            .unwrap_or("");
        if !name.is_empty() {
            rules.push(IgnoredRule {
                name: name.to_owned(),
                span: Span::new(from + at, from + at + name.len()),
            });
        }
        at += name.len();
        at += blanks(text, at);
        match text.get(at..).and_then(|rest| rest.chars().next()) {
            Some(',') => at += 1,
            Some(':') => {
                let reason = text.get(at + 1..).unwrap_or("");
                return (rules, reason.contains(char::is_alphanumeric));
            }
            _ => return (rules, false),
        }
    }
}

fn blanks(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or("");
    rest.len() - rest.trim_start().len()
}

/// How a comment sits in its lines.
struct Frame {
    alone: bool,
    removal: Option<Span>,
}

impl Frame {
    fn of(text: &str, start: usize, end: usize) -> Self {
        let line_start = line_around(text, start).start as usize;
        let line_end = line_around(text, end).end as usize;
        let before = text.get(line_start..start).unwrap_or("");
        let after = text.get(end..line_end).unwrap_or("");
        let alone = before.trim().is_empty() && after.trim().is_empty();
        let removal = if alone {
            let rest = text.get(line_end..).unwrap_or("");
            let line_break = ["\r\n", "\n", "\r"]
                .iter()
                .find(|ending| rest.starts_with(**ending));
            Some(Span::new(
                line_start,
                line_end + line_break.map_or(0, |ending| ending.len()),
            ))
        } else if after.trim().is_empty() {
            Some(Span::new(line_start + before.trim_end().len(), line_end))
        } else if before.is_empty() || before.ends_with(char::is_whitespace) {
            Some(Span::new(start, end + blanks(after, 0)))
        } else {
            // Without a blank the words around the comment would become one.
            after
                .starts_with(char::is_whitespace)
                .then(|| Span::new(start, end))
        };
        Self { alone, removal }
    }
}

/// The line that byte `at` stands on, without its end.
pub fn line_around(text: &str, at: usize) -> Span {
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let bytes = text.as_bytes();
    let start = bytes[..at].iter().rposition(is_end).map_or(0, |end| end + 1);
    let end = bytes[at..]
        .iter()
        .position(is_end)
        .map_or(bytes.len(), |end| at + end);
    Span::new(start, end)
}

/// The first line behind `comment` that begins with anything but a comment.
fn next_code_line(comment: Node<'_>, text: &str) -> IgnoreScope {
    let mut root = comment;
    while let Some(parent) = root.parent() {
        root = parent;
    }
    let mut at = comment.end_byte();
    loop {
        at += blanks(text, at);
        if at >= text.len() {
            return IgnoreScope::Nothing;
        }
        let found = root.descendant_for_byte_range(at, at + 1);
        match found.filter(|node| node.kind() == "comment" && node.end_byte() > at) {
            Some(other) => at = other.end_byte(),
            None => return IgnoreScope::Line(line_around(text, at)),
        }
    }
}
