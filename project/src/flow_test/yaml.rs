//! YAML as a tree in which every node and every key knows its bytes. Scalars are resolved by the core schema of YAML 1.2,
//! so that `no` and `2026-01-05` are texts and `0o17` is fifteen.

use std::collections::BTreeMap;

use banister_grammars::Span;
use saphyr_parser::{Event, Parser, ScalarStyle, Span as Marks};
use serde_json::{Map, Number, Value as Json};

use super::problem::{DUPLICATE_KEY, SYNTAX, problem};
use super::{Spanned, SpecProblem};

/// Deeper nesting is refused: the readers of the tree recurse.
const MAX_DEPTH: usize = 64;
/// More nodes, aliases written out, are refused: a few nested aliases could otherwise fill the memory.
const MAX_NODES: usize = 200_000;

/// A value with its place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// From its first to its last character, without blank lines or comments after it.
    pub(super) span: Span,
    pub(super) data: Data,
    /// Nodes in it, itself included.
    weight: usize,
}

#[derive(Debug, Clone)]
pub(super) enum Data {
    /// A scalar by the core schema, and its text.
    Scalar(Json, String),
    List(Vec<Node>),
    Map(Vec<(Spanned<String>, Node)>),
}

impl Node {
    fn new(span: Span, data: Data) -> Self {
        let weight = match &data {
            Data::Scalar(..) => 1,
            Data::List(items) => 1 + items.iter().map(|item| item.weight).sum::<usize>(),
            Data::Map(entries) => 1 + entries.iter().map(|(_, item)| item.weight).sum::<usize>(),
        };
        Self { span, data, weight }
    }

    pub(super) fn to_json(&self) -> Json {
        match &self.data {
            Data::Scalar(value, _) => value.clone(),
            Data::List(items) => Json::Array(items.iter().map(Node::to_json).collect()),
            Data::Map(entries) => {
                let fields = entries
                    .iter()
                    .map(|(key, item)| (key.value.clone(), item.to_json()));
                Json::Object(fields.collect::<Map<_, _>>())
            }
        }
    }

    /// What it is, for a message.
    pub(super) fn kind(&self) -> &'static str {
        match &self.data {
            Data::Scalar(Json::Null, _) => "nothing",
            Data::Scalar(Json::Bool(_), _) => "true or false",
            Data::Scalar(Json::Number(_), _) => "a number",
            Data::Scalar(..) => "a text",
            Data::List(_) => "a list",
            Data::Map(_) => "a mapping",
        }
    }
}

/// Reads the one document of `text`; `None` if it holds nothing.
pub(super) fn read(text: &str, problems: &mut Vec<SpecProblem>) -> Option<Node> {
    Builder {
        bytes: ByteOffsets::new(text),
        text,
        problems,
        stack: Vec::new(),
        anchors: BTreeMap::new(),
        root: None,
    }
    .run()
}

/// Where the texts, numbers and keys of `text` are, as far as it can be read: a `#` in them opens no comment.
pub(super) fn scalars(text: &str) -> Vec<Span> {
    let bytes = ByteOffsets::new(text);
    Parser::new_from_str(text)
        .map_while(Result::ok)
        .filter_map(|(event, marks)| match event {
            Event::Scalar(..) => Some(bytes.span(marks)),
            _ => None,
        })
        .collect()
}

/// The parser counts characters; everything else in the house counts bytes.
struct ByteOffsets {
    /// Byte offset of every character; empty for a text of ASCII, where both are the same.
    table: Vec<usize>,
    len: usize,
}

impl ByteOffsets {
    fn new(text: &str) -> Self {
        let table = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(at, _)| at).collect()
        };
        Self {
            table,
            len: text.len(),
        }
    }

    fn byte(&self, character: usize) -> usize {
        if self.table.is_empty() {
            return character.min(self.len);
        }
        self.table.get(character).copied().unwrap_or(self.len)
    }

    fn span(&self, marks: Marks) -> Span {
        let start = self.byte(marks.start.index());
        Span::new(start, self.byte(marks.end.index()).max(start))
    }
}

struct Builder<'t, 'p> {
    text: &'t str,
    bytes: ByteOffsets,
    problems: &'p mut Vec<SpecProblem>,
    stack: Vec<Frame>,
    /// Anchored nodes by the parser's number.
    anchors: BTreeMap<usize, Node>,
    root: Option<Node>,
}

/// A list or mapping that is not at its end.
struct Frame {
    start: Span,
    anchor: usize,
    open: Open,
}

enum Open {
    List(Vec<Node>),
    Map {
        entries: Vec<(Spanned<String>, Node)>,
        key: Option<Spanned<String>>,
    },
}

impl Builder<'_, '_> {
    fn run(mut self) -> Option<Node> {
        let mut documents = 0;
        for event in Parser::new_from_str(self.text) {
            let (event, marks) = match event {
                Ok(event) => event,
                Err(error) => {
                    let at = self.bytes.byte(error.marker().index());
                    self.refuse(
                        Span::new(at, at),
                        format!("this is not valid YAML: {}", error.info()),
                    );
                    return None;
                }
            };
            let span = self.bytes.span(marks);
            match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        self.refuse(span, "a flow test file is one YAML document".to_owned());
                        return None;
                    }
                }
                Event::Scalar(text, style, anchor, tag) => {
                    let tag = tag
                        .as_deref()
                        .map(|tag| (tag.is_yaml_core_schema(), tag.suffix.as_str()));
                    let value = self.resolve(&text, style, tag, span);
                    self.finish(Node::new(span, Data::Scalar(value, text.into_owned())), anchor);
                }
                Event::SequenceStart(anchor, _) => self.open(span, anchor, Open::List(Vec::new()))?,
                Event::MappingStart(anchor, _) => {
                    self.open(
                        span,
                        anchor,
                        Open::Map {
                            entries: Vec::new(),
                            key: None,
                        },
                    )?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(span),
                Event::Alias(anchor) => self.alias(span, anchor)?,
                _ => {}
            }
        }
        self.root
    }

    fn refuse(&mut self, span: Span, message: String) {
        self.problems.push(problem(SYNTAX, span, message));
    }

    fn open(&mut self, start: Span, anchor: usize, open: Open) -> Option<()> {
        if self.stack.len() >= MAX_DEPTH {
            self.refuse(start, format!("this is nested more than {MAX_DEPTH} levels deep"));
            return None;
        }
        self.stack.push(Frame { start, anchor, open });
        Some(())
    }

    fn close(&mut self, end: Span) {
        let Some(frame) = self.stack.pop() else { return };
        let (data, last) = match frame.open {
            Open::List(items) => {
                let last = items.last().map(|item| item.span.end);
                (Data::List(items), last)
            }
            Open::Map { entries, .. } => {
                let last = entries.last().map(|(key, item)| key.span.end.max(item.span.end));
                (Data::Map(entries), last)
            }
        };
        // A block ends where the next token starts, which may be many blank lines on; only brackets are its own.
        let end = match end.slice(self.text) {
            "]" | "}" => end.end,
            _ => last.unwrap_or(frame.start.end).max(frame.start.end),
        };
        self.finish(
            Node::new(
                Span {
                    start: frame.start.start,
                    end,
                },
                data,
            ),
            frame.anchor,
        );
    }

    fn alias(&mut self, span: Span, anchor: usize) -> Option<()> {
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            self.refuse(
                span,
                "this alias stands inside the value that it names".to_owned(),
            );
            return None;
        };
        let open: usize = self.stack.iter().map(|frame| frame.open.weight()).sum();
        if open + node.weight > MAX_NODES || self.stack.len() + node.depth() > MAX_DEPTH {
            self.refuse(
                span,
                "the aliases of this file write out to too large a document".to_owned(),
            );
            return None;
        }
        self.finish(node, 0);
        Some(())
    }

    /// Puts a whole node where it belongs.
    fn finish(&mut self, mut node: Node, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let duplicate = match self.stack.last_mut().map(|frame| &mut frame.open) {
            None => {
                self.root = Some(node);
                return;
            }
            Some(Open::List(items)) => {
                items.push(node);
                return;
            }
            Some(Open::Map { entries, key }) => match key.take() {
                None => {
                    let Data::Scalar(_, text) = node.data else {
                        *key = Some(Spanned {
                            value: String::new(),
                            span: node.span,
                        });
                        return self
                            .refuse(node.span, format!("a key must be a text, found {}", node.kind()));
                    };
                    if text == "<<" {
                        let message =
                            "YAML 1.2 has no merge keys: write the keys out, or alias the whole value";
                        self.problems.push(problem(SYNTAX, node.span, message));
                    }
                    *key = Some(Spanned {
                        value: text,
                        span: node.span,
                    });
                    return;
                }
                Some(key) => {
                    if node.span.start == node.span.end {
                        // `when:` with nothing behind it: the key is what a message can point at.
                        node.span = key.span;
                    }
                    let twin = entries.iter().any(|(other, _)| other.value == key.value);
                    let duplicate = twin.then(|| key.clone());
                    entries.push((key, node));
                    duplicate
                }
            },
        };
        if let Some(key) = duplicate {
            let message = format!("`{}` is written twice in this mapping", key.value);
            self.problems.push(problem(DUPLICATE_KEY, key.span, message));
        }
    }

    fn resolve(&mut self, text: &str, style: ScalarStyle, tag: Option<(bool, &str)>, span: Span) -> Json {
        match tag {
            Some((true, "str")) => return Json::String(text.to_owned()),
            Some((true, "int" | "float" | "bool" | "null")) | None => {}
            Some((_, tag)) => self.refuse(span, format!("the tag `{tag}` means nothing here")),
        }
        if style != ScalarStyle::Plain {
            return Json::String(text.to_owned());
        }
        resolve_plain(text).unwrap_or_else(|| {
            self.refuse(span, format!("`{text}` has no JSON form"));
            Json::Null
        })
    }
}

impl Open {
    fn weight(&self) -> usize {
        match self {
            Open::List(items) => items.iter().map(|item| item.weight).sum(),
            Open::Map { entries, .. } => entries.iter().map(|(_, item)| item.weight).sum(),
        }
    }
}

impl Node {
    fn depth(&self) -> usize {
        match &self.data {
            Data::Scalar(..) => 0,
            Data::List(items) => 1 + items.iter().map(Node::depth).max().unwrap_or(0),
            Data::Map(entries) => 1 + entries.iter().map(|(_, item)| item.depth()).max().unwrap_or(0),
        }
    }
}

/// A plain scalar by the core schema; `None` for the floats that JSON cannot say.
fn resolve_plain(text: &str) -> Option<Json> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Json::Null,
        "true" | "True" | "TRUE" => Json::Bool(true),
        "false" | "False" | "FALSE" => Json::Bool(false),
        _ => match text.trim_start_matches(['+', '-']) {
            ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN" => return None,
            _ => number(text)?.map_or_else(|| Json::String(text.to_owned()), Json::Number),
        },
    })
}

/// `Some(None)`: no number at all. `None`: a number too large for JSON.
fn number(text: &str) -> Option<Option<Number>> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && digits.chars().all(|c| c.is_digit(radix))
            && let Ok(value) = u64::from_str_radix(digits, radix)
        {
            return Some(Some(value.into()));
        }
    }
    if !is_decimal(text) {
        return Some(None);
    }
    let plain = text.strip_prefix('+').unwrap_or(text);
    if let Ok(value) = plain.parse::<i64>() {
        return Some(Some(value.into()));
    }
    if let Ok(value) = plain.parse::<u64>() {
        return Some(Some(value.into()));
    }
    plain.parse::<f64>().ok().and_then(Number::from_f64).map(Some)
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let whole = digits(text);
    let mut rest = &text[whole..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let count = digits(fraction);
        if whole + count == 0 {
            return false;
        }
        rest = &fraction[count..];
    } else if whole == 0 {
        return false;
    }
    match rest.strip_prefix(['e', 'E']) {
        None => rest.is_empty(),
        Some(exponent) => {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
    }
}

#[cfg(test)]
mod tests;
