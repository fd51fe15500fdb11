//! The one thread that owns all mutable state: it takes events in order and keeps the timer of the checks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crate::message::Event;
use crate::options::Options;
use crate::outbox::Outbox;
use crate::session::Session;

/// Starts the owner. It ends with [`Event::Gone`].
pub(crate) fn spawn(options: Options, outbox: Outbox) -> std::io::Result<Sender<Event>> {
    let (events, inbox) = channel();
    let mut session = Session::new(options, outbox, &events)?;
    std::thread::Builder::new()
        .name("lsp-owner".into())
        .spawn(move || run(&inbox, &mut session))?;
    Ok(events)
}

fn run(inbox: &Receiver<Event>, session: &mut Session) {
    loop {
        let due = [session.timer().due(), session.next_look()]
            .into_iter()
            .flatten()
            .min();
        let event = match due {
            Some(due) => inbox.recv_timeout(due.saturating_duration_since(Instant::now())),
            None => inbox.recv().map_err(RecvTimeoutError::from),
        };
        let handled = catch_unwind(AssertUnwindSafe(|| {
            match event {
                Ok(Event::Gone) => return false,
                Ok(event) => session.handle(event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return false,
            }
            // Looked at after each event too: a steady stream of events must not put the timer off for ever.
            if session.timer().take(Instant::now()) {
                session.check_changed();
            }
            session.look(Instant::now());
            true
        }));
        match handled {
            Ok(true) => {}
            Ok(false) => return,
            Err(_) => session.recover(),
        }
    }
}

/// Nobody presses keys in quicker succession.
const WORTH_A_PAUSE: Duration = Duration::from_millis(10);

/// A timer that waits for a pause, but not for ever.
#[derive(Debug)]
pub(crate) struct Timer {
    pause: Duration,
    longest_pause: Duration,
    patience: Duration,
    started: Option<Instant>,
    due: Option<Instant>,
}

impl Timer {
    /// A timer that is not running. Until it learns better it does not wait: what comes first is no typing.
    pub(crate) fn new(longest_pause: Duration, patience: Duration) -> Self {
        Self {
            pause: Duration::ZERO,
            longest_pause,
            patience,
            started: None,
            due: None,
        }
    }

    /// Starts it, or puts it off by one pause, up to the end of the patience.
    pub(crate) fn touch(&mut self, now: Instant) {
        let started = *self.started.get_or_insert(now);
        self.due = Some((now + self.pause).min(started + self.patience));
    }

    /// The work that it rings for took this long: the pause need not be longer, for typing then costs at most half of the
    /// time of one thread. Work that is done before the next key comes needs none.
    pub(crate) fn learn(&mut self, work: Duration) {
        self.pause = if work < WORTH_A_PAUSE {
            Duration::ZERO
        } else {
            work.min(self.longest_pause)
        };
    }

    /// When it will ring.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// True once when it has rung; it is not running afterwards.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let rung = self.due.is_some_and(|due| due <= now);
        if rung {
            self.started = None;
            self.due = None;
        }
        rung
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_is_as_long_as_the_work_took_but_not_longer_than_allowed() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut timer = Timer::new(Duration::from_millis(40), Duration::from_millis(100));
        for (work, due) in [(12, 12), (500, 40), (3, 0)] {
            timer.learn(Duration::from_millis(work));
            timer.touch(at(0));
            assert_eq!(timer.due(), Some(at(due)));
            assert!(timer.take(at(due)));
        }
    }

    #[test]
    fn waits_for_a_pause_but_not_longer_than_its_patience() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut timer = Timer::new(Duration::from_millis(40), Duration::from_millis(100));
        assert_eq!(timer.due(), None);
        timer.learn(Duration::from_millis(500));
        timer.touch(at(0));
        timer.touch(at(30));
        assert!(!timer.take(at(60)));
        timer.touch(at(60));
        timer.touch(at(90));
        assert_eq!(timer.due(), Some(at(100)));
        assert!(timer.take(at(100)));
        assert!(!timer.take(at(500)), "it rings once");
    }
}
