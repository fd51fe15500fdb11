//! How a handler is written: its parameters, its declared type, and what it takes from its context.

use serde::{Deserialize, Serialize};

use super::requests::{KeyRead, ResponseFact};
use crate::text::Span;

/// What a file shows of its handler beyond the handler's place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Handling {
    /// The parameters; absent if there is no handler or something stands between the framework and the visible
    /// function (a wrapper, a decorator).
    pub signature: Option<Signature>,
    /// The type that the handler is declared with: `Handlers['X']`.
    pub declared: Option<DeclaredType>,
    /// Every key that is read off the context, in source order.
    pub context_reads: Vec<KeyRead>,
    /// Every key that is read off the request of an HTTP step, in source order.
    pub request_reads: Vec<KeyRead>,
    /// Every key that is read off the parameters of the request's path, in source order.
    pub path_reads: Vec<KeyRead>,
    /// Every key that is read off the message of an event step itself, in source order.
    pub message_reads: Vec<KeyRead>,
    /// Members of the context that are used as plain names which nothing in the file binds, in source order.
    pub unbound: Vec<UnboundName>,
    /// What an HTTP step visibly answers, in source order.
    pub responses: Vec<ResponseFact>,
    /// True if it may answer something that [`Handling::responses`] does not list.
    pub responses_open: bool,
}

/// The parameters of a handler.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// In source order.
    pub params: Vec<ParamFact>,
}

impl Signature {
    /// The parameters that are given by place.
    pub fn positional(&self) -> impl Iterator<Item = &ParamFact> {
        self.params
            .iter()
            .filter(|param| param.kind == ParamKind::Positional)
    }

    /// The parameters by place that a caller must give.
    pub fn required(&self) -> usize {
        self.positional().filter(|param| !param.optional).count()
    }

    /// True if a `*rest` takes any number.
    pub fn has_rest(&self) -> bool {
        self.params.iter().any(|param| param.kind == ParamKind::Rest)
    }
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParamFact {
    /// Its name; absent if it is taken apart.
    pub name: Option<String>,
    /// As written, annotation and default included.
    pub span: Span,
    /// How an argument reaches it.
    pub kind: ParamKind,
    /// True if it has a default or may be left out.
    pub optional: bool,
    /// The keys that it is taken apart into, in source order.
    pub keys: Vec<String>,
    /// True if the handler uses it: it is taken apart, or its name stands in the body.
    pub used: bool,
}

/// How an argument reaches a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamKind {
    /// By its place.
    Positional,
    /// `*args`, `...args`.
    Rest,
    /// By name only.
    Keyword,
    /// `**kwargs`.
    KeywordRest,
    /// Ruby's `&block`.
    Block,
}

/// The step that a handler's type names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredType {
    /// `X` of `Handlers['X']`.
    pub name: String,
    /// Inside of its quotes.
    pub span: Span,
}

/// A name that nothing binds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnboundName {
    /// The name.
    pub name: String,
    /// Where it is used.
    pub span: Span,
    /// True if it is used in the handler itself, not in a helper beside it.
    pub in_handler: bool,
}
