//! The tower-lsp edge. Each handler's first statement, before any wait, hands the message to the owner thread; the
//! transport runs that statement in the order of the wire.

use std::future::Future;
use std::sync::mpsc::Sender;

use serde_json::Value as Json;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem,
    CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, CodeAction,
    CodeActionParams, CodeActionResponse, CodeLens, CodeLensParams, CompletionItem, CompletionParams,
    CompletionResponse, CreateFilesParams, DeleteFilesParams, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentDiagnosticParams,
    DocumentDiagnosticReportResult, DocumentHighlight, DocumentHighlightParams, DocumentLink,
    DocumentLinkParams, DocumentSymbolParams, DocumentSymbolResponse, ExecuteCommandParams, FoldingRange,
    FoldingRangeParams, GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams, InitializeParams,
    InitializeResult, InitializedParams, InlayHint, InlayHintParams, Location, PrepareRenameResponse,
    ReferenceParams, RenameFilesParams, RenameParams, TextDocumentPositionParams,
    WorkDoneProgressCancelParams, WorkspaceDiagnosticParams, WorkspaceDiagnosticReportResult, WorkspaceEdit,
    WorkspaceSymbolParams, WorkspaceSymbolResponse,
};
use tower_lsp::{ClientSocket, LanguageServer, LspService};

use crate::capabilities::{RUN_FLOW_TEST, SHOW_FLOW_GRAPH};
use crate::command::{self, Run};
use crate::message::{Event, Question, Reply, Request};
use crate::options::Options;
use crate::prewritten::Prewritten;
use crate::requests::code_action;
use crate::requests::completion::Unresolved;
use crate::requests::definition::Target;
use crate::requests::flow_graph::{FlowGraphParams, Format};
use crate::{capabilities, edits, outbox, owner};

/// A session's parts: the service for incoming messages, the socket for outgoing ones, and the task that feeds it.
pub(crate) struct Server<Outbox> {
    pub(crate) service: LspService<Edge>,
    pub(crate) socket: ClientSocket,
    pub(crate) outbox: Outbox,
    /// Where handlers leave answers that they have written themselves.
    pub(crate) written: Prewritten,
}

/// Starts the owner thread and puts the edge before it.
pub(crate) fn start(options: Options) -> std::io::Result<Server<impl Future<Output = ()> + Send + use<>>> {
    let (outbox, outgoing) = outbox::channel();
    let events = owner::spawn(options, outbox)?;
    let mut client = None;
    let written = Prewritten::default();
    let builder = LspService::build(|handle| {
        client = Some(handle);
        Edge {
            events,
            written: written.clone(),
        }
    });
    let builder = builder
        .custom_method("banister/flowGraph", Edge::flow_graph)
        .custom_method("window/workDoneProgress/cancel", Edge::cancel_progress);
    #[cfg(test)]
    let builder = crate::testing::with_hooks(builder);
    let (service, socket) = builder.finish();
    Ok(Server {
        service,
        socket,
        outbox: outbox::drain(outgoing, client),
        written,
    })
}

/// What tower-lsp calls. It holds no state but the way to the owner.
#[derive(Debug)]
pub(crate) struct Edge {
    events: Sender<Event>,
    written: Prewritten,
}

impl Drop for Edge {
    fn drop(&mut self) {
        self.tell(Event::Gone);
    }
}

impl Edge {
    /// Hands an event over.
    pub(crate) fn tell(&self, event: Event) {
        if self.events.send(event).is_err() {
            tracing::error!("the owner thread is gone");
        }
    }

    /// Hands a question over, now; the future is the wait for its answer.
    pub(crate) fn ask<T, Q>(&self, question: Q) -> impl Future<Output = Result<T>> + use<T, Q>
    where
        Q: FnOnce(Reply<T>) -> Request,
    {
        self.ask_with(|reply| Event::Read(question(reply)))
    }

    /// Hands any event with a reply over, now; the future is the wait for its answer.
    pub(crate) fn ask_with<T, E>(&self, event: E) -> impl Future<Output = Result<T>> + use<T, E>
    where
        E: FnOnce(Reply<T>) -> Event,
    {
        let (reply, answer) = Reply::channel();
        self.tell(event(reply));
        async { answer.await.unwrap_or_else(|_| Err(Error::internal_error())) }
    }
}

impl Edge {
    /// Hands a question about the whole workspace over, now; the future is the wait for its answer.
    fn ask_all<T, Q>(&self, question: Q) -> impl Future<Output = Result<T>> + use<T, Q>
    where
        Q: FnOnce(Reply<T>) -> Question,
    {
        self.ask_with(|reply| Event::ReadAll(question(reply)))
    }
}

impl Edge {
    /// `banister/flowGraph`
    async fn flow_graph(&self, params: FlowGraphParams) -> Result<Json> {
        self.ask_all(|reply| Question::FlowGraph(params, reply)).await
    }

    /// `window/workDoneProgress/cancel`, which tower-lsp does not know.
    async fn cancel_progress(&self, params: WorkDoneProgressCancelParams) {
        self.tell(Event::CancelProgress(params.token));
    }

    async fn run_flow_test(&self, params: ExecuteCommandParams) -> Result<Option<Json>> {
        let token = params.work_done_progress_params.work_done_token.clone();
        let test = command::argument(params)?;
        let (reply, answer) = Reply::channel();
        self.tell(Event::RunFlowTest(Box::new(Run { test, token, reply })));
        answer.await.unwrap_or_else(|_| Err(Error::internal_error()))
    }

    async fn show_flow_graph(&self, params: ExecuteCommandParams) -> Result<Option<Json>> {
        let mut params: FlowGraphParams = command::argument(params)?;
        params.format.get_or_insert(Format::Mermaid);
        self.flow_graph(params).await.map(Some)
    }
}

impl LanguageServer for Edge {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let result = capabilities::initialize_result(&params);
        self.tell(Event::Initialize(Box::new(params)));
        Ok(result)
    }

    async fn initialized(&self, _: InitializedParams) {
        self.tell(Event::Initialized);
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.tell(Event::Folders(params));
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.tell(Event::Open(params));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.tell(Event::Change(params));
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.tell(Event::Save(params));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.tell(Event::Close(params));
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.tell(Event::Watched(params));
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let answer = self.ask(|reply| Request::Completion(params, reply));
        if let Some(text) = answer.await? {
            self.written.leave(text);
        }
        Ok(None)
    }

    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        // An item without a document is whole already.
        match Unresolved::of(&item) {
            Some(unresolved) => {
                self.ask(|reply| Request::ResolveCompletion(unresolved, Box::new(item), reply))
                    .await
            }
            None => Ok(item),
        }
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        self.ask(|reply| Request::Goto(Target::Definition, params, reply))
            .await
    }

    async fn goto_declaration(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        self.ask(|reply| Request::Goto(Target::Declaration, params, reply))
            .await
    }

    async fn goto_type_definition(
        &self,
        params: GotoDefinitionParams,
    ) -> Result<Option<GotoDefinitionResponse>> {
        self.ask(|reply| Request::Goto(Target::Type, params, reply)).await
    }

    async fn goto_implementation(
        &self,
        params: GotoDefinitionParams,
    ) -> Result<Option<GotoDefinitionResponse>> {
        self.ask(|reply| Request::Goto(Target::Implementation, params, reply))
            .await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.ask(|reply| Request::DocumentLink(params, reply)).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.ask(|reply| Request::FoldingRange(params, reply)).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        self.ask(|reply| Request::References(params, reply)).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        self.ask(|reply| Request::Hover(params, reply)).await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.ask(|reply| Request::DocumentSymbol(params, reply)).await
    }

    async fn prepare_rename(
        &self,
        params: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>> {
        self.ask(|reply| Request::PrepareRename(params, reply)).await
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        self.ask(|reply| Request::Rename(params, reply)).await
    }

    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        self.ask(|reply| Request::Highlight(params, reply)).await
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        self.ask(|reply| Request::PrepareCalls(params, reply)).await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        self.ask(|reply| Request::IncomingCalls(params, reply)).await
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        self.ask(|reply| Request::OutgoingCalls(params, reply)).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.ask(|reply| Request::CodeLens(params, reply)).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        self.ask(|reply| Request::InlayHint(params, reply)).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        self.ask(|reply| Request::CodeAction(params, reply)).await
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        self.ask(|reply| Request::Diagnostic(params, reply)).await
    }

    async fn workspace_diagnostic(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        self.ask_all(|reply| Question::WorkspaceDiagnostic(params, reply))
            .await
    }

    async fn code_action_resolve(&self, mut action: CodeAction) -> Result<CodeAction> {
        // An action without data of ours needs no work, and says nothing of where it belongs.
        let Some(deferred) = code_action::Deferred::of(&action) else {
            if let Some(edit) = &mut action.edit {
                edits::annotated_again(edit);
            }
            return Ok(action);
        };
        self.ask(|reply| Request::ResolveAction(deferred.uri, Box::new(action), reply))
            .await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Json>> {
        match params.command.as_str() {
            RUN_FLOW_TEST => self.run_flow_test(params).await,
            SHOW_FLOW_GRAPH => self.show_flow_graph(params).await,
            other => Err(Error::invalid_params(format!("there is no command '{other}'"))),
        }
    }

    async fn did_create_files(&self, _: CreateFilesParams) {
        self.tell(Event::FilesMoved);
    }

    async fn did_rename_files(&self, _: RenameFilesParams) {
        self.tell(Event::FilesMoved);
    }

    async fn did_delete_files(&self, _: DeleteFilesParams) {
        self.tell(Event::FilesMoved);
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        self.ask_all(|reply| Question::WorkspaceSymbol(params, reply))
            .await
    }
}
