//! `check --watch`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::support::project::Project;

/// Longer than any report takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn step(cron: &str) -> String {
    format!(
        "exports.config = {{ type: 'cron', name: 'Tick', cron: '{cron}', emits: [] }}\nexports.handler = async () => {{}}\n"
    )
}

struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(project: &Project, args: &[&str]) -> Self {
        let mut command = project
            .banister(&["check", "--watch", "--format", "concise"])
            .args(args)
            .into_command();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let errors = sender.clone();
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let _ = errors.send(line);
            }
        });
        Self { child, lines }
    }

    /// Waits for a line with this text on either of the two streams, whose lines come in any order.
    #[track_caller]
    fn says(&mut self, text: &str) {
        let mut heard = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            assert!(
                !line.contains('\u{1b}'),
                "a pipe has no screen to clear: {line:?}"
            );
            if line.contains(text) {
                return;
            }
            heard.push(line);
        }
        let _ = self.child.kill();
        panic!("nobody says {text:?}: {heard:#?}");
    }

    fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &id])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap().code()
    }
}

#[test]
fn every_change_is_checked_and_the_last_status_counts() {
    let project = Project::of(&[("package.json", "{}"), ("steps/tick.step.js", &step("never"))]);
    let mut watch = Watch::start(&project, &[]);
    watch.says("Found 1 error");
    project.write("steps/tick.step.js", step("0 0 * * *"));
    watch.says("No findings in 1 file");
    project.write("steps/tock.step.js", step("never").replace("Tick", "Tock"));
    watch.says("Found 1 error and 0 warnings in 2 files");
    std::fs::remove_file(project.path("steps/tock.step.js")).unwrap();
    watch.says("No findings in 1 file");
    std::fs::remove_dir_all(project.path("steps")).unwrap();
    watch.says("No findings in 0 files");
    project.write("steps/tick.step.js", step("never"));
    watch.says("Found 1 error");
    assert_eq!(watch.interrupt(), Some(1));
}

#[test]
fn broken_settings_are_said_and_survived() {
    let project = Project::of(&[("package.json", "{}"), ("steps/tick.step.js", &step("0 0 * * *"))]);
    let mut watch = Watch::start(&project, &[]);
    watch.says("No findings");
    project.write("banister.toml", "[rule]\n");
    watch.says("unknown setting `rule`");
    project.write("banister.toml", "[rules]\n");
    watch.says("No findings");
    assert_eq!(watch.interrupt(), Some(0));
}

#[test]
fn what_is_changed_meanwhile_can_be_mended_at_once() {
    let comment = "// banister-ignore invalid-cron: why\n";
    let project = Project::of(&[("steps/tick.step.js", &step("0 0 * * *"))]);
    let mut watch = Watch::start(&project, &["--fix"]);
    watch.says("No findings");
    project.write("steps/tick.step.js", format!("{comment}{}", step("0 0 * * *")));
    watch.says("fixed 1 finding in 1 file");
    assert_eq!(watch.interrupt(), Some(0));
    assert_eq!(project.read("steps/tick.step.js"), step("0 0 * * *"));
}
