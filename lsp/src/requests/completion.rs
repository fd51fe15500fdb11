//! `textDocument/completion` and `completionItem/resolve`: what may be written at the cursor. The whole inside of the
//! quotes is replaced.

use banister_project::features::{Completion, CompletionKind};
use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::{
    CompletionItem, CompletionList, CompletionParams, CompletionResponse, CompletionTextEdit, Documentation,
    InsertTextFormat, TextEdit, Uri,
};

use crate::convert;
use crate::dispatch::View;

/// What an item carries until it is resolved.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Unresolved {
    /// The document that it was proposed in.
    pub(crate) uri: Uri,
    /// The topic that its documentation is about.
    topic: String,
}

impl Unresolved {
    /// What an item carries; nothing if it is whole.
    pub(crate) fn of(item: &CompletionItem) -> Option<Self> {
        serde_json::from_value(item.data.clone()?).ok()
    }
}

/// The answer; null outside of what the framework reads.
pub(crate) fn run(view: &View, params: &CompletionParams) -> Option<CompletionResponse> {
    let offset = view.offset(params.text_document_position.position);
    let proposals = view.snapshot.completion(view.path(), offset)?;
    let kind = proposals.first().map(|proposal| proposal.kind);
    let is_incomplete = kind.is_some_and(|kind| view.snapshot.is_cut_off(view.path(), kind));
    let items: Vec<CompletionItem> = proposals
        .into_iter()
        .filter_map(|found| item(view, found))
        .collect();
    Some(if is_incomplete {
        CompletionResponse::List(CompletionList { is_incomplete, items })
    } else {
        CompletionResponse::Array(items)
    })
}

/// The item with its documentation.
pub(crate) fn resolve(
    view: Option<&View>,
    unresolved: &Unresolved,
    mut item: CompletionItem,
) -> CompletionItem {
    item.data = None;
    if let Some(view) = view {
        let text = view
            .snapshot
            .describe(view.path(), CompletionKind::Topic, &unresolved.topic);
        item.documentation = text.and_then(|text| documentation(view, text));
    }
    item
}

fn item(view: &View, proposal: Completion) -> Option<CompletionItem> {
    let range = view.range(proposal.replace);
    // The protocol allows an edit of one line only.
    if range.start.line != range.end.line {
        return None;
    }
    let is_late = proposal.kind == CompletionKind::Topic && view.client.resolves_documentation;
    let data = if is_late {
        let unresolved = Unresolved {
            uri: view.names.uri(view.path())?,
            topic: proposal.label.clone(),
        };
        serde_json::to_value(unresolved).ok()
    } else {
        None
    };
    let text = match proposal.kind {
        _ if is_late => String::new(),
        CompletionKind::Topic => view
            .snapshot
            .describe(view.path(), proposal.kind, &proposal.label)
            .unwrap_or_default(),
        _ => proposal.documentation,
    };
    let snippet = proposal.snippet.filter(|_| view.client.snippets);
    Some(CompletionItem {
        kind: Some(convert::completion_kind(proposal.kind)),
        detail: (!proposal.detail.is_empty()).then_some(proposal.detail),
        documentation: documentation(view, text),
        sort_text: Some(format!("{:08}", proposal.rank)),
        filter_text: Some(proposal.label.clone()),
        insert_text_format: snippet.is_some().then_some(InsertTextFormat::SNIPPET),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range,
            new_text: snippet.unwrap_or(proposal.insert),
        })),
        label: proposal.label,
        data,
        ..CompletionItem::default()
    })
}

fn documentation(view: &View, text: String) -> Option<Documentation> {
    let markup = convert::markup(text, view.client.completion_markdown);
    (!markup.value.is_empty()).then_some(Documentation::MarkupContent(markup))
}
