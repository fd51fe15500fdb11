//! Runs a program that has no user: nothing of this machine's settings reaches it, and it is stopped if it hangs.

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The scripts have limits of their own; this one is for a program that does not come so far.
const LIMIT: Duration = Duration::from_secs(180);

/// A program on the PATH.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// A program to run.
pub(crate) struct Headless {
    command: Command,
    /// Where it finds its home and its settings: nothing.
    home: TempDir,
    limit: Duration,
}

impl Headless {
    /// `program` in `folder`, in an empty environment.
    pub(crate) fn new(program: &Path, folder: &Path) -> Self {
        let home = TempDir::new().expect("a temporary folder");
        let mut command = Command::new(program);
        command
            .env_clear()
            .current_dir(folder)
            .env("HOME", home.path())
            .env("LC_ALL", "C.UTF-8");
        for name in ["CONFIG", "DATA", "STATE", "CACHE", "RUNTIME"] {
            let kind = if name == "RUNTIME" { "DIR" } else { "HOME" };
            command.env(format!("XDG_{name}_{kind}"), home.path());
        }
        Self {
            command,
            home,
            limit: LIMIT,
        }
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: &OsStr) -> Self {
        self.command.env(name, value);
        self
    }

    /// Adds arguments.
    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets how long it may take.
    pub(crate) fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it; fails with everything it printed unless it ends with code 0 in time and says that a test passed.
    pub(crate) fn passes(self) {
        let line = format!("{:?}", self.command);
        let said = self.ends();
        assert!(
            said.contains("passed: "),
            "{line} did not say that it passed\n{said}"
        );
    }

    /// Runs it and gives what it printed; fails with that unless it ends with code 0 in time.
    pub(crate) fn ends(mut self) -> String {
        let line = format!("{:?}", self.command);
        self.command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self
            .command
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {line}: {error}"));
        let stdout = collect(child.stdout.take().expect("it is piped"));
        let stderr = collect(child.stderr.take().expect("it is piped"));
        let deadline = Instant::now() + self.limit;
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child can be waited for") {
                break Some(status);
            }
            if Instant::now() > deadline {
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let said = format!(
            "{}{}",
            stdout.join().expect("it ends"),
            stderr.join().expect("it ends")
        );
        let home = self.home.path().display();
        match status {
            Some(status) => assert!(status.success(), "{line} in {home}: {status}\n{said}"),
            None => panic!("{line} did not end within {:?}\n{said}", self.limit),
        }
        said
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // A pipe that breaks has still said what it said.
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
