//! Runs tests: in parallel across tests, never inside one; told in the order of the tests, whatever finishes first.

mod again;
mod attempt;
mod boundaries;
mod case;
mod differences;
mod drift;
mod generated;
mod isolation;
mod kept;
mod mutants;
mod options;
mod outcome;
mod property;
mod regressions;
mod serial;
mod silent;
mod stop;
mod suggestions;
mod trace_files;
mod unused_mocks;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::auto::drive;
use crate::decision::Decide;
use crate::failure::{FailurePlace, FlowFailure};
use crate::flow::{DEFAULT_START_MS, FlowResult, explore_flow, mutate_flow, run_flow};
use crate::hits::Hits;
use crate::live_stage::{Described, LiveStage, Versions, Workers};
use crate::mock::{MockError, MockServer, Recording, Services, cassette};
use crate::mutation::Mutation;
use crate::plan::Plan;
use crate::protocol::Isolation;
use crate::report::TestOutcome;
use crate::rng::Seed;
use crate::stand_ins::{StandIns, folder_of};
use crate::template::Variables;
use crate::worker::groups;

pub use case::TestCase;
pub use isolation::IsolationMode;
pub use kept::REGRESSIONS;
pub use options::RunOptions;
pub use regressions::{Regression, RegressionError};
pub use stop::Stop;

use differences::same_events_until;

/// A run that was stopped looks after its workers so often.
const STOPPING: Duration = Duration::from_millis(20);
/// Whether a run was stopped is looked at so often while tests run.
const PATIENCE: Duration = Duration::from_millis(50);

/// A project whose tests can be run.
pub struct Harness {
    plan: Plan,
    mocks: MockServer,
    options: RunOptions,
    problems: Mutex<Vec<String>>,
    /// Calls to real services by test; the last run of a test counts.
    recordings: Mutex<BTreeMap<String, Vec<Recording>>>,
    /// Edges of schemas that runs came by.
    boundaries: Mutex<boundaries::Known>,
    /// Workers of stages that are gone.
    workers: Mutex<Vec<Workers>>,
    /// Configs of modules, which are the same in every thread.
    described: Described,
    /// Versions of the interpreters that were started.
    versions: Versions,
}

/// In which way a test is run.
enum How<'d> {
    /// First in, first out.
    Fifo,
    /// As somebody decides.
    Explored(&'d mut dyn Decide),
    /// With something spoiled on the way; first in, first out, or as somebody decides.
    Mutated(Box<Mutation>, Option<&'d mut dyn Decide>),
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
            boundaries: Mutex::default(),
            workers: Mutex::default(),
            described: Described::default(),
            versions: Versions::default(),
        })
    }

    /// What went wrong beside the tests, such as a trace that could not be written.
    pub fn problems(&self) -> Vec<String> {
        self.problems
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What runs.
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Cases of a property that the command line asks for.
    pub(crate) fn cases(&self) -> Option<u32> {
        self.options.cases
    }

    pub(super) fn problem(&self, text: String) {
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        // Every run of a test comes by it again.
        if !problems.contains(&text) {
            problems.push(text);
        }
    }

    /// A place where tests run one after the other in warm workers.
    pub(crate) fn stage(&self) -> LiveStage<'_> {
        let warm = self.workers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        LiveStage::new(&self.plan.root, &self.mocks, self.options.budget)
            .with_workers(warm.unwrap_or_default())
            .with_described(self.described.clone())
            .with_versions(self.versions.clone())
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
            self.outcome(case, FlowResult::failed(headline), None, &[])
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
        let again = self.run_kept(case, stage, seed);
        let mut outcome = match (again, &case.auto) {
            (Some(outcome), _) => outcome,
            (None, Some(auto)) => self.run_auto(case, auto, stage, seed),
            (None, None) if case.test().for_all.is_empty() => {
                let attempt = self.attempt(case, stage, seed, &Variables::new(), None, true);
                self.confirmed(case, stage, seed, attempt, None)
            }
            (None, None) => self.run_property(case, stage, seed),
        };
        outcome.duration = begun.elapsed();
        outcome
    }

    pub(crate) fn stand_in(&self, case: &TestCase, stage: &mut LiveStage<'_>, variables: &Variables) {
        let folder = folder_of(&case.file, &self.plan.root);
        let test = case.test();
        stage.stand_in(
            StandIns::new(&test.code, &folder, variables),
            test.given.env.clone(),
        );
    }

    fn run_isolated(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        variables: Variables,
        isolation: Isolation,
        decide: Option<&mut dyn Decide>,
    ) -> FlowResult {
        let how = decide.map_or(How::Fifo, How::Explored);
        self.run_how(case, stage, seed, variables, isolation, how)
    }

    fn run_how(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        variables: Variables,
        isolation: Isolation,
        how: How<'_>,
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
        services.holds_all = matches!(how, How::Explored(_) | How::Mutated(_, Some(_)));
        let services_recorded = services.record;
        let setting = match stage.setting(services, seed, isolation, variables) {
            Ok(setting) => setting,
            Err(error) => {
                return FlowResult::failed(format!("the mock server cannot open a session: {error}"));
            }
        };
        let (plan, test) = (&self.plan, case.test());
        let mut result = match (&case.auto, how) {
            (Some(auto), How::Explored(decide)) => {
                drive(plan, stage, auto, test, setting, Some(decide), None)
            }
            (Some(auto), How::Mutated(mutation, decide)) => {
                drive(plan, stage, auto, test, setting, decide, Some(*mutation))
            }
            (Some(auto), How::Fifo) => drive(plan, stage, auto, test, setting, None, None),
            (None, How::Fifo) => run_flow(plan, stage, test, setting),
            (None, How::Explored(decide)) => explore_flow(plan, stage, test, setting, decide),
            (None, How::Mutated(mutation, decide)) => {
                mutate_flow(plan, stage, test, setting, *mutation, decide)
            }
        };
        if services_recorded {
            let recordings = stage.take_recordings();
            let mut all = self.recordings.lock().unwrap_or_else(PoisonError::into_inner);
            all.insert(case.name.clone(), recordings);
        }
        if self.options.coverage {
            result.reached.hits = Hits::of(&result.trace);
            // Modules are looked at for it, which must find what the test gives them.
            self.note_edges(&case.test().given.env, &mut result, stage);
        }
        stage.close_session();
        result
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
