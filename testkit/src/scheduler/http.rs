//! Requests to API steps and their answers.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// A request to an API step.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpRequest {
    /// Upper case.
    pub method: String,
    /// Path and query as written.
    pub target: String,
    /// Names lower-case.
    pub headers: BTreeMap<String, String>,
    /// Body; a text is sent as it is, everything else as JSON, or as a form if the header says so.
    pub body: Json,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpResponse {
    /// Status code.
    pub status: u16,
    /// Names lower-case.
    pub headers: BTreeMap<String, HeaderValue>,
    /// Body.
    pub body: Json,
}

/// What stands behind the name of a header.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum HeaderValue {
    /// One line, or several that mean the same as one with commas.
    One(String),
    /// Several lines: only cookies cannot be one line, since their dates have commas.
    Several(Vec<String>),
}

impl HeaderValue {
    /// The lines, in order.
    pub fn lines(&self) -> &[String] {
        match self {
            Self::One(line) => std::slice::from_ref(line),
            Self::Several(lines) => lines,
        }
    }
}

impl HttpRequest {
    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target.split(['?', '#']).next().unwrap_or("")
    }
}
