//! What is told of a test that has ended.

use std::time::Duration;

use banister_grammars::{Encoding, LineIndex};
use serde_json::Value as Json;

use super::{Harness, TestCase};
use crate::flow::{FailurePlace, FlowFailure, FlowResult};
use crate::report::{Failure, Place, TestOutcome, TestStatus, timeline};

impl Harness {
    pub(crate) fn outcome(
        &self,
        case: &TestCase,
        result: FlowResult,
        minimal_input: Option<Json>,
    ) -> TestOutcome {
        self.write_trace(case, &result.trace);
        let mut result = result;
        self.hold_to_requirement(&mut result);
        let failure = result.failures.first().map(|first| {
            let mut details = first.details.clone();
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
                minimal_input,
                state: result.state_differs.then(|| result.state.clone()),
                replay: self.replay(case),
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

    fn replay(&self, case: &TestCase) -> String {
        let quoted = format!("'{}'", case.name.replace('\'', r"'\''"));
        let cases = self
            .options
            .cases
            .map_or_else(String::new, |cases| format!(" --cases {cases}"));
        format!(
            "{} --exact {quoted} --seed {}{cases}",
            self.options.command, self.options.seed
        )
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
