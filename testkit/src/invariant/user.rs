//! Invariants that users write: CEL expressions over what happened.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use banister_project::invariant::Invariant;
use cel::objects::Key;
use cel::{Context, Program, Value};
use serde_json::Value as Json;

use crate::failure::{FailurePlace, FlowFailure};
use crate::plan::Plan;
use crate::scheduler::Place;
use crate::trace::{Event, Trace, What, written_op};

/// Names of the file that settings are in.
const SETTINGS: &str = banister_project::config::FILE_NAME;

/// A run as expressions see it.
pub struct View {
    events: Value,
    emitted: Value,
    state: Value,
    streams: Value,
    responses: Value,
    calls: Value,
    logs: Value,
}

/// Holds a run against those of a test, with their places, and those of the settings.
pub fn broken<'t>(
    plan: &'t Plan,
    of_test: impl IntoIterator<Item = (&'t Invariant, FailurePlace)>,
    trace: &Trace,
    state: &Json,
    streams: &Json,
) -> Vec<FlowFailure> {
    let of_settings = plan.invariants.iter().map(|it| {
        let place = Place {
            file: SETTINGS.to_owned(),
            line: it.line,
            column: it.column,
        };
        (&it.invariant, FailurePlace::Step(place))
    });
    let mut all = of_test.into_iter().chain(of_settings).peekable();
    if all.peek().is_none() {
        return Vec::new();
    }
    let view = View::of(trace, state, streams);
    all.filter_map(|(invariant, place)| {
        let why = view.judge(&invariant.holds).err()?;
        Some(FlowFailure {
            headline: format!("the invariant \"{}\" does not hold", invariant.name),
            place,
            details: vec![format!("`{}` {why}", invariant.holds)],
        })
    })
    .collect()
}

impl View {
    /// A run with this trace that left this state (group, key, item) and these streams (stream, group, id, item).
    pub fn of(trace: &Trace, state: &Json, streams: &Json) -> Self {
        let steps: BTreeMap<u32, &str> = (trace.events.iter())
            .filter_map(|event| match (&event.what, event.invocation) {
                (What::Started { step, .. }, Some(invocation)) => Some((invocation, step.as_str())),
                _ => None,
            })
            .collect();
        let tell = |event: &Event| told(event, &steps);
        let of = |pick: fn(&What) -> bool| {
            let those = trace.events.iter().filter(|event| pick(&event.what));
            list(those.map(tell).collect())
        };
        Self {
            events: of(|_| true),
            emitted: of(|what| matches!(what, What::Emitted { dropped: false, .. })),
            state: value(state),
            streams: value(streams),
            responses: of(|what| matches!(what, What::Response { .. })),
            calls: of(|what| matches!(what, What::Http { .. })),
            logs: of(|what| matches!(what, What::Log { .. })),
        }
    }

    /// Whether an expression holds.
    ///
    /// # Errors
    /// Why it does not, as the end of a sentence that begins with it.
    pub fn judge(&self, expression: &str) -> Result<(), String> {
        let program =
            Program::compile(expression).map_err(|error| format!("is no CEL expression: {error}"))?;
        let mut context = Context::default();
        for (name, value) in [
            ("events", &self.events),
            ("emitted", &self.emitted),
            ("state", &self.state),
            ("streams", &self.streams),
            ("responses", &self.responses),
            ("calls", &self.calls),
            ("logs", &self.logs),
        ] {
            context.add_variable_from_value(name, value.clone());
        }
        match program.execute(&context) {
            Ok(Value::Bool(true)) => Ok(()),
            Ok(Value::Bool(false)) => Err("is false".to_owned()),
            Ok(other) => Err(format!(
                "gives {}, which is neither true nor false",
                other.type_of()
            )),
            Err(error) => Err(format!("cannot be evaluated: {error}")),
        }
    }
}

/// An event with the keys that all of them have (`kind`, `at`, `step`, `topic`, `data`) and its own.
fn told(event: &Event, steps: &BTreeMap<u32, &str>) -> Value {
    let mut fields: HashMap<Key, Value> = HashMap::new();
    let mut put = |name: &str, value: Value| {
        fields.insert(Key::String(Arc::new(name.to_owned())), value);
    };
    put("step", text(""));
    put("topic", text(""));
    put("data", Value::Null);
    if matches!(event.what, What::Http { .. }) {
        // A call that got no answer is held against the same expressions as the others.
        put("status", Value::Null);
        put("fault", Value::Null);
    }
    // What an event has is what a trace that is written out has.
    let written = serde_json::to_value(event).unwrap_or_default();
    for (name, item) in written.as_object().into_iter().flatten() {
        let name = if name == "event" { "kind" } else { name };
        put(name, value(item));
    }
    if let What::State { op, .. } = &event.what {
        put("op", text(written_op(op)));
    }
    if let Some(step) = event.invocation.and_then(|it| steps.get(&it)) {
        put("step", text(step));
    }
    Value::Map(fields.into())
}

fn text(text: &str) -> Value {
    Value::String(Arc::new(text.to_owned()))
}

fn list(items: Vec<Value>) -> Value {
    Value::List(Arc::new(items))
}

/// Whole numbers are `int` whatever their sign, so that expressions can calculate with them.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(it) => Value::Bool(*it),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => Value::Int(whole),
            (None, Some(whole)) => Value::UInt(whole),
            (None, None) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(it) => text(it),
        Json::Array(items) => list(items.iter().map(value).collect()),
        Json::Object(fields) => {
            let each = fields
                .iter()
                .map(|(name, item)| (Key::String(Arc::new(name.clone())), value(item)));
            Value::Map(each.collect::<HashMap<_, _>>().into())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn view() -> View {
        let at = |invocation, what| Event {
            at: 5,
            invocation,
            what,
        };
        let started = What::Started {
            step: "Order".to_owned(),
            cause: "POST /orders".to_owned(),
            trace_id: "t".to_owned(),
            sent_by: None,
            attempt: None,
        };
        let emitted = |dropped, amount: Json| What::Emitted {
            topic: "paid".to_owned(),
            data: json!({ "amount": amount }),
            to: vec!["Pay".to_owned()],
            dropped,
        };
        let response = What::Response {
            status: 201,
            headers: json!({}),
            body: json!({ "id": "o-1" }),
        };
        let trace = Trace {
            events: vec![
                at(None, What::Advance { ms: 3 }),
                at(Some(1), started),
                at(Some(1), emitted(false, json!(3))),
                at(Some(1), emitted(true, json!(1.5))),
                at(Some(1), response),
            ],
        };
        let streams = json!({ "chat": { "room": { "m-1": { "text": "hi" } } } });
        View::of(
            &trace,
            &json!({ "orders": { "o-1": { "paid": true } } }),
            &streams,
        )
    }

    #[test]
    fn expressions_see_what_happened() {
        for expression in [
            "emitted.filter(e, e.topic == 'paid').size() == 1",
            "emitted[0].data.amount * 2 == 6 && emitted[0].step == 'Order'",
            "state.orders['o-1'].paid",
            "state.orders.filter(k, has(state.orders[k].paid) && state.orders[k].paid == true).size() == 1",
            "streams.chat.room.exists(id, streams.chat.room[id].text == 'hi')",
            "responses.all(r, r.status < 500 && r.body.id in state.orders)",
            "events.exists_one(e, e.kind == 'advance' && e.at == 5)",
            "events.all(e, e.topic == '' || e.data != null)",
            "size(calls) + size(logs) == 0",
        ] {
            assert_eq!(view().judge(expression), Ok(()), "{expression}");
        }
    }

    #[test]
    fn a_call_without_an_answer_has_a_status_all_the_same() {
        let call = |status, fault: Option<&str>| Event {
            at: 0,
            invocation: Some(1),
            what: What::Http {
                method: "POST".to_owned(),
                url: "https://pay.test/charges".to_owned(),
                body: Json::Null,
                status,
                fault: fault.map(str::to_owned),
            },
        };
        let trace = Trace {
            events: vec![call(None, Some("reset")), call(Some(201), None)],
        };
        let view = View::of(&trace, &json!({}), &json!({}));
        for expression in [
            "calls.exists(c, c.status == 201)",
            "calls.all(c, c.status == null || c.status < 300)",
            "calls.exists_one(c, c.fault == 'reset')",
        ] {
            assert_eq!(view.judge(expression), Ok(()), "{expression}");
        }
    }

    #[test]
    fn what_does_not_hold_is_told() {
        for (expression, why) in [
            ("size(emitted) == 0", "is false"),
            ("size(emitted)", "gives int, which is neither true nor false"),
            ("emitted[0].data.id == 1", "cannot be evaluated: No such key: id"),
        ] {
            assert_eq!(view().judge(expression), Err(why.to_owned()), "{expression}");
        }
    }
}
