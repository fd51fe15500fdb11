//! Commands of `workspace/executeCommand`: running one flow test with the program's own `test`, beside everything else.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{ExecuteCommandParams, ProgressToken, Uri};

use crate::message::Reply;

/// How often a running test is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// A wish to run a flow test, with the way for its answer.
pub(crate) struct Run {
    /// Which test.
    pub(crate) test: FlowTest,
    /// Where the client wants to see the progress, if it says so.
    pub(crate) token: Option<ProgressToken>,
    /// The way back.
    pub(crate) reply: Reply<Option<Json>>,
}

/// The argument of `banister.runFlowTest`.
#[derive(Debug, Deserialize)]
pub(crate) struct FlowTest {
    /// The flow test file.
    pub(crate) uri: Uri,
    /// The name of the test in it.
    pub(crate) test: String,
}

/// The one argument of a command; a command without arguments has the default.
pub(crate) fn argument<T: for<'de> Deserialize<'de>>(params: ExecuteCommandParams) -> Result<T> {
    let first = params.arguments.into_iter().next();
    let argument = first.unwrap_or_else(|| Json::Object(serde_json::Map::new()));
    serde_json::from_value(argument)
        .map_err(|error| Error::invalid_params(format!("{}: {error}", params.command)))
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// The test passed.
    Passed,
    /// It failed.
    Failed,
    /// Nobody wanted it any more.
    Cancelled,
    /// It could not be run.
    Error,
}

/// The end of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Ended {
    /// How it ended.
    pub(crate) status: Verdict,
    /// What it printed.
    pub(crate) output: String,
}

/// What is run.
#[derive(Debug)]
pub(crate) struct Job {
    /// The program itself.
    pub(crate) executable: PathBuf,
    /// The root of the project.
    pub(crate) folder: PathBuf,
    /// The test's whole name, as the command line prints it.
    pub(crate) name: String,
    /// Set when the run is not wanted any more.
    pub(crate) cancelled: Arc<AtomicBool>,
}

impl Job {
    /// Runs to the end, or until it is cancelled in one way or the other.
    pub(crate) fn run(&self, is_unwanted: impl Fn() -> bool) -> Ended {
        match self.start() {
            Ok(child) => self.watch(child, is_unwanted),
            Err(error) => Ended {
                status: Verdict::Error,
                output: format!("{} cannot be run: {error}", self.executable.display()),
            },
        }
    }

    fn start(&self) -> std::io::Result<Child> {
        Command::new(&self.executable)
            .args(["test", "--exact", "-C"])
            .arg(&self.folder)
            .arg("--")
            .arg(&self.name)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
    }

    fn watch(&self, mut child: Child, is_unwanted: impl Fn() -> bool) -> Ended {
        let printed = drained(child.stdout.take());
        let complained = drained(child.stderr.take());
        let mut cancelled = false;
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break Ok(status),
                Ok(None) => {}
                Err(error) => break Err(error),
            }
            if !cancelled && (self.cancelled.load(Ordering::Relaxed) || is_unwanted()) {
                cancelled = true;
                // It has ended by itself if this fails.
                let _ = child.kill();
            }
            std::thread::sleep(GLANCE);
        };
        if cancelled {
            return Ended {
                status: Verdict::Cancelled,
                output: String::new(),
            };
        }
        let text = |reader: Reader| reader.and_then(|reader| reader.join().ok()).unwrap_or_default();
        let mut output = text(printed) + &text(complained);
        let status = match status {
            // A name that fits no test is no success.
            Ok(status) if status.success() && output.contains("running 0 tests") => {
                output.push_str(&format!("there is no test named '{}' on the disk\n", self.name));
                Verdict::Error
            }
            Ok(status) if status.success() => Verdict::Passed,
            Ok(status) if status.code() == Some(1) => Verdict::Failed,
            Ok(_) => Verdict::Error,
            Err(error) => {
                output.push_str(&error.to_string());
                Verdict::Error
            }
        };
        Ended { status, output }
    }
}

type Reader = Option<std::thread::JoinHandle<String>>;

/// Reads a stream to its end beside everything else: a full pipe would stop the run.
fn drained(stream: Option<impl Read + Send + 'static>) -> Reader {
    let mut stream = stream?;
    let read = move || {
        let mut bytes = Vec::new();
        // What was read before an error still counts.
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    };
    std::thread::Builder::new().spawn(read).ok()
}
