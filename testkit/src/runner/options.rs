//! What whoever starts a run has to say about it.

use std::path::PathBuf;
use std::time::Duration;

use banister_project::flow_test::Faults;

use super::{IsolationMode, Regression, Stop};
use crate::report::ControlLabel;

/// How tests are run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// The number that every seed is derived from.
    pub seed: u64,
    /// Cases of a property test, before what the test says.
    pub cases: Option<u32>,
    /// Orders in which each case is run, before what the test says.
    pub schedules: Option<u32>,
    /// What may fail in one run, before what the test says.
    pub faults: Option<Faults>,
    /// The folder where failures are kept and looked for; nowhere if absent.
    pub regressions: Option<PathBuf>,
    /// The only failure to run.
    pub replay: Option<Regression>,
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
    /// Looks what of the project the runs come by, which takes time.
    pub coverage: bool,
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
            schedules: None,
            faults: None,
            regressions: None,
            replay: None,
            jobs: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            budget: Duration::from_secs(10),
            command: "banister test".to_owned(),
            trace_dir: None,
            run_ignored: false,
            require: None,
            isolation: None,
            coverage: false,
            record: None,
            stop: Stop::new(),
        }
    }
}
