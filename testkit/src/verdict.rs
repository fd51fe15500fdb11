//! What a test expects against what happened.

mod calls;
mod failures;
mod functions;
mod listeners;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::matching::partial_match;
use crate::scheduler::{HeaderValue, HttpResponse, Run};
use crate::template::{UnknownVariable, Variables, fill, fill_string};
use crate::trace::What;
use banister_grammars::Span;
use banister_project::flow_test::{Expectation, Spanned, StateItems};
use failures::Fate;

/// So many things that happened are compared with an expectation in a message.
const SHOWN: usize = 3;

/// An expectation that was not met.
#[derive(Debug, Clone, PartialEq)]
pub struct Miss {
    /// In one sentence.
    pub message: String,
    /// Where the test says it.
    pub span: Span,
    /// What differs.
    pub details: Vec<String>,
}

/// What the expectations are held against.
pub struct Evidence<'r, 'a> {
    /// The run, ended.
    pub run: &'r Run<'a>,
    /// Answers of the test's requests, in order; `None` where no route matched.
    pub responses: &'r [Option<HttpResponse>],
    /// Captured and generated values.
    pub variables: &'r Variables,
}

/// Every expectation that was not met, in the order of the test.
pub fn judge(then: &[Spanned<Expectation>], evidence: &Evidence<'_, '_>) -> Vec<Miss> {
    let lone = then
        .iter()
        .filter(|it| matches!(it.value, Expectation::Response { .. }))
        .count()
        == 1;
    let mut requests = 0..evidence.responses.len();
    let mut misses = Vec::new();
    for expectation in then {
        let result = match &expectation.value {
            Expectation::Response {
                status,
                headers,
                body,
                ..
            } => {
                let request = if lone {
                    requests.next_back()
                } else {
                    requests.next()
                };
                evidence.judge_response(request, *status, headers, body.as_ref())
            }
            other => evidence.judge_one(other),
        };
        if let Err(Reason { message, details }) = result {
            misses.push(Miss {
                message,
                span: expectation.span,
                details,
            });
        }
    }
    misses
}

type Judgement = Result<(), Reason>;

/// Why an expectation is not met.
struct Reason {
    message: String,
    details: Vec<String>,
}

impl Reason {
    fn new(message: impl Into<String>, details: Vec<String>) -> Self {
        Self {
            message: message.into(),
            details,
        }
    }
}

impl From<UnknownVariable> for Reason {
    fn from(error: UnknownVariable) -> Self {
        Self::new(error.to_string(), Vec::new())
    }
}

impl Evidence<'_, '_> {
    fn judge_one(&self, expectation: &Expectation) -> Judgement {
        match expectation {
            Expectation::Response { .. } => Ok(()),
            Expectation::Emitted { topic, data, times } => self.judge_emitted(topic, data.as_ref(), *times),
            Expectation::NotEmitted { topic } => self.judge_not_emitted(topic),
            Expectation::State(groups) => self.judge_state(groups),
            Expectation::Stream(streams) => self.judge_stream(streams),
            Expectation::StreamEvent { .. } => self.judge_stream_event(expectation),
            Expectation::Socket {
                client,
                received,
                times,
                closed,
            } => self.judge_socket(client, received.as_ref(), *times, *closed),
            Expectation::Ran(steps) => self.judge_ran(steps),
            Expectation::Called(calls) => self.judge_called(calls),
            Expectation::NotCalled(request) => self.judge_not_called(request),
            Expectation::CalledFunction {
                function,
                args,
                times,
            } => self.judge_called_function(function, args.as_ref(), *times),
            Expectation::DeadLettered(message) => self.judge_failed_message(message, Fate::GivenUp),
            Expectation::Retried(message) => self.judge_failed_message(message, Fate::TriedAgain),
            Expectation::Threw {
                step,
                name,
                message,
                times,
            } => self.judge_threw(step.as_ref(), name.as_deref(), message.as_deref(), *times),
            Expectation::Log {
                level,
                message,
                times,
            } => self.judge_log(level.as_deref(), message.as_deref(), *times),
        }
    }

    fn judge_response(
        &self,
        request: Option<usize>,
        status: Option<u16>,
        headers: &BTreeMap<String, Vec<String>>,
        body: Option<&Json>,
    ) -> Judgement {
        let Some(request) = request else {
            return Err(Reason::new(
                "there is no request that this response could answer".to_owned(),
                Vec::new(),
            ));
        };
        let Some(actual) = &self.responses[request] else {
            return Err(Reason::new(
                "the request has no answer: no route matches it".to_owned(),
                Vec::new(),
            ));
        };
        let mut details = Vec::new();
        if let Some(status) = status.filter(|status| *status != actual.status) {
            details.push(format!("status: expected {status}, found {}", actual.status));
        }
        for (name, expected) in headers {
            let expected = expected.iter().map(|line| fill_string(line, self.variables));
            let expected: Vec<String> = expected.collect::<Result<_, _>>()?;
            let found = actual.headers.get(name).map_or(&[][..], HeaderValue::lines);
            let fits = match expected.as_slice() {
                // One of several cookies is enough where only one is asked for.
                [one] => found.contains(one),
                several => found == several,
            };
            if !fits {
                let (expected, found) = (lines(&expected), lines(found));
                details.push(format!("header {name}: expected {expected}, found {found}"));
            }
        }
        if let Some(body) = body {
            let expected = fill(body, self.variables)?;
            if let Err(mismatches) = partial_match(&expected, &actual.body) {
                details.extend(mismatches.iter().map(|mismatch| format!("body{mismatch}")));
            }
        }
        if details.is_empty() {
            return Ok(());
        }
        details.push(format!("the answer was {} {}", actual.status, actual.body));
        Err(Reason::new("the response is not as expected", details))
    }

    /// Payloads of all delivered messages on a topic, in order.
    fn emitted(&self, topic: &str) -> Vec<&Json> {
        let events = self.run.trace.events.iter();
        events
            .filter_map(|event| match &event.what {
                What::Emitted {
                    topic: t,
                    data,
                    dropped: false,
                    ..
                } if t == topic => Some(data),
                _ => None,
            })
            .collect()
    }

    fn judge_not_emitted(&self, topic: &str) -> Judgement {
        let topic = fill_string(topic, self.variables)?;
        match self.emitted(&topic).as_slice() {
            [] => Ok(()),
            [first, ..] => Err(Reason::new(
                format!("`{topic}` was emitted"),
                vec![format!("with data {first}")],
            )),
        }
    }

    fn judge_emitted(&self, topic: &str, data: Option<&Json>, times: Option<u32>) -> Judgement {
        let topic = &*fill_string(topic, self.variables)?;
        let all = self.emitted(topic);
        let expected = data.map(|data| fill(data, self.variables)).transpose()?;
        let fits = |actual: &&&Json| {
            expected
                .as_ref()
                .is_none_or(|it| partial_match(it, actual).is_ok())
        };
        let count = all.iter().filter(fits).count();
        if enough(count, times) {
            return Ok(());
        }
        let mut details = Vec::new();
        match (all.first(), &expected) {
            (None, _) => details.push(self.what_was_emitted(topic)),
            (Some(_), Some(expected)) => {
                for (n, actual) in all.iter().enumerate().take(3) {
                    for mismatch in partial_match(expected, actual).err().into_iter().flatten() {
                        details.push(format!("message {}: data{mismatch}", n + 1));
                    }
                }
            }
            (Some(_), None) => {}
        }
        let with = if expected.is_some() { " with this data" } else { "" };
        Err(Reason::new(
            format!(
                "`{topic}`{with} was emitted {}, expected {}",
                counted(count),
                wanted(times)
            ),
            details,
        ))
    }

    fn what_was_emitted(&self, topic: &str) -> String {
        let mut topics = Vec::new();
        for event in &self.run.trace.events {
            if let What::Emitted {
                topic: emitted,
                dropped,
                ..
            } = &event.what
            {
                if *dropped && emitted == topic {
                    return format!("a message on `{topic}` was dropped: its step does not declare it");
                }
                if !topics.contains(emitted) {
                    topics.push(emitted.clone());
                }
            }
        }
        match topics.is_empty() {
            true => "nothing was emitted".to_owned(),
            false => format!("emitted were: {}", topics.join(", ")),
        }
    }

    fn judge_state(&self, groups: &StateItems) -> Judgement {
        let mut details = Vec::new();
        for (group, items) in groups {
            let group = fill_string(group, self.variables)?;
            for (key, expected) in items {
                let key = fill_string(key, self.variables)?;
                let expected = fill(expected, self.variables)?;
                let actual = self.run.world.state_item(&group, &key, self.run.now());
                let actual = actual.cloned().unwrap_or(Json::Null);
                for mismatch in partial_match(&expected, &actual).err().into_iter().flatten() {
                    details.push(format!("{group}/{key}{mismatch}"));
                }
                if actual.is_null() && !expected.is_null() {
                    let keys = self.run.world.state_keys(&group, self.run.now());
                    details.push(match keys.is_empty() {
                        true => format!("group {group} is empty"),
                        false => format!("group {group} holds: {}", keys.join(", ")),
                    });
                }
            }
        }
        if details.is_empty() {
            Ok(())
        } else {
            Err(Reason::new("the state is not as expected", details))
        }
    }

    fn judge_stream(&self, streams: &[(Spanned<String>, Json)]) -> Judgement {
        let mut details = Vec::new();
        for (name, expected) in streams {
            let expected = fill(expected, self.variables)?;
            let actual = self.run.world.stream(name, self.run.now());
            for mismatch in partial_match(&expected, &actual).err().into_iter().flatten() {
                details.push(format!("stream {name}{mismatch}"));
            }
        }
        if details.is_empty() {
            Ok(())
        } else {
            Err(Reason::new("a stream is not as expected", details))
        }
    }

    fn judge_ran(&self, steps: &[Spanned<String>]) -> Judgement {
        let events = self.run.trace.events.iter();
        let ran: Vec<&str> = events
            .filter_map(|event| match &event.what {
                What::Started { step, .. } => Some(step.as_str()),
                _ => None,
            })
            .collect();
        let mut rest = ran.clone();
        for step in steps {
            let found = rest.iter().position(|name| *name == step.value);
            if let Some(at) = found {
                // In another order than the plain one, steps that do not lead to each other start as they come: which goes
                // first was never promised.
                match self.run.has_departed() {
                    true => {
                        rest.remove(at);
                    }
                    false => {
                        rest.drain(..=at);
                    }
                }
            } else {
                let why = if ran.contains(&step.value.as_str()) {
                    "not in this order"
                } else {
                    "not at all"
                };
                let actual = if ran.is_empty() {
                    "nothing".to_owned()
                } else {
                    ran.join(" → ")
                };
                return Err(Reason::new(
                    format!("{} ran {why}", step.value),
                    vec![format!("ran were: {actual}")],
                ));
            }
        }
        Ok(())
    }

    fn judge_log(&self, level: Option<&str>, message: Option<&str>, times: Option<u32>) -> Judgement {
        let message = message
            .map(|text| fill_string(text, self.variables))
            .transpose()?;
        let message = message.as_deref();
        let logs: Vec<(&str, &str)> = (self.run.trace.events.iter())
            .filter_map(|event| match &event.what {
                What::Log { level, message, .. } => Some((level.as_str(), message.as_str())),
                _ => None,
            })
            .filter(|(l, m)| {
                level.is_none_or(|level| level == *l) && message.is_none_or(|text| m.contains(text))
            })
            .collect();
        if enough(logs.len(), times) {
            return Ok(());
        }
        let details = logs
            .iter()
            .take(5)
            .map(|(level, message)| format!("{level}: {message}"))
            .collect();
        let level = level.map_or_else(String::new, |level| format!(" at level {level}"));
        Err(Reason::new(
            format!(
                "{} line(s){level} were logged, expected {}",
                logs.len(),
                wanted(times)
            ),
            details,
        ))
    }
}

/// The lines of a header, for people.
fn lines(lines: &[String]) -> String {
    match lines {
        [] => "nothing".to_owned(),
        [one] => format!("{one:?}"),
        several => format!("{several:?}"),
    }
}

fn enough(count: usize, times: Option<u32>) -> bool {
    times.map_or(count > 0, |times| count == times as usize)
}

fn counted(count: usize) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        n => format!("{n} times"),
    }
}

fn wanted(times: Option<u32>) -> String {
    times.map_or_else(|| "at least once".to_owned(), |times| counted(times as usize))
}
