//! What each key of a flow test is for and what it holds.

use crate::flow_test::keys;

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
    key("mocks/http/-/replies/-/status", "200 if absent", Form::Whole(200)),
    key(
        "mocks/http/-/replies/-/headers",
        "headers of the answer",
        Form::Scalars,
    ),
    key("mocks/http/-/replies/-/json", "the body as JSON", Form::Any),
    key("mocks/http/-/replies/-/text", "the body as text", Form::Scalar),
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
