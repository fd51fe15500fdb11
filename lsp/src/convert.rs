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
    }
}

/// The icon of an outline entry.
pub(crate) fn symbol_kind(kind: SymbolKind) -> lsp::SymbolKind {
    match kind {
        SymbolKind::Step => lsp::SymbolKind::MODULE,
        SymbolKind::Subscribes | SymbolKind::Emits | SymbolKind::Topic => lsp::SymbolKind::EVENT,
        SymbolKind::Route => lsp::SymbolKind::INTERFACE,
        SymbolKind::Cron => lsp::SymbolKind::CONSTANT,
        SymbolKind::Handler => lsp::SymbolKind::FUNCTION,
        SymbolKind::Stream | SymbolKind::StateGroup => lsp::SymbolKind::STRUCT,
    }
}

/// Markdown if the client can show it; else the same text as it is.
pub(crate) fn markup(value: String, markdown: bool) -> lsp::MarkupContent {
    let kind = if markdown {
        lsp::MarkupKind::Markdown
    } else {
        lsp::MarkupKind::PlainText
    };
    lsp::MarkupContent { kind, value }
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
