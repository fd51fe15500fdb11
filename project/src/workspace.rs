//! The mutable [`Host`] that takes edits and the immutable [`Snapshot`] that answers questions.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use banister_grammars::facts::SchemaFact;
use banister_grammars::{FileFacts, Language, LineIndex};

use crate::diagnostic::Diagnostic;
use crate::discovery::{self, FileRole};
use crate::index::Index;
pub use crate::project::{Project, Step, Stream};
use crate::resolve::Resolver;
use crate::{index, rules};

/// One source file: its text and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Relative to the workspace, with `/`.
    pub path: String,
    /// The text, without a byte-order mark.
    pub text: Arc<str>,
    /// Its line starts.
    pub lines: LineIndex,
    /// Its facts.
    pub facts: FileFacts,
}

impl Source {
    fn new(path: &str, language: Language, text: Arc<str>) -> Self {
        Self {
            path: path.to_owned(),
            lines: LineIndex::new(&text),
            facts: banister_grammars::extract(language, &text),
            text,
        }
    }
}

pub(crate) type Sources = BTreeMap<String, Arc<Source>>;
pub(crate) type Manifests = BTreeMap<String, Arc<str>>;

/// All files of a workspace; owned by one thread. A workspace may hold many projects, each its own topic space.
#[derive(Debug, Clone, Default)]
pub struct Host {
    files: Arc<Sources>,
    manifests: Arc<Manifests>,
    /// The indexes of the latest snapshot that had any: projects without a changed file keep theirs.
    previous: Vec<Arc<Index>>,
    /// Made on demand and dropped by every edit, so that a burst of edits copies the file map at most once.
    current: OnceLock<Snapshot>,
}

impl Host {
    /// An empty workspace.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a file. `path` is relative to the workspace, with `/`. Files that cannot hold facts are ignored.
    pub fn set_file(&mut self, path: &str, text: Arc<str>) {
        let text = without_byte_order_mark(text);
        match discovery::role(path) {
            None => {}
            Some(FileRole::Manifest) if self.manifests.get(path) == Some(&text) => {}
            Some(FileRole::Manifest) => {
                self.edit();
                Arc::make_mut(&mut self.manifests).insert(path.to_owned(), text);
            }
            Some(FileRole::Step | FileRole::Stream | FileRole::Module) => {
                let Some(language) = Language::of_path(path) else {
                    return;
                };
                if self.files.get(path).is_some_and(|file| file.text == text) {
                    return;
                }
                self.insert(Source::new(path, language, text));
            }
        }
    }

    /// [`Host::set_file`] for many files, on all cores: what loading a workspace wants.
    pub fn set_files(&mut self, files: Vec<(String, Arc<str>)>) {
        let workers = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let (sources, rest): (Vec<_>, Vec<_>) = files.into_iter().partition(|(path, _)| {
            matches!(
                discovery::role(path),
                Some(FileRole::Step | FileRole::Stream | FileRole::Module)
            )
        });
        for (path, text) in rest {
            self.set_file(&path, text);
        }
        let share = sources.len().div_ceil(workers).max(1);
        let parsed: Vec<Vec<Source>> = std::thread::scope(|scope| {
            let threads: Vec<_> = sources
                .chunks(share)
                .map(|chunk| scope.spawn(move || chunk.iter().filter_map(parse).collect::<Vec<_>>()))
                .collect();
            // A thread that died took its files with it; the others still count.
            threads
                .into_iter()
                .filter_map(|thread| thread.join().ok())
                .collect()
        });
        for source in parsed.into_iter().flatten() {
            self.insert(source);
        }
    }

    /// Forgets a file.
    pub fn remove_file(&mut self, path: &str) {
        if self.files.contains_key(path) {
            self.edit();
            Arc::make_mut(&mut self.files).remove(path);
        } else if self.manifests.contains_key(path) {
            self.edit();
            Arc::make_mut(&mut self.manifests).remove(path);
        }
    }

    /// The current state, cheap to clone and to send to other threads.
    pub fn snapshot(&self) -> Snapshot {
        self.current
            .get_or_init(|| Snapshot {
                state: Arc::new(State {
                    files: Arc::clone(&self.files),
                    manifests: Arc::clone(&self.manifests),
                    previous: self.previous.clone(),
                    indexes: OnceLock::new(),
                }),
            })
            .clone()
    }

    fn insert(&mut self, source: Source) {
        if self
            .files
            .get(&source.path)
            .is_some_and(|file| file.text == source.text)
        {
            return;
        }
        self.edit();
        Arc::make_mut(&mut self.files).insert(source.path.clone(), Arc::new(source));
    }

    fn edit(&mut self) {
        if let Some(indexes) = self
            .current
            .take()
            .and_then(|snapshot| snapshot.state.indexes.get().cloned())
        {
            self.previous = indexes;
        }
    }
}

fn parse((path, text): &(String, Arc<str>)) -> Option<Source> {
    let language = Language::of_path(path)?;
    Some(Source::new(
        path,
        language,
        without_byte_order_mark(Arc::clone(text)),
    ))
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

#[derive(Debug, Default)]
struct State {
    files: Arc<Sources>,
    manifests: Arc<Manifests>,
    previous: Vec<Arc<Index>>,
    indexes: OnceLock<Vec<Arc<Index>>>,
}

impl Snapshot {
    /// A file by its path relative to the workspace.
    pub fn source(&self, path: &str) -> Option<&Arc<Source>> {
        self.state.files.get(path)
    }

    /// Every file, by path.
    pub fn sources(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.state.files.values()
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

    /// Every finding, sorted by file, then position, then rule.
    pub fn check(&self) -> Vec<Diagnostic> {
        let mut findings: Vec<Diagnostic> = self
            .indexes()
            .iter()
            .flat_map(|index| rules::findings(index))
            .cloned()
            .collect();
        findings.sort_by(rules::order);
        findings
    }

    pub(crate) fn manifests(&self) -> &Manifests {
        &self.state.manifests
    }

    pub(crate) fn files(&self) -> &Sources {
        &self.state.files
    }

    pub(crate) fn indexes(&self) -> &[Arc<Index>] {
        self.state
            .indexes
            .get_or_init(|| index::build_all(&self.state.files, &self.state.manifests, &self.state.previous))
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
