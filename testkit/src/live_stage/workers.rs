//! Interpreters that wait for work, and those that start ahead of it.

use std::collections::{BTreeMap, VecDeque};
use std::thread::JoinHandle;

use banister_grammars::Language;

use crate::protocol::Isolation;
use crate::worker::{Starting, Worker, WorkerConfig, WorkerError};

/// So many spare processes get ready while a handler runs.
const SPARES: usize = 2;

/// Workers that are as good as each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pool {
    pub(super) interpreter: Interpreter,
    /// In Python the mocked modules, since a package that was imported once keeps the modules that it has imported itself.
    pub(super) mocks: String,
    /// A shared worker lives for one run; one that is copied for each handler runs none itself.
    pub(super) isolation: Isolation,
    /// True if it runs each handler in a copy of itself, so that it outlives one that is ended in the middle.
    pub(super) copies: bool,
}

/// TypeScript and JavaScript run in the same interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Interpreter {
    Node,
    Python,
    Ruby,
}

impl Interpreter {
    /// How it is called everywhere.
    pub(super) fn name(self) -> &'static str {
        match self {
            Interpreter::Node => "node",
            Interpreter::Python => "python",
            Interpreter::Ruby => "ruby",
        }
    }
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

impl Pool {
    /// Whether a worker has done its part after one handler.
    fn is_spent(&self) -> bool {
        (self.interpreter, self.isolation) == (Interpreter::Node, Isolation::Process)
    }
}

/// Warm workers of one project that no handler runs in.
#[derive(Debug, Default)]
pub struct Workers {
    idle: BTreeMap<Pool, Vec<Worker>>,
    /// At most one of each: a stage needs a second one only while the first is busy.
    starting: BTreeMap<Pool, JoinHandle<Result<Worker, WorkerError>>>,
    /// Processes of Node, which cannot copy itself, that get ready for one handler each.
    spares: VecDeque<Starting>,
}

impl Workers {
    /// True if there is none and none starts.
    pub(super) fn is_empty(&self) -> bool {
        self.idle.is_empty() && self.starting.is_empty()
    }

    /// Starts a worker of `pool` unless there is one; nobody waits for it before it is taken.
    pub(super) fn start_ahead(&mut self, pool: Pool, language: Language, config: &WorkerConfig) {
        let is_idle = self.idle.get(&pool).is_some_and(|idle| !idle.is_empty());
        if is_idle || pool.is_spent() || self.starting.contains_key(&pool) {
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
        if pool.is_spent() {
            return self.take_spare(language, config);
        }
        if let Some(worker) = self.idle.get_mut(pool).and_then(Vec::pop) {
            return Ok(worker);
        }
        // Mocked modules are those of one file of tests as a rule: the workers of the last one have done their part.
        self.idle.retain(|other, _| {
            other.interpreter != pool.interpreter || other.mocks.is_empty() || other.mocks == pool.mocks
        });
        match self.starting.remove(pool).map(JoinHandle::join) {
            Some(Ok(started)) => started,
            // A thread that panicked has started nothing.
            Some(Err(_)) | None => Worker::spawn(language, config),
        }
    }

    fn take_spare(&mut self, language: Language, config: &WorkerConfig) -> Result<Worker, WorkerError> {
        let first = match self.spares.pop_front() {
            Some(spare) => spare,
            None => Worker::start(language, config)?,
        };
        let worker = first.ready()?;
        // Only now: the one that is waited for shall have the processor to itself.
        while self.spares.len() < SPARES {
            self.spares.push_back(Worker::start(language, config)?);
        }
        Ok(worker)
    }

    /// Takes back a worker that has ended a handler, if it is as good as before.
    pub(super) fn keep(&mut self, pool: Pool, worker: Worker) {
        if !pool.is_spent() {
            self.idle.entry(pool).or_default().push(worker);
        }
    }

    /// The run is over, and with it the modules that its handlers shared.
    pub(super) fn forget_shared(&mut self) {
        self.idle.retain(|pool, _| pool.isolation != Isolation::Shared);
    }
}
