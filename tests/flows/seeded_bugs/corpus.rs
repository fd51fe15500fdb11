//! What `bugs.toml` says, and the projects that it is about.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;

use crate::support::command::repository;
use crate::support::project::Project;

/// Projects that run at a time.
const JOBS: usize = 2;

/// A project with a bug.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bug {
    pub(super) name: String,
    /// What is wrong with it.
    pub(super) bug: String,
    pub(super) found_by: FoundBy,
    /// The test that fails.
    pub(super) test: String,
    /// A part of the failure's headline.
    pub(super) says: String,
    /// The smallest case, made by hand.
    pub(super) minimum: Minimum,
}

/// What brings a bug to light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum FoundBy {
    Inputs,
    Orders,
    Faults,
    Isolation,
    Auto,
}

/// How small a failing case is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Minimum {
    /// As JSON.
    Input(String),
    /// Points at which the run departs from first in, first out, and faults.
    Departures(u64),
}

impl Minimum {
    /// Characters, or departures.
    pub(super) fn size(&self) -> u64 {
        match self {
            Minimum::Input(text) => text.chars().count() as u64,
            Minimum::Departures(count) => *count,
        }
    }
}

impl fmt::Display for Minimum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Minimum::Input(text) => write!(f, "`{text}`"),
            Minimum::Departures(1) => write!(f, "1 departure"),
            Minimum::Departures(count) => write!(f, "{count} departures"),
        }
    }
}

impl Bug {
    /// `buggy` or `fixed`, in a folder of its own.
    pub(super) fn twin(&self, which: &str) -> Project {
        let project = Project::copy_of(&folder().join(&self.name).join("common"));
        project.lay_over(&folder().join(&self.name).join(which));
        project
    }

    /// What is asked of `banister test`.
    pub(super) fn arguments(&self) -> &'static [&'static str] {
        match self.found_by {
            FoundBy::Auto => &["--auto"],
            _ => &[],
        }
    }

    /// Endings of the files that the twins differ in.
    pub(super) fn languages_of_bug(&self) -> Vec<&'static str> {
        languages(&Project::copy_of(&folder().join(&self.name).join("buggy")))
    }

    /// Endings of all code of the project.
    pub(super) fn languages(&self) -> Vec<&'static str> {
        languages(&self.twin("buggy"))
    }
}

fn languages(project: &Project) -> Vec<&'static str> {
    let files = project.files(".");
    let is_used = |ending: &&str| files.iter().any(|file| file.ends_with(&format!(".{ending}")));
    ["ts", "js", "py", "rb"].into_iter().filter(is_used).collect()
}

fn folder() -> PathBuf {
    repository("tests/projects/seeded-bugs")
}

/// All bugs, as listed.
pub(super) fn bugs() -> Vec<Bug> {
    #[derive(Deserialize)]
    struct List {
        bug: Vec<Bug>,
    }
    let text = fs::read_to_string(folder().join("bugs.toml")).expect("the list");
    toml::from_str::<List>(&text)
        .unwrap_or_else(|error| panic!("bugs.toml: {error}"))
        .bug
}

/// The names of the projects that are there.
pub(super) fn folders() -> BTreeSet<String> {
    fs::read_dir(folder())
        .expect("the folder")
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

/// Does something with each bug, a few at a time; the results are in the order of the bugs.
pub(super) fn for_each<T: Send>(bugs: &[Bug], act: impl Fn(&Bug) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..JOBS {
            scope.spawn(|| {
                while let Some((at, bug)) = bugs.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed))
                {
                    let result = act(bug);
                    results.lock().expect("no thread failed").push((at, result));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("no thread failed");
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
