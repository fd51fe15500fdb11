//! What a handler reads off what it is given, and what it answers.

use serde::{Deserialize, Serialize};

use super::Shape;
use crate::text::Span;

/// A key that is read off an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRead {
    /// The key.
    pub key: String,
    /// The key as written, inside of its quotes if it has any.
    pub span: Span,
    /// How it is written.
    pub form: ReadForm,
    /// True if the code shows that the key may be absent: it is tested, has a default or a fallback.
    pub guarded: bool,
}

/// How a key is written where it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadForm {
    /// `x.key`, or `{ key: name } = x`.
    Name,
    /// `x['key']`, `x.get("key")`.
    Text,
    /// `{ key } = x`: the key is the local name too.
    Shorthand,
}

/// A literal answer of an HTTP step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResponseFact {
    /// The answer as written.
    pub span: Span,
    /// The statuses that it may have, as far as they are literals.
    pub statuses: Vec<StatusFact>,
    /// True if it may have others.
    pub statuses_open: bool,
    /// What is known of its body.
    pub body: Shape,
    /// The body as written.
    pub body_span: Option<Span>,
}

/// A literal status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusFact {
    /// `404`.
    pub code: u16,
    /// As written.
    pub span: Span,
}
