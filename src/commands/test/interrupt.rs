//! Ctrl-C and its relatives: a run ends, what is finished is told, and no interpreter is left behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use anyhow::Context as _;
use banister_testkit::runner::Stop;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::exit::Exit;

/// Listens for signals from when it is made.
pub(super) struct Interrupt {
    /// The first signal that came; 0 for none.
    signal: Arc<AtomicU8>,
    /// Ends the run when a signal comes.
    pub(super) stop: Stop,
    came: Receiver<()>,
}

impl Interrupt {
    pub(super) fn listen() -> anyhow::Result<Self> {
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot listen for Ctrl-C")?;
        let (signal, stop) = (Arc::new(AtomicU8::new(0)), Stop::new());
        let (told, came) = channel();
        let (first, stopping) = (Arc::clone(&signal), stop.clone());
        std::thread::spawn(move || {
            for number in signals.forever() {
                let number = u8::try_from(number).unwrap_or(1);
                if first
                    .compare_exchange(0, number, Ordering::SeqCst, Ordering::SeqCst)
                    .is_err()
                {
                    // Whoever asks twice does not want to wait for a report.
                    std::process::exit(i32::from(128 + number));
                }
                stopping.stop();
                // Only a watching command listens.
                let _ = told.send(());
            }
        });
        Ok(Self { signal, stop, came })
    }

    /// How a command ends that a signal has cut short; `None` if there was none.
    pub(super) fn exit(&self) -> Option<Exit> {
        match self.signal.load(Ordering::SeqCst) {
            0 => None,
            number => Some(Exit::Signal(number)),
        }
    }

    /// Waits; true if a signal came.
    pub(super) fn waits(&self, time: Duration) -> bool {
        self.came.recv_timeout(time).is_ok() || self.exit().is_some()
    }
}
