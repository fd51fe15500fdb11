//! What the config object of a step or stream says, key by key: literal values with the place of every part.

use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::text::Span;

/// The config object as far as this file shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfigFact {
    /// The object, braces included.
    pub span: Span,
    /// Its keys in source order, those of same-file spreads included.
    pub entries: Vec<ConfigEntry>,
    /// True if there may be other keys, or other values than these: a spread of something out of sight, a computed
    /// key, a change after the definition.
    pub open: bool,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfigEntry {
    /// The key's name.
    pub key: String,
    /// The key as written (inside of its quotes if it has any).
    pub span: Span,
    /// The value.
    pub value: ConfigValue,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfigValue {
    /// Inside of the quotes for a plain string, else the whole expression where the config names it.
    pub span: Span,
    /// What it is.
    pub kind: ConfigKind,
}

/// What is known of a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigKind {
    /// A text; `literal` if it is written here as a plain string, so that it can be edited in place.
    Text {
        /// The text.
        value: String,
        /// Written here in quotes.
        literal: bool,
    },
    /// A number.
    Number(Number),
    /// `true` or `false`.
    Bool(bool),
    /// `null`, `None` or `nil`.
    Null,
    /// A list; `open` if it also holds items that are not visible.
    List {
        /// The visible items.
        items: Vec<ConfigValue>,
        /// True if there may be more.
        open: bool,
    },
    /// An object; `open` as in [`ConfigFact::open`].
    Object {
        /// The visible keys.
        entries: Vec<ConfigEntry>,
        /// True if there may be more.
        open: bool,
    },
    /// What JSON cannot carry, so that the key is as good as absent: a function, a class, `undefined`.
    Code,
    /// A call of a plain name: `http('POST', '/orders', { … })`.
    Call {
        /// The name of the function.
        name: String,
        /// The arguments; keyword arguments come last, as one object.
        args: Vec<ConfigValue>,
    },
    /// A name that nothing in the file binds.
    Unbound(String),
    /// Anything else.
    Unknown,
}

impl ConfigFact {
    /// The value of a key; the last that is written wins, as at run time.
    pub fn get(&self, key: &str) -> Option<&ConfigEntry> {
        entry(&self.entries, key)
    }
}

impl ConfigValue {
    /// The text, if it is one that is exactly known.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            ConfigKind::Text { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The number, if it is a literal one.
    pub fn number(&self) -> Option<f64> {
        match &self.kind {
            ConfigKind::Number(number) => number.as_f64(),
            _ => None,
        }
    }

    /// The visible keys of an object.
    pub fn entries(&self) -> &[ConfigEntry] {
        match &self.kind {
            ConfigKind::Object { entries, .. } => entries,
            _ => &[],
        }
    }

    /// The visible items of a list.
    pub fn items(&self) -> &[ConfigValue] {
        match &self.kind {
            ConfigKind::List { items, .. } => items,
            _ => &[],
        }
    }

    /// The value of a key of an object that is wholly visible.
    pub fn get(&self, key: &str) -> Option<&ConfigEntry> {
        match &self.kind {
            ConfigKind::Object { entries, open: false } => entry(entries, key),
            _ => None,
        }
    }
}

fn entry<'e>(entries: &'e [ConfigEntry], key: &str) -> Option<&'e ConfigEntry> {
    entries.iter().rev().find(|entry| entry.key == key)
}
