//! Eglot, in a real Emacs without any configuration of its user.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use crate::support::command::{binary_folder, repository};
use crate::support::headless::{Headless, find};
use crate::support::project::Project;

/// Emacs 28 finds the packages of the distribution, Eglot among them, only if told to look, and never with `-Q`.
const PACKAGES: [&str; 4] = [
    "--batch",
    "-q",
    "--eval",
    "(progn (require 'package) (package-initialize) (require 'eglot))",
];

/// An Emacs that has Eglot.
fn emacs() -> Option<PathBuf> {
    let emacs = find("emacs")?;
    let found = Command::new(&emacs).args(PACKAGES).output().ok()?;
    found.status.success().then_some(emacs)
}

/// Runs the test script over the example, unless there is no Emacs here. On a CI machine there must be one.
#[test]
fn diagnostics_completion_hover_and_a_jump_across_languages() {
    let Some(emacs) = emacs() else {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "there is no Emacs with Eglot on this CI machine"
        );
        // Not through a macro: the harness would keep what a passing test prints to itself.
        std::io::stderr()
            .write_all(
                b"\n*** SKIPPED: Emacs with Eglot is not installed, so its client was not tested ***\n\n",
            )
            .expect("standard error can be written to");
        return;
    };
    let plugin = repository("editors/emacs");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(binary_folder().to_owned()).chain(std::env::split_paths(&path));
    let project = Project::example("ecommerce");
    Headless::new(&emacs, project.root())
        .env(
            "PATH",
            &std::env::join_paths(folders).expect("PATH can be joined"),
        )
        .args(PACKAGES)
        .args(["-L", plugin.to_str().expect("a Unicode path")])
        .args([
            "-l",
            plugin.join("test/flow.el").to_str().expect("a Unicode path"),
        ])
        .passes();
}
