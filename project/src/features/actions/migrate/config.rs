//! The config: `type` and what belongs to it become triggers, `emits` becomes `enqueues`.

use banister_grammars::Span;
use banister_grammars::facts::{KeyFact, StepKind, Text};

use super::super::literal::Literals;
use super::{Draft, Refusal, entries};

/// Keys that say the same in both dialects.
const KEPT: [&str; 5] = [
    "name",
    "description",
    "flows",
    "virtualSubscribes",
    "includeFiles",
];
/// Keys that are called otherwise.
const RENAMED: [(&str, &str); 2] = [("emits", "enqueues"), ("virtualEmits", "virtualEnqueues")];
/// How the models of 1.0 in Python spell the keys that 0.x spells alike in every language.
const IN_PYTHON: [(&str, &str); 6] = [
    ("virtualEnqueues", "virtual_enqueues"),
    ("virtualSubscribes", "virtual_subscribes"),
    ("includeFiles", "include_files"),
    ("bodySchema", "body_schema"),
    ("responseSchema", "response_schema"),
    ("queryParams", "query_params"),
];
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
        if name == "middleware"
            && written(draft, key)
                .chars()
                .any(|c| !matches!(c, '[' | ']') && !c.is_whitespace())
        {
            return Err("'middleware' is handed another request in 1.0".into());
        }
        let renamed = RENAMED.iter().find(|(old, _)| *old == name);
        let new = spelled(draft, renamed.map_or(name, |(_, new)| new));
        if new != name && !moved.contains(&name) {
            if key.span == key.value {
                return Err(format!("'{name}' is written without a value"));
            }
            draft.replace(key.span, new);
        }
    }
    let triggers = triggers(draft, kind, &keys)?;
    entries::rewrite(draft, &keys, moved, &triggers)
}

/// A key of 1.0 as the language of the step spells it.
fn spelled<'k>(draft: &Draft<'_>, key: &'k str) -> &'k str {
    let in_python = IN_PYTHON
        .iter()
        .find(|(other, _)| draft.is_python() && *other == key);
    in_python.map_or(key, |(_, python)| python)
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The triggers as they are written, without the brackets.
fn triggers(draft: &Draft<'_>, kind: StepKind, keys: &[KeyFact]) -> Result<Vec<String>, Refusal> {
    let literals = Literals::like(draft.step.language, draft.slice(draft.fact.span));
    let value = |name: &str| {
        let key = keys.iter().find(|key| key.name == name)?;
        Some((spelled(draft, name).to_owned(), written(draft, key)))
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
    draft
        .slice(entries::with_quotes(draft.text, key.value))
        .to_owned()
}
