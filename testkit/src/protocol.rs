//! The messages between harness and workers. docs/worker-protocol.md says what they mean; version 1.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The version that both sides must speak.
pub const PROTOCOL_VERSION: u32 = 1;

/// From the harness to a worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToWorker {
    /// Load a module afresh and say what it holds.
    Describe {
        /// Absolute path.
        file: String,
        /// What it sees beside the base environment.
        #[serde(default)]
        env: BTreeMap<String, String>,
        /// What stands in for modules and names while it loads.
        mocks: CodeStandIns,
    },
    /// Run a handler.
    Invoke(Box<Invoke>),
    /// Go on after `parked`.
    Resume(Resume),
    /// Answer to `load`.
    Module(ModuleReply),
    /// Answer to `mocked`.
    Outcome(MockedOutcome),
    /// Answer to `certificate`: both as PEM.
    Certificate {
        /// The host's.
        certificate: String,
        /// That of who signs all of them.
        authority: String,
    },
    /// End the handler, which is parked, without a word of its own.
    Abandon,
    /// End.
    Exit,
}

/// What a parked handler goes on with.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Resume {
    /// Virtual time, ms since the epoch.
    pub now: i64,
    /// Answers to calls, in the order in which the handler shall see them.
    pub replies: Vec<Reply>,
    /// Timers that are due.
    pub timers: Vec<u64>,
    /// What happened on streams and sockets that the handler listens to, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Json>,
    /// The handler has returned and shall not listen any longer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub end: bool,
    /// Connections on which more of an answer comes now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<u64>,
}

/// One run of a handler.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Invoke {
    /// Unique in the harness.
    pub invocation: u64,
    /// Names the mock session of the test.
    pub session: u64,
    /// Absolute path of the step.
    pub file: String,
    /// How the handler is called.
    pub call: CallShape,
    /// Request object, message data, or null.
    pub input: Json,
    /// What the handler's context says.
    pub context: ContextFields,
    /// Virtual time, ms since the epoch.
    pub now: i64,
    /// 32 bytes as 64 hex digits.
    pub seed: String,
    /// What steps see beside the base environment.
    pub env: BTreeMap<String, String>,
    /// Host names that have a mock.
    pub hosts: Vec<String>,
    /// How much of the last invocation's modules this one sees.
    pub isolation: Isolation,
    /// What stands in for modules and names.
    #[serde(default)]
    pub mocks: CodeStandIns,
    /// True if a client of a socket waits: the request has a `ws`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub socket: bool,
    /// True if some answer of a service comes later in virtual time, so that the handler may park with open exchanges.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub holds: bool,
    /// True if calls that a handler makes at once wait for each other, so that the order in which they are answered is ours.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gathers: bool,
    /// True if the harness may end the handler in the middle: the worker runs it so that it can go on afterwards itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expendable: bool,
    /// True if TLS may be left out on the way to the mock server, since no connection goes further.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bare: bool,
}

/// What stands in for modules and names in one interpreter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeStandIns {
    /// Modules by the name that is imported.
    pub modules: BTreeMap<String, ModuleStandIn>,
    /// Free names, dotted ones with all their parts.
    pub names: BTreeMap<String, NameStandIn>,
}

/// What stands in for a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModuleStandIn {
    /// Absolute path of a file.
    File(String),
    /// What it exports.
    Exports(BTreeMap<String, NameStandIn>),
}

/// What stands in for a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameStandIn {
    /// A function whose outcomes the harness knows.
    Function {
        /// What `mocked` calls it.
        function: String,
        /// True if a call gives a promise or a coroutine.
        is_async: bool,
    },
    /// A function of a file.
    Export {
        /// What `mocked` calls it.
        function: String,
        /// Absolute path.
        file: String,
        /// Its name there.
        export: String,
    },
    /// A plain value.
    Value(Json),
}

/// What comes of a call of a mocked function: exactly one of its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MockedOutcome {
    /// It gives this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returns: Option<Json>,
    /// It throws this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throws: Option<MockedError>,
    /// It does what the function in its file does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub runs: bool,
}

/// An error that a mocked function throws.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MockedError {
    /// The class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The text.
    pub message: String,
}

/// How a handler is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallShape {
    /// `handler(request, context)`, and the result is a response.
    Api,
    /// `handler(data, context)`.
    Event,
    /// `handler(context)`.
    Cron,
}

/// The plain members of a context, and what the worker needs to make the others.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContextFields {
    /// The flow's trace id.
    pub trace_id: String,
    /// Flows of the sender, or of the step itself.
    pub flows: Vec<String>,
    /// Names of the project's streams.
    pub streams: Vec<String>,
    /// Which framework is played: `motia-0.17` or `seed`.
    #[serde(default)]
    pub profile: String,
    /// What started the handler, for steps of 1.0: `type`, `index` and what belongs to the type; null in 0.x.
    #[serde(default)]
    pub trigger: Json,
    /// Files of middleware that steps name by a text: name and absolute path.
    #[serde(default)]
    pub middleware: BTreeMap<String, String>,
}

/// How much module state survives between invocations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// A new module graph each time.
    #[default]
    Fresh,
    /// One module graph for the worker's life.
    Shared,
    /// A process each time, as the framework's process per call.
    Process,
}

impl From<banister_project::flow_test::Isolation> for Isolation {
    fn from(written: banister_project::flow_test::Isolation) -> Self {
        use banister_project::flow_test::Isolation as Written;
        match written {
            Written::Fresh => Self::Fresh,
            Written::Shared => Self::Shared,
            Written::Process => Self::Process,
        }
    }
}

/// The answer to a call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reply {
    /// The call.
    pub id: u64,
    /// Its value, if it went well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Json>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The answer to `load`: exactly one of `code`, `external`, `error`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ModuleReply {
    /// Absolute path of the module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// How the code is to be run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<ModuleFormat>,
    /// Plain JavaScript with an inline source map if it was transpiled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Not a module of the project: the interpreter's own resolution applies.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub external: bool,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<HandlerError>,
}

/// How a JavaScript file is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModuleFormat {
    /// An ES module.
    Module,
    /// A CommonJS module.
    CommonJs,
}

/// From a worker to the harness.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromWorker {
    /// First message.
    Ready {
        /// The version it speaks.
        protocol: u32,
        /// `node`, `python` or `ruby`.
        runtime: String,
        /// The interpreter's version.
        version: String,
        /// Its process id.
        pid: u32,
    },
    /// What a module holds.
    Described {
        /// The config as JSON.
        config: Json,
        /// True if the handler can be called.
        handler: bool,
    },
    /// A call that the harness answers.
    Call {
        /// 1, 2, … within the invocation.
        id: u64,
        /// `emit`, `state.get`, …
        op: String,
        /// Its arguments.
        args: Vec<Json>,
    },
    /// A log line.
    Log {
        /// `info`, `warn`, `error` or `debug`.
        level: String,
        /// The text.
        message: String,
        /// What came with it, or null.
        #[serde(default)]
        data: Json,
    },
    /// A mocked function is called; the worker waits for its outcome.
    Mocked {
        /// Its name.
        function: String,
        /// Its arguments; what JSON cannot hold is a text such as `<DataFrame>`.
        args: Vec<Json>,
        /// The answer that it got: for the harness, never sent.
        #[serde(skip)]
        outcome: MockedOutcome,
    },
    /// An outbound connection without a mock.
    Refused {
        /// Host as the client named it.
        host: String,
        /// Port.
        port: u16,
    },
    /// An error that ended where nobody asks for it.
    Stray {
        /// Of what: "a thread".
        what: String,
        /// The error.
        error: HandlerError,
    },
    /// The handler did what the framework would not take.
    Told {
        /// What, without the step's name.
        what: String,
    },
    /// The handler started something that the harness does not control: a program, a thread with a world of its own.
    Escaped {
        /// What it did: "started the program curl".
        what: String,
        /// Only its randomness or its order is not controlled: the clock and the network still are.
        #[serde(default)]
        partial: bool,
    },
    /// Nothing can run before a `resume`.
    Parked {
        /// Calls without an answer.
        calls: Vec<u64>,
        /// Timers that wait.
        timers: Vec<Timer>,
        /// The handler has returned, and listens to its socket.
        #[serde(default)]
        listening: bool,
        /// Connections whose answer is held and that the handler still has.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        exchanges: Vec<u64>,
    },
    /// The handler ended.
    Done {
        /// Its result.
        #[serde(default)]
        value: Json,
        /// Calls that were sent and not awaited.
        #[serde(default)]
        calls: Vec<u64>,
        /// Globals that it left behind.
        #[serde(default)]
        leaked: Vec<String>,
        /// The invocation that ended.
        #[serde(default)]
        invocation: Option<u64>,
        /// The condition of its trigger did not hold: the handler did not run.
        #[serde(default)]
        skipped: bool,
    },
    /// The handler or the module failed.
    Threw {
        /// What was thrown.
        error: HandlerError,
        /// The invocation that ended; none if the module was only described.
        #[serde(default)]
        invocation: Option<u64>,
    },
    /// A handler asks for the certificate of a host that it believes to speak TLS with; the worker waits for it.
    Certificate {
        /// As the client named it.
        host: String,
    },
    /// Resolve and transpile a module.
    Load {
        /// As written in the import.
        specifier: String,
        /// Absolute path of the importing file; null for a step.
        from: Option<String>,
    },
}

/// A virtual timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// Unique in the invocation.
    pub id: u64,
    /// Virtual ms since the epoch.
    pub due: i64,
}

/// What a handler threw.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandlerError {
    /// Its class: `TypeError`, `KeyError`.
    #[serde(default)]
    pub name: String,
    /// Its text.
    #[serde(default)]
    pub message: String,
    /// The stack as the interpreter prints it, paths relative to the project where they lie in it.
    #[serde(default)]
    pub stack: String,
    /// Absolute path of the innermost frame inside the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// 1-based.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// 1-based.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// It was thrown while the module was loaded: no line of the handler has run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub loading: bool,
    /// Environment variables that are not set and that the module asked for while it was loaded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unset: Vec<String>,
}

impl HandlerError {
    /// With paths relative to the project at `root`, so that a trace is the same on every machine.
    #[must_use]
    pub fn relative_to(mut self, root: &Path) -> Self {
        let root = format!("{}/", root.to_string_lossy().trim_end_matches('/'));
        self.stack = self.stack.replace(&root, "");
        self.message = self.message.replace(&root, "");
        self.file = self
            .file
            .map(|file| file.strip_prefix(&root).map_or(file.clone(), str::to_owned));
        self
    }

    /// What was thrown, in one line.
    pub fn told(&self) -> String {
        let message = self.message.lines().next().unwrap_or_default();
        match self.name.as_str() {
            "Error" | "MissingInterpreter" | "Timeout" | "WorkerDied" | "" => message.to_owned(),
            name => format!("{name}: {message}"),
        }
    }
}
