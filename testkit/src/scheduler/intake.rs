//! From a request to what an API step sees: the body as the framework's HTTP server (Express 4 with its parsers for
//! JSON, forms and text) reads it. What the server refuses never reaches the step.

use serde_json::{Map, Value as Json, json};

use super::form;
use super::http::{HttpRequest, HttpResponse};

/// A body on its way.
struct Sent {
    raw: String,
    content_type: Option<String>,
}

impl HttpRequest {
    /// The request object that a handler sees.
    ///
    /// # Errors
    /// The answer of the server itself: the body is malformed.
    pub(crate) fn as_input(&self, params: &[(String, String)]) -> Result<Json, HttpResponse> {
        let sent = self.sent();
        let mut headers = self.headers.clone();
        if let Some(content_type) = &sent.content_type {
            headers
                .entry("content-type".to_owned())
                .or_insert_with(|| content_type.clone());
        }
        let body = parsed(&sent)?;
        let params: Map<String, Json> = params
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        Ok(json!({
            "method": self.method,
            "path": self.path(),
            "body": body,
            "rawBody": sent.raw,
            "headers": headers,
            "pathParams": params,
            "queryParams": form::read(query.split('#').next().unwrap_or("")),
        }))
    }

    /// What goes over the wire: a text as it is, anything else as JSON, or as a form if the header says so.
    fn sent(&self) -> Sent {
        let declared = self.headers.get("content-type").cloned();
        let is_form = declared.as_deref().is_some_and(|it| media_type(it) == FORM);
        let (raw, implied) = match &self.body {
            Json::Null => (String::new(), None),
            Json::String(text) => (text.clone(), Some("text/plain")),
            Json::Object(fields) if is_form => (form::write(fields), None),
            other => (other.to_string(), Some("application/json")),
        };
        Sent {
            raw,
            content_type: declared.or_else(|| implied.map(str::to_owned)),
        }
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn media_type(header: &str) -> String {
    header.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// An absent body, and one of a type that the server has no parser for, is an empty object.
fn parsed(sent: &Sent) -> Result<Json, HttpResponse> {
    let Some(content_type) = sent.content_type.as_deref().filter(|_| !sent.raw.is_empty()) else {
        return Ok(json!({}));
    };
    match media_type(content_type).as_str() {
        "application/json" => match serde_json::from_str(&sent.raw) {
            Ok(body @ (Json::Object(_) | Json::Array(_))) => Ok(body),
            Ok(_) => Err(HttpResponse::bad_request(
                "the body must be a JSON object or a JSON list",
            )),
            Err(error) => Err(HttpResponse::bad_request(&format!(
                "the body is not JSON: {error}"
            ))),
        },
        FORM => Ok(form::read(&sent.raw)),
        "text/plain" => Ok(Json::String(sent.raw.clone())),
        _ => Ok(json!({})),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn input(content_type: Option<&str>, body: Json) -> Result<Json, u16> {
        let headers = content_type.map(|it| ("content-type".to_owned(), it.to_owned()));
        let request = HttpRequest {
            method: "POST".into(),
            target: "/a?x=1".into(),
            headers: BTreeMap::from_iter(headers),
            body,
        };
        request
            .as_input(&[])
            .map(|input| input["body"].clone())
            .map_err(|answer| answer.status)
    }

    #[test]
    fn bodies_are_read_by_their_type() {
        let json_type = Some("application/json; charset=utf-8");
        for (content_type, body, expected) in [
            (None, json!(null), Ok(json!({}))),
            (None, json!({"a": 1}), Ok(json!({"a": 1}))),
            (None, json!("a=1"), Ok(json!("a=1"))),
            (None, json!(7), Err(400)),
            (json_type, json!("[1]"), Ok(json!([1]))),
            (json_type, json!("[1"), Err(400)),
            (json_type, json!(""), Ok(json!({}))),
            (Some(FORM), json!("a=1"), Ok(json!({"a": "1"}))),
            (Some(FORM), json!({"a": 1}), Ok(json!({"a": "1"}))),
            (Some("application/xml"), json!("<a/>"), Ok(json!({}))),
        ] {
            assert_eq!(
                input(content_type, body.clone()),
                expected,
                "{content_type:?} {body}"
            );
        }
    }
}
