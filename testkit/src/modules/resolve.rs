//! From an import as it is written to a file of the project.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use banister_project::Aliases;

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
    /// By folder: the aliases of the `tsconfig.json` that counts there, and the folder it lies in.
    aliases: BTreeMap<PathBuf, Option<(PathBuf, Aliases)>>,
}

impl Resolver {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            aliases: BTreeMap::new(),
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
        self.aliased(specifier, from)
            .map_or(Found::External, native_or_file)
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
        let folder = from.parent()?;
        if !self.aliases.contains_key(folder) {
            let found = folder
                .ancestors()
                .take_while(|it| it.starts_with(&self.root))
                .find_map(|it| {
                    let text = fs::read_to_string(it.join("tsconfig.json")).ok()?;
                    Some((it.to_owned(), Aliases::parse(&text)))
                });
            self.aliases.insert(folder.to_owned(), found);
        }
        let (base, aliases) = self.aliases.get(folder)?.as_ref()?;
        aliases
            .expand(specifier)
            .iter()
            .find_map(|candidate| existing(&base.join(candidate)))
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

/// Without `.` and `..`, so that one file has one name.
fn tidy(path: &Path) -> PathBuf {
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
