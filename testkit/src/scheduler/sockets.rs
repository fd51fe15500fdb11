//! Clients of steps with a socket, as a test plays them. The handler returns and stays: it listens until the socket is
//! closed from either side, or the test is over.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::launch::Launch;
use super::{Cause, HttpRequest, HttpResponse, Run};
use crate::plan::TriggerId;
use crate::stage::Resume;
use crate::trace::What;

/// Connections by client.
pub(super) type Sockets = BTreeMap<String, Connection>;

/// What a client knows of its connection.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Connection {
    /// What the step sent: JSON where the text is some, else the text.
    pub received: Vec<Json>,
    /// The code with which the step closed it.
    pub ended: Option<u32>,
    /// True if it is open.
    pub open: bool,
}

impl Run<'_> {
    /// Opens a connection; what the step answers instead of taking it, if it does. `None` if no route matches.
    pub fn connect(&mut self, client: &str, request: &HttpRequest) -> Option<Option<HttpResponse>> {
        self.note(
            None,
            What::Socket {
                op: "connect".to_owned(),
                client: client.to_owned(),
                data: json!(request.target),
                headers: request.headers.clone(),
            },
        );
        let route = self.plan.route("GET", request.path())?;
        let input = match request.as_input(&route.params) {
            Ok(input) => input,
            Err(answer) => return Some(Some(self.answer_early(answer))),
        };
        let connection = Connection {
            open: true,
            ..Connection::default()
        };
        self.sockets.insert(client.to_owned(), connection);
        let trace_id = self.new_trace_id();
        let invocation = self.launch(Launch {
            to: TriggerId {
                step: route.step,
                trigger: route.trigger,
            },
            cause: Cause::Socket(client.to_owned()),
            text: format!("socket {}", request.path()),
            input,
            trace_id,
            flows: self.plan.steps[route.step].flows.clone(),
        });
        self.settle_until(None);
        Some(self.answers.remove(&invocation))
    }

    /// Sends a message of a client. False if it has no open connection.
    pub fn client_sends(&mut self, client: &str, message: &Json) -> bool {
        let text = message
            .as_str()
            .map_or_else(|| message.to_string(), str::to_owned);
        self.client_does(
            client,
            "message",
            message.clone(),
            json!({ "kind": "message", "data": text }),
        )
    }

    /// Closes a client's connection. False if it has no open one.
    pub fn client_closes(&mut self, client: &str, code: u32) -> bool {
        let done = self.client_does(
            client,
            "close",
            json!(code),
            json!({ "kind": "close", "code": code }),
        );
        if let Some(connection) = self.sockets.get_mut(client) {
            connection.open = false;
        }
        done
    }

    /// A client's connection, if it ever had one.
    pub fn connection(&self, client: &str) -> Option<&Connection> {
        self.sockets.get(client)
    }

    fn client_does(&mut self, client: &str, op: &str, data: Json, event: Json) -> bool {
        self.socket_note(None, op, client, data);
        let is_open = self.sockets.get(client).is_some_and(|connection| connection.open);
        let of_client = |live: &super::Live| matches!(&live.cause, Cause::Socket(name) if name == client);
        match self.live.iter_mut().find(|live| of_client(live)) {
            Some(live) if is_open => live.inbox.push(event),
            _ => return false,
        }
        self.settle_until(None);
        true
    }

    /// `ws.send` and `ws.close` of a handler.
    pub(super) fn socket_call(&mut self, at: usize, op: &str, args: &[Json]) {
        let Cause::Socket(client) = self.live[at].cause.clone() else {
            return;
        };
        let invocation = Some(self.live[at].invocation);
        let value = args.first().cloned().unwrap_or(Json::Null);
        if op == "send" {
            let parsed = value.as_str().and_then(|text| serde_json::from_str(text).ok());
            let message: Json = parsed.unwrap_or(value);
            self.socket_note(invocation, "send", &client, message.clone());
            if let Some(connection) = self.sockets.get_mut(&client) {
                connection.received.push(message);
            }
            return;
        }
        let code = value
            .as_u64()
            .and_then(|code| u32::try_from(code).ok())
            .unwrap_or(1005);
        self.socket_note(invocation, "end", &client, json!(code));
        if let Some(connection) = self.sockets.get_mut(&client).filter(|it| it.open) {
            connection.open = false;
            connection.ended = Some(code);
        }
    }

    /// Tells a handler that listens that nobody will come any more.
    pub(super) fn end_listening(&mut self, at: usize) {
        self.live[at].listening = false;
        let resume = Resume {
            now: self.now,
            end: true,
            ..Resume::default()
        };
        if self.go_on(at, resume) {
            self.run_on(at);
        }
    }

    fn socket_note(&mut self, invocation: Option<u32>, op: &str, client: &str, data: Json) {
        let what = What::Socket {
            op: op.to_owned(),
            client: client.to_owned(),
            data,
            headers: BTreeMap::new(),
        };
        self.note(invocation, what);
    }
}
