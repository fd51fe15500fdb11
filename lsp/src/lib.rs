//! The Language Server Protocol edge of Banister: the only place that knows the protocol.
//!
//! A message travels down this list and its answer travels up: bytes become frames, the transport calls the tower-lsp
//! service in the order of arrival, the service hands the message to the one owner thread, and the owner either applies
//! it or passes it with an immutable snapshot to a worker.

mod options;

mod frame;

mod transport;

mod server;

mod message;

mod owner;

mod command;

mod session;

mod folder;

mod document;

mod scan;

mod watch;

mod diagnostics;

mod pull;

mod dispatch;

mod requests;

mod pool;

mod outbox;

mod capabilities;

mod convert;

mod edits;

mod uri;

mod prewritten;

#[cfg(test)]
mod testing;

#[cfg(test)]
mod tests;

pub use options::{LspError, Options};
pub use transport::{run, run_stdio};
