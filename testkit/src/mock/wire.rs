//! The bytes of a connection: counted where they leave, and written beside the HTTP machine that reads the request.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// A socket that counts what is written to it.
pub(super) struct Counted {
    stream: TcpStream,
    written: Arc<AtomicU64>,
}

impl Counted {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            written: Arc::default(),
        }
    }

    pub(super) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Bytes that the system has taken so far.
    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Makes the end of the connection a reset.
    fn reset(&self) -> io::Result<()> {
        let result = rustix::net::sockopt::set_socket_linger(&self.stream, Some(Duration::ZERO));
        result.map_err(io::Error::from)
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, buf);
        if let Poll::Ready(Ok(count)) = &result {
            self.written.fetch_add(*count as u64, Ordering::Relaxed);
        }
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A connection, plain or under TLS.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// The socket below.
    fn counted(&self) -> &Counted;
}

impl Wire for Counted {
    fn counted(&self) -> &Counted {
        self
    }
}

impl Wire for TlsStream<Counted> {
    fn counted(&self) -> &Counted {
        self.get_ref().0
    }
}

/// A connection that two parts of one task use in turn: HTTP reads the request, and the script writes the answer.
pub(super) struct Shared<S>(Arc<Mutex<S>>);

impl<S> Clone for Shared<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Wire> Shared<S> {
    pub(super) fn new(wire: S) -> Self {
        Self(Arc::new(Mutex::new(wire)))
    }

    fn lock(&self) -> MutexGuard<'_, S> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn written(&self) -> u64 {
        self.lock().counted().written()
    }

    pub(super) fn reset(&self) -> io::Result<()> {
        self.lock().counted().reset()
    }
}

impl<S: Wire> AsyncRead for Shared<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lock()).poll_read(cx, buf)
    }
}

impl<S: Wire> AsyncWrite for Shared<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.lock()).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lock()).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lock()).poll_shutdown(cx)
    }
}
