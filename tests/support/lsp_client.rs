//! A small editor: talks to `banister lsp` over its standard streams, and never waits without a limit.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::conformance::Conformance;

/// Longer than any answer takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// A running server and this side of the conversation.
pub(crate) struct LspClient {
    child: Child,
    to_server: Option<ChildStdin>,
    from_server: Receiver<Json>,
    /// Every message is held against the protocol's own schema.
    conformance: Conformance,
    root: PathBuf,
    next_id: i64,
    /// Messages that came while another one was waited for.
    set_aside: Vec<Json>,
    /// Columns count bytes, not UTF-16 units.
    utf8: bool,
}

impl LspClient {
    /// A client as capable as editors are today, with one folder.
    pub(crate) fn start(root: &Path) -> Self {
        Self::start_with(root, &modern())
    }

    /// A client with these capabilities.
    pub(crate) fn start_with(root: &Path, capabilities: &Json) -> Self {
        let mut client = Self::spawn(root);
        let folders = json!([{ "uri": client.uri(""), "name": "project" }]);
        client.initialize(&json!({ "capabilities": capabilities, "workspaceFolders": folders }));
        client
    }

    /// A server that has been told nothing yet.
    pub(crate) fn spawn(root: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_banister"));
        command.arg("lsp").env_clear().current_dir(root);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        let mut child = command.spawn().expect("the server starts");
        let to_server = child.stdin.take();
        let stdout = child.stdout.take().expect("standard output is piped");
        let (sender, from_server) = channel();
        std::thread::spawn(move || {
            let mut input = BufReader::new(stdout);
            while let Some(message) = read_message(&mut input) {
                let Ok(()) = sender.send(message) else { return };
            }
        });
        let root = root.to_owned();
        Self {
            child,
            to_server,
            from_server,
            conformance: Conformance::default(),
            root,
            next_id: 0,
            set_aside: Vec::new(),
            utf8: false,
        }
    }

    /// `initialize` and `initialized`; returns the server's answer.
    pub(crate) fn initialize(&mut self, params: &Json) -> Json {
        let result = self.request("initialize", params);
        self.utf8 = result["capabilities"]["positionEncoding"] == "utf-8";
        self.notify("initialized", &json!({}));
        result
    }

    /// The URI of a file of the folder.
    pub(crate) fn uri(&self, path: &str) -> String {
        let path = if path.is_empty() {
            self.root.clone()
        } else {
            self.root.join(path)
        };
        format!("file://{}", path.to_str().expect("a Unicode path"))
    }

    /// The file of a URI, relative to the folder.
    pub(crate) fn path(&self, uri: &Json) -> String {
        let uri = uri.as_str().expect("a URI");
        let path = uri
            .strip_prefix(&self.uri(""))
            .unwrap_or_else(|| panic!("{uri} is outside of the folder"));
        path.trim_start_matches('/').to_owned()
    }

    /// Sends a request and returns its result.
    #[track_caller]
    pub(crate) fn request(&mut self, method: &str, params: &Json) -> Json {
        let answer = self.ask(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Sends a request and returns the whole answer.
    pub(crate) fn ask(&mut self, method: &str, params: &Json) -> Json {
        self.next_id += 1;
        let id = self.next_id;
        let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method });
        if !params.is_null() {
            message["params"] = params.clone();
        }
        self.send(&message);
        let is_answer = |message: &Json| message["id"] == id && message.get("method").is_none();
        self.wait_for(&format!("the answer to {method}"), is_answer)
    }

    /// Sends a notification.
    pub(crate) fn notify(&mut self, method: &str, params: &Json) {
        let mut message = json!({ "jsonrpc": "2.0", "method": method });
        if !params.is_null() {
            message["params"] = params.clone();
        }
        self.send(&message);
    }

    /// Sends one message.
    pub(crate) fn send(&mut self, message: &Json) {
        if let (Some(id), Some(method)) = (message["id"].as_i64(), message["method"].as_str()) {
            self.conformance.asked(id, method);
        }
        let body = message.to_string();
        self.write(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// Writes bytes as they are.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let pipe = self.to_server.as_mut().expect("the session is open");
        pipe.write_all(bytes)
            .and_then(|()| pipe.flush())
            .expect("the server reads");
    }

    /// Waits for a message; others are kept for later.
    #[track_caller]
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
                Ok(message) => {
                    self.conformance.heard(&message);
                    if is_it(&message) {
                        return message;
                    }
                    self.set_aside.push(message);
                }
                Err(RecvTimeoutError::Timeout) => panic!("no {what} within {LIMIT:?}: {:#?}", self.set_aside),
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("the server ended before {what}: {:#?}", self.set_aside)
                }
            }
        }
    }

    /// Waits until findings of a file are pushed that are as wished, and returns them. Earlier ones are dropped.
    #[track_caller]
    pub(crate) fn findings(&mut self, path: &str, are_wished: impl Fn(&[Json]) -> bool) -> Vec<Json> {
        let uri = self.uri(path);
        let list = |message: &Json| {
            message["params"]["diagnostics"]
                .as_array()
                .cloned()
                .unwrap_or_default()
        };
        let is_push = |message: &Json| {
            message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri
        };
        loop {
            let message = self.wait_for(&format!("findings of {path}"), is_push);
            if are_wished(&list(&message)) {
                return list(&message);
            }
        }
    }

    /// Opens a file with a text of its own.
    pub(crate) fn open_with(&mut self, path: &str, text: &str) {
        let document = json!({ "uri": self.uri(path), "languageId": "any", "version": 1, "text": text });
        self.notify("textDocument/didOpen", &json!({ "textDocument": document }));
    }

    /// Opens a file with the text that is on disk, and returns the text.
    pub(crate) fn open(&mut self, path: &str) -> String {
        let text = std::fs::read_to_string(self.root.join(path)).expect("the file can be read");
        self.open_with(path, &text);
        text
    }

    /// Replaces `old`, which must be there, by `new` in an open file whose text is `text`; returns the new text.
    pub(crate) fn replace(&mut self, path: &str, version: i32, text: &str, old: &str, new: &str) -> String {
        let start = text.find(old).unwrap_or_else(|| panic!("no {old:?} in {path}"));
        let range =
            json!({ "start": self.position(text, start), "end": self.position(text, start + old.len()) });
        let changes = json!([{ "range": range, "text": new }]);
        let document = json!({ "uri": self.uri(path), "version": version });
        self.notify(
            "textDocument/didChange",
            &json!({ "textDocument": document, "contentChanges": changes }),
        );
        text.replacen(old, new, 1)
    }

    /// Tells of a file that was created (1), changed (2) or deleted (3) on disk.
    pub(crate) fn watched(&mut self, path: &str, kind: u8) {
        let changes = json!([{ "uri": self.uri(path), "type": kind }]);
        self.notify("workspace/didChangeWatchedFiles", &json!({ "changes": changes }));
    }

    /// Where the byte `offset` of `text` is, in the agreed unit.
    pub(crate) fn position(&self, text: &str, offset: usize) -> Json {
        let line_start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
        let before = &text[line_start..offset];
        let column = if self.utf8 {
            before.len()
        } else {
            before.encode_utf16().count()
        };
        json!({ "line": text[..offset].matches('\n').count(), "character": column })
    }

    /// What stands in a range of `text`, which must be one line's.
    pub(crate) fn slice<'t>(&self, text: &'t str, range: &Json) -> &'t str {
        let offset = |position: &Json| {
            let line = position["line"].as_u64().expect("a line") as usize;
            let line_start = text.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
            let column = position["character"].as_u64().expect("a column") as usize;
            let rest = &text[line_start..];
            let width = |ch: char| if self.utf8 { ch.len_utf8() } else { ch.len_utf16() };
            let mut seen = 0;
            let found = rest.char_indices().find(|(_, ch)| {
                let here = seen >= column;
                seen += width(*ch);
                here
            });
            line_start + found.map_or(rest.len(), |(at, _)| at)
        };
        &text[offset(&range["start"])..offset(&range["end"])]
    }

    /// Parameters for a request at `|` in `marked`, whose text without the bar must stand in `text`.
    pub(crate) fn at(&self, path: &str, text: &str, marked: &str) -> Json {
        let (before, after) = marked.split_once('|').expect("a bar for the cursor");
        let plain = format!("{before}{after}");
        let start = text
            .find(&plain)
            .unwrap_or_else(|| panic!("no {plain:?} in {path}"));
        let position = self.position(text, start + before.len());
        json!({ "textDocument": { "uri": self.uri(path) }, "position": position })
    }

    /// `shutdown` and `exit`; the server must end with code 0. Returns what it still said.
    pub(crate) fn finish(mut self) -> Vec<Json> {
        self.request("shutdown", &Json::Null);
        self.notify("exit", &Json::Null);
        assert_eq!(self.ended(), Some(0));
        let mut rest = std::mem::take(&mut self.set_aside);
        for message in self.from_server.iter() {
            self.conformance.heard(&message);
            rest.push(message);
        }
        rest
    }

    /// Closes the server's standard input.
    pub(crate) fn hang_up(&mut self) {
        drop(self.to_server.take());
    }

    /// Waits for the server's end and returns its exit code.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        let deadline = Instant::now() + LIMIT;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the server does not end within {LIMIT:?}");
    }
}

impl Drop for LspClient {
    fn drop(&mut self) {
        // A test that failed leaves its server running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The capabilities of an editor of today.
pub(crate) fn modern() -> Json {
    json!({
        "general": { "positionEncodings": ["utf-8", "utf-16"] },
        "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true }, "workspaceFolders": true },
        "textDocument": {
            "completion": { "completionItem": { "documentationFormat": ["markdown"] } },
            "definition": { "linkSupport": true },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            "hover": { "contentFormat": ["markdown", "plaintext"] },
            "publishDiagnostics": { "relatedInformation": true, "versionSupport": true },
        },
    })
}

fn read_message(input: &mut impl BufRead) -> Option<Json> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.trim().parse().expect("a length");
        } else if line.trim().is_empty() {
            break;
        } else {
            panic!("the server wrote something else than a message: {line:?}");
        }
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("a JSON body"))
}
