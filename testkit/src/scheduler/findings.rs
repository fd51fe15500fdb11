//! What is wrong with a run whatever the test expects.

use super::outcome::is_hopeless;
use super::{Run, advice};
use crate::protocol::HandlerError;

/// Something wrong with a run that no expectation has to ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What, in one sentence that names the step.
    pub message: String,
    /// Where in the project.
    pub place: Option<Place>,
    /// Further lines, such as a stack.
    pub details: Vec<String>,
    /// True if the test fails because of it.
    pub fails: bool,
    /// The request whose answer this is: an expected 5xx response excuses it.
    pub answers_request: bool,
    /// What it is: one of the names that settings and tests list under `allow`, or of those in [`kind`].
    pub kind: Option<&'static str>,
    /// The run of a handler that failed, which a test may expect; `None` for anything else.
    pub failed: Option<u32>,
}

/// Findings that nobody can allow.
pub mod kind {
    /// A handler failed for good: a request, a schedule, or the last attempt at a message.
    pub const HANDLER_ERROR: &str = "handler-error";
    /// A handler of a request gave no response.
    pub const NO_RESPONSE: &str = "no-response";
    /// A call to a service that no mock answers.
    pub const UNMATCHED_CALL: &str = "unmatched-call";
    /// The run was stopped because it did not end.
    pub const ENDLESS_FLOW: &str = "endless-flow";
}

/// A place in the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Relative to the project, with `/`.
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// 1-based; 1 if only the line is known.
    pub column: u32,
}

impl Run<'_> {
    /// What the harness is stricter about than the framework: it fails the test unless it is allowed. The same is said
    /// once.
    pub(super) fn complain(
        &mut self,
        kind: &'static str,
        step: usize,
        message: String,
        details: Vec<String>,
    ) {
        if self.findings.iter().any(|finding| finding.message == message) {
            return;
        }
        let fails = !self.start.allow.iter().any(|allowed| allowed == kind);
        let mut details = details;
        if fails {
            details.push(format!(
                "`allow: [{kind}]` in the test, its file or the settings lets it pass"
            ));
        }
        self.findings.push(Finding {
            message,
            place: self.handler_place(step),
            details,
            fails,
            answers_request: false,
            kind: Some(kind),
            failed: None,
        });
    }

    pub(super) fn report_error(
        &mut self,
        invocation: u32,
        step: usize,
        error: &HandlerError,
        verb: &str,
        answers_request: bool,
    ) {
        let it = &self.plan.steps[step];
        let place = match (&error.file, error.line) {
            (Some(file), Some(line)) => Some(Place {
                file: file.clone(),
                line,
                column: error.column.unwrap_or(1),
            }),
            _ => self.handler_place(step),
        };
        let what = match error.name.as_str() {
            "Timeout" | "NeverSettles" | "MissingInterpreter" | "WorkerDied" | "Unreachable" | "" => {
                error.message.clone()
            }
            name => format!("{name}: {}", error.message),
        };
        self.findings.push(Finding {
            message: format!("{} {verb}: {what}", it.name),
            place,
            details: advice::of(error, it.language, &self.plan.root)
                .into_iter()
                .chain(error.stack.lines().map(str::to_owned))
                .collect(),
            fails: true,
            answers_request,
            kind: Some(kind::HANDLER_ERROR),
            // What failed before the handler could do anything is not what a test means when it expects a failure.
            failed: (!is_hopeless(error)).then_some(invocation),
        });
    }

    /// A note that does not fail the test. The same note is made once.
    pub(super) fn remark(&mut self, message: String) {
        if !self.findings.iter().any(|finding| finding.message == message) {
            let finding = Finding {
                message,
                place: None,
                details: Vec::new(),
                fails: false,
                answers_request: false,
                kind: None,
                failed: None,
            };
            self.findings.push(finding);
        }
    }

    pub(super) fn handler_place(&self, step: usize) -> Option<Place> {
        let it = &self.plan.steps[step];
        Some(Place {
            file: it.file.clone(),
            line: it.handler_line?,
            column: 1,
        })
    }
}
