//! The watch over a handler that neither ends nor waits: by the clock, and by what its processes did meanwhile.
//!
//! A machine that is busy with other things must not make a handler look hung, so a handler that wants to run and gets no
//! processor is given more time, up to a limit.

use std::time::{Duration, Instant};

use super::processes::Usage;

/// So many times the budget is what a handler gets that talks all the time, or of which nothing can be seen.
const LONG: u32 = 4;
/// So many times the budget is the most that a starved handler gets.
const MOST: u32 = 12;

/// How long the handler has been running, and what it did.
#[derive(Debug)]
pub(super) struct Watch {
    budget: Duration,
    since: Instant,
    /// When its processes were looked at, and what was seen.
    seen: Option<(Instant, Option<Usage>)>,
    /// What was seen first.
    first: Option<Usage>,
    /// When a handler that talks was last held against its processor time.
    held: Option<Instant>,
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
    /// It neither ends nor waits, and has hardly had a processor, or nobody can see what it does.
    Unclear,
}

impl Watch {
    pub(super) fn new(budget: Duration) -> Self {
        Self {
            budget,
            since: Instant::now(),
            seen: None,
            first: None,
            held: None,
        }
    }

    pub(super) fn budget(&self) -> Duration {
        self.budget
    }

    /// How long it has been running.
    pub(super) fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    /// The handler goes on after a wait of its own.
    pub(super) fn restart(&mut self) {
        *self = Self::new(self.budget);
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

    /// What is wrong with a handler that still talks, but for too long without a wait. `usage` is what its processes did.
    pub(super) fn talks_on(&mut self, usage: impl FnOnce() -> Option<Usage>) -> Option<Verdict> {
        let elapsed = self.since.elapsed();
        let was_held = self.held.is_some_and(|at| at.elapsed() < self.budget / 2);
        if elapsed <= self.budget.saturating_mul(LONG) || was_held {
            return None;
        }
        self.held = Some(Instant::now());
        match usage() {
            Some(now) if self.has_computed(now) => Some(Verdict::Busy),
            Some(_) if elapsed <= self.budget.saturating_mul(MOST) => None,
            _ => Some(Verdict::Unclear),
        }
    }

    /// True if its processes have had so much of a processor that they would have used up half the budget alone.
    fn has_computed(&self, now: Usage) -> bool {
        let used = |first: Usage| now.processor.saturating_sub(first.processor);
        self.first.is_some_and(|first| used(first) * 2 >= self.budget)
    }

    /// Looks at what its processes did when half of the budget is used, and again when all of it is.
    pub(super) fn look(&mut self, usage: impl FnOnce() -> Option<Usage>) -> Verdict {
        let half = self.budget / 2;
        let Some((at, before)) = self.seen else {
            let elapsed = self.since.elapsed();
            if elapsed < half {
                return Verdict::Fine(half - elapsed);
            }
            self.first = usage();
            self.seen = Some((Instant::now(), self.first));
            return Verdict::Fine(half);
        };
        let elapsed = at.elapsed();
        if elapsed < half {
            return Verdict::Fine(half - elapsed);
        }
        let ran_for = self.since.elapsed();
        let now = usage();
        let (Some(before), Some(after)) = (before, now) else {
            if ran_for > self.budget.saturating_mul(LONG) {
                return Verdict::Unclear;
            }
            self.seen = Some((Instant::now(), now));
            self.first = self.first.or(now);
            return Verdict::Fine(half);
        };
        let used = after.processor.saturating_sub(before.processor);
        if used * 2 >= elapsed || self.has_computed(after) {
            Verdict::Busy
        } else if !after.runnable {
            Verdict::Blocked
        } else if ran_for > self.budget.saturating_mul(MOST) {
            Verdict::Unclear
        } else {
            self.seen = Some((Instant::now(), now));
            Verdict::Fine(half)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: Duration = Duration::from_secs(10);

    /// What is said of a handler that has run for so many seconds, was seen at half of its budget, and has had a processor
    /// for so many since.
    fn verdict(ran_for: u64, computed: Option<f64>, runnable: bool) -> Verdict {
        let now = Instant::now();
        let ago = |seconds| now.checked_sub(Duration::from_secs(seconds)).unwrap();
        let usage = |seconds: f64| Usage {
            processor: Duration::from_secs_f64(1.0 + seconds),
            runnable,
        };
        let first = computed.map(|_| usage(0.0));
        let mut watch = Watch {
            since: ago(ran_for),
            // The last look was half a budget ago, when it had computed all but a little of that.
            seen: Some((ago(6), computed.map(|it| usage(it * 0.9)))),
            first,
            ..Watch::new(BUDGET)
        };
        watch.look(|| computed.map(usage))
    }

    #[test]
    fn only_who_has_computed_is_said_to_loop() {
        assert_eq!(verdict(11, Some(40.0), true), Verdict::Busy);
        // A twentieth of a processor: it is waited for until it has had as much as alone.
        assert_eq!(verdict(60, Some(2.5), true), Verdict::Fine(BUDGET / 2));
        assert_eq!(verdict(105, Some(5.0), true), Verdict::Busy);
        assert_eq!(verdict(125, Some(0.1), true), Verdict::Unclear);
        assert_eq!(verdict(11, Some(0.1), false), Verdict::Blocked);
    }

    #[test]
    fn of_whom_nothing_is_seen_nothing_is_said() {
        assert_eq!(verdict(11, None, true), Verdict::Fine(BUDGET / 2));
        assert_eq!(verdict(41, None, true), Verdict::Unclear);
    }

    #[test]
    fn who_talks_is_held_against_its_processor_time_too() {
        let now = Instant::now();
        let talks_on = |ran_for, computed: Option<u64>| {
            let usage = |seconds| Usage {
                processor: Duration::from_secs(seconds),
                runnable: true,
            };
            let mut watch = Watch {
                since: now.checked_sub(Duration::from_secs(ran_for)).unwrap(),
                first: computed.map(|_| usage(1)),
                ..Watch::new(BUDGET)
            };
            watch.talks_on(|| computed.map(|it| usage(1 + it)))
        };
        assert_eq!(talks_on(39, Some(30)), None);
        assert_eq!(talks_on(41, Some(30)), Some(Verdict::Busy));
        assert_eq!(talks_on(41, Some(2)), None);
        assert_eq!(talks_on(121, Some(2)), Some(Verdict::Unclear));
        assert_eq!(talks_on(41, None), Some(Verdict::Unclear));
    }
}
