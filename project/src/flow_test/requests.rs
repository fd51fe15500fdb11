//! What a request to a service must look like: for a mock to answer it, or for `called` to count it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::problem::INVALID_VALUE;
use super::reader::{Fields, Keys, Reader};
use super::yaml::{Data, Node};
use super::{Endpoint, Spanned};

pub(super) const TEXT_MATCH: Keys = &["matches", "present"];

/// Which requests are meant.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestPattern {
    /// `POST https://api.stripe.com/v1/charges`.
    pub on: Spanned<Endpoint>,
    /// Query parameters by name.
    pub query: BTreeMap<String, TextMatch>,
    /// Headers by name, lower-case.
    pub headers: BTreeMap<String, TextMatch>,
    /// What the JSON or form body must match partially.
    pub body: Option<Json>,
}

/// What a text of a request must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextMatch {
    /// Exactly this.
    Is(String),
    /// A text in which this regular expression is found.
    Matches(String),
    /// Anything (true), or not there (false).
    Present(bool),
}

impl Reader {
    /// The conditions beside the address; the text of `what` names the mapping that has them.
    pub(super) fn request_pattern(&mut self, fields: &Fields<'_>, on: Spanned<Endpoint>) -> RequestPattern {
        let query = self.text_matches(fields, "query");
        let headers = self.text_matches(fields, "headers").into_iter();
        RequestPattern {
            on,
            query,
            headers: headers
                .map(|(name, value)| (name.to_ascii_lowercase(), value))
                .collect(),
            body: fields.get("body").map(Node::to_json),
        }
    }

    fn text_matches(&mut self, fields: &Fields<'_>, key: &str) -> BTreeMap<String, TextMatch> {
        let Some(node) = fields.get(key) else {
            return BTreeMap::new();
        };
        let mut all = BTreeMap::new();
        for (name, value) in self.entries(node, &format!("`{key}`")).unwrap_or_default() {
            if let Some(value) = self.text_match(value, &format!("`{name}` of `{key}`")) {
                all.insert(name.value.clone(), value);
            }
        }
        all
    }

    fn text_match(&mut self, node: &Node, what: &str) -> Option<TextMatch> {
        let Data::Map(_) = &node.data else {
            return self.scalar_text(node, what).map(TextMatch::Is);
        };
        let fields = self.fields(node, "a condition of a text", TEXT_MATCH)?;
        match (fields.get("matches"), fields.get("present")) {
            (Some(node), None) => {
                let text = self.scalar_text(node, "`matches`")?;
                if let Err(error) = regex::Regex::new(&text) {
                    let message = format!("`{text}` is no regular expression: {}", last_line(&error));
                    return self.wrong(node, message);
                }
                Some(TextMatch::Matches(text))
            }
            (None, Some(node)) => match node.to_json() {
                Json::Bool(present) => Some(TextMatch::Present(present)),
                _ => self.wrong(node, "`present` must be `true` or `false`"),
            },
            _ => {
                let message = format!("{what} has either `matches` or `present`");
                self.report(INVALID_VALUE, fields.place(), message);
                None
            }
        }
    }
}

/// The first lines of such an error draw the pattern.
fn last_line(error: &regex::Error) -> String {
    let text = error.to_string();
    let line = text.lines().last().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}
