//! What one file says about the flow it takes part in: plain data, a [`Span`] on every part, neutral of language
//! and dialect (`type/emits/subscribes` and `triggers/enqueues` lower to the same facts).
//!
//! Facts depend on the bytes of their own file only. What needs another file — an imported constant, a schema from a
//! shared module — is an [`ImportRef`] that the project resolves.

mod emit;
mod schema;
mod step;
mod text;
mod uses;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::language::Language;
use crate::text::Span;

pub use emit::{EmitSite, FieldShape, Shape};
pub(crate) use schema::{FILLED, IMPORT, OUTPUT};
pub use schema::{SchemaFact, SchemaNotation, StreamFact};
pub use step::{Declaration, Dialect, HandlerFact, KeyFact, StepFact, StepKind, TopicRef, Trigger};
pub use text::{ConstValue, ImportRef, Text, TextFact};
pub use uses::{Access, StateUse, StreamUse};

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
