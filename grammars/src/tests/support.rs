//! Short ways to ask for facts.

use std::fmt::Write;

use serde_json::Value as Json;

use crate::facts::{Declaration, FileFacts, SchemaFact, Shape, Text, TextFact};
use crate::{Language, Span, extract};

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

/// The facts as lines for a person, with the text under each span that an editor uses.
pub(super) fn render(facts: &FileFacts, source: &str) -> String {
    let mut out = String::new();
    let quote = |span: Span| {
        span.slice(source)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let text = |fact: &TextFact| format!("{:?} at `{}`", fact.text, quote(fact.span));
    if let Some(step) = &facts.step {
        writeln!(out, "step {:?}", step.dialect).unwrap();
        for (name, fact) in [("type", &step.kind_text), ("name", &step.name)] {
            if let Some(fact) = fact {
                writeln!(out, "  {name} {}", text(fact)).unwrap();
            }
        }
        for trigger in &step.triggers {
            writeln!(
                out,
                "  trigger {:?}{}",
                trigger.kind,
                if trigger.topics_open { " open" } else { "" }
            )
            .unwrap();
            for topic in &trigger.topics {
                writeln!(out, "    topic {}", text(&topic.topic)).unwrap();
            }
            for (name, fact) in [
                ("method", &trigger.method),
                ("path", &trigger.path),
                ("cron", &trigger.cron),
            ] {
                if let Some(fact) = fact {
                    writeln!(out, "    {name} {}", text(fact)).unwrap();
                }
            }
            for (name, schema) in trigger.input.iter().map(|input| ("input", input)) {
                writeln!(out, "    {name} {}", schema_line(schema)).unwrap();
            }
            for (status, schema) in &trigger.responses {
                writeln!(out, "    response {status} {}", schema_line(schema)).unwrap();
            }
        }
        match &step.emits {
            Declaration::Absent => writeln!(out, "  emits absent").unwrap(),
            Declaration::Unknown { span } => writeln!(out, "  emits unknown at `{}`", quote(*span)).unwrap(),
            Declaration::List { topics, open, .. } => {
                writeln!(out, "  emits{}", if *open { " open" } else { "" }).unwrap();
                for topic in topics {
                    let label = topic
                        .label
                        .as_ref()
                        .map_or_else(String::new, |label| format!(" label {label}"));
                    let conditional = if topic.conditional { " conditional" } else { "" };
                    writeln!(out, "    {}{label}{conditional}", text(&topic.topic)).unwrap();
                }
            }
        }
        let keys: Vec<&str> = step.keys.iter().map(|key| key.name.as_str()).collect();
        writeln!(
            out,
            "  keys {}{}",
            keys.join(" "),
            if step.keys_open { " …" } else { "" }
        )
        .unwrap();
        if let Some(handler) = &step.handler {
            let kind = if handler.is_async { "async " } else { "" };
            writeln!(
                out,
                "  {kind}handler `{}` ({})",
                quote(handler.span),
                handler.params.join(", ")
            )
            .unwrap();
        }
    }
    if let Some(stream) = &facts.stream {
        writeln!(
            out,
            "stream {}",
            stream.name.as_ref().map_or_else(String::new, text)
        )
        .unwrap();
        if let Some(schema) = &stream.schema {
            writeln!(out, "  schema {}", schema_line(schema)).unwrap();
        }
    }
    for site in &facts.emits {
        let topic = site.topic.as_ref().map_or_else(|| "no topic".to_owned(), text);
        let awaited = if site.awaited { "" } else { " not awaited" };
        let helper = if site.in_helper { " in helper" } else { "" };
        let payload = shape(&site.payload);
        writeln!(
            out,
            "`{}` {topic}{awaited}{helper}: {payload}",
            quote(site.callee)
        )
        .unwrap();
    }
    for used in &facts.state_uses {
        let part = |fact: &Option<TextFact>| fact.as_ref().map_or_else(|| "-".to_owned(), text);
        writeln!(
            out,
            "state.{} {:?} {} {}",
            used.method,
            used.access,
            part(&used.group),
            part(&used.key)
        )
        .unwrap();
    }
    for used in &facts.stream_uses {
        writeln!(
            out,
            "stream use {} {}",
            text(&used.name),
            used.method.as_deref().unwrap_or("-")
        )
        .unwrap();
    }
    if facts.emit_escapes {
        writeln!(out, "emit escapes").unwrap();
    }
    for (name, value) in &facts.exports {
        writeln!(
            out,
            "export {name} {}",
            without_spans(serde_json::to_value(value).unwrap())
        )
        .unwrap();
    }
    for (name, schema) in &facts.schemas {
        writeln!(out, "schema {name} {}", schema_line(schema)).unwrap();
    }
    for import in &facts.imports {
        writeln!(out, "import {:?} from `{}`", import.names, quote(import.span)).unwrap();
    }
    for problem in &facts.problems {
        writeln!(out, "problem {} at `{}`", problem.message, quote(problem.span)).unwrap();
    }
    out
}

fn schema_line(schema: &SchemaFact) -> String {
    match &schema.import {
        Some(import) => format!(
            "{:?} import {} from {}",
            schema.notation,
            import.path.join("."),
            import.module
        ),
        None => format!("{:?} {}", schema.notation, schema.schema),
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
