//! Values and objects in the literal syntax of each language.

use banister_grammars::Language;
use serde_json::Value as Json;

use crate::rules::payloads::follow;

/// Schemas that hold themselves end somewhere.
const MAX_DEPTH: usize = 4;

/// What is wider stands in a line for each part.
const WIDTH: usize = 80;

/// How one file writes literals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Literals {
    /// The language.
    pub(super) language: Language,
    /// The quotes that the file uses.
    pub(super) quote: char,
    /// Ruby only: keys are strings with `=>`.
    pub(super) rocket: bool,
}

impl Literals {
    /// As `text`, a piece of code, writes them.
    pub(super) fn like(language: Language, text: &str) -> Self {
        let quote = match (text.find('\''), text.find('"')) {
            (Some(single), Some(double)) if double < single => '"',
            (None, Some(_)) => '"',
            _ => '\'',
        };
        Self {
            language,
            quote,
            rocket: language == Language::Ruby && text.contains("=>"),
        }
    }

    /// A text.
    pub(super) fn text(&self, value: &str) -> String {
        let mut written = String::from(self.quote);
        for c in value.chars() {
            match c {
                '\n' => written.push_str("\\n"),
                '\r' => written.push_str("\\r"),
                c if c == '\\' || c == self.quote => written.extend(['\\', c]),
                c => written.push(c),
            }
        }
        written.push(self.quote);
        written
    }

    /// A key with what joins it to its value.
    pub(super) fn key(&self, name: &str) -> String {
        match self.language {
            Language::TypeScript | Language::JavaScript if is_identifier(name) => format!("{name}: "),
            Language::Ruby if self.rocket => format!("{} => ", self.text(name)),
            Language::Ruby if is_identifier(name) && !name.contains('$') => format!("{name}: "),
            _ => format!("{}: ", self.text(name)),
        }
    }

    /// An object in one line, of keys and written values.
    pub(super) fn object(&self, fields: &[(String, String)]) -> String {
        if fields.is_empty() {
            return "{}".into();
        }
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| self.key(name) + value)
            .collect();
        match self.language {
            Language::Python => format!("{{{}}}", fields.join(", ")),
            _ => format!("{{ {} }}", fields.join(", ")),
        }
    }

    /// A list in one line, of written items.
    pub(super) fn list(&self, items: &[String]) -> String {
        format!("[{}]", items.join(", "))
    }

    /// A JSON value.
    pub(super) fn json(&self, value: &Json) -> String {
        let is_python = self.language == Language::Python;
        match value {
            Json::Null => match self.language {
                Language::Python => "None".into(),
                Language::Ruby => "nil".into(),
                Language::TypeScript | Language::JavaScript => "null".into(),
            },
            Json::Bool(true) if is_python => "True".into(),
            Json::Bool(false) if is_python => "False".into(),
            Json::Bool(value) => value.to_string(),
            Json::Number(number) => number.to_string(),
            Json::String(text) => self.text(text),
            Json::Array(items) => self.list(&items.iter().map(|item| self.json(item)).collect::<Vec<_>>()),
            Json::Object(fields) => {
                let fields: Vec<_> = fields
                    .iter()
                    .map(|(name, value)| (name.clone(), self.json(value)))
                    .collect();
                self.object(&fields)
            }
        }
    }

    /// [`Literals::json`] in as many lines as it needs, where it begins in a line indented by `indent` columns.
    pub(super) fn spread(&self, value: &Json, indent: usize) -> String {
        let inner = indent + self.step();
        match value {
            Json::Object(fields) => {
                let fields: Vec<_> = fields
                    .iter()
                    .map(|(name, value)| (name.clone(), self.spread(value, inner)))
                    .collect();
                self.object_at(&fields, indent)
            }
            Json::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.spread(item, inner)).collect();
                self.list_at(&items, indent)
            }
            plain => self.json(plain),
        }
    }

    /// [`Literals::object`] in as many lines as it needs.
    pub(super) fn object_at(&self, fields: &[(String, String)], indent: usize) -> String {
        let line = self.object(fields);
        if fits(&line, indent) {
            return line;
        }
        let parts = fields.iter().map(|(name, value)| self.key(name) + value);
        self.lines(["{", "}"], parts, indent)
    }

    /// [`Literals::list`] in as many lines as it needs.
    pub(super) fn list_at(&self, items: &[String], indent: usize) -> String {
        let line = self.list(items);
        if fits(&line, indent) {
            return line;
        }
        self.lines(["[", "]"], items.iter().cloned(), indent)
    }

    /// By how many columns what is inside is indented.
    pub(super) fn step(&self) -> usize {
        if self.language == Language::Python { 4 } else { 2 }
    }

    fn lines(&self, [open, close]: [&str; 2], parts: impl Iterator<Item = String>, indent: usize) -> String {
        let (inner, outer) = (" ".repeat(indent + self.step()), " ".repeat(indent));
        let lines: String = parts.map(|part| format!("{inner}{part},\n")).collect();
        format!("{open}\n{lines}{outer}{close}")
    }

    /// The plainest value that a schema allows: what it names itself, else the empty one of its type.
    pub(super) fn value_of(&self, root: &Json, schema: &Json) -> String {
        self.json(&plainest(root, schema, 0))
    }
}

fn fits(line: &str, indent: usize) -> bool {
    !line.contains('\n') && indent + line.len() <= WIDTH
}

fn plainest(root: &Json, schema: &Json, depth: usize) -> Json {
    let schema = follow(root, schema);
    if depth > MAX_DEPTH {
        return Json::Null;
    }
    let named = schema.get("const").or_else(|| schema.get("default"));
    if let Some(value) = named.or_else(|| schema.pointer("/enum/0")) {
        return value.clone();
    }
    for choice in ["/anyOf/0", "/oneOf/0", "/allOf/0"] {
        if let Some(part) = schema.pointer(choice) {
            return plainest(root, part, depth + 1);
        }
    }
    let kind = schema.get("type");
    let kind = kind.and_then(|kind| kind.as_str().or_else(|| kind.get(0)?.as_str()));
    match kind {
        Some("string") => Json::from(""),
        Some("number" | "integer") => schema
            .get("minimum")
            .filter(|least| least.as_f64().is_some_and(|least| least > 0.0))
            .cloned()
            .unwrap_or(Json::from(0)),
        Some("boolean") => Json::from(false),
        Some("array") => Json::Array(Vec::new()),
        Some("object") => {
            let required = schema.get("required").and_then(Json::as_array);
            let names = required.into_iter().flatten().filter_map(Json::as_str);
            let field = |name: &str| {
                let property = schema.get("properties").and_then(|all| all.get(name));
                let value = plainest(root, property.unwrap_or(&Json::Null), depth + 1);
                (name.to_owned(), value)
            };
            Json::Object(names.map(field).collect())
        }
        _ => Json::Null,
    }
}

/// True for a name that a key may be without quotes.
pub(super) fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    let begins = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '$'));
    begins && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$'))
}
