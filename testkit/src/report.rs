//! What a run of tests tells: the outcome of every test, and how it looks to people and to programs. Nothing here prints;
//! everything is written to what the caller hands in.

mod failure;
mod html;
mod json;
mod junit;
mod reached;
mod reporter;
mod style;
mod timeline;

use std::fmt;
use std::time::Duration;

use serde_json::Value as Json;

use crate::decision::Departure;
use crate::narrow::KeptAction;

pub use failure::failure_text;
pub use html::{HtmlReport, reached_by};
pub use junit::with_skipped;
pub use reached::Reached;
pub use reporter::{Format, ReportOptions, Reporter, Summary};
pub use timeline::{RowKind, TimelineRow, lane_of, timeline};

/// What became of a test.
#[derive(Debug, Clone)]
pub struct TestOutcome {
    /// `tests/orders::an order is paid`.
    pub name: String,
    /// Passed, failed or not run.
    pub status: TestStatus,
    /// How long it took on the wall.
    pub duration: Duration,
    /// How far the run was under the scheduler's control.
    pub label: ControlLabel,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// The steps that ran and the topics that were sent.
    pub reached: Reached,
    /// What handlers printed, in order.
    pub output: Vec<StepOutput>,
    /// What is worth knowing whether or not it passed.
    pub notes: Vec<String>,
}

impl TestOutcome {
    /// Whether it passed; `None` if it was not run.
    pub fn passed(&self) -> Option<bool> {
        match self.status {
            TestStatus::Passed => Some(true),
            TestStatus::Failed => Some(false),
            TestStatus::Ignored { .. } => None,
        }
    }

    /// A test that was not run, and why.
    pub fn ignored(name: String, reason: &str) -> Self {
        Self {
            name,
            status: TestStatus::Ignored {
                reason: Some(reason.to_owned()),
            },
            duration: Duration::ZERO,
            label: ControlLabel::Controlled,
            failure: None,
            reached: Reached::default(),
            output: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// Passed, failed or not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestStatus {
    /// Everything was as expected.
    Passed,
    /// Something was not.
    Failed,
    /// It was not run.
    Ignored {
        /// Why, if there is a reason.
        reason: Option<String>,
    },
}

/// How far a run was under the scheduler's control; the worse is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum ControlLabel {
    /// Order, time and randomness were all its own.
    #[default]
    Controlled,
    /// Something in it may go another way next time.
    Partial,
    /// Nothing can be said about another run.
    Opaque,
}

impl fmt::Display for ControlLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ControlLabel::Controlled => "controlled",
            ControlLabel::Partial => "partial",
            ControlLabel::Opaque => "opaque",
        })
    }
}

/// What one handler printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepOutput {
    /// The step, with the number of its run if it ran before: `ProcessPayment#2`, as in the story.
    pub step: String,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl StepOutput {
    /// True if nothing was printed.
    pub fn is_empty(&self) -> bool {
        self.stdout.is_empty() && self.stderr.is_empty()
    }
}

/// Why a test failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// In one sentence.
    pub headline: String,
    /// Where to look.
    pub place: Option<Place>,
    /// Differences, a stack, further failures.
    pub details: Vec<String>,
    /// The story of the run.
    pub timeline: Vec<TimelineRow>,
    /// The smallest generated input that fails.
    pub minimal_input: Option<Json>,
    /// What the run does differently from first in, first out without faults.
    pub departures: Vec<Departure>,
    /// The actions that are left of the test; empty for all of them.
    pub actions: Vec<KeptAction>,
    /// Runs of the flow until it failed, before the failure was made smaller.
    pub runs: u32,
    /// The shared state at the end, where the test expects another.
    pub state: Option<Json>,
    /// The streams at the end, where the test expects other items: stream, group, id, item.
    pub streams: Option<Json>,
    /// The command that shows the failure again; empty if there is none.
    pub replay: String,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Relative to the project, with `/`.
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// 1-based, in characters.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
