//! `textDocument/definition`, `declaration`, `typeDefinition` and `implementation`: from a name to other places.

use banister_project::features::Jump;
use tower_lsp::ls_types::{GotoDefinitionParams, GotoDefinitionResponse, LocationLink};

use crate::dispatch::View;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Definition,
    Declaration,
    Type,
    Implementation,
}

/// The answer: links that mark the name under the cursor if the client knows them, else plain locations.
pub(crate) fn run(
    view: &View,
    target: Target,
    params: &GotoDefinitionParams,
) -> Option<GotoDefinitionResponse> {
    let offset = view.offset(params.text_document_position_params.position);
    let (snapshot, path) = (&view.snapshot, view.path());
    let (jump, with_links) = match target {
        Target::Definition => (snapshot.definition(path, offset), view.client.definition_links),
        Target::Declaration => (snapshot.declaration(path, offset), view.client.declaration_links),
        Target::Type => (
            snapshot.type_definition(path, offset),
            view.client.type_definition_links,
        ),
        Target::Implementation => (
            snapshot.implementation(path, offset),
            view.client.implementation_links,
        ),
    };
    let jump: Jump = jump?;
    let targets = jump.targets.iter().filter_map(|target| view.location(target));
    if !with_links {
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
