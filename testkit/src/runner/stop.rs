//! Ends a run before its time: on Ctrl-C, or when nobody can be told of results any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Says that a run shall end. Clones say the same.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Nothing is stopped.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the run: no further test begins, and the ones that run are given up within moments.
    pub fn stop(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// True once somebody has stopped the run.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
