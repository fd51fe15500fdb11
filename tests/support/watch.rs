//! A `banister` command that goes on until it is interrupted, and what it says line by line.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The running command.
pub(crate) struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    /// Starts it.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        send_lines(child.stdout.take().unwrap(), sender.clone());
        send_lines(child.stderr.take().unwrap(), sender);
        Self { child, lines }
    }

    /// The lines of both streams, whose order among each other is open, until `is_last` says so of one.
    #[track_caller]
    pub(crate) fn until(&mut self, mut is_last: impl FnMut(&str) -> bool) -> Vec<String> {
        let mut heard = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            let last = is_last(&line);
            heard.push(line);
            if last {
                return heard;
            }
        }
        let _ = self.child.kill();
        panic!("it does not say what it should: {heard:#?}");
    }

    /// The lines that come within a moment.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        let lines = || self.lines.recv_timeout(Duration::from_millis(100)).ok();
        std::iter::from_fn(lines).collect()
    }

    /// Interrupts it as Ctrl-C does, and gives its exit code.
    pub(crate) fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let kill = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(kill.success());
        self.child.wait().unwrap().code()
    }
}

fn send_lines(stream: impl Read + Send + 'static, sender: Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
}
