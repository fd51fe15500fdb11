//! Calls on the shared state and on streams.

use serde::{Deserialize, Serialize};

use super::TextFact;
use crate::text::Span;

/// What a call does to shared state or to a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Reads one or many items.
    Read,
    /// Writes or deletes.
    Write,
}

/// One call on `state`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateUse {
    /// The whole call.
    pub span: Span,
    /// The method as written: `get`, `set`, `getGroup`, `get_group`, …
    pub method: String,
    /// What it does.
    pub access: Access,
    /// The group, if the call has a first argument.
    pub group: Option<TextFact>,
    /// The key, if the call has a second argument.
    pub key: Option<TextFact>,
}

/// One use of a stream: `streams.chat.set(…)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamUse {
    /// The whole expression.
    pub span: Span,
    /// The stream's name.
    pub name: TextFact,
    /// The method as written, if one is called.
    pub method: Option<String>,
}
