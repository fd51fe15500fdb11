//! Edits of the project as edits of the protocol.

use std::collections::BTreeMap;

use banister_project::Edit;
use tower_lsp::ls_types as lsp;

use crate::convert;
use crate::dispatch::View;

/// All edits or none: a document that cannot be named makes the whole of them useless.
pub(crate) fn workspace_edit(view: &View, edits: &[Edit]) -> Option<lsp::WorkspaceEdit> {
    let mut by_file: BTreeMap<&str, Vec<lsp::TextEdit>> = BTreeMap::new();
    for edit in edits {
        let source = view.snapshot.text(&edit.file)?;
        by_file.entry(&edit.file).or_default().push(lsp::TextEdit {
            range: convert::range(source, edit.span, view.client.encoding),
            new_text: edit.text.clone(),
        });
    }
    if view.client.document_changes {
        let documents = by_file.into_iter().map(|(file, edits)| {
            Some(lsp::TextDocumentEdit {
                text_document: lsp::OptionalVersionedTextDocumentIdentifier {
                    uri: view.names.uri(file)?,
                    version: view.names.version(file),
                },
                edits: edits.into_iter().map(lsp::OneOf::Left).collect(),
            })
        });
        let documents: Option<Vec<_>> = documents.collect();
        return Some(lsp::WorkspaceEdit {
            document_changes: Some(lsp::DocumentChanges::Edits(documents?)),
            ..lsp::WorkspaceEdit::default()
        });
    }
    let changes: Option<_> = by_file
        .into_iter()
        .map(|(file, edits)| Some((view.names.uri(file)?, edits)))
        .collect();
    Some(lsp::WorkspaceEdit {
        changes: Some(changes?),
        ..lsp::WorkspaceEdit::default()
    })
}
