//! The stage of real runs: warm interpreters, one handler each at a time, and the mock server's held exchanges.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use banister_grammars::Language;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::Value as Json;

use crate::mock::{Held, MockError, MockServer, MockSession, Recording, Services};
use crate::protocol::{FromWorker, Invoke, Reply, ToWorker};
use crate::report::StepOutput;
use crate::stage::{Signal, Slot, Stage, StageError};
use crate::worker::{Worker, WorkerConfig, WorkerError};

/// Warm workers by interpreter, and the handlers that run in some of them.
pub struct LiveStage<'m> {
    mocks: &'m MockServer,
    config: WorkerConfig,
    idle: BTreeMap<Interpreter, Vec<Worker>>,
    busy: BTreeMap<Slot, Busy>,
    slots: usize,
    session: Option<MockSession>,
    /// Exchanges that were signalled and are not answered in full, by number.
    held: BTreeMap<u64, Held>,
    described: BTreeMap<PathBuf, Json>,
}

/// A worker that runs a handler.
struct Busy {
    interpreter: Interpreter,
    worker: Worker,
    invocation: u64,
    /// What it told and was not signalled, since a call of before has to be first.
    told: Option<FromWorker>,
}

/// TypeScript and JavaScript run in the same interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Interpreter {
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

impl<'m> LiveStage<'m> {
    /// A stage for the project at `root`; interpreters start when they are first needed. A handler that runs for
    /// `budget` without a word counts as hung.
    pub fn new(root: &Path, mocks: &'m MockServer, budget: Duration) -> Self {
        Self {
            mocks,
            config: WorkerConfig {
                root: root.to_owned(),
                mock_port: mocks.port(),
                ca_file: mocks.ca_file().to_owned(),
                budget,
            },
            idle: BTreeMap::new(),
            busy: BTreeMap::new(),
            slots: 0,
            session: None,
            held: BTreeMap::new(),
            described: BTreeMap::new(),
        }
    }

    /// Opens the mocks of a run and names them.
    ///
    /// # Errors
    /// The mock server cannot open a session.
    pub fn open_session(&mut self, services: Services) -> Result<u64, MockError> {
        self.held.clear();
        let session = self.mocks.open_session(services)?;
        let id = session.id();
        self.session = Some(session);
        Ok(id)
    }

    /// Calls of the run to real services, if they are recorded.
    pub fn take_recordings(&mut self) -> Vec<Recording> {
        let session = self.session.as_ref();
        session.map(MockSession::take_recordings).unwrap_or_default()
    }

    /// Ends the run: its mocks are gone and handlers that still run are thrown away.
    pub fn close_session(&mut self) {
        self.held.clear();
        self.session = None;
        self.busy.clear();
    }

    /// The config of the module in `file`, as its interpreter reads it.
    ///
    /// # Errors
    /// The interpreter is missing or the module cannot be loaded; the text says which and why.
    pub fn describe(&mut self, language: Language, file: &Path) -> Result<Json, String> {
        if let Some(config) = self.described.get(file) {
            return Ok(config.clone());
        }
        let interpreter = Interpreter::from(language);
        let mut worker = self.take(language).map_err(|error| error.to_string())?;
        let answer = worker
            .send(&ToWorker::Describe {
                file: file.to_string_lossy().into_owned(),
            })
            .and_then(|()| worker.recv())
            .map_err(|error| stage_error(error).to_string())?;
        worker.take_output();
        self.idle.entry(interpreter).or_default().push(worker);
        match answer {
            FromWorker::Described { config, .. } => {
                self.described.insert(file.to_owned(), config.clone());
                Ok(config)
            }
            FromWorker::Threw { error, .. } => {
                let at = error
                    .line
                    .map_or_else(String::new, |line| format!(" (line {line})"));
                Err(format!("{}: {}{at}", error.name, error.message))
            }
            other => Err(format!("the worker answered {other:?}")),
        }
    }

    fn take(&mut self, language: Language) -> Result<Worker, StageError> {
        if let Some(worker) = self.idle.get_mut(&language.into()).and_then(Vec::pop) {
            return Ok(worker);
        }
        Worker::spawn(language, &self.config).map_err(stage_error)
    }

    /// What the worker in `slot` or the mock server has to say next. The worker goes first: what it wrote before it
    /// made a call lies in its socket by the time the call can be seen, so that looking there once more after a call
    /// has shown up gives the order in which the handler did things.
    fn listen(&mut self, slot: Slot) -> Result<Signal, WorkerError> {
        let Some(Busy { worker, told, .. }) = self.busy.get_mut(&slot) else {
            return Err(WorkerError::Died {
                status: "it was released".to_owned(),
                stderr_tail: String::new(),
            });
        };
        let deadline = Instant::now() + self.config.budget;
        loop {
            let message = match told.take() {
                Some(message) => Some(message),
                None => worker.try_recv()?,
            };
            if let Some(message) = message {
                // It parks with an open exchange only once that is held, so the call has come before.
                let parks = matches!(&message, FromWorker::Parked { exchanges, .. } if !exchanges.is_empty());
                let call = self
                    .session
                    .as_ref()
                    .filter(|_| parks)
                    .and_then(MockSession::next_held);
                let Some(held) = call else {
                    return Ok(Signal::Message(message));
                };
                *told = Some(message);
                return Ok(Self::signal(&mut self.held, held));
            }
            let Some(session) = &self.session else {
                return worker.recv().map(Signal::Message);
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(worker.over_budget());
            }
            let mut ready = [
                PollFd::from_borrowed_fd(worker.socket(), PollFlags::IN),
                PollFd::new(session.bell(), PollFlags::IN),
            ];
            let timeout = Timespec::try_from(left).ok();
            match poll(&mut ready, timeout.as_ref()) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => {
                    return Err(WorkerError::Died {
                        status: error.to_string(),
                        stderr_tail: String::new(),
                    });
                }
            }
            let rings = !ready[1].revents().is_empty();
            *told = worker.try_recv()?;
            if told.is_some() {
                continue;
            }
            if let Some(held) = rings.then(|| session.next_held()).flatten() {
                return Ok(Self::signal(&mut self.held, held));
            }
        }
    }

    fn signal(all: &mut BTreeMap<u64, Held>, held: Held) -> Signal {
        let call = held.call.clone();
        all.insert(call.exchange, held);
        Signal::Http(Box::new(call))
    }

    fn set_now(&self, now: i64) {
        if let Some(session) = &self.session {
            session.set_now(now);
        }
    }
}

impl Stage for LiveStage<'_> {
    fn start(&mut self, language: Language, invoke: Invoke) -> Result<Slot, StageError> {
        self.set_now(invoke.now);
        let mut worker = self.take(language)?;
        let (interpreter, invocation) = (language.into(), invoke.invocation);
        worker
            .send(&ToWorker::Invoke(Box::new(invoke)))
            .map_err(stage_error)?;
        self.slots += 1;
        let slot = Slot(self.slots);
        self.busy.insert(
            slot,
            Busy {
                interpreter,
                worker,
                invocation,
                told: None,
            },
        );
        Ok(slot)
    }

    fn next(&mut self, slot: Slot) -> Result<Signal, StageError> {
        let signal = self.listen(slot).map_err(stage_error)?;
        match &signal {
            Signal::Message(FromWorker::Done { invocation, .. } | FromWorker::Threw { invocation, .. })
                if *invocation != self.busy.get(&slot).map(|busy| busy.invocation) =>
            {
                Err(StageError::Broken(
                    "something else than the worker wrote to the harness' own descriptor, number 3"
                        .to_owned(),
                ))
            }
            _ => Ok(signal),
        }
    }

    fn resume(
        &mut self,
        slot: Slot,
        now: i64,
        replies: Vec<Reply>,
        timers: Vec<u64>,
        exchanges: Vec<u64>,
    ) -> Result<(), StageError> {
        self.set_now(now);
        let Some(Busy { worker, .. }) = self.busy.get_mut(&slot) else {
            return Ok(());
        };
        worker
            .send(&ToWorker::Resume {
                now,
                replies,
                timers,
                exchanges,
            })
            .map_err(stage_error)
    }

    fn answer(&mut self, exchange: u64) {
        if let Some(held) = self.held.get(&exchange) {
            held.go_on();
        }
    }

    fn release(&mut self, slot: Slot, step: &str, clean: bool) -> StepOutput {
        let Some(Busy {
            interpreter,
            mut worker,
            ..
        }) = self.busy.remove(&slot)
        else {
            return StepOutput::default();
        };
        let printed = worker.take_output();
        if clean {
            self.idle.entry(interpreter).or_default().push(worker);
        }
        StepOutput {
            step: step.to_owned(),
            stdout: printed.stdout,
            stderr: printed.stderr,
        }
    }
}

fn stage_error(error: WorkerError) -> StageError {
    match error {
        WorkerError::MissingInterpreter { .. } | WorkerError::Outdated { .. } => {
            StageError::Missing(error.to_string())
        }
        WorkerError::Budget { seconds } => StageError::Budget { seconds },
        other => StageError::Broken(other.to_string()),
    }
}
