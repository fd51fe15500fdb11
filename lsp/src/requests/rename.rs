//! `textDocument/prepareRename` and `textDocument/rename`: topics, steps, state groups, streams and flows, in every
//! language, constant and flow test. What cannot be renamed everywhere is refused with the reason.

use tower_lsp::ls_types::{PrepareRenameResponse, RenameParams, TextDocumentPositionParams, WorkspaceEdit};

use crate::dispatch::View;
use crate::edits;

/// The answer to `prepareRename`: the name under the cursor; null where nothing of the framework stands.
pub(crate) fn prepare(
    view: &View,
    params: &TextDocumentPositionParams,
) -> Result<Option<PrepareRenameResponse>, String> {
    let offset = view.offset(params.position);
    let Some(found) = view.snapshot.prepare_rename(view.path(), offset) else {
        return Ok(None);
    };
    let (span, placeholder) = found?;
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder {
        range: view.range(span),
        placeholder,
    }))
}

/// The answer to `rename`.
pub(crate) fn run(view: &View, params: &RenameParams) -> Result<Option<WorkspaceEdit>, String> {
    let offset = view.offset(params.text_document_position.position);
    let Some(renamed) = view.snapshot.rename(view.path(), offset, &params.new_name) else {
        return Ok(None);
    };
    let title = format!("Rename to {}", params.new_name);
    Ok(edits::workspace_edit(view, &renamed?, &title))
}
