//! A sweep over the ways of each language to ask for time and randomness: two runs agree, another seed gives something else,
//! and time is the virtual clock's.

mod node;
mod python;
mod ruby;

use banister_testkit::protocol::CallShape;
use serde_json::{Value as Json, json};

use crate::support::{NOW, Project, SEED, Told, language_of, run};

/// What a run of the step says, in a worker of its own or in one that ran it before.
fn told(project: &Project, file: &str, seed: &str, times: usize) -> Option<Told> {
    let mut worker = project.worker(language_of(file))?;
    let mut last = None;
    for _ in 0..times {
        let mut invoke = project.invoke(file, CallShape::Event, json!({}));
        invoke.seed = seed.to_owned();
        last = Some(run(&mut worker, invoke).unwrap().ok());
    }
    last
}

/// Every expression draws: the same seed gives the same, in a new worker and in a used one, another seed something else.
fn check_random(project: &Project, file: &str, expressions: &[&str]) {
    let other = SEED.replace('0', "f");
    let Some(first) = told(project, file, SEED, 1) else {
        return;
    };
    let values = |told: Told| told.value.as_array().unwrap().clone();
    let second = values(told(project, file, SEED, 1).unwrap());
    let used = values(told(project, file, SEED, 3).unwrap());
    let other = values(told(project, file, &other, 1).unwrap());
    assert_eq!(first.escaped, Vec::<String>::new());
    let first = values(first);
    assert_eq!(first.len(), expressions.len());
    for (at, expression) in expressions.iter().enumerate() {
        assert_eq!(first[at], second[at], "another worker: {expression}");
        assert_eq!(first[at], used[at], "a worker that ran it before: {expression}");
        assert_ne!(first[at], other[at], "another seed: {expression}");
        assert!(!first[at].is_null(), "{expression}");
    }
}

/// Each expression gives the value beside it.
fn check_values(project: &Project, file: &str, expected: &[(&str, Json)]) {
    for times in [1, 2] {
        let Some(told) = told(project, file, SEED, times) else {
            return;
        };
        let values = told.value.as_array().unwrap().clone();
        assert_eq!(values.len(), expected.len());
        for ((expression, expected), value) in expected.iter().zip(values) {
            assert_eq!(&value, expected, "{expression}, run {times}");
        }
    }
}

/// The virtual time at the start, as a JSON number of milliseconds.
fn now() -> Json {
    json!(NOW)
}
