//! The one door to the disk: finds and reads the files of a workspace.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::WalkBuilder;

use crate::config::{self, Config, ConfigError};
use crate::discovery::{self, FileRole, MANIFESTS};
use crate::workspace::Host;

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
    loaded.read(wanted.cloned().collect());
    loaded.follow_imports(&files);
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
    fn read(&mut self, files: Vec<String>) {
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
        self.host.set_files(texts);
    }

    /// Reads the modules that the steps import, and what those import: a repository may hold thousands of other files.
    fn follow_imports(&mut self, listed: &BTreeSet<String>) {
        let mut tried = BTreeSet::new();
        loop {
            let wanted: Vec<String> = missing_modules(&self.host, |file| listed.contains(file))
                .into_iter()
                .filter(|file| tried.insert(file.clone()))
                .collect();
            if wanted.is_empty() {
                return;
            }
            self.read(wanted);
        }
    }
}

/// Reads the modules that files of `host` import and that it does not hold yet: what an editor wants after an edit.
pub fn load_imports(root: &Path, host: &mut Host) -> Vec<Problem> {
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
        for file in wanted {
            match read(root, &file) {
                Ok(read) => {
                    host.set_file(&file, read.text);
                    problems.extend(read.problem);
                }
                Err(problem) => problems.push(problem),
            }
        }
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
