//! What happens at the program's ends: closed inputs and outputs, readers that go away, a person who has waited enough.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};

use crate::support::command::Banister;
use crate::support::project::Project;

/// More than any pipe holds.
const MANY: usize = 400;

fn many_findings() -> Project {
    let project = Project::of(&[]);
    for n in 0..MANY {
        project.write(
            &format!("steps/s{n}.step.js"),
            format!("exports.config = {{ type: 'cron', name: 'S{n}', cron: 'at noon', emits: [] }}\nexports.handler = async () => {{}}\n"),
        );
    }
    project
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let project = many_findings();
    for line in ["check", "check --format json", "check --format sarif", "graph"] {
        let run = Banister::shell(
            &format!("{{ banister {line}; echo exit $? >&2; }} | head -c 1"),
            project.root(),
        )
        .run();
        run.never_says("panicked").never_says("roken pipe");
        assert!(
            run.stderr.contains("exit 1") || run.stderr.contains("exit 0"),
            "{}",
            run.story()
        );
    }
}

#[test]
fn closed_ends_do_not_matter() {
    let project = many_findings();
    for ends in ["<&-", ">&-", "<&- >&-", "<&- >&- 2>&-"] {
        let run = Banister::shell(&format!("banister check {ends}; exit $?"), project.root()).run();
        run.never_says("panicked");
        assert_eq!(run.code, 1, "{ends}: {}", run.story());
    }
}

#[test]
fn a_report_that_cannot_be_written_is_a_failure() {
    let project = many_findings();
    let run = Banister::shell("banister check --format json > /dev/full", project.root()).run();
    run.exits(2).never_says("panicked");
}

#[test]
fn an_interrupt_ends_the_check_and_leaves_nothing_broken() {
    let project = many_findings();
    let facts = Project::of(&[]);
    for wait in [0, 5, 20, 80] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_banister"))
            .args(["check", "--format", "json"])
            .current_dir(project.root())
            .env("BANISTER_CACHE_DIR", facts.root())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        std::thread::sleep(std::time::Duration::from_millis(wait));
        let sent = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .stderr(Stdio::null())
            .status();
        assert!(sent.is_ok(), "{sent:?}");
        let status = child.wait().expect("a child can be waited for");
        // It may have been done before the signal came.
        assert!(
            status.signal() == Some(2) || status.code() == Some(1),
            "{wait} ms: {status}"
        );
    }
    let after = project
        .banister(&["check", "--format", "json"])
        .env("BANISTER_CACHE_DIR", facts.root())
        .run()
        .exits(1);
    let fresh = project.run(&["check", "--format", "json", "--no-cache"]).exits(1);
    assert_eq!(after.stdout, fresh.stdout);
}
