//! `textDocument/documentLink`: the modules that a step imports its middleware, schemas and topics from.

use tower_lsp::ls_types::{DocumentLink, DocumentLinkParams};

use crate::dispatch::View;

/// The answer; null for a file without such imports.
pub(crate) fn run(view: &View, _: &DocumentLinkParams) -> Option<Vec<DocumentLink>> {
    let links: Vec<DocumentLink> = view
        .snapshot
        .links(view.path())
        .into_iter()
        .filter_map(|link| {
            Some(DocumentLink {
                range: view.range(link.span),
                target: Some(view.names.uri(&link.file)?),
                tooltip: Some(link.file),
                data: None,
            })
        })
        .collect();
    (!links.is_empty()).then_some(links)
}
