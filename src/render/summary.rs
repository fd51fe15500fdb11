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
        match (self.errors, self.warnings) {
            (0, 0) => format!("No findings in {checked}."),
            (errors, warnings) => {
                format!(
                    "Found {} and {} in {checked}.",
                    things(errors, "error"),
                    things(warnings, "warning")
                )
            }
        }
    }
}
