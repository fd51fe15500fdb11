//! Whether a mutant made a difference beyond itself.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Operator, Site, is_read};
use crate::trace::{Trace, What, write_canonical};

/// What is left of a run for others to see.
pub(crate) struct Observed<'r> {
    /// What happened.
    pub(crate) trace: &'r Trace,
    /// The shared state at the end.
    pub(crate) state: &'r Json,
}

/// True if a run with a mutant differs from the one without by more than the mutant itself. That messages come in
/// another order or later is the mutant itself, and so is the value of a stale read; a message that is lost, comes twice or
/// lacks a field is something that a test could look at.
pub(crate) fn has_effect(
    operator: Operator,
    site: &Site,
    original: &Observed<'_>,
    mutated: &Observed<'_>,
) -> bool {
    match operator {
        Operator::DropEmit | Operator::DuplicateEmit | Operator::DropField => true,
        Operator::StaleRead => differ(original, mutated, Some(site)),
        Operator::LostWrite | Operator::SkipRetry | Operator::ReorderEmit | Operator::DelayEmit => {
            differ(original, mutated, None)
        }
    }
}

fn differ(original: &Observed<'_>, mutated: &Observed<'_>, read: Option<&Site>) -> bool {
    let text = |value: &Json| {
        let mut text = String::new();
        write_canonical(value, &mut text);
        text
    };
    text(original.state) != text(mutated.state)
        || stories(original.trace, read) != stories(mutated.trace, read)
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
            (What::State { op, .. }, Some(site))
                if event.invocation == here && here.is_some() && is_read(op) =>
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

#[cfg(test)]
mod tests {
    use super::super::Counted;
    use super::*;
    use crate::coverage::test_traces::{emitted, started, trace};

    fn effect(operator: Operator, original: &[(u32, &str)], mutated: &[(u32, &str)]) -> bool {
        let site = Site {
            step: "B".into(),
            run: 1,
            counted: Counted::Read,
            nth: 0,
            held: false,
        };
        let (original, mutated) = (trace(original), trace(mutated));
        let observed = |trace| Observed {
            trace,
            state: &Json::Null,
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
