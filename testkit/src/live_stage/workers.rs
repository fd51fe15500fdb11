//! Interpreters that wait for work, and those that start ahead of it.

use std::collections::BTreeMap;
use std::thread::JoinHandle;

use banister_grammars::Language;

use crate::worker::{Worker, WorkerConfig, WorkerError};

/// Workers that are as good as each other: the same interpreter, and in Python the same mocked modules, since a package
/// that was imported once keeps the modules that it has imported itself.
pub(super) type Pool = (Interpreter, String);

/// TypeScript and JavaScript run in the same interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Interpreter {
    Node,
    Python,
    Ruby,
}

impl From<Language> for Interpreter {
    fn from(language: Language) -> Self {
        match language {
            Language::TypeScript | Language::JavaScript => Interpreter::Node,
            Language::Python => Interpreter::Python,
            Language::Ruby => Interpreter::Ruby,
        }
    }
}

/// Warm workers of one project that no handler runs in.
#[derive(Debug, Default)]
pub struct Workers {
    idle: BTreeMap<Pool, Vec<Worker>>,
    /// At most one of each: a stage needs a second one only while the first is busy.
    starting: BTreeMap<Pool, JoinHandle<Result<Worker, WorkerError>>>,
}

impl Workers {
    /// True if there is none and none starts.
    pub(super) fn is_empty(&self) -> bool {
        self.idle.is_empty() && self.starting.is_empty()
    }

    /// Starts a worker of `pool` unless there is one; nobody waits for it before it is taken.
    pub(super) fn start_ahead(&mut self, pool: Pool, language: Language, config: &WorkerConfig) {
        let is_idle = self.idle.get(&pool).is_some_and(|idle| !idle.is_empty());
        if is_idle || self.starting.contains_key(&pool) {
            return;
        }
        let config = config.clone();
        let starting = std::thread::spawn(move || Worker::spawn(language, &config));
        self.starting.insert(pool, starting);
    }

    /// A worker of `pool`: a warm one, the one that starts, or a new one.
    pub(super) fn take(
        &mut self,
        pool: &Pool,
        language: Language,
        config: &WorkerConfig,
    ) -> Result<Worker, WorkerError> {
        if let Some(worker) = self.idle.get_mut(pool).and_then(Vec::pop) {
            return Ok(worker);
        }
        // Mocked modules are those of one file of tests as a rule: the workers of the last one have done their part.
        self.idle
            .retain(|other, _| other.0 != pool.0 || other.1.is_empty() || other.1 == pool.1);
        match self.starting.remove(pool).map(JoinHandle::join) {
            Some(Ok(started)) => started,
            // A thread that panicked has started nothing.
            Some(Err(_)) | None => Worker::spawn(language, config),
        }
    }

    /// Takes back a worker that is as good as before.
    pub(super) fn keep(&mut self, pool: Pool, worker: Worker) {
        self.idle.entry(pool).or_default().push(worker);
    }
}
