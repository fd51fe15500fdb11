//! The source files of a workspace as texts, each with what it says.

use std::ops::Deref;
use std::sync::Arc;

use banister_grammars::{FileFacts, Language, LineIndex};

use crate::shelf::{Shelf, Shelved};

/// The source files of a workspace.
pub(crate) type Sources = Shelf<Arc<Source>>;

/// A text with its path and its line starts.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceText {
    /// Relative to the workspace, with `/`.
    pub path: String,
    /// The text, without a byte-order mark.
    pub text: Arc<str>,
    /// Its line starts.
    pub lines: LineIndex,
}

impl SourceText {
    /// A text without a byte-order mark.
    pub fn new(path: &str, text: Arc<str>) -> Self {
        Self {
            path: path.to_owned(),
            lines: LineIndex::new(&text),
            text,
        }
    }
}

/// One source file: its text and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The text.
    pub source: SourceText,
    /// Its facts.
    pub facts: FileFacts,
    /// True if the file is there and its text could not be taken, so that it may say anything; then the text is empty.
    pub unread: bool,
}

impl Source {
    pub(crate) fn new(path: &str, language: Language, text: Arc<str>) -> Self {
        Self {
            facts: banister_grammars::extract(language, &text),
            source: SourceText::new(path, text),
            unread: false,
        }
    }

    /// A file of which nothing is known but that it is there.
    pub(crate) fn unread(path: &str, language: Language) -> Self {
        Self {
            facts: FileFacts {
                emit_escapes: true,
                state_escapes: true,
                ..FileFacts::empty(language)
            },
            source: SourceText::new(path, "".into()),
            unread: true,
        }
    }
}

impl Shelved for Source {
    type Key = str;

    fn key(&self) -> &str {
        &self.source.path
    }
}

impl Deref for Source {
    type Target = SourceText;

    fn deref(&self) -> &SourceText {
        &self.source
    }
}
