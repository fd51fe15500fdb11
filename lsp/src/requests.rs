//! One file for each request, named as the protocol names it.

pub(crate) mod call_hierarchy;

pub(crate) mod code_action;

pub(crate) mod code_lens;

pub(crate) mod completion;

pub(crate) mod definition;

pub(crate) mod diagnostic;

pub(crate) mod document_highlight;

pub(crate) mod document_link;

pub(crate) mod document_symbol;

pub(crate) mod folding_range;

pub(crate) mod flow_graph;

pub(crate) mod hover;

pub(crate) mod inlay_hint;

pub(crate) mod references;

pub(crate) mod rename;

pub(crate) mod workspace_diagnostic;

pub(crate) mod workspace_symbol;
