//! `check --base REVISION`: the files of an older revision, read from Git's own store. Nothing is checked out and
//! nothing in the repository is touched.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use banister_project::discovery::{self, FileRole};
use banister_project::{Diagnostic, Host, contract, disk};

/// What the workspace no longer keeps of what `revision` promised; nothing if no revision is given.
pub(super) fn breaks(loaded: &disk::Loaded, revision: Option<&str>) -> anyhow::Result<Vec<Diagnostic>> {
    let Some(revision) = revision else {
        return Ok(Vec::new());
    };
    let repository = Repository { root: &loaded.root };
    let base = repository
        .read(revision)
        .with_context(|| format!("cannot compare with `{revision}`"))?;
    let base = base.snapshot();
    if base.projects().is_empty() {
        bail!(
            "cannot compare with `{revision}`: it has no steps under {}",
            loaded.root.display()
        );
    }
    Ok(contract::breaks(&base, &loaded.host.snapshot(), revision))
}

/// A working tree of Git, or a folder in one.
struct Repository<'a> {
    root: &'a Path,
}

impl Repository<'_> {
    /// The workspace as it is in `revision`.
    fn read(&self, revision: &str) -> anyhow::Result<Host> {
        // Without Git at all, nothing can be said about the folder.
        self.ask(&["--version"])?;
        self.ask(&["rev-parse", "--is-inside-work-tree"])
            .map_err(|told| told.context(format!("{} is not in a Git repository", self.root.display())))?;
        let commit = self.commit(revision)?;
        let files = self.files(&commit)?;
        let mut host = Host::new();
        let is_wanted = |path: &&String| discovery::role(path) != Some(FileRole::Module);
        let mut wanted: BTreeSet<String> = files.keys().filter(is_wanted).cloned().collect();
        let mut tried = BTreeSet::new();
        // The steps, then the modules that they import, then the modules that those import.
        while !wanted.is_empty() {
            tried.extend(wanted.iter().cloned());
            host.set_files(self.texts(&files, &wanted)?);
            wanted = disk::missing_modules(&host, |file| files.contains_key(file));
            wanted.retain(|file| !tried.contains(file));
        }
        Ok(host)
    }

    fn commit(&self, revision: &str) -> anyhow::Result<String> {
        let name = format!("{revision}^{{commit}}");
        let found = self.ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &name]);
        let commit = found.unwrap_or_default();
        if !commit.trim().is_empty() {
            return Ok(commit.trim().to_owned());
        }
        let is_shallow = self
            .ask(&["rev-parse", "--is-shallow-repository"])
            .is_ok_and(|told| told.trim() == "true");
        if is_shallow {
            bail!(
                "this shallow clone has no such revision; fetch more history first (`git fetch --unshallow`, or `fetch-depth: 0` of the checkout in a pipeline)"
            );
        }
        bail!(
            "Git knows no such revision; if it is a branch of a remote, fetch it first or name it as `origin/{revision}`"
        )
    }

    /// The files that matter, relative to the workspace, with the names of their contents.
    fn files(&self, commit: &str) -> anyhow::Result<BTreeMap<String, String>> {
        let listed = self.ask(&["ls-tree", "-r", "-z", "-l", commit])?;
        let mut files = BTreeMap::new();
        for entry in listed.split('\0').filter(|entry| !entry.is_empty()) {
            let Some((about, path)) = entry.split_once('\t') else {
                continue;
            };
            let fields: Vec<&str> = about.split_whitespace().collect();
            let [mode, "blob", object, size] = fields.as_slice() else {
                continue;
            };
            let is_regular = mode.starts_with("100");
            let fits = size.parse().is_ok_and(|size: u64| size <= disk::MAX_FILE_BYTES);
            if is_regular && fits && discovery::role(path).is_some() && is_searched(path) {
                files.insert(path.to_owned(), (*object).to_owned());
            }
        }
        Ok(files)
    }

    fn texts(
        &self,
        files: &BTreeMap<String, String>,
        wanted: &BTreeSet<String>,
    ) -> anyhow::Result<Vec<(String, Arc<str>)>> {
        let asked: Vec<(&String, &String)> = wanted
            .iter()
            .filter_map(|path| files.get_key_value(path))
            .collect();
        let mut git = self
            .git()
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start `git`")?;
        let (Some(mut questions), Some(answers)) = (git.stdin.take(), git.stdout.take()) else {
            bail!("cannot talk to `git`");
        };
        let names: String = asked.iter().map(|(_, object)| format!("{object}\n")).collect();
        // Git answers while it is still asked: one thread for both would wait for itself.
        let asking = std::thread::spawn(move || questions.write_all(names.as_bytes()));
        let mut answers = BufReader::new(answers);
        let mut texts = Vec::with_capacity(asked.len());
        for (path, object) in asked {
            let mut header = String::new();
            answers.read_line(&mut header)?;
            let size = header
                .split_whitespace()
                .nth(2)
                .and_then(|size| size.parse().ok());
            let Some(size) = size else {
                bail!("`git` has lost {object}, the content of {path} (a partial clone?)");
            };
            let mut bytes: Vec<u8> = vec![0; size];
            answers.read_exact(&mut bytes)?;
            answers.read_exact(&mut [0])?;
            texts.push((path.clone(), String::from_utf8_lossy(&bytes).into()));
        }
        // An answer that was read was asked for, so a broken pipe on the other side is no news.
        let _ = asking.join();
        git.wait()?;
        Ok(texts)
    }

    /// What a command of Git prints, or what it complains about.
    fn ask(&self, args: &[&str]) -> anyhow::Result<String> {
        let output = self.git().args(args).stdin(Stdio::null()).output();
        let output = output.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => anyhow::anyhow!("`git` is not installed, and `--base` needs it"),
            _ => anyhow::Error::new(error).context("cannot start `git`"),
        })?;
        if !output.status.success() {
            bail!("git: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn git(&self) -> Command {
        let mut git = Command::new("git");
        // A hook runs with variables that point at another repository than the one around the folder.
        git.current_dir(self.root)
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE")
            .env("LC_ALL", "C")
            .env("GIT_OPTIONAL_LOCKS", "0");
        git
    }
}

/// True if no folder on the way is one that is never searched.
fn is_searched(path: &str) -> bool {
    path.match_indices('/')
        .all(|(at, _)| discovery::is_searched(&path[..at]))
}
