//! `mocks`: services that answer instead of the real ones.

use super::endpoint::split_port;
use super::problem::{INVALID_VALUE, MISSING_KEY};
use super::reader::{Keys, Reader};
use super::yaml::Node;
use super::{Endpoint, HttpMock, MockSet, OpenApiMock, Spanned};
use serde_json::Value as Json;

pub(super) const MOCKS: Keys = &[
    "http",
    "modules",
    "functions",
    "allow",
    "openapi",
    "cassettes",
    "redact",
];
pub(super) const OPENAPI: Keys = &["document", "server"];
pub(super) const MOCK: Keys = &["on", "query", "headers", "body", "reply", "replies", "repeat"];
impl Reader {
    pub(super) fn mocks(&mut self, node: &Node) -> MockSet {
        let Some(fields) = self.fields(node, "`mocks`", MOCKS) else {
            return MockSet::default();
        };
        let mut list = |key: &str| {
            let node = fields.get(key)?;
            self.filled_list(node, &format!("`mocks.{key}`"))
        };
        let (http, allow) = (list("http"), list("allow"));
        let (openapi, cassettes) = (list("openapi"), list("cassettes"));
        let redact = list("redact");
        let items = |list: Option<&'_ [Node]>| list.map(<[Node]>::to_vec).unwrap_or_default();
        MockSet {
            http: items(http).iter().filter_map(|it| self.http_mock(it)).collect(),
            allow: items(allow).iter().filter_map(|it| self.allowed(it)).collect(),
            openapi: items(openapi).iter().filter_map(|it| self.openapi(it)).collect(),
            redact: (items(redact).iter())
                .filter_map(|it| self.text(it, "an item of `mocks.redact`"))
                .collect(),
            cassettes: (items(cassettes).iter())
                .filter_map(|it| self.text(it, "a cassette"))
                .collect(),
        }
    }

    /// `localhost:5432`.
    fn allowed(&mut self, node: &Node) -> Option<Spanned<(String, u16)>> {
        let text = self.text(node, "an item of `mocks.allow`")?;
        match split_port(&text, 0) {
            Some((host, port)) if port > 0 => Some(Spanned {
                value: (host, port),
                span: text.span,
            }),
            _ => self.wrong(
                node,
                format!("`{text}` must be a host and a port: `localhost:5432`"),
            ),
        }
    }

    fn openapi(&mut self, node: &Node) -> Option<OpenApiMock> {
        let fields = self.fields(node, "an item of `mocks.openapi`", OPENAPI)?;
        let document = self
            .require(&fields, "document")
            .and_then(|node| self.text(node, "`document`"));
        let server = self.require(&fields, "server").and_then(|node| {
            let text = self.text(node, "`server`")?;
            match Endpoint::parse(&format!("* {}", text.value)) {
                Ok(value) => Some(Spanned {
                    value,
                    span: text.span,
                }),
                Err(message) => self.wrong(node, message),
            }
        });
        Some(OpenApiMock {
            document: document?,
            server: server?,
        })
    }

    pub(super) fn http_mock(&mut self, node: &Node) -> Option<HttpMock> {
        let fields = self.fields(node, "a mock", MOCK)?;
        let on = self
            .require(&fields, "on")
            .and_then(|node| self.mocked_endpoint(node));
        let replies = match (fields.get("reply"), fields.get("replies")) {
            (Some(reply), None) => self.reply(reply).into_iter().collect(),
            (None, Some(replies)) => {
                let items = self.filled_list(replies, "`replies`").unwrap_or_default();
                items.iter().filter_map(|item| self.reply(item)).collect()
            }
            (Some(_), Some(_)) => {
                let at = fields.key_span("replies").unwrap_or(fields.place());
                self.report(INVALID_VALUE, at, "a mock has either `reply` or `replies`");
                Vec::new()
            }
            (None, None) => {
                self.report(
                    MISSING_KEY,
                    fields.place(),
                    "a mock needs the key `reply` or `replies`",
                );
                Vec::new()
            }
        };
        let repeat = fields.get("repeat").map(|node| match node.to_json() {
            Json::Bool(repeat) => repeat,
            _ => self
                .wrong(node, "`repeat` must be `true` or `false`")
                .unwrap_or(true),
        });
        let request = self.request_pattern(&fields, on?);
        Some(HttpMock {
            request,
            replies,
            once: repeat == Some(false),
        })
    }

    /// The address of a mock, which is there before any value is known.
    fn mocked_endpoint(&mut self, node: &Node) -> Option<Spanned<Endpoint>> {
        let on = self.endpoint(node, "`on`")?;
        if on.has_placeholders() {
            let message = "the address of a mock has no `{{…}}`: `{id}` stands for any one segment of a path";
            return self.wrong(node, message.to_owned());
        }
        Some(on)
    }

    /// Method and address of an external service.
    pub(super) fn endpoint(&mut self, node: &Node, what: &str) -> Option<Spanned<Endpoint>> {
        let text = self.text(node, what)?;
        match Endpoint::parse(&text.value) {
            Ok(value) => Some(Spanned {
                value,
                span: text.span,
            }),
            Err(message) => self.wrong(node, message),
        }
    }
}
