//! Sockets of a flow test: `when: - ws: { connect: /rooms/1 }` and `then: - ws: { received: … }`.

use serde_json::Value as Json;

use super::problem::{INVALID_VALUE, MISSING_KEY};
use super::reader::{Keys, Reader};
use super::yaml::{Data, Node};
use super::{Action, Expectation, SocketAct, Spanned};

pub(super) const WS_ACTION: Keys = &["connect", "headers", "send", "close", "as"];
pub(super) const WS_EXPECTATION: Keys = &["received", "times", "closed", "as"];
/// The client of a test that names none.
pub const DEFAULT_CLIENT: &str = "client";
/// The code of a client that closes without one.
const NORMAL_CLOSURE: u32 = 1000;

impl Reader {
    pub(super) fn socket_action(&mut self, node: &Node) -> Option<Action> {
        let known = self.problems.len();
        let fields = self.fields(node, "`ws`", WS_ACTION)?;
        let misspelled = self.problems.len() > known;
        let client = self.client(fields.get("as"))?;
        let (kind, value) = self.only_kind(&fields, &["connect", "send", "close"], "`ws`", misspelled)?;
        if let (true, Some(at)) = (kind != "connect", fields.key_span("headers")) {
            self.report(
                INVALID_VALUE,
                at,
                format!("`headers` belongs to `connect`, not to `{kind}`"),
            );
        }
        let act = match kind {
            "connect" => {
                let text = self.text(value, "`connect`")?;
                // `GET /rooms/1` is as good as `/rooms/1`.
                let path = text.value.trim().trim_start_matches("GET ").trim();
                if !path.starts_with('/') {
                    return self.wrong(value, format!("`{}` must be a path: `/rooms/1`", text.value));
                }
                SocketAct::Connect {
                    target: Spanned {
                        value: path.to_owned(),
                        span: text.span,
                    },
                    headers: self.headers(fields.get("headers")),
                }
            }
            "send" => SocketAct::Send(value.to_json()),
            _ => SocketAct::Close(match &value.data {
                Data::Scalar(Json::Null | Json::Bool(true), _) => NORMAL_CLOSURE,
                _ => self.whole(value, "`close`", 1000, 4999)?,
            }),
        };
        Some(Action::Socket { client, act })
    }

    pub(super) fn socket_expectation(&mut self, node: &Node) -> Option<Expectation> {
        let fields = self.fields(node, "`ws`", WS_EXPECTATION)?;
        let client = self.client(fields.get("as"))?;
        let times = self.times(&fields);
        let received = fields.get("received").map(Node::to_json);
        let closed = match fields.get("closed") {
            None => None,
            Some(node) => match &node.data {
                Data::Scalar(Json::Bool(closed), _) => Some((*closed, None)),
                _ => Some((true, Some(self.whole(node, "`closed`", 1000, 4999)?))),
            },
        };
        if received.is_none() && closed.is_none() {
            self.report(MISSING_KEY, node.span, "`ws` needs one of `received`, `closed`");
        }
        if let (Some(_), None, Some(at)) = (times, &received, fields.key_span("times")) {
            self.report(INVALID_VALUE, at, "`times` counts what was `received`");
        }
        Some(Expectation::Socket {
            client,
            received,
            times,
            closed,
        })
    }

    fn client(&mut self, node: Option<&Node>) -> Option<String> {
        match node {
            None => Some(DEFAULT_CLIENT.to_owned()),
            Some(node) => self.text(node, "`as`").map(|name| name.value),
        }
    }
}
