//! Streams, and schemas as the file writes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{ImportRef, TextFact};
use crate::text::Span;

/// A stream definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StreamFact {
    /// The config object.
    pub span: Span,
    /// Its name.
    pub name: Option<TextFact>,
    /// Schema of its items.
    pub schema: Option<SchemaFact>,
}

/// Keyword: a schema of another module, with what is done to it here.
pub(crate) const IMPORT: &str = "$import";

/// Keyword beside `required`: properties that may be left out and are then filled in.
pub(crate) const FILLED: &str = "$filled";

/// Keyword: the schema of what the receiver gets, where a transformation makes it another.
pub(crate) const OUTPUT: &str = "$output";

/// A schema as the file writes it, lowered to JSON Schema (draft 7 vocabulary).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SchemaFact {
    /// The schema as written.
    pub span: Span,
    /// In which notation.
    pub notation: SchemaNotation,
    /// The lowered schema: what a *producer* of the value must fulfil (a Zod `.default()` field is optional here).
    /// What is not understood is `{}`, never something narrower than the truth. It may hold keywords of our own, which
    /// any reader may skip; [`SchemaFact::input`] and [`SchemaFact::output`] are free of them.
    pub schema: Json,
    /// True if the value may be left out where it is a property (`z.string().optional()`).
    pub optional: bool,
    /// True if what is left out is filled in, so that whoever receives the value always finds it (`.default(…)`).
    pub filled: bool,
    /// Where each property is written, by JSON pointer into the value (`/user/id`, `/items/*/sku`).
    pub properties: BTreeMap<String, Span>,
    /// The schema of another module that this one is; `schema` is then `{}`.
    pub import: Option<ImportRef>,
    /// Parts that the framework cannot turn into JSON Schema, and forms that its check of configs refuses.
    pub unfit: Vec<Unfit>,
}

/// A part of a schema that the framework cannot take.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unfit {
    /// Where it is written.
    pub span: Span,
    /// Why the framework cannot take it.
    pub kind: UnfitKind,
    /// It, in words of the notation: `z.date()`, `an array of anything but objects`.
    pub what: String,
}

/// Why the framework cannot take a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnfitKind {
    /// It has no counterpart in JSON Schema: conversion throws and the whole project fails to start.
    NoJsonSchema,
    /// The check of configs refuses the schema as a Zod expression converts to it, and drops the step.
    ZodShape,
    /// The check of configs refuses the JSON Schema as it is written, and drops the step.
    JsonShape,
    /// A Python class, which is no JSON: the config cannot be read and the whole project fails to start.
    Class,
}

impl UnfitKind {
    /// True if it depends on the release of Zod.
    #[must_use]
    pub fn is_of_zod(self) -> bool {
        matches!(self, Self::NoJsonSchema | Self::ZodShape)
    }
}

/// The notation of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SchemaNotation {
    /// A Zod expression.
    Zod,
    /// A Pydantic model.
    Pydantic,
    /// A JSON Schema literal.
    JsonSchema,
    /// `{ id: 'string', at: 'string?' }`.
    Shorthand,
    /// `null` or `None`: anything goes.
    Null,
    /// Not visible.
    Unknown,
}
