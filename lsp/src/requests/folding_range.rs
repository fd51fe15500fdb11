//! `textDocument/foldingRange`: the config and its schemas, and the blocks of a flow test.

use tower_lsp::ls_types::{FoldingRange, FoldingRangeKind, FoldingRangeParams};

use crate::dispatch::View;

/// The answer: parts of more than one line; null if there are none. The last line stays, if a bracket closes in it.
pub(crate) fn run(view: &View, _: &FoldingRangeParams) -> Option<Vec<FoldingRange>> {
    let mut ranges: Vec<FoldingRange> = Vec::new();
    for span in view.snapshot.folds(view.path()) {
        let range = view.range(span);
        let closes = span.slice(&view.source().text).ends_with(['}', ']', ')']);
        let end = range.end.line - u32::from(closes && range.end.line > range.start.line);
        let known = ranges.iter().any(|fold| fold.start_line == range.start.line);
        if end > range.start.line && !known {
            ranges.push(FoldingRange {
                start_line: range.start.line,
                end_line: end,
                kind: Some(FoldingRangeKind::Region),
                ..FoldingRange::default()
            });
        }
    }
    (!ranges.is_empty()).then_some(ranges)
}
