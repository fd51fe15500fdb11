//! The JSON Schema of `*.flow.yaml`, for editors: the keys are those of the strict reader, with what each one holds.

mod holds;

use serde_json::{Map, Value as Json, json};

use self::holds::{Form, Holds};
use super::{actions, keys};

/// The schema, in draft 7 as editors read it. `docs/flow-test.schema.json` is a copy of it.
pub fn schema() -> Json {
    let mut schema = mapping(&[]);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("flow test");
    schema["description"] = json!("Flow tests of a step project, run with `banister test`.");
    schema["definitions"] = json!({
        "function": mapping(&["mocks", "functions", "_"]),
        "mocks": mapping(&["mocks"]),
    });
    schema
}

/// What a key of the mapping at a path is for, in a few words.
pub(crate) fn about(path: &[&str], key: &str) -> &'static str {
    row(path, key).map_or("", |row| row.about)
}

/// True if most people write what a key holds below it.
pub(crate) fn starts_block(path: &[&str], key: &str) -> bool {
    row(path, key).is_some_and(|row| {
        matches!(
            row.form,
            Form::Keys
                | Form::KeysOrList
                | Form::List
                | Form::Items
                | Form::Functions
                | Form::Modules
                | Form::Scalars
                | Form::ScalarsOrLists
                | Form::TextMatches
                | Form::Groups
                | Form::Any
        )
    })
}

/// The row of a key.
fn row(path: &[&str], key: &str) -> Option<&'static Holds> {
    let path = canonical(&[path, &[key]].concat());
    holds::all().find(|row| row.path.split('/').eq(path.iter().copied()))
}

/// One path for the places that hold the same: mocks of a test and of the file, one reply and several, functions by
/// themselves and of a module, one outcome and several, one call and several, conditions of a mock and of a call.
fn canonical<'k>(path: &[&'k str]) -> Vec<&'k str> {
    let (head, rest): (&[&str], &[&str]) = match path {
        ["tests", "-", "mocks", rest @ ..] if !rest.is_empty() => {
            return canonical(&[&["mocks"], rest].concat());
        }
        ["mocks", "http", "-", "replies", "-", rest @ ..] => (&["mocks", "http", "-", "reply"], rest),
        ["mocks", "modules", _, _, rest @ ..] | ["mocks", "functions", _, rest @ ..] => match rest {
            ["sequence", "-", rest @ ..] => (&["mocks", "functions", "_"], rest),
            rest => (&["mocks", "functions", "_"], rest),
        },
        ["tests", "-", "then", "-", "called", "-", rest @ ..] => {
            return canonical(&[&["tests", "-", "then", "-", "called"], rest].concat());
        }
        ["tests", "-", "then", "-", "called" | "not_called", rest @ ..]
            if matches!(rest, ["query" | "headers" | "body", ..]) =>
        {
            return canonical(&[&["mocks", "http", "-"], rest].concat());
        }
        ["mocks", "http", "-", "query" | "headers", _, rest @ ..] => {
            (&["mocks", "http", "-", "query", "_"], rest)
        }
        ["tests", "-", "for_all", _, rest @ ..] => (&["tests", "-", "for_all", "_"], rest),
        path => (&[], path),
    };
    [head, rest].concat()
}

/// The schema of a mapping whose keys are known.
fn mapping(path: &[&str]) -> Json {
    let properties: Map<String, Json> = keys::at(path)
        .unwrap_or_default()
        .iter()
        .map(|key| ((*key).to_owned(), value(path, key)))
        .collect();
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    match path {
        [] => schema["required"] = json!(["tests"]),
        ["tests", "-"] => {
            schema["required"] = json!(["when", "then"]);
            schema["oneOf"] = json!([{ "required": ["name"] }, { "required": ["property"] }]);
        }
        ["tests", "-", "when", "-"] | ["tests", "-", "when", "-", "together", "-"] => {
            let is_begun = path.len() > 4;
            let kinds: &[&str] = if is_begun {
                &actions::BEGUN_KINDS
            } else {
                &actions::KINDS
            };
            let kinds: Vec<Json> = kinds.iter().map(|kind| json!({ "required": [kind] })).collect();
            schema["oneOf"] = json!(kinds);
        }
        ["tests", "-", "then", "-"] => {
            schema["minProperties"] = json!(1);
            schema["maxProperties"] = json!(1);
        }
        _ => {}
    }
    schema
}

/// The schema of what a key holds.
fn value(path: &[&str], key: &str) -> Json {
    let inner = [path, &[key]].concat();
    let row = row(path, key);
    let mut schema = match inner.as_slice() {
        ["tests", "-", "mocks"] | ["mocks"] => {
            json!({ "allOf": [{ "$ref": "#/definitions/mocks" }] })
        }
        _ => of_form(&inner, row.map_or(Form::Any, |row| row.form)),
    };
    if let Some(row) = row {
        schema["description"] = json!(row.about);
    }
    schema
}

fn by_name(value: &Json) -> Json {
    json!({ "type": "object", "additionalProperties": value })
}

fn of_form(path: &[&str], form: Form) -> Json {
    let list = |items: Json| json!({ "type": "array", "items": items, "minItems": 1 });
    let scalar = json!({ "type": ["string", "number", "boolean"] });
    let functions = json!({ "type": "object", "additionalProperties": { "$ref": "#/definitions/function" } });
    match form {
        Form::Keys => mapping(path),
        Form::KeysOrList => json!({ "anyOf": [mapping(path), list(mapping(&[path, &["-"]].concat()))] }),
        Form::List => list(mapping(&[path, &["-"]].concat())),
        Form::Items => list(json!({ "anyOf": [scalar, mapping(&[path, &["-"]].concat())] })),
        Form::TextOrKeys => json!({ "anyOf": [scalar, mapping(path)] }),
        Form::Functions => functions,
        Form::Modules => json!({ "type": "object", "additionalProperties": {
            "anyOf": [{ "type": "string" }, list(json!({ "type": "string" })), functions],
        } }),
        Form::Text => json!({ "type": "string" }),
        Form::Texts => list(json!({ "type": "string" })),
        Form::Some(values) => json!({ "type": "array", "items": { "enum": values() } }),
        Form::Switch => json!({ "type": "boolean" }),
        Form::Scalar => scalar,
        Form::Scalars => by_name(&scalar),
        Form::ScalarsOrLists => by_name(&json!({ "anyOf": [scalar, list(scalar)] })),
        Form::TextMatches => json!({ "type": "object", "additionalProperties": {
            "anyOf": [scalar, mapping(&[path, &["_"]].concat())],
        } }),
        Form::Whole(least) => json!({ "type": "integer", "minimum": least }),
        Form::One(values) => json!({ "enum": values() }),
        Form::Groups => json!({ "type": "object", "additionalProperties": { "type": "object" } }),
        Form::Any => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use expect_test::expect_file;

    use super::*;
    use crate::flow_test::yaml;

    /// `UPDATE_EXPECT=1 cargo test -p banister-project` writes the file anew.
    #[test]
    fn the_published_schema_is_up_to_date() {
        let text = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
        expect_file!["../../../docs/flow-test.schema.json"].assert_eq(&text);
    }

    /// A new key needs a row in `holds`, which says what it is for and what it holds.
    #[test]
    fn every_key_of_the_reader_is_described_and_no_other() {
        let mut known = BTreeSet::new();
        walk(&mut Vec::new(), &mut known);
        let rows: BTreeSet<String> = holds::all().map(|row| row.path.to_owned()).collect();
        assert_eq!(rows, known);
        assert_eq!(rows.len(), holds::all().count(), "a key is described twice");
        assert!(holds::all().all(|row| !row.about.is_empty()));
    }

    /// All paths of keys below a mapping.
    fn walk(path: &mut Vec<&'static str>, known: &mut BTreeSet<String>) {
        for key in keys::at(path).unwrap_or_default() {
            path.push(key);
            if path[..] == ["tests", "-", "mocks"] {
                path.pop();
                known.insert("tests/-/mocks".into());
                continue;
            }
            known.insert(canonical(path).join("/"));
            walk(path, known);
            // Any name fits `_`, so a path of free names is tried before one of items.
            path.push("_");
            if keys::at(path).is_none() {
                path.pop();
                path.push("-");
            }
            walk(path, known);
            path.pop();
            path.pop();
        }
    }

    /// Two validators must agree on the examples: this schema and the strict reader.
    #[test]
    fn the_schema_takes_what_the_reader_takes() {
        let validator = jsonschema::draft7::new(&schema()).unwrap();
        let holds = |text: &str| {
            let mut problems = Vec::new();
            let node = yaml::read(text, &mut problems).unwrap();
            assert!(problems.is_empty(), "{text}");
            validator.is_valid(&node.to_json())
        };
        let reads = |text: &&str| crate::flow_test::parse("a.flow.yaml", (*text).into()).is_ok();
        for text in GOOD.iter().chain(&EXAMPLES) {
            assert!(reads(text) && holds(text), "{text}");
        }
        for text in &BAD {
            assert!(!reads(text) && !holds(text), "{text}");
        }
    }

    const EXAMPLES: [&str; 5] = [
        include_str!("../../../examples/ecommerce/tests/orders.flow.yaml"),
        include_str!("../../../examples/ecommerce/tests/payments.flow.yaml"),
        include_str!("../../../examples/ecommerce/tests/reports.flow.yaml"),
        include_str!("../../../examples/ecommerce/tests/reviews.flow.yaml"),
        include_str!("../../../tests/projects/http-calls/tests/oracles.flow.yaml"),
    ];

    const GOOD: [&str; 6] = [
        "tests: [{ name: a, when: [{ cron: A }], then: [{ ran: [A] }] }]",
        "mocks: { http: [{ on: 'GET https://a.example/x', query: { page: 2 }, reply: { text: 1 } }] }\n\
         tests:\n  - name: a\n    given: { now: 2026-01-05T09:00:00Z, env: { PORT: 80, ON: true }, state: { g: { k: 1 } } }\n    \
         when: [{ request: POST /a, headers: { x: 1 }, body: [1] }, { emit: { topic: t } }, { advance: 7d }]\n    \
         then: [{ response: { status: 201, captures: { id: $.body.id } } }, { log: { level: info, message: 1, times: 0 } }]",
        "tests: [{ property: p, cases: 5, for_all: { a: { schema_of: A.body }, b: { type: integer } }, when: [{ cron: A }], \
         then: [{ state: { g: { k: null } } }] }]",
        "tests: [{ name: a, when: [{ cron: A }], then: [{ stream: { s: { g: { i: { x: 1 } } } } }, { not_emitted: t }, \
         { called: { http: '* https://a.example/**' } }, { emitted: { topic: t, data: x } }] }]",
        "mocks:\n  http:\n    - { on: 'GET https://a.example/x', headers: { a: { matches: '^B' }, b: { present: false } }, repeat: false, \
         replies: [{ delay: 1s, fault: reset }] }\n  openapi: [{ document: ./a.yaml, server: 'https://a.example' }]\n  \
         cassettes: [./a.yaml]\n  redact: [pin]\n  allow: ['localhost:5432']\n\
         tests: [{ name: a, when: [{ cron: A }], then: [{ ran: [A] }] }]",
        "tests: [{ name: a, when: [{ cron: A }], then: [{ called: [{ http: GET https://a.example/x }, \
         { http: GET https://a.example/y, query: { p: { present: true } } }] }, { not_called: { http: '* https://b.example/**' } }] }]",
    ];

    const BAD: [&str; 12] = [
        "test: []",
        "tests: []",
        "tests: [{ when: [{ cron: A }], then: [{ ran: [A] }] }]",
        "tests: [{ name: a, when: [{ cron: A, advance: 1d }], then: [{ ran: [A] }] }]",
        "tests: [{ name: a, when: [{ cron: A }], then: [{ ran: [A], not_emitted: t }] }]",
        "tests: [{ name: a, when: [{ cron: A }], then: [{ ran: A }] }]",
        "tests: [{ name: a, when: [{ cron: A }], then: [{ log: { level: loud } }] }]",
        "tests: [{ name: a, when: [{ cron: A }], then: [{ response: { status: ok } }] }]",
        "tests: [{ name: a, when: [{ cron: A }], then: [{ called: [{ url: x }] }] }]",
        "tests: [{ name: a, when: [{ cron: A }], then: [{ not_called: { http: GET https://a.example/x, times: 1 } }] }]",
        "mocks: { openapi: [{ file: a.yaml }] }\ntests: [{ name: a, when: [{ cron: A }], then: [{ ran: [A] }] }]",
        "mocks: { http: [{ on: 'GET https://a.example/x', query: { a: { match: x } }, reply: { text: x } }] }\n\
         tests: [{ name: a, when: [{ cron: A }], then: [{ ran: [A] }] }]",
    ];
}
