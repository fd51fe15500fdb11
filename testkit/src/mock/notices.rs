//! How a client hears that its answer is held, and that virtual time may therefore pass: over a second connection,
//! which it opened for that.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// Invocation and connection.
type Of = (u64, u64);

/// The connections for notices of one session.
#[derive(Default)]
pub(super) struct Notices {
    open: Mutex<BTreeMap<Of, TcpStream>>,
    added: Notify,
}

impl Notices {
    pub(super) fn add(&self, of: Of, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        self.lock().insert(of, stream);
        self.added.notify_waiters();
    }

    pub(super) fn remove(&self, of: Of) {
        self.lock().remove(&of);
    }

    /// Says that nothing more comes until the scheduler wants it, and how many bytes there were until now: the client is
    /// not idle before it has them all.
    pub(super) async fn tell_held(&self, of: Of, written: u64) -> io::Result<()> {
        let mut stream = self.wait_for(of).await;
        let result = stream.write_all(format!("held {written}\n").as_bytes()).await;
        self.lock().insert(of, stream);
        result
    }

    async fn wait_for(&self, of: Of) -> TcpStream {
        loop {
            let added = self.added.notified();
            tokio::pin!(added);
            added.as_mut().enable();
            let stream = self.lock().remove(&of);
            match stream {
                Some(stream) => return stream,
                None => added.await,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Of, TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
