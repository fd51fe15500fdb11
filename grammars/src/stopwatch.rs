//! How long a thread has worked.

use std::time::{Duration, Instant};

/// Runs from its making, and only while the thread that made it runs: a machine that is busy with other things does not
/// make work longer. Where the system does not tell, it runs all the time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch {
    worked: Option<Duration>,
    started: Instant,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self {
            worked: worked(),
            started: Instant::now(),
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        match self.worked.zip(worked()) {
            Some((before, now)) => now.saturating_sub(before),
            None => self.started.elapsed(),
        }
    }
}

/// The processor time of this thread.
#[cfg(unix)]
fn worked() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Some(Duration::new(
        u64::try_from(time.tv_sec).ok()?,
        u32::try_from(time.tv_nsec).ok()?,
    ))
}

#[cfg(not(unix))]
fn worked() -> Option<Duration> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn work_counts_and_waiting_does_not() {
        let (watch, all) = (Stopwatch::start(), Instant::now());
        std::thread::sleep(Duration::from_millis(50));
        assert!(watch.elapsed() < all.elapsed() / 2, "{:?}", watch.elapsed());
        while watch.elapsed() < Duration::from_millis(5) {}
        assert!(all.elapsed() >= Duration::from_millis(55));
    }
}
