//! What the server says on its own account. The owner drops a message here and goes on; nothing waits for the client.

use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower_lsp::Client;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{MessageType, PublishDiagnosticsParams, Registration};

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
