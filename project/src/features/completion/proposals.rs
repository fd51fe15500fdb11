//! A list of proposals in the making: the order in which they are added is their rank.

use super::cursor::Cursor;
use super::insert;
use crate::features::{Completion, CompletionKind, MAX_COMPLETIONS};
use banister_grammars::{Language, Span};

pub(super) struct Proposals {
    replace: Span,
    language: Language,
    in_string: bool,
    quote: char,
    rockets: bool,
    /// Behind the word stands its value already.
    has_value: bool,
    found: Vec<Completion>,
}

impl Proposals {
    pub(super) fn new(cursor: &Cursor<'_>) -> Self {
        let replace = cursor.replace();
        let behind = cursor.text[replace.end as usize..]
            .trim_start_matches(['\'', '"'])
            .trim_start();
        let around = cursor.frames.last().map_or("", |frame| {
            cursor.text.get(frame.at..cursor.start()).unwrap_or("")
        });
        Self {
            replace,
            language: cursor.language,
            in_string: cursor.quote.is_some(),
            quote: insert::quote_of(cursor.text, cursor.language),
            rockets: cursor.language == Language::Ruby && around.contains("=>"),
            has_value: behind.starts_with(':') || behind.starts_with("=>"),
            found: Vec::new(),
        }
    }

    /// A text or name that is inserted as it is.
    pub(super) fn text(&mut self, label: &str, kind: CompletionKind, detail: &str) {
        self.add(label, kind, detail, String::new(), label.to_owned(), None);
    }

    /// A text or name with more about it.
    pub(super) fn described(
        &mut self,
        label: &str,
        kind: CompletionKind,
        detail: &str,
        documentation: String,
    ) {
        self.add(label, kind, detail, documentation, label.to_owned(), None);
    }

    /// The key of an object; `value` is a snippet of the start of its value, with `'` for the quote.
    pub(super) fn key(
        &mut self,
        key: &str,
        kind: CompletionKind,
        detail: &str,
        docs: &str,
        value: Option<&str>,
    ) {
        let value = value.map(|value| value.replace('\'', &self.quote.to_string()));
        self.field(key, kind, detail, docs.to_owned(), value);
    }

    /// The key of an object; `value` is a snippet of the start of its value.
    pub(super) fn field(
        &mut self,
        key: &str,
        kind: CompletionKind,
        detail: &str,
        documentation: String,
        value: Option<String>,
    ) {
        if self.in_string || self.has_value {
            return self.add(key, kind, detail, documentation, key.to_owned(), None);
        }
        let insert = insert::key(self.language, self.quote, key, self.rockets);
        let snippet = value.map(|value| insert::escape(&insert) + &value);
        self.add(key, kind, detail, documentation, insert, snippet);
    }

    /// The quote that the file uses.
    pub(super) fn quote(&self) -> char {
        self.quote
    }

    fn add(
        &mut self,
        label: &str,
        kind: CompletionKind,
        detail: &str,
        documentation: String,
        insert: String,
        snippet: Option<String>,
    ) {
        self.found.push(Completion {
            label: label.to_owned(),
            kind,
            detail: detail.to_owned(),
            documentation,
            insert,
            snippet,
            replace: self.replace,
            rank: u32::try_from(self.found.len()).unwrap_or(u32::MAX),
        });
    }

    /// True if more would be cut off.
    pub(super) fn is_full(&self) -> bool {
        self.found.len() >= MAX_COMPLETIONS
    }

    pub(super) fn finish(self) -> Vec<Completion> {
        self.found
    }
}
