//! The table of read requests. Each gets a view of one state and gives one answer.

use std::sync::Arc;

use banister_grammars::Span;
use banister_project::features::Location;
use banister_project::{Snapshot, Source};
use tower_lsp::ls_types as lsp;

use crate::capabilities::Negotiated;
use crate::convert;
use crate::folder::Names;
use crate::message::Request;
use crate::requests::{completion, definition, document_symbol, hover, references};

/// Runs a request. Without a view its document is not one of ours, and the answer is null.
pub(crate) fn run(request: Request, view: Option<&View>) {
    match request {
        Request::Completion(params, reply) => reply.answer(|_| completion::run(view?, &params)),
        Request::Definition(params, reply) => reply.answer(|_| definition::run(view?, &params)),
        Request::References(params, reply) => reply.answer(|_| references::run(view?, &params)),
        Request::Hover(params, reply) => reply.answer(|_| hover::run(view?, &params)),
        Request::DocumentSymbol(params, reply) => reply.answer(|_| document_symbol::run(view?, &params)),
        #[cfg(test)]
        Request::Probe(params, reply) => reply.answer(|reply| crate::testing::probe(view, &params, reply)),
    }
}

/// What a request sees: one state of the workspace, and the document that it is about.
pub(crate) struct View {
    /// The state.
    pub(crate) snapshot: Snapshot,
    /// The document in that state.
    pub(crate) source: Arc<Source>,
    /// Names on the wire.
    pub(crate) names: Arc<Names>,
    /// What the client can do.
    pub(crate) client: Arc<Negotiated>,
}

impl View {
    /// The document's path.
    pub(crate) fn path(&self) -> &str {
        &self.source.path
    }

    /// The byte at a position in the document.
    pub(crate) fn offset(&self, position: lsp::Position) -> u32 {
        convert::offset(&self.source, position, self.client.encoding)
    }

    /// The range of a span in the document.
    pub(crate) fn range(&self, span: Span) -> lsp::Range {
        convert::range(&self.source, span, self.client.encoding)
    }

    /// A place in any file of the state.
    pub(crate) fn location(&self, place: &Location) -> Option<lsp::Location> {
        let source = self.snapshot.text(&place.file)?;
        let range = convert::range(source, place.span, self.client.encoding);
        Some(lsp::Location {
            uri: self.names.uri(&place.file)?,
            range,
        })
    }
}
