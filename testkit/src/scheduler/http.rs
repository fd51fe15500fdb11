//! Requests to API steps and their answers, as the framework's HTTP server makes them of handlers' values.

use std::collections::BTreeMap;

use banister_project::route::decode;
use serde_json::{Map, Value as Json, json};

/// A request to an API step.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpRequest {
    /// Upper case.
    pub method: String,
    /// Path and query as written.
    pub target: String,
    /// Names lower-case.
    pub headers: BTreeMap<String, String>,
    /// Body; a text is sent as it is, everything else as JSON.
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

    /// The request object that a handler sees. An absent body is an empty object, as Express makes it.
    pub(super) fn as_input(&self, params: &[(String, String)]) -> Json {
        let mut headers = self.headers.clone();
        let raw = match &self.body {
            Json::Null => String::new(),
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        let content_type = match &self.body {
            Json::Null => None,
            Json::String(_) => Some("text/plain"),
            _ => Some("application/json"),
        };
        if let Some(content_type) = content_type {
            headers
                .entry("content-type".to_owned())
                .or_insert_with(|| content_type.to_owned());
        }
        let body = if self.body.is_null() {
            json!({})
        } else {
            self.body.clone()
        };
        let params: Map<String, Json> = params
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        json!({
            "method": self.method,
            "path": self.path(),
            "body": body,
            "rawBody": raw,
            "headers": headers,
            "pathParams": params,
            "queryParams": query_params(&self.target),
        })
    }
}

impl HttpResponse {
    /// What the framework answers for a handler that failed or returned nothing.
    pub fn internal_error() -> Self {
        Self {
            status: 500,
            headers: BTreeMap::new(),
            body: json!({ "error": "Internal server error" }),
        }
    }

    /// The answer that the framework makes of a handler's value. `None` if it is no response.
    pub(super) fn of_value(value: &Json) -> Option<Self> {
        let status = value
            .get("status")
            .and_then(Json::as_f64)
            .filter(|s| s.fract() == 0.0 && *s >= 100.0)?;
        let mut headers = BTreeMap::new();
        for (name, value) in value
            .get("headers")
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
        {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            headers.insert(name.to_ascii_lowercase(), text);
        }
        let body = value.get("body").cloned().unwrap_or(Json::Null);
        Some(Self {
            status: status.min(999.0) as u16,
            headers,
            body,
        })
    }
}

/// Query parameters: a text, or a list where a name repeats.
fn query_params(target: &str) -> Json {
    let mut params: Map<String, Json> = Map::new();
    let query = target.split_once('?').map_or("", |(_, query)| query);
    for pair in query
        .split('#')
        .next()
        .unwrap_or("")
        .split('&')
        .filter(|pair| !pair.is_empty())
    {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (
            decode(&name.replace('+', " ")),
            json!(decode(&value.replace('+', " "))),
        );
        match params.get_mut(&name) {
            Some(Json::Array(list)) => list.push(value),
            Some(first) => *first = json!([first.take(), value]),
            None => {
                params.insert(name, value);
            }
        }
    }
    Json::Object(params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_becomes_texts_and_lists() {
        assert_eq!(
            query_params("/a?x=1&y=a+b%21&x=2&z"),
            json!({"x": ["1", "2"], "y": "a b!", "z": ""})
        );
        assert_eq!(query_params("/a"), json!({}));
    }

    #[test]
    fn an_absent_body_is_an_empty_object() {
        let request = HttpRequest {
            method: "GET".into(),
            target: "/a".into(),
            headers: BTreeMap::new(),
            body: Json::Null,
        };
        assert_eq!(request.as_input(&[])["body"], json!({}));
    }

    #[test]
    fn a_value_without_a_status_is_no_response() {
        assert_eq!(HttpResponse::of_value(&json!({"body": 1})), None);
        assert_eq!(HttpResponse::of_value(&json!(null)), None);
        let answer = HttpResponse::of_value(&json!({"status": 201, "headers": {"X-A": 1}})).unwrap();
        assert_eq!((answer.status, answer.headers["x-a"].as_str()), (201, "1"));
    }
}
