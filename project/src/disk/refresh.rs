//! Keeping a loaded workspace up to date with the disk, for whoever watches it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use super::{Loaded, Problem, check_settings, list, load_imports, read};
use crate::config::ConfigError;
use crate::discovery::{self, FileRole};

/// What tells two states of a file apart without reading it: when it was written, and its length in bytes.
type Stamp = (Option<SystemTime>, u64);

/// The state of every file that can matter, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamps(BTreeMap<String, Stamp>);

impl Stamps {
    /// The files of `root` as they are now; none if the folder is gone.
    pub fn of(root: &Path) -> Self {
        let stamp = |file: String| {
            let metadata = fs::symlink_metadata(root.join(&file)).ok()?;
            Some((file, (metadata.modified().ok(), metadata.len())))
        };
        Self(list(root).into_iter().filter_map(stamp).collect())
    }

    /// The files that are new, gone or otherwise in `self` than in `before`.
    pub fn differing<'s>(&'s self, before: &'s Self) -> impl Iterator<Item = &'s String> {
        let gone = before.0.keys().filter(|file| !self.0.contains_key(*file));
        let fresh = (self.0.iter()).filter(|(file, stamp)| before.0.get(*file) != Some(stamp));
        gone.chain(fresh.map(|(file, _)| file))
    }
}

impl Loaded {
    /// Takes over what has changed on the disk between two looks at it.
    pub fn refresh(&mut self, before: &Stamps, now: &Stamps) -> Result<(), ConfigError> {
        self.problems.clear();
        let known = self.host.snapshot();
        let mut changed = Vec::new();
        for file in now.differing(before) {
            // Modules count once a step imports them; those are read below.
            let is_wanted = discovery::role(file) != Some(FileRole::Module) || known.source(file).is_some();
            if !now.0.contains_key(file) {
                self.host.remove_file(file);
            } else if is_wanted {
                match read(&self.root, file) {
                    Ok(read) => {
                        self.problems.extend(read.problem);
                        changed.push((file.clone(), read.text));
                    }
                    Err(problem) => {
                        self.host.set_unread(file);
                        self.problems.push(problem);
                    }
                }
            }
        }
        self.host.set_files(changed);
        let imported: Vec<Problem> = load_imports(&self.root, &mut self.host);
        self.problems.extend(imported);
        self.problems.sort();
        check_settings(&self.root, &self.host)
    }
}
