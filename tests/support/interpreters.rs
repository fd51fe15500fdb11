//! A `PATH` on which only chosen interpreters are found, whatever the machine has installed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// The folder that is the whole `PATH`.
pub(crate) struct OnlyThese {
    folder: TempDir,
}

impl OnlyThese {
    /// Wraps each interpreter of the machine in a script: a link would not do, since a version manager's shim looks
    /// at its own place.
    pub(crate) fn new(interpreters: &[&str]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        for name in interpreters {
            let script = folder.path().join(name);
            let real = real_path(name);
            fs::write(&script, format!("#!/bin/sh\nexec '{}' \"$@\"\n", real.display())).expect("a script");
            fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("scripts can be started");
        }
        Self { folder }
    }

    /// The value for `PATH`.
    pub(crate) fn path(&self) -> &std::path::Path {
        self.folder.path()
    }
}

fn real_path(interpreter: &str) -> PathBuf {
    let tell = match interpreter {
        "node" => ["-p", "process.execPath"],
        "python3" => ["-c", "import sys; print(sys.executable)"],
        "ruby" => ["-e", "puts RbConfig.ruby"],
        other => panic!("{other} is not an interpreter of steps"),
    };
    let output = Command::new(interpreter).args(tell).output();
    let output = output
        .unwrap_or_else(|error| panic!("these tests need {interpreter} ({error}): run scripts/setup.sh"));
    PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
}
