//! One run of the chosen tests, from the first line of its report to the exit code.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use banister_project::Snapshot;
use banister_testkit::hits::Schemas;
use banister_testkit::report::{Reporter, Summary, TestOutcome};
use banister_testkit::runner::{Harness, REGRESSIONS, Regression, RunEvent, RunOptions};
use banister_testkit::suites::Suites;

use super::Arguments;
use super::coverage;
use super::html;
use super::interrupt::Interrupt;
use super::last_failed::Memory;
use super::mutation;
use super::suites;
use crate::exit::Exit;
use crate::render::problem;

/// Runs the chosen ones among all tests.
pub(super) fn run(
    arguments: &Arguments,
    replay: Option<&Regression>,
    mut suites: Suites,
    snapshot: &Snapshot,
    memory: &Memory,
    interrupt: &Interrupt,
) -> anyhow::Result<Exit> {
    let names: BTreeSet<String> = suites.tests().map(|test| test.name.clone()).collect();
    if let Some(replay) = replay {
        anyhow::ensure!(
            names.contains(&replay.test),
            "there is no test '{}' in this project any more: the saved failure cannot be run",
            replay.test
        );
        suites.retain(|test| test.name == replay.test);
    }
    arguments.warn_of_nothing(&suites);
    let (suites, filtered_out) = arguments.choose(suites, memory);
    let told = tell(arguments, replay, &suites, filtered_out, interrupt)?;
    if let Some(path) = &arguments.report {
        html::write(path, &told, &suites, snapshot, arguments.seed)?;
    }
    let covered = coverage::tell(arguments, &told, &suites, filtered_out, snapshot)?;
    let mutated = mutation::tell(arguments, &told, &suites, interrupt)?;
    let has_invalid = !suites.invalid.is_empty();
    // A test whose file cannot be read is not gone.
    remember(&told.outcomes, memory, |name| has_invalid || names.contains(name));
    Ok(exit_of(&told, &suites, interrupt).max(covered).max(mutated))
}

/// How a run ends; what is wrong beside the tests is said here.
pub(super) fn exit_of(told: &Told, suites: &Suites, interrupt: &Interrupt) -> Exit {
    let exit = match told.summary.failed {
        0 => Exit::Success,
        _ => Exit::Findings,
    };
    let exit = told
        .problems
        .iter()
        .fold(suites::exit(suites, exit), |exit, text| {
            anstream::eprintln!("{}", problem::error_line(text));
            exit.max(Exit::Failure)
        });
    match interrupt.exit() {
        Some(signal) if told.summary.unfinished > 0 => {
            let count = told.summary.unfinished;
            let text = format!("the run was interrupted: {count} test(s) were not finished");
            anstream::eprintln!("{}", problem::error_line(&text));
            signal
        }
        _ => exit,
    }
}

/// What a run leaves behind.
pub(super) struct Told {
    pub(super) summary: Summary,
    /// On the wall.
    pub(super) elapsed: Duration,
    /// The tests that were not finished when the run was stopped.
    pub(super) unfinished: Vec<String>,
    pub(super) outcomes: Vec<TestOutcome>,
    /// The schemas of each project, by root, if coverage is asked for.
    pub(super) schemas: BTreeMap<String, Schemas>,
    /// What went wrong beside the tests.
    problems: Vec<String>,
}

pub(super) fn tell(
    arguments: &Arguments,
    replay: Option<&Regression>,
    suites: &Suites,
    filtered_out: usize,
    interrupt: &Interrupt,
) -> anyhow::Result<Told> {
    let begun = Instant::now();
    let mut reporter = Reporter::new(Out::new(), arguments.report_options());
    let (mut outcomes, mut unfinished, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    let (mut recorded, mut schemas) = (0, BTreeMap::new());
    let mut told = reporter.suite_started(suites.tests().count());
    for file in &suites.invalid {
        let problems = anstream::adapter::strip_str(&suites::story(file)).to_string();
        told = told.and_then(|()| reporter.invalid_file(&file.path, &problems));
    }
    for suite in &suites.suites {
        let options = RunOptions {
            regressions: Some(suite.plan.root.join(REGRESSIONS)),
            replay: replay.cloned(),
            ..arguments.run_options(&interrupt.stop)
        };
        let harness = Harness::new(suite.plan.clone(), options)?;
        harness.run(&suite.tests, &mut |event| {
            let result = match event {
                RunEvent::Started(test) => reporter.test_started(&test.name),
                RunEvent::Finished(_, outcome) => {
                    let result = reporter.test_finished(&outcome);
                    outcomes.push(*outcome);
                    result
                }
                RunEvent::Unfinished(test) => {
                    unfinished.push(test.name.clone());
                    reporter.test_unfinished(&test.name)
                }
            };
            if let (Ok(()), Err(error)) = (&told, result) {
                // Nobody would hear of the other tests.
                interrupt.stop.stop();
                told = Err(error);
            }
        });
        if arguments.run_options(&interrupt.stop).coverage && interrupt.exit().is_none() {
            schemas.insert(suite.project.clone(), harness.schemas(&suite.tests));
        }
        problems.extend(harness.problems());
        match harness.write_recordings() {
            Ok(calls) => recorded += calls,
            Err(error) => problems.push(format!("cannot write the cassette: {error}")),
        }
    }
    if arguments.record.is_some() && recorded == 0 {
        let text = "no call was recorded: only calls to a host of `mocks.allow` that no mock answers are";
        anstream::eprintln!("{}", problem::warning(text));
    }
    let summary = told.and_then(|()| reporter.suite_finished(filtered_out, begun.elapsed()));
    Ok(Told {
        summary: summary.context("cannot write the report")?,
        elapsed: begun.elapsed(),
        unfinished,
        outcomes,
        schemas,
        problems,
    })
}

/// That a memory cannot be kept is said, and is no reason to call a run bad.
pub(super) fn remember(outcomes: &[TestOutcome], memory: &Memory, exists: impl Fn(&str) -> bool) {
    let of = |passed: bool| -> BTreeSet<String> {
        let those = outcomes.iter().filter(|it| it.passed() == Some(passed));
        those.map(|outcome| outcome.name.clone()).collect()
    };
    if let Err(error) = memory.remember(&of(false), &of(true), exists) {
        let text = format!("which tests failed cannot be remembered: {error}");
        anstream::eprintln!("{}", problem::warning(&text));
    }
}

/// Standard output. Once a reader has gone away (`| head`), the run goes on for its exit code.
struct Out {
    stdout: anstream::AutoStream<io::Stdout>,
    is_open: bool,
}

impl Out {
    fn new() -> Self {
        Self {
            stdout: anstream::stdout(),
            is_open: true,
        }
    }

    fn unless_closed<T>(&mut self, result: io::Result<T>, otherwise: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_open = false;
                Ok(otherwise)
            }
            other => other,
        }
    }
}

impl io::Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_open {
            return Ok(bytes.len());
        }
        let written = self.stdout.write(bytes);
        self.unless_closed(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.is_open {
            return Ok(());
        }
        let flushed = self.stdout.flush();
        self.unless_closed(flushed, ())
    }
}
