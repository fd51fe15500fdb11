//! Threads for work over snapshots: several for what a person waits for, one for scans and checks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

type Job = Box<dyn FnOnce() + Send>;

/// The pool. Dropping it lets its threads end after their present job.
#[derive(Debug)]
pub(crate) struct Pool {
    foreground: Sender<Job>,
    background: Sender<Job>,
}

impl Pool {
    /// Starts `workers` foreground threads and the background thread.
    pub(crate) fn new(workers: usize) -> std::io::Result<Self> {
        let foreground = lane("lsp-worker", workers.max(1))?;
        let background = lane("lsp-background", 1)?;
        Ok(Self {
            foreground,
            background,
        })
    }

    /// Runs `job` as soon as a foreground thread is free, in the order of the calls.
    pub(crate) fn soon(&self, job: impl FnOnce() + Send + 'static) {
        // The threads live as long as their sender, so this cannot fail while `self` is there.
        let _ = self.foreground.send(Box::new(job));
    }

    /// Runs `job` after the other background jobs.
    pub(crate) fn later(&self, job: impl FnOnce() + Send + 'static) {
        let _ = self.background.send(Box::new(job));
    }
}

fn lane(name: &str, threads: usize) -> std::io::Result<Sender<Job>> {
    let (sender, receiver) = channel::<Job>();
    let receiver = Arc::new(Mutex::new(receiver));
    for _ in 0..threads {
        let receiver = Arc::clone(&receiver);
        std::thread::Builder::new()
            .name(name.into())
            .spawn(move || work(&receiver))?;
    }
    Ok(sender)
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    loop {
        // The lock is held while waiting: the next job goes to whichever thread waits inside.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // Jobs answer for their own panics; this keeps the thread if one of them does not.
        if catch_unwind(AssertUnwindSafe(job)).is_err() {
            tracing::error!("a job on the pool panicked");
        }
    }
}
