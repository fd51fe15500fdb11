//! The services outside the project, answered on this machine: one server per harness, plain HTTP and TLS on one port. A
//! connection says in its first line which session and invocation it belongs to and whom it wanted to reach. Every exchange
//! is *held* until the scheduler lets it go, so that a handler sees an answer only after the call was taken note of.

mod authority;
mod body;
mod choice;
mod connection;
mod load;
mod notices;
mod openapi;
mod preamble;
mod record;
mod scope;
mod script;
mod services;
mod session;
mod strike;
mod wire;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value as Json;
use tempfile::NamedTempFile;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::protocol::ToWorker;
use authority::Authority;
use banister_project::flow_test::RequestPattern;
use choice::Request;
use session::Sessions;

pub use load::{LoadError, unusable_files};
pub use openapi::OpenApi;
pub use record::{Recording, cassette};
pub use services::Services;
pub use session::{Held, MockSession};
pub use strike::Strike;

/// The mock server of one harness process.
pub struct MockServer {
    port: u16,
    ca: NamedTempFile,
    sessions: Arc<Sessions>,
    authority: Arc<Authority>,
    next_session: AtomicU64,
    runtime: Option<Runtime>,
}

/// Why the mock server does not start.
#[derive(Debug, thiserror::Error)]
pub enum MockError {
    /// No port, no thread or no temporary file.
    #[error("cannot set up the mock server")]
    Io(#[from] std::io::Error),
    /// No certificate.
    #[error("cannot make the mock server's certificates")]
    Certificate(#[from] rcgen::Error),
    /// TLS refuses the certificate.
    #[error("cannot set up TLS for the mock server")]
    Tls(#[from] tokio_rustls::rustls::Error),
}

/// An external call of a handler.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpCall {
    /// The invocation that made it.
    pub invocation: u64,
    /// Upper case.
    pub method: String,
    /// Full address with its query, without the port that the scheme implies.
    pub url: String,
    /// Host as the client named it, lower case.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Names lower-case; values of a repeated header joined by commas.
    pub headers: BTreeMap<String, String>,
    /// JSON, the fields of a form as an object, else the text; null for none.
    pub body: Json,
    /// What it asked, as mocks look at it.
    pub(crate) request: Request,
    /// Its number in the session.
    pub exchange: u64,
    /// The client's number for the connection, if it hears when its answer is held.
    pub connection: Option<u64>,
    /// Status of the answer; `None` if no mock matches or nothing that has a status is sent.
    pub status: Option<u16>,
    /// How the answer fails, if it does, as the mock or the injected fault is named.
    pub fault: Option<&'static str>,
    /// When the parts of the answer go out: virtual ms after the call or the part before; `None`: never.
    pub parts: Vec<Option<i64>>,
    /// True if it goes to the real service, and what is said there is nobody's business.
    pub real: bool,
    /// True if no mock matches.
    pub unmatched: bool,
    /// What the closest mock would have needed, where none matches.
    pub near_miss: Option<String>,
    /// True if another exchange of the session was open at the same time.
    pub overlapped: bool,
}

impl HttpCall {
    /// In what the call differs from what is expected, the weightiest first; empty if it is such a call.
    pub fn misses(&self, expected: &RequestPattern) -> Vec<String> {
        let mut misses = choice::misses(expected, &self.request);
        misses.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        misses.into_iter().map(|(_, text)| text).collect()
    }
}

impl MockServer {
    /// Starts the server on a free port of 127.0.0.1, with an authority of its own.
    ///
    /// # Errors
    /// No port, thread, temporary file or certificate can be had.
    pub fn start() -> Result<MockServer, MockError> {
        let authority = Arc::new(Authority::new()?);
        let mut ca = NamedTempFile::with_prefix("banister-ca-")?;
        ca.write_all(authority.pem().as_bytes())?;
        ca.flush()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("banister-mock")
            .enable_io()
            .build()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = runtime.block_on(TcpListener::bind(address))?;
        let port = listener.local_addr()?.port();
        let sessions = Arc::new(Sessions::default());
        runtime.spawn(connection::accept(
            listener,
            Arc::clone(&sessions),
            Arc::clone(&authority),
        ));
        Ok(Self {
            port,
            ca,
            sessions,
            authority,
            next_session: AtomicU64::new(1),
            runtime: Some(runtime),
        })
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// PEM file with the authority that signs every certificate of the server, and no other: real hosts are never reached.
    pub fn ca_file(&self) -> &Path {
        self.ca.path()
    }

    /// The certificate that a client of `host` is shown, as a worker asks for it.
    ///
    /// # Errors
    /// There can be none for such a name.
    pub fn certificate(&self, host: &str) -> Result<ToWorker, MockError> {
        Ok(ToWorker::Certificate {
            certificate: self.authority.certificate(host)?,
            authority: self.authority.pem(),
        })
    }

    /// Opens the mocks of one run. They are closed when the session is dropped.
    ///
    /// # Errors
    /// The system has no more descriptors.
    pub fn open_session(&self, services: impl Into<Services>) -> Result<MockSession, MockError> {
        let id = self.next_session.fetch_add(1, Ordering::Relaxed);
        Ok(self.sessions.open(id, services.into())?)
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Nobody waits for connections that clients left open.
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests;
