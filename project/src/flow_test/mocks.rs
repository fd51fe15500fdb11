//! `mocks`: services that answer instead of the real ones.

use super::problem::{INVALID_VALUE, MISSING_KEY};
use super::reader::{Keys, Reader};
use super::yaml::Node;
use super::{Endpoint, HttpMock, Spanned};

pub(super) const MOCKS: Keys = Keys {
    known: &["http", "modules", "functions"],
    later: &[],
    prefix: "mocks.",
};
pub(super) const MOCK: Keys = Keys {
    known: &["on", "query", "headers", "body", "reply", "replies"],
    later: &[],
    prefix: "",
};
impl Reader {
    pub(super) fn mocks(&mut self, node: &Node) -> Vec<HttpMock> {
        let fields = self.fields(node, "`mocks`", &MOCKS);
        let list = fields
            .and_then(|fields| fields.get("http"))
            .and_then(|node| self.filled_list(node, "`mocks.http`"));
        list.into_iter()
            .flatten()
            .filter_map(|item| self.http_mock(item))
            .collect()
    }

    fn http_mock(&mut self, node: &Node) -> Option<HttpMock> {
        let fields = self.fields(node, "a mock", &MOCK)?;
        let on = self
            .require(&fields, "on")
            .and_then(|node| self.endpoint(node, "`on`"));
        let query = fields
            .get("query")
            .and_then(|node| self.texts(node, "`query`"))
            .unwrap_or_default();
        let headers = self.headers(fields.get("headers"));
        let body = fields.get("body").map(Node::to_json);
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
        Some(HttpMock {
            on: on?,
            query,
            headers,
            body,
            replies,
        })
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
