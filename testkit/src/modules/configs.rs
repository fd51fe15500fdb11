//! The `tsconfig.json` that counts in a folder, with all that it extends, read from the disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use banister_project::{Aliases, Effective};

/// So many files are read for one configuration.
const MOST: usize = 16;

/// The aliases of a project's folders. Paths inside are those of the disk without the first `/`.
#[derive(Debug)]
pub(super) struct Configs {
    root: PathBuf,
    effective: BTreeMap<PathBuf, Option<Effective>>,
}

impl Configs {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            effective: BTreeMap::new(),
        }
    }

    /// Where an import in `folder` may lead by the aliases that hold there.
    pub(super) fn expand(&mut self, specifier: &str, folder: &Path) -> Vec<PathBuf> {
        if !self.effective.contains_key(folder) {
            let found = self.find(folder);
            self.effective.insert(folder.to_owned(), found);
        }
        let effective = self.effective.get(folder).and_then(Option::as_ref);
        let candidates = effective.map_or_else(Vec::new, |effective| effective.expand(specifier));
        candidates
            .into_iter()
            .map(|path| Path::new("/").join(path))
            .collect()
    }

    /// The nearest configuration: of the project, or else of the package that the folder belongs to.
    fn find(&self, folder: &Path) -> Option<Effective> {
        let inside = folder.starts_with(&self.root);
        let mut above = folder.ancestors();
        let path = above.find_map(|it| {
            let path = it.join("tsconfig.json");
            let is_limit = if inside {
                it == self.root
            } else {
                it.join("package.json").is_file()
            };
            match path.is_file() {
                true => Some(Some(path)),
                false => is_limit.then_some(None),
            }
        })??;
        let path = inner(&path)?;
        let texts = read_all(&path);
        let configs = texts
            .iter()
            .map(|(path, config)| (path.as_str(), config.clone()))
            .collect();
        let home = parent(&path).to_owned();
        Some(Effective::of(&path, &configs, &|name| in_packages(&home, name)))
    }
}

/// The configuration and what it extends, by path.
fn read_all(path: &str) -> BTreeMap<String, Aliases> {
    let mut read = BTreeMap::new();
    let mut waiting = vec![path.to_owned()];
    while let Some(path) = waiting.pop() {
        if read.len() >= MOST || read.contains_key(&path) {
            continue;
        }
        let Ok(text) = fs::read_to_string(Path::new("/").join(&path)) else {
            continue;
        };
        let config = Aliases::parse(&text);
        let home = parent(&path);
        for extended in config.extends() {
            let named = match extended.starts_with('.') {
                true => tidy(home, extended),
                false => in_packages(home, extended),
            };
            let files = named.iter().flat_map(|named| Effective::files_of(named));
            waiting.extend(files.filter(|file| Path::new("/").join(file).is_file()));
        }
        read.insert(path, config);
    }
    read
}

/// A configuration that a package brings along, as node would find the package.
fn in_packages(home: &str, name: &str) -> Option<String> {
    let home = Path::new("/").join(home);
    let found = home.ancestors().find_map(|folder| {
        let path = folder.join("node_modules").join(name);
        (path.exists() || path.with_extension("json").exists()).then_some(path)
    });
    inner(&found?)
}

fn inner(path: &Path) -> Option<String> {
    Some(path.strip_prefix("/").ok()?.to_string_lossy().into_owned())
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn tidy(home: &str, relative: &str) -> Option<String> {
    inner(&super::tidy(&Path::new("/").join(home).join(relative)))
}
