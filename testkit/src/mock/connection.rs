//! One connection: TLS if the client speaks it, one HTTP exchange.

use std::collections::BTreeMap;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderMap;
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response, Version};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::server::Acceptor;

use super::authority::Authority;
use super::choice::Request;
use super::preamble::{self, Line, Preamble};
use super::script::{Asked, End, Script};
use super::services::noted;
use super::session::{Exchange, Sessions};
use super::strike::Strike;
use super::wire::{Counted, Shared, Wire};
use super::{HttpCall, MockError, body, record};
use banister_project::flow_test::Endpoint;

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

async fn serve(mut stream: TcpStream, sessions: Arc<Sessions>, authority: Arc<Authority>) {
    let preamble = match preamble::read(&mut stream).await {
        Some(Line::Exchange(preamble)) => preamble,
        Some(Line::Notices {
            session,
            invocation,
            connection,
        }) => {
            if let Some(session) = sessions.get(session) {
                session.notices.add((invocation, connection), stream);
            }
            return;
        }
        None => return,
    };
    let Some(session) = sessions.get(preamble.session) else {
        return;
    };
    let watched = preamble.watched;
    let exchange = session.begin(watched.is_some());
    let of = watched.map(|it| (preamble.invocation, it.connection));
    let _ = stream.set_nodelay(true);
    let records = session.answers.records(&preamble.host, preamble.port);
    if session.answers.allows(&preamble.host, preamble.port) && !records {
        tokio::select! {
            () = session.closed() => {}
            result = tunnel(stream, &preamble, &exchange) => {
                if let Err(error) = result {
                    tracing::debug!(%error, "an allowed connection broke");
                }
            }
        }
        return;
    }
    tokio::select! {
        () = session.closed() => {}
        result = talk(Counted::new(stream), preamble, exchange, authority) => {
            if let Err(error) = result {
                tracing::debug!(%error, "a mocked connection broke");
            }
        }
    }
    if let Some(of) = of {
        session.notices.remove(of);
    }
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
    Released,
}

/// Joins the client with the real service.
async fn tunnel(mut stream: TcpStream, preamble: &Preamble, exchange: &Exchange) -> Result<(), Broken> {
    let asked = Request {
        at: Endpoint {
            method: "CONNECT".to_owned(),
            scheme: "tcp".to_owned(),
            host: preamble.host.clone(),
            port: preamble.port,
            path: String::new(),
        },
        query: String::new(),
        headers: BTreeMap::new(),
        body: serde_json::Value::Null,
        form: false,
    };
    let mut call = call(&asked, preamble);
    call.connection = None;
    call.parts = vec![Some(0)];
    call.real = true;
    exchange.hold(call).recv().await.ok_or(Broken::Released)?;
    let mut service = TcpStream::connect((preamble.host.as_str(), preamble.port)).await?;
    tokio::io::copy_bidirectional(&mut stream, &mut service).await?;
    Ok(())
}

async fn talk(
    stream: Counted,
    preamble: Preamble,
    exchange: Exchange,
    authority: Arc<Authority>,
) -> Result<(), Broken> {
    let Some(first) = first_byte(stream.stream()).await? else {
        return Ok(());
    };
    if preamble.secured {
        return converse(stream, "https", preamble, exchange).await;
    }
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
///
/// The request is read by HTTP; the answer is written by us, since it may come in parts, break off or be no HTTP at all.
async fn converse<S: Wire>(
    stream: S,
    scheme: &'static str,
    preamble: Preamble,
    exchange: Exchange,
) -> Result<(), Broken> {
    let wire = Shared::new(stream);
    let (preamble, exchange) = (Arc::new(preamble), Arc::new(exchange));
    let answered = Arc::new(Notify::new());
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let (preamble, exchange) = (Arc::clone(&preamble), Arc::clone(&exchange));
        let (wire, answered) = (wire.clone(), Arc::clone(&answered));
        async move {
            respond(request, scheme, &preamble, &exchange, wire).await?;
            answered.notify_one();
            std::future::pending::<Result<Response<Empty<Bytes>>, Broken>>().await
        }
    });
    let connection = http1::Builder::new()
        .keep_alive(false)
        .half_close(true)
        .auto_date_header(false)
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(wire.clone()), service);
    tokio::select! {
        result = connection => Ok(result?),
        () = answered.notified() => Ok(wire.clone().shutdown().await?),
    }
}

async fn respond<S: Wire>(
    request: hyper::Request<Incoming>,
    scheme: &str,
    preamble: &Preamble,
    exchange: &Exchange,
    mut wire: Shared<S>,
) -> Result<(), Broken> {
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
    let how = Asked {
        head: parts.method == Method::HEAD,
        old: parts.version == Version::HTTP_10,
    };
    let mut call = call(&asked, preamble);
    let answers = &exchange.session().answers;
    let records = answers.records(&preamble.host, preamble.port);
    let of = (preamble.watched).map(|watched| (preamble.invocation, watched.connection));
    let mut told = false;
    let (script, mut going) = match of {
        Some(of) if !too_large && !records => {
            let (script, going) = exchange.gather(of, call, how);
            exchange.session().notices.tell_held(of, wire.written()).await?;
            told = true;
            (script.await.map_err(|_| Broken::Released)?, going)
        }
        _ => {
            let found = match too_large {
                true => Err(Some(format!("the body is larger than {} MiB", MAX_BODY >> 20))),
                false => answers.answer(&asked, how),
            };
            let found = match found {
                Err(_) if records && !too_large => {
                    call.real = true;
                    let answer = record::ask(&asked, &parts, bytes, answers.redact()).await;
                    answer.map_err(Some).map(|(reply, recording)| {
                        answers.keep(recording);
                        Script::of(&reply, how)
                    })
                }
                found => found,
            };
            let script = noted(&mut call, found);
            (script, exchange.hold(call))
        }
    };
    for (at, part) in script.parts.iter().enumerate() {
        if let (Some(of), false) = (of, std::mem::take(&mut told)) {
            exchange.session().notices.tell_held(of, wire.written()).await?;
        }
        // Nobody lets go of an exchange whose session has ended: the connection breaks.
        if let Some(strike) = going.recv().await.ok_or(Broken::Released)? {
            exchange.settle();
            return fail(strike, wire).await;
        }
        if at + 1 == script.parts.len() {
            exchange.settle();
        }
        wire.write_all(&part.bytes).await?;
        wire.flush().await?;
    }
    if script.end == End::Reset {
        wire.reset()?;
        return Err(Broken::Released);
    }
    Ok(())
}

/// Fails as the test asked for, whatever was to be answered.
async fn fail<S: Wire>(strike: Strike, mut wire: Shared<S>) -> Result<(), Broken> {
    let Some(status) = strike.status() else {
        wire.reset()?;
        return Err(Broken::Released);
    };
    let error = hyper::StatusCode::from_u16(status)
        .ok()
        .and_then(|it| it.canonical_reason());
    let script = Script::failure(status, &json!({ "error": error }));
    for part in &script.parts {
        wire.write_all(&part.bytes).await?;
    }
    Ok(wire.flush().await?)
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
        request: asked.clone(),
        exchange: 0,
        connection: preamble.watched.map(|watched| watched.connection),
        status: None,
        fault: None,
        parts: Vec::new(),
        real: false,
        unmatched: false,
        near_miss: None,
        overlapped: false,
    }
}
