//! The one door to the disk: finds and reads the files of a workspace.
#![expect(clippy::disallowed_methods, reason = "this is the door that the lint guards")]

mod packs;
mod refresh;
mod write;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::WalkBuilder;

use crate::cache::Cache;
use crate::config::{self, Config, ConfigError};
use crate::discovery::{self, FileRole, MANIFESTS};
use crate::resolve;
use crate::rules;
use crate::source::{Source, Sources};
use crate::workspace::{Host, Snapshot};

pub use packs::{open_cache, save_cache};
pub use refresh::Stamps;
pub use write::{read_report, real_folder, replace, write_report};

/// Larger files are generated or data; no step is.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// Globs of the files that matter, for whoever watches the disk.
pub const WATCHED: [&str; 5] = discovery::WATCHED;

/// A workspace as it lies on the disk.
#[derive(Debug)]
pub struct Loaded {
    /// The folder that all paths of the host are relative to.
    pub root: PathBuf,
    /// Its files.
    pub host: Host,
    /// Files that were skipped or read with loss, by path.
    pub problems: Vec<Problem>,
}

/// A file that could not be taken as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Relative to the workspace, with `/`.
    pub file: String,
    /// Why, in words for a person.
    pub message: String,
}

/// Why there is no workspace.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The path does not exist or cannot be looked at.
    #[error("cannot open {}: {source}", path.display())]
    Open {
        /// The path as it was given.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folder holds no step.
    #[error(
        "no step project found under {}: looked for `steps/` or `src/` with files such as *.step.ts, *_step.py",
        path.display()
    )]
    NoProject {
        /// The path as it was given.
        path: PathBuf,
    },
    /// A settings file does not say what it should.
    #[error(transparent)]
    Settings(#[from] ConfigError),
}

/// What reading one file gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The text.
    pub text: Arc<str>,
    /// Set if the text is not what the bytes say.
    pub problem: Option<Problem>,
}

/// Finds the workspace at or around `path` (a folder or a file) and reads it.
pub fn load(path: &Path) -> Result<Loaded, LoadError> {
    load_cached(path, None)
}

/// [`load`] with the facts that are kept in the folder `cache`, and keeps there what is new.
pub fn load_cached(path: &Path, cache: Option<&Path>) -> Result<Loaded, LoadError> {
    let open = |source| LoadError::Open {
        path: path.to_owned(),
        source,
    };
    load_root(root_of(path).map_err(open)?, path, None, cache)
}

/// [`load`], with `text` in the place of the file at `path`, which need not exist: what an editor has not saved yet.
/// The file's path in the workspace comes back as well, or nothing if it cannot hold facts.
pub fn load_with_text(path: &Path, text: Arc<str>) -> Result<(Loaded, Option<String>), LoadError> {
    let open = |source| LoadError::Open {
        path: path.to_owned(),
        source,
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    // The folder may be as new as the file: what exists of its path is enough to find the workspace.
    let folder = folder.unwrap_or(Path::new("."));
    let absolute = std::path::absolute(folder).map_err(open)?;
    let existing = absolute
        .ancestors()
        .find(|folder| folder.is_dir())
        .unwrap_or(&absolute);
    let missing = absolute.strip_prefix(existing).unwrap_or(Path::new(""));
    let name = path
        .file_name()
        .ok_or_else(|| open(io::ErrorKind::InvalidFilename.into()))?;
    let real = fs::canonicalize(existing).map_err(open)?.join(missing).join(name);
    let root = root_of_file_in(real.parent().unwrap_or(&real));
    let file = relative(&root, &real).filter(|file| discovery::role(file).is_some());
    let over = file.clone().map(|file| (file, text));
    Ok((load_root(root, path, over, None)?, file))
}

/// The folder that [`load`] reads for `path`, without links.
pub fn root_of(path: &Path) -> io::Result<PathBuf> {
    let start = fs::canonicalize(path)?;
    if start.is_dir() {
        return Ok(workspace_root(&start));
    }
    Ok(root_of_file_in(start.parent().unwrap_or(&start)))
}

/// The folder to search for a file in `folder`: as for the folder itself, but a helper beside `steps/` belongs to the
/// project around it.
fn root_of_file_in(folder: &Path) -> PathBuf {
    let root = workspace_root(folder);
    let has_sources = |folder: &Path| ["steps", "src"].iter().any(|name| folder.join(name).is_dir());
    if root != folder || has_sources(folder) {
        return root;
    }
    let is_marked = |folder: &&Path| MANIFESTS.iter().any(|name| folder.join(name).is_file());
    let around = folder
        .ancestors()
        .find(is_marked)
        .filter(|around| has_sources(around));
    around.map_or(root, Path::to_owned)
}

/// Reads the workspace at `root`, with another text for one file. `path` is what errors name.
fn load_root(
    root: PathBuf,
    path: &Path,
    over: Option<(String, Arc<str>)>,
    cache: Option<&Path>,
) -> Result<Loaded, LoadError> {
    let files = list(&root);
    let is_step = |file: &String| discovery::role(file) == Some(FileRole::Step);
    if !files.iter().chain(over.iter().map(|(file, _)| file)).any(is_step) {
        return Err(LoadError::NoProject {
            path: path.to_owned(),
        });
    }

    let mut loaded = Loaded {
        root,
        host: Host::new(),
        problems: Vec::new(),
    };
    let wanted = files
        .iter()
        .filter(|file| discovery::role(file) != Some(FileRole::Module));
    let mut facts = cache.map_or_else(Cache::disabled, |folder| open_cache(folder, &loaded.root));
    loaded.read(wanted.cloned().collect(), &mut facts);
    if let Some((file, text)) = over {
        loaded.problems.retain(|problem| problem.file != file);
        loaded.host.set_file(&file, text);
    }
    loaded.follow_imports(&files, &mut facts);
    if let Some(folder) = cache {
        save_cache(folder, &loaded.root, &facts);
    }
    check_settings(&loaded.root, &loaded.host)?;
    loaded.problems.sort();
    Ok(loaded)
}

/// Holds every settings file against the folders that it names.
fn check_settings(root: &Path, host: &Host) -> Result<(), ConfigError> {
    for (file, text) in host.snapshot().manifests().iter() {
        if file.rsplit('/').next() == Some(config::FILE_NAME) {
            read_settings(root, file, text)?;
        }
    }
    Ok(())
}

/// The settings in `text`, whose roots must be folders on the disk.
pub fn read_settings(root: &Path, file: &str, text: &str) -> Result<Config, ConfigError> {
    let folder = root.join(discovery::folder(file));
    Config::parse_with_roots(file, text, &rules::NAMES, |named| folder.join(named).is_dir())
}

/// Reads one file of a workspace again: what a watcher of the disk wants after a change. A file that cannot be read
/// any more is a problem; whoever holds a [`Host`] removes it then.
pub fn read(root: &Path, file: &str) -> Result<Read, Problem> {
    let problem = |message: String| Problem {
        file: file.to_owned(),
        message,
    };
    let path = root.join(file);
    let metadata =
        fs::symlink_metadata(&path).map_err(|error| problem(format!("cannot be read: {error}")))?;
    if !metadata.is_file() {
        return Err(problem("skipped: not a regular file".into()));
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(problem(format!(
            "skipped: {} bytes, more than {MAX_FILE_BYTES}",
            metadata.len()
        )));
    }
    let bytes = fs::read(&path).map_err(|error| problem(format!("cannot be read: {error}")))?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => Read {
            text: text.into(),
            problem: None,
        },
        Err(error) => Read {
            text: String::from_utf8_lossy(error.as_bytes()).into(),
            problem: Some(problem(
                "not valid UTF-8: unreadable bytes are shown as \u{fffd}".into(),
            )),
        },
    })
}

/// Every file under `root` that matters, relative to it with `/`, sorted. Respects `.gitignore`, never follows links.
pub fn list(root: &Path) -> BTreeSet<String> {
    let base = root.to_owned();
    let searched = move |path: &Path| relative(&base, path).is_none_or(|path| discovery::is_searched(&path));
    WalkBuilder::new(root)
        .follow_links(false)
        .require_git(false)
        .filter_entry(move |entry| {
            !entry.file_type().is_some_and(|kind| kind.is_dir()) || searched(entry.path())
        })
        .build()
        // A folder that cannot be listed hides its files; the ones that can be seen are still worth checking.
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .filter_map(|entry| relative(root, entry.path()))
        .filter(|path| discovery::role(path).is_some())
        .collect()
}

impl Loaded {
    fn read(&mut self, files: Vec<String>, cache: &mut Cache) {
        let problems = read_all(&self.root, files, &mut self.host, cache);
        self.problems.extend(problems);
    }

    /// Reads the modules that the steps import, and what those import: a repository may hold thousands of other files.
    fn follow_imports(&mut self, listed: &BTreeSet<String>, cache: &mut Cache) {
        let mut tried = BTreeSet::new();
        loop {
            let wanted: Vec<String> = missing_modules(&self.host, |file| listed.contains(file))
                .into_iter()
                .filter(|file| tried.insert(file.clone()))
                .collect();
            if wanted.is_empty() {
                return;
            }
            self.read(wanted, cache);
        }
    }
}

/// Reads the modules that files of `host` import and that it does not hold yet: what an editor wants after an edit.
pub fn load_imports(root: &Path, host: &mut Host) -> Vec<Problem> {
    load_imports_cached(root, host, &mut Cache::disabled())
}

/// [`load_imports`] with facts that are known already.
pub fn load_imports_cached(root: &Path, host: &mut Host, cache: &mut Cache) -> Vec<Problem> {
    load_wanted(root, host, cache, |host, exists| missing_modules(host, exists))
}

/// [`load_imports`] of a workspace of which an earlier state has all its imports: only files that import something else
/// since are looked at.
pub fn load_new_imports(root: &Path, host: &mut Host, before: &Snapshot) -> Vec<Problem> {
    load_wanted(root, host, &mut Cache::disabled(), |host, exists| {
        let now = host.snapshot();
        let mut changed = Vec::new();
        before.files().difference(now.files(), |old, new| {
            changed.extend(new.filter(|new| !old.is_some_and(|old| imports_as(old, new))));
        });
        // What a module means may have changed for any file.
        if before.manifests() == now.manifests() {
            missing(&now, changed.into_iter(), exists)
        } else {
            missing(&now, now.files().iter(), exists)
        }
    })
}

/// True if a file imports what it did in an earlier state.
fn imports_as(before: &Arc<Source>, now: &Arc<Source>) -> bool {
    let (theirs, ours) = (&before.facts.imports, &now.facts.imports);
    let mut both = ours.iter().zip(theirs);
    Arc::ptr_eq(before, now)
        || ours.len() == theirs.len() && both.all(|(ours, theirs)| resolve::imports_the_same(ours, theirs))
}

/// Reads what `wanted` names until it names nothing new.
fn load_wanted(
    root: &Path,
    host: &mut Host,
    cache: &mut Cache,
    wanted: impl Fn(&Host, &dyn Fn(&str) -> bool) -> BTreeSet<String>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut tried = BTreeSet::new();
    loop {
        let exists =
            |file: &str| fs::symlink_metadata(root.join(file)).is_ok_and(|metadata| metadata.is_file());
        let wanted: Vec<String> = wanted(host, &exists)
            .into_iter()
            .filter(|file| tried.insert(file.clone()))
            .collect();
        if wanted.is_empty() {
            return problems;
        }
        problems.extend(read_all(root, wanted, host, cache));
    }
}

/// Reads files into `host`, and says which could not be taken as they are.
fn read_all(root: &Path, files: Vec<String>, host: &mut Host, cache: &mut Cache) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut texts = Vec::with_capacity(files.len());
    for file in files {
        match read(root, &file) {
            Ok(read) => {
                texts.push((file, read.text));
                problems.extend(read.problem);
            }
            Err(problem) => {
                host.set_unread(&file);
                problems.push(problem);
            }
        }
    }
    host.set_files_cached(texts, cache);
    problems
}

/// Modules that files of `host` import, that `exists` knows and that the host does not hold yet.
pub fn missing_modules(host: &Host, exists: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let snapshot = host.snapshot();
    missing(&snapshot, snapshot.files().iter(), exists)
}

fn missing<'s>(
    snapshot: &'s Snapshot,
    files: impl Iterator<Item = &'s Arc<Source>> + 's,
    exists: impl Fn(&str) -> bool,
) -> BTreeSet<String> {
    resolve::imported(files, snapshot.manifests())
        .filter_map(|candidates| {
            candidates
                .into_iter()
                .find(|file| snapshot.source(file).is_some() || exists(file))
        })
        .filter(|file| snapshot.source(file).is_none() && discovery::role(file).is_some())
        .collect()
}

/// Modules that `host` holds and that no other file leads to any more: `check` would not read them. `open` are the files
/// that count whoever imports them.
pub fn unneeded_modules(host: &Host, open: &BTreeSet<String>) -> Vec<String> {
    let snapshot = host.snapshot();
    let files = snapshot.files();
    let counts = |file: &String| discovery::role(file) != Some(FileRole::Module) || open.contains(file);
    let mut reached: Sources = files
        .iter()
        .filter(|source| counts(&source.path))
        .cloned()
        .collect();
    loop {
        let more: Vec<String> = resolve::imported(reached.iter(), snapshot.manifests())
            .filter_map(|candidates| candidates.into_iter().find(|file| files.contains_key(file)))
            .filter(|file| !reached.contains_key(file))
            .collect();
        if more.is_empty() {
            break;
        }
        for file in more {
            if let Some(source) = files.get(&file) {
                reached.insert(Arc::clone(source));
            }
        }
    }
    let paths = files.iter().map(|source| &source.path);
    paths
        .filter(|file| !reached.contains_key(file.as_str()))
        .cloned()
        .collect()
}

/// [`unneeded_modules`] after an edit, if one of them may matter by itself: only what sends counts for a whole project, and
/// few modules do, so that hardly any edit costs a look at all imports.
///
/// `before` is a state that held none of them, while no other file was open than are now: whoever imports as then needs
/// what was needed then.
pub fn unneeded_senders(host: &Host, open: &BTreeSet<String>, before: Option<&Snapshot>) -> Vec<String> {
    let snapshot = host.snapshot();
    if before.is_some_and(|before| imports_alike(before, &snapshot)) {
        return Vec::new();
    }
    let may_matter = snapshot.files().iter().any(|source| {
        let counts = !source.facts.emits.is_empty() || source.facts.step.is_some();
        counts && discovery::role(&source.path) == Some(FileRole::Module) && !open.contains(&source.path)
    });
    if may_matter {
        unneeded_modules(host, open)
    } else {
        Vec::new()
    }
}

/// True if two states hold the same files, and these lead to the same ones.
fn imports_alike(before: &Snapshot, now: &Snapshot) -> bool {
    let mut is_alike = before.manifests() == now.manifests();
    before.files().difference(now.files(), |old, new| {
        is_alike &= old.zip(new).is_some_and(|(old, new)| imports_as(old, new));
    });
    is_alike
}

/// The folder to search: `start`, unless it lies inside the sources of a project; then that project.
fn workspace_root(start: &Path) -> PathBuf {
    let is_source = |folder: &Path| {
        folder
            .file_name()
            .is_some_and(|name| name == "steps" || name == "src")
    };
    let is_marked = |folder: &Path| MANIFESTS.iter().any(|name| folder.join(name).is_file());
    if is_marked(start) || ["steps", "src"].iter().any(|name| start.join(name).is_dir()) {
        return start.to_owned();
    }
    let around: Vec<&Path> = start
        .ancestors()
        .filter(|folder| is_source(folder))
        .filter_map(Path::parent)
        .collect();
    // The folder above may be anything (`~/src` is common), so it takes a manifest, or steps that only it explains.
    if let Some(project) = around.iter().find(|folder| is_marked(folder)) {
        return (*project).to_owned();
    }
    let holds_steps = || list(start).iter().any(|file| discovery::is_step_name(file));
    match around.first() {
        Some(project) if holds_steps() => (*project).to_owned(),
        _ => start.to_owned(),
    }
}

fn relative(root: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path
        .strip_prefix(root)
        .ok()?
        .iter()
        .map(|part| part.to_str())
        .collect();
    Some(parts?.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_let_go_by_the_edit_that_ends_its_import() {
        const SENDS: &str = "export const send = (emit) => emit({ topic: 'a.b', data: {} })\n";
        const IMPORTS: &str = "import { send } from '../lib/send'\n";
        let files = [
            ("steps/a.step.ts", format!("{IMPORTS}{STEP}")),
            ("lib/send.ts", SENDS.to_owned()),
        ];
        let mut host = Host::new();
        host.set_files(files.map(|(path, text)| (path.to_owned(), text.into())).into());
        let before = host.snapshot();
        let mut check = |edit: &dyn Fn(&mut Host), expected: &[&str]| {
            edit(&mut host);
            let open = BTreeSet::new();
            assert_eq!(unneeded_senders(&host, &open, Some(&before)), expected);
            assert_eq!(
                unneeded_senders(&host, &open, None),
                expected,
                "a look at all files"
            );
        };
        let step =
            |text: String| move |host: &mut Host| host.set_file("steps/a.step.ts", text.clone().into());
        check(&step(format!("{IMPORTS}{STEP}// more\n")), &[]);
        check(&step(STEP.to_owned()), &["lib/send.ts"]);
        check(&step(format!("{IMPORTS}{STEP}")), &[]);
        check(&|host| host.remove_file("steps/a.step.ts"), &["lib/send.ts"]);
        check(
            &step(format!("{}{STEP}", IMPORTS.replace("../lib", "@lib"))),
            &["lib/send.ts"],
        );
        let paths = r#"{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }"#;
        check(&|host| host.set_file("tsconfig.json", paths.into()), &[]);
    }

    const STEP: &str = "export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }\n";

    fn project(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        folder
    }

    fn paths(loaded: &Loaded) -> Vec<String> {
        loaded
            .host
            .snapshot()
            .sources()
            .map(|source| source.path.clone())
            .collect()
    }

    #[test]
    fn a_project_is_found_from_its_root_a_folder_and_a_file() {
        let folder = project(&[
            ("package.json", b"{}"),
            ("steps/orders/a.step.ts", STEP.as_bytes()),
        ]);
        for start in ["", "steps", "steps/orders", "steps/orders/a.step.ts"] {
            let loaded = load(&folder.path().join(start)).unwrap();
            assert_eq!(loaded.root, fs::canonicalize(folder.path()).unwrap(), "{start}");
            assert_eq!(paths(&loaded), ["steps/orders/a.step.ts"], "{start}");
        }
    }

    #[test]
    fn a_project_without_a_manifest_is_found_from_inside() {
        let folder = project(&[("steps/orders/a.step.ts", STEP.as_bytes())]);
        let loaded = load(&folder.path().join("steps/orders")).unwrap();
        assert_eq!(paths(&loaded), ["steps/orders/a.step.ts"]);
    }

    #[test]
    fn what_is_not_there_is_said() {
        let folder = project(&[("lib/a.ts", b"")]);
        let error = load(&folder.path().join("nowhere")).unwrap_err();
        assert!(matches!(error, LoadError::Open { .. }), "{error}");
        assert!(error.to_string().contains("nowhere"), "{error}");
        let error = load(folder.path()).unwrap_err();
        assert!(matches!(error, LoadError::NoProject { .. }), "{error}");
        assert!(error.to_string().contains("*.step.ts"), "{error}");
    }

    #[test]
    fn foreign_and_ignored_folders_are_not_walked() {
        let step = STEP.as_bytes();
        let folder = project(&[
            (".gitignore", b"generated/\n"),
            ("steps/a.step.ts", step),
            ("node_modules/x/steps/b.step.ts", step),
            ("steps/node_modules/x/c.step.ts", step),
            ("generated/steps/d.step.ts", step),
            (".hidden/steps/e.step.ts", step),
            ("dist/steps/f.step.js", step),
        ]);
        assert_eq!(paths(&load(folder.path()).unwrap()), ["steps/a.step.ts"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let folder = project(&[("steps/a.step.ts", STEP.as_bytes())]);
        std::os::unix::fs::symlink(folder.path(), folder.path().join("steps/loop")).unwrap();
        std::os::unix::fs::symlink("a.step.ts", folder.path().join("steps/b.step.ts")).unwrap();
        assert_eq!(paths(&load(folder.path()).unwrap()), ["steps/a.step.ts"]);
    }

    #[test]
    fn large_and_broken_files_are_problems_and_the_rest_is_read() {
        let large = vec![b' '; usize::try_from(MAX_FILE_BYTES).unwrap() + 1];
        let folder = project(&[
            ("steps/a.step.ts", STEP.as_bytes()),
            ("steps/large.step.ts", &large),
            ("steps/latin.step.ts", b"// caf\xe9\nexport const config = {}\n"),
        ]);
        let loaded = load(folder.path()).unwrap();
        assert_eq!(
            paths(&loaded),
            ["steps/a.step.ts", "steps/large.step.ts", "steps/latin.step.ts"]
        );
        let snapshot = loaded.host.snapshot();
        let unread = snapshot.sources().filter(|source| source.unread);
        assert_eq!(
            unread.map(|source| source.path.as_str()).collect::<Vec<_>>(),
            ["steps/large.step.ts"]
        );
        let problems: Vec<(&str, bool)> = loaded
            .problems
            .iter()
            .map(|p| (p.file.as_str(), p.message.contains("UTF-8")))
            .collect();
        assert_eq!(
            problems,
            [("steps/large.step.ts", false), ("steps/latin.step.ts", true)]
        );
    }

    #[test]
    fn only_imported_modules_are_read() {
        let folder = project(&[
            (
                "steps/a.step.ts",
                format!("import {{ T }} from '../lib/topics'\n{STEP}").as_bytes(),
            ),
            (
                "lib/topics.ts",
                b"import { N } from './names'\nexport const T = { a: N }\n",
            ),
            ("lib/names.ts", b"export const N = 'x'\n"),
            ("lib/other.ts", b"export const O = 'x'\n"),
        ]);
        let loaded = load(folder.path()).unwrap();
        assert_eq!(
            paths(&loaded),
            ["lib/names.ts", "lib/topics.ts", "steps/a.step.ts"]
        );
        let mut host = loaded.host;
        host.set_file(
            "steps/b.step.ts",
            format!("import {{ O }} from '../lib/other'\n{STEP}").into(),
        );
        assert_eq!(load_imports(folder.path(), &mut host), []);
        assert!(host.snapshot().source("lib/other.ts").is_some());
    }

    #[test]
    fn a_broken_settings_file_stops_with_its_place() {
        let folder = project(&[
            ("steps/a.step.ts", STEP.as_bytes()),
            ("banister.toml", b"[rule]\n"),
        ]);
        let error = load(folder.path()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "banister.toml:1:2: unknown setting `rule`, did you mean `rules`?"
        );
    }

    #[test]
    fn a_root_that_is_no_folder_stops_with_its_place() {
        let folder = project(&[
            ("apps/a/steps/a.step.ts", STEP.as_bytes()),
            ("banister.toml", b"roots = ['apps/a', 'apps/b']\n"),
        ]);
        let error = load(folder.path()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "banister.toml:1:20: there is no folder `apps/b`"
        );
    }

    #[test]
    fn a_text_takes_the_place_of_a_file() {
        let folder = project(&[("package.json", b"{}"), ("lib/t.ts", b"export const T = 'x'\n")]);
        let path = folder.path().join("steps/new/a.step.ts");
        let text = format!("import {{ T }} from '../../lib/t'\n{STEP}");
        let (loaded, file) = load_with_text(&path, text.into()).unwrap();
        assert_eq!(file.as_deref(), Some("steps/new/a.step.ts"));
        assert_eq!(paths(&loaded), ["lib/t.ts", "steps/new/a.step.ts"]);
        assert!(!path.exists());
    }

    #[test]
    fn a_refreshed_workspace_is_the_one_on_the_disk() {
        let folder = project(&[
            ("steps/a.step.ts", STEP.as_bytes()),
            ("steps/b.step.ts", STEP.as_bytes()),
            ("lib/t.ts", b"export const T = 'x'\n"),
        ]);
        let mut loaded = load(folder.path()).unwrap();
        let before = Stamps::of(&loaded.root);
        fs::write(
            folder.path().join("steps/a.step.ts"),
            format!("import {{ T }} from '../lib/t'\n{STEP}"),
        )
        .unwrap();
        fs::remove_file(folder.path().join("steps/b.step.ts")).unwrap();
        fs::write(folder.path().join("steps/c.step.ts"), STEP).unwrap();
        let now = Stamps::of(&loaded.root);
        assert_ne!(before, now);
        loaded.refresh(&before, &now).unwrap();
        assert_eq!(paths(&loaded), paths(&load(folder.path()).unwrap()));
        fs::remove_dir_all(folder.path()).unwrap();
        let gone = Stamps::of(&loaded.root);
        loaded.refresh(&now, &gone).unwrap();
        assert_eq!(paths(&loaded), [""; 0]);
    }
}
