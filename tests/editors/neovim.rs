//! The Neovim plugin, in a real Neovim without any configuration of its user.

use std::io::Write;
use std::path::Path;

use crate::support::command::{binary_folder, repository};
use crate::support::headless::{Headless, find};
use crate::support::project::Project;

/// Runs one of the plugin's test scripts in a folder, unless there is no Neovim here. On a CI machine there must be one.
fn run(script: &str, folder: &Path) {
    let Some(neovim) = find("nvim") else {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "there is no Neovim on this CI machine"
        );
        let skipped =
            format!("\n*** SKIPPED: Neovim is not installed, so {script} of its plugin did not run ***\n\n");
        // Not through a macro: the harness would keep what a passing test prints to itself.
        std::io::stderr()
            .write_all(skipped.as_bytes())
            .expect("standard error can be written to");
        return;
    };
    let plugin = repository("editors/neovim");
    let script = plugin.join("tests").join(script);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(binary_folder().to_owned()).chain(std::env::split_paths(&path));
    Headless::new(&neovim, folder)
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
    run("flow.lua", Project::example("ecommerce").root());
}

#[test]
fn lists_places_calls_lenses_and_symbols_and_applies_a_fix() {
    run("requests.lua", Project::example("ecommerce").root());
}

#[test]
fn starts_in_step_projects_only() {
    run("start.lua", Project::of(&[]).root());
}
