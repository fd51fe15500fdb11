//! Bringing a folder's files up to date with the disk, on the background thread.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use banister_project::cache::Cache;
use banister_project::discovery::{self, FileRole};
use banister_project::disk::{self, Problem, Stamps};
use banister_project::{Host, Snapshot, Source};

use crate::folder::Names;

/// What is scanned and what is known already. The work is done on a copy: the owner goes on meanwhile.
pub(crate) struct Job {
    /// The files as they are known.
    pub(crate) host: Host,
    /// Which of them came from the disk or are open.
    pub(crate) held: BTreeSet<String>,
    /// Files that the client has open; the disk does not count for them.
    pub(crate) open: BTreeSet<String>,
    /// The folder that keeps facts between sessions, if any does.
    pub(crate) cache: Option<PathBuf>,
    /// Whether to remember what the files looked like.
    pub(crate) with_stamps: bool,
}

/// The files as they are on disk, and as they were given for the open ones.
pub(crate) struct Scanned {
    /// The files.
    pub(crate) host: Host,
    /// Which of them came from the disk or are open.
    pub(crate) held: BTreeSet<String>,
    /// Files that could not be taken as they are.
    pub(crate) problems: BTreeSet<Problem>,
    /// What the files looked like before they were read.
    pub(crate) stamps: Option<Stamps>,
}

/// Reads the folder again; nothing if that panicked. Files whose text is the same are not parsed again.
pub(crate) fn scan(root: &Path, job: Job) -> Option<Scanned> {
    catch_unwind(AssertUnwindSafe(|| job.run(root))).ok()
}

impl Job {
    fn run(self, root: &Path) -> Scanned {
        let Job {
            mut host,
            held,
            open,
            cache,
            with_stamps,
        } = self;
        let stamps = with_stamps.then(|| Stamps::of(root));
        let known = host.snapshot();
        // A repository may hold thousands of modules that no step imports: only those that matter are read.
        let is_wanted = |file: &String| {
            discovery::role(file) != Some(FileRole::Module)
                || known.source(file).is_some()
                || held.contains(file)
        };
        let listed = disk::list(root);
        let mut present = BTreeSet::new();
        let mut problems = BTreeSet::new();
        let mut changed = Vec::new();
        for file in listed
            .into_iter()
            .filter(|file| is_wanted(file) && !open.contains(file))
        {
            match disk::read(root, &file) {
                Ok(read) => {
                    problems.extend(read.problem);
                    if known
                        .source(&file)
                        .is_none_or(|source| source.unread || source.text != read.text)
                    {
                        changed.push((file.clone(), read.text));
                    }
                    present.insert(file);
                }
                Err(problem) => {
                    // It is there and may say anything: absent it would be something else.
                    host.set_unread(&file);
                    problems.insert(problem);
                    present.insert(file);
                }
            }
        }
        let gone: Vec<&String> = known
            .sources()
            .map(|source| &source.path)
            .chain(&held)
            .filter(|file| !present.contains(*file) && !open.contains(*file))
            .collect();
        for file in gone {
            host.remove_file(file);
        }
        let mut facts = cache
            .as_ref()
            .map_or_else(Cache::disabled, |folder| disk::open_cache(folder, root));
        host.set_files_cached(changed, &mut facts);
        let before = host.snapshot();
        problems.extend(disk::load_imports_cached(root, &mut host, &mut facts));
        if let Some(folder) = cache {
            disk::save_cache(&folder, root, &facts);
        }
        present.extend(sources_missing_in(&before, &host).map(|(file, _)| file));
        present.extend(open.iter().cloned());
        // What was open or imported once and is neither now.
        for module in disk::unneeded_modules(&host, &open) {
            host.remove_file(&module);
            present.remove(&module);
        }
        Scanned {
            host,
            held: present,
            problems,
            stamps,
        }
    }
}

/// Takes out the modules that an edit made nobody import, and says which. `before` is a state that they had been taken
/// out of, if the client has closed no file since.
pub(crate) fn let_go(names: &Names, host: &mut Host, before: Option<&Snapshot>) -> Vec<String> {
    let unneeded = catch_unwind(AssertUnwindSafe(|| {
        disk::unneeded_senders(host, &names.open_paths(), before)
    }));
    let unneeded = unneeded.unwrap_or_default();
    for module in &unneeded {
        host.remove_file(module);
    }
    unneeded
}

/// Reads the modules that edits since an earlier check made a step import; nothing if there are none.
pub(crate) fn new_imports(
    root: &Path,
    host: &mut Host,
    checked: Option<&Snapshot>,
) -> Vec<(String, Arc<str>)> {
    let before = host.snapshot();
    match checked {
        Some(checked) => disk::load_new_imports(root, host, checked),
        None => disk::load_imports(root, host),
    };
    sources_missing_in(&before, host).collect()
}

fn sources_missing_in(before: &Snapshot, host: &Host) -> impl Iterator<Item = (String, Arc<str>)> {
    let added = host.snapshot().added_since(before);
    let is_read = |source: &Arc<Source>| !source.unread;
    let texts = added.into_iter().filter(is_read);
    texts.map(|source| (source.path.clone(), Arc::clone(&source.text)))
}
