//! A call that sends a message, and what is known of the payload.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::TextFact;
use crate::text::Span;

/// One call that sends a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmitSite {
    /// The whole call.
    pub span: Span,
    /// The callee as written: `emit`, `ctx.emit`, `context["emit"]`, `emit.call`.
    pub callee: Span,
    /// The topic; absent if the message has no `topic` key.
    pub topic: Option<TextFact>,
    /// What is known of the payload.
    pub payload: Shape,
    /// The payload as written, absent if there is none.
    pub payload_span: Option<Span>,
    /// True if the call is awaited or its promise is used; Ruby calls are always true.
    pub awaited: bool,
    /// True if the call lies outside the handler, in a helper of the same file.
    pub in_helper: bool,
    /// True if a run of the handler may pass the call over: it lies in a branch, a loop, a callback or a helper, or
    /// behind an early return.
    pub conditional: bool,
    /// Set if the message is sent by a helper in another file that this call hands `emit` or the context to.
    pub through: Option<Through>,
}

/// The helper of another file that sends a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Through {
    /// The file of the helper.
    pub file: String,
    /// The topic there.
    pub span: Span,
    /// True if the helper sends the message however it is called.
    pub always: bool,
}

/// What is known of a value that is handed on: a payload or a part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A literal or a value of a known JSON type: `string`, `number`, `integer`, `boolean`, `null`, `array`, `object`.
    Type(String),
    /// A literal.
    Literal(Json),
    /// An object with these fields; `open` if it may have more (a spread of something unknown).
    Object {
        /// The visible fields, in source order.
        fields: Vec<FieldShape>,
        /// True if it may have more fields.
        open: bool,
    },
    /// A list of values.
    Array(Vec<Shape>),
    /// Read from the handler's input at this path: `input.user.id` is `["user", "id"]`; the whole input is `[]`.
    /// For an API step the path starts at the body.
    Input(Vec<String>),
    /// Not known.
    Unknown,
}

/// One field of an object shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldShape {
    /// The key.
    pub name: String,
    /// The key as written.
    pub span: Span,
    /// What is known of the value.
    pub value: Shape,
}
