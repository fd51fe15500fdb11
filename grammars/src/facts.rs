//! What one file says about the flow it takes part in: plain data, a [`Span`] on every part, neutral of language
//! and dialect (`type/emits/subscribes` and `triggers/enqueues` lower to the same facts).
//!
//! Facts depend on the bytes of their own file only. What needs another file — an imported constant, a schema from a
//! shared module — is an [`ImportRef`] that the project resolves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::language::Language;
use crate::text::Span;

/// All facts of one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileFacts {
    /// The language it was parsed as.
    pub language: Language,
    /// The step that the file defines, if it has a `config` that describes one.
    pub step: Option<StepFact>,
    /// The stream that the file defines, if its `config` describes one.
    pub stream: Option<StreamFact>,
    /// Every call that sends a message, in source order.
    pub emits: Vec<EmitSite>,
    /// Every use of the shared state, in source order.
    pub state_uses: Vec<StateUse>,
    /// Every use of a stream, in source order.
    pub stream_uses: Vec<StreamUse>,
    /// True if `emit` or the whole context is handed to code that this file does not show, so that messages may be
    /// sent which [`FileFacts::emits`] does not list.
    pub emit_escapes: bool,
    /// Exported (TS/JS) or module-level (Python, Ruby) values that other files may refer to, by name.
    pub exports: BTreeMap<String, ConstValue>,
    /// Exported or module-level schemas, by name.
    pub schemas: BTreeMap<String, SchemaFact>,
    /// What the file imports, in source order.
    pub imports: Vec<ImportFact>,
    /// Where the text does not parse.
    pub problems: Vec<SyntaxProblem>,
}

impl FileFacts {
    /// Facts of a file that says nothing.
    pub fn empty(language: Language) -> Self {
        Self {
            language,
            step: None,
            stream: None,
            emits: Vec::new(),
            state_uses: Vec::new(),
            stream_uses: Vec::new(),
            emit_escapes: false,
            exports: BTreeMap::new(),
            schemas: BTreeMap::new(),
            imports: Vec::new(),
            problems: Vec::new(),
        }
    }
}

/// What is statically known of a text such as a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Text {
    /// Exactly this.
    Known(String),
    /// One of these, each possible; sorted, without repeats.
    OneOf(Vec<String>),
    /// Fixed parts with unknown text between them: `order.${x}` is `["order.", ""]`. Never leads to an error.
    Pattern(Vec<String>),
    /// A value of another file; the project resolves it.
    Import(ImportRef),
    /// Not known, and why, in words for a person.
    Unknown(String),
}

impl Text {
    /// The text if it is exactly known.
    pub fn known(&self) -> Option<&str> {
        match self {
            Text::Known(text) => Some(text),
            _ => None,
        }
    }

    /// Every text that it is known to be: one for `Known`, several for `OneOf`, none otherwise.
    pub fn candidates(&self) -> &[String] {
        match self {
            Text::Known(text) => std::slice::from_ref(text),
            Text::OneOf(texts) => texts,
            Text::Pattern(_) | Text::Import(_) | Text::Unknown(_) => &[],
        }
    }

    /// True if the value could be `text`: exact for known ones, by pattern, and always for unknown ones.
    pub fn may_be(&self, text: &str) -> bool {
        match self {
            Text::Known(known) => known == text,
            Text::OneOf(known) => known.iter().any(|k| k == text),
            Text::Pattern(parts) => matches_pattern(parts, text),
            Text::Import(_) | Text::Unknown(_) => true,
        }
    }
}

fn matches_pattern(parts: &[String], text: &str) -> bool {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
        return true;
    };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else {
        return false;
    };
    if parts.len() == 1 {
        return rest.is_empty();
    }
    for part in &parts[1..parts.len() - 1] {
        match rest.find(part.as_str()) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}

/// A name of another module: `Topics.Order.Created` imported from `./topics`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRef {
    /// The module as written: `./topics`, `@acme/topics`, `.topics`, `lib/topics`.
    pub module: String,
    /// The exported name and the members read from it: `["Topics", "Order", "Created"]`. The name of a default
    /// import is `default`; of a whole module `*`.
    pub path: Vec<String>,
}

/// A text with its place. The span of a literal is the inside of its quotes: what an editor replaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextFact {
    /// The value.
    pub text: Text,
    /// Inside of the quotes for a literal, else the whole expression.
    pub span: Span,
    /// True if it is written here as a plain string literal, so that it can be edited in place.
    pub literal: bool,
}

/// A constant that other files may read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstValue {
    /// A text.
    Text(TextFact),
    /// A list of values.
    List(Vec<ConstValue>),
    /// An object, enum, class or module of named values, in source order.
    Object(Vec<(String, ConstValue)>),
    /// Re-export of another module's name.
    Import(ImportRef),
    /// A number, `true`, `false` or null.
    Json(Json),
    /// Anything else.
    Unknown,
}

/// The kind of a step, as the runtime dispatches on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// An HTTP endpoint (`type: 'api'`, `http` trigger).
    Api,
    /// A subscriber (`type: 'event'`, `queue` trigger).
    Event,
    /// A scheduled step.
    Cron,
    /// A picture in the flow without a handler.
    Noop,
    /// Reacts to a state change (1.0).
    State,
    /// Reacts to a stream change (1.0).
    Stream,
}

/// Which generation of the framework a config is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Dialect {
    /// `type`, `emits`, `subscribes` (framework 0.x).
    #[serde(rename = "0.x")]
    V0,
    /// `triggers`, `enqueues` (framework 1.0).
    #[serde(rename = "1.0")]
    V1,
}

/// One step: the `config` and the `handler` of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepFact {
    /// The config object, braces included.
    pub span: Span,
    /// Written for which generation.
    pub dialect: Dialect,
    /// The value of `type`; absent in 1.0 and where the key is missing.
    pub kind_text: Option<TextFact>,
    /// The step's name.
    pub name: Option<TextFact>,
    /// What starts the step; empty for noops and for configs that lack it. 0.x `api`, `event` and `cron` steps have
    /// exactly one, with the parts that are present.
    pub triggers: Vec<Trigger>,
    /// The topics it may send.
    pub emits: Declaration,
    /// Topics of the picture only (`virtualEmits`, `virtualEnqueues`).
    pub virtual_emits: Vec<TopicRef>,
    /// Topics of the picture only (`virtualSubscribes`).
    pub virtual_subscribes: Vec<TopicRef>,
    /// Names of the flows it belongs to.
    pub flows: Vec<TextFact>,
    /// Every key that is written in the config, in source order (top level only).
    pub keys: Vec<KeyFact>,
    /// True if the config spreads something this file does not show: absent keys are then unknown, not missing.
    pub keys_open: bool,
    /// The handler.
    pub handler: Option<HandlerFact>,
}

/// A key of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFact {
    /// The key's name.
    pub name: String,
    /// The key as written (inside of its quotes if it has any).
    pub span: Span,
    /// Its value.
    pub value: Span,
}

/// The list of topics that a step declares to send (`emits`, `enqueues`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Declaration {
    /// The key is absent.
    Absent,
    /// A list; `open` if it also holds entries that are not visible (spreads, computed lists).
    List {
        /// The visible entries.
        topics: Vec<TopicRef>,
        /// The list with its brackets.
        span: Span,
        /// True if there may be more entries.
        open: bool,
    },
    /// The key is there and its value is not visible.
    Unknown {
        /// The value.
        span: Span,
    },
}

impl Declaration {
    /// The visible entries.
    pub fn topics(&self) -> &[TopicRef] {
        match self {
            Declaration::List { topics, .. } => topics,
            Declaration::Absent | Declaration::Unknown { .. } => &[],
        }
    }

    /// True if every topic that it names is visible and known.
    pub fn is_complete(&self) -> bool {
        match self {
            Declaration::Absent => true,
            Declaration::List { topics, open, .. } => {
                !open
                    && topics
                        .iter()
                        .all(|t| matches!(t.topic.text, Text::Known(_) | Text::OneOf(_)))
            }
            Declaration::Unknown { .. } => false,
        }
    }
}

/// A topic where a config names it: `'t'` or `{ topic: 't', label, conditional }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicRef {
    /// The topic.
    pub topic: TextFact,
    /// The label of the object form.
    pub label: Option<String>,
    /// `conditional: true` of the object form.
    pub conditional: bool,
}

/// What starts a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// The kind that the trigger gives the step.
    pub kind: StepKind,
    /// The trigger as written: the whole config in 0.x.
    pub span: Span,
    /// Topics that start it (`subscribes`, `queue`).
    pub topics: Vec<TopicRef>,
    /// True if `topics` may miss some.
    pub topics_open: bool,
    /// HTTP method, as written.
    pub method: Option<TextFact>,
    /// Route, as written: `/orders/:id`.
    pub path: Option<TextFact>,
    /// Cron expression, as written.
    pub cron: Option<TextFact>,
    /// Schema of the message or of the request's body.
    pub input: Option<SchemaFact>,
    /// Response schemas by status, as written.
    pub responses: Vec<(String, SchemaFact)>,
}

/// The handler of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandlerFact {
    /// Its name where it is defined (`handler`), else the whole function.
    pub span: Span,
    /// The whole function.
    pub body: Span,
    /// Its parameters as written; empty name for a destructured one.
    pub params: Vec<String>,
    /// True for `async` functions; Ruby has none.
    pub is_async: bool,
}

/// One call that sends a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmitSite {
    /// The whole call.
    pub span: Span,
    /// The callee as written: `emit`, `ctx.emit`, `context["emit"]`, `emit.call`.
    pub callee: Span,
    /// The topic; absent if the message has no `topic` key.
    pub topic: Option<TextFact>,
    /// What is known of the payload.
    pub payload: Shape,
    /// The payload as written, absent if there is none.
    pub payload_span: Option<Span>,
    /// True if the call is awaited or its promise is used; Ruby calls are always true.
    pub awaited: bool,
    /// True if the call lies outside the handler, in a helper of the same file.
    pub in_helper: bool,
}

/// What is known of a value that is handed on: a payload or a part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A literal or a value of a known JSON type: `string`, `number`, `integer`, `boolean`, `null`, `array`, `object`.
    Type(String),
    /// A literal.
    Literal(Json),
    /// An object with these fields; `open` if it may have more (a spread of something unknown).
    Object {
        /// The visible fields, in source order.
        fields: Vec<FieldShape>,
        /// True if it may have more fields.
        open: bool,
    },
    /// A list of values.
    Array(Vec<Shape>),
    /// Read from the handler's input at this path: `input.user.id` is `["user", "id"]`; the whole input is `[]`.
    /// For an API step the path starts at the body.
    Input(Vec<String>),
    /// Not known.
    Unknown,
}

/// One field of an object shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldShape {
    /// The key.
    pub name: String,
    /// The key as written.
    pub span: Span,
    /// What is known of the value.
    pub value: Shape,
}

/// What a call does to shared state or to a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Reads one or many items.
    Read,
    /// Writes or deletes.
    Write,
}

/// One call on `state`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateUse {
    /// The whole call.
    pub span: Span,
    /// The method as written: `get`, `set`, `getGroup`, `get_group`, …
    pub method: String,
    /// What it does.
    pub access: Access,
    /// The group, if the call has a first argument.
    pub group: Option<TextFact>,
    /// The key, if the call has a second argument.
    pub key: Option<TextFact>,
}

/// One use of a stream: `streams.chat.set(…)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamUse {
    /// The whole expression.
    pub span: Span,
    /// The stream's name.
    pub name: TextFact,
    /// The method as written, if one is called.
    pub method: Option<String>,
}

/// A stream definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StreamFact {
    /// The config object.
    pub span: Span,
    /// Its name.
    pub name: Option<TextFact>,
    /// Schema of its items.
    pub schema: Option<SchemaFact>,
}

/// A schema as the file writes it, lowered to JSON Schema (draft 7 vocabulary).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SchemaFact {
    /// The schema as written.
    pub span: Span,
    /// In which notation.
    pub notation: SchemaNotation,
    /// The lowered schema: what a *producer* of the value must fulfil (a Zod `.default()` field is optional here).
    /// What is not understood is `{}`, never something narrower than the truth.
    pub schema: Json,
    /// Where each property is written, by JSON pointer into the value (`/user/id`, `/items/*/sku`).
    pub properties: BTreeMap<String, Span>,
    /// The schema of another module that this one is; `schema` is then `{}`.
    pub import: Option<ImportRef>,
}

/// The notation of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SchemaNotation {
    /// A Zod expression.
    Zod,
    /// A Pydantic model.
    Pydantic,
    /// A JSON Schema literal.
    JsonSchema,
    /// `{ id: 'string', at: 'string?' }`.
    Shorthand,
    /// `null` or `None`: anything goes.
    Null,
    /// Not visible.
    Unknown,
}

/// One import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFact {
    /// The module as written.
    pub module: String,
    /// Inside of the quotes of the module, or the dotted name.
    pub span: Span,
    /// The names it binds here: (name in the other module, local name). `default` and `*` as in [`ImportRef`].
    pub names: Vec<(String, String)>,
}

/// A place where the text does not parse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyntaxProblem {
    /// The unexpected text, or the place where something is missing (an empty span).
    pub span: Span,
    /// What is wrong: "unexpected `)`", "missing `}`".
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_what_it_could_become() {
        let pattern = Text::Pattern(vec!["order.".into(), ".done".into()]);
        assert!(pattern.may_be("order.paid.done"));
        assert!(!pattern.may_be("order.paid"));
        assert!(!pattern.may_be("cart.done"));
        assert!(!Text::Pattern(vec!["a".into()]).may_be("ab"));
        assert!(Text::Unknown("a call".into()).may_be("anything"));
    }
}
