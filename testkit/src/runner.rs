//! Runs tests: in parallel across tests, never inside one; told in the order of the tests, whatever finishes first.

mod isolation;
mod property;
mod stop;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use banister_grammars::{Encoding, LineIndex};
use serde_json::Value as Json;

use crate::flow::{DEFAULT_START_MS, FailurePlace, FlowFailure, FlowResult, Setting, run_flow};
use crate::live_stage::{Described, LiveStage, Workers};
use crate::mock::{MockError, MockServer, Recording, Services, cassette};
use crate::plan::Plan;
use crate::protocol::Isolation;
use crate::report::{ControlLabel, Failure, Place, TestOutcome, TestStatus, timeline};
use crate::rng::Seed;
use crate::stand_ins::{StandIns, folder_of};
use crate::template::Variables;
use crate::trace::Trace;
use crate::worker::groups;
use banister_project::flow_test::{FlowFile, FlowTest};

pub use isolation::IsolationMode;
pub use stop::Stop;

/// A run that was stopped looks after its workers so often.
const STOPPING: Duration = Duration::from_millis(20);
/// Whether a run was stopped is looked at so often while tests run.
const PATIENCE: Duration = Duration::from_millis(50);

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

    /// Why the test is passed over unless somebody asks for it.
    pub fn ignored(&self) -> Option<&str> {
        self.test().ignore.as_ref().map(|reason| reason.value.as_str())
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
    /// Runs tests that are to be ignored as well.
    pub run_ignored: bool,
    /// A test whose run was less under control than this fails.
    pub require: Option<ControlLabel>,
    /// How handlers are kept apart, before what the tests say.
    pub isolation: Option<IsolationMode>,
    /// The cassette that calls to allowed services are recorded in.
    pub record: Option<PathBuf>,
    /// Ends the run before its time.
    pub stop: Stop,
}

impl Default for RunOptions {
    /// Seed 0, a job for each processor, ten seconds for a handler, nothing written.
    fn default() -> Self {
        Self {
            seed: 0,
            cases: None,
            jobs: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            budget: Duration::from_secs(10),
            command: "banister test".to_owned(),
            trace_dir: None,
            run_ignored: false,
            require: None,
            isolation: None,
            record: None,
            stop: Stop::new(),
        }
    }
}

/// A project whose tests can be run.
pub struct Harness {
    plan: Plan,
    mocks: MockServer,
    options: RunOptions,
    problems: Mutex<Vec<String>>,
    /// Calls to real services by test; the last run of a test counts.
    recordings: Mutex<BTreeMap<String, Vec<Recording>>>,
    /// Workers of stages that are gone.
    workers: Mutex<Vec<Workers>>,
    /// Configs of modules, which are the same in every thread.
    described: Described,
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
    /// It did not: the run was stopped.
    Unfinished(&'t TestCase),
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
            problems: Mutex::default(),
            recordings: Mutex::default(),
            workers: Mutex::default(),
            described: Described::default(),
        })
    }

    /// What went wrong beside the tests, such as a trace that could not be written.
    pub fn problems(&self) -> Vec<String> {
        self.problems
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// A place where tests run one after the other in warm workers.
    pub(crate) fn stage(&self) -> LiveStage<'_> {
        let warm = self.workers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        LiveStage::new(&self.plan.root, &self.mocks, self.options.budget)
            .with_workers(warm.unwrap_or_default())
            .with_described(self.described.clone())
    }

    /// Keeps the workers of a stage for the next one.
    pub(crate) fn leave(&self, stage: LiveStage<'_>) {
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        workers.push(stage.into_workers());
    }

    /// Runs `tests`. `tell` hears of every test in order; the same tests give the same story for any number of jobs. If
    /// the run is stopped, it hears of what is finished all the same.
    pub fn run(&self, tests: &[TestCase], tell: &mut dyn FnMut(RunEvent<'_>)) {
        let next = AtomicUsize::new(0);
        let (done, outcomes) = mpsc::channel();
        std::thread::scope(|scope| {
            for _ in 0..self.options.jobs.clamp(1, tests.len().max(1)) {
                let (next, done) = (&next, done.clone());
                scope.spawn(move || {
                    let mut stage = self.stage();
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(case) = tests.get(at) else { return };
                        let outcome = self.run_case(case, &mut stage);
                        // What fails because its workers were taken away says nothing of the test.
                        if self.options.stop.is_stopped() || done.send((at, outcome)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(done);
            let mut waiting: BTreeMap<usize, TestOutcome> = BTreeMap::new();
            for (turn, case) in tests.iter().enumerate() {
                tell(RunEvent::Started(case));
                while !waiting.contains_key(&turn) {
                    match outcomes.recv_timeout(PATIENCE) {
                        Ok((at, outcome)) => {
                            waiting.insert(at, outcome);
                        }
                        Err(RecvTimeoutError::Timeout) if !self.options.stop.is_stopped() => {}
                        Err(_) => break,
                    }
                }
                let Some(outcome) = waiting.remove(&turn) else {
                    waiting.extend(self.wind_up(&outcomes));
                    tell_rest(&tests[turn..], turn, waiting, tell);
                    return;
                };
                tell(RunEvent::Finished(case, Box::new(outcome)));
            }
        });
    }

    /// Waits until every thread has given up; what was finished before is not lost.
    fn wind_up(&self, outcomes: &mpsc::Receiver<(usize, TestOutcome)>) -> Vec<(usize, TestOutcome)> {
        let mut finished = Vec::new();
        loop {
            // Again and again: a thread may have been about to start an interpreter.
            groups::end_all(self.mocks.port());
            match outcomes.recv_timeout(STOPPING) {
                Ok(outcome) => finished.push(outcome),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return finished,
            }
        }
    }

    /// Runs one test. A defect of the harness itself fails this test and leaves the others alone.
    pub(crate) fn run_case<'s>(&'s self, case: &TestCase, stage: &mut LiveStage<'s>) -> TestOutcome {
        if let Some(reason) = case.ignored().filter(|_| !self.options.run_ignored) {
            return TestOutcome::ignored(case.name.clone(), reason);
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| self.run_test(case, stage)));
        outcome.unwrap_or_else(|panic| {
            // Whatever it was doing, it is not finished.
            *stage = self.stage();
            let said = (panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            let headline = format!("the harness itself failed, which is a defect of banister: {said}");
            self.outcome(case, FlowResult::failed(headline), None)
        })
    }

    /// Writes what was recorded, in the order of the tests' names, and says how many calls that are. Without any, the file
    /// stays as it is.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_recordings(&self) -> std::io::Result<usize> {
        let Some(path) = &self.options.record else {
            return Ok(0);
        };
        let all = self.recordings.lock().unwrap_or_else(PoisonError::into_inner);
        let recordings: Vec<Recording> = all.values().flatten().cloned().collect();
        if !recordings.is_empty() {
            std::fs::write(path, cassette(&recordings))?;
        }
        Ok(recordings.len())
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

    fn run_isolated(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        variables: Variables,
        isolation: Isolation,
    ) -> FlowResult {
        if self.options.stop.is_stopped() {
            return FlowResult::failed("the run was stopped".to_owned());
        }
        self.stand_in(case, stage, &variables);
        stage.start_ahead(|| self.plan.languages_of(case.test()));
        let file = self.plan.root.join(&case.file.path);
        let folder = file.parent().unwrap_or(&self.plan.root);
        let now = case.test().given.now.unwrap_or(DEFAULT_START_MS);
        let mut services = match Services::load(case.test(), folder, seed.part("services", 0), now) {
            Ok(services) => services,
            Err(error) => {
                return FlowResult::of_failure(FlowFailure {
                    headline: error.to_string(),
                    place: FailurePlace::Test(error.span),
                    details: Vec::new(),
                });
            }
        };
        services.record = self.options.record.is_some();
        let (hosts, holds) = (services.hosts(), services.holds());
        let services_recorded = services.record;
        let session = match stage.open_session(services) {
            Ok(session) => session,
            Err(error) => {
                return FlowResult::failed(format!("the mock server cannot open a session: {error}"));
            }
        };
        let result = run_flow(
            &self.plan,
            stage,
            case.test(),
            Setting {
                seed,
                session,
                hosts,
                holds,
                isolation,
                variables,
            },
        );
        if services_recorded {
            let recordings = stage.take_recordings();
            let mut all = self.recordings.lock().unwrap_or_else(PoisonError::into_inner);
            all.insert(case.name.clone(), recordings);
        }
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

    fn write_trace(&self, case: &TestCase, trace: &Trace) {
        let Some(dir) = &self.options.trace_dir else {
            return;
        };
        let path = dir.join(format!("{}.trace.json", slug(&case.name)));
        if let Err(error) = std::fs::write(&path, trace.canonical()) {
            let problem = format!("the trace {} cannot be written: {error}", path.display());
            self.problems
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(problem);
        }
    }
}

/// Tells what is known of `tests`, the first of which has the turn `first` and was begun already.
fn tell_rest(
    tests: &[TestCase],
    first: usize,
    mut finished: BTreeMap<usize, TestOutcome>,
    tell: &mut dyn FnMut(RunEvent<'_>),
) {
    for (turn, case) in (first..).zip(tests) {
        match finished.remove(&turn) {
            Some(outcome) => {
                if turn != first {
                    tell(RunEvent::Started(case));
                }
                tell(RunEvent::Finished(case, Box::new(outcome)));
            }
            None => tell(RunEvent::Unfinished(case)),
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
    let (at, one, other) = same_events_until(one, other)?;
    Some(format!("event {} was {one} and then {other}", at + 1))
}

/// Where two traces part, with the beginnings of their events; `None` if they are the same.
fn same_events_until(one: &Trace, other: &Trace) -> Option<(usize, String, String)> {
    let (one, other) = (one.canonical(), other.canonical());
    if one == other {
        return None;
    }
    let (mut a, mut b) = (one.lines(), other.lines());
    let mut at = 0;
    loop {
        match (a.next(), b.next()) {
            (Some(x), Some(y)) if x == y => at += 1,
            (x, y) => {
                let show =
                    |line: Option<&str>| line.unwrap_or("nothing").chars().take(120).collect::<String>();
                return Some((at, show(x), show(y)));
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
