//! Values that another seed makes otherwise.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use crate::trace::Trace;

/// Shorter texts are left alone: they are the same as something else by chance.
const LEAST: usize = 4;

/// Texts and numbers of a trace that come from its seed, as they are written in JSON.
#[derive(Debug, Default)]
pub(crate) struct Volatile {
    texts: BTreeSet<String>,
    numbers: BTreeSet<String>,
}

impl Volatile {
    /// What stands in `trace` where two runs with other seeds differ.
    pub(crate) fn between(trace: &Trace, one: &Trace, other: &Trace) -> Self {
        let mut volatile = Self::default();
        for ((event, one), other) in trace.events.iter().zip(&one.events).zip(&other.events) {
            let [event, one, other] =
                [event, one, other].map(|it| serde_json::to_value(it).unwrap_or_default());
            volatile.compare(&event, &one, &other);
        }
        volatile
    }

    fn compare(&mut self, value: &Json, one: &Json, other: &Json) {
        match (value, one, other) {
            (Json::Object(value), Json::Object(one), Json::Object(other)) => {
                let known = |key: &String| one.contains_key(key) && other.contains_key(key);
                for (key, value) in value.iter().filter(|(key, _)| known(key)) {
                    self.compare(value, &one[key], &other[key]);
                }
                // Keys that are made of ids are others in each run, and come in the same order.
                let of_run = |run: &'_ Map<String, Json>| -> Vec<Json> {
                    let own = run.iter().filter(|(key, _)| !value.contains_key(*key));
                    own.map(|(_, item)| item.clone()).collect()
                };
                let runs = of_run(one).into_iter().zip(of_run(other));
                let strange = value.iter().filter(|(key, _)| !known(key));
                for ((key, value), (one, other)) in strange.zip(runs) {
                    self.texts.insert(key.clone());
                    self.compare(value, &one, &other);
                }
            }
            (Json::Array(value), Json::Array(one), Json::Array(other)) => {
                for ((value, one), other) in value.iter().zip(one).zip(other) {
                    self.compare(value, one, other);
                }
            }
            (_, one, other) if one == other => {}
            (Json::String(text), ..) if text.len() >= LEAST => {
                self.texts.insert(text.clone());
            }
            (Json::Number(number), ..) => {
                self.numbers.insert(number.to_string());
            }
            _ => {}
        }
    }

    /// True for a text that comes from the seed.
    pub(crate) fn has(&self, text: &str) -> bool {
        self.texts.contains(text)
    }

    /// True for a text that holds one.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.texts.iter().any(|it| text.contains(it.as_str()))
    }

    /// True for a number that comes from the seed.
    pub(crate) fn has_number(&self, number: &serde_json::Number) -> bool {
        self.numbers.contains(&number.to_string())
    }
}
