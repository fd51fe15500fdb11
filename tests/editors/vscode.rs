//! The VS Code extension, packaged with the binary under test and installed into a real editor.

use std::ffi::OsStr;
use std::io::Write;
use std::time::Duration;

use crate::support::command::repository;
use crate::support::headless::Headless;
use crate::support::project::Project;

/// Longer than the script's own limits, so that it is the script that says what hung.
const LIMIT: Duration = Duration::from_secs(330);

#[test]
fn shows_findings_hovers_completions_and_jumps_in_the_packaged_extension() {
    let project = Project::example("ecommerce");
    let script = repository("editors/vscode/test.sh");
    let mut run = Headless::new(&script, project.root())
        .within(LIMIT)
        .env("BANISTER", OsStr::new(env!("CARGO_BIN_EXE_banister")))
        .args([project.root()]);
    for name in ["PATH", "CI"] {
        if let Some(value) = std::env::var_os(name) {
            run = run.env(name, &value);
        }
    }
    let said = run.ends();
    if said.contains("*** SKIPPED") {
        // Not through a macro: the harness would keep what a passing test prints to itself.
        std::io::stderr()
            .write_all(said.as_bytes())
            .expect("standard error can be written to");
        return;
    }
    for passed in [
        "a definition leads from TypeScript into Ruby",
        "a change of the flow is told before it is saved",
        "the flow graph is drawn",
    ] {
        assert!(said.contains(&format!("passed: {passed}\n")), "{said}");
    }
}
