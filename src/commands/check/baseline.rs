//! The baseline: findings that are known and not reported, until they are gone.
//!
//! An entry names a rule, a file and what the finding is about — a topic, a step, a route — and never a line, so that
//! it survives edits around it. Equal findings of one file are counted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use banister_project::config::Selection;
use banister_project::{Diagnostic, disk};
use serde::{Deserialize, Serialize};

use super::report::slashed;
use super::workspace::Workspace;

/// Where `--write-baseline` writes unless it is told.
pub(super) const DEFAULT_FILE: &str = "banister-baseline.json";

/// Version of the file's shape.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    findings: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    file: String,
    subject: String,
    count: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    file: String,
    rule: String,
    subject: String,
}

/// A baseline, with how often each of its findings is known.
#[derive(Clone)]
pub(super) struct Baseline {
    path: PathBuf,
    /// The folder that its files are named from.
    folder: PathBuf,
    known: BTreeMap<Key, usize>,
}

impl Baseline {
    /// A baseline without findings, to be written at `path`.
    pub(super) fn empty(path: &Path) -> anyhow::Result<Self> {
        let folder = disk::real_folder(path)
            .with_context(|| format!("the folder of the baseline {} does not exist", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            folder,
            known: BTreeMap::new(),
        })
    }

    /// Reads a baseline.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = disk::read_report(path)
            .map_err(|problem| anyhow::anyhow!("the baseline {} {}", problem.file, problem.message))?;
        let remedy = || {
            format!(
                "{} is not a baseline of this version of Banister; `--write-baseline` writes a new one once it is removed",
                path.display()
            )
        };
        let document: Document = serde_json::from_str(&text).with_context(remedy)?;
        if document.version != VERSION {
            let found = format!("it has version {}, and {VERSION} is known", document.version);
            return Err(anyhow::anyhow!(found)).with_context(remedy);
        }
        let mut baseline = Self::empty(path)?;
        for entry in document.findings {
            let Entry {
                rule,
                file,
                subject,
                count,
            } = entry;
            let known = baseline.known.entry(Key { file, rule, subject }).or_default();
            *known = known.saturating_add(count);
        }
        Ok(baseline)
    }

    /// The findings that are not known. Of equal ones the first are taken for the known ones. What is known is used up.
    pub(super) fn take(&mut self, workspace: &Workspace, mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
        findings.retain(|finding| {
            let Some(left) = self.known.get_mut(&key(&self.folder, workspace, finding)) else {
                return true;
            };
            let is_new = *left == 0;
            *left = left.saturating_sub(1);
            is_new
        });
        findings
    }

    /// How many known findings are left over that the run would have found if they were still there.
    pub(super) fn vanished(&self, workspaces: &[Workspace], selection: &Selection) -> usize {
        self.known
            .iter()
            .filter(|(key, _)| self.is_looked_at(key, workspaces, selection))
            .fold(0, |sum, (_, left)| sum.saturating_add(*left))
    }

    /// Replaces what is known of the files and rules that the run has looked at.
    pub(super) fn renew(
        &mut self,
        workspaces: &[Workspace],
        selection: &Selection,
        findings: &[Vec<Diagnostic>],
    ) {
        let mut known = std::mem::take(&mut self.known);
        known.retain(|key, _| !self.is_looked_at(key, workspaces, selection));
        for (workspace, findings) in workspaces.iter().zip(findings) {
            for finding in findings {
                *known.entry(key(&self.folder, workspace, finding)).or_default() += 1;
            }
        }
        self.known = known;
    }

    /// Writes the baseline and says how many findings are in it.
    pub(super) fn write(&self) -> anyhow::Result<String> {
        let document = Document {
            version: VERSION,
            findings: (self.known.iter())
                .map(|(key, count)| Entry {
                    rule: key.rule.clone(),
                    file: key.file.clone(),
                    subject: key.subject.clone(),
                    count: *count,
                })
                .collect(),
        };
        let text = serde_json::to_string_pretty(&document)? + "\n";
        disk::write_report(&self.path, &text)
            .map_err(|problem| anyhow::anyhow!("the baseline {} {}", problem.file, problem.message))?;
        let count = self
            .known
            .values()
            .fold(0_usize, |sum, count| sum.saturating_add(*count));
        let findings = if count == 1 { "finding" } else { "findings" };
        Ok(format!(
            "wrote {count} known {findings} to {}",
            self.path.display()
        ))
    }

    /// The file, as it was named.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn is_looked_at(&self, key: &Key, workspaces: &[Workspace], selection: &Selection) -> bool {
        let path = self.folder.join(&key.file);
        let is_asked = workspaces.iter().any(|workspace| {
            let below = path.strip_prefix(&workspace.loaded.root).map(slashed);
            let file = below.as_deref().unwrap_or(&key.file);
            let is_elsewhere = below.is_err() && path.exists();
            !is_elsewhere && workspace.asks_for(file)
        });
        is_asked && selection.wants(&key.rule)
    }
}

/// A file is named from the baseline's folder; one that does not lie below it, from its workspace.
fn key(folder: &Path, workspace: &Workspace, finding: &Diagnostic) -> Key {
    let path = workspace.path_of(&finding.file);
    Key {
        file: path
            .strip_prefix(folder)
            .map_or_else(|_| finding.file.clone(), slashed),
        rule: finding.rule.to_owned(),
        subject: finding.subject(),
    }
}
