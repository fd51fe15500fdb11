//! The config: `type` and what belongs to it become triggers, `emits` becomes `enqueues`.

use banister_grammars::Span;
use banister_grammars::facts::{KeyFact, StepKind, Text};

use super::super::literal::Literals;
use super::{Draft, Refusal};

/// Why comments stand in the way.
const COMMENTS: &str = "a comment stands between the entries of the config";

/// Keys that say the same in both dialects.
const KEPT: [&str; 4] = ["name", "description", "flows", "virtualSubscribes"];
/// Keys that are called otherwise.
const RENAMED: [(&str, &str); 2] = [("emits", "enqueues"), ("virtualEmits", "virtualEnqueues")];
/// Keys that move into the trigger of an HTTP step.
const OF_HTTP: [&str; 6] = [
    "method",
    "path",
    "bodySchema",
    "responseSchema",
    "queryParams",
    "middleware",
];

pub(super) fn rewrite(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.fact.keys_open {
        return Err("the config has entries that are not visible here".into());
    }
    let Some(kind) = draft.step.kind() else {
        return Err("the type of the step is not known".into());
    };
    let moved: &[&str] = match kind {
        StepKind::Event => &["type", "subscribes", "input"],
        StepKind::Api => &[
            "type",
            "method",
            "path",
            "bodySchema",
            "responseSchema",
            "queryParams",
            "middleware",
        ],
        StepKind::Cron => &["type", "cron"],
        StepKind::Noop => &["type"],
        StepKind::State | StepKind::Stream => return Err("the type of the step is not one of 0.x".into()),
    };
    let keys = draft.fact.keys.clone();
    for key in &keys {
        let name = key.name.as_str();
        let is_known =
            moved.contains(&name) || KEPT.contains(&name) || RENAMED.iter().any(|(old, _)| *old == name);
        if !is_known {
            return Err(format!("'{name}' has no counterpart in 1.0"));
        }
        if !contains(draft.fact.span, key.span) || !contains(draft.fact.span, key.value) {
            return Err(format!("'{name}' is written outside of the config"));
        }
        if let Some((_, new)) = RENAMED.iter().find(|(old, _)| *old == name) {
            if key.span == key.value {
                return Err(format!("'{name}' is written without a value"));
            }
            draft.replace(key.span, *new);
        }
    }
    let triggers = triggers(draft, kind, &keys)?;
    move_entries(draft, &keys, moved, &triggers)
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The triggers as they are written, without the brackets.
fn triggers(draft: &Draft<'_>, kind: StepKind, keys: &[KeyFact]) -> Result<Vec<String>, Refusal> {
    let literals = Literals::like(draft.step.language, draft.slice(draft.fact.span));
    let value = |name: &str| {
        let key = keys.iter().find(|key| key.name == name)?;
        Some((name.to_owned(), written(draft, key)))
    };
    let typed = |name: &str| ("type".to_owned(), literals.text(name));
    match kind {
        StepKind::Event => {
            let [trigger] = draft.fact.triggers.as_slice() else {
                return Err("it is not visible what the step takes".into());
            };
            if trigger.topics_open {
                return Err("'subscribes' has entries that are not visible here".into());
            }
            let mut triggers = Vec::new();
            for topic in &trigger.topics {
                let Text::Known(_) = &topic.topic.text else {
                    return Err("a topic in 'subscribes' is not exactly known".into());
                };
                let written = if topic.topic.literal {
                    literals.text(draft.slice(topic.topic.span))
                } else {
                    draft.slice(topic.topic.span).to_owned()
                };
                let mut fields = vec![typed("queue"), ("topic".to_owned(), written)];
                fields.extend(value("input"));
                triggers.push(literals.object(&fields));
            }
            Ok(triggers)
        }
        StepKind::Api => {
            let fields = OF_HTTP.iter().filter_map(|name| value(name));
            let fields: Vec<_> = std::iter::once(typed("http")).chain(fields).collect();
            Ok(vec![literals.object(&fields)])
        }
        StepKind::Cron => {
            let cron = draft
                .fact
                .triggers
                .first()
                .and_then(|trigger| trigger.cron.as_ref());
            let cron = cron
                .filter(|cron| cron.literal)
                .and_then(|cron| cron.text.known());
            let Some(cron) = cron.filter(|cron| cron.split_whitespace().count() == 5) else {
                return Err("the schedule is not five fields, written right here".into());
            };
            // 1.0 counts seconds, first.
            let expression = ("expression".to_owned(), literals.text(&format!("0 {cron}")));
            Ok(vec![literals.object(&[typed("cron"), expression])])
        }
        StepKind::Noop | StepKind::State | StepKind::Stream => Ok(Vec::new()),
    }
}

/// The value of a key as it is written, with its quotes.
fn written(draft: &Draft<'_>, key: &KeyFact) -> String {
    draft.slice(with_quotes(draft, key.value)).to_owned()
}

/// A span with the quotes around it, if there are any.
fn with_quotes(draft: &Draft<'_>, span: Span) -> Span {
    let bytes = draft.text.as_bytes();
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

/// Puts the triggers where the first of the moved keys stands, and takes the others out.
fn move_entries(
    draft: &mut Draft<'_>,
    keys: &[KeyFact],
    moved: &[&str],
    triggers: &[String],
) -> Result<(), Refusal> {
    let literals = Literals::like(draft.step.language, draft.slice(draft.fact.span));
    let entries: Vec<(bool, Span)> = keys
        .iter()
        .map(|key| {
            let start = with_quotes(draft, key.span).start;
            let end = with_quotes(draft, key.value)
                .end
                .max(with_quotes(draft, key.span).end);
            (moved.contains(&key.name.as_str()), Span { start, end })
        })
        .collect();
    let mut first: Option<Span> = None;
    let mut comments = Vec::new();
    let mut removed = Vec::new();
    for (at, (is_moved, entry)) in entries.iter().enumerate() {
        if !is_moved {
            continue;
        }
        if first.is_none() {
            first = Some(*entry);
            continue;
        }
        // With what stands before it: the entry in front always remains, at least as the triggers.
        let Some((is_front_moved, front)) = at.checked_sub(1).and_then(|at| entries.get(at)) else {
            return Err("the config cannot be read".into());
        };
        let gap = Span::new(front.end as usize, entry.start as usize);
        comments.extend(comments_of(draft.slice(gap), *is_front_moved)?);
        removed.push(Span::new(front.end as usize, entry.end as usize));
    }
    let Some(first) = first else {
        return Err("the config has no 'type'".into());
    };
    let before = draft.text.get(..first.start as usize).unwrap_or("");
    let margin = before.rsplit('\n').next().unwrap_or("").to_owned();
    if !comments.is_empty() && !margin.trim().is_empty() {
        return Err(COMMENTS.into());
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

/// The comments between two entries, which go with the second one. What stands in the line of the first one belongs to
/// that: it can go along only if that goes too.
fn comments_of(gap: &str, goes_too: bool) -> Result<Vec<String>, Refusal> {
    let Some(rest) = gap.trim_start().strip_prefix(',') else {
        return Err(COMMENTS.into());
    };
    let mut lines = rest.lines();
    let behind = lines.next().unwrap_or("").trim();
    if !behind.is_empty() && !goes_too {
        return Err(COMMENTS.into());
    }
    let all = std::iter::once(behind).chain(lines.map(str::trim));
    all.filter(|line| !line.is_empty())
        .map(|line| {
            let is_comment = line.starts_with("//") || line.starts_with('#');
            is_comment
                .then(|| line.to_owned())
                .ok_or_else(|| COMMENTS.to_owned())
        })
        .collect()
}
