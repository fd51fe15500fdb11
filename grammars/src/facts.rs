//! What one file says about the flow it takes part in: plain data, a [`Span`] on every part, neutral of language
//! and dialect (`type/emits/subscribes` and `triggers/enqueues` lower to the same facts).
//!
//! Facts depend on the bytes of their own file only. What needs another file — an imported constant, a schema from a
//! shared module — is an [`ImportRef`] that the project resolves.

mod combine;
mod comments;
mod config;
mod emit;
mod handler;
mod helper;
mod requests;
mod schema;
mod seed;
mod step;
mod text;
mod uses;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::language::Language;
use crate::text::Span;

pub use comments::{IgnoreFact, IgnoreScope, IgnoredRule};
pub use config::{ConfigEntry, ConfigFact, ConfigKind, ConfigValue};
pub use emit::{EmitSite, FieldShape, Shape, Through};
pub use handler::{DeclaredType, Handling, ParamFact, ParamKind, Signature, UnboundName};
pub use helper::{Argument, HandOver, Handed, HelperEmit, HelperFact, HelperParam};
pub use requests::{KeyRead, ReadForm, ResponseFact, StatusFact};
pub(crate) use schema::{FILLED, IMPORT, OUTPUT};
pub use schema::{SchemaFact, SchemaNotation, StreamFact, Unfit, UnfitKind};
pub use seed::{SeedForm, SeedUse};
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
    /// The values in the config of the step or stream.
    pub config: Option<ConfigFact>,
    /// What is visible of the handler's parameters, of what it reads and of what it answers.
    pub handling: Handling,
    /// Every call that sends a message, in source order.
    pub emits: Vec<EmitSite>,
    /// Every use of the shared state, in source order.
    pub state_uses: Vec<StateUse>,
    /// Every use of a stream, in source order.
    pub stream_uses: Vec<StreamUse>,
    /// Every use of a form that documents show and no release knows, in source order.
    pub seed_uses: Vec<SeedUse>,
    /// True if `emit` or the whole context is handed to code that cannot be found, so that messages may be sent which
    /// [`FileFacts::emits`] does not list.
    pub emit_escapes: bool,
    /// Every call of another module's function that is handed `emit` or the context. The project looks the functions
    /// up and adds what they send to [`FileFacts::emits`], or sets [`FileFacts::emit_escapes`].
    pub hand_overs: Vec<HandOver>,
    /// Functions that other files may hand `emit` or the context to, by name; members with a dot.
    pub helpers: BTreeMap<String, HelperFact>,
    /// True if the state or the whole context is handed to code that this file does not show, so that state may be
    /// written which [`FileFacts::state_uses`] does not list.
    pub state_escapes: bool,
    /// Exported (TS/JS) or module-level (Python, Ruby) values that other files may refer to, by name.
    pub exports: BTreeMap<String, ConstValue>,
    /// Exported or module-level schemas, by name.
    pub schemas: BTreeMap<String, SchemaFact>,
    /// What the file imports, in source order.
    pub imports: Vec<ImportFact>,
    /// Comments that silence rules, in source order.
    pub ignores: Vec<IgnoreFact>,
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
            config: None,
            handling: Handling::default(),
            emits: Vec::new(),
            state_uses: Vec::new(),
            stream_uses: Vec::new(),
            seed_uses: Vec::new(),
            emit_escapes: false,
            hand_overs: Vec::new(),
            helpers: BTreeMap::new(),
            state_escapes: false,
            exports: BTreeMap::new(),
            schemas: BTreeMap::new(),
            imports: Vec::new(),
            ignores: Vec::new(),
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
