//! Taking entries out of a config and putting others in, with the comments that belong to them.

use banister_grammars::Span;
use banister_grammars::facts::KeyFact;

use super::super::literal::Literals;
use super::{Draft, Refusal};

/// One entry as it is written, with its quotes.
struct Entry {
    span: Span,
    is_moved: bool,
}

/// What stands between an entry and the next one.
struct Gap {
    /// Just behind the comma, if there is one.
    comma: Option<u32>,
    /// Just behind the comma and the comments in the line of the entry.
    end_of_line: u32,
    /// Comments in the line of the entry in front: they speak of that one.
    behind: Vec<String>,
    /// Comments in lines of their own: they speak of what follows.
    above: Vec<String>,
}

/// Puts the triggers where the first of the moved keys stands, and takes the others out. Comments in the line of an
/// entry and above it speak of that entry: those of what goes stand above the triggers afterwards.
pub(super) fn rewrite(
    draft: &mut Draft<'_>,
    keys: &[KeyFact],
    moved: &[&str],
    triggers: &[String],
) -> Result<(), Refusal> {
    let literals = Literals::like(draft.step.language, draft.slice(draft.fact.span));
    let entries: Vec<Entry> = keys.iter().map(|key| entry(draft, key, moved)).collect();
    let Some(first) = entries.iter().position(|entry| entry.is_moved) else {
        return Err("the config has no 'type'".into());
    };
    let mut comments = Vec::new();
    let mut removed = Vec::new();
    for entry in &entries {
        comments.extend(inside(draft, entry));
    }
    let mut at = first + 1;
    while at < entries.len() {
        let Some(run) = entries[at..].iter().position(|entry| entry.is_moved) else {
            break;
        };
        let start = at + run;
        let length = entries[start..].iter().take_while(|entry| entry.is_moved).count();
        at = start + length;
        removed.push(run_of(draft, &entries, start..at, &mut comments)?);
    }
    let first = entries[first].span;
    let before = draft.text.get(..first.start as usize).unwrap_or("");
    let margin = before.rsplit('\n').next().unwrap_or("").to_owned();
    if !comments.is_empty() && !margin.trim().is_empty() {
        return Err("a comment stands between the entries of the config".into());
    }
    let heads: String = comments
        .iter()
        .map(|comment| format!("{comment}\n{margin}"))
        .collect();
    let list = literals.list(triggers);
    draft.replace(first, heads + &literals.key("triggers") + &list);
    for span in removed {
        draft.replace(span, "");
    }
    Ok(())
}

fn entry(draft: &Draft<'_>, key: &KeyFact, moved: &[&str]) -> Entry {
    let name = with_quotes(draft.text, key.span);
    Entry {
        span: Span {
            start: name.start,
            end: with_quotes(draft.text, key.value).end.max(name.end),
        },
        is_moved: moved.contains(&key.name.as_str()),
    }
}

/// A span with the quotes around it, if there are any.
pub(super) fn with_quotes(text: &str, span: Span) -> Span {
    let bytes = text.as_bytes();
    let before = (span.start as usize).checked_sub(1).and_then(|at| bytes.get(at));
    let after = bytes.get(span.end as usize);
    match (before, after) {
        (Some(open @ (b'\'' | b'"' | b'`')), Some(close)) if open == close => Span {
            start: span.start - 1,
            end: span.end + 1,
        },
        _ => span,
    }
}

/// What goes with a run of moved entries; the comments that speak of them are noted.
fn run_of(
    draft: &Draft<'_>,
    entries: &[Entry],
    run: std::ops::Range<usize>,
    comments: &mut Vec<String>,
) -> Result<Span, Refusal> {
    let mut before = gap(draft, entries, run.start - 1)?;
    // Behind the comma and the comments of what stays in front, or with the comma if nothing follows that needs it.
    let (mut start, is_bare) = (before.end_of_line, before.behind.is_empty());
    for at in run.clone() {
        comments.append(&mut before.above);
        let after = gap(draft, entries, at)?;
        let is_end = at + 1 == run.end;
        if is_end && at + 1 == entries.len() && after.comma.is_none() && is_bare {
            start = entries[run.start - 1].span.end;
        }
        comments.extend(after.behind.iter().cloned());
        if is_end {
            let end = if after.comma.is_some() || !after.behind.is_empty() {
                after.end_of_line
            } else {
                entries[at].span.end
            };
            return Ok(Span { start, end });
        }
        before = after;
    }
    Err("the config cannot be read".into())
}

/// What stands behind the entry at `at`, as far as it is commas and comments.
fn gap(draft: &Draft<'_>, entries: &[Entry], at: usize) -> Result<Gap, Refusal> {
    let start = entries[at].span.end;
    let is_last = at + 1 == entries.len();
    let end = entries
        .get(at + 1)
        .map_or(draft.fact.span.end, |next| next.span.start);
    let text = draft.slice(Span { start, end });
    let mut gap = Gap {
        comma: None,
        end_of_line: start,
        behind: Vec::new(),
        above: Vec::new(),
    };
    let mut in_line = true;
    let mut offset = 0;
    while let Some(c) = text[offset..].chars().next() {
        let here = start + u32::try_from(offset).unwrap_or(0);
        let rest = &text[offset..];
        let length = comment_length(rest);
        if length > 0 {
            let comment = rest[..length].trim_end().to_owned();
            if in_line {
                gap.end_of_line = here + u32::try_from(comment.len()).unwrap_or(0);
                gap.behind.push(comment);
            } else {
                gap.above.push(comment);
            }
            offset += length;
            continue;
        }
        match c {
            '\n' => in_line = false,
            ',' if gap.comma.is_none() => {
                gap.comma = Some(here + 1);
                gap.end_of_line = here + 1;
            }
            c if c.is_whitespace() => {}
            // The end of the config: what stands above that speaks of nothing that goes.
            _ if is_last => break,
            _ => return Err("the config is written in a roundabout way".into()),
        }
        offset += c.len_utf8();
    }
    Ok(gap)
}

/// How long the comment is that a text begins with; nothing if it does not begin with one.
fn comment_length(text: &str) -> usize {
    if text.starts_with("//") || text.starts_with('#') {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return text.find("*/").map_or(text.len(), |end| end + 2);
    }
    0
}

/// The comments inside of an entry of which only parts are kept.
fn inside(draft: &Draft<'_>, entry: &Entry) -> Vec<String> {
    let written = draft.slice(entry.span);
    if !entry.is_moved || !written.trim_start_matches(['\'', '"']).starts_with("subscribes") {
        return Vec::new();
    }
    let mut comments = Vec::new();
    let mut quote = None;
    let mut offset = 0;
    while let Some(c) = written[offset..].chars().next() {
        let length = comment_length(&written[offset..]);
        match quote {
            None if length > 0 => {
                comments.push(written[offset..offset + length].trim_end().to_owned());
                offset += length;
                continue;
            }
            None if matches!(c, '\'' | '"' | '`') => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ => {}
        }
        offset += c.len_utf8();
    }
    comments
}
