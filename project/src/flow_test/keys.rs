//! The keys of each mapping of a flow test by the path to it: what the strict reader takes and an editor proposes.

use super::{
    actions, code_mocks, expectations, exploration, failures, invariants, mocks, parse, reader::Keys,
    replies, requests, sockets, streams,
};

/// The keys of the mapping at a path of keys, `-` for an item of a list; `None` for a mapping whose keys are free.
pub(crate) fn at(path: &[&str]) -> Option<Keys> {
    let keys: Keys = match path {
        [] => parse::FILE,
        ["mocks", rest @ ..] | ["tests", "-", "mocks", rest @ ..] => match rest {
            [] => mocks::MOCKS,
            ["http", "-"] => mocks::MOCK,
            ["openapi", "-"] => mocks::OPENAPI,
            ["http", "-", "reply", rest @ ..] | ["http", "-", "replies", "-", rest @ ..] => match rest {
                [] => replies::REPLY,
                ["sse", "-"] => replies::SSE,
                ["chunks", "-"] => replies::CHUNK,
                _ => return None,
            },
            ["modules", _, _] | ["functions", _] => code_mocks::FUNCTION,
            ["modules", _, _, "sequence", "-"] | ["functions", _, "sequence", "-"] => code_mocks::OUTCOME,
            ["modules", _, _, rest @ ..] | ["functions", _, rest @ ..]
                if matches!(rest, ["throws"] | ["sequence", "-", "throws"]) =>
            {
                code_mocks::THROWN
            }
            ["http", "-", "query" | "headers", _] => requests::TEXT_MATCH,
            _ => return None,
        },
        ["invariants", "-"] | ["tests", "-", "invariants", "-"] => invariants::INVARIANT,
        ["tests", "-"] => parse::TEST,
        ["tests", "-", "given"] => parse::GIVEN,
        ["tests", "-", "for_all", _] => parse::SCHEMA_OF,
        ["tests", "-", "when", "-"] => actions::ACTION,
        ["tests", "-", "when", "-", "together", "-"] => actions::BEGUN,
        ["tests", "-", "when", "-", "together", "-", "emit"] => actions::EMIT,
        ["tests", "-", "faults"] => exploration::FAULTS,
        ["tests", "-", "when", "-", "emit"] => actions::EMIT,
        ["tests", "-", "when", "-", "ws"] => sockets::WS_ACTION,
        ["tests", "-", "then", "-"] => expectations::EXPECTATION,
        ["tests", "-", "then", "-", "called", "-"] => expectations::CALLED,
        ["tests", "-", "then", "-", "called", "-", "query" | "headers", _]
        | [
            "tests",
            "-",
            "then",
            "-",
            "called" | "not_called",
            "query" | "headers",
            _,
        ] => requests::TEXT_MATCH,
        ["tests", "-", "then", "-", kind] => match *kind {
            "response" => expectations::RESPONSE,
            "emitted" => expectations::EMITTED,
            "stream_event" => streams::STREAM_EVENT,
            "ws" => sockets::WS_EXPECTATION,
            "called" => expectations::CALLED,
            "not_called" => expectations::NOT_CALLED,
            "dead_lettered" | "retried" => failures::FAILED_MESSAGE,
            "threw" => failures::THREW,
            "log" => expectations::LOG,
            _ => return None,
        },
        _ => return None,
    };
    Some(keys)
}

/// The levels of a log line.
pub(crate) fn levels() -> &'static [&'static str] {
    &expectations::LEVELS
}

/// What `fault` of a reply may say.
pub(crate) fn faults() -> Keys {
    &replies::FAULTS
}
