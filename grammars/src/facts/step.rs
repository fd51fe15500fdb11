//! A step: its config, what starts it, what it declares to send, its handler.

use serde::{Deserialize, Serialize};

use super::{SchemaFact, Text, TextFact};
use crate::text::Span;

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
    /// True if the file surely publishes none; without this a missing [`StepFact::handler`] is only not visible.
    pub lacks_handler: bool,
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
    /// Names of the query parameters that the config documents (`queryParams`).
    pub query: Vec<TextFact>,
    /// Cron expression, as written.
    pub cron: Option<TextFact>,
    /// Schema of the message or of the request's body.
    pub input: Option<SchemaFact>,
    /// Response schemas by status, as written.
    pub responses: Vec<(String, SchemaFact)>,
    /// `responseSchema` as written.
    pub responses_span: Option<Span>,
    /// True if [`Trigger::responses`] may miss some.
    pub responses_open: bool,
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
