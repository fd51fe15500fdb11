//! Times without a zone. The formats `time` and `date-time` want one; libraries name them for local times as well (Zod's
//! `z.iso.time()`), and say by the pattern beside it what they mean.

use regex::Regex;
use serde_json::{Map, Value as Json};

const ZONES: [&str; 3] = ["Z", ".000Z", "+01:00"];

/// The schema without the formats that the patterns beside them exclude.
pub(super) fn meant(schema: &Json) -> Json {
    match schema {
        Json::Object(fields) => {
            let mut fields: Map<String, Json> = fields
                .iter()
                .map(|(key, value)| (key.clone(), meant(value)))
                .collect();
            drop_excluded(&mut fields);
            Json::Object(fields)
        }
        Json::Array(items) => Json::Array(items.iter().map(meant).collect()),
        other => other.clone(),
    }
}

/// Takes the format of a schema away if the pattern beside it takes local times only.
pub(crate) fn drop_excluded(schema: &mut Map<String, Json>) {
    let text = |key: &str| schema.get(key).and_then(Json::as_str);
    let local = match text("format") {
        Some("time") => ["12:34:56", "12:34"],
        Some("date-time") => ["2024-01-02T12:34:56", "2024-01-02T12:34"],
        _ => return,
    };
    let Some(pattern) = text("pattern").and_then(|it| Regex::new(it).ok()) else {
        return;
    };
    let is_local = local.iter().any(|it| pattern.is_match(it));
    let zoned = |zone: &&str| pattern.is_match(&format!("{}{zone}", local[0]));
    if is_local && !ZONES.iter().any(zoned) {
        schema.shift_remove("format");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pattern_of_local_times_says_what_a_format_means() {
        let local = r"^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?$";
        let of = |format: &str, pattern: &str| {
            let schema = json!({ "items": [{ "type": "string", "format": format, "pattern": pattern }] });
            meant(&schema)["items"][0].get("format").is_some()
        };
        assert!(!of("time", local));
        assert!(!of("date-time", r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"));
        assert!(of("time", r"^\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"));
        assert!(of("time", r"^12:"), "both are possible");
        assert!(of("time", r"^(?=1)"), "nobody knows");
        assert!(of("email", local));
    }
}
