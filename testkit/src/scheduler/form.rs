//! Query strings and forms as the framework's HTTP server reads them (the `qs` package, its defaults): names may nest with
//! brackets, a name that repeats is a list.

use banister_project::route::decode;
use serde_json::{Map, Value as Json};

/// Brackets deeper than this stay in the name.
const MAX_DEPTH: usize = 5;

/// Reads `a=1&b[c]=2&d[]=3&d[]=4`.
pub(super) fn read(text: &str) -> Json {
    let mut fields = Json::Object(Map::new());
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = |text: &str| decode(&text.replace('+', " "));
        let name = decoded(name);
        put(&mut fields, &path(&name), Json::String(decoded(value)));
    }
    fields
}

/// Writes an object as a form, for bodies that a test gives as a mapping.
pub(super) fn write(fields: &Map<String, Json>) -> String {
    let mut pairs = Vec::new();
    for (name, value) in fields {
        flatten(name.clone(), value, &mut pairs);
    }
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn flatten(name: String, value: &Json, out: &mut Vec<(String, String)>) {
    match value {
        Json::Object(fields) => {
            for (key, value) in fields {
                flatten(format!("{name}[{key}]"), value, out);
            }
        }
        Json::Array(items) => {
            for item in items {
                flatten(format!("{name}[]"), item, out);
            }
        }
        Json::Null => out.push((name, String::new())),
        Json::String(text) => out.push((name, text.clone())),
        other => out.push((name, other.to_string())),
    }
}

fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte as char),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// `a[b][]` as `a`, `b` and an empty part.
fn path(name: &str) -> Vec<&str> {
    let Some(first) = name.find('[').filter(|at| *at > 0) else {
        return vec![name];
    };
    let mut parts = vec![&name[..first]];
    let mut rest = &name[first..];
    while let Some((part, after)) = rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        if parts.len() > MAX_DEPTH {
            break;
        }
        parts.push(part);
        rest = after;
    }
    parts
}

fn put(at: &mut Json, path: &[&str], value: Json) {
    let Some((name, rest)) = path.split_first() else {
        *at = match at.take() {
            Json::Null => value,
            Json::Array(mut items) => {
                items.push(value);
                Json::Array(items)
            }
            first => Json::Array(vec![first, value]),
        };
        return;
    };
    if name.is_empty() || (name.bytes().all(|byte| byte.is_ascii_digit()) && !at.is_object()) {
        if !at.is_array() {
            *at = Json::Array(if at.is_null() { Vec::new() } else { vec![at.take()] });
        }
        if let Json::Array(items) = at {
            let mut item = Json::Null;
            put(&mut item, rest, value);
            items.push(item);
        }
        return;
    }
    if !at.is_object() {
        *at = Json::Object(Map::new());
    }
    if let Json::Object(fields) = at {
        put(fields.entry(*name).or_insert(Json::Null), rest, value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_nest_and_repeat() {
        assert_eq!(
            read("x=1&y=a+b%21&x=2&z&u[name]=ann&u[tags][]=p&u[tags][]=q&l[0]=a&l[1]=b&x=3"),
            json!({
                "x": ["1", "2", "3"], "y": "a b!", "z": "",
                "u": {"name": "ann", "tags": ["p", "q"]}, "l": ["a", "b"],
            })
        );
        assert_eq!(read(""), json!({}));
        assert_eq!(read("[a]=1&b[=2"), json!({"[a]": "1", "b": "2"}));
    }

    #[test]
    fn a_form_is_read_as_it_was_written() {
        let form = json!({"a": "x & y", "n": 1, "u": {"t": ["p", "q"]}});
        let written = write(form.as_object().unwrap());
        assert_eq!(
            read(&written),
            json!({"a": "x & y", "n": "1", "u": {"t": ["p", "q"]}})
        );
    }
}
