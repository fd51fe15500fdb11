//! `textDocument/prepareCallHierarchy`, `callHierarchy/incomingCalls`, `callHierarchy/outgoingCalls`: the event flow
//! across languages. A step's callers are the steps that send what it takes, its routes and its schedules.

use banister_project::features::{FlowItem, FlowItemKind};
use tower_lsp::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem,
    CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, SymbolKind,
};

use crate::convert;
use crate::dispatch::View;

/// The answer to `prepareCallHierarchy`.
pub(crate) fn prepare(view: &View, params: &CallHierarchyPrepareParams) -> Option<Vec<CallHierarchyItem>> {
    let offset = view.offset(params.text_document_position_params.position);
    let items = view.snapshot.flow_items(view.path(), offset)?;
    Some(
        items
            .into_iter()
            .filter_map(|item| converted(view, item))
            .collect(),
    )
}

/// The answer to `incomingCalls`. Nothing comes before a route or a schedule.
pub(crate) fn incoming(
    view: &View,
    params: &CallHierarchyIncomingCallsParams,
) -> Option<Vec<CallHierarchyIncomingCall>> {
    if is_entrance(&params.item) {
        return Some(Vec::new());
    }
    let calls = view.snapshot.flow_incoming(view.path()).into_iter();
    let found = calls.filter_map(|call| {
        let source = view.snapshot.text(&call.item.file)?;
        let from_ranges = call
            .from
            .iter()
            .map(|span| convert::range(source, *span, view.client.encoding));
        Some(CallHierarchyIncomingCall {
            from_ranges: from_ranges.collect(),
            from: converted(view, call.item)?,
        })
    });
    Some(found.collect())
}

/// The answer to `outgoingCalls`. A route or a schedule leads to its own step.
pub(crate) fn outgoing(
    view: &View,
    params: &CallHierarchyOutgoingCallsParams,
) -> Option<Vec<CallHierarchyOutgoingCall>> {
    if is_entrance(&params.item) {
        let offset = view.offset(params.item.selection_range.start);
        let steps = view.snapshot.flow_items(view.path(), offset)?;
        let own = steps.into_iter().filter_map(|step| {
            Some(CallHierarchyOutgoingCall {
                to: converted(view, step)?,
                from_ranges: vec![params.item.selection_range],
            })
        });
        return Some(own.collect());
    }
    let calls = view.snapshot.flow_outgoing(view.path()).into_iter();
    let found = calls.filter_map(|call| {
        Some(CallHierarchyOutgoingCall {
            from_ranges: call.from.iter().map(|span| view.range(*span)).collect(),
            to: converted(view, call.item)?,
        })
    });
    Some(found.collect())
}

fn is_entrance(item: &CallHierarchyItem) -> bool {
    item.kind == kind(FlowItemKind::Route) || item.kind == kind(FlowItemKind::Schedule)
}

fn converted(view: &View, item: FlowItem) -> Option<CallHierarchyItem> {
    let source = view.snapshot.text(&item.file)?;
    Some(CallHierarchyItem {
        kind: kind(item.kind),
        tags: None,
        uri: view.names.uri(&item.file)?,
        range: convert::range(source, item.span, view.client.encoding),
        selection_range: convert::range(source, item.selection, view.client.encoding),
        data: None,
        detail: Some(item.detail),
        name: item.name,
    })
}

fn kind(kind: FlowItemKind) -> SymbolKind {
    match kind {
        FlowItemKind::Step => SymbolKind::FUNCTION,
        FlowItemKind::Helper => SymbolKind::MODULE,
        FlowItemKind::Route => SymbolKind::INTERFACE,
        FlowItemKind::Schedule => SymbolKind::CONSTANT,
    }
}
