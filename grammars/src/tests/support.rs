//! Short ways to ask for facts.

use serde_json::Value as Json;

use crate::facts::{FileFacts, SchemaFact, Shape, Text};
use crate::{Language, extract};

pub(super) fn ts(text: &str) -> FileFacts {
    clean(Language::TypeScript, text)
}

pub(super) fn js(text: &str) -> FileFacts {
    clean(Language::JavaScript, text)
}

pub(super) fn py(text: &str) -> FileFacts {
    clean(Language::Python, text)
}

pub(super) fn rb(text: &str) -> FileFacts {
    clean(Language::Ruby, text)
}

/// The facts of a text that must parse: a typo in a test would otherwise test something else.
fn clean(language: Language, text: &str) -> FileFacts {
    let facts = extract(language, text);
    assert_eq!(facts.problems, [], "in\n{text}");
    facts
}

/// The topics of all emit sites.
pub(super) fn topics(facts: &FileFacts) -> Vec<Option<Text>> {
    facts
        .emits
        .iter()
        .map(|site| site.topic.as_ref().map(|topic| topic.text.clone()))
        .collect()
}

/// The topics of all emit sites, which must be known.
pub(super) fn known_topics(facts: &FileFacts) -> Vec<String> {
    let known = |topic: Option<Text>| topic.and_then(|topic| topic.known().map(str::to_owned));
    topics(facts)
        .into_iter()
        .map(|topic| known(topic).unwrap_or_else(|| "?".to_owned()))
        .collect()
}

/// A step around the body of a TypeScript handler with `emit`, `state`, `streams` and the message at hand.
pub(super) fn ts_handler(body: &str) -> FileFacts {
    ts(&format!(
        "export const config = {{ type: 'event', name: 'S', subscribes: ['in'], emits: [] }}\n\
         export const handler = async (input: any, {{ emit, state, streams, logger }}: any) => {{\n{body}\n}}\n"
    ))
}

pub(super) fn py_handler(body: &str) -> FileFacts {
    let body = body.trim_start_matches('\n');
    py(&format!(
        "config = {{'type': 'event', 'name': 'S', 'subscribes': ['in'], 'emits': []}}\n\
         async def handler(input_data, context):\n{body}\n"
    ))
}

pub(super) fn rb_handler(body: &str) -> FileFacts {
    rb(&format!(
        "def config\n  {{ type: 'event', name: 'S', subscribes: ['in'], emits: [] }}\nend\n\
         def handler(input, context)\n{body}\nend\n"
    ))
}

/// The schema that a TypeScript step gives its message.
pub(super) fn ts_schema(before: &str, schema: &str) -> SchemaFact {
    let facts = ts(&format!(
        "import {{ z }} from 'zod'\n{before}\nexport const config = {{ type: 'event', name: 'S', subscribes: [], input: {schema} }}\n"
    ));
    input_schema(facts)
}

pub(super) fn py_schema(before: &str, schema: &str) -> SchemaFact {
    let facts = py(&format!(
        "{before}\nconfig = {{'type': 'event', 'name': 'S', 'subscribes': [], 'input': {schema}}}\n"
    ));
    input_schema(facts)
}

fn input_schema(facts: FileFacts) -> SchemaFact {
    facts.step.unwrap().triggers.remove(0).input.unwrap()
}

/// The payload of the only emit site.
pub(super) fn payload(facts: &FileFacts) -> String {
    assert_eq!(facts.emits.len(), 1);
    shape(&facts.emits[0].payload)
}

/// A shape in short: `{id: string, qty: 2, rest…}`.
pub(super) fn shape(shape: &Shape) -> String {
    match shape {
        Shape::Type(name) => name.clone(),
        Shape::Literal(value) => value.to_string(),
        Shape::Array(items) => {
            format!(
                "[{}]",
                items.iter().map(self::shape).collect::<Vec<_>>().join(", ")
            )
        }
        Shape::Object { fields, open } => {
            let mut parts: Vec<String> = fields
                .iter()
                .map(|field| format!("{}: {}", field.name, self::shape(&field.value)))
                .collect();
            if *open {
                parts.push("…".to_owned());
            }
            format!("{{{}}}", parts.join(", "))
        }
        Shape::Input(path) => format!(
            "input{}",
            path.iter().map(|key| format!(".{key}")).collect::<String>()
        ),
        Shape::Unknown => "?".to_owned(),
    }
}

/// A JSON value in which every span is null.
pub(super) fn without_spans(value: Json) -> Json {
    match value {
        Json::Object(map) if map.len() == 2 && map.contains_key("start") && map.contains_key("end") => {
            Json::Null
        }
        Json::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, without_spans(value)))
            .collect(),
        Json::Array(values) => values.into_iter().map(without_spans).collect(),
        other => other,
    }
}
