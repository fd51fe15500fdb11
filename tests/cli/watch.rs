//! `check --watch`.

use crate::support::project::Project;
use crate::support::watch::Watch;

fn step(cron: &str) -> String {
    format!(
        "exports.config = {{ type: 'cron', name: 'Tick', cron: '{cron}', emits: [] }}\nexports.handler = async () => {{}}\n"
    )
}

fn start(project: &Project, args: &[&str]) -> Watch {
    let command = project.banister(&["check", "--watch", "--format", "concise"]);
    Watch::start(command.args(args).into_command())
}

/// Waits for a line with this text.
#[track_caller]
fn says(watch: &mut Watch, text: &str) {
    for line in watch.until(|line| line.contains(text)) {
        assert!(
            !line.contains('\u{1b}'),
            "a pipe has no screen to clear: {line:?}"
        );
    }
}

#[test]
fn every_change_is_checked_and_the_last_status_counts() {
    let project = Project::of(&[("package.json", "{}"), ("steps/tick.step.js", &step("never"))]);
    let mut watch = start(&project, &[]);
    says(&mut watch, "Found 1 error");
    project.write("steps/tick.step.js", step("0 0 * * *"));
    says(&mut watch, "No findings in 1 file");
    project.write("steps/tock.step.js", step("never").replace("Tick", "Tock"));
    says(&mut watch, "Found 1 error and 0 warnings in 2 files");
    std::fs::remove_file(project.path("steps/tock.step.js")).unwrap();
    says(&mut watch, "No findings in 1 file");
    std::fs::remove_dir_all(project.path("steps")).unwrap();
    says(&mut watch, "No findings in 0 files");
    project.write("steps/tick.step.js", step("never"));
    says(&mut watch, "Found 1 error");
    assert_eq!(watch.interrupt(), Some(1));
}

#[test]
fn broken_settings_are_said_and_survived() {
    let project = Project::of(&[("package.json", "{}"), ("steps/tick.step.js", &step("0 0 * * *"))]);
    let mut watch = start(&project, &[]);
    says(&mut watch, "No findings");
    project.write("banister.toml", "[rule]\n");
    says(&mut watch, "unknown setting `rule`");
    project.write("banister.toml", "[rules]\n");
    says(&mut watch, "No findings");
    assert_eq!(watch.interrupt(), Some(0));
}

#[test]
fn what_is_changed_meanwhile_can_be_mended_at_once() {
    let comment = "// banister-ignore invalid-cron: why\n";
    let project = Project::of(&[("steps/tick.step.js", &step("0 0 * * *"))]);
    let mut watch = start(&project, &["--fix"]);
    says(&mut watch, "No findings");
    project.write("steps/tick.step.js", format!("{comment}{}", step("0 0 * * *")));
    says(&mut watch, "fixed 1 finding in 1 file");
    assert_eq!(watch.interrupt(), Some(0));
    assert_eq!(project.read("steps/tick.step.js"), step("0 0 * * *"));
}
