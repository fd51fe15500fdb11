//! Modules that a config takes its parts from: a link on the name in the import.

use std::collections::BTreeSet;

use banister_grammars::Span;
use banister_grammars::facts::{ConfigKind, ConfigValue, FileFacts, ImportFact};

use super::{Jump, Location};
use crate::index::Index;

/// A text that names another file of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The module as written, inside of its quotes.
    pub span: Span,
    /// The file, relative to the workspace, with `/`.
    pub file: String,
}

/// The imports of a step or stream that lead to a file of the workspace: middleware, schemas, topics, helpers.
pub(super) fn links(index: &Index, file: &str) -> Vec<Link> {
    if !index.loads(file) {
        return Vec::new();
    }
    let Some(source) = index.source(file) else {
        return Vec::new();
    };
    let imports = source
        .facts
        .imports
        .iter()
        .filter(|import| import.span.start < import.span.end);
    imports
        .filter_map(|import| {
            Some(Link {
                span: import.span,
                file: index.imported_file(source, import)?,
            })
        })
        .collect()
}

/// From a name in `middleware` or a schema's place in the config to the module that it is imported from.
pub(super) fn imported_value(index: &Index, file: &str, offset: u32) -> Option<Jump> {
    let source = index.source(file)?;
    let facts = &source.facts;
    let config = facts.config.as_ref()?;
    if !config.span.touches(offset) {
        return None;
    }
    let (name, origin) = word_at(&source.text, offset)?;
    if !named_in_config(facts, origin) {
        return None;
    }
    let (import, theirs) = import_of(facts, name)?;
    let target = index.imported_file(source, import)?;
    let span = index
        .source(&target)
        .map(|module| exported(&module.facts, &module.text, theirs));
    Some(Jump {
        origin,
        targets: vec![Location {
            file: target,
            span: span.unwrap_or_default(),
        }],
    })
}

/// The values of the config that other modules may hold.
const IMPORTED: [&str; 8] = [
    "middleware",
    "input",
    "bodySchema",
    "body_schema",
    "responseSchema",
    "response_schema",
    "schema",
    "triggers",
];

fn named_in_config(facts: &FileFacts, name: Span) -> bool {
    let entries = facts.config.iter().flat_map(|config| &config.entries);
    let mut values = entries
        .filter(|entry| IMPORTED.contains(&entry.key.as_str()))
        .map(|entry| &entry.value);
    values.any(|value| value.span.contains(name) && !in_literal(value, name))
}

/// True if the place lies in a text or a key that the value writes itself.
fn in_literal(value: &ConfigValue, name: Span) -> bool {
    match &value.kind {
        ConfigKind::Text { literal, .. } => *literal && value.span.contains(name),
        ConfigKind::List { items, .. } => items.iter().any(|item| in_literal(item, name)),
        ConfigKind::Object { entries, .. } => entries
            .iter()
            .any(|entry| entry.span == name || in_literal(&entry.value, name)),
        _ => false,
    }
}

fn word_at(text: &str, offset: u32) -> Option<(&str, Span)> {
    let is_word = |ch: char| ch.is_alphanumeric() || ch == '_' || ch == '$';
    let (before, after) = text.split_at_checked(offset as usize)?;
    let start = before.trim_end_matches(is_word).len();
    let end = before.len() + after.find(|ch| !is_word(ch)).unwrap_or(after.len());
    (start < end).then(|| (&text[start..end], Span::new(start, end)))
}

fn import_of<'f>(facts: &'f FileFacts, name: &str) -> Option<(&'f ImportFact, &'f str)> {
    facts.imports.iter().find_map(|import| {
        let (theirs, _) = import.names.iter().find(|(_, ours)| ours == name)?;
        Some((import, theirs.as_str()))
    })
}

/// Where a module writes what it exports under a name; its start if that is not to be seen.
fn exported(facts: &FileFacts, text: &str, name: &str) -> Span {
    if let Some(schema) = facts.schemas.get(name) {
        return schema.span;
    }
    let words: BTreeSet<&str> = ["const", "let", "var", "function", "def", "class", "default"].into();
    let found = text.match_indices(name).find(|(at, _)| {
        let before = text[..*at].split_whitespace().next_back();
        let is_whole = !text[at + name.len()..].starts_with(|ch: char| ch.is_alphanumeric() || ch == '_');
        let is_apart = text[..*at].ends_with(char::is_whitespace);
        is_whole && is_apart && before.is_some_and(|word| words.contains(word))
    });
    found.map_or_else(Span::default, |(at, _)| Span::new(at, at + name.len()))
}
