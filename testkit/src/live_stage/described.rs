//! Configs of modules as their interpreters read them, shared by the stages of one harness.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value as Json;

/// A module, and what it finds while it is read: what stands in for code, and the environment.
pub(super) type Key = (PathBuf, String, BTreeMap<String, String>);

/// What was read so far. Copies share it.
#[derive(Debug, Clone, Default)]
pub struct Described(Arc<Mutex<BTreeMap<Key, Json>>>);

impl Described {
    pub(super) fn get(&self, key: &Key) -> Option<Json> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).cloned()
    }

    pub(super) fn insert(&self, key: Key, config: Json) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(key, config);
    }
}
