//! A sign of life on standard error while much is read and checked.

use std::io::IsTerminal as _;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that is done sooner shows nothing: a flash helps nobody.
const PATIENCE: Duration = Duration::from_millis(400);

/// The sign, gone when dropped.
pub(super) struct Progress(Option<(Sender<&'static str>, JoinHandle<()>)>);

impl Progress {
    /// A sign if somebody watches: standard error is a terminal that no pipeline records, and no report for machines
    /// goes to the same one.
    pub(super) fn start(is_for_people: bool) -> Self {
        let is_watched = std::io::stderr().is_terminal()
            && std::env::var_os("CI").is_none()
            && (is_for_people || !std::io::stdout().is_terminal());
        if !is_watched {
            return Self(None);
        }
        let (stages, heard) = channel();
        let thread = std::thread::spawn(move || {
            let begun = Instant::now();
            let mut stage = "";
            loop {
                let left = PATIENCE.saturating_sub(begun.elapsed());
                match heard.recv_timeout(left) {
                    Ok(next) => stage = next,
                    Err(RecvTimeoutError::Timeout) => break,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
                .with_style(ProgressStyle::default_spinner());
            bar.set_message(stage);
            bar.enable_steady_tick(Duration::from_millis(100));
            while let Ok(next) = heard.recv() {
                bar.set_message(next);
            }
            bar.finish_and_clear();
        });
        Self(Some((stages, thread)))
    }

    /// Says what is done now.
    pub(super) fn says(&self, stage: &'static str) {
        if let Some((stages, _)) = &self.0 {
            // Without a listener there is nobody to tell.
            let _ = stages.send(stage);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stages, thread)) = self.0.take() {
            drop(stages);
            // A sign of life that died is no reason to fail.
            let _ = thread.join();
        }
    }
}
