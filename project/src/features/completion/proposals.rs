//! A list of proposals in the making: the order in which they are added is their rank.

use super::cursor::Cursor;
use super::insert;
use super::ranked::Ranked;
use super::spot::is_bare;
use crate::features::{Completion, CompletionKind, MAX_COMPLETIONS};
use banister_grammars::Language;

pub(super) struct Proposals {
    language: Language,
    in_string: bool,
    quote: char,
    rockets: bool,
    /// Behind the word stands its value already.
    has_value: bool,
    /// What a text needs around it where no quote stands yet.
    marks: (String, String),
    found: Ranked,
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
        let quote = insert::quote_of(cursor.text, cursor.language);
        let mark = if is_bare(cursor) {
            quote.to_string()
        } else {
            String::new()
        };
        Self {
            language: cursor.language,
            in_string: cursor.quote.is_some(),
            quote,
            rockets: cursor.language == Language::Ruby && around.contains("=>"),
            has_value: behind.starts_with(':') || behind.starts_with("=>"),
            marks: (mark.clone(), mark),
            found: Ranked::new(replace),
        }
    }

    /// Texts are names here, without quotes.
    pub(super) fn with_names(mut self) -> Self {
        self.marks = (String::new(), String::new());
        self
    }

    /// Texts that need quotes become symbols of Ruby.
    pub(super) fn with_symbols(mut self) -> Self {
        if !self.marks.0.is_empty() {
            self.marks = (":".to_owned(), String::new());
        }
        self
    }

    /// A text or name that is inserted as it is.
    pub(super) fn text(&mut self, label: &str, kind: CompletionKind, detail: &str) {
        self.described(label, kind, detail, String::new());
    }

    /// A text or name with more about it.
    pub(super) fn described(
        &mut self,
        label: &str,
        kind: CompletionKind,
        detail: &str,
        documentation: String,
    ) {
        let (before, behind) = &self.marks;
        let insert = format!("{before}{label}{behind}");
        self.found.push(label, kind, detail, documentation, insert, None);
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
            return self
                .found
                .push(key, kind, detail, documentation, key.to_owned(), None);
        }
        let insert = insert::key(self.language, self.quote, key, self.rockets);
        let snippet = value.map(|value| insert::escape(&insert) + &value);
        self.found.push(key, kind, detail, documentation, insert, snippet);
    }

    /// The quote that the file uses.
    pub(super) fn quote(&self) -> char {
        self.quote
    }

    /// True if more would be cut off.
    pub(super) fn is_full(&self) -> bool {
        self.found.len() >= MAX_COMPLETIONS
    }

    pub(super) fn finish(self) -> Vec<Completion> {
        self.found.finish()
    }
}
