//! `textDocument/documentHighlight`: the places of the same file that name what the cursor is on.

use tower_lsp::ls_types::{DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams};

use crate::dispatch::View;

/// The answer; null where nothing of the framework stands, so that the language's own server answers alone.
pub(crate) fn run(view: &View, params: &DocumentHighlightParams) -> Option<Vec<DocumentHighlight>> {
    let offset = view.offset(params.text_document_position_params.position);
    let found = view.snapshot.highlights(view.path(), offset)?;
    let highlight = |found: banister_project::features::Highlight| DocumentHighlight {
        range: view.range(found.span),
        kind: Some(if found.writes {
            DocumentHighlightKind::WRITE
        } else {
            DocumentHighlightKind::READ
        }),
    };
    Some(found.into_iter().map(highlight).collect())
}
