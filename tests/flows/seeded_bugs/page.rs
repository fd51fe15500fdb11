//! `docs/seeded-bugs.md`, written from what the tests find.

use std::fmt::Write as _;
use std::fs;

use super::Found;
use super::corpus::{Bug, FoundBy};
use crate::support::command::repository;

const HEAD: &str = "\
# Seeded bugs

Projects in [tests/projects/seeded-bugs](../tests/projects/seeded-bugs/bugs.toml) with one bug each, of the kinds that step projects have. Each has a
corrected twin. The bugs are found with `banister test` (those by `auto` with `banister test --auto`), its default settings and its
default seed. No plain run shows them, the twins pass with the same tests, and the whole takes less than a minute for each project; the test that
holds all this has written this page.

*Runs* are runs of the flow until the bug was found. A case is measured in characters of the input's JSON, or in *departures*: points at
which the failing run does something else than first in, first out, and faults.

| project | bug | languages | found by | runs | shrunk to | by hand |
|---|---|---|---|---|---|---|
";

/// Fails unless the page says what was found; with `UPDATE_EXPECT=1` it is written.
#[track_caller]
pub(super) fn hold(bugs: &[Bug], found: &[Found]) {
    let mut page = HEAD.to_owned();
    for (bug, found) in bugs.iter().zip(found) {
        let by = match bug.found_by {
            FoundBy::Inputs => "inputs",
            FoundBy::Orders => "orders",
            FoundBy::Faults => "faults",
            FoundBy::Isolation => "shared modules",
            FoundBy::Auto => "auto",
        };
        let languages = bug.languages().join(", ");
        writeln!(
            page,
            "| {} | {} | {languages} | {by} | {} | {} | {} |",
            bug.name, bug.bug, found.runs, found.shrunk, bug.minimum
        )
        .expect("a text can be written to");
    }
    let path = repository("docs/seeded-bugs.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &page).expect("the page can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        kept, page,
        "docs/seeded-bugs.md: run the tests with UPDATE_EXPECT=1"
    );
}
