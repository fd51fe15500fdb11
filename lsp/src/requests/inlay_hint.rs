//! `textDocument/inlayHint`: `→ 2 subscribers (py, rb)` behind a topic that is sent, schedules in words.

use banister_project::features::Hint;
use tower_lsp::ls_types::{InlayHint, InlayHintLabel, InlayHintParams, InlayHintTooltip};

use crate::convert;
use crate::dispatch::View;

/// The answer for the range that the client shows.
pub(crate) fn run(view: &View, params: &InlayHintParams) -> Option<Vec<InlayHint>> {
    let (start, end) = (view.offset(params.range.start), view.offset(params.range.end));
    let hints = view.snapshot.hints(view.path()).into_iter();
    let shown: Vec<InlayHint> = hints
        .filter(|hint| start <= hint.offset && hint.offset <= end)
        .map(|hint| converted(view, hint))
        .collect();
    (!shown.is_empty()).then_some(shown)
}

fn converted(view: &View, hint: Hint) -> InlayHint {
    let tooltip = convert::markup(hint.tooltip, view.client.hover_markdown);
    InlayHint {
        position: view.position(hint.offset),
        label: InlayHintLabel::String(hint.label),
        kind: None,
        text_edits: None,
        tooltip: (!tooltip.value.is_empty()).then_some(InlayHintTooltip::MarkupContent(tooltip)),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    }
}
