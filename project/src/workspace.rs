//! The mutable [`Host`] that takes edits and the immutable [`Snapshot`] that answers questions.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use banister_grammars::Language;
use banister_grammars::facts::SchemaFact;

use crate::cache::{Analysis, Cache};
use crate::config::Selection;
use crate::diagnostic::Diagnostic;
use crate::discovery::{self, FileRole};
use crate::found::Found;
use crate::index;
use crate::index::Index;
pub(crate) use crate::manifests::Manifests;
pub use crate::project::{Project, Step, Stream};
use crate::resolve::Resolver;
use crate::rules::InFile;
use crate::shelf::Shelf;
pub use crate::source::{FlowSource, Source, SourceText};

pub(crate) type Sources = Shelf<Arc<Source>>;
pub(crate) type FlowSources = Shelf<Arc<FlowSource>>;

/// All files of a workspace; owned by one thread. A workspace may hold many projects, each its own topic space.
#[derive(Debug, Clone, Default)]
pub struct Host {
    files: Sources,
    manifests: Arc<Manifests>,
    flow_tests: FlowSources,
    selection: Arc<Selection>,
    /// The indexes of the latest snapshot that had any: projects without a changed file keep theirs.
    previous: Vec<Arc<Index>>,
    /// The findings of the latest snapshot that was checked.
    checked: Option<Arc<Found>>,
    /// Made on demand and dropped by every edit, so that a burst of edits copies the file map at most once.
    current: OnceLock<Snapshot>,
}

impl Host {
    /// An empty workspace.
    pub fn new() -> Self {
        Self::default()
    }

    /// A workspace that begins as this state.
    pub fn of(snapshot: &Snapshot) -> Self {
        let state = &snapshot.state;
        Self {
            files: state.files.clone(),
            manifests: Arc::clone(&state.manifests),
            flow_tests: state.flow_tests.clone(),
            selection: Arc::clone(&state.selection),
            previous: state.previous.clone(),
            checked: state.checked.clone(),
            current: OnceLock::from(snapshot.clone()),
        }
    }

    /// Adds or replaces a file. `path` is relative to the workspace, with `/`. Files that cannot hold facts are ignored.
    pub fn set_file(&mut self, path: &str, text: Arc<str>) {
        let text = without_byte_order_mark(text);
        match discovery::role(path) {
            None => {}
            Some(FileRole::Manifest) if self.manifests.get(path) == Some(&text) => {}
            Some(FileRole::Manifest) => {
                self.edit();
                Arc::make_mut(&mut self.manifests).set(path, text);
            }
            Some(FileRole::FlowTest) if self.flow_tests.get(path).is_some_and(|flow| flow.text == text) => {}
            Some(FileRole::FlowTest) => {
                self.edit();
                let flow = FlowSource::new(path, text);
                self.flow_tests.insert(Arc::new(flow));
            }
            Some(FileRole::Step | FileRole::Stream | FileRole::Module) => {
                let Some(language) = Language::of_path(path) else {
                    return;
                };
                if (self.files.get(path)).is_some_and(|file| !file.unread && file.text == text) {
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
    pub fn select(&mut self, selection: Selection) {
        self.edit();
        self.selection = Arc::new(selection);
        self.previous.clear();
        self.checked = None;
    }

    /// Forgets a file.
    pub fn remove_file(&mut self, path: &str) {
        if self.files.contains_key(path) {
            self.edit();
            self.files.remove(path);
        } else if self.manifests.contains_key(path) {
            self.edit();
            Arc::make_mut(&mut self.manifests).remove(path);
        } else if self.flow_tests.contains_key(path) {
            self.edit();
            self.flow_tests.remove(path);
        }
    }

    /// The current state, cheap to clone and to send to other threads.
    pub fn snapshot(&self) -> Snapshot {
        self.current
            .get_or_init(|| Snapshot {
                state: Arc::new(State {
                    files: self.files.clone(),
                    manifests: Arc::clone(&self.manifests),
                    flow_tests: self.flow_tests.clone(),
                    selection: Arc::clone(&self.selection),
                    previous: self.previous.clone(),
                    checked: self.checked.clone(),
                    indexes: OnceLock::new(),
                    found: OnceLock::new(),
                }),
            })
            .clone()
    }

    fn insert(&mut self, source: Source) {
        if self
            .files
            .get(&source.path)
            .is_some_and(|file| file.text == source.text && file.unread == source.unread)
        {
            return;
        }
        self.edit();
        self.files.insert(Arc::new(source));
    }

    fn edit(&mut self) {
        let Some(Snapshot { state }) = self.current.take() else {
            return;
        };
        if let Some(indexes) = state.indexes.get() {
            self.previous.clone_from(indexes);
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
pub(crate) struct State {
    pub(crate) files: Sources,
    pub(crate) manifests: Arc<Manifests>,
    pub(crate) flow_tests: FlowSources,
    pub(crate) selection: Arc<Selection>,
    /// The indexes of an earlier state.
    pub(crate) previous: Vec<Arc<Index>>,
    /// The findings of an earlier state.
    checked: Option<Arc<Found>>,
    indexes: OnceLock<Vec<Arc<Index>>>,
    found: OnceLock<Arc<Found>>,
}

impl Snapshot {
    /// A file by its path relative to the workspace.
    pub fn source(&self, path: &str) -> Option<&Arc<Source>> {
        self.state.files.get(path)
    }

    /// A flow test file by its path relative to the workspace.
    pub fn flow_test(&self, path: &str) -> Option<&Arc<FlowSource>> {
        self.state.flow_tests.get(path)
    }

    /// Every flow test file, by path.
    pub fn flow_tests(&self) -> impl Iterator<Item = &Arc<FlowSource>> {
        self.state.flow_tests.iter()
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
        self.state.files.iter()
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
            Arc::new(Found::of(self, before))
        });
        found.in_files()
    }

    /// Works out what editors ask for and checks do not, so that the first question need not wait for it. Later states
    /// take it over and keep it up.
    pub fn warm_up(&self) {
        self.indexes().iter().for_each(|index| index.warm_up());
    }

    /// The findings in one file.
    pub fn findings_in(&self, file: &str) -> &[Diagnostic] {
        let found = self.findings().get(file);
        found.map_or(&[], |in_file| &in_file.findings)
    }

    pub(crate) fn manifests(&self) -> &Arc<Manifests> {
        &self.state.manifests
    }

    pub(crate) fn files(&self) -> &Sources {
        &self.state.files
    }

    pub(crate) fn all_flow_tests(&self) -> &FlowSources {
        &self.state.flow_tests
    }

    pub(crate) fn indexes(&self) -> &[Arc<Index>] {
        self.state.indexes.get_or_init(|| index::build_all(&self.state))
    }

    /// True if the file is a step or stream of a project, a helper that sends messages, or imported by one of them.
    pub fn is_loaded(&self, file: &str) -> bool {
        self.source(file).is_some() && self.index_of(file).is_some()
    }

    /// The project that a file takes part in: its own for a step or stream, the nearest one around it for a module.
    pub(crate) fn index_of(&self, file: &str) -> Option<&Arc<Index>> {
        let indexes = self.indexes();
        indexes.iter().find(|index| index.loads(file)).or_else(|| {
            indexes
                .iter()
                .filter(|index| discovery::lies_in(file, &index.project.root))
                .max_by_key(|index| index.project.root.len())
        })
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
        assert_eq!(one_by_one.files, at_once.files);
        assert_eq!(at_once.snapshot().projects()[0].steps.len(), 20);
    }
}
