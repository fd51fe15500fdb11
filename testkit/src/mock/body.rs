//! What a handler sent, as a value that a mock can match.

use banister_project::route::decode;
use serde_json::{Map, Value as Json};

/// A body as a value, and whether it came as a form, whose fields are all texts.
pub(super) fn read(content_type: Option<&str>, bytes: &[u8]) -> (Json, bool) {
    if bytes.is_empty() {
        return (Json::Null, false);
    }
    let kind = content_type
        .unwrap_or("")
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    if kind == "application/x-www-form-urlencoded" {
        let text = String::from_utf8_lossy(bytes);
        return (form(&text), true);
    }
    // Many clients send JSON without saying so; a text that only looks like JSON is matched as JSON too.
    let may_be_json = kind.is_empty() || kind.contains("json") || kind == "text/plain";
    let value = may_be_json.then(|| serde_json::from_slice(bytes).ok()).flatten();
    (
        value.unwrap_or_else(|| Json::String(String::from_utf8_lossy(bytes).into_owned())),
        false,
    )
}

/// Name and value pairs of a query or form, decoded, in order.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let parts = text.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
        })
        .collect()
}

/// Fields by name; a repeated field becomes a list, `a[b]` stays one name.
pub(super) fn form(text: &str) -> Json {
    let mut fields: Map<String, Json> = Map::new();
    for (name, value) in pairs(text) {
        match fields.get_mut(&name) {
            Some(Json::Array(list)) => list.push(value.into()),
            Some(first) => *first = Json::Array(vec![first.take(), value.into()]),
            None => {
                fields.insert(name, value.into());
            }
        }
    }
    Json::Object(fields)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bodies_are_read_by_their_kind() {
        let form = read(
            Some("application/x-www-form-urlencoded; charset=utf-8"),
            b"amount=5&m%5Bid%5D=a+b&x=1&x=2",
        );
        assert_eq!(
            form,
            (json!({"amount": "5", "m[id]": "a b", "x": ["1", "2"]}), true)
        );
        assert_eq!(
            read(Some("application/vnd.api+json"), b"{\"a\":1}"),
            (json!({"a": 1}), false)
        );
        assert_eq!(read(None, b"[1]"), (json!([1]), false));
        assert_eq!(read(Some("text/csv"), b"1,2"), (json!("1,2"), false));
        assert_eq!(
            read(Some("application/json"), b"{broken"),
            (json!("{broken"), false)
        );
        assert_eq!(read(Some("application/json"), b""), (json!(null), false));
        assert_eq!(read(None, b"\xff"), (json!("\u{fffd}"), false));
    }
}
