//! The workspaces that the paths on the command line lie in, each with what was asked of it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use banister_project::config::Selection;
use banister_project::{Diagnostic, Snapshot, disk};

use super::report::{Report, slashed};
use crate::render::problem;

/// A workspace: all of it is read, because a file's defects are often in its neighbours, and what was asked for is
/// reported.
pub(super) struct Workspace {
    pub(super) loaded: disk::Loaded,
    /// Paths below the root, with `/`; an empty one asks for everything.
    pub(super) asked: Vec<String>,
}

impl Workspace {
    /// Reads the workspaces that `paths` lie in, with the facts kept in `cache`. A path inside of another adds nothing, so every finding is told once.
    pub(super) fn load_all(
        paths: &[PathBuf],
        selection: &Selection,
        cache: Option<&Path>,
    ) -> anyhow::Result<Vec<Self>> {
        let mut workspaces: Vec<Self> = Vec::new();
        for (path, real) in without_nested(paths)? {
            let cannot = || format!("cannot check {}", path.display());
            let known = (workspaces.iter_mut())
                .filter(|workspace| real.starts_with(&workspace.loaded.root))
                // Only the walk from the path itself knows where its workspace begins.
                .find(|workspace| disk::root_of(&real).is_ok_and(|root| root == workspace.loaded.root));
            match known {
                Some(workspace) => workspace.ask(&real),
                None => {
                    let mut loaded = disk::load_cached(path, cache).with_context(cannot)?;
                    loaded.host.select(selection);
                    let mut workspace = Self {
                        loaded,
                        asked: Vec::new(),
                    };
                    workspace.ask(&real);
                    workspaces.push(workspace);
                }
            }
        }
        Ok(workspaces)
    }

    fn ask(&mut self, path: &Path) {
        let below = path
            .strip_prefix(&self.loaded.root)
            .map(slashed)
            .unwrap_or_default();
        self.asked.push(below);
    }

    /// Says on standard error what could not be read, and which files that were asked for nobody looks at.
    pub(super) fn warn(&self) {
        for problem in &self.loaded.problems {
            let text = format!("{}: {}", problem.file, problem.message);
            anstream::eprintln!("{}", problem::warning(&text));
        }
        let snapshot = self.loaded.host.snapshot();
        let is_skipped = |file: &&String| {
            let is_file = !file.is_empty() && self.loaded.root.join(file).is_file();
            let has_problem = self.loaded.problems.iter().any(|problem| problem.file == **file);
            is_file && !has_problem && !snapshot.is_loaded(file)
        };
        for file in self.asked.iter().filter(is_skipped) {
            let text = format!("{file}: not checked, because it is no step or stream and no step imports it");
            anstream::eprintln!("{}", problem::warning(&text));
        }
    }

    /// True if the command line asks for this file.
    pub(super) fn asks_for(&self, file: &str) -> bool {
        self.asked.iter().any(|asked| {
            asked.is_empty()
                || file
                    .strip_prefix(asked.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// The findings in what was asked for.
    pub(super) fn keep_asked(&self, mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
        findings.retain(|finding| self.asks_for(&finding.file));
        findings
    }

    /// The path of a file.
    pub(super) fn path_of(&self, file: &str) -> PathBuf {
        self.loaded.root.join(file)
    }

    /// The report of `findings`.
    pub(super) fn report(&self, snapshot: Snapshot, findings: Vec<Diagnostic>, among_others: bool) -> Report {
        Report::new(&self.loaded.root, snapshot, findings, among_others)
    }
}

/// The paths that lie in no other one, each with its real path, in the order of the command line.
fn without_nested(paths: &[PathBuf]) -> anyhow::Result<Vec<(&PathBuf, PathBuf)>> {
    let mut real = Vec::new();
    for path in paths {
        let canonical = path
            .canonicalize()
            .with_context(|| format!("cannot open {}", path.display()))
            .with_context(|| format!("cannot check {}", path.display()))?;
        if !real.iter().any(|(_, other)| *other == canonical) {
            real.push((path, canonical));
        }
    }
    let all: Vec<PathBuf> = real.iter().map(|(_, path)| path.clone()).collect();
    real.retain(|(_, path)| !all.iter().any(|other| other != path && path.starts_with(other)));
    Ok(real)
}
