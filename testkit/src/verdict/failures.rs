//! `dead_lettered`, `retried` and `threw`: what is expected to go wrong, and which failures that excuses.

use std::collections::BTreeSet;

use banister_project::flow_test::{Expectation, FailedMessage, Spanned};
use serde_json::Value as Json;

use super::{Evidence, Judgement, Reason, SHOWN, counted, enough, wanted};
use crate::matching::partial_match;
use crate::protocol::HandlerError;
use crate::template::{UnknownVariable, fill, fill_string};
use crate::trace::What;

/// What became of a message whose handler failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    GivenUp,
    TriedAgain,
}

/// A message whose handler failed, as the trace tells of it.
struct Failed<'t> {
    invocation: Option<u32>,
    step: &'t str,
    topic: &'t str,
    data: &'t Json,
}

/// An error that a handler ended with.
struct Thrown<'t> {
    invocation: u32,
    step: &'t str,
    error: &'t HandlerError,
}

impl Evidence<'_, '_> {
    /// Handler runs whose failure an expectation asks for.
    pub(crate) fn expected_failures(&self, then: &[Spanned<Expectation>]) -> BTreeSet<u32> {
        let mut expected = BTreeSet::new();
        for expectation in then {
            match &expectation.value {
                Expectation::DeadLettered(message) if message.times != Some(0) => {
                    let Ok(data) = self.expected_data(message) else {
                        continue;
                    };
                    let fits = |failed: &Failed<'_>| is_meant(message, data.as_ref(), failed);
                    let given_up = self.failed(Fate::GivenUp).filter(fits);
                    expected.extend(given_up.filter_map(|failed| failed.invocation));
                }
                Expectation::Threw {
                    step,
                    name,
                    message,
                    times,
                } if *times != Some(0) => {
                    let Ok(message) = self.expected_text(message.as_deref()) else {
                        continue;
                    };
                    let thrown = self.thrown();
                    let fits =
                        thrown.filter(|it| it.is_of(step.as_ref(), name.as_deref(), message.as_deref()));
                    expected.extend(fits.map(|it| it.invocation));
                }
                _ => {}
            }
        }
        expected
    }

    pub(super) fn judge_failed_message(&self, expected: &FailedMessage, fate: Fate) -> Judgement {
        let data = self.expected_data(expected)?;
        let all: Vec<Failed<'_>> = self.failed(fate).collect();
        let fits = |failed: &&Failed<'_>| is_meant(expected, data.as_ref(), failed);
        let count = all.iter().filter(fits).count();
        if enough(count, expected.times) {
            return Ok(());
        }
        let mut details: Vec<String> = all.iter().take(SHOWN).map(ToString::to_string).collect();
        if let (Some(data), [only]) = (&data, all.as_slice()) {
            let mismatches = partial_match(data, only.data).err().unwrap_or_default();
            details.extend(mismatches.iter().map(|mismatch| format!("data{mismatch}")));
        }
        let (what, none) = match fate {
            Fate::GivenUp => ("was given up", "no message was given up"),
            Fate::TriedAgain => ("was tried again", "no message was tried again"),
        };
        if all.is_empty() {
            details.push(none.to_owned());
        }
        let topic = expected.topic.as_ref().map(|topic| format!(" on `{topic}`"));
        let step = expected.step.as_ref().map(|step| format!(" at {step}"));
        let with = if data.is_some() { " with this data" } else { "" };
        Err(Reason::new(
            format!(
                "a message{}{with}{} {what} {}, expected {}",
                topic.unwrap_or_default(),
                step.unwrap_or_default(),
                counted(count),
                wanted(expected.times)
            ),
            details,
        ))
    }

    pub(super) fn judge_threw(
        &self,
        step: Option<&Spanned<String>>,
        name: Option<&str>,
        message: Option<&str>,
        times: Option<u32>,
    ) -> Judgement {
        let message = self.expected_text(message)?;
        let all: Vec<Thrown<'_>> = self.thrown().collect();
        let fits = |it: &&Thrown<'_>| it.is_of(step, name, message.as_deref());
        let count = all.iter().filter(fits).count();
        if enough(count, times) {
            return Ok(());
        }
        let mut details: Vec<String> = all.iter().take(SHOWN).map(ToString::to_string).collect();
        if all.is_empty() {
            details.push("no handler failed".to_owned());
        }
        let who = step.map_or_else(|| "a handler".to_owned(), |step| step.value.clone());
        let error = name.map_or_else(String::new, |name| format!(" with {name}"));
        let saying = message.map_or_else(String::new, |text| format!(" saying {text:?}"));
        Err(Reason::new(
            format!(
                "{who} failed{error}{saying} {}, expected {}",
                counted(count),
                wanted(times)
            ),
            details,
        ))
    }

    fn expected_data(&self, message: &FailedMessage) -> Result<Option<Json>, UnknownVariable> {
        let data = message.data.as_ref();
        data.map(|data| fill(data, self.variables)).transpose()
    }

    fn expected_text(&self, text: Option<&str>) -> Result<Option<String>, UnknownVariable> {
        text.map(|text| fill_string(text, self.variables)).transpose()
    }

    fn failed(&self, fate: Fate) -> impl Iterator<Item = Failed<'_>> {
        let events = self.run.trace.events.iter();
        events.filter_map(move |event| {
            let (step, topic, data) = match (&event.what, fate) {
                (What::DeadLettered { step, topic, data }, Fate::GivenUp) => (step, topic, data),
                (
                    What::Retried {
                        step, topic, data, ..
                    },
                    Fate::TriedAgain,
                ) => (step, topic, data),
                _ => return None,
            };
            Some(Failed {
                invocation: event.invocation,
                step,
                topic,
                data,
            })
        })
    }

    fn thrown(&self) -> impl Iterator<Item = Thrown<'_>> {
        let events = &self.run.trace.events;
        let step_of = |invocation: u32| {
            events.iter().find_map(|event| match &event.what {
                What::Started { step, .. } if event.invocation == Some(invocation) => Some(step.as_str()),
                _ => None,
            })
        };
        events.iter().filter_map(move |event| match &event.what {
            What::Threw { error } => Some(Thrown {
                invocation: event.invocation?,
                step: step_of(event.invocation?)?,
                error,
            }),
            _ => None,
        })
    }
}

/// True if the message is one that is expected.
fn is_meant(expected: &FailedMessage, data: Option<&Json>, failed: &Failed<'_>) -> bool {
    (expected.topic.iter()).all(|topic| topic.value == failed.topic)
        && (expected.step.iter()).all(|step| step.value == failed.step)
        && data.is_none_or(|data| partial_match(data, failed.data).is_ok())
}

impl Thrown<'_> {
    fn is_of(&self, step: Option<&Spanned<String>>, name: Option<&str>, message: Option<&str>) -> bool {
        step.is_none_or(|step| step.value == self.step)
            && name.is_none_or(|name| name == self.error.name)
            && message.is_none_or(|text| self.error.message.contains(text))
    }
}

impl std::fmt::Display for Failed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "on `{}` at {}: {}", self.topic, self.step, self.data)
    }
}

impl std::fmt::Display for Thrown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}: {}", self.step, self.error.name, self.error.message)
    }
}
