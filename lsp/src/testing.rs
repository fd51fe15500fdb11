//! For the tests: hooks inside the machinery, and a client that talks to a whole session over pipes in memory.

use std::io::{BufReader, PipeReader, PipeWriter, Write, pipe};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value as Json, json};
use tower_lsp::LspServiceBuilder;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::Uri;

use crate::dispatch::View;
use crate::frame::{self, Frame};
use crate::message::{Event, Reply, Request};
use crate::options::{LspError, Options};
use crate::server::Edge;

/// Longer than anything takes here; a test that waits this long has failed.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// A question about the machinery.
#[derive(Debug, Deserialize)]
pub(crate) struct ProbeParams {
    pub(crate) uri: Uri,
    what: What,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum What {
    /// The text of the document.
    Text,
    /// A panic on the worker.
    Panic,
    /// Work until the question is cancelled, or [`LIMIT`].
    Slow,
}

/// Answers a probe, on a worker.
pub(crate) fn probe(view: Option<&View>, params: &ProbeParams, reply: &Reply<Json>) -> Json {
    match params.what {
        What::Text => json!(view.map(|view| view.source().text.to_string())),
        What::Panic => panic!("asked for by a test"),
        What::Slow => {
            let start = Instant::now();
            while !reply.is_cancelled() && start.elapsed() < LIMIT {
                std::thread::sleep(Duration::from_millis(1));
            }
            json!("slow")
        }
    }
}

/// Adds methods that only tests have.
pub(crate) fn with_hooks(builder: LspServiceBuilder<Edge>) -> LspServiceBuilder<Edge> {
    async fn probe(edge: &Edge, params: ProbeParams) -> Result<Json> {
        edge.ask(|reply| Request::Probe(params, reply)).await
    }
    async fn panic_in_handler(_: &Edge) -> Result<Json> {
        panic!("asked for by a test")
    }
    async fn panic_in_owner(edge: &Edge) {
        edge.tell(Event::Panic);
    }
    async fn ask_client(edge: &Edge) {
        edge.tell(Event::AskClient);
    }
    async fn is_settled(edge: &Edge) -> Result<Json> {
        edge.ask_with(Event::IsSettled).await
    }
    builder
        .custom_method("banister/isSettled", is_settled)
        .custom_method("banister/probe", probe)
        .custom_method("banister/panicInHandler", panic_in_handler)
        .custom_method("banister/panicInOwner", panic_in_owner)
        .custom_method("banister/askClient", ask_client)
}

/// The other side of a session.
pub(crate) struct Client {
    to_server: Option<Sender<Vec<u8>>>,
    from_server: Receiver<Json>,
    session: Option<JoinHandle<std::result::Result<(), LspError>>>,
    next_id: i64,
    /// Messages that came while another one was waited for.
    set_aside: Vec<Json>,
    /// Held by a test, it keeps the client from reading.
    pub(crate) ear: Arc<Mutex<()>>,
    /// Messages that the server has not taken in yet.
    unsent: Arc<AtomicUsize>,
}

impl Client {
    /// A session that has not been initialized.
    pub(crate) fn start() -> Self {
        Self::start_options(Options::default())
    }

    /// The same with other options, but never slow to check.
    fn start_options(options: Options) -> Self {
        let (server_reads, to_server) = pipe().unwrap();
        let (client_reads, server_writes) = pipe().unwrap();
        let options = Options {
            debounce: Duration::from_millis(5),
            ..options
        };
        let session = std::thread::spawn(move || crate::run(server_reads, server_writes, options));
        let ear = Arc::new(Mutex::new(()));
        let from_server = spawn_reader(client_reads, Arc::clone(&ear));
        let unsent = Arc::new(AtomicUsize::new(0));
        Self {
            to_server: Some(spawn_writer(to_server, Arc::clone(&unsent))),
            unsent,
            from_server,
            session: Some(session),
            next_id: 0,
            set_aside: Vec::new(),
            ear,
        }
    }

    /// A session whose one folder is `root`.
    pub(crate) fn open(root: &Path) -> Self {
        Self::open_with(root, &json!({}))
    }

    /// The same, of a client with these capabilities.
    pub(crate) fn open_with(root: &Path, capabilities: &Json) -> Self {
        Self::open_options(root, capabilities, Options::default())
    }

    /// The same with other options.
    pub(crate) fn open_options(root: &Path, capabilities: &Json, options: Options) -> Self {
        let mut client = Self::start_options(options);
        let folders = json!([{ "uri": uri(root, ""), "name": "root" }]);
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities,
            "workspaceFolders": folders });
        client.request("initialize", params).unwrap();
        client.notify("initialized", json!({}));
        client
    }

    /// Writes bytes as they are.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.unsent.fetch_add(1, Ordering::SeqCst);
        self.to_server.as_ref().unwrap().send(bytes.to_vec()).unwrap();
    }

    /// Waits until the server has read everything, but for what a pipe holds.
    pub(crate) fn wait_until_written(&self) {
        let start = Instant::now();
        while self.unsent.load(Ordering::SeqCst) > 0 {
            assert!(start.elapsed() < LIMIT, "the session stopped reading");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Writes one message.
    pub(crate) fn send(&mut self, message: &Json) {
        let mut wire = Vec::new();
        frame::write(&mut wire, message.to_string().as_bytes()).unwrap();
        self.write(&wire);
    }

    /// Sends a notification.
    pub(crate) fn notify(&mut self, method: &str, params: Json) {
        let mut message = json!({ "jsonrpc": "2.0", "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
    }

    /// Sends a request and returns its number.
    pub(crate) fn ask(&mut self, method: &str, params: Json) -> i64 {
        self.next_id += 1;
        let mut message = json!({ "jsonrpc": "2.0", "id": self.next_id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
        self.next_id
    }

    /// Sends a request and waits for its answer: the result, or the error's code.
    pub(crate) fn request(&mut self, method: &str, params: Json) -> std::result::Result<Json, i64> {
        let id = self.ask(method, params);
        self.answer(id)
    }

    /// Waits for the answer to a request.
    pub(crate) fn answer(&mut self, id: i64) -> std::result::Result<Json, i64> {
        let is_answer = |message: &Json| message["id"] == id && message.get("method").is_none();
        let message = self.wait_for(&format!("the answer to request {id}"), is_answer);
        match message.get("error") {
            Some(error) => Err(error["code"].as_i64().unwrap()),
            None => Ok(message["result"].clone()),
        }
    }

    /// Waits for a message, setting others aside.
    pub(crate) fn wait_for(&mut self, what: &str, is_it: impl Fn(&Json) -> bool) -> Json {
        if let Some(at) = self.set_aside.iter().position(&is_it) {
            return self.set_aside.remove(at);
        }
        let deadline = Instant::now() + LIMIT;
        loop {
            match self
                .from_server
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(message) if is_it(&message) => return message,
                Ok(message) => self.set_aside.push(message),
                Err(RecvTimeoutError::Timeout) => panic!("waited in vain for {what}: {:?}", self.set_aside),
                Err(RecvTimeoutError::Disconnected) => panic!("the session ended before {what}"),
            }
        }
    }

    /// Messages that came and that nobody has waited for yet.
    pub(crate) fn heard(&self) -> &[Json] {
        &self.set_aside
    }

    /// Asks a probe.
    pub(crate) fn probe(&mut self, uri: &str, what: &str) -> i64 {
        self.ask("banister/probe", json!({ "uri": uri, "what": what }))
    }

    /// The text of a document, as a worker sees it now.
    pub(crate) fn text(&mut self, uri: &str) -> Option<String> {
        let id = self.probe(uri, "text");
        self.answer(id).unwrap().as_str().map(String::from)
    }

    /// Opens a document.
    pub(crate) fn did_open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "any", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Closes the client's end and returns how the session ended, with everything it still said.
    pub(crate) fn end(mut self) -> (std::result::Result<(), LspError>, Vec<Json>) {
        drop(self.to_server.take());
        let mut rest = std::mem::take(&mut self.set_aside);
        while let Ok(message) = self.from_server.recv_timeout(LIMIT) {
            rest.push(message);
        }
        (self.session.take().unwrap().join().unwrap(), rest)
    }

    /// `shutdown` and `exit`; the session must end well.
    pub(crate) fn finish(mut self) -> Vec<Json> {
        assert_eq!(self.request("shutdown", Json::Null), Ok(Json::Null));
        self.notify("exit", Json::Null);
        let (ending, rest) = self.end();
        ending.unwrap();
        rest
    }
}

/// Reads in a thread, so that waiting for a message can have a limit.
fn spawn_reader(input: PipeReader, ear: Arc<Mutex<()>>) -> Receiver<Json> {
    let (sender, messages) = channel();
    std::thread::spawn(move || {
        let mut input = BufReader::new(input);
        loop {
            drop(ear.lock().unwrap());
            let Ok(Some(Frame::Body(body))) = frame::read(&mut input) else {
                return;
            };
            let Ok(()) = sender.send(serde_json::from_slice(&body).unwrap()) else {
                return;
            };
        }
    });
    messages
}

/// Writes in a thread, so that a session that stopped reading makes a test fail and not hang.
fn spawn_writer(mut output: PipeWriter, unsent: Arc<AtomicUsize>) -> Sender<Vec<u8>> {
    let (sender, messages) = channel::<Vec<u8>>();
    std::thread::spawn(move || {
        for message in messages {
            let Ok(()) = output.write_all(&message) else {
                return;
            };
            unsent.fetch_sub(1, Ordering::SeqCst);
        }
    });
    sender
}

/// The URI of a file under `root`.
pub(crate) fn uri(root: &Path, path: &str) -> String {
    let uri = crate::uri::from_relative(root, path).unwrap();
    uri.as_str().trim_end_matches('/').to_owned()
}
