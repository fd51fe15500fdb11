//! Which mock answers a request, and what the closest one would have needed.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::{Map, Value as Json, json};

use super::body::{form, pairs};
use crate::matching::{partial_match, shown};
use banister_project::flow_test::{Endpoint, HttpMock, RequestPattern, TextMatch};

/// A request as mocks look at it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    /// What the request was sent to; the path may hold anything, and stands here without its query.
    pub(super) at: Endpoint,
    pub(super) query: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Json,
    /// True if every field of the body is a text because it came as a form.
    pub(super) form: bool,
}

impl Request {
    /// The request as the placeholders of a reply see it; `on` names the segments of its path.
    pub(super) fn as_json(&self, on: &Endpoint) -> Json {
        let captured = on.captures(&self.at.path).into_iter();
        let path: Map<String, Json> = captured.map(|(name, value)| (name, json!(value))).collect();
        json!({
            "method": self.at.method,
            "url": self.at.url(),
            "path": path,
            "query": form(&self.query),
            "headers": self.headers,
            "body": self.body,
        })
    }
}

/// The first mock that matches, by its place.
///
/// # Errors
/// None does: what the closest would have needed, if there are any.
pub(super) fn choose(mocks: &[HttpMock], request: &Request) -> Result<usize, Option<String>> {
    let mut closest: Option<(u32, String)> = None;
    for (at, mock) in mocks.iter().enumerate() {
        let misses = misses(&mock.request, request);
        if misses.is_empty() {
            return Ok(at);
        }
        let distance = misses.iter().map(|(weight, _)| weight).sum();
        if closest.as_ref().is_none_or(|(least, _)| distance < *least) {
            let texts: Vec<_> = misses.into_iter().map(|(_, text)| text).take(4).collect();
            closest = Some((
                distance,
                format!("`{}` is mocked, but {}", mock.request.on, texts.join("; ")),
            ));
        }
    }
    Err(closest.map(|(_, text)| text))
}

/// Everything in which a request differs from what is wanted, with its weight.
pub(super) fn misses(mock: &RequestPattern, request: &Request) -> Vec<(u32, String)> {
    let (on, at) = (&mock.on.value, &request.at);
    let mut misses = Vec::new();
    if (&on.scheme, &on.host, on.port) != (&at.scheme, &at.host, at.port) {
        misses.push((1_000, format!("the address was {}", at.url())));
    } else if !on.matches_path(&at.path) {
        misses.push((100, format!("the path was {}", at.path)));
    }
    if !on.matches_method(&at.method) {
        misses.push((50, format!("the method was {}", at.method)));
    }
    let query = pairs(&request.query);
    for (name, wanted) in &mock.query {
        let values: Vec<&String> = (query.iter())
            .filter(|(given, _)| given == name)
            .map(|(_, value)| value)
            .collect();
        if !fits(wanted, &values) {
            misses.push((1, was("query parameter", name, values.first().copied(), wanted)));
        }
    }
    for (name, wanted) in &mock.headers {
        let value = request.headers.get(name);
        if !fits(wanted, &value.into_iter().collect::<Vec<_>>()) {
            misses.push((1, was("header", name, value, wanted)));
        }
    }
    if let Some(wanted) = &mock.body {
        let wanted = if request.form {
            as_texts(wanted)
        } else {
            wanted.clone()
        };
        for mismatch in partial_match(&wanted, &request.body).err().into_iter().flatten() {
            misses.push((
                1,
                format!(
                    "body{} was {}, expected {}",
                    mismatch.path, mismatch.found, mismatch.expected
                ),
            ));
        }
    }
    misses
}

fn fits(wanted: &TextMatch, values: &[&String]) -> bool {
    match wanted {
        TextMatch::Is(text) => values.contains(&text),
        // It was compiled when the test was read.
        TextMatch::Matches(pattern) => {
            Regex::new(pattern).is_ok_and(|pattern| values.iter().any(|value| pattern.is_match(value)))
        }
        TextMatch::Present(present) => values.is_empty() != *present,
    }
}

fn was(what: &str, name: &str, value: Option<&String>, wanted: &TextMatch) -> String {
    let quoted = |text: &str| shown(&Json::String(text.to_owned()));
    let value = value.map_or_else(|| "not sent".to_owned(), |value| quoted(value));
    let wanted = match wanted {
        TextMatch::Is(text) => quoted(text),
        TextMatch::Matches(pattern) => format!("a match of /{pattern}/"),
        TextMatch::Present(true) => "any value".to_owned(),
        TextMatch::Present(false) => "none".to_owned(),
    };
    format!("{what} {name} was {value}, expected {wanted}")
}

/// A form can only say `"5"` where a test says `5`.
fn as_texts(value: &Json) -> Json {
    match value {
        Json::Number(_) | Json::Bool(_) => Json::String(value.to_string()),
        Json::Array(items) => Json::Array(items.iter().map(as_texts).collect()),
        Json::Object(fields) => Json::Object(
            fields
                .iter()
                .map(|(name, item)| (name.clone(), as_texts(item)))
                .collect(),
        ),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use banister_project::flow_test::parse;

    fn mocks(text: &str) -> Vec<HttpMock> {
        let text = format!(
            "mocks: {{ http: [{text}] }}\ntests: [{{ name: a, when: [{{ cron: A }}], then: [{{ ran: [A] }}] }}]"
        );
        parse("a.flow.yaml", text.as_str().into())
            .unwrap()
            .tests
            .remove(0)
            .mocks
            .http
    }

    fn request(method: &str, target: &str, body: Json) -> Request {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Request {
            at: Endpoint {
                method: method.to_owned(),
                scheme: "https".to_owned(),
                host: "a.b".to_owned(),
                port: 443,
                path: path.to_owned(),
            },
            query: query.to_owned(),
            headers: BTreeMap::from([("x-key".to_owned(), "k".to_owned())]),
            body,
            form: false,
        }
    }

    #[test]
    fn the_first_that_matches_answers() {
        let mocks = mocks(
            "{ on: GET https://a.b/v1/*, query: { page: 2 }, reply: {} }, { on: GET https://a.b/v1/**, reply: {} }, \
             { on: POST https://a.b/v1/x, headers: { X-Key: k }, body: { n: 1 }, reply: {} }",
        );
        let at = |method: &str, target: &str, body: Json| choose(&mocks, &request(method, target, body));
        assert_eq!(at("GET", "/v1/x?q=1&page=2", json!(null)), Ok(0));
        assert_eq!(at("GET", "/v1/x?page=3", json!(null)), Ok(1));
        assert_eq!(at("POST", "/v1/x", json!({"n": 1.0, "m": 2})), Ok(2));
    }

    #[test]
    fn the_closest_says_what_it_needed() {
        let mocks = mocks(
            "{ on: POST https://a.b/v1/charges, query: { page: 2 }, headers: { x-key: other }, body: { amount: 7 }, reply: {} }, \
             { on: GET https://z.z/, reply: {} }",
        );
        let near = |method: &str, target: &str, body: Json| {
            choose(&mocks, &request(method, target, body))
                .unwrap_err()
                .unwrap()
        };
        assert_eq!(
            near("POST", "/v1/charges", json!({"amount": 5})),
            "`POST https://a.b/v1/charges` is mocked, but query parameter page was not sent, expected \"2\"; \
             header x-key was \"k\", expected \"other\"; body.amount was 5, expected 7"
        );
        assert!(near("GET", "/v2", json!(null)).contains("but the path was /v2; the method was GET; "));
        assert_eq!(choose(&[], &request("GET", "/", json!(null))), Err(None));
    }

    #[test]
    fn texts_may_match_or_only_be_there() {
        let mocks = mocks(
            "{ on: GET https://a.b/, query: { page: { matches: \"^[0-9]+$\" }, debug: { present: false } }, headers: { x-key: { present: true } }, reply: {} }",
        );
        let at = |target: &str| choose(&mocks, &request("GET", target, json!(null)));
        assert_eq!(at("/?page=12"), Ok(0));
        let near = at("/?page=x&debug=1").unwrap_err().unwrap();
        assert!(
            near.ends_with(
                "query parameter debug was \"1\", expected none; query parameter page was \"x\", expected a match of /^[0-9]+$/"
            ),
            "{near}"
        );
    }

    #[test]
    fn a_form_is_matched_by_its_texts() {
        let mocks = mocks("{ on: POST https://a.b/, body: { amount: 5, live: false }, reply: {} }");
        let mut request = request("POST", "/", json!({"amount": "5", "live": "false"}));
        assert!(choose(&mocks, &request).is_err());
        request.form = true;
        assert_eq!(choose(&mocks, &request), Ok(0));
    }
}
