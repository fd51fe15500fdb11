//! What the values of a config have to be, for the rule that checks them.

use banister_grammars::facts::{ConfigKind, ConfigValue};

/// What the framework wants of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Text,
    Number,
    /// A list of texts.
    Texts,
    /// A list of topics: texts, or objects with `topic`.
    Topics,
    /// A list of objects.
    Objects,
    List,
    Object,
}

impl Wanted {
    pub(super) fn words(self) -> &'static str {
        match self {
            Wanted::Text => "a text",
            Wanted::Number => "a number",
            Wanted::Texts => "a list of texts",
            Wanted::Topics => "a list of topics",
            Wanted::Objects => "a list of objects",
            Wanted::List => "a list",
            Wanted::Object => "an object",
        }
    }

    /// True if the framework wants a list.
    pub(super) fn is_list(self) -> bool {
        matches!(
            self,
            Wanted::Texts | Wanted::Topics | Wanted::Objects | Wanted::List
        )
    }

    /// False if `value` is surely something else. Its items are not looked at.
    pub(super) fn may_be(self, value: &ConfigValue) -> bool {
        match value.kind {
            ConfigKind::Text { .. } => self == Wanted::Text,
            ConfigKind::Number(_) => self == Wanted::Number,
            ConfigKind::List { .. } => self.is_list(),
            ConfigKind::Object { .. } => self == Wanted::Object,
            ConfigKind::Bool(_) | ConfigKind::Null => false,
            // A function vanishes on its way to the check, as if the key were absent.
            ConfigKind::Code | ConfigKind::Call { .. } | ConfigKind::Unbound(_) | ConfigKind::Unknown => true,
        }
    }
}

/// What a value is, in words.
pub(super) fn words(value: &ConfigValue) -> &'static str {
    match value.kind {
        ConfigKind::Text { .. } => "a text",
        ConfigKind::Number(_) => "a number",
        ConfigKind::Bool(_) => "a truth value",
        ConfigKind::Null => "null",
        ConfigKind::List { .. } => "a list",
        ConfigKind::Object { .. } => "an object",
        ConfigKind::Code | ConfigKind::Call { .. } | ConfigKind::Unbound(_) | ConfigKind::Unknown => {
            "something else"
        }
    }
}

/// The keys of a step's config and what they have to be (framework 0.x).
pub(super) const OLDER: [(&str, Wanted); 14] = [
    ("name", Wanted::Text),
    ("type", Wanted::Text),
    ("description", Wanted::Text),
    ("path", Wanted::Text),
    ("method", Wanted::Text),
    ("cron", Wanted::Text),
    ("emits", Wanted::Topics),
    ("virtualEmits", Wanted::Topics),
    ("subscribes", Wanted::Texts),
    ("virtualSubscribes", Wanted::Texts),
    ("flows", Wanted::Texts),
    ("includeFiles", Wanted::Texts),
    ("queryParams", Wanted::Objects),
    ("infrastructure", Wanted::Object),
];

/// The same of 1.0.
pub(super) const NEWER: [(&str, Wanted); 6] = [
    ("name", Wanted::Text),
    ("description", Wanted::Text),
    ("triggers", Wanted::List),
    ("enqueues", Wanted::Topics),
    ("virtualEnqueues", Wanted::Topics),
    ("flows", Wanted::Texts),
];

/// The keys of a trigger of 1.0.
pub(super) const TRIGGER: [(&str, Wanted); 6] = [
    ("type", Wanted::Text),
    ("topic", Wanted::Text),
    ("path", Wanted::Text),
    ("method", Wanted::Text),
    ("expression", Wanted::Text),
    ("streamName", Wanted::Text),
];
