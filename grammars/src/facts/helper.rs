//! Functions that send for the steps that call them, and the calls that let them: they are handed `emit` or the
//! context.

use serde::{Deserialize, Serialize};

use super::{ImportRef, TextFact};
use crate::text::Span;

/// What lets a function send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handed {
    /// `emit` itself.
    Emit,
    /// The context, or an object that holds `emit` under its own name.
    Context,
}

/// A call of another module's function that is handed `emit` or the context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandOver {
    /// The whole call.
    pub span: Span,
    /// The callee as written.
    pub callee: Span,
    /// The function.
    pub function: ImportRef,
    /// What it is given, positional arguments first.
    pub args: Vec<Argument>,
}

/// An argument of a [`HandOver`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Argument {
    /// The name of a keyword argument.
    pub name: Option<String>,
    /// Set if it lets the function send.
    pub handed: Option<Handed>,
    /// The text that it is, if it is one that may be known.
    pub text: Option<TextFact>,
}

/// A function that other files may call and that takes `emit` or the context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HelperFact {
    /// Its parameters.
    pub params: Vec<HelperParam>,
    /// What it sends, other functions of its file that it calls included.
    pub emits: Vec<HelperEmit>,
    /// Its own hand-overs, as indexes into the file's.
    pub hand_overs: Vec<usize>,
    /// True if what it sends may depend on how it is called: it branches around a message or leaves early.
    pub branches: bool,
    /// True if it may send more than this says.
    pub escapes: bool,
}

/// A parameter of a [`HelperFact`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelperParam {
    /// Its name; empty for one that is taken apart.
    pub name: String,
    /// What it is used as, if that is known.
    pub takes: Option<Handed>,
}

/// A message that a [`HelperFact`] sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelperEmit {
    /// Index into the emit sites of the file.
    pub site: usize,
    /// The parameter that is the topic, if one is.
    pub topic_param: Option<usize>,
}
