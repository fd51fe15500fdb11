//! `banister test`: flow tests, looking and behaving like `cargo test`.

mod affected;
mod choice;
mod coverage;
mod faults;
mod html;
mod interrupt;
mod last_failed;
mod mutation;
mod new_from_trace;
mod run;
mod suites;
mod watch;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use banister_project::flow_test::Faults;
use banister_project::{Snapshot, disk};
use banister_testkit::coverage::{FailUnder, Kind};
use banister_testkit::protocol;
use banister_testkit::report::{ControlLabel, Format as ReportFormat, ReportOptions};
use banister_testkit::runner::{IsolationMode, Regression, RunOptions, Stop};
use banister_testkit::suites::Suites;

use self::choice::Shard;
use self::coverage::CoverageFormat;
use self::interrupt::Interrupt;
use self::last_failed::Memory;
use crate::cache_folder::cache_folder;
use crate::exit::Exit;
use crate::render::problem;

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
    /// Run only tests that are to be ignored
    #[arg(long)]
    ignored: bool,
    /// Run tests that are to be ignored as well
    #[arg(long, conflicts_with = "ignored")]
    include_ignored: bool,
    /// Run only the tests that failed when they ran last
    #[arg(long)]
    last_failed: bool,
    /// Run tests again whenever a file changes that they depend on, until Ctrl-C
    #[arg(long, conflicts_with = "list")]
    watch: bool,
    /// Run only the K-th of N equal shares of the tests
    #[arg(long, value_name = "K/N")]
    shard: Option<Shard>,
    /// Show what handlers print even if the test passes, and the whole story of a test that fails
    #[arg(long)]
    nocapture: bool,
    /// Run generated tests of every way into the project instead of the written ones
    #[arg(long, conflicts_with_all = ["new_from_trace", "record"])]
    auto: bool,
    /// Tests at a time; one for each processor if not given
    #[arg(short = 'j', long = "jobs", value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// The number that ids, randomness and generated inputs are derived from
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
    /// Cases of every property test, whatever its file says
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    cases: Option<u32>,
    /// Orders in which each case is run, whatever the tests say
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    schedules: Option<u32>,
    /// Faults of each kind that may strike in one run, whatever the tests say: `duplicate=1,crash=1`
    #[arg(long, value_name = "KIND=N,..", value_parser = faults::parse)]
    faults: Option<Faults>,
    /// Run only the failure that is saved in this file, exactly as it failed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["list", "watch", "last_failed", "shard"])]
    replay: Option<PathBuf>,
    /// Seconds that a handler may run without ending or waiting before it counts as hung
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    budget: u64,
    /// Fail tests whose run was less under control than this
    #[arg(long, value_enum, value_name = "LABEL")]
    require: Option<Required>,
    /// What handlers find of each other, whatever the tests say
    #[arg(long, value_enum, value_name = "HOW")]
    isolation: Option<Isolation>,
    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
    /// Write a page with the flow graph and the story of every failure besides
    #[arg(long, value_name = "FILE.html", conflicts_with = "list")]
    report: Option<PathBuf>,
    /// Tell which steps and which ways of messages the tests come by, in a table if nothing else is said
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        num_args = 0..=1,
        default_missing_value = "text",
        conflicts_with_all = ["list", "watch"]
    )]
    coverage: Option<CoverageFormat>,
    /// Where the coverage is written; `coverage.json` or `coverage.html` if not given
    #[arg(long, value_name = "FILE", requires = "coverage")]
    coverage_file: Option<PathBuf>,
    /// Run the tests that pass again with messages lost, doubled and late, stale reads and lost writes, and tell what
    /// none of them notices
    #[arg(long, conflicts_with_all = ["list", "watch"])]
    mutate: bool,
    /// Try at most so many mutants
    #[arg(long, value_name = "N", default_value_t = 200, requires = "mutate")]
    mutants: u32,
    /// Write what became of the mutants into this file, as JSON
    #[arg(long, value_name = "FILE.json", requires = "mutate")]
    mutation_file: Option<PathBuf>,
    /// Fail if less than so many per cent are covered: `80`, or `steps=100,edges=80,mutation=70`
    #[arg(long, value_name = "PERCENT", conflicts_with_all = ["list", "watch"])]
    fail_under: Option<FailUnder>,
    /// Print a flow test that expects what this trace tells, and run nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["list", "watch", "report", "coverage", "fail_under", "mutate"])]
    new_from_trace: Option<PathBuf>,
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
    /// JUnit XML, when all tests have run
    Junit,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Isolation {
    /// New modules for each
    Fresh,
    /// The modules as the last handler left them
    Shared,
    /// A process for each
    Process,
    /// Fresh and shared modules; a difference fails the test
    Both,
}

impl Isolation {
    fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Shared => "shared",
            Self::Process => "process",
            Self::Both => "both",
        }
    }

    fn mode(self) -> IsolationMode {
        IsolationMode::One(match self {
            Self::Fresh => protocol::Isolation::Fresh,
            Self::Shared => protocol::Isolation::Shared,
            Self::Process => protocol::Isolation::Process,
            Self::Both => return IsolationMode::Both,
        })
    }
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Required {
    /// Order, time and randomness are all the scheduler's own
    Controlled,
    /// Something in the run may go another way next time
    Partial,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let mut kinds = arguments.fail_under.iter().flat_map(FailUnder::kinds);
    if !arguments.mutate && kinds.any(|kind| kind == Kind::Mutation) {
        anyhow::bail!("`--fail-under mutation=…` needs `--mutate`");
    }
    if arguments.watch {
        return watch::run(arguments);
    }
    let cache = cache_folder();
    let loaded = disk::load_cached(&arguments.dir, cache.as_deref())
        .with_context(|| format!("cannot test {}", arguments.dir.display()))?;
    let suites = arguments.suites(&loaded.host.snapshot(), &loaded.root);
    if let Some(path) = &arguments.new_from_trace {
        return new_from_trace::run(arguments, path, suites);
    }
    suites::show_invalid(&suites);
    let memory = Memory::of(cache.as_deref(), &loaded.root);
    let replay = arguments
        .replay
        .as_deref()
        .map(|path| arguments.saved(path))
        .transpose()?;
    if arguments.list {
        let (suites, _) = arguments.choose(suites, &memory);
        list(arguments, &suites)?;
        return Ok(suites::exit(&suites, Exit::Success));
    }
    let interrupt = Interrupt::listen()?;
    run::run(
        arguments,
        replay.as_ref(),
        suites,
        &loaded.host.snapshot(),
        &memory,
        &interrupt,
    )
}

/// The contract of `cargo nextest`: with `--format terse` nothing but a line for each test.
fn list(arguments: &Arguments, suites: &Suites) -> anyhow::Result<()> {
    let lines: String = suites
        .tests()
        .map(|test| format!("{}: test\n", test.name))
        .collect();
    let count = match suites.tests().count() {
        1 => "1 test".to_owned(),
        count => format!("{count} tests"),
    };
    match arguments.format {
        Format::Terse => super::write_stdout(&lines),
        _ => super::write_stdout(&format!("{lines}\n{count}\n")),
    }
}

impl Arguments {
    /// All tests that there are.
    fn suites(&self, snapshot: &Snapshot, root: &Path) -> Suites {
        match self.auto {
            true => Suites::generated(snapshot, root),
            false => Suites::of(snapshot, root),
        }
    }

    /// A saved failure; its path may be given from here or from the project, as replay lines do.
    fn saved(&self, path: &Path) -> anyhow::Result<Regression> {
        let from_here = path.is_absolute() || path.exists();
        let path = match from_here {
            true => path.to_owned(),
            false => self.dir.join(path),
        };
        Ok(Regression::read(&path)?)
    }

    /// The tests that are asked for, and how many are not.
    fn choose(&self, mut suites: Suites, memory: &Memory) -> (Suites, usize) {
        let all = suites.tests().count();
        if self.last_failed {
            match memory.failed() {
                Some(failed) if self.failed_before(suites.tests(), &failed) => {
                    suites.retain(|test| failed.contains(&test.name));
                }
                remembered => {
                    let why = match remembered {
                        None => "no run of this project is remembered",
                        Some(_) => "none of these tests failed when it ran last",
                    };
                    let text = format!("{why}: `--last-failed` runs them all");
                    anstream::eprintln!("{}", problem::warning(&text));
                }
            }
        }
        suites.retain(|test| self.chooses(test));
        if let Some(shard) = self.shard {
            suites.retain(shard.filter());
        }
        let chosen = suites.tests().count();
        (suites, all - chosen)
    }

    fn report_options(&self) -> ReportOptions {
        ReportOptions {
            format: match self.format {
                Format::Pretty => ReportFormat::Pretty,
                Format::Terse => ReportFormat::Terse,
                Format::Json => ReportFormat::Json,
                Format::Junit => ReportFormat::Junit,
            },
            // The stream itself takes colours away where nobody sees them.
            color: true,
            nocapture: self.nocapture,
        }
    }

    fn run_options(&self, stop: &Stop) -> RunOptions {
        let defaults = RunOptions::default();
        RunOptions {
            seed: self.seed,
            cases: self.cases,
            schedules: self.schedules,
            faults: self.faults,
            // Whoever runs the tests of a project says where its failures are kept.
            regressions: None,
            replay: None,
            jobs: self.jobs.map_or(defaults.jobs, usize::from),
            budget: Duration::from_secs(self.budget),
            command: self.command(),
            trace_dir: self.trace_dir.clone(),
            run_ignored: self.ignored || self.include_ignored,
            require: self.require.map(|required| match required {
                Required::Controlled => ControlLabel::Controlled,
                Required::Partial => ControlLabel::Partial,
            }),
            isolation: self.isolation.map(Isolation::mode),
            stop: stop.clone(),
            record: self.record.clone(),
            coverage: self.coverage.is_some() || self.fail_under.is_some(),
        }
    }

    /// The beginning of a replay line. A `-C` that was not needed is not repeated.
    fn command(&self) -> String {
        let mut command = match self.dir == Path::new(".") {
            true => "banister test".to_owned(),
            false => format!("banister test -C {}", shell_word(&self.dir.to_string_lossy())),
        };
        if self.auto {
            command.push_str(" --auto");
        }
        if self.ignored || self.include_ignored {
            command.push_str(" --include-ignored");
        }
        if let Some(required) = self.require {
            let label = match required {
                Required::Controlled => "controlled",
                Required::Partial => "partial",
            };
            command.push_str(&format!(" --require {label}"));
        }
        if let Some(faults) = self.faults {
            command.push_str(&format!(" --faults {}", faults::written(faults)));
        }
        if let Some(isolation) = self.isolation {
            command.push_str(&format!(" --isolation {}", isolation.name()));
        }
        command
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
