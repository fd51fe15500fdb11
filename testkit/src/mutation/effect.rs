//! Whether a mutant made a difference beyond itself.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value as Json, json};

use super::{Counted, Operator, Site, Store};
use crate::access::is_read;
use crate::template::Variables;
use crate::trace::{Trace, What, write_canonical};

/// What is left of a run for others to see.
pub(crate) struct Observed<'r> {
    /// What happened.
    pub(crate) trace: &'r Trace,
    /// The shared state at the end.
    pub(crate) state: &'r Json,
    /// The streams at the end.
    pub(crate) streams: &'r Json,
    /// Generated and captured values.
    pub(crate) variables: &'r Variables,
}

/// True if a run with a mutant differs from the one without by more than the mutant itself. That messages come in
/// another order or later is the mutant itself, and so is the value of a stale read; a message that is lost, comes twice, on
/// another topic or without a field, and a schedule that is missed, is something that a test could look at.
pub(crate) fn has_effect(
    operator: Operator,
    site: &Site,
    original: &Observed<'_>,
    mutated: &Observed<'_>,
) -> bool {
    match operator {
        Operator::DropEmit
        | Operator::SwapTopic
        | Operator::MissSchedule
        | Operator::DuplicateEmit
        | Operator::DropField => true,
        Operator::StaleRead => seen(original, Some(site)) != seen(mutated, Some(site)),
        Operator::LostWrite | Operator::SkipRetry | Operator::ReorderEmit => {
            seen(original, None) != seen(mutated, None)
        }
        Operator::DelayEmit => {
            let timeless = |observed| {
                seen(observed, None)
                    .iter()
                    .map(|text| without_times(text))
                    .collect::<Vec<_>>()
            };
            timeless(original) != timeless(mutated)
        }
    }
}

/// The state and the streams at the end, and what each handler did.
fn seen(observed: &Observed<'_>, read: Option<&Site>) -> Vec<String> {
    let mut state = String::new();
    write_canonical(observed.state, &mut state);
    write_canonical(observed.streams, &mut state);
    let mut seen = vec![state];
    seen.extend(stories(observed.trace, read));
    seen
}

/// Dates and times, and numbers that could be some.
static TIMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let date = r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?";
    Regex::new(&format!(r"{date}|\d\d:\d\d:\d\d|\d{{10,}}(?:\.\d+)?")).ok()
});

/// A text without what a clock says: that a delayed handler sees a later time is no more than the delay itself.
fn without_times(text: &str) -> String {
    match &*TIMES {
        Some(times) => times.replace_all(text, "time").into_owned(),
        None => text.to_owned(),
    }
}

/// What each handler did, without when, in which turn and for which message of several like it, sorted. The value of one
/// read can be left out.
fn stories(trace: &Trace, read: Option<&Site>) -> Vec<String> {
    let mut stories: BTreeMap<Option<u32>, String> = BTreeMap::new();
    let mut runs: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut here, mut reads) = (None, 0);
    for event in &trace.events {
        let mut what = serde_json::to_value(&event.what).unwrap_or(Json::Null);
        if let Some(fields) = what.as_object_mut() {
            for key in ["sent_by", "trace_id", "next", "until"] {
                fields.shift_remove(key);
            }
            // A stack names files of the interpreter's installation.
            let error = fields.get_mut("error").and_then(Json::as_object_mut);
            error.map(|error| error.shift_remove("stack"));
        }
        match (&event.what, read) {
            (What::Started { step, .. }, Some(site)) => {
                let run = runs.entry(step).or_default();
                *run += 1;
                if *step == site.step && *run == site.run {
                    here = event.invocation;
                }
            }
            (What::State { op, .. } | What::Stream { op, .. }, Some(site))
                if event.invocation == here && here.is_some() && is_read(op) && is_in(&event.what, site) =>
            {
                if reads == site.nth {
                    what["value"] = json!(null);
                }
                reads += 1;
            }
            _ => {}
        }
        let story = stories.entry(event.invocation).or_default();
        write_canonical(&what, story);
        story.push('\n');
    }
    let mut stories: Vec<String> = stories.into_values().collect();
    stories.sort();
    stories
}

/// True if an operation is on the state or on a stream, as that of the site is.
fn is_in(what: &What, site: &Site) -> bool {
    let store = match what {
        What::Stream { .. } => Store::Stream,
        _ => Store::State,
    };
    site.counted == Counted::Read(store)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hits::tests::{emitted, started, trace};

    fn effect(operator: Operator, original: &[(u32, &str)], mutated: &[(u32, &str)]) -> bool {
        let site = Site {
            step: "B".into(),
            run: 1,
            counted: Counted::Read(Store::State),
            nth: 0,
            held: false,
        };
        let (original, mutated) = (trace(original), trace(mutated));
        let none = Variables::new();
        let observed = |trace| Observed {
            trace,
            state: &Json::Null,
            streams: &Json::Null,
            variables: &none,
        };
        has_effect(operator, &site, &observed(&original), &observed(&mutated))
    }

    #[test]
    fn another_order_alone_is_no_effect() {
        let (a, b, c) = (
            started("A", "cron", None),
            started("B", "t", Some(1)),
            started("C", "t", Some(1)),
        );
        let done = r#"{"event":"finished","value":null}"#;
        let sent = emitted("t");
        let one = [
            (1, a.as_str()),
            (1, sent.as_str()),
            (2, b.as_str()),
            (2, done),
            (3, c.as_str()),
            (3, done),
        ];
        let other = [
            (1, a.as_str()),
            (1, sent.as_str()),
            (2, c.as_str()),
            (2, done),
            (3, b.as_str()),
            (3, done),
        ];
        assert!(!effect(Operator::ReorderEmit, &one, &other));
        assert!(effect(Operator::ReorderEmit, &one, &other[..4]));
        assert!(effect(Operator::DropEmit, &one, &one));
    }

    #[test]
    fn a_later_clock_alone_is_no_effect() {
        let begun = started("B", "t", None);
        let wrote =
            |value: &str| format!(r#"{{"event":"state","op":"set","group":"g","key":"k","value":{value}}}"#);
        let differs = |one: &str, other: &str| {
            let (one, other) = (wrote(one), wrote(other));
            effect(
                Operator::DelayEmit,
                &[(1, &begun), (1, &one)],
                &[(1, &begun), (1, &other)],
            )
        };
        assert!(!differs(
            r#""2026-01-05T09:00:00.000Z""#,
            r#""2026-01-05T09:00:01.000Z""#
        ));
        assert!(!differs("1767603600000", "1767603601000"));
        assert!(!differs("1767603600.5", "1767603601.5"));
        assert!(differs("1", "2"));
    }

    #[test]
    fn a_stale_value_that_nobody_looks_at_is_no_effect() {
        let state = |op: &str, value: u32| {
            format!(r#"{{"event":"state","op":"{op}","group":"g","key":"k","value":{value}}}"#)
        };
        let run = |read: u32, written: u32| {
            let (begun, original) = (started("B", "t", None), [state("get", 1), state("set", 7)]);
            let mutated = [state("get", read), state("set", written)];
            effect(
                Operator::StaleRead,
                &[(1, &begun), (1, &original[0]), (1, &original[1])],
                &[(1, &begun), (1, &mutated[0]), (1, &mutated[1])],
            )
        };
        assert!(!run(2, 7));
        assert!(run(2, 8));
    }
}
