//! The one door to the disk: finds and reads the files of a workspace.
#![expect(clippy::disallowed_methods, reason = "this is the door that the lint guards")]

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::WalkBuilder;

use crate::cache::Cache;
use crate::config::{self, Config, ConfigError};
use crate::discovery::{self, FileRole, MANIFESTS};
use crate::workspace::Host;

mod packs;

pub use packs::{open_cache, save_cache};

/// Larger files are generated or data; no step is.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// Globs of the files that matter, for whoever watches the disk.
pub const WATCHED: [&str; 4] = discovery::WATCHED;

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
    let start = fs::canonicalize(path).map_err(open)?;
    let start = if start.is_dir() {
        start
    } else {
        start.parent().map(Path::to_owned).unwrap_or(start)
    };
    let root = workspace_root(&start);
    let files = list(&root);
    let is_step = |file: &String| discovery::role(file) == Some(FileRole::Step);
    if !files.iter().any(is_step) {
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
    loaded.follow_imports(&files, &mut facts);
    if let Some(folder) = cache {
        save_cache(folder, &loaded.root, &facts);
    }
    for (file, text) in loaded.host.snapshot().manifests() {
        if file.rsplit('/').next() == Some(config::FILE_NAME) {
            Config::parse(file, text)?;
        }
    }
    loaded.problems.sort();
    Ok(loaded)
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
        let mut texts = Vec::with_capacity(files.len());
        for file in files {
            match read(&self.root, &file) {
                Ok(read) => {
                    texts.push((file, read.text));
                    self.problems.extend(read.problem);
                }
                Err(problem) => self.problems.push(problem),
            }
        }
        self.host.set_files_cached(texts, cache);
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
    let mut problems = Vec::new();
    let mut tried = BTreeSet::new();
    loop {
        let exists =
            |file: &str| fs::symlink_metadata(root.join(file)).is_ok_and(|metadata| metadata.is_file());
        let wanted: Vec<String> = missing_modules(host, exists)
            .into_iter()
            .filter(|file| tried.insert(file.clone()))
            .collect();
        if wanted.is_empty() {
            return problems;
        }
        let mut texts = Vec::with_capacity(wanted.len());
        for file in wanted {
            match read(root, &file) {
                Ok(read) => {
                    texts.push((file, read.text));
                    problems.extend(read.problem);
                }
                Err(problem) => problems.push(problem),
            }
        }
        host.set_files_cached(texts, cache);
    }
}

fn missing_modules(host: &Host, exists: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let snapshot = host.snapshot();
    crate::resolve::imported(snapshot.files(), snapshot.manifests())
        .filter_map(|candidates| {
            candidates
                .into_iter()
                .find(|file| snapshot.source(file).is_some() || exists(file))
        })
        .filter(|file| snapshot.source(file).is_none() && discovery::role(file).is_some())
        .collect()
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
        assert_eq!(paths(&loaded), ["steps/a.step.ts", "steps/latin.step.ts"]);
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
}
