//! Edits of the project as edits of the protocol.

use std::collections::{BTreeMap, HashMap};

use banister_project::features::{Change, NewFile};
use banister_project::{Edit, SourceText};
use tower_lsp::ls_types as lsp;

use crate::convert;
use crate::dispatch::View;

/// The one annotation of an edit: what its preview says.
const ANNOTATION: &str = "banister";

/// All edits or none: a document that cannot be named makes the whole of them useless. `title` is what a client shows
/// beside them if it can.
pub(crate) fn workspace_edit(view: &View, edits: &[Edit], title: &str) -> Option<lsp::WorkspaceEdit> {
    let mut by_file: BTreeMap<&str, Vec<lsp::TextEdit>> = BTreeMap::new();
    for edit in edits {
        let source = view.snapshot.text(&edit.file)?;
        by_file.entry(&edit.file).or_default().push(lsp::TextEdit {
            range: convert::range(source, edit.span, view.client.encoding),
            new_text: edit.text.clone(),
        });
    }
    if view.client.document_changes {
        let is_annotated = view.client.annotations;
        let documents = by_file.into_iter().map(|(file, edits)| {
            Some(lsp::TextDocumentEdit {
                text_document: lsp::OptionalVersionedTextDocumentIdentifier {
                    uri: view.names.uri(file)?,
                    version: view.names.version(file),
                },
                edits: edits
                    .into_iter()
                    .map(|edit| with_annotation(edit, is_annotated))
                    .collect(),
            })
        });
        let documents: Option<Vec<_>> = documents.collect();
        return Some(lsp::WorkspaceEdit {
            document_changes: Some(lsp::DocumentChanges::Edits(documents?)),
            change_annotations: is_annotated.then(|| annotations(title, false)),
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

/// A change that may create a file; nothing if the client cannot create one.
pub(crate) fn of_change(view: &View, change: &Change, title: &str) -> Option<lsp::WorkspaceEdit> {
    let Some(created) = &change.created else {
        return workspace_edit(view, &change.edits, title);
    };
    if !view.client.creates_files || !view.client.document_changes || !change.edits.is_empty() {
        return None;
    }
    let is_annotated = view.client.annotations;
    let operations = creation(view, created, is_annotated)?;
    Some(lsp::WorkspaceEdit {
        document_changes: Some(lsp::DocumentChanges::Operations(operations)),
        change_annotations: is_annotated.then(|| annotations(title, true)),
        ..lsp::WorkspaceEdit::default()
    })
}

fn creation(view: &View, created: &NewFile, is_annotated: bool) -> Option<Vec<lsp::DocumentChangeOperation>> {
    let uri = view.names.uri(&created.path)?;
    let create = lsp::CreateFile {
        uri: uri.clone(),
        options: Some(lsp::CreateFileOptions {
            overwrite: Some(false),
            ignore_if_exists: Some(false),
        }),
        annotation_id: is_annotated.then(|| ANNOTATION.to_owned()),
    };
    let nowhere = SourceText::new(&created.path, "".into());
    let text = lsp::TextEdit {
        range: convert::range(&nowhere, banister_grammars::Span::new(0, 0), view.client.encoding),
        new_text: created.text.clone(),
    };
    let write = lsp::TextDocumentEdit {
        text_document: lsp::OptionalVersionedTextDocumentIdentifier { uri, version: None },
        edits: vec![with_annotation(text, is_annotated)],
    };
    Some(vec![
        lsp::DocumentChangeOperation::Op(lsp::ResourceOp::Create(create)),
        lsp::DocumentChangeOperation::Edit(write),
    ])
}

fn with_annotation(
    text_edit: lsp::TextEdit,
    is_annotated: bool,
) -> lsp::OneOf<lsp::TextEdit, lsp::AnnotatedTextEdit> {
    if is_annotated {
        lsp::OneOf::Right(lsp::AnnotatedTextEdit {
            text_edit,
            annotation_id: ANNOTATION.to_owned(),
        })
    } else {
        lsp::OneOf::Left(text_edit)
    }
}

fn annotations(title: &str, needs_confirmation: bool) -> HashMap<String, lsp::ChangeAnnotation> {
    let annotation = lsp::ChangeAnnotation {
        label: title.to_owned(),
        needs_confirmation: Some(needs_confirmation),
        description: None,
    };
    HashMap::from([(ANNOTATION.to_owned(), annotation)])
}

/// An edit as a client sent it back: the type that it is read as has no place for the annotations of its parts.
pub(crate) fn annotated_again(edit: &mut lsp::WorkspaceEdit) {
    let is_ours = |all: &HashMap<String, lsp::ChangeAnnotation>| all.contains_key(ANNOTATION);
    if !edit.change_annotations.as_ref().is_some_and(is_ours) {
        return;
    }
    if let Some(lsp::DocumentChanges::Edits(documents)) = &mut edit.document_changes {
        for document in documents {
            let edits = std::mem::take(&mut document.edits);
            let again = |edit| match edit {
                lsp::OneOf::Left(plain) => with_annotation(plain, true),
                annotated @ lsp::OneOf::Right(_) => annotated,
            };
            document.edits = edits.into_iter().map(again).collect();
        }
    }
}
