//! How a handler's run ends, and what is wrong with it whatever the test expects.

use serde_json::Value as Json;

use super::{Cause, HttpResponse, Run};
use crate::mock::HttpCall;
use crate::protocol::HandlerError;
use crate::queue::Delivery;
use crate::report::ControlLabel;
use crate::trace::What;

/// The framework gives a message up after this many attempts …
const MAX_ATTEMPTS: u32 = 3;
/// … and waits so long between two of them (its default visibility timeout), virtual ms.
const RETRY_AFTER_MS: i64 = 900_000;

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
    pub(super) fn finished(&mut self, at: usize, value: Json, unawaited: &[u64], leaked: &[String]) {
        let live = self.live.remove(at);
        self.collect_output(&live, true);
        let step = &self.plan.steps[live.step];
        if !unawaited.is_empty() {
            self.remark(format!(
                "{} ended before {} of its calls was answered: an await is missing",
                step.name,
                unawaited.len()
            ));
        }
        if !leaked.is_empty() {
            self.label = self.label.max(ControlLabel::Partial);
            self.remark(format!(
                "{} left global values behind: {}",
                step.name,
                leaked.join(", ")
            ));
        }
        if matches!(live.cause, Cause::Request) {
            let answer = HttpResponse::of_value(&value);
            if answer.is_none() {
                self.findings.push(Finding {
                    message: format!(
                        "{} returned no response with a status, which the framework answers with 500",
                        step.name
                    ),
                    place: self.handler_place(live.step),
                    details: vec![format!("it returned {value}")],
                    fails: true,
                    answers_request: true,
                });
            }
            self.answer(
                live.invocation,
                answer.unwrap_or_else(HttpResponse::internal_error),
            );
        } else {
            self.note(Some(live.invocation), What::Finished { value });
        }
    }

    /// A handler failed: a request is answered with 500, a message is tried again, a schedule is only reported.
    pub(super) fn fail(&mut self, invocation: u32, step: usize, cause: &Cause, error: HandlerError) {
        let error = self.relative(error);
        self.note(Some(invocation), What::Threw { error: error.clone() });
        match cause {
            Cause::Request => {
                self.report_error(step, &error, "failed", true);
                self.answer(invocation, HttpResponse::internal_error());
            }
            Cause::Cron => self.report_error(step, &error, "failed", false),
            Cause::Message(delivery) => self.retry(invocation, delivery, &error),
        }
    }

    fn retry(&mut self, invocation: u32, delivery: &Delivery, error: &HandlerError) {
        let name = self.plan.steps[delivery.step].name.clone();
        let hopeless = is_hopeless(error);
        if delivery.attempt < MAX_ATTEMPTS && !hopeless {
            let next = self.now.saturating_add(RETRY_AFTER_MS);
            self.note(
                Some(invocation),
                What::Retried {
                    step: name,
                    topic: delivery.topic.clone(),
                    attempt: delivery.attempt,
                    next,
                },
            );
            self.queue.push(
                next,
                Delivery {
                    attempt: delivery.attempt + 1,
                    ..delivery.clone()
                },
            );
            return;
        }
        self.note(
            Some(invocation),
            What::DeadLettered {
                step: name,
                topic: delivery.topic.clone(),
            },
        );
        let attempts = match delivery.attempt {
            1 => "failed".to_owned(),
            n => format!(
                "failed {n} times, and the message on `{}` was given up",
                delivery.topic
            ),
        };
        self.report_error(delivery.step, error, &attempts, false);
    }

    /// A handler waits for something that nothing will bring.
    pub(super) fn stuck(&mut self, at: usize) {
        let message = match self.unanswered(at) {
            Some(call) => format!("waits without a time limit for {call}, whose mock never answers"),
            None => "waits for something that no call, timer or answer will bring: its promise never settles"
                .to_owned(),
        };
        let live = self.live.remove(at);
        self.collect_output(&live, false);
        let error = HandlerError {
            name: "NeverSettles".to_owned(),
            message,
            ..HandlerError::default()
        };
        self.fail(live.invocation, live.step, &live.cause, error);
    }

    /// The run has no end: everything that still runs is thrown away.
    pub(super) fn give_up(&mut self) {
        for live in std::mem::take(&mut self.live) {
            self.collect_output(&live, false);
        }
        self.queue = crate::queue::Queue::default();
        if std::mem::replace(&mut self.exhausted, true) {
            return;
        }
        let busiest = self
            .runs_of_step
            .iter()
            .max_by_key(|(step, runs)| (**runs, std::cmp::Reverse(**step)));
        let Some((step, runs)) = busiest.map(|(step, runs)| (*step, *runs)) else {
            return;
        };
        let message = match runs {
            1 => format!(
                "the flow does not end: {} goes on waiting and waking",
                self.plan.steps[step].name
            ),
            _ => format!(
                "the flow does not end: {} ran {runs} times",
                self.plan.steps[step].name
            ),
        };
        self.findings.push(Finding {
            message,
            place: self.handler_place(step),
            details: Vec::new(),
            fails: true,
            answers_request: false,
        });
    }

    pub(super) fn external_call(&mut self, at: usize, call: HttpCall) {
        if call.overlapped {
            // Two exchanges at once race for the mock's sequence of replies; that order is not ours.
            self.label = self.label.max(ControlLabel::Partial);
        }
        if call.unmatched {
            let step = self.step_of(at);
            self.findings.push(Finding {
                message: format!(
                    "{} called {} {}, which no mock answers",
                    step.name, call.method, call.url
                ),
                place: self.handler_place(self.live[at].step),
                details: call.near_miss.iter().cloned().collect(),
                fails: true,
                answers_request: false,
            });
        }
        if call.real {
            let step = self.step_of(at);
            let message = format!("{} was connected to {}, a real service", step.name, call.url);
            self.label = ControlLabel::Opaque;
            self.remark(message);
        }
        self.hold_or_answer(at, &call);
        self.calls.push(call.clone());
        let what = What::Http {
            method: call.method,
            url: call.url,
            body: call.body,
            status: call.status,
            fault: call.fault.map(str::to_owned),
        };
        self.note(Some(self.live[at].invocation), what);
    }

    pub(super) fn refused(&mut self, at: usize, host: String, port: u16) {
        let step = self.step_of(at);
        self.findings.push(Finding {
            message: format!("{} called {host}:{port}, a host without a mock", step.name),
            place: self.handler_place(self.live[at].step),
            details: advice(&host, port),
            fails: true,
            answers_request: false,
        });
        self.note(Some(self.live[at].invocation), What::Refused { host, port });
    }

    /// What a program or a thread of its own does is beyond the virtual clock, the seeds and the mocks.
    pub(super) fn escaped(&mut self, at: usize, what: &str) {
        self.label = ControlLabel::Opaque;
        let step = self.step_of(at);
        self.remark(format!(
            "{} {what}, which the harness does not control",
            step.name
        ));
    }

    pub(super) fn undeclared_emit(&mut self, at: usize, topic: &str) {
        let step = self.step_of(at);
        self.remark(format!(
            "{} emitted `{topic}`, which its config does not declare: the framework drops the message",
            step.name
        ));
    }

    pub(super) fn topicless_emit(&mut self, at: usize, message: &Json) {
        let step = self.step_of(at);
        self.remark(format!(
            "{} emitted a message without a topic: {message}",
            step.name
        ));
    }

    fn answer(&mut self, invocation: u32, answer: HttpResponse) {
        let headers = serde_json::to_value(&answer.headers).unwrap_or(Json::Null);
        let what = What::Response {
            status: answer.status,
            headers,
            body: answer.body.clone(),
        };
        self.note(Some(invocation), what);
        self.answers.insert(invocation, answer);
    }

    fn report_error(&mut self, step: usize, error: &HandlerError, verb: &str, answers_request: bool) {
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
            "Timeout" | "NeverSettles" | "MissingInterpreter" | "WorkerDied" | "" => error.message.clone(),
            name => format!("{name}: {}", error.message),
        };
        self.findings.push(Finding {
            message: format!("{} {verb}: {what}", it.name),
            place,
            details: error.stack.lines().map(str::to_owned).collect(),
            fails: true,
            answers_request,
        });
    }

    /// A note that does not fail the test. The same note is made once.
    fn remark(&mut self, message: String) {
        if !self.findings.iter().any(|finding| finding.message == message) {
            let finding = Finding {
                message,
                place: None,
                details: Vec::new(),
                fails: false,
                answers_request: false,
            };
            self.findings.push(finding);
        }
    }

    fn handler_place(&self, step: usize) -> Option<Place> {
        let it = &self.plan.steps[step];
        Some(Place {
            file: it.file.clone(),
            line: it.handler_line?,
            column: 1,
        })
    }

    /// The error with paths relative to the project, so that a trace is the same on every machine.
    fn relative(&self, mut error: HandlerError) -> HandlerError {
        let root = format!("{}/", self.plan.root.to_string_lossy().trim_end_matches('/'));
        error.stack = error.stack.replace(&root, "");
        error.message = error.message.replace(&root, "");
        error.file = error
            .file
            .map(|file| file.strip_prefix(&root).map_or(file.clone(), str::to_owned));
        error
    }
}

/// True for what fails in the same way every time: trying again would only cost the user's time.
fn is_hopeless(error: &HandlerError) -> bool {
    const NAMES: [&str; 7] = [
        "Timeout",
        "NeverSettles",
        "MissingInterpreter",
        "SyntaxError",
        "ImportError",
        "ModuleNotFoundError",
        "LoadError",
    ];
    let not_found = ["Cannot find module", "Cannot find package"];
    NAMES.contains(&error.name.as_str()) || not_found.iter().any(|start| error.message.starts_with(start))
}

/// How a refused connection could be mocked; nothing for what is no HTTP.
fn advice(host: &str, port: u16) -> Vec<String> {
    let bracketed = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    let address = match port {
        0 | 53 => return Vec::new(),
        443 => format!("https://{bracketed}"),
        80 => format!("http://{bracketed}"),
        other => format!("http://{bracketed}:{other}"),
    };
    vec![format!(
        "nothing leaves this machine: add a mock under `mocks: http:` with `on: <METHOD> {address}/…`"
    )]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_is_not_there_is_not_tried_again() {
        let error = |name: &str, message: &str| HandlerError {
            name: name.into(),
            message: message.into(),
            ..HandlerError::default()
        };
        assert!(is_hopeless(&error(
            "Error",
            "Cannot find package 'left-pad' imported from a.step.ts"
        )));
        assert!(is_hopeless(&error(
            "ModuleNotFoundError",
            "No module named 'pandas'"
        )));
        assert!(!is_hopeless(&error("TypeError", "x is not a function")));
    }

    #[test]
    fn the_advice_names_an_address_that_a_mock_can_have() {
        let address = |host: &str, port| {
            advice(host, port)
                .first()
                .and_then(|it| it.split("<METHOD> ").nth(1).map(str::to_owned))
        };
        assert_eq!(address("a.test", 443).as_deref(), Some("https://a.test/…`"));
        assert_eq!(address("a.test", 80).as_deref(), Some("http://a.test/…`"));
        assert_eq!(
            address("localhost", 9999).as_deref(),
            Some("http://localhost:9999/…`")
        );
        assert_eq!(address("::1", 80).as_deref(), Some("http://[::1]/…`"));
        assert_eq!(address("a.test", 53), None);
    }
}
