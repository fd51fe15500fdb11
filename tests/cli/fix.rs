//! `check --fix` and `check --diff`.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::support::project::Project;

const SENDER: &str = "\
exports.config = { type: 'cron', name: 'Send', cron: '0 0 * * *', emits: ['letter.sent'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'letter.sent', data: {} })
  await emit({ topic: 'letter.lost', data: {} })
}
";

const READER: &str = "\
exports.config = { type: 'event', name: 'Read', subscribes: ['letter.sent', 'letter.lost'], emits: [] }
exports.handler = async () => {}
";

fn mended() -> String {
    SENDER.replace("['letter.sent']", "['letter.sent', 'letter.lost']")
}

fn project() -> Project {
    Project::of(&[("steps/send.step.js", SENDER), ("steps/read.step.js", READER)])
}

#[test]
fn what_can_be_mended_is_mended_and_then_clean() {
    let project = project();
    let report = project.run(&["check", "--format", "json"]).exits(1).json();
    assert_eq!(report["diagnostics"][0]["fixable"], true, "{report}");
    let run = project.run(&["check", "--fix"]).exits(0);
    assert!(
        run.stderr.contains("fixed 1 finding in 1 file"),
        "{}",
        run.story()
    );
    assert_eq!(project.read("steps/send.step.js"), mended());
    assert_eq!(project.read("steps/read.step.js"), READER);
    assert_eq!(
        project.files("steps").len(),
        2,
        "nothing is left beside the files"
    );
    let again = project.run(&["check", "--fix"]).exits(0);
    again.never_says("fixed");
}

#[test]
fn what_remains_is_reported_and_decides() {
    let project = project();
    project.write(
        "steps/tick.step.js",
        "exports.config = { type: 'cron', name: 'Tick', cron: 'x', emits: [] }\nexports.handler = async () => {}\n",
    );
    let run = project.run(&["check", "--fix", "--format", "json"]).exits(1);
    let report = run.json();
    let left = report["diagnostics"].as_array().expect("a list");
    assert_eq!((left.len(), &left[0]["rule"]), (1, &"invalid-cron".into()));
    assert_eq!(left[0]["fixable"], false);
    assert_eq!(project.read("steps/send.step.js"), mended());
}

#[test]
fn everything_that_says_fixable_is_fixed() {
    let project = Project::fixture("broken-ecommerce");
    let fixable = |report: &serde_json::Value| {
        let all = report["diagnostics"].as_array().expect("a list").iter();
        all.filter(|it| it["fixable"] == true).count()
    };
    let before = project.run(&["check", "--format", "json"]).json();
    assert!(fixable(&before) > 0, "{before}");
    let after = project.run(&["check", "--fix", "--format", "json"]).json();
    assert_eq!(fixable(&after), 0, "{after}");
    assert_eq!(project.run(&["check", "--format", "json"]).json(), after);
}

#[test]
fn a_diff_writes_nothing_and_can_be_applied() {
    let project = project();
    let run = project.run(&["check", "--diff"]).exits(1);
    assert!(
        run.stdout
            .starts_with("--- steps/send.step.js\n+++ steps/send.step.js\n@@ "),
        "{}",
        run.story()
    );
    assert!(
        run.stderr.contains("would fix 1 finding in 1 file"),
        "{}",
        run.story()
    );
    assert_eq!(project.read("steps/send.step.js"), SENDER);
    project.run(&["check", "--fix"]).exits(0);
    let clean = project.run(&["check", "--diff"]).exits(0);
    assert_eq!(clean.stdout, "", "{}", clean.story());
}

#[test]
fn line_ends_and_the_byte_order_mark_stay() {
    let project = project();
    project.write(
        "steps/send.step.js",
        format!("\u{feff}{}", SENDER.replace('\n', "\r\n")),
    );
    project.run(&["check", "--fix"]).exits(0);
    let expected = format!("\u{feff}{}", mended().replace('\n', "\r\n"));
    assert_eq!(project.read("steps/send.step.js"), expected);
}

#[test]
fn permissions_stay() {
    let project = project();
    let path = project.path("steps/send.step.js");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    project.run(&["check", "--fix"]).exits(0);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o755);
}

#[test]
fn what_cannot_be_written_is_said_and_still_reported() {
    let file = project();
    let path = file.path("steps/send.step.js");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let run = file.run(&["check", "--fix"]).exits(2);
    run.says("steps/send.step.js: not written: the file is read-only")
        .says("error[undeclared-emit]");
    assert_eq!(file.read("steps/send.step.js"), SENDER);

    let folder = project();
    let path = folder.path("steps");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o555)).unwrap();
    let run = folder.run(&["check", "--fix"]).exits(2);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    run.says("the folder is read-only").says("error[undeclared-emit]");
    assert_eq!(folder.read("steps/send.step.js"), SENDER);
}

#[test]
fn only_what_was_asked_for_is_changed() {
    let project = project();
    project.run(&["check", "--fix", "steps/read.step.js"]).exits(0);
    assert_eq!(project.read("steps/send.step.js"), SENDER);
    project.run(&["check", "--fix", "steps/send.step.js"]).exits(0);
    assert_eq!(project.read("steps/send.step.js"), mended());
}

#[test]
fn files_that_are_not_utf_8_are_left() {
    let project = project();
    let mut bytes = SENDER.as_bytes().to_vec();
    bytes.extend(b"// caf\xe9\n");
    project.write("steps/send.step.js", &bytes);
    project
        .run(&["check", "--fix"])
        .exits(2)
        .says("not written: not valid UTF-8");
    assert_eq!(fs::read(project.path("steps/send.step.js")).unwrap(), bytes);
}

#[test]
fn links_out_of_the_project_are_left() {
    let outside = Project::of(&[("late.step.js", SENDER)]);
    let project = Project::of(&[("steps/read.step.js", READER)]);
    symlink(outside.path("late.step.js"), project.path("steps/late.step.js")).unwrap();
    project.run(&["check", "--fix"]);
    assert_eq!(outside.read("late.step.js"), SENDER);
}
