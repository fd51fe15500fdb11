//! How a handler's run ends, and what is wrong with it whatever the test expects.

use serde_json::Value as Json;

use super::findings::kind;
use super::{Cause, Finding, HttpResponse, Live, Run};
use crate::decision::Touch;
use crate::mock::HttpCall;
use crate::protocol::HandlerError;
use crate::queue::Delivery;
use crate::report::ControlLabel;
use crate::trace::What;

impl Run<'_> {
    pub(super) fn finished(
        &mut self,
        at: usize,
        value: Json,
        unawaited: &[u64],
        leaked: &[String],
        skipped: bool,
    ) {
        let live = self.live.remove(at);
        self.collect_output(&live, true);
        let step = &self.plan.steps[live.step];
        if skipped {
            let step = step.name.clone();
            self.note(Some(live.invocation), What::Skipped { step });
            return;
        }
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
        if let Cause::Socket(client) = &live.cause {
            self.left_socket(&live, client, value);
        } else if matches!(live.cause, Cause::Request) {
            let answer = HttpResponse::of_value(&value);
            if let Some(answer) = &answer {
                self.check_response(live.step, answer);
            }
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
                    kind: Some(kind::NO_RESPONSE),
                    failed: None,
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

    /// A handler that took a socket is done. One that returned a response has refused the connection with it.
    fn left_socket(&mut self, live: &Live, client: &str, value: Json) {
        if let Some(connection) = self.sockets.get_mut(client) {
            connection.open = false;
        }
        match HttpResponse::of_value(&value) {
            Some(answer) => self.answer(live.invocation, answer),
            None => self.note(Some(live.invocation), What::Finished { value }),
        }
    }

    /// A handler failed: a request is answered with 500, a message is tried again, a schedule is only reported.
    pub(super) fn fail(&mut self, invocation: u32, step: usize, cause: &Cause, error: HandlerError) {
        let error = error.relative_to(&self.plan.root);
        self.note(Some(invocation), What::Threw { error: error.clone() });
        match cause {
            Cause::Request => {
                self.report_error(invocation, step, &error, "failed", true);
                self.answer(invocation, HttpResponse::internal_error());
            }
            Cause::Cron => self.report_error(invocation, step, &error, "failed", false),
            Cause::Socket(client) => {
                if let Some(connection) = self.sockets.get_mut(client) {
                    connection.open = false;
                }
                self.report_error(invocation, step, &error, "failed", false);
            }
            Cause::Message(delivery) => self.retry(invocation, delivery, &error),
        }
    }

    fn retry(&mut self, invocation: u32, delivery: &Delivery, error: &HandlerError) {
        let step = &self.plan.steps[delivery.to.step];
        let name = step.name.clone();
        let policy = step
            .triggers
            .get(delivery.to.trigger)
            .map(|it| it.queue)
            .unwrap_or_default();
        let hopeless = is_hopeless(error) || self.gives_up(invocation);
        if delivery.attempt < policy.attempts && !hopeless {
            let next = self.now.saturating_add(policy.pause_after(delivery.attempt));
            self.note(
                Some(invocation),
                What::Retried {
                    step: name,
                    topic: delivery.topic.clone(),
                    attempt: delivery.attempt,
                    next,
                    data: delivery.data.clone(),
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
                data: delivery.data.clone(),
            },
        );
        let attempts = match delivery.attempt {
            1 => "failed".to_owned(),
            n => format!(
                "failed {n} times, and the message on `{}` was given up",
                delivery.topic
            ),
        };
        self.report_error(invocation, delivery.to.step, error, &attempts, false);
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

    /// A handler has used up the time that its step allows.
    pub(super) fn over_time(&mut self, at: usize) {
        let live = self.live.remove(at);
        self.collect_output(&live, false);
        let seconds = self.plan.steps[live.step].timeout_ms.unwrap_or(0) / 1000;
        let error = HandlerError {
            name: "StepTimeout".to_owned(),
            message: format!("Step execution timed out after {seconds} seconds"),
            ..HandlerError::default()
        };
        self.fail(live.invocation, live.step, &live.cause, error);
    }

    /// The run has no end: everything that still runs is thrown away.
    pub(super) fn give_up(&mut self) {
        let looping = self.endless_loop();
        for live in std::mem::take(&mut self.live) {
            self.collect_output(&live, false);
        }
        self.queue = crate::queue::Queue::default();
        if std::mem::replace(&mut self.exhausted, true) {
            return;
        }
        if let Some(finding) = looping {
            self.findings.push(finding);
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
            kind: Some(kind::ENDLESS_FLOW),
            failed: None,
        });
    }

    pub(super) fn external_call(&mut self, at: usize, mut call: HttpCall) {
        if call.overlapped {
            // Two exchanges at once race for the mock's sequence of replies; that order is not ours.
            self.label = self.label.max(ControlLabel::Partial);
            let step = &self.step_of(at).name;
            self.remark(format!(
                "{step} made an external call while another was open: the harness does not control their order"
            ));
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
                kind: Some(kind::UNMATCHED_CALL),
                failed: None,
            });
        }
        if call.real {
            let step = self.step_of(at);
            let message = format!("{} was connected to {}, a real service", step.name, call.url);
            self.label = ControlLabel::Opaque;
            self.remark(message);
        }
        self.touch(Touch::write(["http", &call.host]));
        let strike = match call.connection {
            Some(_) if !call.unmatched && !call.real => self.strikes(at, &call),
            _ => None,
        };
        if let Some(strike) = strike {
            // What the step is told counts, not what the mock would have answered.
            (call.status, call.fault) = (strike.status(), Some(strike.name()));
        }
        self.hold_or_answer(at, &call, strike);
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

    /// What a program or a thread of its own does is beyond the virtual clock, the seeds and the mocks.
    pub(super) fn escaped(&mut self, at: usize, what: &str, partial: bool) {
        self.label = self.label.max(if partial {
            ControlLabel::Partial
        } else {
            ControlLabel::Opaque
        });
        let step = self.step_of(at);
        self.remark(format!(
            "{} {what}, which the harness does not control",
            step.name
        ));
    }

    /// An error that ended in a thread or a task of the handler, while the handler went on.
    pub(super) fn stray(&mut self, at: usize, what: &str, error: HandlerError) {
        let step = self.step_of(at);
        let error = error.relative_to(&self.plan.root);
        let place = match (&error.file, error.line) {
            (Some(file), Some(line)) => format!(" ({file}:{line})"),
            _ => String::new(),
        };
        self.remark(format!(
            "{} lost an error of {what}, which nothing waits for: {}: {}{place}",
            step.name, error.name, error.message
        ));
    }

    /// Releases drop such a message without an error; documents count on it.
    pub(super) fn undeclared_emit(&mut self, at: usize, topic: &str, dropped: bool) {
        let step = self.step_of(at);
        let outcome = if dropped {
            ": the framework drops the message"
        } else {
            ""
        };
        let message = format!(
            "{} emitted `{topic}`, which its config does not declare{outcome}",
            step.name
        );
        self.complain("undeclared-emit", self.live[at].step, message, Vec::new());
    }

    pub(super) fn topicless_emit(&mut self, at: usize, message: &Json) {
        let step = self.step_of(at);
        self.remark(format!(
            "{} emitted a message without a topic: {message}",
            step.name
        ));
    }

    fn answer(&mut self, invocation: u32, answer: HttpResponse) {
        self.note(Some(invocation), response_of(&answer));
        self.answers.insert(invocation, answer);
    }

    /// An answer of the server itself: no step ran.
    pub(super) fn answer_early(&mut self, answer: HttpResponse) -> HttpResponse {
        self.note(None, response_of(&answer));
        answer
    }
}

fn response_of(answer: &HttpResponse) -> What {
    What::Response {
        status: answer.status,
        headers: serde_json::to_value(&answer.headers).unwrap_or(Json::Null),
        body: answer.body.clone(),
    }
}

/// True for what fails in the same way every time: trying again would only cost the user's time.
pub(super) fn is_hopeless(error: &HandlerError) -> bool {
    const NAMES: [&str; 8] = [
        "Timeout",
        "Unreachable",
        "NeverSettles",
        "MissingInterpreter",
        "SyntaxError",
        "ImportError",
        "ModuleNotFoundError",
        "LoadError",
    ];
    // What `JSON.parse` and `BigInt` say of data has the class of a source that cannot be read.
    let of_data = ["JSON", "to a BigInt"];
    if error.name == "SyntaxError" && of_data.iter().any(|part| error.message.contains(part)) {
        return false;
    }
    let not_found = ["Cannot find module", "Cannot find package"];
    NAMES.contains(&error.name.as_str()) || not_found.iter().any(|start| error.message.starts_with(start))
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
        assert!(is_hopeless(&error("SyntaxError", "Unexpected token ')'")));
        assert!(!is_hopeless(&error(
            "SyntaxError",
            "Unexpected token '<', \"<html>\" is not valid JSON"
        )));
    }
}
