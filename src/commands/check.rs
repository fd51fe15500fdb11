//! `banister check`: the findings of the rules, as the editor shows them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use banister_project::rules::Rule;
use banister_project::{Diagnostic, Severity, Snapshot, disk};

use super::{rule_name, write_stdout};
use crate::cache_folder::cache_folder;
use crate::exit::Exit;
use crate::render::entry::Entry;
use crate::render::summary::Summary;
use crate::render::{concise, full, github, gitlab, json, junit, problem, sarif};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Folders or files to check
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = Format::Full)]
    format: Format,
    /// What else makes the command fail
    #[arg(long, value_enum, value_name = "LEVEL")]
    deny: Option<Deny>,
    /// Report only the findings of these rules; several are separated by commas
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule_name::parser(), hide_possible_values = true)]
    select: Vec<&'static Rule>,
    /// Leave out the findings of these rules; several are separated by commas
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule_name::parser(), hide_possible_values = true)]
    ignore: Vec<&'static Rule>,
    /// Work out every fact anew, and keep none for the next run
    #[arg(long)]
    no_cache: bool,
    /// Say on standard error how long reading, checking and printing took
    #[arg(long)]
    timing: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// With the code around each finding
    Full,
    /// One line a finding
    Concise,
    /// One JSON object, the only format with the hints that are meant for editors
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// A code quality report of GitLab
    Gitlab,
    /// JUnit XML: a failed test for a finding that fails the check, a skipped one for any other
    Junit,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Deny {
    /// Warnings fail as errors do
    Warnings,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let cache = cache_folder().filter(|_| !arguments.no_cache);
    let mut timing = Timing::default();
    let mut reports = Vec::new();
    for path in &arguments.paths {
        let begun = Instant::now();
        let loaded = disk::load_cached(path, cache.as_deref())
            .with_context(|| format!("cannot check {}", path.display()))?;
        timing.read += begun.elapsed();
        for problem in &loaded.problems {
            anstream::eprintln!(
                "{}",
                problem::warning(&format!("{}: {}", problem.file, problem.message))
            );
        }
        let begun = Instant::now();
        let mut report = Report::of(&loaded, path, arguments.paths.len() > 1);
        report.findings.retain(|it| arguments.wants(it.rule));
        timing.check += begun.elapsed();
        reports.push(report);
    }
    let mut summary = Summary::default();
    for report in &reports {
        summary.add(&report.snapshot, &report.findings);
    }
    let begun = Instant::now();
    write_stdout(&arguments.render(&reports, &summary)?)?;
    timing.print = begun.elapsed();
    if arguments.timing {
        anstream::eprintln!("{}", timing.line());
    }
    let failing = summary.errors > 0 || (arguments.deny.is_some() && summary.warnings > 0);
    Ok(if failing { Exit::Findings } else { Exit::Success })
}

impl Arguments {
    fn wants(&self, rule: &str) -> bool {
        let has = |rules: &[&Rule]| rules.iter().any(|it| it.name == rule);
        (self.select.is_empty() || has(&self.select)) && !has(&self.ignore)
    }

    fn render(&self, reports: &[Report], summary: &Summary) -> anyhow::Result<String> {
        match self.format {
            Format::Full => Ok(full::render(reports, summary)),
            Format::Concise => Ok(concise::render(&Entry::all(reports), summary)),
            Format::Json => json::render(reports, summary),
            Format::Sarif => sarif::render(&Entry::all(reports)),
            Format::Github => Ok(github::render(&Entry::all(reports))),
            Format::Gitlab => gitlab::render(&Entry::all(reports)),
            Format::Junit => junit::render(&Entry::all(reports), self.failing_level()),
        }
    }

    /// The lowest severity that makes the command fail.
    fn failing_level(&self) -> Severity {
        match self.deny {
            Some(Deny::Warnings) => Severity::Warning,
            None => Severity::Error,
        }
    }
}

/// Where the time went.
#[derive(Default)]
struct Timing {
    read: Duration,
    check: Duration,
    print: Duration,
}

impl Timing {
    fn line(&self) -> String {
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        let Self { read, check, print } = *self;
        format!(
            "timing: read {:.1} ms, check {:.1} ms, print {:.1} ms",
            ms(read),
            ms(check),
            ms(print)
        )
    }
}

/// The findings of one workspace.
pub(crate) struct Report {
    /// What was checked.
    pub(crate) snapshot: Snapshot,
    /// Sorted by file, then position.
    pub(crate) findings: Vec<Diagnostic>,
    /// The workspace from the folder in which the command runs, with `/` at its end; empty if it is not below.
    prefix: String,
    /// True if the report is one of several, whose files may have the same names.
    among_others: bool,
}

impl Report {
    /// A file of the workspace as `full` and `json` name it: from the workspace, unless there are several.
    pub(crate) fn name(&self, file: &str) -> String {
        if self.among_others {
            self.path_of(file)
        } else {
            file.to_owned()
        }
    }

    /// Checks a whole workspace, and keeps what lies under the path that was asked for: a file's defects are often in
    /// its neighbours.
    fn of(loaded: &disk::Loaded, asked: &Path, among_others: bool) -> Self {
        let snapshot = loaded.host.snapshot();
        let mut findings = snapshot.check();
        let below = asked.canonicalize().ok().and_then(|path| {
            let below = path.strip_prefix(&loaded.root).ok()?;
            Some(below.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"))
        });
        if let Some(below) = below.filter(|below| !below.is_empty()) {
            findings.retain(|it| {
                it.file
                    .strip_prefix(below.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
        }
        Self {
            snapshot,
            findings,
            prefix: prefix_of(&loaded.root).unwrap_or_default(),
            among_others,
        }
    }

    /// A file of the workspace, from the folder in which the command runs.
    pub(crate) fn path_of(&self, file: &str) -> String {
        format!("{}{file}", self.prefix)
    }
}

fn prefix_of(root: &Path) -> Option<String> {
    let here = std::env::current_dir().ok()?.canonicalize().ok()?;
    let root = root.canonicalize().ok()?;
    let below = root.strip_prefix(here).ok()?.to_string_lossy();
    let slashes = below.replace(std::path::MAIN_SEPARATOR, "/");
    Some(if slashes.is_empty() {
        slashes
    } else {
        slashes + "/"
    })
}

/// True for severities that the full report shows: hints are for editors.
pub(crate) fn is_shown(severity: Severity) -> bool {
    severity > Severity::Hint
}
