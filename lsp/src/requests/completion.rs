//! `textDocument/completion`: topics inside a string. The whole inside of the quotes is replaced.

use banister_project::features::Completion;
use tower_lsp::ls_types::{
    CompletionItem, CompletionParams, CompletionResponse, CompletionTextEdit, Documentation, TextEdit,
};

use crate::convert;
use crate::dispatch::View;

/// The answer; null outside of strings that the framework reads.
pub(crate) fn run(view: &View, params: &CompletionParams) -> Option<CompletionResponse> {
    let offset = view.offset(params.text_document_position.position);
    let proposals = view.snapshot.completion(view.path(), offset)?;
    Some(CompletionResponse::Array(
        proposals
            .into_iter()
            .filter_map(|found| item(view, found))
            .collect(),
    ))
}

fn item(view: &View, proposal: Completion) -> Option<CompletionItem> {
    let range = view.range(proposal.replace);
    // The protocol allows an edit of one line only.
    if range.start.line != range.end.line {
        return None;
    }
    let documentation = convert::markup(proposal.documentation, view.client.completion_markdown);
    Some(CompletionItem {
        kind: Some(convert::completion_kind(proposal.kind)),
        detail: (!proposal.detail.is_empty()).then_some(proposal.detail),
        documentation: (!documentation.value.is_empty())
            .then_some(Documentation::MarkupContent(documentation)),
        sort_text: Some(format!("{:08}", proposal.rank)),
        filter_text: Some(proposal.label.clone()),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range,
            new_text: proposal.label.clone(),
        })),
        label: proposal.label,
        ..CompletionItem::default()
    })
}
