//! The stage of real runs: warm interpreters, one handler each at a time, and the mock server's held exchanges.

mod described;
mod versions;
mod workers;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use banister_grammars::Language;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::Value as Json;

use crate::flow::Setting;
use crate::mock::{Held, MockError, MockServer, MockSession, Recording, Services, Strike};
use crate::protocol::{FromWorker, HandlerError, Invoke, Isolation, ToWorker};
use crate::report::StepOutput;
use crate::rng::Seed;
use crate::stage::{Resume, Signal, Slot, Stage, StageError};
use crate::stand_ins::StandIns;
use crate::template::Variables;
use crate::worker::{Worker, WorkerConfig, WorkerError};
use workers::Pool;

pub use described::Described;
pub use versions::Versions;
pub use workers::Workers;

/// Warm workers by interpreter, and the handlers that run in some of them.
pub struct LiveStage<'m> {
    mocks: &'m MockServer,
    config: WorkerConfig,
    workers: Workers,
    /// What stands in for code in the running test.
    stand_ins: StandIns,
    /// Environment variables of the running test.
    env: BTreeMap<String, String>,
    busy: BTreeMap<Slot, Busy>,
    slots: usize,
    session: Option<MockSession>,
    /// Exchanges that were signalled and are not answered in full, by number.
    held: BTreeMap<u64, Held>,
    described: Described,
    versions: Versions,
}

/// A worker that runs a handler.
struct Busy {
    pool: Pool,
    worker: Worker,
    language: Language,
    invocation: u64,
    /// What it told and was not signalled, since a call of before has to be first.
    told: Option<FromWorker>,
    /// The harness may end the handler in the middle.
    expendable: bool,
    /// Nothing of the handler can run before it is told to go on.
    parked: bool,
}

impl Busy {
    /// Ends the handler in the middle; true if its interpreter is as good as before.
    fn survives(&mut self) -> bool {
        let is_asked = self.expendable && self.parked && self.pool.isolation != Isolation::Shared;
        is_asked && self.worker.abandon(self.invocation)
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
            workers: Workers::default(),
            stand_ins: StandIns::default(),
            env: BTreeMap::new(),
            busy: BTreeMap::new(),
            slots: 0,
            session: None,
            held: BTreeMap::new(),
            described: Described::default(),
            versions: Versions::default(),
        }
    }

    /// Begins with workers that are warm already, of the same project and the same mock server.
    #[must_use]
    pub fn with_workers(self, workers: Workers) -> Self {
        Self { workers, ..self }
    }

    /// Knows what other stages of the same harness have read of the modules, and they what this one reads.
    #[must_use]
    pub fn with_described(self, described: Described) -> Self {
        Self { described, ..self }
    }

    /// Takes note of the versions of its interpreters here.
    #[must_use]
    pub fn with_versions(self, versions: Versions) -> Self {
        Self { versions, ..self }
    }

    /// The workers that are left when the stage is no longer needed.
    pub fn into_workers(self) -> Workers {
        self.workers
    }

    /// Starts the interpreters of these languages side by side if the stage has none yet, so that the first test does not
    /// wait for one after the other.
    pub fn start_ahead(&mut self, languages: impl FnOnce() -> Vec<Language>) {
        if !self.workers.is_empty() {
            return;
        }
        for language in languages() {
            let pool = self.pool(language, Isolation::Fresh, false);
            self.workers.start_ahead(pool, language, &self.config);
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

    /// Opens the mocks of a run and says what it is given from outside.
    ///
    /// # Errors
    /// The mock server cannot open a session.
    pub fn setting(
        &mut self,
        services: Services,
        seed: Seed,
        isolation: Isolation,
        variables: Variables,
    ) -> Result<Setting, MockError> {
        let (hosts, holds) = (services.hosts(), services.holds());
        Ok(Setting {
            seed,
            session: self.open_session(services)?,
            hosts,
            holds,
            isolation,
            variables,
        })
    }

    /// From now on this code stands in for modules and names, and modules that are looked at find this environment, until
    /// the session is closed.
    pub fn stand_in(&mut self, stand_ins: StandIns, env: BTreeMap<String, String>) {
        self.stand_ins = stand_ins;
        self.env = env;
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
        self.stand_ins = StandIns::default();
        self.env = BTreeMap::new();
        self.busy.clear();
        self.workers.forget_shared();
    }

    /// The config of the module in `file`, as its interpreter reads it.
    ///
    /// # Errors
    /// The interpreter is missing or the module cannot be loaded. Paths are relative to the project.
    pub fn describe(&mut self, language: Language, file: &Path) -> Result<Json, HandlerError> {
        let mocks = self.stand_ins.of(language).clone();
        let key = (file.to_owned(), fingerprint(&mocks), self.env.clone());
        if let Some(config) = self.described.get(&key) {
            return Ok(config);
        }
        let pool = self.pool(language, Isolation::Fresh, false);
        let mut worker = self
            .take(language, &pool)
            .map_err(|error| error.as_handler_error())?;
        let order = ToWorker::Describe {
            file: file.to_string_lossy().into_owned(),
            env: self.env.clone(),
            mocks,
        };
        let answer = described(&mut worker, &order, &mut self.stand_ins.clone())
            .map_err(|error| stage_error(error).as_handler_error())?;
        worker.take_output();
        self.workers.keep(pool, worker);
        match answer {
            FromWorker::Described { config, .. } => {
                self.described.insert(key, config.clone());
                Ok(config)
            }
            FromWorker::Threw { error, .. } => Err(error.relative_to(&self.config.root)),
            other => Err(StageError::Broken(format!("the worker answered {other:?}")).as_handler_error()),
        }
    }

    fn pool(&self, language: Language, isolation: Isolation, expendable: bool) -> Pool {
        let mocks = match language {
            Language::Python => fingerprint(&self.stand_ins.of(language).modules),
            _ => String::new(),
        };
        let isolation = match (language, isolation) {
            // There the process of each handler is a copy in either case.
            (Language::Ruby, Isolation::Process) => Isolation::Fresh,
            _ => isolation,
        };
        Pool {
            interpreter: language.into(),
            mocks,
            // In Node nothing is different for it, in Ruby each handler runs in a copy anyway.
            copies: expendable && isolation == Isolation::Fresh && language == Language::Python,
            isolation,
        }
    }

    fn take(&mut self, language: Language, pool: &Pool) -> Result<Worker, StageError> {
        let taken = self.workers.take(pool, language, &self.config);
        let worker = taken.map_err(stage_error)?;
        self.versions.insert(pool.interpreter, worker.version());
        Ok(worker)
    }

    /// What the worker in `slot` or the mock server has to say next. The worker goes first: what it wrote before it
    /// made a call lies in its socket by the time the call can be seen, so that looking there once more after a call
    /// has shown up gives the order in which the handler did things.
    fn listen(&mut self, slot: Slot) -> Result<Signal, WorkerError> {
        let Some(Busy {
            worker,
            told,
            invocation,
            parked,
            ..
        }) = self.busy.get_mut(&slot)
        else {
            return Err(WorkerError::Died {
                status: "it was released".to_owned(),
                stderr_tail: String::new(),
            });
        };
        loop {
            let message = match told.take() {
                Some(message) => Some(message),
                None => worker.try_recv()?,
            };
            if let Some(FromWorker::Certificate { host }) = &message {
                let answer = self
                    .mocks
                    .certificate(host)
                    .map_err(|error| WorkerError::Protocol {
                        message: error.to_string(),
                    })?;
                worker.send(&answer)?;
                continue;
            }
            if let Some(message) = message {
                // It parks with an open exchange only once that is held, so the call has come before.
                let call = match (&message, &self.session) {
                    (FromWorker::Parked { exchanges, .. }, Some(session)) if !exchanges.is_empty() => session
                        .next_held()
                        .or_else(|| session.next_gathered(*invocation, exchanges)),
                    _ => None,
                };
                let Some(held) = call else {
                    *parked = matches!(message, FromWorker::Parked { .. });
                    return Ok(Signal::Message(message));
                };
                *told = Some(message);
                return Ok(Self::signal(&mut self.held, held));
            }
            let Some(session) = &self.session else {
                return worker.recv().map(Signal::Message);
            };
            let patience = worker.patience()?;
            let mut ready = [
                PollFd::from_borrowed_fd(worker.socket(), PollFlags::IN),
                PollFd::new(session.bell(), PollFlags::IN),
            ];
            let timeout = Timespec::try_from(patience).ok();
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
    fn start(&mut self, language: Language, mut invoke: Invoke) -> Result<Slot, StageError> {
        self.set_now(invoke.now);
        let expendable = invoke.expendable;
        let pool = self.pool(language, invoke.isolation, expendable);
        let mut worker = self.take(language, &pool)?;
        let invocation = invoke.invocation;
        invoke.mocks = self.stand_ins.of(language).clone();
        invoke.bare = self.session.as_ref().is_some_and(MockSession::stays_here);
        worker
            .send(&ToWorker::Invoke(Box::new(invoke)))
            .map_err(stage_error)?;
        self.slots += 1;
        let slot = Slot(self.slots);
        self.busy.insert(
            slot,
            Busy {
                pool,
                worker,
                language,
                invocation,
                told: None,
                expendable,
                parked: false,
            },
        );
        Ok(slot)
    }

    fn next(&mut self, slot: Slot) -> Result<Signal, StageError> {
        let mut signal = self.listen(slot).map_err(stage_error)?;
        if let Signal::Message(FromWorker::Mocked {
            function,
            args,
            outcome,
        }) = &mut signal
        {
            *outcome = self.stand_ins.call(function, args);
            if let Some(Busy { worker, .. }) = self.busy.get_mut(&slot) {
                worker
                    .send(&ToWorker::Outcome(outcome.clone()))
                    .map_err(stage_error)?;
            }
        }
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

    fn resume(&mut self, slot: Slot, resume: Resume) -> Result<(), StageError> {
        self.set_now(resume.now);
        let Some(Busy { worker, parked, .. }) = self.busy.get_mut(&slot) else {
            return Ok(());
        };
        *parked = false;
        worker.send(&ToWorker::Resume(resume)).map_err(stage_error)
    }

    fn describe(&mut self, language: Language, file: &Path) -> Option<Json> {
        LiveStage::describe(self, language, file).ok()
    }

    fn answer(&mut self, exchange: u64) {
        let Some(held) = self.held.get(&exchange) else {
            return;
        };
        held.go_on();
        let caller = held.call.invocation;
        if let Some(busy) = self.busy.values_mut().find(|busy| busy.invocation == caller) {
            busy.parked = false;
            busy.worker.goes_on();
        }
    }

    fn strike(&mut self, exchange: u64, strike: Strike) {
        let Some(held) = self.held.remove(&exchange) else {
            return;
        };
        held.strike(strike);
        let caller = held.call.invocation;
        if let Some(busy) = self.busy.values_mut().find(|busy| busy.invocation == caller) {
            busy.parked = false;
            busy.worker.goes_on();
        }
    }

    fn release(&mut self, slot: Slot, step: &str, clean: bool) -> StepOutput {
        let Some(mut busy) = self.busy.remove(&slot) else {
            return StepOutput::default();
        };
        let survives = clean || busy.survives();
        let printed = busy.worker.take_output();
        if survives {
            self.workers.keep(busy.pool, busy.worker);
        } else if busy.expendable {
            // The message that its handler took comes again.
            self.workers.start_ahead(busy.pool, busy.language, &self.config);
        }
        StepOutput {
            step: step.to_owned(),
            stdout: printed.stdout,
            stderr: printed.stderr,
        }
    }
}

/// Describes a module; functions that it calls while it loads have their first outcomes.
fn described(
    worker: &mut Worker,
    order: &ToWorker,
    stand_ins: &mut StandIns,
) -> Result<FromWorker, WorkerError> {
    worker.send(order)?;
    loop {
        match worker.recv()? {
            FromWorker::Mocked { function, args, .. } => {
                worker.send(&ToWorker::Outcome(stand_ins.call(&function, &args)))?;
            }
            answer => return Ok(answer),
        }
    }
}

/// The same text for the same stand-ins.
fn fingerprint<T: serde::Serialize + Default + PartialEq>(mocks: &T) -> String {
    if *mocks == T::default() {
        return String::new();
    }
    serde_json::to_string(mocks).unwrap_or_default()
}

fn stage_error(error: WorkerError) -> StageError {
    match error {
        WorkerError::MissingInterpreter { .. } | WorkerError::Outdated { .. } => {
            StageError::Missing(error.to_string())
        }
        WorkerError::Budget { seconds } => StageError::Budget { seconds },
        WorkerError::Blocked { seconds } => StageError::Blocked { seconds },
        WorkerError::Unclear { seconds } => StageError::Unclear { seconds },
        other => StageError::Broken(other.to_string()),
    }
}
