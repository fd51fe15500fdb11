//! The exit codes, the same for every command.

use std::process::ExitCode;

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// 0: nothing at or above the failing level; every test passed.
    Success,
    /// 1: findings; a test failed.
    Findings,
    /// 2: usage, configuration or internal error; a test file that is none.
    Failure,
    /// 128 and the signal's number, as of any program that a signal ends: 130 for Ctrl-C.
    Signal(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Success => ExitCode::SUCCESS,
            Exit::Findings => ExitCode::from(1),
            Exit::Failure => ExitCode::from(2),
            Exit::Signal(number) => ExitCode::from(128 + number),
        }
    }
}
