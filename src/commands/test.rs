//! `banister test`: flow tests, looking and behaving like `cargo test`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use banister_project::disk;
use banister_project::flow_test::{self, ProjectNames};
use banister_testkit::flow_files::{self, FlowSource};
use banister_testkit::plan::Plan;
use banister_testkit::report::{Format as ReportFormat, ReportOptions, Reporter};
use banister_testkit::runner::{Harness, RunEvent, RunOptions, TestCase};

use crate::cache_folder::cache_folder;
use crate::exit::Exit;
use crate::render::{full, problem};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Run only tests whose name contains one of these
    filter: Vec<String>,
    /// The project
    #[arg(short = 'C', long = "dir", default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    /// Print the names of the tests and stop
    #[arg(long)]
    list: bool,
    /// A filter must be the whole name
    #[arg(long)]
    exact: bool,
    /// Pass over tests whose name contains this; may be given several times
    #[arg(long, value_name = "FILTER")]
    skip: Vec<String>,
    /// Show what handlers print even if the test passes
    #[arg(long)]
    nocapture: bool,
    /// Tests at a time; one for each processor if not given
    #[arg(short = 'j', long = "jobs", value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// The number that ids, randomness and generated inputs are derived from
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
    /// Cases of every property test, whatever its file says
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    cases: Option<u32>,
    /// Seconds that a handler may run without ending or waiting before it counts as hung
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    budget: u64,
    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
    /// Write the canonical trace of every test into this folder
    #[arg(long, value_name = "DIR")]
    trace_dir: Option<PathBuf>,
    /// Record calls to the services that a test allows into this cassette
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// One line a test
    Pretty,
    /// One character a test
    Terse,
    /// One JSON object an event
    Json,
}

/// The tests of one project.
struct Suite {
    plan: Plan,
    tests: Vec<TestCase>,
}

/// A flow test file that cannot be run, and what is wrong with it, ready to be shown.
struct InvalidFile {
    path: String,
    problems: String,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let loaded = disk::load_cached(&arguments.dir, cache_folder().as_deref())
        .with_context(|| format!("cannot test {}", arguments.dir.display()))?;
    let snapshot = loaded.host.snapshot();
    let projects = snapshot.projects();
    let mut suites = Vec::new();
    let mut invalid = Vec::new();
    for project in &projects {
        let mut suite = Suite {
            plan: Plan::of_project(project, &loaded.root),
            tests: Vec::new(),
        };
        let names = ProjectNames::of_project(&snapshot, &project.root);
        // Projects of one repository have files of the same name.
        let prefix = match projects.len() {
            1 => String::new(),
            _ => format!("{}/", project.root),
        };
        for source in flow_files::find(&suite.plan.root) {
            match read(&source, &names) {
                Ok(mut tests) => {
                    for test in &mut tests {
                        test.name.insert_str(0, prefix.trim_start_matches('/'));
                    }
                    suite.tests.append(&mut tests);
                }
                Err(problems) => {
                    anstream::eprintln!("{problems}\n");
                    invalid.push(InvalidFile {
                        path: format!("{prefix}{}", source.path),
                        problems,
                    });
                }
            }
        }
        suites.push(suite);
    }
    let all: usize = suites.iter().map(|suite| suite.tests.len()).sum();
    for suite in &mut suites {
        suite.tests.retain(|test| arguments.chooses(&test.name));
    }
    let chosen: usize = suites.iter().map(|suite| suite.tests.len()).sum();
    let failed = match arguments.list {
        true => list(&suites)?,
        false => run_all(arguments, suites, &invalid, all - chosen)?,
    };
    if !invalid.is_empty() {
        let text = format!("{} flow test file(s) were not run: see above", invalid.len());
        anstream::eprintln!("{}", problem::warning(&text));
        return Ok(Exit::Failure);
    }
    Ok(if failed { Exit::Findings } else { Exit::Success })
}

/// The tests of a file, or what is wrong with it, ready to be shown.
fn read(source: &FlowSource, names: &ProjectNames) -> Result<Vec<TestCase>, String> {
    let text = source
        .text
        .as_ref()
        .map_err(|error| problem::error_line(&format!("{} {error}", source.path)))?;
    let (file, problems) = match flow_test::parse(&source.path, Arc::clone(text)) {
        Ok(file) => {
            let mut problems = flow_test::check_names(&file, names);
            let ignores = flow_test::ignores(text);
            problems.retain(|problem| {
                !ignores
                    .iter()
                    .any(|ignore| ignore.silences(problem.rule, problem.span.start))
            });
            (Some(file), problems)
        }
        Err(problems) => (None, problems),
    };
    match file.filter(|_| problems.is_empty()) {
        Some(file) => Ok(TestCase::all_of(&Arc::new(file))),
        None => {
            let shown = problems.iter().map(|it| {
                full::problem_with_code(
                    it.rule,
                    &it.message,
                    it.help.as_deref(),
                    &source.path,
                    text,
                    it.span,
                )
            });
            Err(shown.collect::<Vec<_>>().join("\n\n"))
        }
    }
}

fn list(suites: &[Suite]) -> anyhow::Result<bool> {
    let names: Vec<&str> = suites
        .iter()
        .flat_map(|suite| &suite.tests)
        .map(|test| test.name.as_str())
        .collect();
    let lines: String = names.iter().map(|name| format!("{name}: test\n")).collect();
    let count = if names.len() == 1 {
        "1 test".to_owned()
    } else {
        format!("{} tests", names.len())
    };
    super::write_stdout(&format!("{lines}\n{count}\n"))?;
    Ok(false)
}

/// Runs every suite as one; true if a test failed.
fn run_all(
    arguments: &Arguments,
    suites: Vec<Suite>,
    invalid: &[InvalidFile],
    filtered_out: usize,
) -> anyhow::Result<bool> {
    let begun = Instant::now();
    let mut reporter = Reporter::new(anstream::stdout(), arguments.report_options());
    reporter.suite_started(suites.iter().map(|suite| suite.tests.len()).sum())?;
    for file in invalid {
        reporter.invalid_file(
            &file.path,
            &anstream::adapter::strip_str(&file.problems).to_string(),
        )?;
    }
    let mut told = Ok(());
    for suite in suites {
        let harness = Harness::new(suite.plan, arguments.run_options())?;
        harness.run(&suite.tests, &mut |event| {
            let result = match event {
                RunEvent::Started(test) => reporter.test_started(&test.name),
                RunEvent::Finished(_, outcome) => reporter.test_finished(&outcome),
            };
            if told.is_ok() {
                told = result;
            }
        });
        harness.write_recordings().context("cannot write the cassette")?;
    }
    told.context("cannot write the report")?;
    let summary = reporter.suite_finished(filtered_out, begun.elapsed())?;
    Ok(summary.failed > 0)
}

impl Arguments {
    fn chooses(&self, name: &str) -> bool {
        let fits = |filter: &String| {
            if self.exact {
                name == filter
            } else {
                name.contains(filter.as_str())
            }
        };
        (self.filter.is_empty() || self.filter.iter().any(fits)) && !self.skip.iter().any(fits)
    }

    fn report_options(&self) -> ReportOptions {
        ReportOptions {
            format: match self.format {
                Format::Pretty => ReportFormat::Pretty,
                Format::Terse => ReportFormat::Terse,
                Format::Json => ReportFormat::Json,
            },
            // The stream itself takes colours away where nobody sees them.
            color: true,
            nocapture: self.nocapture,
        }
    }

    fn run_options(&self) -> RunOptions {
        let processors = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        RunOptions {
            seed: self.seed,
            cases: self.cases,
            jobs: self.jobs.map_or_else(processors, usize::from),
            budget: Duration::from_secs(self.budget),
            command: self.command(),
            trace_dir: self.trace_dir.clone(),
            record: self.record.clone(),
        }
    }

    /// The beginning of a replay line. A `-C` that was not needed is not repeated.
    fn command(&self) -> String {
        match self.dir == Path::new(".") {
            true => "banister test".to_owned(),
            false => format!("banister test -C {}", shell_word(&self.dir.to_string_lossy())),
        }
    }
}

/// A word that a shell reads back as `text`.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
