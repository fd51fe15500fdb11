//! The keys that each config may have, by kind and generation, for the rules that look at them.

use banister_grammars::Language;
use banister_grammars::facts::{ConfigEntry, ConfigKind, ConfigValue, Dialect, StepKind};

use crate::project::Step;

/// An object of a config that is wholly visible and whose keys are known to the framework.
pub(super) struct Object<'f> {
    /// What it is, in words: "an api step".
    pub(super) what: &'static str,
    /// Its keys as written.
    pub(super) entries: &'f [ConfigEntry],
    /// The keys that the framework knows.
    pub(super) known: Vec<&'static str>,
    /// True if the framework refuses a config with any other key; else it passes over it.
    pub(super) is_strict: bool,
}

const COMMON: [&str; 7] = [
    "type",
    "name",
    "description",
    "virtualEmits",
    "virtualSubscribes",
    "flows",
    "includeFiles",
];
const API: [&str; 7] = [
    "emits",
    "path",
    "method",
    "bodySchema",
    "responseSchema",
    "queryParams",
    "middleware",
];
const EVENT: [&str; 4] = ["emits", "subscribes", "input", "infrastructure"];
const CRON: [&str; 2] = ["emits", "cron"];

/// The keys of an entry of `emits` in its object form.
pub(crate) const EMIT_ENTRY: [&str; 3] = ["topic", "label", "conditional"];

/// The keys of a stream's config.
pub(crate) const STREAM: [&str; 3] = ["name", "schema", "baseConfig"];

/// The keys of the config of a step; without a known kind, all of them.
pub(crate) fn of_step(dialect: Dialect, kind: Option<StepKind>) -> Vec<&'static str> {
    if dialect == Dialect::V1 {
        return NEWER.to_vec();
    }
    let own = match kind.and_then(of_kind) {
        Some((_, own)) => own.to_vec(),
        None => {
            let mut all = [&API[..], &EVENT, &CRON].concat();
            let mut seen = std::collections::BTreeSet::new();
            all.retain(|key| seen.insert(*key));
            all
        }
    };
    COMMON.iter().chain(&own).copied().collect()
}

/// The keys of a trigger of 1.0, by its `type` or the name of its factory; only `type` while that is open.
pub(crate) fn of_trigger(kind: Option<&str>) -> Option<Vec<&'static str>> {
    let Some(kind) = kind else {
        return Some(vec!["type", "condition"]);
    };
    let (_, own) = trigger_keys(kind)?;
    Some(["type", "condition"].iter().chain(own).copied().collect())
}

/// Of 1.0. Its release candidates took `emits` and `virtualEmits` too.
const NEWER: [&str; 11] = [
    "name",
    "description",
    "triggers",
    "enqueues",
    "virtualEnqueues",
    "virtualSubscribes",
    "flows",
    "includeFiles",
    "infrastructure",
    "emits",
    "virtualEmits",
];

/// Spellings of Python that stand for a key: of the documents in 0.x, of the library in 1.0.
const SNAKE: [(&str, &str); 11] = [
    ("body_schema", "bodySchema"),
    ("response_schema", "responseSchema"),
    ("query_params", "queryParams"),
    ("virtual_emits", "virtualEmits"),
    ("virtual_subscribes", "virtualSubscribes"),
    ("virtual_enqueues", "virtualEnqueues"),
    ("include_files", "includeFiles"),
    ("base_config", "baseConfig"),
    ("stream_name", "streamName"),
    ("group_id", "groupId"),
    ("item_id", "itemId"),
];

/// The key that a Python spelling stands for.
pub(crate) fn camel_case(language: Language, key: &str) -> Option<&'static str> {
    let (_, camel) = SNAKE.iter().find(|(snake, _)| *snake == key)?;
    (language == Language::Python).then_some(camel)
}

/// Keys that documents show and no release knows: a hint tells so.
pub(super) fn is_documented_only(key: &str) -> bool {
    matches!(key, "websocket" | "ttl" | "maxItems")
}

/// The objects of a step's config whose keys are known.
pub(super) fn objects(step: &Step) -> Vec<Object<'_>> {
    let (Some(fact), Some(config)) = (step.fact(), &step.source.facts.config) else {
        return Vec::new();
    };
    if config.open || fact.keys_open {
        return Vec::new();
    }
    let mut objects = Vec::new();
    if fact.dialect == Dialect::V1 {
        objects.push(Object {
            what: "a step of framework 1.0",
            entries: &config.entries,
            known: NEWER.to_vec(),
            is_strict: false,
        });
        let triggers = config.get("triggers").map(|triggers| triggers.value.items());
        objects.extend(triggers.unwrap_or_default().iter().filter_map(trigger));
    } else if let Some((what, own)) = step.kind().and_then(of_kind) {
        objects.push(Object {
            what,
            entries: &config.entries,
            known: COMMON.into_iter().chain(own.iter().copied()).collect(),
            is_strict: true,
        });
    }
    let entries = config.entries.as_slice();
    for list in ["emits", "virtualEmits", "virtual_emits"] {
        let items = entries.iter().filter(|entry| entry.key == list);
        for item in items.flat_map(|entry| entry.value.items()) {
            if let ConfigKind::Object { entries, open: false } = &item.kind
                && fact.dialect == Dialect::V0
            {
                objects.push(Object {
                    what: "an entry of `emits`",
                    entries,
                    known: EMIT_ENTRY.to_vec(),
                    is_strict: true,
                });
            }
        }
    }
    objects
}

/// The words for a kind and its own keys.
fn of_kind(kind: StepKind) -> Option<(&'static str, &'static [&'static str])> {
    match kind {
        StepKind::Api => Some(("an api step", &API)),
        StepKind::Event => Some(("an event step", &EVENT)),
        StepKind::Cron => Some(("a cron step", &CRON)),
        StepKind::Noop => Some(("a noop", &[])),
        StepKind::State | StepKind::Stream => None,
    }
}

/// A trigger of 1.0: an object with `type`, or the options of a factory.
fn trigger(value: &ConfigValue) -> Option<Object<'_>> {
    let (kind, options) = match &value.kind {
        ConfigKind::Object { .. } => (value.get("type")?.value.text()?, value),
        ConfigKind::Call { name, args } => {
            let options = args
                .iter()
                .rev()
                .find(|arg| matches!(arg.kind, ConfigKind::Object { .. }))?;
            (name.as_str(), options)
        }
        _ => return None,
    };
    let ConfigKind::Object { entries, open: false } = &options.kind else {
        return None;
    };
    let (what, own) = trigger_keys(kind)?;
    Some(Object {
        what,
        entries,
        known: ["type", "condition"]
            .into_iter()
            .chain(own.iter().copied())
            .collect(),
        is_strict: false,
    })
}

/// The words for a trigger of 1.0 and its own keys.
fn trigger_keys(kind: &str) -> Option<(&'static str, &'static [&'static str])> {
    Some(match kind {
        "http" | "api" => (
            "an http trigger",
            &[
                "path",
                "method",
                "bodySchema",
                "responseSchema",
                "queryParams",
                "middleware",
            ],
        ),
        "queue" | "event" => ("a queue trigger", &["topic", "input", "config", "infrastructure"]),
        "cron" => ("a cron trigger", &["expression", "cron"]),
        "state" => ("a state trigger", &[]),
        "stream" => ("a stream trigger", &["streamName", "groupId", "itemId"]),
        _ => return None,
    })
}
