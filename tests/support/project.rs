//! Copies of projects, so that no test writes into the repository and no two tests meet in a folder.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use tempfile::TempDir;

use super::command::{Banister, Run, repository};

/// A project in a folder of its own, which is gone when the test is over.
pub(crate) struct Project {
    folder: TempDir,
}

impl Project {
    /// A copy of `tests/projects/<name>`.
    pub(crate) fn fixture(name: &str) -> Self {
        Self::copy_of(&repository("tests/projects").join(name))
    }

    /// A copy of `examples/<name>` with its packages.
    pub(crate) fn example(name: &str) -> Self {
        let source = repository("examples").join(name);
        install_packages(&source);
        let project = Self::copy_of(&source);
        project.link_packages(&source);
        project
    }

    /// Gives it the packages of `examples/<name>`.
    pub(crate) fn with_packages_of(self, name: &str) -> Self {
        let source = repository("examples").join(name);
        install_packages(&source);
        self.link_packages(&source);
        self
    }

    fn link_packages(&self, source: &Path) {
        let packages = self.path("node_modules");
        std::os::unix::fs::symlink(source.join("node_modules"), packages).expect("packages can be linked");
    }

    /// A project of the given files.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let project = Self {
            folder: TempDir::new().expect("a temporary folder"),
        };
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    /// A copy of any folder, without its packages.
    pub(crate) fn copy_of(source: &Path) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        copy_tree(source, folder.path());
        Self { folder }
    }

    /// Adds the files of a folder; what is there already is written over.
    pub(crate) fn lay_over(&self, source: &Path) {
        copy_tree(source, self.root());
    }

    /// Its folder.
    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// A path in it.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("folders can be made");
        fs::write(path, text).expect("files can be written");
    }

    /// Reads a file.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("cannot read {path}: {error}"))
    }

    /// `banister <args>` in its folder, ready to run.
    pub(crate) fn banister(&self, args: &[&str]) -> Banister {
        Banister::in_folder(self.root()).args(args)
    }

    /// `banister <args>` in its folder.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.banister(args).run()
    }

    /// Every file below `folder`, relative to the project, with `/`, sorted.
    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        let mut files = Vec::new();
        list(&self.path(folder), folder, &mut files);
        files.sort();
        files
    }
}

fn list(folder: &Path, name: &str, files: &mut Vec<String>) {
    for entry in
        fs::read_dir(folder).unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()))
    {
        let entry = entry.expect("a folder can be listed");
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            list(&entry.path(), &name, files);
        } else {
            files.push(name);
        }
    }
}

fn copy_tree(source: &Path, target: &Path) {
    let entries =
        fs::read_dir(source).unwrap_or_else(|error| panic!("cannot copy {}: {error}", source.display()));
    for entry in entries {
        let entry = entry.expect("a folder can be listed");
        let name = entry.file_name();
        // Packages are linked, and what an interpreter left behind is not part of the project.
        if name == "node_modules" || name == "__pycache__" {
            continue;
        }
        let target = target.join(&name);
        if entry.path().is_dir() {
            fs::create_dir_all(&target).expect("folders can be made");
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("files can be copied");
        }
    }
}

/// Makes sure that the packages of an example are there; the lock keeps two tests from installing at once.
fn install_packages(folder: &Path) {
    let lock = File::create(std::env::temp_dir().join("banister-tests-npm.lock")).expect("a lock file");
    lock.lock().expect("the lock is free at some time");
    let wants_packages = folder.join("package-lock.json").is_file();
    // What npm writes last.
    if !wants_packages || folder.join("node_modules/.package-lock.json").is_file() {
        return;
    }
    let status = Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(folder)
        .status();
    assert!(
        status.as_ref().is_ok_and(ExitStatus::success),
        "cannot install the packages of {}: {status:?}. These tests need Node 20 with npm: run scripts/setup.sh",
        folder.display()
    );
}
