//! What happened in a run, in the order in which the scheduler made it happen. The canonical text of a trace is the same
//! for the same seed, project and test: it holds no wall-clock time, process id, port or path of the machine.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::protocol::{HandlerError, MockedOutcome};

/// The story of one run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// Every event, in order.
    pub events: Vec<Event>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Virtual time, ms since the epoch.
    pub at: i64,
    /// The invocation that it belongs to: index into the run, from 1; absent for what the test itself does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invocation: Option<u32>,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum What {
    /// What the test sets up before anything happens.
    Given {
        /// Environment variables of the handlers.
        env: BTreeMap<String, String>,
        /// Shared state: group, key, item.
        state: Json,
        /// Mocks as the test and its file write them; the first one counts.
        mocks: Vec<Json>,
        /// Items of streams: stream, group, id, item.
        #[serde(default, skip_serializing_if = "Json::is_null")]
        streams: Json,
        /// What the test or its file says under `profile`, `isolation` and `allow`.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        settings: BTreeMap<String, Json>,
    },
    /// The test runs a cron step now.
    Cron {
        /// The step.
        step: String,
    },
    /// The test called an API step.
    Request {
        /// Upper case.
        method: String,
        /// Path and query.
        target: String,
        /// Headers, names lower-case.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, String>,
        /// Body.
        body: Json,
    },
    /// The answer.
    Response {
        /// Status code.
        status: u16,
        /// Headers, names lower-case.
        headers: Json,
        /// Body.
        body: Json,
    },
    /// The test moved the clock.
    Advance {
        /// By so many ms.
        ms: i64,
    },
    /// A handler started.
    Started {
        /// The step's name.
        step: String,
        /// What started it: a topic, a route, `cron`.
        cause: String,
        /// The flow's trace id.
        trace_id: String,
        /// The invocation whose message or change started it; absent for a request, a schedule and what the test sends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sent_by: Option<u32>,
        /// The attempt at the message, from 2; absent for the first one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
    },
    /// A message was sent.
    Emitted {
        /// Topic.
        topic: String,
        /// Payload.
        data: Json,
        /// Steps it goes to, in order of delivery.
        to: Vec<String>,
        /// True if the framework drops it: the step does not declare the topic.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        dropped: bool,
    },
    /// Shared state was read or written.
    State {
        /// `get`, `set`, `delete`, `clear`, `get_group`, `get_pattern`; `exchange` for the `set` of 1.0, which gives what was
        /// there before (see `written_op`).
        op: String,
        /// Group.
        group: String,
        /// Key, where the operation has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// What was read or written.
        value: Json,
    },
    /// A stream was read or written.
    Stream {
        /// `get`, `set`, `delete`, `get_group`, `send`.
        op: String,
        /// Name.
        stream: String,
        /// Arguments after the name.
        args: Json,
        /// What came back.
        value: Json,
    },
    /// A log line.
    Log {
        /// Level.
        level: String,
        /// Text.
        message: String,
        /// What came with it.
        data: Json,
    },
    /// An external call and its mocked answer.
    Http {
        /// Upper case.
        method: String,
        /// Full address.
        url: String,
        /// Body as text or JSON.
        body: Json,
        /// Status that the step is told; absent if no mock matched or no answer comes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// How the service fails, if it does: as its mock says it, or the name of the injected fault.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fault: Option<String>,
    },
    /// An answer that was held, or a part of it, came.
    Answered {
        /// Of the call.
        method: String,
        /// Of the call.
        url: String,
    },
    /// A connection to a host without a mock.
    Refused {
        /// Host.
        host: String,
        /// Port.
        port: u16,
    },
    /// A mocked function was called.
    Mocked {
        /// Its name.
        function: String,
        /// Its arguments.
        args: Vec<Json>,
        /// What came of it.
        outcome: MockedOutcome,
    },
    /// A handler waits for a timer.
    Slept {
        /// Until this virtual time.
        until: i64,
    },
    /// A socket was used.
    Socket {
        /// `connect`, `message` and `close` of the client, `send` and `end` of the step.
        op: String,
        /// Which client.
        client: String,
        /// What went over it: a target, a message, or the code of a close.
        data: Json,
        /// Headers of a connection, names lower-case.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, String>,
    },
    /// The condition of a trigger did not hold: the handler did not run.
    Skipped {
        /// The step.
        step: String,
    },
    /// A handler ended.
    Finished {
        /// Its result; null for none.
        value: Json,
    },
    /// A handler failed.
    Threw {
        /// What was thrown; the stack holds paths relative to the project only.
        error: HandlerError,
    },
    /// A message goes back into the queue.
    Retried {
        /// The step.
        step: String,
        /// Topic.
        topic: String,
        /// Attempt that failed, from 1.
        attempt: u32,
        /// Virtual time of the next attempt.
        next: i64,
        /// Payload.
        #[serde(default, skip_serializing_if = "Json::is_null")]
        data: Json,
    },
    /// A fault strikes that the test asked for.
    Injected {
        /// What fails, in words.
        fault: String,
    },
    /// A message was given up.
    DeadLettered {
        /// The step.
        step: String,
        /// Topic.
        topic: String,
        /// Payload.
        #[serde(default, skip_serializing_if = "Json::is_null")]
        data: Json,
    },
}

/// An operation of the state as steps write it.
pub fn written_op(op: &str) -> &str {
    match op {
        "exchange" => "set",
        other => other,
    }
}

impl Trace {
    /// One canonical JSON object a line, keys sorted: the same bytes for the same run.
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        for event in &self.events {
            let mut value = serde_json::to_value(event).unwrap_or(Json::Null);
            // A stack names files of the interpreter's installation, which differ from machine to machine.
            if let Some(error) = value.get_mut("error").and_then(Json::as_object_mut) {
                error.shift_remove("stack");
            }
            write_canonical(&value, &mut out);
            out.push('\n');
        }
        out
    }

    /// The payloads that were sent on a topic, in order, without what the framework drops.
    pub fn emitted<'t>(&'t self, topic: &str) -> Vec<&'t Json> {
        let payloads = self.events.iter().filter_map(|event| match &event.what {
            What::Emitted {
                topic: sent,
                data,
                dropped: false,
                ..
            } if sent == topic => Some(data),
            _ => None,
        });
        payloads.collect()
    }
}

/// Writes JSON with sorted keys and without spaces; whole floats are written as integers, since the languages differ.
pub fn write_canonical(value: &Json, out: &mut String) {
    match value {
        Json::Object(map) => {
            let mut keys: Vec<_> = map.iter().collect();
            keys.sort_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (i, (key, item)) in keys.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&Json::String(key.clone()).to_string());
                out.push(':');
                write_canonical(item, out);
            }
            out.push('}');
        }
        Json::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        Json::Number(number) => match number.as_f64() {
            Some(float)
                if !number.is_i64() && !number.is_u64() && float.fract() == 0.0 && float.abs() < 1e15 =>
            {
                out.push_str(&format!("{float:.0}"));
            }
            _ => out.push_str(&number.to_string()),
        },
        other => out.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_and_keys_have_one_form() {
        let mut out = String::new();
        write_canonical(
            &json!({"b": 1.0, "a": [2.5, 1e20, -3, null], "c": {"z": "ä", "y": true}}),
            &mut out,
        );
        assert_eq!(out, r#"{"a":[2.5,1e+20,-3,null],"b":1,"c":{"y":true,"z":"ä"}}"#);
    }

    #[test]
    fn a_stack_is_no_part_of_a_trace() {
        let error = HandlerError {
            name: "KeyError".into(),
            message: "'a'".into(),
            stack: "File \"/usr/lib/python3/x.py\"".into(),
            line: Some(3),
            ..HandlerError::default()
        };
        let trace = Trace {
            events: vec![Event {
                at: 0,
                invocation: Some(1),
                what: What::Threw { error },
            }],
        };
        let canonical = trace.canonical();
        assert!(
            canonical.contains("KeyError") && canonical.contains("\"line\":3"),
            "{canonical}"
        );
        assert!(!canonical.contains("/usr/lib"), "{canonical}");
    }
}
