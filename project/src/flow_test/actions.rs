//! `when`: what a test does.

use serde_json::Value as Json;

use super::duration;
use super::problem::{INVALID_VALUE, MISSING_KEY};
use super::reader::{Fields, Keys, Reader};
use super::yaml::Node;
use super::{Action, Spanned};

pub(super) const ACTION: Keys = &[
    "request", "headers", "body", "emit", "cron", "advance", "ws", "together",
];
pub(super) const EMIT: Keys = &["topic", "data"];
pub(super) const BEGUN: Keys = &["request", "headers", "body", "emit", "cron"];
pub(super) const KINDS: [&str; 6] = ["request", "emit", "cron", "advance", "ws", "together"];
/// What can begin together with others.
pub(super) const BEGUN_KINDS: [&str; 3] = ["request", "emit", "cron"];

impl Reader {
    pub(super) fn actions(&mut self, node: &Node) -> Vec<Spanned<Action>> {
        let items = self.filled_list(node, "`when`").unwrap_or_default();
        items
            .iter()
            .filter_map(|item| self.action(item, "an action", ACTION, &KINDS))
            .collect()
    }

    fn together(&mut self, node: &Node) -> Option<Action> {
        let items = self.filled_list(node, "`together`")?;
        if items.len() < 2 {
            return self.wrong(node, "`together` begins two or more actions at the same time");
        }
        let actions = items
            .iter()
            .filter_map(|item| self.action(item, "an action of `together`", BEGUN, &BEGUN_KINDS));
        Some(Action::Together(actions.collect()))
    }

    fn action(
        &mut self,
        node: &Node,
        what: &'static str,
        keys: Keys,
        kinds: &[&'static str],
    ) -> Option<Spanned<Action>> {
        let known = self.problems.len();
        let fields = self.fields(node, what, keys)?;
        let misspelled = self.problems.len() > known;
        let (kind, value) = self.only_kind(&fields, kinds, what, misspelled)?;
        let span = fields.key_span(kind).unwrap_or(node.span);
        for key in ["headers", "body"] {
            if let (true, Some(at)) = (kind != "request", fields.key_span(key)) {
                self.report(
                    INVALID_VALUE,
                    at,
                    format!("`{key}` belongs to `request`, not to `{kind}`"),
                );
            }
        }
        let action = match kind {
            "request" => self.request(value, &fields)?,
            "emit" => {
                let fields = self.fields(value, "`emit`", EMIT)?;
                let topic = self
                    .require(&fields, "topic")
                    .and_then(|node| self.text(node, "`topic`"));
                Action::Emit {
                    topic: topic?,
                    data: fields.get("data").map_or(Json::Null, Node::to_json),
                }
            }
            "ws" => self.socket_action(value)?,
            "together" => self.together(value)?,
            "cron" => Action::Cron {
                step: self.text(value, "`cron`")?,
            },
            _ => {
                let text = self.scalar_text(value, "`advance`")?;
                match duration::parse(&text) {
                    Ok(ms) => Action::Advance { ms },
                    Err(message) => return self.wrong(value, message),
                }
            }
        };
        Some(Spanned { value: action, span })
    }

    /// The one key of `kinds` that a mapping has.
    pub(super) fn only_kind<'n>(
        &mut self,
        fields: &Fields<'n>,
        kinds: &[&'static str],
        what: &str,
        misspelled: bool,
    ) -> Option<(&'static str, &'n Node)> {
        let mut found = kinds
            .iter()
            .filter_map(|kind| fields.get(kind).map(|node| (*kind, node)));
        match (found.next(), found.next()) {
            (Some(first), None) => return Some(first),
            (Some((first, _)), Some((second, _))) => {
                let at = fields.key_span(second).unwrap_or(fields.place());
                let message = format!("{what} is one thing: `{first}` and `{second}` are two");
                self.report(INVALID_VALUE, at, message);
            }
            // A misspelled kind was told of already.
            (None, _) if misspelled => {}
            (None, _) => {
                let list: Vec<_> = kinds.iter().map(|kind| format!("`{kind}`")).collect();
                self.report(
                    MISSING_KEY,
                    fields.place(),
                    format!("{what} is one of {}", list.join(", ")),
                );
            }
        }
        None
    }

    fn request(&mut self, node: &Node, fields: &Fields<'_>) -> Option<Action> {
        let text = self.text(node, "`request`")?;
        let (verb, target) = text
            .value
            .trim()
            .split_once(char::is_whitespace)
            .unwrap_or((&text.value, ""));
        let target = target.trim();
        if !target.starts_with('/') || target.contains(char::is_whitespace) && !target.contains("{{") {
            return self.wrong(
                node,
                format!("`{}` must be a method and a path: `POST /orders`", text.value),
            );
        }
        let method = match method(verb, false) {
            Ok(method) => method,
            Err(message) => return self.wrong(node, message),
        };
        let headers = self.headers(fields.get("headers"));
        let body = fields.get("body").map_or(Json::Null, Node::to_json);
        Some(Action::Request {
            method,
            target: Spanned {
                value: target.to_owned(),
                span: text.span,
            },
            headers,
            body,
        })
    }
}

/// A method in upper case; the error says what is wrong.
pub(super) fn method(text: &str, wildcard: bool) -> Result<String, String> {
    const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    let upper = text.to_ascii_uppercase();
    if METHODS.contains(&upper.as_str()) || wildcard && upper == "*" {
        return Ok(upper);
    }
    Err(format!("`{text}` is not a method: {}", METHODS.join(", ")))
}
