//! One warm interpreter that runs handlers, and what can go wrong with it. docs/worker-protocol.md is the contract.
//!
//! A worker lives in a process group of its own, which ends with it: whatever a handler has started goes too.

mod environments;
pub(crate) mod groups;
mod guardian;
mod interpreter;
mod output;
mod processes;
mod shims;
mod watch;

use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use banister_grammars::Language;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::modules::Modules;
use crate::protocol::{FromWorker, ToWorker};
use groups::Group;
use interpreter::Interpreter;
use output::Printed;
use processes::{Strays, usage};
use shims::Shims;
use watch::{Verdict, Watch};

pub use output::Output;

/// An interpreter that has not said `ready` by then never will.
const START_BUDGET: Duration = Duration::from_secs(20);
/// A dying interpreter may take so long to say how it died.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// So many bytes are read at a time.
const CHUNK: usize = 64 * 1024;

/// A longer message comes in many parts.
const LONG_MESSAGE: usize = 16 * CHUNK;

/// Reading a message takes no longer, unless it is a long one.
const LONG_READ: Duration = Duration::from_millis(20);

/// So often is looked for processes that left the group of a worker.
const LOOKS: u32 = 20;

/// What workers are started with.
#[derive(Debug, Clone)]
pub struct WorkerConfig {
    /// Absolute path of the project.
    pub root: PathBuf,
    /// Port of the mock server on 127.0.0.1.
    pub mock_port: u16,
    /// PEM file with the mock server's authority.
    pub ca_file: PathBuf,
    /// Wall time that a handler may run without ending or waiting.
    pub budget: Duration,
}

/// Why a worker cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// No such program.
    #[error("no interpreter for {}: `{tried}` was not found; install it with `{install}` or name one in {variable}", .language.name())]
    MissingInterpreter {
        /// The language of the step.
        language: Language,
        /// The program that was tried.
        tried: String,
        /// The command that installs it.
        install: &'static str,
        /// The environment variable that names another program.
        variable: &'static str,
    },
    /// The program is there and too old.
    #[error("`{tried}` is version {version}, and steps in {} need {needed} or newer; name another one in {variable}", .language.name())]
    Outdated {
        /// The language of the step.
        language: Language,
        /// The program that was tried.
        tried: String,
        /// What it says it is.
        version: String,
        /// The oldest version that works.
        needed: &'static str,
        /// The environment variable that names another program.
        variable: &'static str,
    },
    /// It computed for too long; the process group was ended.
    #[error("the handler ran for {seconds} s without ending or waiting for anything")]
    Budget {
        /// The budget.
        seconds: u64,
    },
    /// It stood still for too long, and not in a wait that the harness knows of; the process group was ended.
    #[error("the handler was blocked for {seconds} s outside the virtual clock")]
    Blocked {
        /// The budget.
        seconds: u64,
    },
    /// It neither ended nor waited, and hardly had a processor, or nobody could see what it did; the process group was ended.
    #[error("the handler did not end or wait within {seconds} s")]
    Unclear {
        /// How long it ran.
        seconds: u64,
    },
    /// The process ended.
    #[error("the interpreter died: {status}{}{stderr_tail}", if .stderr_tail.is_empty() { "" } else { "\n" })]
    Died {
        /// How.
        status: String,
        /// The last it wrote to standard error.
        stderr_tail: String,
    },
    /// It wrote something that is no message.
    #[error("the worker does not speak the protocol: {message}")]
    Protocol {
        /// What is wrong.
        message: String,
    },
    /// It could not be started.
    #[error("cannot start `{tried}`: {source}")]
    Start {
        /// The program.
        tried: String,
        /// Why.
        source: std::io::Error,
    },
}

/// One warm interpreter.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    group: Group,
    socket: UnixStream,
    /// What was read and is no whole message yet.
    inbox: Vec<u8>,
    /// So much of `inbox` has no line end.
    scanned: usize,
    /// What one read fills; kept, since clearing a new one costs more than most messages.
    chunk: Box<[u8]>,
    watch: Watch,
    printed: Printed,
    modules: Modules,
    shims: Arc<Shims>,
    /// The environment of everything that the steps start names it.
    mark: PathBuf,
    /// A handler started programs.
    escaped: bool,
    ended: bool,
    /// The interpreter's version, empty until it is ready.
    version: String,
}

/// An interpreter that is not ready yet.
#[derive(Debug)]
pub struct Starting {
    worker: Worker,
    interpreter: Interpreter,
    budget: Duration,
}

impl Starting {
    /// Waits until it is ready.
    ///
    /// # Errors
    /// It is too old, or it does not get ready.
    pub fn ready(self) -> Result<Worker, WorkerError> {
        let mut worker = self.worker;
        // It may have been left alone for long.
        worker.watch.restart();
        match worker.recv()? {
            FromWorker::Ready {
                protocol, version, ..
            } => {
                self.interpreter.check(protocol, &version)?;
                worker.version = version;
            }
            other => {
                return Err(WorkerError::Protocol {
                    message: format!("expected `ready`, got {other:?}"),
                });
            }
        }
        worker.watch = Watch::new(self.budget);
        Ok(worker)
    }
}

impl Worker {
    /// Starts the interpreter of `language` and waits until it is ready.
    ///
    /// # Errors
    /// There is none, it is too old, or it does not start.
    pub fn spawn(language: Language, config: &WorkerConfig) -> Result<Self, WorkerError> {
        Self::start(language, config)?.ready()
    }

    /// Starts the interpreter of `language`, which gets ready while others do their work.
    ///
    /// # Errors
    /// There is none, or it does not start.
    pub fn start(language: Language, config: &WorkerConfig) -> Result<Starting, WorkerError> {
        let interpreter = Interpreter::of(language, &config.root);
        let start_error = |source| WorkerError::Start {
            tried: interpreter.program.clone(),
            source,
        };
        let shims = Shims::shared().map_err(start_error)?;
        let printed = Printed::new(shims.folder()).map_err(start_error)?;
        let (socket, theirs) = UnixStream::pair().map_err(start_error)?;
        // A worker that does not read is hung like one that does not write.
        socket
            .set_write_timeout(Some(config.budget.max(Duration::from_secs(1))))
            .map_err(start_error)?;
        let child = interpreter.start(config, &shims, &printed, theirs)?;
        shims.guardian().watch(child.id());
        let worker = Self {
            group: Group::enter(config.mock_port, child.id()),
            child,
            socket,
            inbox: Vec::new(),
            scanned: 0,
            chunk: vec![0; CHUNK].into_boxed_slice(),
            watch: Watch::new(START_BUDGET),
            printed,
            modules: Modules::new(&config.root),
            shims,
            mark: config.ca_file.clone(),
            escaped: false,
            ended: false,
            version: String::new(),
        };
        Ok(Starting {
            worker,
            interpreter,
            budget: config.budget,
        })
    }

    /// The interpreter's version, as it says itself.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Sends a message.
    ///
    /// # Errors
    /// The process is gone or does not read.
    pub fn send(&mut self, message: &ToWorker) -> Result<(), WorkerError> {
        if !matches!(
            message,
            ToWorker::Module(_) | ToWorker::Outcome(_) | ToWorker::Certificate { .. }
        ) {
            self.watch.restart();
        }
        match message {
            ToWorker::Describe { mocks, .. } => self.modules.stand_in(mocks),
            ToWorker::Invoke(invoke) => self.modules.stand_in(&invoke.mocks),
            _ => {}
        }
        let mut line = serde_json::to_vec(message).map_err(|error| WorkerError::Protocol {
            message: error.to_string(),
        })?;
        line.push(b'\n');
        let begin = Instant::now();
        self.socket.write_all(&line).map_err(|error| match error.kind() {
            std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut => {
                self.over_budget(Verdict::Blocked)
            }
            _ => self.died(),
        })?;
        self.watch.forgive(begin.elapsed());
        Ok(())
    }

    /// Waits for the next message; `load` is answered here.
    ///
    /// # Errors
    /// None comes within the budget (the process group is ended then), or the process is gone or talks nonsense.
    pub fn recv(&mut self) -> Result<FromWorker, WorkerError> {
        loop {
            let patience = self.patience()?;
            if let Some(message) = self.recv_until(Instant::now() + patience)? {
                return Ok(message);
            }
        }
    }

    /// How long the worker may be left alone before this is asked again.
    ///
    /// # Errors
    /// The budget is used up; the process group is ended.
    pub fn patience(&mut self) -> Result<Duration, WorkerError> {
        let group = self.child.id();
        match self.watch.look(|| usage(group)) {
            Verdict::Fine(patience) => Ok(patience),
            verdict => Err(self.over_budget(verdict)),
        }
    }

    /// The handler goes on after an answer that did not come through `send`.
    pub fn goes_on(&mut self) {
        self.watch.restart();
    }

    /// The next message if it is there already.
    ///
    /// # Errors
    /// The process is gone or talks nonsense.
    pub fn try_recv(&mut self) -> Result<Option<FromWorker>, WorkerError> {
        self.recv_until(Instant::now())
    }

    /// What becomes readable when `try_recv` is worth a try.
    pub fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// Ends the process group, and says why.
    fn over_budget(&mut self, verdict: Verdict) -> WorkerError {
        self.end();
        let seconds = self.watch.budget().as_secs();
        match verdict {
            Verdict::Blocked => WorkerError::Blocked { seconds },
            Verdict::Unclear => WorkerError::Unclear {
                seconds: self.watch.elapsed().as_secs(),
            },
            Verdict::Busy | Verdict::Fine(_) => WorkerError::Budget { seconds },
        }
    }

    /// Ends the handler of `invocation`, which is parked, without a word of its own; true if the worker is as good as before
    /// and says so. It is of no use otherwise.
    pub fn abandon(&mut self, invocation: u64) -> bool {
        // Programs that the handler has started go with the worker.
        if self.escaped || self.send(&ToWorker::Abandon).is_err() {
            return false;
        }
        let over = Some(invocation);
        loop {
            match self.recv() {
                Ok(FromWorker::Threw { invocation, .. }) if invocation == over => return true,
                // A copy may still have told something when its end came.
                Ok(FromWorker::Log { .. } | FromWorker::Stray { .. }) => {}
                Ok(_) | Err(_) => return false,
            }
        }
    }

    /// What the steps printed since the last time.
    pub fn take_output(&mut self) -> Output {
        self.printed.take()
    }

    fn recv_until(&mut self, deadline: Instant) -> Result<Option<FromWorker>, WorkerError> {
        loop {
            let begin = Instant::now();
            while let Some(message) = self.next_message()? {
                if begin.elapsed() > LONG_READ {
                    // It was us who took the time.
                    self.watch.forgive(begin.elapsed());
                }
                match message {
                    FromWorker::Load { specifier, from } => {
                        let answer = self.modules.load(&specifier, from.as_deref());
                        self.send(&ToWorker::Module(answer))?;
                    }
                    message => {
                        self.watch.heard();
                        self.escaped |= matches!(message, FromWorker::Escaped { .. });
                        let goes_on = matches!(message, FromWorker::Log { .. } | FromWorker::Call { .. });
                        let group = self.child.id();
                        if goes_on && let Some(verdict) = self.watch.talks_on(|| usage(group)) {
                            return Err(self.over_budget(verdict));
                        }
                        return Ok(Some(message));
                    }
                }
            }
            let begin = Instant::now();
            if !self.fill(deadline)? {
                return Ok(None);
            }
            if self.inbox.len() > LONG_MESSAGE {
                self.watch.forgive(begin.elapsed());
            }
        }
    }

    fn next_message(&mut self) -> Result<Option<FromWorker>, WorkerError> {
        let Some(end) = self.inbox[self.scanned..].iter().position(|byte| *byte == b'\n') else {
            self.scanned = self.inbox.len();
            return Ok(None);
        };
        let rest = self.inbox.split_off(self.scanned + end + 1);
        let line = std::mem::replace(&mut self.inbox, rest);
        self.scanned = 0;
        serde_json::from_slice(&line).map(Some).map_err(|error| {
            let text = String::from_utf8_lossy(&line);
            let start: String = text.trim_end().chars().take(200).collect();
            WorkerError::Protocol {
                message: format!("{error}: {start}"),
            }
        })
    }

    /// Reads what there is; false if nothing came before the deadline.
    fn fill(&mut self, deadline: Instant) -> Result<bool, WorkerError> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let timeout = Timespec::try_from(left).unwrap_or_default();
            let mut ready = [PollFd::new(&self.socket, PollFlags::IN)];
            match poll(&mut ready, Some(&timeout)) {
                Ok(0) if left.is_zero() => return Ok(false),
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => break,
                Err(_) => return Err(self.died()),
            }
        }
        match self.socket.read(&mut self.chunk) {
            Ok(0) | Err(_) => Err(self.died()),
            Ok(count) => {
                self.inbox.extend_from_slice(&self.chunk[..count]);
                Ok(true)
            }
        }
    }

    /// How the process ended. One that only closed its end of the socket is ended now.
    fn died(&mut self) -> WorkerError {
        let patience = Instant::now() + LAST_WORDS;
        let mut status = None;
        while status.is_none() && Instant::now() < patience {
            status = self.child.try_wait().ok().flatten();
            if status.is_none() {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        self.end();
        let status = status.map_or_else(
            || "it closed its connection".to_owned(),
            |status| status.to_string(),
        );
        WorkerError::Died {
            status,
            stderr_tail: self.printed.stderr_tail(),
        }
    }

    /// Ends the process group, and what left it. Ending it twice does no harm: the child is not reaped before the group is gone.
    fn end(&mut self) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let strays = match self.escaped {
            true => Strays::of(self.child.id(), &self.mark),
            false => Strays::default(),
        };
        if let Some(group) = Pid::from_raw(self.child.id() as i32) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        strays.end();
        // One that was about to copy itself may have done so while we looked.
        for _ in 0..if self.escaped { LOOKS } else { 0 } {
            let left = Strays::of(self.child.id(), &self.mark);
            if left.is_empty() {
                break;
            }
            left.end();
        }
        self.shims.guardian().forget(self.child.id());
        self.group.leave();
        let _ = self.child.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.end();
    }
}
