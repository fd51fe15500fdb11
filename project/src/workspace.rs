//! The mutable [`Host`] that takes edits and the immutable [`Snapshot`] that answers questions.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use banister_grammars::Language;
use banister_grammars::facts::SchemaFact;

use crate::cache::{Analysis, Cache};
use crate::config::{self, Selection};
use crate::diagnostic::Diagnostic;
use crate::discovery::{self, FileRole};
use crate::flow_source::FlowSource;
use crate::flow_test::ProjectNames;
use crate::found::Found;
use crate::index::{self, Index, Inputs};
use crate::project::Project;
use crate::resolve::{Manifests, Resolver};
use crate::rules::{self, InFile};
use crate::shelf::Shelf;
use crate::source::{Source, SourceText, Sources};

/// All files of a workspace; owned by one thread. A workspace may hold many projects, each its own topic space.
#[derive(Debug, Clone)]
pub struct Host {
    /// The files, and the indexes of the latest snapshot that had any.
    inputs: Inputs,
    /// The findings of the latest snapshot that was checked.
    checked: Option<Arc<Found>>,
    /// Made on demand and dropped by every edit, so that a burst of edits copies the file map at most once.
    current: OnceLock<Snapshot>,
}

impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}

impl Host {
    /// An empty workspace.
    pub fn new() -> Self {
        Self {
            inputs: Inputs {
                rules: &rules::NAMES,
                ..Inputs::default()
            },
            checked: None,
            current: OnceLock::new(),
        }
    }

    /// A workspace that begins as this state.
    pub fn of(snapshot: &Snapshot) -> Self {
        let state = &snapshot.state;
        Self {
            inputs: state.inputs.clone(),
            checked: state.checked.clone(),
            current: OnceLock::from(snapshot.clone()),
        }
    }

    /// Adds or replaces a file. `path` is relative to the workspace, with `/`. Files that cannot hold facts are ignored.
    pub fn set_file(&mut self, path: &str, text: Arc<str>) {
        let text = without_byte_order_mark(text);
        match discovery::role(path) {
            None => {}
            Some(FileRole::Manifest) if self.inputs.manifests.get(path) == Some(&text) => {}
            Some(FileRole::Manifest) => {
                self.edit();
                Arc::make_mut(&mut self.inputs.manifests).set(path, text);
            }
            Some(FileRole::FlowTest)
                if self
                    .inputs
                    .flow_tests
                    .get(path)
                    .is_some_and(|flow| flow.text == text) => {}
            Some(FileRole::FlowTest) => {
                self.edit();
                let flow = FlowSource::new(path, text);
                self.inputs.flow_tests.insert(Arc::new(flow));
            }
            Some(FileRole::Step | FileRole::Stream | FileRole::Module) => {
                let Some(language) = Language::of_path(path) else {
                    return;
                };
                if (self.inputs.files.get(path)).is_some_and(|file| !file.unread && file.text == text) {
                    return;
                }
                self.insert(Source::new(path, language, text));
            }
        }
    }

    /// [`Host::set_file`] for many files, on all cores: what loading a workspace wants.
    pub fn set_files(&mut self, files: Vec<(String, Arc<str>)>) {
        self.set_files_cached(files, &mut Cache::disabled());
    }

    /// [`Host::set_files`] with facts that are known already; the cache learns the others.
    pub fn set_files_cached(&mut self, files: Vec<(String, Arc<str>)>, cache: &mut Cache) {
        let (sources, rest): (Vec<_>, Vec<_>) = files.into_iter().partition(|(path, _)| holds_facts(path));
        for (path, text) in rest {
            self.set_file(&path, text);
        }
        for (source, analysis) in analyse(&sources, cache) {
            self.insert(Source {
                source,
                facts: cache.remember(analysis),
                unread: false,
            });
        }
    }

    /// Takes note of a step, stream or module whose text cannot be taken: what it may
    /// explain is not reported.
    pub fn set_unread(&mut self, path: &str) {
        self.remove_file(path);
        let role = discovery::role(path);
        if !matches!(role, Some(FileRole::Step | FileRole::Stream | FileRole::Module)) {
            return;
        }
        if let Some(language) = Language::of_path(path) {
            self.insert(Source::unread(path, language));
        }
    }

    /// Asks for some rules only; what the settings of the projects say holds for them.
    pub fn select(&mut self, selection: &Selection) {
        self.edit();
        self.inputs.asked = rules::asked(selection).into();
        self.inputs.previous.clear();
        self.checked = None;
    }

    /// Forgets a file.
    pub fn remove_file(&mut self, path: &str) {
        if self.inputs.files.contains_key(path) {
            self.edit();
            self.inputs.files.remove(path);
        } else if self.inputs.manifests.contains_key(path) {
            self.edit();
            Arc::make_mut(&mut self.inputs.manifests).remove(path);
        } else if self.inputs.flow_tests.contains_key(path) {
            self.edit();
            self.inputs.flow_tests.remove(path);
        }
    }

    /// The current state, cheap to clone and to send to other threads.
    pub fn snapshot(&self) -> Snapshot {
        self.current
            .get_or_init(|| Snapshot {
                state: Arc::new(State {
                    inputs: self.inputs.clone(),
                    checked: self.checked.clone(),
                    indexes: OnceLock::new(),
                    found: OnceLock::new(),
                }),
            })
            .clone()
    }

    fn insert(&mut self, source: Source) {
        if self
            .inputs
            .files
            .get(&source.path)
            .is_some_and(|file| file.text == source.text && file.unread == source.unread)
        {
            return;
        }
        self.edit();
        self.inputs.files.insert(Arc::new(source));
    }

    fn edit(&mut self) {
        let Some(Snapshot { state }) = self.current.take() else {
            return;
        };
        if let Some(indexes) = state.indexes.get() {
            self.inputs.previous.clone_from(indexes);
        }
        if let Some(found) = state.found.get() {
            self.checked = Some(Arc::clone(found));
        }
    }
}

/// True if the file at `path` has facts.
fn holds_facts(path: &str) -> bool {
    matches!(
        discovery::role(path),
        Some(FileRole::Step | FileRole::Stream | FileRole::Module)
    )
}

/// The facts of each file, worked out on all cores. Files cost as unequally as they are long, so whoever is free
/// takes the next one.
fn analyse(files: &[(String, Arc<str>)], cache: &Cache) -> Vec<(SourceText, Analysis)> {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((path, text)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(language) = Language::of_path(path) {
                let source = SourceText::new(path, without_byte_order_mark(Arc::clone(text)));
                let analysis = cache.analyse(language, &source.text);
                done.push((source, analysis));
            }
        }
        done
    };
    let mut done: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores.min(files.len())).map(|_| scope.spawn(work)).collect();
        // A thread that died took its files with it; the others still count.
        threads
            .into_iter()
            .filter_map(|thread| thread.join().ok())
            .flatten()
            .collect()
    });
    done.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
    done
}

fn without_byte_order_mark(text: Arc<str>) -> Arc<str> {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => Arc::from(rest),
        None => text,
    }
}

/// An immutable state of the workspace.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    state: Arc<State>,
}

/// What a snapshot holds: everything that indexes are built from, and they themselves once somebody asks.
#[derive(Debug, Default)]
struct State {
    inputs: Inputs,
    /// The findings of an earlier state.
    checked: Option<Arc<Found>>,
    indexes: OnceLock<Vec<Arc<Index>>>,
    found: OnceLock<Arc<Found>>,
}

impl Snapshot {
    /// A file by its path relative to the workspace.
    pub fn source(&self, path: &str) -> Option<&Arc<Source>> {
        self.state.inputs.files.get(path)
    }

    /// A flow test file by its path relative to the workspace.
    pub fn flow_test(&self, path: &str) -> Option<&Arc<FlowSource>> {
        self.state.inputs.flow_tests.get(path)
    }

    /// Every flow test file, by path.
    pub fn flow_tests(&self) -> impl Iterator<Item = &Arc<FlowSource>> {
        self.state.inputs.flow_tests.iter()
    }

    /// The text of any file that a finding can be in.
    pub fn text(&self, path: &str) -> Option<&SourceText> {
        let source = self.source(path).map(|source| &source.source);
        source.or_else(|| self.flow_test(path).map(|flow| &flow.source))
    }

    /// The source files that `file` needs to run, itself among them, as far as its imports tell.
    pub fn used_by(&self, file: &str) -> BTreeSet<String> {
        crate::resolve::used_by(self.files(), self.manifests(), file)
    }

    /// Every source file, by path.
    pub fn sources(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.state.inputs.files.iter()
    }

    /// The source files that an earlier state did not hold.
    pub fn added_since(&self, before: &Self) -> Vec<Arc<Source>> {
        let mut added = Vec::new();
        before.files().difference(self.files(), |old, new| {
            added.extend(new.filter(|_| old.is_none()).map(Arc::clone));
        });
        added
    }

    /// Every project of the workspace, by root.
    pub fn projects(&self) -> Vec<Project> {
        self.indexes().iter().map(|index| index.project.clone()).collect()
    }

    /// A schema that `file` writes, with the parts that other files hold; nothing if it is one of another file that
    /// is not there.
    pub fn schema(&self, file: &str, schema: &SchemaFact) -> Option<SchemaFact> {
        let source = self.source(file)?;
        let resolver = Resolver::new(self.files(), self.manifests());
        let (_, whole) = resolver.schema(source, schema)?;
        Some(whole.into_owned())
    }

    /// Every finding that no comment silences, sorted by file, then position, then rule.
    pub fn check(&self) -> Vec<Diagnostic> {
        let each = self.findings().iter();
        each.flat_map(|in_file| in_file.findings.iter().cloned())
            .collect()
    }

    /// The same by file, for those files that have any. [`Shelf::difference`] to that of an earlier state tells quickly
    /// what the edits in between have changed.
    pub fn findings(&self) -> &Shelf<InFile> {
        let found = self.state.found.get_or_init(|| {
            let before = self.state.checked.as_deref();
            Arc::new(Found::of(&self.state.inputs, self.indexes(), before))
        });
        found.in_files()
    }

    /// Works out what editors ask for and checks do not, so that the first question need not wait for it. Later states
    /// take it over and keep it up.
    pub fn warm_up(&self) {
        for index in self.indexes() {
            index.warm_up();
            rules::warm_up(index);
        }
    }

    /// The findings in one file.
    pub fn findings_in(&self, file: &str) -> &[Diagnostic] {
        let found = self.findings().get(file);
        found.map_or(&[], |in_file| &in_file.findings)
    }

    pub(crate) fn manifests(&self) -> &Arc<Manifests> {
        &self.state.inputs.manifests
    }

    pub(crate) fn files(&self) -> &Sources {
        &self.state.inputs.files
    }

    pub(crate) fn indexes(&self) -> &[Arc<Index>] {
        self.state
            .indexes
            .get_or_init(|| index::build_all(&self.state.inputs))
    }

    /// True if the file is a step or stream of a project, a helper that sends messages, or imported by one of them.
    pub fn is_loaded(&self, file: &str) -> bool {
        self.source(file).is_some() && self.index_of(file).is_some()
    }

    /// The project that a file takes part in: its own for a step or stream, the nearest one around it for a module.
    pub(crate) fn index_of(&self, file: &str) -> Option<&Arc<Index>> {
        index::of_file(self.indexes(), file)
    }

    /// The names that the flow tests of the project at `root` may use; none if there is no such project.
    pub fn names_of(&self, root: &str) -> ProjectNames {
        let mut indexes = self.indexes().iter();
        let index = indexes.find(|index| index.project.root == root);
        index.map(|index| index.names().clone()).unwrap_or_default()
    }

    /// Every settings file, by path, whatever it says.
    pub fn settings_files(&self) -> impl Iterator<Item = SourceText> {
        let is_settings = |path: &str| path.rsplit('/').next() == Some(config::FILE_NAME);
        let files = self.manifests().iter().filter(move |(path, _)| is_settings(path));
        files.map(|(path, text)| SourceText::new(path, text.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: &str = "export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }\n";

    #[test]
    fn the_same_text_is_no_work_and_a_byte_order_mark_is_no_text() {
        let mut host = Host::new();
        host.set_file("steps/a.step.ts", STEP.into());
        let first = Arc::clone(host.snapshot().source("steps/a.step.ts").unwrap());
        host.set_file("steps/a.step.ts", format!("\u{feff}{STEP}").into());
        assert!(Arc::ptr_eq(
            &first,
            host.snapshot().source("steps/a.step.ts").unwrap()
        ));
    }

    #[test]
    fn a_snapshot_does_not_see_later_edits() {
        let mut host = Host::new();
        host.set_file("steps/a.step.ts", STEP.into());
        let before = host.snapshot();
        host.remove_file("steps/a.step.ts");
        assert!(before.source("steps/a.step.ts").is_some());
        assert!(host.snapshot().source("steps/a.step.ts").is_none());
        assert!(host.snapshot().projects().is_empty());
    }

    #[test]
    fn an_edit_leaves_the_index_of_other_projects_alone() {
        let mut host = Host::new();
        host.set_file("a/steps/a.step.ts", STEP.into());
        host.set_file("b/steps/b.step.ts", STEP.into());
        let before = host.snapshot();
        let kept = Arc::clone(&before.indexes()[0]);
        let changed = Arc::clone(&before.indexes()[1]);
        host.set_file("b/steps/b.step.ts", STEP.replace("'A'", "'B'").into());
        assert!(Arc::ptr_eq(&kept, &host.snapshot().indexes()[0]));
        assert!(!Arc::ptr_eq(&changed, &host.snapshot().indexes()[1]));
    }

    #[test]
    fn many_files_at_once_are_the_same_files() {
        let files: Vec<(String, Arc<str>)> = (0..20)
            .map(|n| {
                (
                    format!("steps/s{n}.step.ts"),
                    Arc::from(STEP.replace("'A'", &format!("'S{n}'"))),
                )
            })
            .collect();
        let mut one_by_one = Host::new();
        for (path, text) in &files {
            one_by_one.set_file(path, Arc::clone(text));
        }
        let mut at_once = Host::new();
        at_once.set_files(files);
        assert_eq!(one_by_one.inputs.files, at_once.inputs.files);
        assert_eq!(at_once.snapshot().projects()[0].steps.len(), 20);
    }
}
