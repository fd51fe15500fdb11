//! A reply as the bytes that go over the wire, in the parts in which they go.

use banister_project::flow_test::{Chunk, Fault, HttpReply, ReplyBody, SseEvent};
use serde_json::{Value as Json, json};

/// What a connection does to answer, step by step.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Script {
    /// The status, if one is sent.
    pub(super) status: Option<u16>,
    /// How the answer fails, as the test says it.
    pub(super) fault: Option<&'static str>,
    /// In order; there is at least one.
    pub(super) parts: Vec<Part>,
    /// How the connection ends.
    pub(super) end: End,
}

/// Bytes that go out at one moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// Virtual ms after the request or the part before; `None`: never.
    pub(super) after: Option<i64>,
    pub(super) bytes: Vec<u8>,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Close,
    Reset,
}

/// How a client wants to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    /// It asked for the head only.
    pub(super) head: bool,
    /// It speaks HTTP/1.0, which knows no chunks.
    pub(super) old: bool,
}

impl Script {
    /// The script of a reply whose placeholders are filled.
    pub(super) fn of(reply: &HttpReply, asked: Asked) -> Self {
        let mut script = Self {
            status: reply.fault.is_none().then_some(reply.status),
            fault: reply.fault.map(Fault::name),
            parts: Vec::new(),
            end: End::Close,
        };
        let in_parts = matches!(reply.body, ReplyBody::Sse(_) | ReplyBody::Chunks(_));
        if in_parts || reply.fault.is_none() {
            script.status = Some(reply.status);
            script.body(reply, asked);
        }
        // What fails at once fails after the delay; what fails in the middle, as soon as the last part is there.
        let after = if in_parts { 0 } else { reply.delay };
        match reply.fault {
            None => {}
            Some(Fault::Timeout) => script.push(None, Vec::new()),
            Some(Fault::Empty) => script.push(Some(after), Vec::new()),
            Some(Fault::Malformed) => script.push(Some(after), b"this is no HTTP\r\n\r\n".to_vec()),
            Some(Fault::Reset) => {
                script.push(Some(after), Vec::new());
                script.end = End::Reset;
            }
        }
        script
    }

    /// An answer of the harness' own.
    pub(super) fn failure(status: u16, body: &Json) -> Self {
        let reply = HttpReply {
            status,
            headers: Default::default(),
            body: ReplyBody::Json(body.clone()),
            delay: 0,
            fault: None,
            set: None,
        };
        let asked = Asked {
            head: false,
            old: false,
        };
        Self::of(&reply, asked)
    }

    fn body(&mut self, reply: &HttpReply, asked: Asked) {
        let bodiless = asked.head || matches!(reply.status, 204 | 304);
        let (kind, parts) = match &reply.body {
            ReplyBody::Empty => (None, vec![(0, String::new())]),
            ReplyBody::Json(value) => (Some("application/json"), vec![(0, value.to_string())]),
            ReplyBody::Text(text) => (Some("text/plain; charset=utf-8"), vec![(0, text.clone())]),
            ReplyBody::Sse(events) => (
                Some("text/event-stream; charset=utf-8"),
                events
                    .iter()
                    .map(|event| (event.after, event_text(event)))
                    .collect(),
            ),
            ReplyBody::Chunks(chunks) => (
                Some("text/plain; charset=utf-8"),
                chunks
                    .iter()
                    .map(|chunk| (chunk.after, chunk_text(chunk)))
                    .collect(),
            ),
        };
        let streamed = matches!(reply.body, ReplyBody::Sse(_) | ReplyBody::Chunks(_));
        let length = (!streamed).then(|| parts.iter().map(|(_, text)| text.len()).sum::<usize>());
        let head = head(
            reply,
            kind,
            length.filter(|_| !matches!(reply.status, 204 | 304)),
            streamed && !asked.old,
        );
        self.push(Some(reply.delay), head);
        if bodiless {
            return;
        }
        for (after, text) in parts {
            self.push(Some(after), framed(&text, streamed && !asked.old));
        }
        // Without its last chunk the body is known to be cut off.
        if streamed && !asked.old && reply.fault.is_none() {
            self.push(Some(0), b"0\r\n\r\n".to_vec());
        }
    }

    /// Bytes that go out at the moment of the part before are one with it.
    fn push(&mut self, after: Option<i64>, bytes: Vec<u8>) {
        match self.parts.last_mut() {
            Some(last) if after == Some(0) => last.bytes.extend_from_slice(&bytes),
            _ => self.parts.push(Part { after, bytes }),
        }
    }
}

fn head(reply: &HttpReply, kind: Option<&str>, length: Option<usize>, chunked: bool) -> Vec<u8> {
    let reason = hyper::StatusCode::from_u16(reply.status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Status");
    let mut head = format!("HTTP/1.1 {} {reason}\r\n", reply.status);
    for (name, value) in &reply.headers {
        // How long the body is and when the connection ends is not the test's to say.
        if !["content-length", "transfer-encoding", "connection"].contains(&name.as_str()) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    if let Some(kind) = kind.filter(|_| !reply.headers.contains_key("content-type")) {
        head.push_str(&format!("content-type: {kind}\r\n"));
    }
    if let Some(length) = length {
        head.push_str(&format!("content-length: {length}\r\n"));
    }
    if chunked {
        head.push_str("transfer-encoding: chunked\r\n");
    }
    // Some clients take what there is for the whole answer if the end of the connection was announced.
    if reply.fault.is_none() {
        head.push_str("connection: close\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}

fn framed(text: &str, chunked: bool) -> Vec<u8> {
    if !chunked || text.is_empty() {
        return text.as_bytes().to_vec();
    }
    format!("{:x}\r\n{text}\r\n", text.len()).into_bytes()
}

fn event_text(event: &SseEvent) -> String {
    let mut out = String::new();
    if let Some(name) = &event.event {
        out.push_str(&format!("event: {name}\n"));
    }
    if let Some(id) = &event.id {
        out.push_str(&format!("id: {id}\n"));
    }
    if let Some(retry) = event.retry {
        out.push_str(&format!("retry: {retry}\n"));
    }
    let data = event.data.as_ref().map(|data| match data {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    });
    for line in data.iter().flat_map(|data| data.split('\n')) {
        out.push_str(&format!("data: {}\n", line.trim_end_matches('\r')));
    }
    out.push('\n');
    out
}

fn chunk_text(chunk: &Chunk) -> String {
    match &chunk.data {
        Json::String(text) => text.clone(),
        other => format!("{other}\n"),
    }
}

/// The body that says that no mock answers.
pub(super) fn unmatched(error: &str, near_miss: Option<&str>) -> Json {
    match near_miss {
        Some(closest) => json!({ "error": error, "closest": closest }),
        None => json!({ "error": error }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use banister_project::flow_test::parse;

    fn script(reply: &str) -> Vec<(Option<i64>, String)> {
        let asked = Asked {
            head: false,
            old: false,
        };
        shown(&of(reply, asked))
    }

    fn of(reply: &str, asked: Asked) -> Script {
        let text = format!(
            "tests: [{{ name: a, mocks: {{ http: [{{ on: GET http://a.b/, reply: {reply} }}] }}, when: [{{ cron: A }}], then: [{{ ran: [A] }}] }}]"
        );
        let file = parse("a.flow.yaml", text.as_str().into()).unwrap();
        Script::of(&file.tests[0].mocks.http[0].replies[0], asked)
    }

    fn shown(script: &Script) -> Vec<(Option<i64>, String)> {
        let parts = script.parts.iter();
        parts
            .map(|part| (part.after, String::from_utf8(part.bytes.clone()).unwrap()))
            .collect()
    }

    #[test]
    fn a_delayed_reply_is_one_part() {
        let parts = script("{ status: 201, delay: 2s, headers: { x-a: b }, json: { a: 1 } }");
        assert_eq!(
            parts,
            [(
                Some(2_000),
                "HTTP/1.1 201 Created\r\nx-a: b\r\ncontent-type: application/json\r\ncontent-length: 7\r\nconnection: close\r\n\r\n{\"a\":1}".to_owned()
            )]
        );
    }

    #[test]
    fn events_are_parts_where_time_passes_between_them() {
        let parts = script(
            "{ sse: [ one, { event: e, id: 7, data: { a: 1 } }, { data: \"x\\ny\", after: 500ms }, { data: \"[DONE]\" } ] }",
        );
        assert_eq!(parts.len(), 2);
        let (after, first) = &parts[0];
        assert_eq!(*after, Some(0));
        assert!(
            first.ends_with("\r\n\r\nb\r\ndata: one\n\n\r\n20\r\nevent: e\nid: 7\ndata: {\"a\":1}\n\n\r\n")
                || first.ends_with("event: e\nid: 7\ndata: {\"a\":1}\n\n\r\n"),
            "{first}"
        );
        assert_eq!(
            parts[1],
            (
                Some(500),
                "11\r\ndata: x\ndata: y\n\n\r\ne\r\ndata: [DONE]\n\n\r\n0\r\n\r\n".to_owned()
            )
        );
    }

    #[test]
    fn faults_end_what_was_sent() {
        assert_eq!(script("{ fault: timeout }"), [(None, String::new())]);
        assert_eq!(
            script("{ fault: empty, delay: 1s }"),
            [(Some(1_000), String::new())]
        );
        assert!(script("{ fault: malformed }")[0].1.starts_with("this is no"));
        let asked = Asked {
            head: false,
            old: false,
        };
        let broken = of("{ fault: reset, chunks: [ab, { text: cd, after: 1s }] }", asked);
        assert_eq!((broken.end, broken.status), (End::Reset, Some(200)));
        assert!(!shown(&broken)[1].1.contains("0\r\n\r\n"));
        let endless = script("{ fault: timeout, sse: [a] }");
        assert_eq!((endless.len(), endless[1].0), (2, None));
    }

    #[test]
    fn old_clients_and_heads_get_what_they_can_read() {
        let old = Asked {
            head: false,
            old: true,
        };
        let parts = shown(&of("{ chunks: [ab, cd] }", old));
        assert!(parts[0].1.ends_with("close\r\n\r\nabcd"), "{parts:?}");
        let head = Asked {
            head: true,
            old: false,
        };
        let parts = shown(&of("{ text: abc }", head));
        assert!(
            parts[0].1.contains("content-length: 3\r\n") && parts[0].1.ends_with("\r\n\r\n"),
            "{parts:?}"
        );
    }
}
