//! The table of read requests. Each gets a view of one state and gives one answer.

use std::ops::Deref;
use std::sync::Arc;

use banister_grammars::Span;
use banister_project::features::Location;
use banister_project::{FlowSource, Snapshot, Source, SourceText};
use tower_lsp::ls_types as lsp;

use crate::capabilities::Negotiated;
use crate::convert;
use crate::folder::Names;
use crate::message::{Question, Request, refused};
use crate::prewritten;
use crate::pull::Told;
use crate::requests::{
    call_hierarchy, code_action, code_lens, completion, definition, diagnostic, document_highlight,
    document_link, document_symbol, flow_graph, folding_range, hover, inlay_hint, references, rename,
    workspace_diagnostic, workspace_symbol,
};

/// Runs a request about a document. Without a view the document is not one of ours, and the answer is null.
pub(crate) fn run(request: Request, view: Option<&View>) {
    match request {
        Request::Completion(params, reply) => {
            reply.answer(|_| prewritten::text(&completion::run(view?, &params)?));
        }
        Request::ResolveCompletion(unresolved, item, reply) => {
            reply.answer(|_| completion::resolve(view, &unresolved, *item));
        }
        Request::Goto(target, params, reply) => reply.answer(|_| definition::run(view?, target, &params)),
        Request::DocumentLink(params, reply) => reply.answer(|_| document_link::run(view?, &params)),
        Request::FoldingRange(params, reply) => reply.answer(|_| folding_range::run(view?, &params)),
        Request::References(params, reply) => reply.answer(|_| references::run(view?, &params)),
        Request::PrepareRename(params, reply) => {
            reply.answer_or_fail(|_| {
                view.map_or(Ok(None), |view| rename::prepare(view, &params))
                    .map_err(refused)
            });
        }
        Request::Rename(params, reply) => {
            reply.answer_or_fail(|_| {
                view.map_or(Ok(None), |view| rename::run(view, &params))
                    .map_err(refused)
            });
        }
        Request::Highlight(params, reply) => reply.answer(|_| document_highlight::run(view?, &params)),
        Request::Hover(params, reply) => reply.answer(|_| hover::run(view?, &params)),
        Request::DocumentSymbol(params, reply) => reply.answer(|_| document_symbol::run(view?, &params)),
        Request::PrepareCalls(params, reply) => reply.answer(|_| call_hierarchy::prepare(view?, &params)),
        Request::IncomingCalls(params, reply) => reply.answer(|_| call_hierarchy::incoming(view?, &params)),
        Request::OutgoingCalls(params, reply) => reply.answer(|_| call_hierarchy::outgoing(view?, &params)),
        Request::CodeLens(params, reply) => reply.answer(|_| code_lens::run(view?, &params)),
        Request::InlayHint(params, reply) => reply.answer(|_| inlay_hint::run(view?, &params)),
        Request::CodeAction(params, reply) => reply.answer(|_| code_action::run(view?, &params)),
        Request::Diagnostic(params, reply) => reply.answer(|_| diagnostic::run(view, &params)),
        Request::ResolveAction(_, action, reply) => {
            reply.answer_or_fail(|_| code_action::resolve(view, *action));
        }
        #[cfg(test)]
        Request::Probe(params, reply) => reply.answer(|reply| crate::testing::probe(view, &params, reply)),
    }
}

/// Runs a request about the whole workspace, with a scope for each folder.
pub(crate) fn run_all(question: Question, scopes: &[Scope]) {
    match question {
        Question::WorkspaceSymbol(params, reply) => {
            reply.answer(|_| workspace_symbol::run(scopes, &params));
        }
        Question::WorkspaceDiagnostic(params, reply) => {
            reply.answer(|_| workspace_diagnostic::run(scopes, &params));
        }
        Question::FlowGraph(params, reply) => {
            reply.answer_or_fail(|_| flow_graph::run(scopes, &params));
        }
    }
}

/// One state of a folder.
pub(crate) struct Scope {
    /// The state.
    pub(crate) snapshot: Snapshot,
    /// Names on the wire.
    pub(crate) names: Arc<Names>,
    /// What the client can do.
    pub(crate) client: Arc<Negotiated>,
    /// What a client that pulls was told last.
    pub(crate) told: Arc<Told>,
}

impl Scope {
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

/// A document that requests can be about.
pub(crate) enum Document {
    /// A step, a stream or a module.
    Source(Arc<Source>),
    /// A flow test.
    FlowTest(Arc<FlowSource>),
    /// The settings of a project.
    Settings(Box<SourceText>),
}

impl Document {
    /// The document at `path`, if it is one of ours.
    pub(crate) fn of(snapshot: &Snapshot, path: &str) -> Option<Self> {
        let source = snapshot
            .source(path)
            .map(|source| Self::Source(Arc::clone(source)));
        let flow = || {
            let flow = snapshot.flow_test(path)?;
            Some(Self::FlowTest(Arc::clone(flow)))
        };
        let settings = || {
            let mut files = snapshot.settings_files();
            let found = files.find(|source| source.path == path)?;
            Some(Self::Settings(Box::new(found)))
        };
        source.or_else(flow).or_else(settings)
    }
}

/// What a request sees: one state of a folder, and the document that it is about.
pub(crate) struct View {
    /// The state.
    pub(crate) scope: Scope,
    /// The document in that state.
    pub(crate) document: Document,
}

impl Deref for View {
    type Target = Scope;

    fn deref(&self) -> &Scope {
        &self.scope
    }
}

impl View {
    /// The document's text.
    pub(crate) fn source(&self) -> &SourceText {
        match &self.document {
            Document::Source(source) => source,
            Document::FlowTest(flow) => flow,
            Document::Settings(source) => source,
        }
    }

    /// The document's path.
    pub(crate) fn path(&self) -> &str {
        &self.source().path
    }

    /// The byte at a position in the document.
    pub(crate) fn offset(&self, position: lsp::Position) -> u32 {
        convert::offset(self.source(), position, self.client.encoding)
    }

    /// The position of a byte in the document.
    pub(crate) fn position(&self, offset: u32) -> lsp::Position {
        convert::position(self.source(), offset, self.client.encoding)
    }

    /// The range of a span in the document.
    pub(crate) fn range(&self, span: Span) -> lsp::Range {
        convert::range(self.source(), span, self.client.encoding)
    }
}
