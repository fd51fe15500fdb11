//! What `docs/ARCHITECTURE.md` says of the dependencies and of the arrows between modules, against the manifest and the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::command::repository;

/// Words of the first column that are no crates; the grammars of tree-sitter have one row with it.
const WORDS: [&str; 4] = ["and", "its", "four", "grammars"];

#[test]
fn every_dependency_has_its_reason_and_no_other_has() {
    let page = fs::read_to_string(repository("docs/ARCHITECTURE.md")).expect("the page");
    let (_, table) = page.split_once("| crate | why this one |").expect("the table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut told: Vec<String> = rows.flat_map(crates_of).collect();
    told.sort();
    let used: Vec<String> = dependencies().into_iter().collect();
    assert_eq!(told, used, "left: the table; right: [workspace.dependencies]");
}

/// The crates that the first cell of a row names, without what stands in brackets.
fn crates_of(row: &str) -> Vec<String> {
    let cell = row.split('|').nth(1).unwrap_or_default();
    let cell = cell.split('(').next().unwrap_or_default();
    cell.split([',', ' '])
        .filter(|word| !word.is_empty() && !WORDS.contains(word))
        .map(str::to_owned)
        .collect()
}

/// Names in `[workspace.dependencies]`, without this project's own.
fn dependencies() -> BTreeSet<String> {
    let manifest = fs::read_to_string(repository("Cargo.toml")).expect("the manifest");
    let (_, section) = manifest
        .split_once("[workspace.dependencies]\n")
        .expect("the section");
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    lines
        .filter_map(|line| Some(line.split_once(" = ")?.0.to_owned()))
        .filter(|name| {
            !name.starts_with("banister-") && !name.starts_with("tree-sitter-") && !name.starts_with('#')
        })
        .collect()
}

/// The crates whose modules use those below them alone.
const LAYERED: [&str; 2] = ["project", "testkit"];

#[test]
fn no_module_is_used_by_one_that_it_uses() {
    for folder in LAYERED {
        let used = uses(&repository(&format!("{folder}/src")));
        for module in used.keys() {
            let back = reached(&used, module);
            let circle: Vec<&String> = used
                .keys()
                .filter(|other| back.contains(*other) && reached(&used, other).contains(module))
                .collect();
            assert!(circle.is_empty(), "{folder}: these use each other: {circle:?}");
        }
    }
}

/// What each module at the top of a crate uses of the others, tests and comments apart.
fn uses(root: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let lib = fs::read_to_string(root.join("lib.rs")).expect("lib.rs");
    let (code, _) = lib.split_once("#[cfg(test)]").unwrap_or((&lib, ""));
    let modules: BTreeSet<&str> = code.lines().filter_map(declared).collect();
    assert!(modules.len() > 10, "{modules:?}");
    let mut used = BTreeMap::new();
    for module in &modules {
        let words = used.entry((*module).to_owned()).or_insert_with(BTreeSet::new);
        for file in files_of(root, module) {
            let text = fs::read_to_string(&file).expect("a source file");
            let (code, _) = text
                .split_once("#[cfg(test)]\nmod tests {")
                .unwrap_or((&text, ""));
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            let code: String = lines.map(|line| format!("{line}\n")).collect();
            let named = code.split("crate::").skip(1).flat_map(first_names);
            words.extend(named.filter(|name| name != module && modules.contains(name.as_str())));
        }
    }
    used
}

/// `a` of `pub mod a;`.
fn declared(line: &str) -> Option<&str> {
    let line = line.trim_start_matches("pub ").trim_start_matches("pub(crate) ");
    line.strip_prefix("mod ")?.strip_suffix(';')
}

/// `a` of `a::b`, and `a` and `c` of `{a::b, c}`.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| {
        let letters = text.trim_start().chars();
        letters
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    match path.strip_prefix('{') {
        Some(list) => {
            let list = list.split(';').next().unwrap_or_default();
            list.split([',', '{']).map(name).collect()
        }
        None => vec![name(path)],
    }
}

/// The files of a module, without those of its tests.
fn files_of(root: &Path, module: &str) -> Vec<PathBuf> {
    let mut files = vec![root.join(format!("{module}.rs"))];
    let mut folders = vec![root.join(module)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            match () {
                () if path.is_dir() => folders.push(path.clone()),
                () if name.ends_with("tests.rs") || name == "testing.rs" || name.contains("_tests.") => {}
                () if name.ends_with(".rs") => files.push(path.clone()),
                () => {}
            }
        }
    }
    files.retain(|file| file.is_file());
    files
}

/// What a module uses, and what that uses, and so on.
fn reached<'u>(used: &'u BTreeMap<String, BTreeSet<String>>, module: &str) -> BTreeSet<&'u String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&String> = used.get(module).into_iter().flatten().collect();
    while let Some(next) = open.pop() {
        if found.insert(next) {
            open.extend(used.get(next).into_iter().flatten());
        }
    }
    found
}
