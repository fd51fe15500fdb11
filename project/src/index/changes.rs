//! What has changed between two states of a project.

use std::collections::BTreeSet;

use crate::reads::{Key, Lookup};

/// What has changed, as far as it can be looked up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes {
    /// Everything that may read otherwise now.
    pub(crate) keys: BTreeSet<Key>,
    /// The files whose text or facts are others now.
    pub(crate) files: BTreeSet<String>,
    /// The topics with other places now.
    pub(crate) topics: BTreeSet<String>,
}

impl Changes {
    /// Something reads otherwise.
    pub(crate) fn touch(&mut self, lookup: Lookup<'_>) {
        self.keys.insert(lookup.key());
    }

    /// A file has other facts.
    pub(crate) fn file(&mut self, file: &str) {
        self.touch(Lookup::File(file));
        self.files.insert(file.to_owned());
    }

    /// A topic has other places.
    pub(crate) fn topic(&mut self, topic: &str) {
        self.touch(Lookup::Topic(topic));
        self.topics.insert(topic.to_owned());
    }

    /// True if that may read otherwise.
    pub(crate) fn has(&self, lookup: Lookup<'_>) -> bool {
        self.keys.contains(&lookup.key())
    }

    /// Adds what has changed later.
    pub(crate) fn extend(&mut self, later: Self) {
        self.keys.extend(later.keys);
        self.files.extend(later.files);
        self.topics.extend(later.topics);
    }
}
