//! What a caller may set, and how a session may end badly.

use std::path::PathBuf;
use std::time::Duration;

/// Settings of a session.
#[derive(Debug, Clone)]
pub struct Options {
    /// The longest that the owner waits for a pause in typing before it checks the workspace again. It waits for less where a
    /// check takes less.
    pub debounce: Duration,
    /// The longest time that steady typing may put a check off.
    pub patience: Duration,
    /// Threads that answer read requests.
    pub workers: usize,
    /// The folder that keeps facts between sessions, if any does.
    pub cache: Option<PathBuf>,
    /// The program that runs flow tests: the caller itself, where it knows the command `test`.
    pub executable: Option<PathBuf>,
    /// How often the disk is looked at for a client that cannot watch files.
    pub poll: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            debounce: Duration::from_millis(40),
            patience: Duration::from_millis(250),
            workers: 4,
            cache: None,
            executable: None,
            poll: Duration::from_secs(2),
        }
    }
}

/// Why a session ended other than by `shutdown` and `exit`.
#[derive(Debug, thiserror::Error)]
pub enum LspError {
    /// The client sent `exit`, or closed its end, without asking for `shutdown` first. The protocol wants exit code 1.
    #[error("the client left without a shutdown request")]
    NoShutdown,
    /// The client no longer reads what the server writes.
    #[error("the client cannot be written to: {0}")]
    Write(#[source] std::io::Error),
    /// The machine refused a thread or the event loop.
    #[error("the session cannot start: {0}")]
    Start(#[source] std::io::Error),
}
