//! A flow test from a trace: what the test did becomes `given` and `when`, what came of it becomes `then`.
//!
//! Ids and random values of the trace come from its seed, which a test does not have. They are found by running the same
//! actions with two other seeds: what differs there is taken from a response (`captures`) if it was in one, and left out
//! otherwise.

mod expectations;
mod listeners;
mod story;

use std::sync::Arc;

use banister_project::flow_test::{self, FlowFile};
use serde_json::{Value as Json, json};

use crate::rng::Seed;
use crate::runner::{Harness, TestCase};
use crate::template::Variables;
use crate::trace::{Event, Trace};

use crate::volatile::Volatile;
use story::Story;

/// The name of the file in messages.
const NAME: &str = "new.flow.yaml";

/// Why no test can be made.
#[derive(Debug, thiserror::Error)]
pub enum FromTraceError {
    /// A line is no event.
    #[error("line {line} is no event of a trace: {message}")]
    Event {
        /// From 1.
        line: usize,
        /// Why.
        message: String,
    },
    /// The test does nothing.
    #[error("the trace holds nothing that a test does")]
    Empty,
    /// The text would be no test; a defect of ours or an event that is no action of the format.
    #[error("the trace cannot be written as a test: {0}")]
    Invalid(String),
}

/// A test that was made.
#[derive(Debug)]
pub struct NewTest {
    /// The text of a flow test file.
    pub text: String,
    /// Why it does not pass when it runs; `None` if it does.
    pub failure: Option<String>,
    /// What the trace holds and the test does not.
    pub notes: Vec<String>,
}

/// Reads a canonical trace.
///
/// # Errors
/// A line is no event.
pub fn read(text: &str) -> Result<Trace, FromTraceError> {
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    let events = lines.map(|(at, line)| {
        serde_json::from_str::<Event>(line).map_err(|error| FromTraceError::Event {
            line: at + 1,
            message: error.to_string(),
        })
    });
    Ok(Trace {
        events: events.collect::<Result<_, _>>()?,
    })
}

/// Makes a test called `name` of `trace`, in the project that `harness` runs.
///
/// # Errors
/// The trace holds no action, or one that the format does not have.
pub fn new_test(harness: &Harness, name: &str, trace: &Trace) -> Result<NewTest, FromTraceError> {
    let mut story = Story::of(trace);
    if story.actions.is_empty() {
        return Err(FromTraceError::Empty);
    }
    story.capture_what_later_actions_use();
    let volatile = Volatile::between(trace, &run(harness, &story, 1)?, &run(harness, &story, 2)?);
    story.capture(&volatile);
    let then = expectations::of(trace, &story, &volatile);
    let text = crate::yaml::file(&story.test(name, then));
    let outcome = harness.run_case(&case(&text)?, &mut harness.stage());
    Ok(NewTest {
        text,
        failure: outcome.failure.map(|failure| failure.headline),
        notes: story.notes,
    })
}

/// What the actions lead to with another seed.
fn run(harness: &Harness, story: &Story, seed: u64) -> Result<Trace, FromTraceError> {
    let text = crate::yaml::file(&story.test("draft", story.responses()));
    let mut stage = harness.stage();
    let case = case(&text)?;
    Ok(harness
        .run_once(&case, &mut stage, Seed::root(seed), Variables::new())
        .trace)
}

fn case(text: &str) -> Result<TestCase, FromTraceError> {
    let file: FlowFile = flow_test::parse(NAME, text.into()).map_err(|problems| {
        let told = problems.into_iter().map(|problem| problem.message);
        FromTraceError::Invalid(told.collect::<Vec<_>>().join("; "))
    })?;
    Ok(TestCase {
        name: NAME.to_owned(),
        file: Arc::new(file),
        index: 0,
        auto: None,
    })
}

/// An expectation that is met whatever happens.
fn anything() -> Json {
    json!({ "log": { "message": "\u{1}", "times": 0 } })
}
