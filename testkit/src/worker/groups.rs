//! The process groups that are alive, so that a run that is stopped from outside can end them: its threads wait for the
//! workers and would not hear of it.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, Signal, kill_process_group};

/// Owner and process id. The owner is the port of its mock server, which no two runs at a time share.
static ALIVE: Mutex<BTreeSet<(u16, i32)>> = Mutex::new(BTreeSet::new());

fn alive() -> MutexGuard<'static, BTreeSet<(u16, i32)>> {
    ALIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A process group that is alive until this is left.
#[derive(Debug)]
pub(super) struct Group(u16, i32);

impl Group {
    pub(super) fn enter(owner: u16, process: u32) -> Self {
        let group = Self(owner, process as i32);
        alive().insert((group.0, group.1));
        group
    }

    /// To be called before the process is reaped: afterwards the system may give its id to another.
    pub(super) fn leave(&self) {
        alive().remove(&(self.0, self.1));
    }
}

/// Ends every process group of `owner`. Whoever waits for one of them hears that it died.
pub(crate) fn end_all(owner: u16) {
    for (_, process) in alive().iter().filter(|(it, _)| *it == owner) {
        if let Some(group) = Pid::from_raw(*process) {
            // One that is gone already has ended as it should.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
