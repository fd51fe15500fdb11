//! What each key of a flow test is for and what it holds.

mod mocks;

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
    /// Such a mapping, or a list of them.
    KeysOrList,
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
    /// Such texts, or lists of them, by name.
    ScalarsOrLists,
    /// What texts of a request must be, by name.
    TextMatches,
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

/// All keys.
pub(super) fn all() -> impl Iterator<Item = &'static Holds> {
    TESTS.iter().chain(mocks::MOCKS)
}

/// Keys of the file and of a test.
const TESTS: &[Holds] = &[
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
        "invariants",
        "what must hold after every run of the tests",
        Form::List,
    ),
    key("invariants/-/name", "what holds, in words", Form::Text),
    key(
        "invariants/-/holds",
        "a CEL expression over `events`, `emitted`, `state`, `responses`, `calls` and `logs`",
        Form::Text,
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
        "tests/-/schedules",
        "in how many orders each case is run; one if absent",
        Form::Whole(1),
    ),
    key(
        "tests/-/faults",
        "how many faults may strike in a run",
        Form::Keys,
    ),
    key(
        "tests/-/faults/duplicate",
        "messages that are delivered twice",
        Form::Whole(0),
    ),
    key(
        "tests/-/faults/crash",
        "handlers of messages that die before or after one of their calls",
        Form::Whole(0),
    ),
    key(
        "tests/-/faults/external",
        "calls that an external service fails to answer",
        Form::Whole(0),
    ),
    key(
        "tests/-/faults/timeout",
        "handlers of messages that run out of time",
        Form::Whole(0),
    ),
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
        "tests/-/invariants",
        "what must hold after every run of the test",
        Form::List,
    ),
    key("tests/-/invariants/-/name", "what holds, in words", Form::Text),
    key(
        "tests/-/invariants/-/holds",
        "a CEL expression over `events`, `emitted`, `state`, `responses`, `calls` and `logs`",
        Form::Text,
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
    key(
        "tests/-/when/-/together",
        "begins several actions at the same time",
        Form::List,
    ),
    key(
        "tests/-/when/-/together/-/request",
        "calls an API step: `POST /orders`",
        Form::Text,
    ),
    key(
        "tests/-/when/-/together/-/headers",
        "headers of the request",
        Form::Scalars,
    ),
    key("tests/-/when/-/together/-/body", "body of the request", Form::Any),
    key(
        "tests/-/when/-/together/-/emit",
        "sends a message as if a step had",
        Form::Keys,
    ),
    key(
        "tests/-/when/-/together/-/emit/topic",
        "whom it reaches",
        Form::Text,
    ),
    key(
        "tests/-/when/-/together/-/emit/data",
        "what they are given",
        Form::Any,
    ),
    key(
        "tests/-/when/-/together/-/cron",
        "runs a cron step now, by its name",
        Form::Text,
    ),
    key("tests/-/when/-/ws", "what a client of a socket does", Form::Keys),
    key(
        "tests/-/when/-/ws/connect",
        "opens a socket at an API step: `/rooms/7`",
        Form::Text,
    ),
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
        "headers that the answer must have; several cookies are a list",
        Form::ScalarsOrLists,
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
    key(
        "tests/-/then/-/called",
        "a call was made, or several in this order",
        Form::KeysOrList,
    ),
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
        "tests/-/then/-/not_called",
        "no such external call was made",
        Form::Keys,
    ),
    key("tests/-/then/-/not_called/http", "method and address", Form::Text),
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
        "a client of a socket heard this, or its connection was closed",
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
    key(
        "tests/-/then/-/dead_lettered",
        "a message was given up: its handler failed at the last attempt",
        Form::Keys,
    ),
    key("tests/-/then/-/dead_lettered/topic", "on this topic", Form::Text),
    key("tests/-/then/-/dead_lettered/step", "at this step", Form::Text),
    key(
        "tests/-/then/-/dead_lettered/data",
        "with data that matches this in part",
        Form::Any,
    ),
    key(
        "tests/-/then/-/dead_lettered/times",
        "exactly so often; at least once if absent",
        Form::Whole(0),
    ),
    key(
        "tests/-/then/-/retried",
        "a message was tried again after a failed attempt",
        Form::Keys,
    ),
    key("tests/-/then/-/retried/topic", "on this topic", Form::Text),
    key("tests/-/then/-/retried/step", "at this step", Form::Text),
    key(
        "tests/-/then/-/retried/data",
        "with data that matches this in part",
        Form::Any,
    ),
    key(
        "tests/-/then/-/retried/times",
        "exactly so often; at least once if absent",
        Form::Whole(0),
    ),
    key("tests/-/then/-/threw", "a run of a handler failed", Form::Keys),
    key("tests/-/then/-/threw/step", "whose", Form::Text),
    key("tests/-/then/-/threw/name", "class of the error", Form::Scalar),
    key(
        "tests/-/then/-/threw/message",
        "text that the error contains",
        Form::Scalar,
    ),
    key(
        "tests/-/then/-/threw/times",
        "exactly so often; at least once if absent",
        Form::Whole(0),
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
