//! `textDocument/documentSymbol`: the outline of a step: its topics, route or schedule, and handler.

use banister_project::features::Symbol;
use tower_lsp::ls_types::{
    DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, Location, SymbolInformation,
};

use crate::convert;
use crate::dispatch::View;

/// The answer: a tree if the client can show one, else a list. Null for a file that is not part of a flow.
pub(crate) fn run(view: &View, _: &DocumentSymbolParams) -> Option<DocumentSymbolResponse> {
    let symbols = view.snapshot.document_symbols(view.path());
    if symbols.is_empty() {
        return None;
    }
    if view.client.nested_symbols {
        let tree = symbols.into_iter().map(|symbol| nested(view, symbol)).collect();
        return Some(DocumentSymbolResponse::Nested(tree));
    }
    let mut list = Vec::new();
    for symbol in symbols {
        flatten(view, symbol, None, &mut list);
    }
    Some(DocumentSymbolResponse::Flat(list))
}

#[expect(
    deprecated,
    reason = "the protocol's type still has the field that tags replaced"
)]
fn nested(view: &View, symbol: Symbol) -> DocumentSymbol {
    // Editors refuse the whole outline if a name lies outside of its symbol.
    let selection = if symbol.span.contains(symbol.selection) {
        symbol.selection
    } else {
        symbol.span
    };
    DocumentSymbol {
        name: shown_name(symbol.name),
        detail: (!symbol.detail.is_empty()).then_some(symbol.detail),
        kind: convert::symbol_kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: view.range(symbol.span),
        selection_range: view.range(selection),
        children: Some(
            symbol
                .children
                .into_iter()
                .map(|child| nested(view, child))
                .collect(),
        ),
    }
}

#[expect(
    deprecated,
    reason = "the protocol's type still has the field that tags replaced"
)]
fn flatten(view: &View, symbol: Symbol, container: Option<&str>, list: &mut Vec<SymbolInformation>) {
    let Some(uri) = view.names.uri(view.path()) else {
        return;
    };
    let name = shown_name(symbol.name);
    list.push(SymbolInformation {
        name: name.clone(),
        kind: convert::symbol_kind(symbol.kind),
        tags: None,
        deprecated: None,
        location: Location {
            uri,
            range: view.range(symbol.span),
        },
        container_name: container.map(String::from),
    });
    for child in symbol.children {
        flatten(view, child, Some(&name), list);
    }
}

/// Editors refuse an empty name, which a half-typed step has.
fn shown_name(name: String) -> String {
    if name.trim().is_empty() {
        "(unnamed)".into()
    } else {
        name
    }
}
