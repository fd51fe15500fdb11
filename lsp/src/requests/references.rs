//! `textDocument/references`: every place that names the topic under the cursor, in any language.

use tower_lsp::ls_types::{Location, ReferenceParams};

use crate::dispatch::View;

/// The answer. A topic has no declaration apart from its uses, so `includeDeclaration` changes nothing.
pub(crate) fn run(view: &View, params: &ReferenceParams) -> Option<Vec<Location>> {
    let offset = view.offset(params.text_document_position.position);
    let jump = view.snapshot.references(view.path(), offset)?;
    Some(
        jump.targets
            .iter()
            .filter_map(|target| view.location(target))
            .collect(),
    )
}
