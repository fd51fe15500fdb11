//! The keys of `mocks`.

use super::{Form, Holds, key};
use crate::flow_test::keys;

pub(super) const MOCKS: &[Holds] = &[
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
        Form::TextMatches,
    ),
    key(
        "mocks/http/-/query/_/matches",
        "a regular expression that is found in the text",
        Form::Scalar,
    ),
    key(
        "mocks/http/-/query/_/present",
        "true: there with any text; false: not there",
        Form::Switch,
    ),
    key(
        "mocks/http/-/headers",
        "headers that the call must have",
        Form::TextMatches,
    ),
    key("mocks/http/-/body", "what the body must match in part", Form::Any),
    key("mocks/http/-/reply", "the answer", Form::Keys),
    key(
        "mocks/http/-/replies",
        "answers in order; the last repeats",
        Form::List,
    ),
    key(
        "mocks/http/-/repeat",
        "false: a call after the last reply is an error",
        Form::Switch,
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
    key(
        "mocks/openapi",
        "API documents that answer what no mock of `http` does",
        Form::List,
    ),
    key(
        "mocks/openapi/-/document",
        "path of the document: OpenAPI 3.0 or 3.1",
        Form::Text,
    ),
    key(
        "mocks/openapi/-/server",
        "address of the service: `https://api.example.com`",
        Form::Text,
    ),
    key(
        "mocks/cassettes",
        "files with recorded calls, looked at last",
        Form::Texts,
    ),
    key(
        "mocks/redact",
        "names of more values that a recording leaves out",
        Form::Texts,
    ),
    key("mocks/allow", "real services: `localhost:5432`", Form::Texts),
];
