//! The loop between the wire and the tower-lsp service.
//!
//! It stands in for `tower_lsp::Server`, which joins reader, handlers and writer in one task behind a queue of 100
//! slots: it starts handlers out of order, lets `$/cancelRequest` wait for a free slot, wedges when handlers wait for a
//! client that is waiting for it, dies of a panic and ends at the first malformed body. Here every call is polled once
//! at its arrival, so that the first statement of each handler runs in the order of the wire; reading never waits for
//! writing; and a panic costs one answer.

use std::io::{BufReader, BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::time::Duration;

use futures::SinkExt;
use futures::future::{BoxFuture, FutureExt, poll_fn};
use futures::stream::{FuturesUnordered, StreamExt};
use serde_json::Value as Json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tower_lsp::jsonrpc::{Error, Id, Request, Response};
use tower_lsp::{ClientSocket, ExitedError, LspService};
use tower_service::Service;

use crate::frame::{self, Frame};
use crate::options::{LspError, Options};
use crate::prewritten::{self, Prewritten};
use crate::server::{self, Edge};

/// How long answers that are on their way may take once the client is gone.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// Serves one client on the standard streams until it leaves.
pub fn run_stdio(options: Options) -> Result<(), LspError> {
    run(std::io::stdin(), std::io::stdout(), options)
}

/// Serves one client on any pair of streams until it leaves.
pub fn run(
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
    options: Options,
) -> Result<(), LspError> {
    let frames = spawn_reader(input)?;
    let (outgoing, written) = spawn_writer(output)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(LspError::Start)?;
    let ending = runtime.block_on(async {
        let server = server::start(options).map_err(LspError::Start)?;
        tokio::spawn(server.outbox);
        Ok(Transport {
            service: server.service,
            written: server.written,
            outgoing,
            shutdown: false,
        }
        .serve(frames, server.socket)
        .await)
    })?;
    // The writer ends when its queue is empty; a client that stopped reading must not hold the process.
    match written.recv_timeout(LAST_ANSWERS) {
        Ok(Err(error)) => Err(LspError::Write(error)),
        Ok(Ok(())) | Err(_) => ending,
    }
}

/// A thread of its own reads: standard input has no way to stop a read that has begun.
fn spawn_reader(input: impl Read + Send + 'static) -> Result<UnboundedReceiver<Frame>, LspError> {
    let (frames, received) = unbounded_channel();
    let read = move || {
        let mut input = BufReader::new(input);
        loop {
            match frame::read(&mut input) {
                Ok(Some(frame)) => {
                    if frames.send(frame).is_err() {
                        return;
                    }
                }
                Ok(None) => return,
                Err(error) => return tracing::warn!("reading from the client: {error}"),
            }
        }
    };
    std::thread::Builder::new()
        .name("lsp-reader".into())
        .spawn(read)
        .map_err(LspError::Start)?;
    Ok(received)
}

type Written = mpsc::Receiver<std::io::Result<()>>;

/// A thread of its own writes, behind a queue without a limit: a client that is slow to read slows nothing down.
fn spawn_writer(output: impl Write + Send + 'static) -> Result<(mpsc::Sender<Vec<u8>>, Written), LspError> {
    let (outgoing, queue) = mpsc::channel::<Vec<u8>>();
    let (done, written) = mpsc::channel();
    let write = move || {
        let mut output = BufWriter::new(output);
        let mut write_all = || -> std::io::Result<()> {
            while let Ok(body) = queue.recv() {
                frame::write(&mut output, &body)?;
                for body in queue.try_iter() {
                    frame::write(&mut output, &body)?;
                }
                output.flush()?;
            }
            Ok(())
        };
        // The receiver may be gone already; then nobody wants to know.
        let _ = done.send(write_all());
    };
    std::thread::Builder::new()
        .name("lsp-writer".into())
        .spawn(write)
        .map_err(LspError::Start)?;
    Ok((outgoing, written))
}

type Answer = Option<prewritten::Answer>;

struct Transport {
    service: LspService<Edge>,
    /// What handlers have written already.
    written: Prewritten,
    outgoing: mpsc::Sender<Vec<u8>>,
    shutdown: bool,
}

impl Transport {
    async fn serve(
        mut self,
        mut frames: UnboundedReceiver<Frame>,
        socket: ClientSocket,
    ) -> Result<(), LspError> {
        let (mut to_client, mut from_client) = socket.split();
        let mut running = FuturesUnordered::new();
        loop {
            tokio::select! {
                frame = frames.recv() => {
                    let Some(frame) = frame else { break };
                    match sort(frame) {
                        Incoming::Call(request) => {
                            let exit = request.method() == "exit";
                            match self.call(request).await {
                                Ok(Started::Done(answer)) => self.send_answer(answer),
                                Ok(Started::Running(call)) => running.push(call),
                                Err(ExitedError { .. }) => break,
                            }
                            if exit {
                                break;
                            }
                        }
                        // An answer to a request that nobody waits for any more is no fault.
                        Incoming::Answer(response) => drop(from_client.send(response).await),
                        Incoming::Bad(id, error) => self.send(&Response::from_error(id, error)),
                    }
                }
                Some(answer) = running.next() => self.send_answer(answer),
                Some(request) = to_client.next() => self.send(&request),
            }
        }
        self.finish(running).await;
        if self.shutdown {
            Ok(())
        } else {
            Err(LspError::NoShutdown)
        }
    }

    /// Starts a call and polls it once, here and now: what its handler does before the first wait is done when the next
    /// message is looked at. Without this, a notification could overtake the one before it.
    async fn call(&mut self, request: Request) -> Result<Started, ExitedError> {
        poll_fn(|context| self.service.poll_ready(context)).await?;
        self.shutdown |= request.method() == "shutdown";
        let id = request.id().cloned();
        let unanswered = id
            .clone()
            .map(|id| Response::from_error(id, no_such_request(&request)));
        let call = match catch_unwind(AssertUnwindSafe(|| self.service.call(request))) {
            Ok(call) => call,
            Err(_) => return Ok(Started::Done(panicked(id).map(prewritten::Answer::Response))),
        };
        let guarded = AssertUnwindSafe(call).catch_unwind();
        let written = self.written.clone();
        let mut call = guarded
            .map(|end| end.unwrap_or_else(|_| Ok(panicked(id))).unwrap_or(None))
            .map(move |answer| Some(written.complete(answer.or(unanswered)?)))
            .boxed();
        Ok(match (&mut call).now_or_never() {
            Some(answer) => Started::Done(answer),
            None => Started::Running(call),
        })
    }

    /// Lets the answers out that are still being worked on, for a client that closed only its own end.
    async fn finish(&self, running: FuturesUnordered<BoxFuture<'static, Answer>>) {
        let mut running = running;
        let drain = async {
            while let Some(answer) = running.next().await {
                self.send_answer(answer);
            }
        };
        let _ = tokio::time::timeout(LAST_ANSWERS, drain).await;
    }

    fn send_answer(&self, answer: Answer) {
        if let Some(answer) = answer {
            self.write(answer.body());
        }
    }

    fn send(&self, message: &impl serde::Serialize) {
        self.write(serde_json::to_vec(message));
    }

    fn write(&self, body: serde_json::Result<Vec<u8>>) {
        match body {
            // A failed send means that the client is gone; the end of its input will end the loop.
            Ok(body) => drop(self.outgoing.send(body)),
            Err(error) => tracing::error!("a message cannot be written as JSON: {error}"),
        }
    }
}

enum Started {
    Done(Answer),
    Running(BoxFuture<'static, Answer>),
}

/// What to say to a message with a number that the service does not answer: one whose method is a notification's, or an
/// unknown one with a dollar sign, which only a notification may leave without an answer.
fn no_such_request(request: &Request) -> Error {
    match request.method().starts_with("$/") {
        true => Error::method_not_found(),
        false => Error::invalid_request(),
    }
}

fn panicked(id: Option<Id>) -> Option<Response> {
    id.map(|id| Response::from_error(id, Error::internal_error()))
}

/// What a frame turns out to be.
enum Incoming {
    Call(Request),
    Answer(Response),
    Bad(Id, Error),
}

fn sort(frame: Frame) -> Incoming {
    let body = match frame {
        Frame::Body(body) => body,
        Frame::TooLarge(length) => {
            tracing::warn!("a message of {length} bytes was skipped");
            return Incoming::Bad(Id::Null, Error::invalid_request());
        }
    };
    let Ok(message) = serde_json::from_slice::<Json>(&body) else {
        return Incoming::Bad(Id::Null, Error::parse_error());
    };
    let id = message
        .get("id")
        .and_then(|id| serde_json::from_value(id.clone()).ok())
        .unwrap_or_default();
    let is_call = message.get("method").is_some();
    let is_answer = message.get("result").is_some() || message.get("error").is_some();
    let sorted = if is_call {
        serde_json::from_value(message).map(Incoming::Call)
    } else if is_answer {
        serde_json::from_value(message).map(Incoming::Answer)
    } else {
        return Incoming::Bad(id, Error::invalid_request());
    };
    sorted.unwrap_or_else(|_| Incoming::Bad(id, Error::invalid_request()))
}
