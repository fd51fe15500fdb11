//! The only place that maps spans to positions of the protocol and back, and plain results to its types.

use std::ops::Range as Bytes;

use banister_grammars::{Encoding, LineIndex, Position, Span};
use banister_project::features::{CompletionKind, SymbolKind};
use banister_project::{Severity, SourceText};
use tower_lsp::ls_types as lsp;

/// Where the byte `offset` stands.
pub(crate) fn position(source: &SourceText, offset: u32, encoding: Encoding) -> lsp::Position {
    let position = source.lines.position(&source.text, offset, encoding);
    lsp::Position {
        line: position.line,
        character: position.column,
    }
}

/// The range of a span.
pub(crate) fn range(source: &SourceText, span: Span, encoding: Encoding) -> lsp::Range {
    lsp::Range {
        start: position(source, span.start, encoding),
        end: position(source, span.end.max(span.start), encoding),
    }
}

/// The byte at a position; a position outside the text is brought inside.
pub(crate) fn offset(source: &SourceText, position: lsp::Position, encoding: Encoding) -> u32 {
    source.lines.offset(&source.text, plain(position), encoding)
}

/// The bytes of `text` that an edit replaces. A range that runs backwards is turned round.
pub(crate) fn bytes(text: &str, range: lsp::Range, encoding: Encoding) -> Bytes<usize> {
    let lines = LineIndex::new(text);
    let at = |position| lines.offset(text, plain(position), encoding) as usize;
    let (start, end) = (at(range.start), at(range.end));
    start.min(end)..start.max(end)
}

fn plain(position: lsp::Position) -> Position {
    Position {
        line: position.line,
        column: position.character,
    }
}

/// How bad a finding is.
pub(crate) fn severity(severity: Severity) -> lsp::DiagnosticSeverity {
    match severity {
        Severity::Hint => lsp::DiagnosticSeverity::HINT,
        Severity::Info => lsp::DiagnosticSeverity::INFORMATION,
        Severity::Warning => lsp::DiagnosticSeverity::WARNING,
        Severity::Error => lsp::DiagnosticSeverity::ERROR,
    }
}

/// The icon of a proposal.
pub(crate) fn completion_kind(kind: CompletionKind) -> lsp::CompletionItemKind {
    match kind {
        CompletionKind::Topic => lsp::CompletionItemKind::EVENT,
        CompletionKind::Step => lsp::CompletionItemKind::MODULE,
        CompletionKind::Route => lsp::CompletionItemKind::INTERFACE,
        CompletionKind::Key | CompletionKind::Member => lsp::CompletionItemKind::PROPERTY,
        CompletionKind::Value => lsp::CompletionItemKind::ENUM_MEMBER,
        CompletionKind::Flow => lsp::CompletionItemKind::REFERENCE,
        CompletionKind::StateGroup | CompletionKind::Stream => lsp::CompletionItemKind::STRUCT,
        CompletionKind::StateKey => lsp::CompletionItemKind::CONSTANT,
        CompletionKind::Field => lsp::CompletionItemKind::FIELD,
    }
}

/// The icon of an outline entry.
pub(crate) fn symbol_kind(kind: SymbolKind) -> lsp::SymbolKind {
    match kind {
        SymbolKind::Step => lsp::SymbolKind::MODULE,
        SymbolKind::Subscribes | SymbolKind::Emits | SymbolKind::Topic => lsp::SymbolKind::EVENT,
        SymbolKind::Route => lsp::SymbolKind::INTERFACE,
        SymbolKind::Cron => lsp::SymbolKind::CONSTANT,
        SymbolKind::Handler | SymbolKind::Test => lsp::SymbolKind::FUNCTION,
        SymbolKind::Stream | SymbolKind::StateGroup => lsp::SymbolKind::STRUCT,
    }
}

/// Markdown if the client can show it; else its words without the marks.
pub(crate) fn markup(value: String, markdown: bool) -> lsp::MarkupContent {
    if markdown {
        let kind = lsp::MarkupKind::Markdown;
        return lsp::MarkupContent { kind, value };
    }
    lsp::MarkupContent {
        kind: lsp::MarkupKind::PlainText,
        value: words(&value),
    }
}

/// The cards' Markdown as plain text: code keeps its characters and loses its fences, stress and code marks go.
fn words(markdown: &str) -> String {
    let mut in_code = false;
    let mut lines: Vec<String> = Vec::new();
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if in_code {
            lines.push(line.to_owned());
        } else {
            let words = without_marks(line.trim_end());
            let is_second_blank = words.is_empty() && lines.last().is_none_or(String::is_empty);
            if !is_second_blank {
                lines.push(words);
            }
        }
    }
    lines.join("\n").trim_end().to_owned()
}

/// A line without its backticks, and without the stars of what is stressed outside of them: the stars of a schedule
/// are its own.
fn without_marks(line: &str) -> String {
    let parts = line.split('`').enumerate();
    parts
        .map(|(number, part)| {
            if number.is_multiple_of(2) {
                part.replace("**", "")
            } else {
                part.to_owned()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    fn lsp_range(start: (u32, u32), end: (u32, u32)) -> lsp::Range {
        let at = |(line, character)| lsp::Position { line, character };
        lsp::Range {
            start: at(start),
            end: at(end),
        }
    }

    #[test]
    fn every_character_boundary_goes_there_and_back() {
        let text = "a😀é\r\n\r\n'日本'\u{301}\n";
        let source = SourceText::new("a.ts", text.into());
        for encoding in ENCODINGS {
            for (at, _) in text.char_indices().filter(|(_, ch)| !matches!(ch, '\n')) {
                let at = u32::try_from(at).unwrap();
                let there = position(&source, at, encoding);
                assert_eq!(offset(&source, there, encoding), at, "{encoding:?} {there:?}");
            }
        }
    }

    #[test]
    fn markdown_is_plain_for_those_who_cannot_show_it() {
        let card = "**step** `A` (Ruby)\n\nSchedule: `** 2 *`  \n\n```ts\n{\n  a: `b`\n}\n```\n";
        let expected = "step A (Ruby)\n\nSchedule: ** 2 *\n\n{\n  a: `b`\n}";
        assert_eq!(markup(card.to_owned(), false).value, expected);
        assert_eq!(markup(card.to_owned(), true).value, card);
    }

    #[test]
    fn edits_count_in_the_agreed_unit() {
        let text = "x = '😀a'\n";
        for (encoding, column) in [(Encoding::Utf8, 9), (Encoding::Utf16, 7), (Encoding::Utf32, 6)] {
            let bytes = bytes(text, lsp_range((0, column), (0, column + 1)), encoding);
            assert_eq!(&text[bytes], "a", "{encoding:?}");
        }
    }

    #[test]
    fn edits_outside_the_text_are_brought_inside() {
        let text = "ab\ncd";
        for encoding in ENCODINGS {
            assert_eq!(bytes(text, lsp_range((0, 99), (7, 3)), encoding), 2..5);
            assert_eq!(
                bytes(text, lsp_range((1, 1), (0, 1)), encoding),
                1..4,
                "backwards"
            );
        }
    }
}
