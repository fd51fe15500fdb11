//! What the steps print: two files that the interpreter appends to and that are emptied after each handler.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use tempfile::NamedTempFile;

/// So much is kept of the beginning of a stream, and as much of its end.
const KEPT: u64 = 32 * 1024;
/// So much of standard error helps to understand a death.
const TAIL: u64 = 2 * 1024;

/// What was printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Output {
    /// To standard output.
    pub stdout: String,
    /// To standard error.
    pub stderr: String,
}

#[derive(Debug)]
pub(super) struct Printed {
    stdout: NamedTempFile,
    stderr: NamedTempFile,
}

impl Printed {
    pub(super) fn new(folder: &Path) -> std::io::Result<Self> {
        let file = || tempfile::Builder::new().append(true).tempfile_in(folder);
        Ok(Self {
            stdout: file()?,
            stderr: file()?,
        })
    }

    /// A handle for the child, which appends: emptying the file then needs no word with the child.
    pub(super) fn stdout(&self) -> std::io::Result<File> {
        self.stdout.as_file().try_clone()
    }

    pub(super) fn stderr(&self) -> std::io::Result<File> {
        self.stderr.as_file().try_clone()
    }

    pub(super) fn take(&mut self) -> Output {
        // A file that cannot be read has nothing to show, and the test goes on.
        Output {
            stdout: take(&self.stdout).unwrap_or_default(),
            stderr: take(&self.stderr).unwrap_or_default(),
        }
    }

    pub(super) fn stderr_tail(&self) -> String {
        let tail = || -> std::io::Result<String> {
            let mut file = self.stderr.reopen()?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
        };
        tail().unwrap_or_default()
    }
}

fn take(file: &NamedTempFile) -> std::io::Result<String> {
    let length = file.as_file().metadata()?.len();
    if length == 0 {
        return Ok(String::new());
    }
    let mut reader = file.reopen()?;
    let mut text = read(&mut reader, KEPT)?;
    if length > 2 * KEPT {
        reader.seek(SeekFrom::Start(length - KEPT))?;
        text.push_str(&format!("\n… {} bytes left out …\n", length - 2 * KEPT));
    }
    text.push_str(&read(&mut reader, KEPT)?);
    file.as_file().set_len(0)?;
    Ok(text)
}

fn read(file: &mut File, most: u64) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn output_is_taken_once_and_cut() {
        let folder = tempfile::tempdir().unwrap();
        let mut printed = Printed::new(folder.path()).unwrap();
        let mut child = printed.stdout().unwrap();
        child.write_all(b"one\n").unwrap();
        assert_eq!(
            printed.take(),
            Output {
                stdout: "one\n".into(),
                stderr: String::new()
            }
        );
        child.write_all(b"two \xff\n").unwrap();
        assert_eq!(printed.take().stdout, "two \u{fffd}\n");
        assert_eq!(printed.take(), Output::default());

        let kept = KEPT as usize;
        child
            .write_all(&[vec![b'a'; kept], vec![b'x'; 7], vec![b'z'; kept]].concat())
            .unwrap();
        let cut = printed.take().stdout;
        assert_eq!(
            cut.trim_matches('a').trim_matches('z'),
            "\n… 7 bytes left out …\n"
        );
        assert_eq!(cut.matches('z').count(), kept);
    }
}
