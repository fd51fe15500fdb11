//! What is told of a test that has ended.

use std::time::Duration;

use banister_grammars::{Encoding, LineIndex, Span};
use serde_json::Value as Json;

use super::unused_mocks::never_called;
use super::{Harness, TestCase};
use crate::auto;
use crate::decision::Departure;
use crate::failure::{FailurePlace, FlowFailure};
use crate::flow::FlowResult;
use crate::race::races;
use crate::report::{Failure, Place, TestOutcome, TestStatus, timeline};
use crate::template::Variables;

impl Harness {
    pub(crate) fn outcome(
        &self,
        case: &TestCase,
        result: FlowResult,
        input: Option<&Variables>,
        departures: &[Departure],
    ) -> TestOutcome {
        self.write_trace(case, &result.trace);
        let mut result = result;
        result.notes.extend(never_called(case, &result.trace));
        let none = Variables::new();
        let kept = self.keep_failures(case, &mut result, input.unwrap_or(&none), departures);
        self.hold_to_requirement(&mut result);
        let failure = result.failures.first().map(|first| {
            let mut details = first.details.clone();
            details.extend(actions_told(case));
            details.extend(told(departures));
            details.extend(races(&result.trace, &result.decisions));
            for other in result.failures.iter().skip(1) {
                details.push(format!(
                    "also: {}{}",
                    other.headline,
                    self.place_suffix(case, &other.place)
                ));
                details.extend(other.details.iter().map(|line| format!("  {line}")));
            }
            Failure {
                headline: first.headline.clone(),
                place: place(case, &first.place),
                details,
                timeline: timeline(&result.trace, result.start),
                minimal_input: input.map(|input| match &case.auto {
                    Some(_) => auto::shown(input),
                    None => shown(input),
                }),
                departures: departures.to_vec(),
                actions: case.kept.clone(),
                runs: 1,
                state: result.state_differs.then(|| result.state.clone()),
                streams: result.streams_differ.then(|| result.streams.clone()),
                replay: self.replay(case, kept.as_deref()),
            }
        });

        TestOutcome {
            name: case.name.clone(),
            status: if failure.is_some() {
                TestStatus::Failed
            } else {
                TestStatus::Passed
            },
            duration: Duration::ZERO,
            label: result.label,
            failure,
            reached: result.reached,
            output: result.output,
            notes: result.notes,
        }
    }

    fn hold_to_requirement(&self, result: &mut FlowResult) {
        if let Some(required) = self.options.require.filter(|required| result.label > *required) {
            result.failures.push(FlowFailure {
                headline: format!(
                    "the run was {}, and `--require {required}` asks for more control",
                    result.label
                ),
                place: FailurePlace::Unknown,
                details: result.notes.clone(),
            });
        }
    }

    fn place_suffix(&self, case: &TestCase, at: &FailurePlace) -> String {
        place(case, at).map_or_else(String::new, |it| {
            format!(" ({}:{}:{})", it.file, it.line, it.column)
        })
    }

    fn replay(&self, case: &TestCase, kept: Option<&str>) -> String {
        if let Some(kept) = kept {
            return format!("{} --replay {kept}", self.options.command);
        }
        let quoted = format!("'{}'", case.name.replace('\'', r"'\''"));
        let cases = self
            .options
            .cases
            .map_or_else(String::new, |cases| format!(" --cases {cases}"));
        let schedules = self
            .options
            .schedules
            .map_or_else(String::new, |schedules| format!(" --schedules {schedules}"));
        format!(
            "{} --exact {quoted} --seed {}{cases}{schedules}",
            self.options.command, self.options.seed
        )
    }
}

/// The actions that a failure needs where the test has more, for people.
fn actions_told(case: &TestCase) -> Vec<String> {
    if case.kept.is_empty() {
        return Vec::new();
    }
    let lines = LineIndex::new(&case.file.text);
    let line = |span: Span| lines.position(&case.file.text, span.start, Encoding::Utf32).line + 1;
    let each = (1..).zip(case.kept.iter().zip(case.test().actions()));
    let told = each.map(|(number, (kept, action))| {
        let at = format!("  {number}. {} (line {})", kept.what, line(action.span));
        match kept.ms {
            Some(ms) => format!("{at}, of which {ms} ms are enough"),
            None => at,
        }
    });
    let mut out = vec!["of the actions of the test it takes only".to_owned()];
    out.extend(told);
    out
}

/// What a run does differently from first in, first out without faults, for people.
fn told(departures: &[Departure]) -> Vec<String> {
    if departures.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["it passes first in, first out and without faults; it fails with".to_owned()];
    lines.extend(departures.iter().map(|it| match it.is_fault() {
        true => format!("  {}", it.pick),
        false => format!("  {} before {}", phrase(&it.pick), phrase(&it.instead_of)),
    }));
    lines
}

/// What an option does, as a sentence.
fn phrase(label: &str) -> String {
    if let Some(message) = label.strip_prefix("deliver ") {
        return format!("{message} is delivered");
    }
    match label.split_once(": ") {
        Some(("the test", what)) => format!("the test goes on to {what}"),
        Some(("time goes on" | "time passes", _)) | None => label.to_owned(),
        Some((name, "its timer")) => format!("the timer of {name} fires"),
        Some((name, "hears of an event")) => format!("{name} hears of an event"),
        Some((name, what)) => match what.strip_prefix("the answer of ") {
            Some(call) => format!("{name} has the answer of {call}"),
            None => format!("{name} does {what}"),
        },
    }
}

/// The input as the report shows it: the value itself if there is one variable, else an object.
fn shown(input: &Variables) -> Json {
    let mut values = input.values();
    match (values.next(), values.next()) {
        (Some(only), None) => only.clone(),
        _ => Json::Object(input.clone().into_iter().collect()),
    }
}

fn place(case: &TestCase, place: &FailurePlace) -> Option<Place> {
    match place {
        FailurePlace::Unknown => None,
        FailurePlace::Step(at) => Some(Place {
            file: at.file.clone(),
            line: at.line,
            column: at.column,
        }),
        FailurePlace::Test(span) => {
            let text = &case.file.text;
            let at = LineIndex::new(text).position(text, span.start, Encoding::Utf32);
            Some(Place {
                file: case.file.path.clone(),
                line: at.line + 1,
                column: at.column + 1,
            })
        }
    }
}
