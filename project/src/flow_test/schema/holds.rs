//! What each key of a flow test is for and what it holds.

use crate::config::ALLOWABLE;
use crate::flow_test::{Isolation, keys};
use crate::profile::Profile;

/// A key, by the path of keys to it.
pub(super) struct Holds {
    /// `-` stands for an item of a list, `_` for any name.
    pub(super) path: &'static str,
    /// In a few words.
    pub(super) about: &'static str,
    /// What is written behind it.
    pub(super) form: Form,
}

/// What is written behind a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// A mapping whose keys are known.
    Keys,
    /// A list of such mappings.
    List,
    /// A list of such mappings, or of texts that stand for one.
    Items,
    /// Such a mapping, or a text that stands for one.
    TextOrKeys,
    /// Mocked functions by name.
    Functions,
    /// Mocked modules by name.
    Modules,
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// A text, or a number or `true` that is taken as the text that it is written as.
    Scalar,
    /// Such texts by name.
    Scalars,
    /// A whole number, this or more.
    Whole(u32),
    /// One of these texts.
    One(fn() -> &'static [&'static str]),
    /// A list of some of these texts.
    Some(fn() -> &'static [&'static str]),
    /// `true` or `false`.
    Switch,
    /// A mapping of mappings.
    Groups,
    /// Anything.
    Any,
}

const fn key(path: &'static str, about: &'static str, form: Form) -> Holds {
    Holds { path, about, form }
}

pub(super) const HOLDS: &[Holds] = &[
    key("mocks", "services for all tests of the file", Form::Keys),
    key(
        "profile",
        "the framework that the tests run on",
        Form::One(|| &Profile::NAMES),
    ),
    key(
        "isolation",
        "what handlers find of each other; `fresh` modules if absent",
        Form::One(|| &Isolation::NAMES),
    ),
    key(
        "allow",
        "findings that do not fail the tests",
        Form::Some(|| &ALLOWABLE),
    ),
    key(
        "mocks/http",
        "mocked HTTP services; the first that matches answers",
        Form::List,
    ),
    key(
        "mocks/http/-/on",
        "method and address: `POST https://api.example.com/v1/charges`",
        Form::Text,
    ),
    key(
        "mocks/http/-/query",
        "parameters that the call must have",
        Form::Scalars,
    ),
    key(
        "mocks/http/-/headers",
        "headers that the call must have",
        Form::Scalars,
    ),
    key("mocks/http/-/body", "what the body must match in part", Form::Any),
    key("mocks/http/-/reply", "the answer", Form::Keys),
    key(
        "mocks/http/-/replies",
        "answers in order; the last repeats",
        Form::List,
    ),
    key("mocks/http/-/reply/status", "200 if absent", Form::Whole(200)),
    key(
        "mocks/http/-/reply/headers",
        "headers of the answer",
        Form::Scalars,
    ),
    key("mocks/http/-/reply/json", "the body as JSON", Form::Any),
    key("mocks/http/-/reply/text", "the body as text", Form::Scalar),
    key(
        "mocks/http/-/reply/sse",
        "the body as events, sent one after the other",
        Form::Items,
    ),
    key(
        "mocks/http/-/reply/sse/-/data",
        "data of the event; JSON unless a text",
        Form::Any,
    ),
    key(
        "mocks/http/-/reply/sse/-/event",
        "name of the event",
        Form::Scalar,
    ),
    key("mocks/http/-/reply/sse/-/id", "id of the event", Form::Scalar),
    key(
        "mocks/http/-/reply/sse/-/retry",
        "milliseconds before a client connects again",
        Form::Whole(0),
    ),
    key(
        "mocks/http/-/reply/sse/-/after",
        "virtual time before it: `200ms`",
        Form::Scalar,
    ),
    key(
        "mocks/http/-/reply/chunks",
        "the body in parts, sent one after the other",
        Form::Items,
    ),
    key(
        "mocks/http/-/reply/chunks/-/text",
        "the part as text",
        Form::Scalar,
    ),
    key(
        "mocks/http/-/reply/chunks/-/json",
        "the part as a line of JSON",
        Form::Any,
    ),
    key(
        "mocks/http/-/reply/chunks/-/after",
        "virtual time before it: `200ms`",
        Form::Scalar,
    ),
    key(
        "mocks/http/-/reply/delay",
        "virtual time before the answer: `2s`",
        Form::Scalar,
    ),
    key(
        "mocks/http/-/reply/fault",
        "what goes wrong instead of an answer",
        Form::One(keys::faults),
    ),
    key(
        "mocks/http/-/reply/set",
        "values for later replies and expectations",
        Form::Any,
    ),
    key(
        "mocks/modules",
        "what stands in for modules, by the name in the import",
        Form::Modules,
    ),
    key(
        "mocks/functions",
        "what stands in for names that nobody defines",
        Form::Functions,
    ),
    key("mocks/functions/_/returns", "what a call gives", Form::Any),
    key(
        "mocks/functions/_/throws",
        "what a call throws: the message, or an error by name",
        Form::TextOrKeys,
    ),
    key("mocks/functions/_/throws/name", "class of the error", Form::Text),
    key("mocks/functions/_/throws/message", "its message", Form::Scalar),
    key(
        "mocks/functions/_/sequence",
        "what the calls give in order; the last repeats",
        Form::List,
    ),
    key(
        "mocks/functions/_/value",
        "a value that is no function",
        Form::Any,
    ),
    key("mocks/functions/_/file", "a file that has it", Form::Text),
    key(
        "mocks/functions/_/export",
        "its name in there; its own if absent",
        Form::Text,
    ),
    key(
        "mocks/functions/_/async",
        "a call gives a promise or a coroutine",
        Form::Switch,
    ),
    key("tests", "the tests, in order", Form::List),
    key(
        "tests/-/name",
        "what must be true, in words; unique in the file",
        Form::Text,
    ),
    key(
        "tests/-/property",
        "what must be true for all values of `for_all`",
        Form::Text,
    ),
    key(
        "tests/-/for_all",
        "names of values and where they come from",
        Form::Groups,
    ),
    key(
        "tests/-/for_all/_/schema_of",
        "`CreateOrder.body` or `ProcessPayment.input`",
        Form::Text,
    ),
    key("tests/-/cases", "how many values are tried", Form::Whole(1)),
    key(
        "tests/-/profile",
        "the framework that the test runs on",
        Form::One(|| &Profile::NAMES),
    ),
    key(
        "tests/-/isolation",
        "what handlers find of each other; `fresh` modules if absent",
        Form::One(|| &Isolation::NAMES),
    ),
    key(
        "tests/-/allow",
        "findings that do not fail the test",
        Form::Some(|| &ALLOWABLE),
    ),
    key("tests/-/ignore", "why the test is passed over", Form::Text),
    key("tests/-/mocks", "services of this test", Form::Keys),
    key("tests/-/given", "the world before", Form::Keys),
    key(
        "tests/-/given/now",
        "virtual time at the start, RFC 3339 with a zone",
        Form::Text,
    ),
    key(
        "tests/-/given/env",
        "environment variables of the handlers",
        Form::Scalars,
    ),
    key(
        "tests/-/given/state",
        "shared state: group, key, item",
        Form::Groups,
    ),
    key(
        "tests/-/given/streams",
        "items of streams: stream, group, id, item",
        Form::Groups,
    ),
    key(
        "tests/-/when",
        "what happens, one action after the other",
        Form::List,
    ),
    key(
        "tests/-/when/-/request",
        "calls an API step: `POST /orders`",
        Form::Text,
    ),
    key("tests/-/when/-/headers", "headers of the request", Form::Scalars),
    key("tests/-/when/-/body", "body of the request", Form::Any),
    key(
        "tests/-/when/-/emit",
        "sends a message as if a step had",
        Form::Keys,
    ),
    key("tests/-/when/-/emit/topic", "whom it reaches", Form::Text),
    key("tests/-/when/-/emit/data", "what they are given", Form::Any),
    key(
        "tests/-/when/-/cron",
        "runs a cron step now, by its name",
        Form::Text,
    ),
    key(
        "tests/-/when/-/advance",
        "moves the clock: `500ms`, `30s`, `5m`, `2h`, `7d`, `1d12h`",
        Form::Scalar,
    ),
    key("tests/-/when/-/ws", "a client of the streams' socket", Form::Keys),
    key("tests/-/when/-/ws/connect", "connects, to the address", Form::Any),
    key(
        "tests/-/when/-/ws/headers",
        "headers of the connection",
        Form::Scalars,
    ),
    key("tests/-/when/-/ws/send", "sends a message", Form::Any),
    key("tests/-/when/-/ws/close", "closes the connection", Form::Any),
    key(
        "tests/-/when/-/ws/as",
        "name of the client, if there are several",
        Form::Text,
    ),
    key("tests/-/then", "what must be true", Form::List),
    key("tests/-/then/-/response", "the answer of a request", Form::Keys),
    key("tests/-/then/-/response/status", "the status", Form::Whole(100)),
    key(
        "tests/-/then/-/response/headers",
        "headers that the answer must have",
        Form::Scalars,
    ),
    key(
        "tests/-/then/-/response/body",
        "what the body must match in part",
        Form::Any,
    ),
    key(
        "tests/-/then/-/response/captures",
        "parts of the answer for later: `orderId: $.body.id`",
        Form::Scalars,
    ),
    key("tests/-/then/-/emitted", "a message was sent", Form::Keys),
    key("tests/-/then/-/emitted/topic", "on this topic", Form::Text),
    key(
        "tests/-/then/-/emitted/data",
        "with data that matches this in part",
        Form::Any,
    ),
    key(
        "tests/-/then/-/emitted/times",
        "exactly so often; at least once if absent",
        Form::Whole(0),
    ),
    key(
        "tests/-/then/-/not_emitted",
        "no message was sent on this topic",
        Form::Text,
    ),
    key(
        "tests/-/then/-/state",
        "items of the shared state at the end, by group and key",
        Form::Groups,
    ),
    key(
        "tests/-/then/-/stream",
        "items of a stream at the end, by group and id",
        Form::Groups,
    ),
    key(
        "tests/-/then/-/ran",
        "these steps ran, in this order",
        Form::Texts,
    ),
    key("tests/-/then/-/called", "an external call was made", Form::Keys),
    key("tests/-/then/-/called/http", "method and address", Form::Text),
    key(
        "tests/-/then/-/called/times",
        "exactly so often; at least once if absent",
        Form::Whole(0),
    ),
    key(
        "tests/-/then/-/called/function",
        "name of a mocked function",
        Form::Text,
    ),
    key("tests/-/then/-/called/args", "with these arguments", Form::Any),
    key(
        "tests/-/then/-/stream_event",
        "a stream told its subscribers",
        Form::Keys,
    ),
    key("tests/-/then/-/stream_event/stream", "the stream", Form::Text),
    key("tests/-/then/-/stream_event/group", "the group", Form::Scalar),
    key(
        "tests/-/then/-/stream_event/id",
        "the item, if it was told of one",
        Form::Scalar,
    ),
    key(
        "tests/-/then/-/stream_event/type",
        "kind of the event",
        Form::Scalar,
    ),
    key(
        "tests/-/then/-/stream_event/data",
        "with data that matches this in part",
        Form::Any,
    ),
    key(
        "tests/-/then/-/stream_event/times",
        "exactly so often; at least once if absent",
        Form::Whole(0),
    ),
    key(
        "tests/-/then/-/ws",
        "a client of the streams' socket heard or ended",
        Form::Keys,
    ),
    key(
        "tests/-/then/-/ws/received",
        "a message that matches this in part",
        Form::Any,
    ),
    key(
        "tests/-/then/-/ws/times",
        "exactly so often; at least once if absent",
        Form::Whole(0),
    ),
    key(
        "tests/-/then/-/ws/closed",
        "it was closed: `true`, `false`, or with this code",
        Form::Any,
    ),
    key(
        "tests/-/then/-/ws/as",
        "name of the client, if there are several",
        Form::Text,
    ),
    key("tests/-/then/-/log", "a line was logged", Form::Keys),
    key(
        "tests/-/then/-/log/level",
        "of this level",
        Form::One(keys::levels),
    ),
    key(
        "tests/-/then/-/log/message",
        "that contains this text",
        Form::Scalar,
    ),
    key(
        "tests/-/then/-/log/times",
        "exactly so often; at least once if absent",
        Form::Whole(0),
    ),
];
