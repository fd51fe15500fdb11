//! Calls to real services, made for a handler and kept as mocks: what `--record` writes is a cassette.
//!
//! Headers of requests are never kept, and what has the name of a secret in a query, a body or an answer is taken out.

use std::collections::BTreeMap;
use std::sync::Arc;

use banister_project::flow_test::{Endpoint, HttpReply, ReplyBody};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Request as HttpRequest;
use hyper::body::Bytes;
use hyper::header::{ACCEPT_ENCODING, CONNECTION, HOST, HeaderMap};
use hyper::http::request::Parts;
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value as Json, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::body;
use super::choice::Request;

/// A longer answer is not kept.
const MAX_ANSWER: usize = 16 * 1024 * 1024;
/// What a name must hold, without `-` and `_` and in small letters, to be that of a secret.
const SECRETS: [&str; 11] = [
    "authorization",
    "cookie",
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "signature",
    "credential",
    "privatekey",
];
/// Headers of an answer that say nothing about the service, or that the harness sets itself.
const PASSING: [&str; 11] = [
    "connection",
    "content-length",
    "transfer-encoding",
    "keep-alive",
    "date",
    "server",
    "alt-svc",
    "trailer",
    "upgrade",
    "vary",
    "via",
];
/// Where systems keep the authorities that they trust.
const AUTHORITIES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// One call and its answer, with nothing secret in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    on: String,
    query: Map<String, Json>,
    body: Json,
    reply: Json,
}

/// Asks the real service; the answer is as it came, the recording without secrets.
///
/// # Errors
/// It cannot be reached, or answers what cannot be kept; in words.
pub(super) async fn ask(
    request: &Request,
    parts: &Parts,
    bytes: Bytes,
    redact: &[String],
) -> Result<(HttpReply, Recording), String> {
    let at = &request.at;
    let stream = TcpStream::connect((at.host.as_str(), at.port))
        .await
        .map_err(|error| format!("{}:{} cannot be reached: {error}", at.host, at.port))?;
    let answer = if at.scheme == "https" {
        let name = ServerName::try_from(at.host.clone()).map_err(|error| error.to_string())?;
        let stream = TlsConnector::from(trust()?)
            .connect(name, stream)
            .await
            .map_err(|error| untrusted(at, &error))?;
        forward(stream, parts, bytes).await
    } else {
        forward(stream, parts, bytes).await
    };
    let reply = answer.map_err(|error| format!("the real service failed: {error}"))?;
    let recording = Recording::of(request, &reply, redact);
    Ok((reply, recording))
}

fn untrusted(at: &Endpoint, error: &std::io::Error) -> String {
    format!(
        "{}:{} is not trusted: {error}; name a PEM file with its certificate or its authority in SSL_CERT_FILE",
        at.host, at.port
    )
}

async fn forward<S>(
    stream: S,
    parts: &Parts,
    bytes: Bytes,
) -> Result<HttpReply, Box<dyn std::error::Error + Send + Sync>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let mut headers = parts.headers.clone();
    // The answer must be readable, and the connection is for this call only.
    headers.remove(ACCEPT_ENCODING);
    headers.remove(CONNECTION);
    headers.remove("transfer-encoding");
    headers.remove("expect");
    if !headers.contains_key(HOST)
        && let Some(host) = parts.uri.host()
    {
        headers.insert(HOST, host.parse()?);
    }
    let target = parts.uri.path_and_query().map_or("/", |it| it.as_str());
    let mut request = HttpRequest::builder()
        .method(parts.method.clone())
        .uri(target)
        .body(Full::new(bytes))?;
    *request.headers_mut() = headers;
    let (head, body) = sender.send_request(request).await?.into_parts();
    let bytes = Limited::new(body, MAX_ANSWER).collect().await?.to_bytes();
    driver.abort();
    let text = String::from_utf8(bytes.to_vec())
        .map_err(|_| "its answer is no text, which a cassette cannot hold")?;
    Ok(HttpReply {
        status: head.status.as_u16(),
        headers: kept_headers(&head.headers),
        body: if text.is_empty() {
            ReplyBody::Empty
        } else {
            ReplyBody::Text(text)
        },
        delay: 0,
        fault: None,
        set: None,
    })
}

fn kept_headers(all: &HeaderMap) -> BTreeMap<String, String> {
    all.iter()
        .filter(|(name, _)| !PASSING.contains(&name.as_str()))
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}

/// The authorities of the system, and those of `SSL_CERT_FILE`.
fn trust() -> Result<Arc<ClientConfig>, String> {
    let system = AUTHORITIES.iter().find_map(|file| std::fs::read(file).ok());
    let own =
        match std::env::var("SSL_CERT_FILE") {
            Ok(file) => Some(std::fs::read(&file).map_err(|error| {
                format!("the authorities of SSL_CERT_FILE cannot be read: {file}: {error}")
            })?),
            Err(_) => None,
        };
    let mut roots = RootCertStore::empty();
    for pem in own.iter().chain(&system) {
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).flatten());
    }
    if roots.is_empty() {
        return Err("no file with trusted authorities was found: name one in SSL_CERT_FILE".to_owned());
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

impl Recording {
    fn of(request: &Request, reply: &HttpReply, redact: &[String]) -> Self {
        let is_secret = |name: &str| is_secret(name, redact);
        let mut query = Map::new();
        for (name, value) in body::pairs(&request.query) {
            if !is_secret(&name) {
                query.insert(name, Json::String(value));
            }
        }
        let mut asked = request.body.clone();
        take_out(&mut asked, redact);
        let headers: Map<String, Json> = (reply.headers.iter())
            .filter(|(name, _)| !is_secret(name))
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        let mut answer = Map::from_iter([("status".to_owned(), json!(reply.status))]);
        if !headers.is_empty() {
            answer.insert("headers".to_owned(), Json::Object(headers));
        }
        if let ReplyBody::Text(text) = &reply.body {
            match serde_json::from_str::<Json>(text) {
                Ok(mut value) => {
                    hide(&mut value, redact);
                    answer.insert("json".to_owned(), value);
                }
                Err(_) => {
                    answer.insert("text".to_owned(), json!(text));
                }
            }
        }
        Self {
            on: format!("{} {}", request.at.method, request.at.url()),
            query,
            body: asked,
            reply: Json::Object(answer),
        }
    }
}

fn is_secret(name: &str, more: &[String]) -> bool {
    let plain: String = name
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    SECRETS.iter().any(|secret| plain.contains(secret)) || more.iter().any(|it| it.eq_ignore_ascii_case(name))
}

/// A request is matched partially: what is not there is not asked for.
fn take_out(value: &mut Json, redact: &[String]) {
    match value {
        Json::Object(fields) => {
            fields.retain(|name, _| !is_secret(name, redact));
            fields.values_mut().for_each(|item| take_out(item, redact));
        }
        Json::Array(items) => items.iter_mut().for_each(|item| take_out(item, redact)),
        _ => {}
    }
}

/// A handler may need that there is something.
fn hide(value: &mut Json, redact: &[String]) {
    match value {
        Json::Object(fields) => {
            for (name, item) in fields {
                if is_secret(name, redact) && !item.is_null() {
                    *item = json!("REDACTED");
                } else {
                    hide(item, redact);
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| hide(item, redact)),
        _ => {}
    }
}

/// A cassette: the recordings as mocks, equal requests as one with its answers in order.
pub fn cassette(recordings: &[Recording]) -> String {
    let mut out = String::from(
        "# Recorded by `banister test --record`. Secrets were taken out; look before you commit it.\nhttp:\n",
    );
    let mut written: Vec<&Recording> = Vec::new();
    for recording in recordings {
        let same = |other: &Recording| {
            (&other.on, &other.query, &other.body) == (&recording.on, &recording.query, &recording.body)
        };
        if written.iter().any(|other| same(other)) {
            continue;
        }
        written.push(recording);
        out.push_str(&format!("  - on: {}\n", json!(recording.on)));
        if !recording.query.is_empty() {
            out.push_str(&format!("    query: {}\n", json!(recording.query)));
        }
        if !recording.body.is_null() {
            out.push_str(&format!("    body: {}\n", recording.body));
        }
        out.push_str("    replies:\n");
        for other in recordings.iter().filter(|other| same(other)) {
            out.push_str(&format!("      - {}\n", other.reply));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use banister_project::flow_test::parse_cassette;

    #[test]
    fn a_cassette_is_read_as_mocks_and_holds_no_secret() {
        let request = Request {
            at: Endpoint {
                method: "POST".into(),
                scheme: "https".into(),
                host: "a.b".into(),
                port: 443,
                path: "/v1".into(),
            },
            query: "page=2&api_key=SECRET1".into(),
            headers: BTreeMap::from([("authorization".into(), "Bearer SECRET2".into())]),
            body: json!({"n": 1, "client_secret": "SECRET3", "pin": "SECRET4"}),
            form: false,
        };
        let reply = |text: &str| HttpReply {
            status: 201,
            headers: BTreeMap::from([
                ("set-cookie".into(), "s=SECRET5".into()),
                ("content-type".into(), "application/json".into()),
            ]),
            body: ReplyBody::Text(text.into()),
            delay: 0,
            fault: None,
            set: None,
        };
        let redact = ["pin".to_owned()];
        let all = [
            Recording::of(
                &request,
                &reply("{\"id\":1,\"access_token\":\"SECRET6\"}"),
                &redact,
            ),
            Recording::of(&request, &reply("plain: \"text\"\n"), &redact),
        ];
        let text = cassette(&all);
        assert!(!text.contains("SECRET"), "{text}");
        let mocks = parse_cassette(&text).unwrap();
        assert_eq!((mocks.len(), mocks[0].replies.len()), (1, 2));
        assert_eq!(
            mocks[0].replies[0].body,
            ReplyBody::Json(json!({"id": 1, "access_token": "REDACTED"}))
        );
        assert_eq!(
            mocks[0].replies[1].body,
            ReplyBody::Text("plain: \"text\"\n".into())
        );
        assert_eq!(mocks[0].request.body, Some(json!({"n": 1})));
    }
}
