//! What `docs/ARCHITECTURE.md` says of the dependencies, against the manifest.

use std::collections::BTreeSet;
use std::fs;

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
