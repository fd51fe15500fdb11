//! A process that outlives the harness by a moment: when the harness is killed, workers whose handlers do not come to hear of
//! it go with it, and so does the folder of their programs.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, PoisonError};

const SCRIPT: &str = include_str!("guardian.sh");

/// The guardian of this process.
#[derive(Debug)]
pub(super) struct Guardian {
    process: Child,
    orders: Mutex<Option<ChildStdin>>,
}

impl Guardian {
    /// Starts it; it also removes `folder` at the end. In a group of its own, since a signal from the keyboard must not end it
    /// first.
    pub(super) fn start(folder: &Path) -> std::io::Result<Self> {
        let mut process = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "banister-guardian"])
            .arg(folder)
            .current_dir("/")
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let orders = Mutex::new(process.stdin.take());
        Ok(Self { process, orders })
    }

    /// The process group of a worker ends with the harness.
    pub(super) fn watch(&self, group: u32) {
        self.order("watch", group);
    }

    /// It has ended.
    pub(super) fn forget(&self, group: u32) {
        self.order("forget", group);
    }

    fn order(&self, order: &str, group: u32) {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(orders) = orders.as_mut() {
            // Without a guardian workers still end when they next read; nothing else depends on it.
            let _ = writeln!(orders, "{order} {group}");
        }
    }
}

impl Drop for Guardian {
    fn drop(&mut self) {
        self.orders
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let _ = self.process.wait();
    }
}
