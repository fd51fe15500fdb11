//! `banister check`: the findings of the rules, as the editor shows them.

mod base;
mod baseline;
mod fix;
mod progress;
mod report;
mod stdin;
mod watch;
mod workspace;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use banister_project::config::Selection;
use banister_project::rules::Rule;
use banister_project::{Diagnostic, Severity, diagnostic};

use self::baseline::Baseline;
use self::progress::Progress;
use self::workspace::Workspace;
use super::{rule_name, write_stdout};
use crate::cache_folder::cache_folder;
use crate::exit::Exit;
use crate::render::entry::Entry;
use crate::render::summary::Summary;
use crate::render::{concise, full, github, gitlab, json, junit, sarif};

pub(crate) use self::report::{Report, is_shown};

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
    /// Turn all rules off but these; several are separated by commas
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule_name::parser(), hide_possible_values = true)]
    select: Vec<&'static Rule>,
    /// Turn these rules off; several are separated by commas
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule_name::parser(), hide_possible_values = true)]
    ignore: Vec<&'static Rule>,
    /// Mend what can be mended safely, and report the rest
    #[arg(long)]
    fix: bool,
    /// Print what `--fix` would change and change nothing; fails if there is something
    #[arg(long)]
    diff: bool,
    /// Report only findings that this file does not know
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write all findings to FILE (default: that of `--baseline`, else banister-baseline.json) and report none
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with_all = ["diff", "watch", "stdin_filename"])]
    write_baseline: Option<Option<PathBuf>>,
    /// Check the text on standard input as if it were this file; with `--fix`, print it mended
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "watch"])]
    stdin_filename: Option<PathBuf>,
    /// Check again whenever a file changes, until Ctrl-C
    #[arg(long, conflicts_with = "diff")]
    watch: bool,
    /// Report besides what a revision of Git promised and this one no longer keeps: a branch, a tag, a commit
    #[arg(long, value_name = "REVISION", conflicts_with = "stdin_filename")]
    base: Option<String>,
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

impl Format {
    /// True for text that a person reads while it is printed.
    fn is_for_people(self) -> bool {
        matches!(self, Self::Full | Self::Concise)
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    if let Some(path) = &arguments.stdin_filename {
        return stdin::run(arguments, path);
    }
    if arguments.watch {
        return watch::run(arguments);
    }
    let begun = Instant::now();
    let progress = Progress::start(arguments.format.is_for_people());
    progress.says("reading");
    let mut workspaces = Workspace::load_all(
        &arguments.paths,
        &arguments.selection(),
        arguments.cache().as_deref(),
    )?;
    let read = begun.elapsed();
    let begun = Instant::now();
    progress.says("checking");
    for workspace in &workspaces {
        // Findings are kept with the snapshot: this is where the work is done.
        workspace.loaded.host.snapshot().check();
    }
    drop(progress);
    let check = begun.elapsed();
    let begun = Instant::now();
    let exit = once(arguments, &mut workspaces)?;
    if arguments.timing {
        anstream::eprintln!("{}", timing([read, check, begun.elapsed()]));
    }
    // The process ends here: to give back the facts of every file one by one would take longer than to find them kept.
    std::mem::forget(workspaces);
    Ok(exit)
}

/// Checks what has been read, and does with the findings what the command line asks for.
fn once(arguments: &Arguments, workspaces: &mut [Workspace]) -> anyhow::Result<Exit> {
    for workspace in &*workspaces {
        workspace.warn();
    }
    let known = arguments.known()?;
    if arguments.diff {
        let (diff, outcome) = fix::diff(workspaces, known.as_ref());
        write_stdout(&diff)?;
        if outcome.files == 0 {
            return Ok(Exit::Success);
        }
        anstream::eprintln!("{}", outcome.line("would fix"));
        return Ok(Exit::Findings);
    }
    let mut failed = false;
    if arguments.fix {
        let outcome = fix::write(workspaces, known.as_ref());
        failed = outcome.failed;
        if outcome.files > 0 {
            anstream::eprintln!("{}", outcome.line("fixed"));
        }
    }
    if let Some(path) = arguments.baseline_to_write() {
        let line = arguments.write_known(&path, workspaces)?;
        anstream::eprintln!("{line}");
        return Ok(if failed { Exit::Failure } else { Exit::Success });
    }
    let outcome = arguments.report(workspaces, known)?;
    write_stdout(&outcome.text)?;
    Ok(if failed { Exit::Failure } else { outcome.exit })
}

/// A report, and how the command ends with it.
struct Outcome {
    text: String,
    exit: Exit,
}

impl Arguments {
    /// Where facts are kept between runs, if they are.
    fn cache(&self) -> Option<PathBuf> {
        cache_folder().filter(|_| !self.no_cache)
    }

    /// The rules that the command line asks for.
    fn selection(&self) -> Selection {
        let names = |rules: &[&'static Rule]| rules.iter().map(|rule| rule.name).collect();
        Selection {
            select: names(&self.select),
            ignore: names(&self.ignore),
        }
    }

    /// The baseline to hold findings against; none when it is about to be written.
    fn known(&self) -> anyhow::Result<Option<Baseline>> {
        let wanted = self.baseline.as_ref().filter(|_| self.write_baseline.is_none());
        wanted.map(|path| Baseline::read(path)).transpose()
    }

    fn baseline_to_write(&self) -> Option<PathBuf> {
        let named = self.write_baseline.as_ref()?.as_ref().or(self.baseline.as_ref());
        Some(named.cloned().unwrap_or_else(|| baseline::DEFAULT_FILE.into()))
    }

    /// Writes what is found to the baseline at `path`, and says so in one line. What an older one knows of files and
    /// rules that were not looked at stays.
    fn write_known(&self, path: &std::path::Path, workspaces: &[Workspace]) -> anyhow::Result<String> {
        anyhow::ensure!(
            !path.is_dir(),
            "cannot write a baseline to {}: it is a folder",
            path.display()
        );
        let mut baseline = if path.exists() {
            Baseline::read(path)?
        } else {
            Baseline::empty(path)?
        };
        let findings: Vec<_> = workspaces
            .iter()
            .map(|workspace| self.findings(workspace))
            .collect::<anyhow::Result<_>>()?;
        baseline.renew(workspaces, &self.selection(), &findings);
        baseline.write()
    }

    /// What is found under the paths that were asked for, and what no longer keeps the promises of `--base`.
    fn findings(&self, workspace: &Workspace) -> anyhow::Result<Vec<Diagnostic>> {
        let mut findings = workspace.loaded.host.snapshot().check();
        let breaks = base::breaks(&workspace.loaded, self.base.as_deref())?;
        let selection = self.selection();
        findings.extend(breaks.into_iter().filter(|it| selection.wants(it.rule)));
        diagnostic::sort(&mut findings);
        Ok(workspace.keep_asked(findings))
    }

    /// The report of what is found and not in the baseline.
    fn report(&self, workspaces: &[Workspace], mut known: Option<Baseline>) -> anyhow::Result<Outcome> {
        let mut reports = Vec::new();
        let mut summary = Summary::default();
        for workspace in workspaces {
            let snapshot = workspace.loaded.host.snapshot();
            let mut findings = self.findings(workspace)?;
            if let Some(baseline) = &mut known {
                findings = baseline.take(workspace, findings);
            }
            let report = workspace.report(snapshot, findings, workspaces.len() > 1);
            summary.add(&report.snapshot, &report.findings);
            reports.push(report);
        }
        if let Some(baseline) = known {
            let vanished = baseline.vanished(workspaces, &self.selection());
            if vanished > 0 {
                let (findings, they) = if vanished == 1 {
                    ("finding", "it")
                } else {
                    ("findings", "them")
                };
                let path = baseline.path().display();
                anstream::eprintln!(
                    "{path} knows {vanished} {findings} that nobody finds any more; `--write-baseline` removes {they}"
                );
            }
        }
        let failing = summary.errors > 0 || (self.deny.is_some() && summary.warnings > 0);
        Ok(Outcome {
            text: self.render(&reports, &summary)?,
            exit: if failing { Exit::Findings } else { Exit::Success },
        })
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

/// Where the time went: reading, checking, printing.
fn timing(times: [Duration; 3]) -> String {
    let [read, check, print] = times.map(|time| time.as_secs_f64() * 1000.0);
    format!("timing: read {read:.1} ms, check {check:.1} ms, print {print:.1} ms")
}
