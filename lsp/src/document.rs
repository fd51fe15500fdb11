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
    use proptest::prelude::*;
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

    /// Where a byte is, worked out in another way than the code under test does.
    fn position(text: &str, at: usize, encoding: Encoding) -> Position {
        let before = text[..at].replace("\r\n", "\n").replace('\r', "\n");
        let (lines, column) = before
            .rsplit_once('\n')
            .map_or((0, before.as_str()), |(lines, column)| {
                (lines.matches('\n').count() + 1, column)
            });
        let width = match encoding {
            Encoding::Utf8 => column.len(),
            Encoding::Utf16 => column.encode_utf16().count(),
            Encoding::Utf32 => column.chars().count(),
        };
        Position::new(u32::try_from(lines).unwrap(), u32::try_from(width).unwrap())
    }

    /// The places between characters; between the two of one line end there is none.
    fn places(text: &str) -> Vec<usize> {
        let is_inside_line_end = |at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
        (0..=text.len())
            .filter(|at| text.is_char_boundary(*at) && !is_inside_line_end(*at))
            .collect()
    }

    fn texts() -> impl Strategy<Value = String> {
        const PIECES: &[&str] = &["a", "'", "é", "日", "😀", "e\u{301}", "\n", "\r\n", "\r"];
        prop::collection::vec(prop::sample::select(PIECES), 0..12).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn any_edits_leave_the_text_that_replacing_bytes_leaves(
            start in texts(),
            edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), texts()), 0..8),
            encoding in prop::sample::select(vec![Encoding::Utf8, Encoding::Utf16, Encoding::Utf32]),
        ) {
            let mut document = document(&start);
            let mut expected = start;
            for (from, to, text) in edits {
                let places = places(&expected);
                let (from, to) = (places[from.index(places.len())], places[to.index(places.len())]);
                let (from, to) = (from.min(to), from.max(to));
                let range = Range {
                    start: position(&expected, from, encoding),
                    end: position(&expected, to, encoding),
                };
                let change = TextDocumentContentChangeEvent { range: Some(range), range_length: None, text: text.clone() };
                document.apply(vec![change], 2, encoding);
                expected.replace_range(from..to, &text);
                prop_assert_eq!(&document.text, &expected);
            }
        }
    }
}
