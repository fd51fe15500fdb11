//! From an import as it is written to a file of the project.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::configs::Configs;
use super::packages;

/// What an import means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A file that is there.
    File(PathBuf),
    /// Not ours: a package, or a module of node itself.
    External,
    /// Ours, but no such file.
    Nothing,
}

/// What is tried after a name without an extension, in TypeScript's order.
const EXTENSIONS: [&str; 7] = ["ts", "mts", "cts", "js", "mjs", "cjs", "json"];
/// Compiled names that may stand for a source.
const SOURCES: [(&str, &str); 3] = [("js", "ts"), ("mjs", "mts"), ("cjs", "cts")];

#[derive(Debug)]
pub(super) struct Resolver {
    root: PathBuf,
    configs: Configs,
    /// By folder and specifier: the source of a package of the same workspace.
    sources: BTreeMap<(PathBuf, String), Option<PathBuf>>,
}

impl Resolver {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            configs: Configs::new(root),
            sources: BTreeMap::new(),
        }
    }

    pub(super) fn resolve(&mut self, specifier: &str, from: &Path) -> Found {
        if let Some(path) = specifier.strip_prefix("file://") {
            return existing(Path::new(path)).map_or(Found::Nothing, native_or_file);
        }
        if is_relative(specifier) || specifier.starts_with('/') {
            let folder = from.parent().unwrap_or(Path::new("/"));
            return existing(&folder.join(specifier)).map_or(Found::Nothing, native_or_file);
        }
        if specifier.starts_with("node:") {
            return Found::External;
        }
        self.aliased(specifier, from)
            .or_else(|| self.source_of_package(specifier, from))
            .map_or(Found::External, native_or_file)
    }

    /// Packages of the same workspace, the package itself by its name, and its private `#imports`: where those lead to a file
    /// outside `node_modules`, it may be one that node cannot read.
    fn source_of_package(&mut self, specifier: &str, from: &Path) -> Option<PathBuf> {
        let folder = from.parent()?;
        let key = (folder.to_owned(), specifier.to_owned());
        let found = self.sources.entry(key).or_insert_with(|| {
            packages::source_of(specifier, folder)
                .iter()
                .find_map(|candidate| existing(candidate))
        });
        found.clone()
    }

    /// Whether plain `.js` files beside `path` are modules: the nearest `package.json` says so.
    pub(super) fn is_module_package(&self, path: &Path) -> bool {
        for folder in path.ancestors().skip(1) {
            if let Ok(text) = fs::read_to_string(folder.join("package.json")) {
                let package: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
                return package.get("type").and_then(serde_json::Value::as_str) == Some("module");
            }
            if folder == self.root {
                break;
            }
        }
        false
    }

    fn aliased(&mut self, specifier: &str, from: &Path) -> Option<PathBuf> {
        let candidates = self.configs.expand(specifier, from.parent()?);
        candidates.iter().find_map(|candidate| existing(candidate))
    }
}

fn is_relative(specifier: &str) -> bool {
    [".", ".."].contains(&specifier) || specifier.starts_with("./") || specifier.starts_with("../")
}

/// Compiled extensions of node are its own business, wherever they lie.
fn native_or_file(path: PathBuf) -> Found {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("node" | "wasm") => Found::External,
        _ => Found::File(path),
    }
}

/// The file that `path` means: itself, with another extension, or the index of a folder.
fn existing(path: &Path) -> Option<PathBuf> {
    let path = tidy(path);
    if path.is_file() {
        return Some(path);
    }
    let extension = path.extension().and_then(|extension| extension.to_str());
    let source = SOURCES.iter().find(|(compiled, _)| Some(*compiled) == extension);
    if let Some(path) = source
        .map(|(_, source)| path.with_extension(source))
        .filter(|path| path.is_file())
    {
        return Some(path);
    }
    let name = path.file_name()?.to_string_lossy().into_owned();
    let beside = EXTENSIONS
        .iter()
        .map(|extension| path.with_file_name(format!("{name}.{extension}")));
    let inside = EXTENSIONS
        .iter()
        .map(|extension| path.join(format!("index.{extension}")));
    beside.chain(inside).find(|path| path.is_file())
}

/// Without `.` and `..`, so that one file has one name: interpreters compare paths as texts.
pub(crate) fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                tidy.pop();
            }
            component => tidy.push(component),
        }
    }
    tidy
}
