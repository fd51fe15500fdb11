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
    pub headers: BTreeMap<String, String>,
    /// Body.
    pub body: Json,
}

impl HttpRequest {
    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target.split(['?', '#']).next().unwrap_or("")
    }
}
