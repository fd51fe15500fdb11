//! `banister check`: the findings of the rules, as the editor shows them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use banister_project::{Diagnostic, Severity, Snapshot, disk};

use super::write_stdout;
use crate::exit::Exit;
use crate::render::{full, json, summary::Summary};

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
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// With the code around each finding
    Full,
    /// One JSON object
    Json,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Deny {
    /// Warnings fail as errors do
    Warnings,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let mut reports = Vec::new();
    for path in &arguments.paths {
        let loaded = disk::load(path).with_context(|| format!("cannot check {}", path.display()))?;
        for problem in &loaded.problems {
            anstream::eprintln!(
                "{}",
                crate::render::problem::warning(&format!("{}: {}", problem.file, problem.message))
            );
        }
        reports.push(Report::of(&loaded, path, arguments.paths.len() > 1));
    }
    let mut summary = Summary::default();
    for report in &reports {
        summary.add(&report.snapshot, &report.findings);
    }
    let text = match arguments.format {
        Format::Full => full::render(&reports, &summary),
        Format::Json => json::render(&reports, &summary)?,
    };
    write_stdout(&text)?;
    let failing = summary.errors > 0 || (arguments.deny.is_some() && summary.warnings > 0);
    Ok(if failing { Exit::Findings } else { Exit::Success })
}

/// The findings of one workspace.
pub(crate) struct Report {
    /// What was checked.
    pub(crate) snapshot: Snapshot,
    /// Sorted by file, then position.
    pub(crate) findings: Vec<Diagnostic>,
    /// What stands before the files of this workspace in a report of several: nothing, or its folder and a `/`.
    prefix: String,
}

impl Report {
    /// A file of the workspace as the report names it.
    pub(crate) fn name(&self, file: &str) -> String {
        format!("{}{file}", self.prefix)
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
        let prefix = if among_others {
            folder_prefix(&loaded.root)
        } else {
            String::new()
        };
        Self {
            snapshot,
            findings,
            prefix,
        }
    }
}

/// A workspace's folder as seen from the current one, if it lies below it.
fn folder_prefix(root: &Path) -> String {
    let here = std::env::current_dir().and_then(|folder| folder.canonicalize());
    let below = here
        .as_deref()
        .ok()
        .and_then(|here| root.strip_prefix(here).ok())
        .unwrap_or(root);
    match below.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/") {
        below if below.is_empty() => below,
        below => below + "/",
    }
}

/// True for severities that the full report shows: hints are for editors.
pub(crate) fn is_shown(severity: Severity) -> bool {
    severity > Severity::Hint
}
