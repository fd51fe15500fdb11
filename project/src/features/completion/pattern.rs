//! Patterns that take an object apart.

use super::cursor::Cursor;
use super::input::{bindings, value};
use super::unfinished::key_at_end;

/// A pattern that takes an object apart: `const { user: { name } } = input`.
pub(super) struct Pattern<'t> {
    /// The keys from the object to the braces around the cursor.
    pub(super) path: Vec<&'t str>,
    /// The names that these braces have already.
    pub(super) taken: Vec<&'t str>,
    /// What is taken apart.
    pub(super) value: &'t str,
}

impl<'t> Pattern<'t> {
    /// The pattern whose innermost braces are frame `level`.
    pub(super) fn at(cursor: &Cursor<'t>, level: usize) -> Option<Self> {
        let text = cursor.text;
        let inner = cursor.frames.get(level)?.at;
        let mut path = Vec::new();
        let mut outer = level;
        let open = loop {
            let frame = cursor.frames.get(outer).filter(|frame| frame.opener == b'{')?;
            let before = cursor.item_before(outer).trim_end();
            if ["const", "let", "var"].iter().any(|word| before.ends_with(word)) {
                break frame.at;
            }
            path.push(key_at_end(before)?);
            outer = outer.checked_sub(1)?;
        };
        path.reverse();
        let behind = text[closing(text, open)? + 1..].trim_start().strip_prefix('=')?;
        if behind.starts_with(['=', '>']) {
            return None;
        }
        let end = closing(text, inner)?;
        let word = cursor.replace();
        let rest = text.get(word.end as usize..end).unwrap_or("");
        let names = |part| bindings(part).into_iter().map(|(key, _)| key);
        Some(Self {
            path,
            taken: names(&text[inner + 1..cursor.start()])
                .chain(names(rest))
                .collect(),
            value: value(behind.lines().next()?),
        })
    }
}

/// Where the brace closes that opens at a byte.
fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let found = text[open..].char_indices().find(|(_, ch)| {
        match ch {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    found.map(|(at, _)| open + at)
}
