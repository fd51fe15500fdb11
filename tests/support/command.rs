//! Starts the binary in a clean environment, and never waits for it longer than a test may hang.

use std::ffi::OsStr;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tempfile::TempDir;

/// Variables without which interpreters do not start or do not find their packages.
const KEPT: [&str; 3] = ["PATH", "HOME", "TMPDIR"];

/// Nothing that a test starts may take longer: what does, hangs.
const PATIENCE: Duration = Duration::from_secs(240);

/// The folder that holds the binary under test.
pub(crate) fn binary_folder() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_banister"))
        .parent()
        .expect("the binary lies in a folder")
}

/// A command line to run.
pub(crate) struct Banister {
    command: Command,
    stdin: Option<Vec<u8>>,
}

impl Banister {
    /// `banister` in `folder`.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self {
            command: hermetic(env!("CARGO_BIN_EXE_banister"), folder),
            stdin: None,
        }
    }

    /// Any command line for a shell in `folder`, with the binary under test as `banister`.
    pub(crate) fn shell(line: &str, folder: &Path) -> Self {
        let mut command = hermetic("sh", folder);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(binary_folder().to_owned()).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).expect("PATH can be joined"));
        command.args(["-c", line]);
        Self { command, stdin: None }
    }

    /// Gives a text on standard input, which is empty otherwise.
    pub(crate) fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(text.into());
        self
    }

    /// Adds arguments.
    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// The command itself, for a test that does not wait for its end.
    pub(crate) fn into_command(self) -> Command {
        self.command
    }

    /// Runs to the end.
    pub(crate) fn run(mut self) -> Run {
        let line = format!("{:?}", self.command);
        let input = if self.stdin.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        };
        let mut child = self
            .command
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {line}: {error}"));
        if let (Some(text), Some(mut pipe)) = (self.stdin, child.stdin.take()) {
            // A program that does not read to the end has its reasons, and its exit code tells.
            std::thread::spawn(move || drop(pipe.write_all(&text)));
        }
        let stdout = collect(child.stdout.take().expect("standard output is piped"));
        let stderr = collect(child.stderr.take().expect("standard error is piped"));
        let code = wait(&mut child, &line);
        Run {
            line,
            code,
            stdout: stdout.join().expect("the reader ends"),
            stderr: stderr.join().expect("the reader ends"),
        }
    }
}

fn hermetic(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().current_dir(folder);
    command.envs(
        KEPT.iter()
            .filter_map(|name| Some((name, std::env::var_os(name)?))),
    );
    // Facts of an earlier run must not hide what this one does, unless a test is about them.
    command.env("BANISTER_CACHE_DIR", folder_of_facts().path());
    command.env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8");
    command
}

/// One folder for all tests of this process: they share it as the runs of a person do.
fn folder_of_facts() -> &'static TempDir {
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().expect("a temporary folder"));
    &FOLDER
}

fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // A pipe that breaks has still said what it said.
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn wait(child: &mut Child, line: &str) -> i32 {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return status
                .code()
                .unwrap_or_else(|| panic!("{line} was ended by a signal: {status}"));
        }
        if start.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("{line} did not end within {PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What a run left behind.
pub(crate) struct Run {
    line: String,
    /// Exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Run {
    /// Fails with everything the run printed, unless it ended with `code`.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert!(self.code == code, "expected exit code {code}\n{}", self.story());
        self
    }

    /// Fails unless standard output or standard error has `text`.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(
            self.stdout.contains(text) || self.stderr.contains(text),
            "nobody says {text:?}\n{}",
            self.story()
        );
        self
    }

    /// Fails if standard output or standard error has `text`.
    #[track_caller]
    pub(crate) fn never_says(&self, text: &str) -> &Self {
        assert!(
            !self.stdout.contains(text) && !self.stderr.contains(text),
            "somebody says {text:?}\n{}",
            self.story()
        );
        self
    }

    /// Standard output as one JSON value.
    #[track_caller]
    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not JSON: {error}\n{}", self.story()))
    }

    /// Standard output as one JSON value a line.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<Json> {
        let parse = |line: &str| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{line:?} is not JSON: {error}\n{}", self.story()))
        };
        self.stdout.lines().map(parse).collect()
    }

    /// The run for a person who wonders what went wrong.
    pub(crate) fn story(&self) -> String {
        let Self {
            line,
            code,
            stdout,
            stderr,
        } = self;
        format!("{line}\nexit code {code}\n--- stdout\n{stdout}\n--- stderr\n{stderr}")
    }
}

/// A file of this repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
