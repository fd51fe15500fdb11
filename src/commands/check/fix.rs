//! `--fix` and `--diff`.

use std::collections::BTreeMap;

use banister_project::fixing::{Change, Fixed, fix_all};
use banister_project::{Diagnostic, Snapshot, disk};

use super::baseline::Baseline;
use super::report::prefix_of;
use super::workspace::Workspace;
use crate::render::problem;

/// What became of the fixes of one run.
#[derive(Default)]
pub(super) struct Outcome {
    /// How many fixes were applied.
    pub(super) count: usize,
    /// How many files changed.
    pub(super) files: usize,
    /// True if a file could not be written.
    pub(super) failed: bool,
}

impl Outcome {
    /// `fixed 2 findings in 1 file`.
    pub(super) fn line(&self, verb: &str) -> String {
        let things = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        let files = things(self.files, "file");
        if self.failed {
            // Which of the fixes were in the files that could not be written, nobody has counted.
            format!("{verb} {files}")
        } else {
            format!("{verb} {} in {files}", things(self.count, "finding"))
        }
    }
}

/// Applies the safe fixes of new findings to the texts, on paper. Only files that were asked for change.
pub(super) fn plan(workspace: &Workspace, baseline: Option<&Baseline>) -> Fixed {
    let chosen = |_: &Snapshot, findings: Vec<Diagnostic>| {
        let mut found = workspace.keep_asked(findings);
        if let Some(baseline) = baseline {
            found = baseline.clone().take(workspace, found);
        }
        found.retain(|finding| {
            let fix = finding.safe_fix();
            fix.is_some_and(|fix| fix.edits.iter().all(|edit| workspace.asks_for(&edit.file)))
        });
        found
    };
    let fixed = fix_all(workspace.loaded.host.clone(), &chosen);
    for file in &fixed.refused {
        let text = format!("{file}: not fixed, because it would no longer parse; please fix it by hand");
        anstream::eprintln!("{}", problem::warning(&text));
    }
    fixed
}

/// Writes the fixes of all workspaces. A file that cannot be written stays as it is and is reported as it is.
pub(super) fn write(workspaces: &mut [Workspace], baseline: Option<&Baseline>) -> Outcome {
    let mut outcome = Outcome::default();
    for workspace in workspaces {
        let mut fixed = plan(workspace, baseline);
        let mut written = 0;
        for (file, change) in &fixed.changed {
            match disk::replace(&workspace.loaded.root, file, &change.before, &change.after) {
                Ok(()) => written += 1,
                Err(problem) => {
                    let text = format!("{}: {}", problem.file, problem.message);
                    anstream::eprintln!("{}", problem::error_line(&text));
                    fixed.host.set_file(file, change.before.clone());
                    outcome.failed = true;
                }
            }
        }
        outcome.files += written;
        outcome.count += fixed.count;
        workspace.loaded.host = fixed.host;
    }
    outcome
}

/// The changes that `--fix` would make, as a unified diff, and their count.
pub(super) fn diff(workspaces: &[Workspace], baseline: Option<&Baseline>) -> (String, Outcome) {
    let mut text = String::new();
    let mut outcome = Outcome::default();
    for workspace in workspaces {
        let fixed = plan(workspace, baseline);
        let prefix = prefix_of(&workspace.loaded.root).unwrap_or_default();
        text += &unified(&fixed.changed, &prefix);
        outcome.count += fixed.count;
        outcome.files += fixed.changed.len();
    }
    (text, outcome)
}

/// A unified diff; `prefix` goes before the names of files.
pub(super) fn unified(changed: &BTreeMap<String, Change>, prefix: &str) -> String {
    changed
        .iter()
        .map(|(file, change)| {
            let name = format!("{prefix}{file}");
            similar::TextDiff::from_lines(&*change.before, &*change.after)
                .unified_diff()
                .context_radius(3)
                .header(&name, &name)
                .to_string()
        })
        .collect()
}
