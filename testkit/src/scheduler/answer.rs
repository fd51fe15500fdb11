//! From what a handler of an API step returns to the answer that the framework's HTTP server makes of it: texts and
//! buffers are sent, everything else becomes JSON.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::http::{HeaderValue, HttpResponse};

impl HttpResponse {
    /// What the framework answers for a handler that failed or returned nothing.
    pub fn internal_error() -> Self {
        Self {
            status: 500,
            headers: json_header(),
            body: json!({ "error": "Internal server error" }),
        }
    }

    /// An answer of the server itself.
    pub(super) fn ok(body: Json) -> Self {
        Self {
            status: 200,
            headers: json_header(),
            body,
        }
    }

    /// The server's own answer to a request that it cannot read.
    pub(super) fn bad_request(why: &str) -> Self {
        Self {
            status: 400,
            headers: json_header(),
            body: json!({ "error": why }),
        }
    }

    /// The server's own answer to `OPTIONS`, whatever the path.
    pub(super) fn no_content() -> Self {
        Self {
            status: 204,
            headers: BTreeMap::new(),
            body: Json::Null,
        }
    }

    /// The answer that the framework makes of a handler's value. `None` if it is no response.
    pub(super) fn of_value(value: &Json) -> Option<Self> {
        let status = value
            .get("status")
            .and_then(Json::as_f64)
            .filter(|s| s.fract() == 0.0 && (100.0..=999.0).contains(s))?;
        let mut headers = BTreeMap::new();
        for (name, value) in value
            .get("headers")
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
        {
            let name = name.to_ascii_lowercase();
            let value = header_value(&name, value);
            headers.insert(name, value);
        }
        let body = value.get("body").cloned().unwrap_or(Json::Null);
        let (body, content_type) = match buffer_text(&body) {
            Some(text) => (Json::String(text), Some("application/octet-stream")),
            None if body.is_string() => (body, Some("text/html; charset=utf-8")),
            None if value.get("body").is_none() => (body, None),
            None => (body, Some("application/json; charset=utf-8")),
        };
        if let Some(content_type) = content_type {
            headers
                .entry("content-type".to_owned())
                .or_insert_with(|| HeaderValue::One(content_type.to_owned()));
        }
        Some(Self {
            status: status as u16,
            headers,
            body,
        })
    }
}

fn json_header() -> BTreeMap<String, HeaderValue> {
    BTreeMap::from([(
        "content-type".to_owned(),
        HeaderValue::One("application/json; charset=utf-8".to_owned()),
    )])
}

fn header_value(name: &str, value: &Json) -> HeaderValue {
    match value.as_array().map(Vec::as_slice) {
        Some(lines) if name == "set-cookie" && lines.len() != 1 => {
            HeaderValue::Several(lines.iter().map(header_text).collect())
        }
        _ => HeaderValue::One(header_text(value)),
    }
}

/// A header that is given several times is one line with commas here.
fn header_text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(header_text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// The bytes of a Node buffer that is the body itself, as the JSON form that it crosses in says them. Bytes that are no
/// text stay in that form, since a flow test can only name texts.
fn buffer_text(body: &Json) -> Option<String> {
    if body.get("type")?.as_str()? != "Buffer" {
        return None;
    }
    let bytes = body.get("data")?.as_array()?;
    let bytes: Option<Vec<u8>> = bytes
        .iter()
        .map(|byte| u8::try_from(byte.as_u64()?).ok())
        .collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_without_a_status_is_no_response() {
        for value in [
            json!({"body": 1}),
            json!(null),
            json!({"status": "200"}),
            json!({"status": 20.5}),
        ] {
            assert_eq!(HttpResponse::of_value(&value), None, "{value}");
        }
        let answer =
            HttpResponse::of_value(&json!({"status": 201, "headers": {"X-A": 1, "L": ["a", "b"]}})).unwrap();
        assert_eq!(
            (answer.status, answer.headers["x-a"].lines()),
            (201, &["1".to_owned()][..])
        );
        assert_eq!(answer.headers["l"].lines(), ["a, b"]);
        let cookies =
            json!({"status": 200, "headers": {"Set-Cookie": ["a=1", "b=2; Expires=Mon, 05 Jan 2026"]}});
        let cookies = HttpResponse::of_value(&cookies).unwrap();
        assert_eq!(
            cookies.headers["set-cookie"].lines(),
            ["a=1", "b=2; Expires=Mon, 05 Jan 2026"]
        );
    }

    #[test]
    fn only_a_buffer_that_is_the_body_itself_is_one() {
        let buffer = || json!({"type": "Buffer", "data": [104, 105]});
        let of = |body: Json| {
            HttpResponse::of_value(&json!({"status": 200, "body": body}))
                .unwrap()
                .body
        };
        assert_eq!(of(buffer()), json!("hi"));
        assert_eq!(of(json!({"file": buffer()})), json!({"file": buffer()}));
    }
}
