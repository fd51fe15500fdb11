//! A document that the client has open: its text is what the client says, not what is on disk.

use std::path::PathBuf;

use banister_grammars::Encoding;
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, TextDocumentItem};

use crate::{convert, uri};

/// An open document.
#[derive(Debug)]
pub(crate) struct Document {
    /// Where it lives, if it is a file.
    pub(crate) path: Option<PathBuf>,
    /// The client's number of the present text.
    pub(crate) version: i32,
    /// The present text.
    pub(crate) text: String,
}

impl Document {
    /// A document as it was opened.
    pub(crate) fn new(item: TextDocumentItem) -> Self {
        Self {
            path: uri::to_path(&item.uri),
            version: item.version,
            text: item.text,
        }
    }

    /// Applies edits one after the other: each counts in the text that the one before it left.
    pub(crate) fn apply(
        &mut self,
        changes: Vec<TextDocumentContentChangeEvent>,
        version: i32,
        encoding: Encoding,
    ) {
        for change in changes {
            match change.range {
                Some(range) => {
                    self.text
                        .replace_range(convert::bytes(&self.text, range, encoding), &change.text);
                }
                None => self.text = change.text,
            }
        }
        self.version = version;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tower_lsp::ls_types::{Position, Range};

    fn edit(range: Option<[u32; 4]>, text: &str) -> TextDocumentContentChangeEvent {
        let range = range.map(|[line, column, end_line, end_column]| Range {
            start: Position::new(line, column),
            end: Position::new(end_line, end_column),
        });
        TextDocumentContentChangeEvent {
            range,
            range_length: None,
            text: text.into(),
        }
    }

    fn document(text: &str) -> Document {
        let uri = "untitled:one".parse().unwrap();
        Document::new(TextDocumentItem::new(uri, "typescript".into(), 1, text.into()))
    }

    #[test]
    fn each_edit_counts_in_the_text_left_by_the_one_before() {
        let mut document = document("one\ntwo\n");
        let changes = vec![
            edit(Some([0, 0, 1, 0]), ""),
            edit(Some([0, 3, 0, 3]), "!"),
            edit(Some([9, 0, 9, 0]), "end"),
        ];
        document.apply(changes, 2, Encoding::Utf16);
        assert_eq!((document.text.as_str(), document.version), ("two!\nend", 2));
    }

    #[test]
    fn an_edit_without_a_range_replaces_everything() {
        let mut document = document("one");
        document.apply(
            vec![edit(None, "a"), edit(Some([0, 1, 0, 1]), "b")],
            5,
            Encoding::Utf8,
        );
        assert_eq!(document.text, "ab");
    }
}
