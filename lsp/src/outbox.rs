//! What the server says on its own account. The owner drops a message here and goes on; nothing waits for the client.

use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tower_lsp::Client;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::notification::{Notification, Progress as ProgressNotification};
use tower_lsp::ls_types::{
    MessageType, ProgressParams, ProgressParamsValue, ProgressToken, PublishDiagnosticsParams, Registration,
    Uri, WorkDoneProgress, WorkDoneProgressBegin, WorkDoneProgressEnd,
};

/// How long the answer to a request of ours is waited for, beside everything else, before it is given up.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// A message of the server's own.
#[derive(Debug)]
pub(crate) enum Outgoing {
    /// `textDocument/publishDiagnostics`
    Publish(PublishDiagnosticsParams),
    /// `window/logMessage`
    Log(MessageType, String),
    /// `client/registerCapability`
    Register(Vec<Registration>),
    /// `workspace/diagnostic/refresh`
    RefreshDiagnostics,
    /// `window/showMessage`
    Show(MessageType, String),
    /// `banister/graphChanged`, with the folder
    GraphChanged(Uri),
    /// Work that the client may show as under way
    Progress(Progress),
}

/// Work that the client may show as under way.
#[derive(Debug)]
pub(crate) struct Progress {
    /// What it is called on the wire.
    pub(crate) token: ProgressToken,
    /// The server made the token up: the client is asked first.
    pub(crate) is_ours: bool,
    /// What is done.
    pub(crate) title: String,
    /// The client may offer to cancel it.
    pub(crate) cancellable: bool,
    /// Done once the other end is gone.
    pub(crate) ended: oneshot::Receiver<()>,
}

/// `banister/graphChanged`: the flows of a folder are others now.
enum GraphChanged {}

impl Notification for GraphChanged {
    type Params = serde_json::Value;
    const METHOD: &'static str = "banister/graphChanged";
}

/// The owner's end.
#[derive(Debug, Clone)]
pub(crate) struct Outbox(UnboundedSender<Outgoing>);

impl Outbox {
    /// Leaves a message. A session that is ending drops it.
    pub(crate) fn send(&self, message: Outgoing) {
        let _ = self.0.send(message);
    }

    /// Leaves a line for the client's log.
    pub(crate) fn log(&self, level: MessageType, text: impl Into<String>) {
        self.send(Outgoing::Log(level, text.into()));
    }
}

/// An outbox and the end that [`drain`] empties.
pub(crate) fn channel() -> (Outbox, UnboundedReceiver<Outgoing>) {
    let (sender, receiver) = unbounded_channel();
    (Outbox(sender), receiver)
}

/// Sends the messages in order. A request's answer is awaited in a task of its own.
pub(crate) async fn drain(mut messages: UnboundedReceiver<Outgoing>, client: Option<Client>) {
    let Some(client) = client else { return };
    while let Some(message) = messages.recv().await {
        match message {
            Outgoing::Publish(params) => {
                client
                    .publish_diagnostics(params.uri, params.diagnostics, params.version)
                    .await;
            }
            Outgoing::Show(level, text) => client.show_message(level, text).await,
            Outgoing::GraphChanged(uri) => {
                let params = serde_json::json!({ "uri": uri });
                client.send_notification::<GraphChanged>(params).await;
            }
            Outgoing::Progress(progress) => drop(tokio::spawn(show(client.clone(), progress))),
            Outgoing::Log(level, text) => client.log_message(level, text).await,
            Outgoing::Register(registrations) => {
                let client = client.clone();
                await_answer("a registration", async move {
                    client.register_capability(registrations).await
                });
            }
            Outgoing::RefreshDiagnostics => {
                let client = client.clone();
                await_answer("to pull again", async move {
                    client.workspace_diagnostic_refresh().await
                });
            }
        }
    }
}

/// Shows progress from its beginning to its end. A client that refuses the token is not told of it.
async fn show(client: Client, progress: Progress) {
    let Progress {
        token,
        is_ours,
        title,
        cancellable,
        ended,
    } = progress;
    if is_ours {
        let request = client.create_work_done_progress(token.clone());
        if !matches!(tokio::time::timeout(ANSWER_LIMIT, request).await, Ok(Ok(()))) {
            return;
        }
    }
    let tell = async |value: WorkDoneProgress| {
        let params = ProgressParams {
            token: token.clone(),
            value: ProgressParamsValue::WorkDone(value),
        };
        client.send_notification::<ProgressNotification>(params).await;
    };
    tell(WorkDoneProgress::Begin(WorkDoneProgressBegin {
        title,
        cancellable: Some(cancellable),
        ..WorkDoneProgressBegin::default()
    }))
    .await;
    // Ends with an error when the other end is dropped, which is what is waited for.
    let _ = ended.await;
    tell(WorkDoneProgress::End(WorkDoneProgressEnd { message: None })).await;
}

/// Awaits the answer to a request of ours beside everything else.
fn await_answer(what: &'static str, request: impl Future<Output = Result<()>> + Send + 'static) {
    tokio::spawn(async move {
        match tokio::time::timeout(ANSWER_LIMIT, request).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!("the client refuses {what}: {error}"),
            Err(_) => tracing::warn!("the client does not answer {what}"),
        }
    });
}
