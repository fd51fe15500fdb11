//! The flow tests of a project as tests of `cargo test` and `cargo nextest`: see [`flow_tests!`](crate::flow_tests).

use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use banister_project::disk;
use libtest_mimic::{Arguments, Conclusion, Failed, Trial};

use crate::report::{TestOutcome, failure_text};
use crate::runner::{Harness, RunOptions, TestCase};
use crate::suites::Suites;

/// Makes the flow tests below a folder, relative to the package, the tests of a test target.
///
/// The target has a `main` of its own: in `Cargo.toml`
///
/// ```toml
/// [[test]]
/// name = "flows"
/// harness = false
/// ```
///
/// and in `tests/flows.rs`
///
/// ```no_run
/// banister_testkit::flow_tests!("shop");
/// ```
///
/// Names, filters, `--list`, `--exact`, `--ignored`, `--skip` and `--test-threads` are those of libtest. A file that cannot
/// be read is a failed test. What handlers print is shown with `--nocapture`, or if the test fails.
#[macro_export]
macro_rules! flow_tests {
    ($dir:expr) => {
        fn main() -> ::std::process::ExitCode {
            $crate::harness::main(::std::path::Path::new(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/",
                $dir
            )))
        }
    };
}

/// Runs the flow tests below `dir` as the arguments of this process ask for.
pub fn main(dir: &Path) -> ExitCode {
    let arguments = Arguments::from_args();
    match run(&arguments, dir) {
        Ok(conclusion) => conclusion.exit_code(),
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// A test to run, and where its outcome is waited for.
type Order = (usize, TestCase, Sender<TestOutcome>);

/// Runs the flow tests below `dir`.
///
/// # Errors
/// The project cannot be read, or the mock server does not start.
pub fn run(arguments: &Arguments, dir: &Path) -> Result<Conclusion, Box<dyn std::error::Error>> {
    let loaded = disk::load(dir)?;
    let suites = Suites::of(&loaded.host.snapshot(), &loaded.root);
    let options = RunOptions {
        // libtest decides what runs; whatever comes here shall.
        run_ignored: true,
        ..RunOptions::default()
    };
    let jobs = arguments.test_threads.unwrap_or(options.jobs).max(1);
    let mut harnesses = Vec::new();
    let (orders, taken) = channel();
    let mut trials: Vec<Trial> = suites.invalid.iter().map(invalid_trial).collect();
    for suite in &suites.suites {
        for case in &suite.tests {
            let shows = arguments.nocapture;
            trials.push(trial(harnesses.len(), case.clone(), orders.clone(), shows));
        }
        harnesses.push(Harness::new(suite.plan.clone(), options.clone())?);
    }
    drop(orders);
    let taken = Mutex::new(taken);
    Ok(std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| work(&harnesses, &taken));
        }
        libtest_mimic::run(arguments, trials)
    }))
}

/// Runs what is ordered in warm workers until nobody orders any more.
fn work(harnesses: &[Harness], orders: &Mutex<Receiver<Order>>) {
    let mut stages: Vec<_> = harnesses.iter().map(Harness::stage).collect();
    loop {
        let order = orders.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((project, case, done)) = order else { return };
        // Nobody waits for the outcome if libtest has given the test up.
        let _ = done.send(harnesses[project].run_case(&case, &mut stages[project]));
    }
}

fn trial(project: usize, case: TestCase, orders: Sender<Order>, shows_output: bool) -> Trial {
    let ignored = case.ignored().is_some();
    let name = case.name.clone();
    let body = move || {
        let (done, outcome) = channel();
        let gone = || Failed::from("the harness has ended");
        orders.send((project, case, done)).map_err(|_| gone())?;
        let mut outcome: TestOutcome = outcome.recv().map_err(|_| gone())?;
        if let Some(failure) = &mut outcome.failure {
            failure.replay.clear();
        }
        let story = failure_text(&outcome, false);
        match outcome.passed() {
            Some(false) => Err(story.into()),
            _ => {
                if shows_output && !story.is_empty() {
                    anstream::print!("{story}");
                }
                Ok(())
            }
        }
    };
    Trial::test(name, body).with_ignored_flag(ignored)
}

fn invalid_trial(file: &crate::suites::InvalidFile) -> Trial {
    let story: Arc<str> = file.story().into();
    let name = format!("{}::the file can be run", file.path);
    Trial::test(name, move || Err(Failed::from(&*story)))
}
