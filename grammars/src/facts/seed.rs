//! Forms of code that documents of the framework show and that no 0.x release knows.

use serde::{Deserialize, Serialize};

use crate::text::Span;

/// A place that uses such a form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SeedUse {
    /// The place: the key, the member, the argument.
    pub span: Span,
    /// Which form.
    pub form: SeedForm,
    /// The name that is asked for: `emit` of `context["emit"]`.
    pub name: String,
}

/// A documented form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeedForm {
    /// `context["emit"]`, `context[:emit]`, `context.get("emit")`: the context is an object with members.
    ContextKey,
    /// `context.utils`: the context has no such member.
    ContextMember,
    /// `state.get_pattern(…)`: the state has no such method.
    StateMethod,
    /// `state.set(group, key, value, seconds)`: the state never forgets.
    StateExpiry,
    /// `req.cookies`: the request has no such member.
    RequestMember,
}
