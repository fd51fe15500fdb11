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
    /// The callee as written: `state.get`, `context.state.get`.
    pub callee: Span,
    /// The method as written: `get`, `set`, `getGroup`, `get_group`, …
    pub method: String,
    /// What it does.
    pub access: Access,
    /// The group, if the call has a first argument.
    pub group: Option<TextFact>,
    /// The key, if the call has a second argument.
    pub key: Option<TextFact>,
    /// How many arguments the call has; absent if a spread hides some.
    pub arguments: Option<usize>,
    /// True if the call is awaited or its promise is used; Ruby calls are always true.
    pub awaited: bool,
    /// True if only a name such as `context` says that this is the framework's state.
    pub by_name: bool,
}

/// One use of a stream: `streams.chat.set(…)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamUse {
    /// The whole expression.
    pub span: Span,
    /// The stream's name. Where the stream has a name of its own (`const chat = streams.chat`), the span is that name.
    pub name: TextFact,
    /// The method as written, if one is called.
    pub method: Option<String>,
    /// How many arguments that call has; absent if a spread hides some, and without a call.
    pub arguments: Option<usize>,
    /// True if that call is awaited or its promise is used; Ruby calls are always true.
    pub awaited: bool,
    /// True if the stream was looked up elsewhere in this file and is called by a name of its own here.
    pub aliased: bool,
    /// True if only a name such as `context` says that these are the framework's streams.
    pub by_name: bool,
    /// True if the file asks somewhere whether there is such a stream: `if (streams.chat)`, `streams.chat?.set(…)`.
    pub tested: bool,
}
