//! Runs tests: in parallel across tests, never inside one; told in the order of the tests, whatever finishes first.

mod property;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use banister_grammars::{Encoding, LineIndex};
use serde_json::Value as Json;

use crate::flow::{FailurePlace, FlowResult, Setting, run_flow};
use crate::live_stage::LiveStage;
use crate::mock::{MockError, MockServer};
use crate::plan::Plan;
use crate::report::{ControlLabel, Failure, Place, TestOutcome, TestStatus, timeline};
use crate::rng::Seed;
use crate::stand_ins::{StandIns, folder_of};
use crate::template::Variables;
use crate::trace::Trace;
use banister_project::flow_test::{FlowFile, FlowTest};

/// One test, as the runner knows it.
#[derive(Debug, Clone)]
pub struct TestCase {
    /// `<file without .flow.yaml>::<test name>`.
    pub name: String,
    /// Its file.
    pub file: Arc<FlowFile>,
    /// Its place in the file.
    pub index: usize,
}

impl TestCase {
    /// Every test of `file`, in order.
    pub fn all_of(file: &Arc<FlowFile>) -> Vec<TestCase> {
        let stem = file
            .path
            .trim_end_matches(".yaml")
            .trim_end_matches(".yml")
            .trim_end_matches(".flow");
        (file.tests.iter().enumerate())
            .map(|(index, test)| TestCase {
                name: format!("{stem}::{}", test.name.value),
                file: Arc::clone(file),
                index,
            })
            .collect()
    }

    fn test(&self) -> &FlowTest {
        &self.file.tests[self.index]
    }
}

/// How tests are run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// The number that every seed is derived from.
    pub seed: u64,
    /// Cases of a property test, before what the test says.
    pub cases: Option<u32>,
    /// Tests at a time.
    pub jobs: usize,
    /// How long a handler may run without a word before it counts as hung.
    pub budget: Duration,
    /// The beginning of a replay line: `banister test -C dir`.
    pub command: String,
    /// Where canonical traces are written, one file a test.
    pub trace_dir: Option<PathBuf>,
}

/// A project whose tests can be run.
pub struct Harness {
    plan: Plan,
    mocks: MockServer,
    options: RunOptions,
}

/// Why no test can be run.
#[derive(Debug, thiserror::Error)]
pub enum HarnessError {
    /// The mock server does not start.
    #[error("the mock server does not start")]
    Mock(#[from] MockError),
    /// Traces cannot be written.
    #[error("cannot write traces to {dir}")]
    TraceDir {
        /// The folder.
        dir: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// What the runner tells while it works.
#[derive(Debug)]
pub enum RunEvent<'t> {
    /// A test's turn has come.
    Started(&'t TestCase),
    /// It ended.
    Finished(&'t TestCase, Box<TestOutcome>),
}

impl Harness {
    /// Gets ready to run tests of `plan`.
    ///
    /// # Errors
    /// The mock server does not start, or the trace folder cannot be made.
    pub fn new(plan: Plan, options: RunOptions) -> Result<Self, HarnessError> {
        if let Some(dir) = &options.trace_dir {
            std::fs::create_dir_all(dir).map_err(|source| HarnessError::TraceDir {
                dir: dir.clone(),
                source,
            })?;
        }
        Ok(Self {
            plan,
            mocks: MockServer::start()?,
            options,
        })
    }

    /// Runs `tests`. `tell` hears of every test in order; the same tests give the same story for any number of jobs.
    pub fn run(&self, tests: &[TestCase], tell: &mut dyn FnMut(RunEvent<'_>)) {
        let next = AtomicUsize::new(0);
        let (done, outcomes) = mpsc::channel();
        std::thread::scope(|scope| {
            for _ in 0..self.options.jobs.clamp(1, tests.len().max(1)) {
                let (next, done) = (&next, done.clone());
                scope.spawn(move || {
                    let mut stage = LiveStage::new(&self.plan.root, &self.mocks, self.options.budget);
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(case) = tests.get(at) else { return };
                        let outcome = self.run_test(case, &mut stage);
                        if done.send((at, outcome)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(done);
            let mut waiting: BTreeMap<usize, TestOutcome> = BTreeMap::new();
            for (turn, case) in tests.iter().enumerate() {
                tell(RunEvent::Started(case));
                let outcome = loop {
                    if let Some(outcome) = waiting.remove(&turn) {
                        break outcome;
                    }
                    let Ok((at, outcome)) = outcomes.recv() else {
                        return;
                    };
                    waiting.insert(at, outcome);
                };
                tell(RunEvent::Finished(case, Box::new(outcome)));
            }
        });
    }

    fn run_test(&self, case: &TestCase, stage: &mut LiveStage<'_>) -> TestOutcome {
        let begun = Instant::now();
        let seed = Seed::root(self.options.seed).part(&case.name, 0);
        let mut outcome = if case.test().for_all.is_empty() {
            let result = self.run_once(case, stage, seed, Variables::new());
            self.confirmed(case, stage, seed, result, None)
        } else {
            self.run_property(case, stage, seed)
        };
        outcome.duration = begun.elapsed();
        outcome
    }

    fn stand_in(&self, case: &TestCase, stage: &mut LiveStage<'_>, variables: &Variables) {
        let folder = folder_of(&case.file, &self.plan.root);
        stage.stand_in(StandIns::new(&case.test().code, &folder, variables));
    }

    fn run_once(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        variables: Variables,
    ) -> FlowResult {
        let session = match stage.open_session(case.test().http.clone()) {
            Ok(session) => session,
            Err(error) => {
                return FlowResult::failed(format!("the mock server cannot open a session: {error}"));
            }
        };
        self.stand_in(case, stage, &variables);
        let result = run_flow(
            &self.plan,
            stage,
            case.test(),
            Setting {
                seed,
                session,
                variables,
            },
        );
        stage.close_session();
        result
    }

    /// A failure is run twice: if the two disagree, something was not under control, and that is said first.
    fn confirmed(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        result: FlowResult,
        input: Option<(Variables, Json)>,
    ) -> TestOutcome {
        let mut result = result;
        if !result.failures.is_empty() && !result.endless && !hung(&result) {
            let variables = input
                .as_ref()
                .map(|(variables, _)| variables.clone())
                .unwrap_or_default();
            let again = self.run_once(case, stage, seed, variables);
            if let Some(difference) = first_difference(&result.trace, &again.trace) {
                result
                    .notes
                    .insert(0, format!("a second run went another way: {difference}"));
                result.label = ControlLabel::Opaque;
            }
        }
        self.outcome(case, result, input.map(|(_, value)| value))
    }

    fn outcome(&self, case: &TestCase, result: FlowResult, minimal_input: Option<Json>) -> TestOutcome {
        self.write_trace(case, &result.trace);
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
            details.extend(crate::world::lines(&result.world));
            Failure {
                headline: first.headline.clone(),
                place: place(case, &first.place),
                details,
                timeline: timeline(&result.trace, result.start),
                minimal_input,
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
            output: result.output,
            notes: result.notes,
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

    fn write_trace(&self, case: &TestCase, trace: &Trace) {
        let Some(dir) = &self.options.trace_dir else {
            return;
        };
        let path = dir.join(format!("{}.trace.json", slug(&case.name)));
        if let Err(error) = std::fs::write(&path, trace.canonical()) {
            tracing::error!(path = %path.display(), %error, "a trace could not be written");
        }
    }
}

fn hung(result: &FlowResult) -> bool {
    result
        .trace
        .events
        .iter()
        .any(|event| matches!(&event.what, crate::trace::What::Threw { error } if error.name == "Timeout"))
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

/// Where two traces part, in words; `None` if they are the same.
fn first_difference(one: &Trace, other: &Trace) -> Option<String> {
    let (one, other) = (one.canonical(), other.canonical());
    if one == other {
        return None;
    }
    let (mut a, mut b) = (one.lines(), other.lines());
    let mut at = 1;
    loop {
        match (a.next(), b.next()) {
            (Some(x), Some(y)) if x == y => at += 1,
            (x, y) => {
                let show =
                    |line: Option<&str>| line.unwrap_or("nothing").chars().take(120).collect::<String>();
                return Some(format!("event {at} was {} and then {}", show(x), show(y)));
            }
        }
    }
}

/// A file name from a test name: letters, digits and dashes; `__` for `::` and for `/`. Names that differ only in what a
/// file name cannot hold are told apart by a few digits at the end.
fn slug(name: &str) -> String {
    let joined = name
        .replace("::", "__")
        .replace(['/', '\\'], "__")
        .replace(' ', "-");
    let fits = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let plain: String = joined.chars().map(|c| if fits(c) { c } else { '-' }).collect();
    if plain == joined {
        return plain;
    }
    format!("{plain}-{}", &Seed::root(0).part(name, 0).hex()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_file_names() {
        assert_eq!(
            slug("tests/orders::an order paid"),
            "tests__orders__an-order-paid"
        );
        assert_ne!(slug("t::it's: a?"), slug("t::it's: a!"));
        assert!(
            slug("t::a?")
                .chars()
                .all(|c| c.is_alphanumeric() || "-_.".contains(c))
        );
    }
}
