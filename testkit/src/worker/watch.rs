//! The watch over a handler that neither ends nor waits: by the clock, and by what its processes did meanwhile.
//!
//! A machine that is busy with other things must not make a handler look hung, so a handler that wants to run and gets no
//! processor is given more time, up to a limit.

use std::time::{Duration, Instant};

use super::processes::{Usage, usage};

/// So many times the budget is the most that a starved handler gets.
const MOST: u32 = 4;

/// How long the handler has been running, and what it did.
#[derive(Debug)]
pub(super) struct Watch {
    budget: Duration,
    since: Instant,
    /// When its processes were looked at, and what was seen.
    seen: Option<(Instant, Option<Usage>)>,
}

/// What is known of a handler that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing to object for so long.
    Fine(Duration),
    /// It computes and does not end.
    Busy,
    /// It waits for something outside: a read, a lock, a sleep in native code.
    Blocked,
}

impl Watch {
    pub(super) fn new(budget: Duration) -> Self {
        Self {
            budget,
            since: Instant::now(),
            seen: None,
        }
    }

    pub(super) fn budget(&self) -> Duration {
        self.budget
    }

    /// The handler goes on after a wait of its own.
    pub(super) fn restart(&mut self) {
        self.since = Instant::now();
        self.seen = None;
    }

    /// A part of a message that is too long for one: who sends it neither loops nor stands still.
    pub(super) fn forgive(&mut self, time: Duration) {
        self.since = (self.since + time).min(Instant::now());
        if let Some((at, _)) = &mut self.seen {
            *at = (*at + time).min(Instant::now());
        }
    }

    /// It said something, so that it does not stand still.
    pub(super) fn heard(&mut self) {
        if let Some((at, _)) = &mut self.seen {
            *at = Instant::now();
        }
    }

    /// It still talks, but for too long without a wait.
    pub(super) fn is_endless(&self) -> bool {
        self.since.elapsed() > self.budget.saturating_mul(MOST)
    }

    /// Looks at the processes of `group` when half of the budget is used, and again when all of it is.
    pub(super) fn look(&mut self, group: u32) -> Verdict {
        let half = self.budget / 2;
        let Some((at, before)) = self.seen else {
            let elapsed = self.since.elapsed();
            if elapsed < half {
                return Verdict::Fine(half - elapsed);
            }
            self.seen = Some((Instant::now(), usage(group)));
            return Verdict::Fine(half);
        };
        let elapsed = at.elapsed();
        if elapsed < half {
            return Verdict::Fine(half - elapsed);
        }
        let now = usage(group);
        let (Some(before), Some(after)) = (before, now) else {
            return Verdict::Busy;
        };
        let used = after.processor.saturating_sub(before.processor);
        if used * 2 >= elapsed || (after.runnable && self.is_endless()) {
            Verdict::Busy
        } else if after.runnable {
            self.seen = Some((Instant::now(), now));
            Verdict::Fine(half)
        } else {
            Verdict::Blocked
        }
    }
}
