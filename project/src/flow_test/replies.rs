//! `reply` and `replies` of a mock: what it answers, when on the virtual clock, and how it fails.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::problem::{INVALID_VALUE, MISSING_KEY};
use super::reader::{Fields, Keys, Reader};
use super::yaml::{Data, Node};
use super::{duration, templates};

pub(super) const REPLY: Keys = &[
    "status", "headers", "json", "text", "sse", "chunks", "delay", "fault", "set",
];
pub(super) const SSE: Keys = &["data", "event", "id", "retry", "after"];
pub(super) const CHUNK: Keys = &["text", "json", "after"];
/// What `fault` may say.
pub(super) const FAULTS: [&str; 4] = ["timeout", "reset", "malformed", "empty"];

/// One answer of a mock. Texts may hold the placeholders of `templates::ROOTS`.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpReply {
    /// Status code.
    pub status: u16,
    /// Headers beside the content type.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: ReplyBody,
    /// Virtual ms between the request and the first byte of the answer.
    pub delay: i64,
    /// How the answer fails; for a body in parts, after its last part.
    pub fault: Option<Fault>,
    /// What is put into the store of the mocks, merged into what it holds; null takes a key away.
    pub set: Option<Json>,
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum ReplyBody {
    /// No body.
    Empty,
    /// JSON, sent as `application/json`.
    Json(Json),
    /// Text, sent as `text/plain` unless a header says otherwise.
    Text(String),
    /// Server-sent events, sent as `text/event-stream`.
    Sse(Vec<SseEvent>),
    /// A text that comes in parts.
    Chunks(Vec<Chunk>),
}

/// One server-sent event.
#[derive(Debug, Clone, PartialEq)]
pub struct SseEvent {
    /// Virtual ms after the event before it.
    pub after: i64,
    /// A text is sent as it is, anything else as JSON; absent for an event without data.
    pub data: Option<Json>,
    /// Its type.
    pub event: Option<String>,
    /// Its id.
    pub id: Option<String>,
    /// Reconnection time, ms.
    pub retry: Option<u32>,
}

/// A part of a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// Virtual ms after the part before it.
    pub after: i64,
    /// A text is sent as it is, anything else as a line of JSON.
    pub data: Json,
}

/// How an answer fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It never comes.
    Timeout,
    /// The connection is reset.
    Reset,
    /// What comes is no HTTP.
    Malformed,
    /// The connection is closed without a byte.
    Empty,
}

impl Fault {
    /// As `fault` says it.
    pub fn name(self) -> &'static str {
        match self {
            Fault::Timeout => "timeout",
            Fault::Reset => "reset",
            Fault::Malformed => "malformed",
            Fault::Empty => "empty",
        }
    }
}

impl HttpReply {
    /// True if the answer, or a part of it, comes later than the request, or never.
    pub fn waits(&self) -> bool {
        let late = match &self.body {
            ReplyBody::Sse(events) => events.iter().any(|event| event.after > 0),
            ReplyBody::Chunks(chunks) => chunks.iter().any(|chunk| chunk.after > 0),
            _ => false,
        };
        late || self.delay > 0 || self.fault == Some(Fault::Timeout)
    }
}

impl Reader {
    pub(super) fn reply(&mut self, node: &Node) -> Option<HttpReply> {
        let fields = self.fields(node, "a reply", REPLY)?;
        let status = fields
            .get("status")
            .and_then(|node| self.whole(node, "`status`", 200, 599))
            .unwrap_or(200);
        let headers = self.reply_headers(&fields);
        let body = self.reply_body(&fields)?;
        let delay = self.pause(&fields, "delay");
        let fault = fields.get("fault").and_then(|node| self.fault(node));
        if fault.is_some() && matches!(body, ReplyBody::Json(_) | ReplyBody::Text(_)) {
            let at = fields.key_span("fault").unwrap_or(fields.place());
            let message =
                "a reply with a `fault` sends no `json` or `text`; `sse` and `chunks` come before the fault";
            self.report(INVALID_VALUE, at, message);
        }
        let set = fields.get("set").and_then(|node| {
            self.entries(node, "`set`")?;
            self.check_templates(node);
            Some(node.to_json())
        });
        Some(HttpReply {
            status: u16::try_from(status).unwrap_or(200),
            headers,
            body,
            delay,
            fault,
            set,
        })
    }

    fn reply_headers(&mut self, fields: &Fields<'_>) -> BTreeMap<String, String> {
        let headers = self.headers(fields.get("headers"));
        for (name, value) in &headers {
            let fits = http::HeaderName::from_bytes(name.as_bytes()).is_ok()
                && http::HeaderValue::from_str(value).is_ok();
            if !fits {
                let at = fields.key_span("headers").unwrap_or(fields.place());
                self.report(
                    INVALID_VALUE,
                    at,
                    format!("`{name}: {value}` is not a valid HTTP header"),
                );
            }
        }
        if let Some(node) = fields.get("headers") {
            self.check_templates(node);
        }
        headers
    }

    fn reply_body(&mut self, fields: &Fields<'_>) -> Option<ReplyBody> {
        const KINDS: [&str; 4] = ["json", "text", "sse", "chunks"];
        let mut given = KINDS.iter().filter_map(|kind| Some((*kind, fields.get(kind)?)));
        let Some((kind, node)) = given.next() else {
            return Some(ReplyBody::Empty);
        };
        if let Some((other, _)) = given.next() {
            let at = fields.key_span(other).unwrap_or(fields.place());
            let message = "a reply has one of `json`, `text`, `sse` and `chunks`";
            self.report(INVALID_VALUE, at, message);
        }
        self.check_templates(node);
        Some(match kind {
            "json" => ReplyBody::Json(node.to_json()),
            "text" => ReplyBody::Text(self.scalar_text(node, "`text`")?),
            "sse" => {
                let items = self.filled_list(node, "`sse`")?;
                ReplyBody::Sse(items.iter().filter_map(|item| self.sse_event(item)).collect())
            }
            _ => {
                let items = self.filled_list(node, "`chunks`")?;
                ReplyBody::Chunks(items.iter().filter_map(|item| self.chunk(item)).collect())
            }
        })
    }

    fn sse_event(&mut self, node: &Node) -> Option<SseEvent> {
        if let Data::Scalar(_, text) = &node.data {
            // Most streams are data and nothing else.
            let data = Some(Json::String(text.clone()));
            return Some(SseEvent {
                after: 0,
                data,
                event: None,
                id: None,
                retry: None,
            });
        }
        let fields = self.fields(node, "an event of `sse`", SSE)?;
        let event = self.one_line(&fields, "event");
        let id = self.one_line(&fields, "id");
        let retry = fields
            .get("retry")
            .and_then(|node| self.whole(node, "`retry`", 0, u32::MAX));
        let after = self.pause(&fields, "after");
        Some(SseEvent {
            after,
            data: fields.get("data").map(written),
            event,
            id,
            retry,
        })
    }

    fn one_line(&mut self, fields: &Fields<'_>, key: &str) -> Option<String> {
        let node = fields.get(key)?;
        let text = self.scalar_text(node, &format!("`{key}`"))?;
        if text.contains(['\n', '\r', '\0']) {
            return self.wrong(node, format!("`{key}` must be one line"));
        }
        Some(text)
    }

    fn chunk(&mut self, node: &Node) -> Option<Chunk> {
        if let Data::Scalar(_, text) = &node.data {
            let data = Json::String(text.clone());
            return Some(Chunk { after: 0, data });
        }
        let fields = self.fields(node, "an item of `chunks`", CHUNK)?;
        let after = self.pause(&fields, "after");
        let data = match (fields.get("text"), fields.get("json")) {
            (Some(text), None) => Json::String(self.scalar_text(text, "`text`")?),
            (None, Some(json)) => match json.to_json() {
                Json::String(text) => Json::String(format!("{}\n", Json::String(text))),
                other => other,
            },
            _ => {
                let message = "an item of `chunks` has either `text` or `json`";
                self.report(MISSING_KEY, fields.place(), message);
                return None;
            }
        };
        Some(Chunk { after, data })
    }

    fn pause(&mut self, fields: &Fields<'_>, key: &str) -> i64 {
        let Some(node) = fields.get(key) else { return 0 };
        let Some(text) = self.scalar_text(node, &format!("`{key}`")) else {
            return 0;
        };
        match duration::parse(&text) {
            Ok(ms) => ms,
            Err(message) => self.wrong(node, message).unwrap_or_default(),
        }
    }

    fn fault(&mut self, node: &Node) -> Option<Fault> {
        let text = self.text(node, "`fault`")?;
        match text.as_str() {
            "timeout" => Some(Fault::Timeout),
            "reset" => Some(Fault::Reset),
            "malformed" => Some(Fault::Malformed),
            "empty" => Some(Fault::Empty),
            other => {
                let message = format!("`{other}` is not a fault: {}", FAULTS.join(", "));
                self.wrong(node, message)
            }
        }
    }

    /// Placeholders that begin like ours and say something else would be sent as they stand, which nobody means.
    pub(super) fn check_templates(&mut self, node: &Node) {
        match &node.data {
            Data::Scalar(_, text) => {
                if let Some(message) = templates::problem(text) {
                    self.report(INVALID_VALUE, node.span, message);
                }
            }
            Data::List(items) => items.iter().for_each(|item| self.check_templates(item)),
            Data::Map(entries) => {
                for (key, item) in entries {
                    if let Some(message) = templates::problem(&key.value) {
                        self.report(INVALID_VALUE, key.span, message);
                    }
                    self.check_templates(item);
                }
            }
        }
    }
}

/// A scalar as it is written (`[DONE]` and `1.50` stay what they are), anything else as JSON.
fn written(node: &Node) -> Json {
    match &node.data {
        Data::Scalar(_, text) => Json::String(text.clone()),
        _ => node.to_json(),
    }
}
