//! How a key and the start of its value are written in each language.

use banister_grammars::Language;
use serde_json::Value as Json;

/// The quote that a text uses most.
pub(super) fn quote_of(text: &str, language: Language) -> char {
    let count = |mark: char| text.matches(mark).count();
    let (single, double) = (count('\''), count('"'));
    match single.cmp(&double) {
        std::cmp::Ordering::Greater => '\'',
        std::cmp::Ordering::Less => '"',
        std::cmp::Ordering::Equal if language == Language::Python => '"',
        std::cmp::Ordering::Equal => '\'',
    }
}

/// A key with what stands between it and its value: `id: `, `"id": `.
pub(super) fn key(language: Language, quote: char, key: &str, rockets: bool) -> String {
    let is_plain = key.chars().all(|ch| ch.is_ascii_alphanumeric() || ch == '_')
        && !key.starts_with(|ch: char| ch.is_ascii_digit());
    match language {
        Language::Python => format!("{quote}{key}{quote}: "),
        Language::Ruby if rockets => format!("{quote}{key}{quote} => "),
        _ if is_plain => format!("{key}: "),
        _ => format!("{quote}{key}{quote}: "),
    }
}

/// The start of a value that fits a schema, as a snippet whose first place is `$1`.
pub(super) fn value(schema: &Json, language: Language, quote: char) -> String {
    if let Some(value) = schema.get("const") {
        return escape(&literal(value, language, quote));
    }
    if let Some(values) = schema.get("enum").and_then(Json::as_array) {
        let choices: Vec<String> = values
            .iter()
            .map(|value| literal(value, language, quote))
            .collect();
        let is_plain = |choice: &String| !choice.contains([',', '|', '$', '}', '\\']);
        if !choices.is_empty() && choices.iter().all(is_plain) {
            return format!("${{1|{}|}}", choices.join(","));
        }
    }
    let (yes, no) = if language == Language::Python {
        ("True", "False")
    } else {
        ("true", "false")
    };
    match schema.get("type").and_then(Json::as_str) {
        Some("string") => format!("{quote}$1{quote}"),
        Some("number" | "integer") => "${1:0}".to_owned(),
        Some("boolean") => format!("${{1|{yes},{no}|}}"),
        Some("array") => "[$1]".to_owned(),
        Some("object") => "{ $1 }".to_owned(),
        _ => "$1".to_owned(),
    }
}

/// A text that stands for itself in a snippet.
pub(super) fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

fn literal(value: &Json, language: Language, quote: char) -> String {
    match (value, language) {
        (Json::String(text), _) => format!("{quote}{text}{quote}"),
        (Json::Bool(true), Language::Python) => "True".to_owned(),
        (Json::Bool(false), Language::Python) => "False".to_owned(),
        (Json::Null, Language::Python) => "None".to_owned(),
        (Json::Null, Language::Ruby) => "nil".to_owned(),
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_and_values_are_written_as_the_language_does() {
        assert_eq!(key(Language::TypeScript, '\'', "a", false), "a: ");
        assert_eq!(key(Language::TypeScript, '\'', "a-b", false), "'a-b': ");
        assert_eq!(key(Language::Python, '"', "a", false), "\"a\": ");
        assert_eq!(key(Language::Ruby, '\'', "a", true), "'a' => ");
        let values = [
            json!({ "type": "boolean" }),
            json!({ "enum": ["a", "b"] }),
            json!({ "const": "$x" }),
        ];
        let written = values.map(|schema| value(&schema, Language::Python, '\''));
        assert_eq!(written, ["${1|True,False|}", "${1|'a','b'|}", "'\\$x'"]);
    }
}
