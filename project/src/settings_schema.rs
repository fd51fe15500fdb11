//! The JSON Schema of `banister.toml`, for editors: made from what the reader of the file knows.

use serde_json::{Value as Json, json};

use crate::config::{ALLOWABLE, LEVELS};
use crate::profile::Profile;
use crate::rules::RULES;

/// The schema, in draft 2020-12. `docs/banister.schema.json` is a copy of it.
pub fn settings_schema() -> Json {
    let levels = LEVELS.map(|(name, _)| name);
    let rules: serde_json::Map<String, Json> = RULES
        .iter()
        .map(|rule| {
            let summary = rule.doc.split("\n\n").next().unwrap_or("").replace('\n', " ");
            (
                rule.name.to_owned(),
                json!({ "description": summary, "$ref": "#/$defs/level" }),
            )
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "banister.toml",
        "description": "Settings of Banister for a step project.",
        "type": "object",
        "properties": {
            "framework": {
                "description": "Version of the framework that the project runs on, such as \"0.17\".",
                "type": "string",
            },
            "roots": {
                "description": "Folders that are the roots of projects, relative to this file. Without it they are found.",
                "type": "array",
                "items": { "type": "string" },
                "uniqueItems": true,
            },
            "rules": {
                "description": "Levels of rules; \"off\" turns a rule off.",
                "type": "object",
                "properties": rules,
                "additionalProperties": false,
            },
            "test": {
                "description": "What holds for all flow tests of the project.",
                "type": "object",
                "properties": {
                    "profile": {
                        "description": "Which framework is played where releases and documents differ. Without it, it is found out.",
                        "enum": Profile::NAMES,
                    },
                    "allow": {
                        "description": "Findings of a run that fail no test.",
                        "type": "array",
                        "items": { "enum": ALLOWABLE },
                        "uniqueItems": true,
                    },
                    "reject_invalid_bodies": {
                        "description": "Answer 400 to a request whose body its step's schema does not allow. No release does this.",
                        "type": "boolean",
                    },
                    "python_state_wrapper": {
                        "description": "Give Python steps of 0.x what they read from the state as releases do: in a wrapper `{\"data\": item}`.",
                        "type": "boolean",
                    },
                    "invariants": invariants(),
                    "middleware": {
                        "description": "Files of middleware that steps name by a text, relative to this file.",
                        "type": "object",
                        "additionalProperties": { "type": "string" },
                    },
                },
                "additionalProperties": false,
            },
        },
        "additionalProperties": false,
        "$defs": { "level": { "enum": levels } },
    })
}

fn invariants() -> Json {
    json!({
        "description": "What must hold after every run: CEL expressions over events, emitted, state, responses, calls and logs.",
        "type": "array",
        "items": {
            "type": "object",
            "properties": { "name": { "type": "string" }, "holds": { "type": "string" } },
            "required": ["name", "holds"],
            "additionalProperties": false,
        },
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect_file;

    use super::settings_schema;
    use crate::config::KEYS;

    /// `UPDATE_EXPECT=1 cargo test -p banister-project` writes the file anew.
    #[test]
    fn the_published_schema_is_up_to_date() {
        let text = serde_json::to_string_pretty(&settings_schema()).unwrap() + "\n";
        expect_file!["../../docs/banister.schema.json"].assert_eq(&text);
    }

    #[test]
    fn every_setting_is_in_the_schema() {
        let schema = settings_schema();
        let described: Vec<&str> = schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(described, KEYS);
    }
}
