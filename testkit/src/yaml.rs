//! A test as the text of a flow test file, in the style of the documentation: blocks outside, one line for each thing.

use serde_json::Value as Json;

/// A file with one test.
pub(crate) fn file(test: &Json) -> String {
    let mut out = String::from("tests:\n");
    let mut lead = "  - ";
    for (key, value) in test.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            ("given", Json::Object(fields)) => {
                out += &format!("{lead}{key}:\n");
                for (key, value) in fields {
                    out += &format!("      {}: {}\n", plain(key), inline(value));
                }
            }
            ("when" | "then", Json::Array(items)) => {
                out += &format!("{lead}{key}:\n");
                items.iter().for_each(|it| item(it, &mut out));
            }
            _ => out += &format!("{lead}{key}: {}\n", inline(value)),
        }
        lead = "    ";
    }
    out
}

fn item(item: &Json, out: &mut String) {
    let mut lead = "      - ";
    for (key, value) in item.as_object().into_iter().flatten() {
        *out += &format!("{lead}{}: {}\n", plain(key), inline(value));
        lead = "        ";
    }
}

/// A value in one line.
pub(crate) fn inline(value: &Json) -> String {
    match value {
        Json::String(text) => plain(text),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Json::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(key, item)| format!("{}: {}", plain(key), inline(item)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// A text without quotes where every reader of YAML takes it for the same text, and in quotes elsewhere.
fn plain(text: &str) -> String {
    let mut chars = text.chars();
    let starts = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || "/$".contains(c));
    let goes_on = chars.all(|c| c.is_ascii_alphanumeric() || " _./-$@+".contains(c) || c == ':');
    // `a: b` and `a #b` end a plain text, and so does a colon at its end.
    let is_one = !text.contains(": ") && !text.ends_with([':', ' ']) && !text.contains("  ");
    let word = text.to_ascii_lowercase();
    let means_more = ["true", "false", "null"].contains(&word.as_str());
    match starts && goes_on && is_one && !means_more {
        true => text.to_owned(),
        false => Json::String(text.to_owned()).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_where_they_must_be() {
        for same in [
            "order.created",
            "POST /orders",
            "POST https://a.test/b",
            "$.body.id",
            "Ada Lovelace",
        ] {
            assert_eq!(plain(same), same);
        }
        for quoted in [
            "",
            "7",
            "true",
            "Null",
            "a: b",
            "a:",
            "{{id}}",
            "* https://a",
            "- a",
            "a #b",
            "a, b",
            "2026-01-05",
            "é",
            "a\nb",
        ] {
            assert_eq!(plain(quoted), Json::String(quoted.into()).to_string());
        }
    }
}
