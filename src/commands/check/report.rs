//! The findings of one workspace, with the names that reports give its files.

use std::path::Path;

use banister_project::{Diagnostic, Severity, Snapshot};

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
    /// The findings of the workspace at `root`.
    pub(super) fn new(
        root: &Path,
        snapshot: Snapshot,
        findings: Vec<Diagnostic>,
        among_others: bool,
    ) -> Self {
        Self {
            snapshot,
            findings,
            prefix: prefix_of(root).unwrap_or_default(),
            among_others,
        }
    }

    /// A file of the workspace as `full` and `json` name it: from the workspace, unless there are several.
    pub(crate) fn name(&self, file: &str) -> String {
        if self.among_others {
            self.path_of(file)
        } else {
            file.to_owned()
        }
    }

    /// A file of the workspace, from the folder in which the command runs.
    pub(crate) fn path_of(&self, file: &str) -> String {
        format!("{}{file}", self.prefix)
    }
}

/// The folder `root` from the one in which the command runs.
pub(super) fn prefix_of(root: &Path) -> Option<String> {
    let here = std::env::current_dir().ok()?.canonicalize().ok()?;
    let below = slashed(root.canonicalize().ok()?.strip_prefix(here).ok()?);
    Some(if below.is_empty() { below } else { below + "/" })
}

/// A path with `/`, as findings name files.
pub(super) fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

/// True for severities that the full report shows: hints are for editors.
pub(crate) fn is_shown(severity: Severity) -> bool {
    severity > Severity::Hint
}
