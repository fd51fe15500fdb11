//! What is found in a workspace, file by file: the findings of all its projects with the comments that silence some.

use std::collections::BTreeSet;
use std::sync::Arc;

use banister_grammars::facts::IgnoreFact;

use crate::diagnostic::Diagnostic;
use crate::flow_source::FlowSources;
use crate::ignores;
use crate::index::{self, Index, Inputs};
use crate::resolve::Manifests;
use crate::rules::{self, InFile};
use crate::shelf::Shelf;
use crate::source::Sources;

/// The findings of one state of a workspace, with what they were worked out from.
#[derive(Debug)]
pub(crate) struct Found {
    manifests: Arc<Manifests>,
    files: Sources,
    flow_tests: FlowSources,
    /// The findings of each project, by its root.
    projects: Vec<(String, Shelf<InFile>)>,
    in_files: Shelf<InFile>,
}

impl Found {
    /// The findings of a state. Those of an earlier one hold for the files that nothing has changed in.
    pub(crate) fn of(inputs: &Inputs, indexes: &[Arc<Index>], before: Option<&Self>) -> Self {
        let of_project =
            |index: &Arc<Index>| (index.project.root.clone(), rules::checked(index).in_files.clone());
        let mut found = Self {
            manifests: Arc::clone(&inputs.manifests),
            files: inputs.files.clone(),
            flow_tests: inputs.flow_tests.clone(),
            projects: indexes.iter().map(of_project).collect(),
            in_files: Shelf::default(),
        };
        found.in_files = match before.filter(|before| before.has_the_projects_of(&found)) {
            Some(before) => {
                let mut in_files = before.in_files.clone();
                for file in before.changed(&found) {
                    match found.in_file(indexes, file) {
                        Some(in_file) => in_files.insert(in_file),
                        None => drop(in_files.remove(file)),
                    }
                }
                in_files
            }
            None => {
                let all = found.all().into_iter();
                all.filter_map(|file| found.in_file(indexes, file)).collect()
            }
        };
        found
    }

    /// The findings by file.
    pub(crate) fn in_files(&self) -> &Shelf<InFile> {
        &self.in_files
    }

    fn has_the_projects_of(&self, now: &Self) -> bool {
        let roots = |found: &Self| {
            found
                .projects
                .iter()
                .map(|(root, _)| root.clone())
                .collect::<Vec<_>>()
        };
        (Arc::ptr_eq(&self.manifests, &now.manifests) || self.manifests == now.manifests)
            && roots(self) == roots(now)
    }

    /// The files in which something may be found: by rules, or because of their comments.
    fn all(&self) -> BTreeSet<&str> {
        let by_rules = self.projects.iter().flat_map(|(_, in_files)| in_files);
        let sources = self
            .files
            .iter()
            .filter(|source| !source.facts.ignores.is_empty());
        let flow_tests = self.flow_tests.iter().filter(|flow| !flow.ignores.is_empty());
        by_rules
            .map(|in_file| in_file.file.as_str())
            .chain(sources.map(|source| source.path.as_str()))
            .chain(flow_tests.map(|flow| flow.path.as_str()))
            .collect()
    }

    /// The files in which something else may be found now.
    fn changed<'f>(&'f self, now: &'f Self) -> BTreeSet<&'f str> {
        let mut changed = BTreeSet::new();
        self.files.difference(&now.files, |old, new| {
            if !old.zip(new).is_some_and(|(old, new)| Arc::ptr_eq(old, new)) {
                changed.extend(old.or(new).map(|source| source.path.as_str()));
            }
        });
        self.flow_tests.difference(&now.flow_tests, |old, new| {
            if !old.zip(new).is_some_and(|(old, new)| Arc::ptr_eq(old, new)) {
                changed.extend(old.or(new).map(|flow| flow.path.as_str()));
            }
        });
        for ((_, before), (_, now)) in self.projects.iter().zip(&now.projects) {
            before.difference(now, |old, new| {
                if !old
                    .zip(new)
                    .is_some_and(|(old, new)| Arc::ptr_eq(&old.findings, &new.findings))
                {
                    changed.extend(old.or(new).map(|in_file| in_file.file.as_str()));
                }
            });
        }
        changed
    }

    fn in_file(&self, indexes: &[Arc<Index>], file: &str) -> Option<InFile> {
        let mut parts = self
            .projects
            .iter()
            .filter_map(|(_, in_files)| in_files.get(file));
        let first = parts.next();
        let comments = self.comments(file);
        let index = index::of_file(indexes, file).filter(|_| !comments.is_empty());
        let more: Vec<&InFile> = parts.collect();
        if index.is_none() && more.is_empty() {
            return first.cloned();
        }
        let all = first.into_iter().chain(more);
        let mut findings: Vec<Diagnostic> =
            all.flat_map(|in_file| in_file.findings.iter().cloned()).collect();
        if let Some(index) = index {
            ignores::apply(index, file, comments, &mut findings);
        }
        findings.sort_by(crate::diagnostic::order);
        (!findings.is_empty()).then(|| InFile {
            file: file.to_owned(),
            findings: findings.into(),
        })
    }

    /// The comments of a file that silence rules.
    fn comments(&self, file: &str) -> &[IgnoreFact] {
        let source = self.files.get(file).map(|source| source.facts.ignores.as_slice());
        let flow_test = || Some(self.flow_tests.get(file)?.ignores.as_slice());
        source.or_else(flow_test).unwrap_or_default()
    }
}
