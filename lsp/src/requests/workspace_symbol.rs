//! `workspace/symbol`: `#topic`, `/route`, `~state group`, `%stream`, and steps, in all folders.

use banister_project::features::FoundSymbol;
use tower_lsp::ls_types::{OneOf, WorkspaceSymbol, WorkspaceSymbolParams, WorkspaceSymbolResponse};

use crate::convert;
use crate::dispatch::Scope;

/// More than a person looks through; clients ask again with a longer query.
const MAX_SYMBOLS: usize = 256;

/// The answer.
pub(crate) fn run(scopes: &[Scope], params: &WorkspaceSymbolParams) -> Option<WorkspaceSymbolResponse> {
    let found = scopes.iter().flat_map(|scope| {
        let symbols = scope.snapshot.workspace_symbols(&params.query);
        symbols
            .into_iter()
            .filter_map(move |symbol| converted(scope, symbol))
    });
    Some(WorkspaceSymbolResponse::Nested(found.take(MAX_SYMBOLS).collect()))
}

fn converted(scope: &Scope, symbol: FoundSymbol) -> Option<WorkspaceSymbol> {
    Some(WorkspaceSymbol {
        name: symbol.name,
        kind: convert::symbol_kind(symbol.kind),
        tags: None,
        container_name: Some(symbol.container),
        location: OneOf::Left(scope.location(&symbol.location)?),
        data: None,
    })
}
