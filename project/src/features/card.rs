//! Topics and steps described in Markdown.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::index::{Entity, EntityKind, Index, Mention, Role, Usage};
use crate::project::Step;

/// A schema that fills the screen explains nothing.
const MAX_SCHEMA_LINES: usize = 24;

/// Nobody reads a list down to its end in a window over the code.
const MAX_LISTED: usize = 12;

/// Of how many subscribers the payload is shown.
const MAX_PAYLOADS: usize = 3;

/// A topic in a few words, by the places that name it: "1 emitter (ts) → 2 subscribers (py, rb)".
pub(super) fn summary(index: &Index, mentions: &[Mention]) -> String {
    let steps = |roles: &[Role]| {
        let named = mentions.iter().filter(|mention| roles.contains(&mention.role));
        // Sorted by file.
        let mut files: Vec<&str> = named.map(|mention| mention.file.as_str()).collect();
        files.dedup();
        files
            .into_iter()
            .filter_map(|file| index.step(file))
            .collect::<Vec<_>>()
    };
    let emitters = counted(&steps(&[Role::Emits, Role::Declares]), "emitter");
    let subscribers = counted(&steps(&[Role::Subscribes]), "subscriber");
    format!("{emitters} → {subscribers}")
}

/// Steps in a few words: "2 subscribers (py, rb)".
pub(super) fn counted(steps: &[&Step], noun: &str) -> String {
    let mut languages: Vec<&str> = steps.iter().map(|step| step.language.short()).collect();
    languages.sort_unstable();
    languages.dedup();
    match steps.len() {
        0 => format!("no {noun}"),
        1 => format!("1 {noun} ({})", languages.join(", ")),
        many => format!("{many} {noun}s ({})", languages.join(", ")),
    }
}

/// The card of a topic: who sends it, who takes it, what it must hold.
pub(super) fn topic(index: &Index, topic: &str) -> String {
    let mut card = format!("**topic** `{topic}`\n");
    section(&mut card, "Emitted by", &index.emitters(topic));
    let helpers = index
        .mentions_as(topic, &[Role::Emits])
        .filter(|mention| index.step(&mention.file).is_none());
    let helpers: BTreeSet<&str> = helpers.map(|mention| mention.file.as_str()).collect();
    let lines = helpers.iter().map(|file| format!("{} — a helper", code(file)));
    list(&mut card, lines);
    let takers = index.subscribers(topic);
    section(&mut card, "Subscribed by", &takers);
    let shown = takers.iter().filter_map(|step| {
        let (_, schema) = index.input_schema(step, topic)?;
        Some((step.label(), schema_lines(&schema.input())?))
    });
    for (label, lines) in shown.take(MAX_PAYLOADS) {
        card += &format!("\nPayload for {label}:\n\n```ts\n{lines}\n```\n");
    }
    card
}

/// The card of a step: what starts it and what it sends.
pub(super) fn step(index: &Index, step: &Step) -> String {
    let mut card = format!("**step** `{}` ({})\n", step.label(), step.language.name());
    let mut line = |name: &str, text: String| card += &format!("\n{name}: {text}  ");
    if let Some((method, path)) = step.route() {
        line("Route", format!("`{method} {path}`"));
    }
    if let Some(expression) = step.cron() {
        let words =
            crate::cron::Cron::parse(expression, step.dialect()).map(|cron| format!(" — {}", cron.words()));
        line("Schedule", format!("`{expression}`{}", words.unwrap_or_default()));
    }
    let topics = |topics: &[&str], others: &dyn Fn(&str) -> Vec<String>| -> String {
        let described = topics.iter().map(|topic| {
            let others = others(topic);
            if others.is_empty() {
                format!("`{topic}`")
            } else {
                format!("`{topic}` ({})", in_a_line(others.into_iter()))
            }
        });
        in_a_line(described)
    };
    let labels = |steps: Vec<&Step>| {
        steps
            .iter()
            .map(|step| step.label().to_owned())
            .collect::<Vec<_>>()
    };
    if !step.subscribes().is_empty() {
        line(
            "Takes",
            topics(&step.subscribes(), &|topic| labels(index.emitters(topic))),
        );
    }
    if !step.emits().is_empty() {
        line(
            "Sends",
            topics(&step.emits(), &|topic| labels(index.subscribers(topic))),
        );
    }
    if !step.flows().is_empty() {
        line("Flows", in_a_line(step.flows().iter().map(|flow| code(flow))));
    }
    card
}

/// The card of a route: the step behind it, and what its body must hold.
pub(super) fn route(index: &Index, step: &Step) -> String {
    let (method, path) = step.route().unwrap_or(("", step.path().unwrap_or_default()));
    let mut card = format!("**route** `{}`\n\n", format!("{method} {path}").trim());
    card += &self::step(index, step);
    let body = index.only_input_schema(step);
    if let Some(lines) = body.and_then(|(_, schema)| schema_lines(&schema.input())) {
        card += &format!("\n\nBody:\n\n```ts\n{lines}\n```\n");
    }
    card
}

/// The card of a stream: what it holds and who uses it.
pub(super) fn stream(index: &Index, name: &str) -> String {
    let mut card = format!("**stream** `{name}`\n");
    let named = index
        .project
        .streams
        .iter()
        .filter(|stream| stream.name() == Some(name));
    for stream in named {
        card += &format!("\nDefined in {}\n", code(&stream.file));
        let schema = stream
            .facts()
            .stream
            .as_ref()
            .and_then(|fact| fact.schema.as_ref());
        let lines = schema
            .and_then(|schema| index.resolve_schema(&stream.source, schema))
            .and_then(|(_, schema)| schema_lines(&schema.output()));
        if let Some(lines) = lines {
            card += &format!("\n```ts\n{lines}\n```\n");
        }
    }
    users(&mut card, index, EntityKind::Stream, name, "Used by", |usage| {
        usage == Usage::Reads
    });
    card
}

/// The card of a group of the state: who writes it and who reads it.
pub(super) fn state_group(index: &Index, group: &str) -> String {
    let mut card = format!("**state group** `{group}`\n");
    for (title, wanted) in [("Written by", Usage::Writes), ("Read by", Usage::Reads)] {
        users(&mut card, index, EntityKind::StateGroup, group, title, |usage| {
            usage == wanted
        });
    }
    card
}

fn users(
    card: &mut String,
    index: &Index,
    kind: EntityKind,
    name: &str,
    title: &str,
    wanted: impl Fn(Usage) -> bool,
) {
    let name = name.to_owned();
    let places = index.places(&Entity { kind, name });
    let files = places.iter().filter(|place| wanted(place.usage));
    let files: BTreeSet<&str> = files.map(|place| &*place.file).collect();
    if files.is_empty() {
        *card += &format!("\n{title}: nobody\n");
        return;
    }
    *card += &format!("\n{title}:\n");
    let lines = files.iter().map(|file| match index.step(file) {
        Some(step) => named(step),
        None => code(file),
    });
    list(card, lines);
}

fn section(card: &mut String, title: &str, steps: &[&Step]) {
    if steps.is_empty() {
        *card += &format!("\n{title}: nobody\n");
        return;
    }
    *card += &format!("\n{title}:\n");
    list(card, steps.iter().map(|step| named(step)));
}

fn named(step: &Step) -> String {
    let language = step.language.name();
    format!("**{}** ({language}) — {}", step.label(), code(&step.file))
}

/// A line for each item, as far as a reader goes.
fn list(card: &mut String, items: impl ExactSizeIterator<Item = String>) {
    let more = items.len().saturating_sub(MAX_LISTED);
    items
        .take(MAX_LISTED)
        .for_each(|item| *card += &format!("- {item}\n"));
    if more > 0 {
        *card += &format!("- … and {more} more\n");
    }
}

/// All items in one line, as far as a reader goes.
fn in_a_line(items: impl ExactSizeIterator<Item = String>) -> String {
    let more = items.len().saturating_sub(MAX_LISTED);
    let mut shown: Vec<String> = items.take(MAX_LISTED).collect();
    if more > 0 {
        shown.push(format!("… and {more} more"));
    }
    shown.join(", ")
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// A schema in the notation that most readers know: an object type. Nothing for a schema that says nothing.
fn schema_lines(schema: &Json) -> Option<String> {
    let text = type_of(schema, 0);
    let lines: Vec<&str> = text.lines().collect();
    if text == "unknown" {
        return None;
    }
    if lines.len() <= MAX_SCHEMA_LINES {
        return Some(text);
    }
    let shown = lines.get(..MAX_SCHEMA_LINES - 1)?;
    Some(format!("{}\n…", shown.join("\n")))
}

/// A type in one line: an object of many lines is `object`.
pub(super) fn type_in_a_line(schema: &Json) -> String {
    let text = type_of(schema, 0);
    match (text.lines().count(), schema.get("type").and_then(Json::as_str)) {
        (1, _) => text,
        (_, Some("array")) => "array".to_owned(),
        _ => "object".to_owned(),
    }
}

fn type_of(schema: &Json, depth: usize) -> String {
    const MAX_DEPTH: usize = 4;
    if let Some(values) = schema.get("enum").and_then(Json::as_array) {
        return values.iter().map(Json::to_string).collect::<Vec<_>>().join(" | ");
    }
    if let Some(value) = schema.get("const") {
        return value.to_string();
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(parts) = schema.get(key).and_then(Json::as_array) {
            return parts
                .iter()
                .map(|part| type_of(part, depth))
                .collect::<Vec<_>>()
                .join(" | ");
        }
    }
    let kind = schema.get("type").and_then(Json::as_str);
    match (kind, schema.get("properties").and_then(Json::as_object)) {
        (Some("object") | None, Some(properties)) if depth < MAX_DEPTH => {
            let required = schema.get("required").and_then(Json::as_array);
            let is_required = |name: &str| required.is_some_and(|keys| keys.iter().any(|key| key == name));
            let pad = "  ".repeat(depth + 1);
            let mut text = "{\n".to_owned();
            for (name, property) in properties {
                let mark = if is_required(name) { "" } else { "?" };
                text += &format!("{pad}{name}{mark}: {}\n", type_of(property, depth + 1));
            }
            text + &"  ".repeat(depth) + "}"
        }
        (Some("array"), _) => match schema.get("items") {
            Some(items) => format!("Array<{}>", type_of(items, depth)),
            None => "unknown[]".to_owned(),
        },
        (Some(kind), _) => kind.to_owned(),
        (None, _) => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_read_like_types() {
        let schema = json!({
            "type": "object",
            "properties": {
                "id": { "type": "string" },
                "kind": { "enum": ["a", "b"] },
                "items": { "type": "array", "items": { "type": "object", "properties": { "sku": { "type": "string" } } } },
                "note": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
                "more": {},
            },
            "required": ["id", "items"],
        });
        let expected = "{\n  id: string\n  kind?: \"a\" | \"b\"\n  items: Array<{\n    sku?: string\n  }>\n  note?: string | null\n  more?: unknown\n}";
        assert_eq!(schema_lines(&schema).unwrap(), expected);
        assert_eq!(schema_lines(&json!({})), None);
    }

    #[test]
    fn a_long_list_is_cut() {
        let mut card = String::new();
        list(&mut card, (0..MAX_LISTED).map(|n| n.to_string()));
        assert_eq!(card.lines().count(), MAX_LISTED);
        assert_eq!(card.lines().last(), Some("- 11"));
        card.clear();
        list(&mut card, (0..MAX_LISTED + 5).map(|n| n.to_string()));
        assert_eq!(card.lines().last(), Some("- … and 5 more"));
        let line = in_a_line((0..MAX_LISTED + 1).map(|n| n.to_string()));
        assert!(line.ends_with("10, 11, … and 1 more"), "{line}");
    }

    #[test]
    fn a_long_schema_is_cut() {
        let properties: serde_json::Map<String, Json> = (0..50)
            .map(|n| (format!("f{n}"), json!({ "type": "string" })))
            .collect();
        let text = schema_lines(&json!({ "type": "object", "properties": properties })).unwrap();
        assert_eq!(text.lines().count(), MAX_SCHEMA_LINES);
        assert!(text.ends_with('…'));
    }
}
