//! `textDocument/definition`: from an emitted topic to its subscribers, from a subscribed one to its emitters.

use tower_lsp::ls_types::{GotoDefinitionParams, GotoDefinitionResponse, LocationLink};

use crate::dispatch::View;

/// The answer: links that mark the topic under the cursor if the client knows them, else plain locations.
pub(crate) fn run(view: &View, params: &GotoDefinitionParams) -> Option<GotoDefinitionResponse> {
    let offset = view.offset(params.text_document_position_params.position);
    let jump = view.snapshot.definition(view.path(), offset)?;
    let targets = jump.targets.iter().filter_map(|target| view.location(target));
    if !view.client.definition_links {
        return Some(GotoDefinitionResponse::Array(targets.collect()));
    }
    let origin = view.range(jump.origin);
    let link = |target: tower_lsp::ls_types::Location| LocationLink {
        origin_selection_range: Some(origin),
        target_uri: target.uri,
        target_range: target.range,
        target_selection_range: target.range,
    };
    Some(GotoDefinitionResponse::Link(targets.map(link).collect()))
}
