//! The seam between the scheduler and the world outside it: interpreters that run handlers and services that are mocked.

use std::path::Path;

use banister_grammars::Language;
use serde_json::Value as Json;

use crate::mock::{HttpCall, Strike};
pub use crate::protocol::Resume;
use crate::protocol::{FromWorker, HandlerError, Invoke};
use crate::report::StepOutput;

/// What the scheduler needs of the outside. The scheduler alone decides who goes on; a stage only waits and tells.
pub trait Stage {
    /// Starts a handler and names the slot that it runs in.
    ///
    /// # Errors
    /// The interpreter is missing or does not start.
    fn start(&mut self, language: Language, invoke: Invoke) -> Result<Slot, StageError>;

    /// Waits for the next thing that a slot's handler does. The parts of the answer to an external call are held until
    /// `answer` lets them go.
    ///
    /// # Errors
    /// The handler used up its time, or its interpreter died; the slot is gone then.
    fn next(&mut self, slot: Slot) -> Result<Signal, StageError>;

    /// Lets a parked handler go on.
    ///
    /// # Errors
    /// The interpreter died; the slot is gone then.
    fn resume(&mut self, slot: Slot, resume: Resume) -> Result<(), StageError>;

    /// The config of a module as its interpreter reads it; `None` if it cannot be read, which its handler will tell.
    fn describe(&mut self, language: Language, file: &Path) -> Option<Json>;

    /// Lets the next part of the answer in an exchange go out.
    fn answer(&mut self, exchange: u64);

    /// Lets the service of an exchange fail instead of answering.
    fn strike(&mut self, exchange: u64, strike: Strike);

    /// Gives a slot back after its handler ended (`clean`), or throws its interpreter away.
    fn release(&mut self, slot: Slot, step: &str, clean: bool) -> StepOutput;
}

/// A place where one handler runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub usize);

/// What a handler did.
#[derive(Debug, Clone)]
pub enum Signal {
    /// It told us.
    Message(FromWorker),
    /// It calls an external service. Everything it told us before the call has been signalled before.
    Http(Box<HttpCall>),
}

/// Why a handler cannot be run to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StageError {
    /// No interpreter.
    #[error("{0}")]
    Missing(String),
    /// It ran for too long without ending or waiting.
    #[error("ran for {seconds} s without ending or waiting for anything: an endless loop?")]
    Budget {
        /// The budget.
        seconds: u64,
    },
    /// It stood still for too long, and not in a wait that the harness knows of.
    #[error(
        "was blocked for {seconds} s outside the virtual clock: a read, a lock that nobody frees, or a sleep of native code or of another program?"
    )]
    Blocked {
        /// The budget.
        seconds: u64,
    },
    /// It neither ended nor waited, and it is not known why.
    #[error(
        "did not come to an end or a wait within {seconds} s, and had too little of a processor to say why: is this machine too busy? `--jobs 1` or a larger `--budget` may help"
    )]
    Unclear {
        /// How long it ran.
        seconds: u64,
    },
    /// Its interpreter ended or talked nonsense.
    #[error("{0}")]
    Broken(String),
}

impl StageError {
    /// As an error of the handler, for the trace.
    pub fn as_handler_error(&self) -> HandlerError {
        let name = match self {
            StageError::Missing(_) => "MissingInterpreter",
            StageError::Budget { .. } | StageError::Blocked { .. } | StageError::Unclear { .. } => "Timeout",
            StageError::Broken(_) => "WorkerDied",
        };
        HandlerError {
            name: name.to_owned(),
            message: self.to_string(),
            ..HandlerError::default()
        }
    }
}
