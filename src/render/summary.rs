//! The counts at the end of a report.

use banister_project::graph::Graph;
use banister_project::{Diagnostic, Severity, Snapshot};
use serde::Serialize;

/// What was checked and what was found; part of the frozen JSON.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Summary {
    /// Source files.
    pub(crate) files: usize,
    /// Loaded steps.
    pub(crate) steps: usize,
    /// Distinct topics, counted by project.
    pub(crate) topics: usize,
    /// Findings of that severity.
    pub(crate) errors: usize,
    /// Findings of that severity.
    pub(crate) warnings: usize,
    /// Findings of that severity; the full report leaves them to editors.
    pub(crate) hints: usize,
}

impl Summary {
    /// Adds a workspace.
    pub(crate) fn add(&mut self, snapshot: &Snapshot, findings: &[Diagnostic]) {
        self.files += snapshot.sources().count();
        for project in Graph::of(snapshot, None).projects {
            self.steps += project.steps.len();
            self.topics += project.topics.len();
        }
        let count = |severity| findings.iter().filter(|it| it.severity == severity).count();
        self.errors += count(Severity::Error);
        self.warnings += count(Severity::Warning);
        self.hints += count(Severity::Hint);
    }

    /// One line for people.
    pub(crate) fn line(&self) -> String {
        let things = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        let checked = format!(
            "{}, {}, {}",
            things(self.files, "file"),
            things(self.steps, "step"),
            things(self.topics, "topic")
        );
        let hints = match self.hints {
            0 => String::new(),
            n => format!(" {} not shown: see `--format json`.", things(n, "hint")),
        };
        match (self.errors, self.warnings) {
            (0, 0) => format!("No findings in {checked}.{hints}"),
            (errors, warnings) => {
                let found = format!("{} and {}", things(errors, "error"), things(warnings, "warning"));
                format!("Found {found} in {checked}.{hints}")
            }
        }
    }
}
