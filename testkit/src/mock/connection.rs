//! One connection: its preamble, TLS if the client speaks it, one HTTP exchange.

use std::collections::BTreeMap;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::server::Acceptor;

use super::authority::Authority;
use super::choice::Request;
use super::session::{Exchange, Sessions};
use super::{HttpCall, MockError, body};
use banister_project::flow_test::{Endpoint, HttpReply, ReplyBody};

/// A longer preamble is none.
const MAX_PREAMBLE: usize = 512;
/// A larger body is not read.
const MAX_BODY: usize = 16 * 1024 * 1024;
/// The first byte of every TLS connection.
const TLS_HANDSHAKE: u8 = 0x16;

/// Takes connections for as long as the server lives.
pub(super) async fn accept(listener: TcpListener, sessions: Arc<Sessions>, authority: Arc<Authority>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(serve(stream, Arc::clone(&sessions), Arc::clone(&authority)));
            }
            Err(error) => {
                // Out of descriptors, most likely: others must get a turn to give some back.
                tracing::warn!(%error, "the mock server cannot take a connection");
                tokio::task::yield_now().await;
            }
        }
    }
}

/// Who connects, and to whom.
#[derive(Debug, Clone, PartialEq)]
struct Preamble {
    session: u64,
    invocation: u64,
    host: String,
    port: u16,
}

async fn serve(mut stream: TcpStream, sessions: Arc<Sessions>, authority: Arc<Authority>) {
    let Some(preamble) = read_preamble(&mut stream).await else {
        return;
    };
    let Some(session) = sessions.get(preamble.session) else {
        return;
    };
    let exchange = session.begin();
    let _ = stream.set_nodelay(true);
    tokio::select! {
        () = session.closed() => {}
        result = talk(stream, preamble, exchange, authority) => {
            if let Err(error) = result {
                tracing::debug!(%error, "a mocked connection broke");
            }
        }
    }
}

/// Reads up to the end of the line and not a byte further: what follows may be TLS.
async fn read_preamble(stream: &mut TcpStream) -> Option<Preamble> {
    let mut line = Vec::new();
    loop {
        match stream.read_u8().await.ok()? {
            b'\n' => return parse_preamble(&line),
            byte if line.len() < MAX_PREAMBLE => line.push(byte),
            _ => return None,
        }
        if line.first() != Some(&1) {
            return None;
        }
    }
}

fn parse_preamble(line: &[u8]) -> Option<Preamble> {
    let mut parts = std::str::from_utf8(line.strip_prefix(&[1])?).ok()?.split(' ');
    let session = parts.next()?.parse().ok()?;
    let invocation = parts.next()?.parse().ok()?;
    let host = parts.next()?.trim_matches(['[', ']']).to_ascii_lowercase();
    let port = parts.next()?.parse().ok()?;
    (!host.is_empty() && parts.next().is_none()).then_some(Preamble {
        session,
        invocation,
        host,
        port,
    })
}

/// Why a connection ends before its exchange does.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Http(#[from] hyper::Error),
    #[error(transparent)]
    Setup(#[from] MockError),
    #[error("the body of the request breaks off: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
    #[error("the run ended before the exchange did")]
    Released(#[from] tokio::sync::oneshot::error::RecvError),
}

async fn talk(
    stream: TcpStream,
    preamble: Preamble,
    exchange: Exchange,
    authority: Arc<Authority>,
) -> Result<(), Broken> {
    let Some(first) = first_byte(&stream).await? else {
        return Ok(());
    };
    if first != TLS_HANDSHAKE {
        return converse(stream, "http", preamble, exchange).await;
    }
    let handshake = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    let host = handshake
        .client_hello()
        .server_name()
        .unwrap_or(&preamble.host)
        .to_owned();
    let config = authority.config(&host)?;
    let stream = handshake.into_stream(config).await?;
    converse(stream, "https", preamble, exchange).await
}

/// What the client says first, left where it is.
async fn first_byte(stream: &TcpStream) -> std::io::Result<Option<u8>> {
    let mut first = [0];
    Ok((stream.peek(&mut first).await? > 0).then_some(first[0]))
}

/// One exchange, then the end: the next call of a handler opens a connection of its own, which says whose it is.
async fn converse<S>(
    stream: S,
    scheme: &'static str,
    preamble: Preamble,
    exchange: Exchange,
) -> Result<(), Broken>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (preamble, exchange) = (Arc::new(preamble), Arc::new(exchange));
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (preamble, exchange) = (Arc::clone(&preamble), Arc::clone(&exchange));
        async move { respond(request, scheme, &preamble, &exchange).await }
    });
    let connection = http1::Builder::new()
        .keep_alive(false)
        .half_close(true)
        .auto_date_header(false)
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    Ok(connection.await?)
}

async fn respond(
    request: hyper::Request<Incoming>,
    scheme: &str,
    preamble: &Preamble,
    exchange: &Exchange,
) -> Result<Response<Full<Bytes>>, Broken> {
    let (parts, incoming) = request.into_parts();
    let bytes = Limited::new(incoming, MAX_BODY)
        .collect()
        .await
        .map(|body| body.to_bytes());
    let too_large = bytes
        .as_ref()
        .is_err_and(|error| error.is::<http_body_util::LengthLimitError>());
    let bytes = match bytes {
        Err(error) if !too_large => return Err(Broken::Body(error)),
        bytes => bytes.unwrap_or_default(),
    };
    let asked = asked(&parts, scheme, preamble, &bytes);
    let found = match too_large {
        true => Err(Some(format!("the body is larger than {} MiB", MAX_BODY >> 20))),
        false => exchange.session().reply(&asked),
    };
    let mut call = call(&asked, preamble);
    let response = match found {
        Ok(reply) => {
            call.status = Some(reply.status);
            mocked(reply)
        }
        Err(near_miss) => {
            let response = unmatched(&call, near_miss.as_deref());
            call.near_miss = near_miss;
            response
        }
    };
    // Nobody lets go of an exchange whose session has ended: the connection breaks.
    exchange.hold(call).await?;
    Ok(response)
}

fn asked(parts: &Parts, scheme: &str, preamble: &Preamble, bytes: &[u8]) -> Request {
    let headers = headers(&parts.headers);
    let (body, form) = body::read(headers.get("content-type").map(String::as_str), bytes);
    let at = Endpoint {
        method: parts.method.as_str().to_ascii_uppercase(),
        scheme: scheme.to_owned(),
        host: preamble.host.clone(),
        port: preamble.port,
        path: parts.uri.path().to_owned(),
    };
    Request {
        at,
        query: parts.uri.query().unwrap_or("").to_owned(),
        headers,
        body,
        form,
    }
}

fn headers(map: &HeaderMap) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in map {
        let value = String::from_utf8_lossy(value.as_bytes());
        headers
            .entry(name.as_str().to_owned())
            .and_modify(|all| {
                all.push_str(", ");
                all.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    headers
}

fn call(asked: &Request, preamble: &Preamble) -> HttpCall {
    let query = if asked.query.is_empty() {
        String::new()
    } else {
        format!("?{}", asked.query)
    };
    HttpCall {
        invocation: preamble.invocation,
        method: asked.at.method.clone(),
        url: format!("{}{query}", asked.at.url()),
        host: preamble.host.clone(),
        port: preamble.port,
        headers: asked.headers.clone(),
        body: asked.body.clone(),
        status: None,
        near_miss: None,
        overlapped: false,
    }
}

fn mocked(reply: &HttpReply) -> Response<Full<Bytes>> {
    let (kind, body) = match &reply.body {
        ReplyBody::Empty => (None, String::new()),
        ReplyBody::Json(value) => (Some("application/json"), value.to_string()),
        ReplyBody::Text(text) => (Some("text/plain; charset=utf-8"), text.clone()),
    };
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    if let Some(kind) = kind.filter(|_| !reply.headers.contains_key("content-type")) {
        response = response.header(CONTENT_TYPE, kind);
    }
    let bodiless = matches!(reply.status, 204 | 304);
    let body = if bodiless { Bytes::new() } else { Bytes::from(body) };
    // Status and headers were checked when the test was read.
    response
        .body(Full::new(body))
        .unwrap_or_else(|error| failure(&json!({ "error": error.to_string() })))
}

fn unmatched(call: &HttpCall, near_miss: Option<&str>) -> Response<Full<Bytes>> {
    let error = format!("no mock answers {} {}", call.method, call.url);
    failure(&match near_miss {
        Some(closest) => json!({ "error": error, "closest": closest }),
        None => json!({ "error": error }),
    })
}

/// 501: the world outside is not implemented here.
fn failure(body: &Json) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = StatusCode::NOT_IMPLEMENTED;
    response.headers_mut().insert(
        CONTENT_TYPE,
        hyper::header::HeaderValue::from_static("application/json"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preambles_are_read_strictly() {
        let whole = Preamble {
            session: 3,
            invocation: 7,
            host: "api.x".to_owned(),
            port: 443,
        };
        assert_eq!(parse_preamble(b"\x013 7 API.x 443"), Some(whole));
        for line in [
            &b"3 7 a 443"[..],
            b"\x013 7 a",
            b"\x013 7 a 443 9",
            b"\x013 7 a 99999",
            b"\x01x 7 a 1",
            b"\x01\xff",
        ] {
            assert_eq!(parse_preamble(line), None, "{line:?}");
        }
    }
}
