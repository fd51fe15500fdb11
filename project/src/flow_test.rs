//! A flow test as its file says it: the types of the frozen `*.flow.yaml` version 1, with a place on every part that
//! a message may point at. `parse` reads a file; `check_names` holds it against a project.

mod actions;
pub(crate) mod code_mocks;
mod duration;
mod endpoint;
mod expectations;
mod exploration;
mod failures;
mod ignores;
mod invariants;
mod isolation;
pub(crate) mod keys;
mod mocks;
mod names;
mod parse;
mod problem;
mod reader;
mod replies;
mod requests;
pub(crate) mod schema;
mod sockets;
mod streams;
pub mod templates;
mod yaml;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use banister_grammars::Span;
use serde_json::Value as Json;

use crate::invariant::Invariant;
use crate::profile::Profile;
pub use code_mocks::{CodeMocks, FunctionAct, FunctionMock, MockFile, ModuleMock, Outcome, StandIn};

pub use exploration::Faults;
pub use ignores::ignores;
pub use isolation::Isolation;
pub use names::{Open, ProjectNames, check_names};
pub use parse::{parse, parse_cassette, read_document};
pub use replies::{Chunk, Fault, HttpReply, ReplyBody, SseEvent};
pub use requests::{RequestPattern, TextMatch};
pub use schema::schema;
pub use sockets::DEFAULT_CLIENT;

/// A value with its place in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// Items of the state by group and key, in the order written.
pub type StateItems = Vec<(Spanned<String>, Vec<(String, Json)>)>;

/// Items of streams: the stream, a group, its items by id, in the order written.
pub type StreamItems = Vec<(Spanned<String>, String, Vec<(String, Json)>)>;

/// One `*.flow.yaml`.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowFile {
    /// Relative to the project, with `/`.
    pub path: String,
    /// The text it was read from.
    pub text: Arc<str>,
    /// Its tests, in order. The file's own mocks are merged into each: a test's mock comes before the file's.
    pub tests: Vec<FlowTest>,
    /// What the file says for all its tests.
    pub shared: Shared,
}

/// What a file says for all its tests, as far as it is of use without them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shared {
    /// Services that answer instead of the real ones.
    pub mocks: MockSet,
    /// Mocked modules and functions.
    pub code: CodeMocks,
}

/// One test.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowTest {
    /// From `name` or `property`.
    pub name: Spanned<String>,
    /// Variables of a property test with where their values come from; empty for a plain test.
    pub for_all: Vec<(Spanned<String>, InputSource)>,
    /// Services that answer instead of the real ones.
    pub mocks: MockSet,
    /// All mocks as written, for a trace: the test's own before those of the file.
    pub mocks_written: Vec<Json>,
    /// Mocked modules and functions.
    pub code: CodeMocks,
    /// The world before the first action.
    pub given: Given,
    /// What happens.
    pub when: Vec<Spanned<Action>>,
    /// What must be true afterwards.
    pub then: Vec<Spanned<Expectation>>,
    /// Cases of a property test.
    pub cases: Option<u32>,
    /// Orders in which each case is run; one, first in, first out, if absent.
    pub schedules: Option<u32>,
    /// What may fail in a run; nothing if absent.
    pub faults: Option<Faults>,
    /// Which framework is played; what the project says if absent.
    pub profile: Option<Profile>,
    /// What its handlers find of each other; fresh modules if absent.
    pub isolation: Option<Isolation>,
    /// Findings that do not fail the test, beside those that the project allows.
    pub allow: Vec<String>,
    /// What must hold after every run: the test's own before those of the file.
    pub invariants: Vec<Spanned<Invariant>>,
    /// Why the test is passed over unless somebody asks for it.
    pub ignore: Option<Spanned<String>>,
}

impl FlowTest {
    /// Its actions, those that begin together one after the other.
    pub fn actions(&self) -> impl Iterator<Item = &Spanned<Action>> {
        self.when.iter().flat_map(|action| match &action.value {
            Action::Together(actions) => actions.as_slice(),
            _ => std::slice::from_ref(action),
        })
    }
}

/// Where a generated value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum InputSource {
    /// The schema of a step: `CreateOrder.body` or `ProcessPayment.input`.
    SchemaOf {
        /// The step's name.
        step: String,
        /// `body` or `input`.
        part: String,
        /// The whole text.
        span: Span,
    },
    /// An inline JSON Schema.
    Schema(Spanned<Json>),
}

/// The world before the first action.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given {
    /// Virtual time at the start, ms since the epoch; 2026-01-05T09:00:00Z if absent.
    pub now: Option<i64>,
    /// Environment variables of the handlers.
    pub env: BTreeMap<String, String>,
    /// State by group and key, in the order written.
    pub state: StateItems,
    /// Items of streams.
    pub streams: StreamItems,
}

/// Services that answer instead of the real ones.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MockSet {
    /// Mocked HTTP endpoints; the first that matches answers.
    pub http: Vec<HttpMock>,
    /// Hosts and ports that are reached for real.
    pub allow: Vec<Spanned<(String, u16)>>,
    /// Services that answer as a document describes them, where no mock of `http` does.
    pub openapi: Vec<OpenApiMock>,
    /// Names of secrets that are not recorded, beside the usual ones.
    pub redact: Vec<Spanned<String>>,
    /// Files with more mocks of `http`, relative to the test's own file.
    pub cassettes: Vec<Spanned<String>>,
}

impl MockSet {
    /// Puts other services behind these.
    pub fn extend(&mut self, other: &MockSet) {
        self.http.extend_from_slice(&other.http);
        self.allow.extend_from_slice(&other.allow);
        self.openapi.extend_from_slice(&other.openapi);
        self.redact.extend_from_slice(&other.redact);
        self.cassettes.extend_from_slice(&other.cassettes);
    }
}

/// A service that an OpenAPI document describes.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenApiMock {
    /// The file, relative to the test's own.
    pub document: Spanned<String>,
    /// Where the service is; a path goes before those of the document.
    pub server: Spanned<Endpoint>,
}

/// A mocked HTTP endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpMock {
    /// The requests that it answers.
    pub request: RequestPattern,
    /// Answers in order; the last repeats unless the mock is `once`.
    pub replies: Vec<HttpReply>,
    /// True if a request after the last reply is an error.
    pub once: bool,
}

/// Method and address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Upper case, or `*`.
    pub method: String,
    /// `https` or `http`.
    pub scheme: String,
    /// Host name.
    pub host: String,
    /// Port, explicit or the scheme's.
    pub port: u16,
    /// Path; a `*` segment matches one, a `**` the rest.
    pub path: String,
}

/// What a test does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Calls an API step.
    Request {
        /// Upper case.
        method: String,
        /// Path with query as written: `/orders/1?full=yes`. The span is that of the whole `POST /orders/1`.
        target: Spanned<String>,
        /// Header names lower-case.
        headers: BTreeMap<String, String>,
        /// Body, or null.
        body: Json,
    },
    /// Sends a message.
    Emit {
        /// Topic.
        topic: Spanned<String>,
        /// Payload.
        data: Json,
    },
    /// Runs a cron step now, by name.
    Cron {
        /// The step.
        step: Spanned<String>,
    },
    /// Moves the virtual clock; schedules that fall due run.
    Advance {
        /// Milliseconds.
        ms: i64,
    },
    /// Begins several requests, messages or schedules at the same time.
    Together(Vec<Spanned<Action>>),
    /// A client of a step with a socket does something.
    Socket {
        /// Which client: the value of `as`.
        client: String,
        /// What.
        act: SocketAct,
    },
}

/// What a client of a socket does.
#[derive(Debug, Clone, PartialEq)]
pub enum SocketAct {
    /// Opens the connection.
    Connect {
        /// Path with query as written.
        target: Spanned<String>,
        /// Header names lower-case.
        headers: BTreeMap<String, String>,
    },
    /// Sends a text as it is, anything else as JSON.
    Send(Json),
    /// Closes the connection with this code.
    Close(u32),
}

/// What must be true. Values match partially: an object may have more keys than expected, a list must have as many
/// items, numbers compare by value, and `{{name}}` stands for a captured or generated value.
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    /// The answer of a request: of the n-th if there are several such expectations, else of the last.
    Response {
        /// Status code.
        status: Option<u16>,
        /// Lines of headers, names lower-case; one line, or all of several cookies.
        headers: BTreeMap<String, Vec<String>>,
        /// Body.
        body: Option<Json>,
        /// Name to `$.path` into the response (`$.body.id`).
        captures: BTreeMap<String, String>,
    },
    /// A message was sent.
    Emitted {
        /// Topic.
        topic: Spanned<String>,
        /// Payload.
        data: Option<Json>,
        /// Exactly so often; at least once if absent.
        times: Option<u32>,
    },
    /// No message was sent on the topic.
    NotEmitted {
        /// Topic.
        topic: Spanned<String>,
    },
    /// State by group and key. A null item must be absent.
    State(StateItems),
    /// Items of streams: stream, group, item.
    Stream(Vec<(Spanned<String>, Json)>),
    /// These steps ran, in this order; others may run between them.
    Ran(Vec<Spanned<String>>),
    /// External calls were made: one so often, several in this order with others between them.
    Called(Vec<CalledHttp>),
    /// An external call was not made.
    NotCalled(RequestPattern),
    /// A mocked function was called.
    CalledFunction {
        /// Its name; `pg.query` for an export of a mocked module.
        function: Spanned<String>,
        /// What the arguments must match, all of them.
        args: Option<Json>,
        /// Exactly so often; at least once if absent.
        times: Option<u32>,
    },
    /// An event of a stream that leaves no item.
    StreamEvent {
        /// The stream.
        stream: Spanned<String>,
        /// Its group.
        group: Option<String>,
        /// The item it is about.
        id: Option<String>,
        /// The event's type.
        kind: Option<String>,
        /// The event's data.
        data: Option<Json>,
        /// Exactly so often; at least once if absent.
        times: Option<u32>,
    },
    /// A client of a socket received something, or its connection ended.
    Socket {
        /// Which client: the value of `as`.
        client: String,
        /// What it received.
        received: Option<Json>,
        /// Exactly so often; at least once if absent.
        times: Option<u32>,
        /// Whether the step has closed the connection, and with which code.
        closed: Option<(bool, Option<u32>)>,
    },
    /// A message was given up: its handler failed at the last attempt.
    DeadLettered(FailedMessage),
    /// A message went back into the queue after a failed attempt.
    Retried(FailedMessage),
    /// A run of a handler failed.
    Threw {
        /// Whose.
        step: Option<Spanned<String>>,
        /// Class of the error.
        name: Option<String>,
        /// Text that the error's message contains.
        message: Option<String>,
        /// Exactly so often; at least once if absent.
        times: Option<u32>,
    },
    /// A line was logged.
    Log {
        /// Level.
        level: Option<String>,
        /// Text that the message contains.
        message: Option<String>,
        /// Exactly so often; at least once if absent.
        times: Option<u32>,
    },
}

/// Messages whose handler failed.
#[derive(Debug, Clone, PartialEq)]
pub struct FailedMessage {
    /// On this topic.
    pub topic: Option<Spanned<String>>,
    /// At this step.
    pub step: Option<Spanned<String>>,
    /// With data that matches this in part.
    pub data: Option<Json>,
    /// Exactly so often; at least once if absent.
    pub times: Option<u32>,
}

/// An external call that is expected.
#[derive(Debug, Clone, PartialEq)]
pub struct CalledHttp {
    /// Which requests are meant.
    pub request: RequestPattern,
    /// Exactly so often; at least once if absent.
    pub times: Option<u32>,
}

/// What is wrong in a flow test, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecProblem {
    /// Rule name as in `check`: `flow-test-syntax`, `flow-test-unknown-key`, `flow-test-unknown-step`, …
    pub rule: &'static str,
    /// One sentence.
    pub message: String,
    /// Where.
    pub span: Span,
    /// "did you mean …" or what is allowed.
    pub help: Option<String>,
}
