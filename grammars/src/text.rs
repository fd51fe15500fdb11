//! Places in a text: byte spans inside the house, line and column at its doors.

use serde::{Deserialize, Serialize};

/// A half-open range of byte offsets into one file's text. Sources are capped at 1 MiB, so `u32` is ample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Span {
    /// First byte, 0-based.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte `start` up to, not including, byte `end`.
    pub fn new(start: usize, end: usize) -> Self {
        // Texts over the size cap never reach a span, so saturating is unreachable rather than wrong.
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            start: clamp(start),
            end: clamp(end),
        }
    }

    /// True if `offset` lies inside or touches either end: a cursor sits between characters.
    pub fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// True if `other` lies wholly inside this span.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The text under this span, or nothing if the text is another one than the span was made for.
    pub fn slice(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// The unit in which a column is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Encoding {
    /// Bytes (LSP `utf-8`).
    Utf8,
    /// UTF-16 code units (the LSP default).
    #[default]
    Utf16,
    /// Unicode scalar values (LSP `utf-32`, and the columns of the CLI's reports).
    Utf32,
}

/// A 0-based line and a 0-based column in some [`Encoding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Position {
    /// 0-based line.
    pub line: u32,
    /// 0-based column in the encoding of the question.
    pub column: u32,
}

/// The line starts of one text. Lines end in `\n`, `\r\n` or a lone `\r`, as LSP defines them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Scans `text` once.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (i, byte) in bytes.iter().enumerate() {
            let lone_return = *byte == b'\r' && bytes.get(i + 1) != Some(&b'\n');
            if *byte == b'\n' || lone_return {
                starts.push(Span::new(i + 1, i + 1).start);
            }
        }
        Self { starts }
    }

    /// Number of lines; an empty text has one.
    pub fn line_count(&self) -> u32 {
        Span::new(self.starts.len(), 0).start
    }

    /// Where the byte `offset` of `text` stands. An offset past the end is the end; one inside a character is its start.
    pub fn position(&self, text: &str, offset: u32, encoding: Encoding) -> Position {
        let mut offset = (offset as usize).min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start as usize <= offset) - 1;
        let before = text.get(self.starts[line] as usize..offset).unwrap_or("");
        Position {
            line: Span::new(line, 0).start,
            column: Span::new(width(before, encoding), 0).start,
        }
    }

    /// The byte offset of `position` in `text`. Columns past the end of a line clamp to its end, as LSP requires;
    /// lines past the end of the text clamp to the end of the text.
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> u32 {
        let Some(start) = self.starts.get(position.line as usize) else {
            return Span::new(text.len(), 0).start;
        };
        let next = self
            .starts
            .get(position.line as usize + 1)
            .map_or(text.len(), |n| *n as usize);
        let line = text
            .get(*start as usize..next)
            .unwrap_or("")
            .trim_end_matches(['\n', '\r']);
        let mut seen = 0;
        for (at, ch) in line.char_indices() {
            if seen >= position.column as usize {
                return start + Span::new(at, 0).start;
            }
            seen += width(ch.encode_utf8(&mut [0; 4]), encoding);
        }
        start + Span::new(line.len(), 0).start
    }
}

fn width(text: &str, encoding: Encoding) -> usize {
    match encoding {
        Encoding::Utf8 => text.len(),
        Encoding::Utf16 => text.encode_utf16().count(),
        Encoding::Utf32 => text.chars().count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_in_the_asked_unit() {
        let text = "a\r\n😀é'x'\r\nlast";
        let index = LineIndex::new(text);
        let quote = text.find('\'').unwrap() as u32;
        for (encoding, column) in [(Encoding::Utf8, 6), (Encoding::Utf16, 3), (Encoding::Utf32, 2)] {
            let position = index.position(text, quote, encoding);
            assert_eq!(position, Position { line: 1, column });
            assert_eq!(index.offset(text, position, encoding), quote);
        }
    }

    #[test]
    fn positions_out_of_range_clamp() {
        let text = "ab\ncd";
        let index = LineIndex::new(text);
        assert_eq!(
            index.offset(text, Position { line: 0, column: 99 }, Encoding::Utf16),
            2
        );
        assert_eq!(
            index.offset(text, Position { line: 9, column: 0 }, Encoding::Utf16),
            5
        );
        assert_eq!(
            index.position(text, 99, Encoding::Utf16),
            Position { line: 1, column: 2 }
        );
    }

    #[test]
    fn a_lone_carriage_return_ends_a_line() {
        let text = "a\rb";
        assert_eq!(LineIndex::new(text).line_count(), 2);
    }
}
