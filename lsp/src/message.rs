//! Everything that can happen to a session, as one closed list. The owner thread handles these one after the other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::sync::oneshot;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem,
    CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, CodeAction,
    CodeActionParams, CodeActionResponse, CodeLens, CodeLensParams, CompletionItem, CompletionParams,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    DocumentDiagnosticParams, DocumentDiagnosticReportResult, DocumentHighlight, DocumentHighlightParams,
    DocumentLink, DocumentLinkParams, DocumentSymbolParams, DocumentSymbolResponse, FoldingRange,
    FoldingRangeParams, GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams, InitializeParams,
    InlayHint, InlayHintParams, Location, PrepareRenameResponse, ProgressToken, ReferenceParams,
    RenameParams, TextDocumentPositionParams, Uri, WorkspaceDiagnosticParams,
    WorkspaceDiagnosticReportResult, WorkspaceEdit, WorkspaceSymbolParams, WorkspaceSymbolResponse,
};

use crate::command::Run;
use crate::diagnostics::Checked;
use crate::folder::FolderId;
use crate::prewritten;
use crate::requests::completion::Unresolved;
use crate::requests::definition::Target;
use crate::requests::flow_graph::FlowGraphParams;
use crate::scan::Scanned;
use banister_project::disk::Stamps;

/// The protocol's `RequestFailed`: the question was right, and the answer is no.
const REQUEST_FAILED: i64 = -32803;

/// One event of a session.
pub(crate) enum Event {
    /// The client says who it is and what its folders are.
    Initialize(Box<InitializeParams>),
    /// From now on the server may send messages of its own.
    Initialized,
    /// The client added or removed folders.
    Folders(DidChangeWorkspaceFoldersParams),
    /// A document is now the client's.
    Open(DidOpenTextDocumentParams),
    /// The client edited a document.
    Change(DidChangeTextDocumentParams),
    /// The client wrote a document to disk.
    Save(DidSaveTextDocumentParams),
    /// The file on disk counts again.
    Close(DidCloseTextDocumentParams),
    /// Files changed on disk.
    Watched(DidChangeWatchedFilesParams),
    /// A question about a document; it only reads.
    Read(Request),
    /// A question about the whole workspace; it only reads.
    ReadAll(Question),
    /// A folder has been read from disk, if that did not panic.
    Scanned(FolderId, Option<Box<Scanned>>),
    /// A state of a folder has been checked.
    Checked(FolderId, Box<Checked>),
    /// Runs a flow test.
    RunFlowTest(Box<Run>),
    /// The client no longer wants what this token stands for.
    CancelProgress(ProgressToken),
    /// The files of a folder as they lie on the disk now, looked at by the server itself.
    Looked(FolderId, Stamps, Duration),
    /// Files were created, renamed or deleted in the client.
    FilesMoved,
    /// The edge is gone: the session is over.
    Gone,
    /// A panic while an event is handled.
    #[cfg(test)]
    Panic,
    /// A request of the server's own to the client.
    #[cfg(test)]
    AskClient,
    /// Is there nothing left to do?
    #[cfg(test)]
    IsSettled(Reply<serde_json::Value>),
}

/// A question about a document, with the way for its one answer.
pub(crate) enum Request {
    /// `textDocument/completion`
    Completion(CompletionParams, Reply<Option<prewritten::Text>>),
    /// `completionItem/resolve`
    ResolveCompletion(Unresolved, Box<CompletionItem>, Reply<CompletionItem>),
    /// `textDocument/definition`, `declaration`, `typeDefinition` and `implementation`
    Goto(
        Target,
        GotoDefinitionParams,
        Reply<Option<GotoDefinitionResponse>>,
    ),
    /// `textDocument/documentLink`
    DocumentLink(DocumentLinkParams, Reply<Option<Vec<DocumentLink>>>),
    /// `textDocument/foldingRange`
    FoldingRange(FoldingRangeParams, Reply<Option<Vec<FoldingRange>>>),
    /// `textDocument/references`
    References(ReferenceParams, Reply<Option<Vec<Location>>>),
    /// `textDocument/prepareRename`
    PrepareRename(TextDocumentPositionParams, Reply<Option<PrepareRenameResponse>>),
    /// `textDocument/rename`
    Rename(RenameParams, Reply<Option<WorkspaceEdit>>),
    /// `textDocument/documentHighlight`
    Highlight(DocumentHighlightParams, Reply<Option<Vec<DocumentHighlight>>>),
    /// `textDocument/hover`
    Hover(HoverParams, Reply<Option<Hover>>),
    /// `textDocument/documentSymbol`
    DocumentSymbol(DocumentSymbolParams, Reply<Option<DocumentSymbolResponse>>),
    /// `textDocument/prepareCallHierarchy`
    PrepareCalls(CallHierarchyPrepareParams, Reply<Option<Vec<CallHierarchyItem>>>),
    /// `callHierarchy/incomingCalls`
    IncomingCalls(
        CallHierarchyIncomingCallsParams,
        Reply<Option<Vec<CallHierarchyIncomingCall>>>,
    ),
    /// `callHierarchy/outgoingCalls`
    OutgoingCalls(
        CallHierarchyOutgoingCallsParams,
        Reply<Option<Vec<CallHierarchyOutgoingCall>>>,
    ),
    /// `textDocument/codeLens`
    CodeLens(CodeLensParams, Reply<Option<Vec<CodeLens>>>),
    /// `textDocument/inlayHint`
    InlayHint(InlayHintParams, Reply<Option<Vec<InlayHint>>>),
    /// `textDocument/codeAction`
    CodeAction(CodeActionParams, Reply<Option<CodeActionResponse>>),
    /// `textDocument/diagnostic`
    Diagnostic(DocumentDiagnosticParams, Reply<DocumentDiagnosticReportResult>),
    /// `codeAction/resolve`, with the document that the action was offered in
    ResolveAction(Uri, Box<CodeAction>, Reply<CodeAction>),
    /// A question of the tests about the machinery itself.
    #[cfg(test)]
    Probe(crate::testing::ProbeParams, Reply<serde_json::Value>),
}

impl Request {
    /// The document that it is about.
    pub(crate) fn uri(&self) -> &Uri {
        match self {
            Self::Completion(params, _) => &params.text_document_position.text_document.uri,
            Self::ResolveCompletion(unresolved, ..) => &unresolved.uri,
            Self::Goto(_, params, _) => &params.text_document_position_params.text_document.uri,
            Self::DocumentLink(params, _) => &params.text_document.uri,
            Self::FoldingRange(params, _) => &params.text_document.uri,
            Self::References(params, _) => &params.text_document_position.text_document.uri,
            Self::PrepareRename(params, _) => &params.text_document.uri,
            Self::Rename(params, _) => &params.text_document_position.text_document.uri,
            Self::Highlight(params, _) => &params.text_document_position_params.text_document.uri,
            Self::Hover(params, _) => &params.text_document_position_params.text_document.uri,
            Self::DocumentSymbol(params, _) => &params.text_document.uri,
            Self::PrepareCalls(params, _) => &params.text_document_position_params.text_document.uri,
            Self::IncomingCalls(params, _) => &params.item.uri,
            Self::OutgoingCalls(params, _) => &params.item.uri,
            Self::CodeLens(params, _) => &params.text_document.uri,
            Self::InlayHint(params, _) => &params.text_document.uri,
            Self::CodeAction(params, _) => &params.text_document.uri,
            Self::Diagnostic(params, _) => &params.text_document.uri,
            Self::ResolveAction(uri, ..) => uri,
            #[cfg(test)]
            Self::Probe(params, _) => &params.uri,
        }
    }
}

/// A question about the whole workspace, with the way for its one answer.
pub(crate) enum Question {
    /// `workspace/symbol`
    WorkspaceSymbol(WorkspaceSymbolParams, Reply<Option<WorkspaceSymbolResponse>>),
    /// `workspace/diagnostic`
    WorkspaceDiagnostic(WorkspaceDiagnosticParams, Reply<WorkspaceDiagnosticReportResult>),
    /// `banister/flowGraph`
    FlowGraph(FlowGraphParams, Reply<serde_json::Value>),
}

impl Question {
    /// True if the answer means something only once every folder has been read.
    pub(crate) fn needs_everything(&self) -> bool {
        match self {
            Self::WorkspaceSymbol(..) => false,
            Self::WorkspaceDiagnostic(..) | Self::FlowGraph(..) => true,
        }
    }
}

/// The error of a question that was right and whose answer is no, with the reason for a person.
pub(crate) fn refused(reason: String) -> Error {
    Error {
        code: ErrorCode::ServerError(REQUEST_FAILED),
        message: reason.into(),
        data: None,
    }
}

/// The way back for one answer. Dropping it unused makes the edge answer an internal error, so that there is an answer
/// in every case.
pub(crate) struct Reply<T>(oneshot::Sender<Result<T>>);

impl<T> Reply<T> {
    /// A reply and the place where its answer will arrive.
    pub(crate) fn channel() -> (Self, oneshot::Receiver<Result<T>>) {
        let (sender, receiver) = oneshot::channel();
        (Self(sender), receiver)
    }

    /// True once the client has cancelled the question: the edge has answered it already.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.is_closed()
    }

    /// Works the answer out and sends it. A panic becomes an internal error.
    pub(crate) fn answer(self, work: impl FnOnce(&Self) -> T) {
        self.answer_or_fail(|reply| Ok(work(reply)));
    }

    /// [`Reply::answer`] for work that may end in an error.
    pub(crate) fn answer_or_fail(self, work: impl FnOnce(&Self) -> Result<T>) {
        if self.is_cancelled() {
            return;
        }
        let answer =
            catch_unwind(AssertUnwindSafe(|| work(&self))).unwrap_or_else(|_| Err(Error::internal_error()));
        // Cancelled meanwhile: the answer is not wanted.
        let _ = self.0.send(answer);
    }
}
