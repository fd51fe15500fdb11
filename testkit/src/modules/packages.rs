//! Imports by a package's name that lead to sources: packages of the same workspace, which `node_modules` only links to, and
//! what a package calls its own.

use std::fs;
use std::path::{Path, PathBuf};

use banister_project::Package;

/// Where a bare import in `folder` may lie, best first; empty for what is installed, which node finds by itself.
pub(super) fn source_of(specifier: &str, folder: &Path) -> Vec<PathBuf> {
    let own = own_package(folder);
    if specifier.starts_with('#') {
        let found = own.map(|(home, package)| absolute(&home, package.private(specifier)));
        return found.unwrap_or_default();
    }
    let (name, subpath) = split(specifier);
    if let Some((home, package)) = own.filter(|(_, package)| package.name.as_deref() == Some(name)) {
        return absolute(&home, package.exported(subpath));
    }
    let linked = folder
        .ancestors()
        .map(|it| it.join("node_modules").join(name))
        .find(|it| it.is_dir());
    let Some(home) = linked.and_then(|it| it.canonicalize().ok()) else {
        return Vec::new();
    };
    if home.components().any(|it| it.as_os_str() == "node_modules") {
        return Vec::new();
    }
    let manifest = fs::read_to_string(home.join("package.json")).unwrap_or_default();
    absolute(&home, Package::parse(&manifest).exported(subpath))
}

/// The package that a file in `folder` belongs to; none for one that is installed.
fn own_package(folder: &Path) -> Option<(PathBuf, Package)> {
    if folder.components().any(|it| it.as_os_str() == "node_modules") {
        return None;
    }
    folder.ancestors().find_map(|home| {
        let manifest = fs::read_to_string(home.join("package.json")).ok()?;
        Some((home.to_owned(), Package::parse(&manifest)))
    })
}

/// Name of the package and what follows it.
fn split(specifier: &str) -> (&str, &str) {
    let parts = if specifier.starts_with('@') { 2 } else { 1 };
    match specifier.match_indices('/').nth(parts - 1) {
        Some((at, _)) => (&specifier[..at], &specifier[at + 1..]),
        None => (specifier, ""),
    }
}

/// Declarations of types are nothing to run.
fn absolute(home: &Path, targets: Vec<String>) -> Vec<PathBuf> {
    let is_code = |target: &String| {
        ![".d.ts", ".d.mts", ".d.cts"]
            .iter()
            .any(|it| target.ends_with(it))
    };
    targets
        .into_iter()
        .filter(is_code)
        .map(|target| home.join(target.strip_prefix("./").unwrap_or(&target)))
        .collect()
}
