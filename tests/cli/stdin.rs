//! `check --stdin-filename`.

use crate::support::command::Run;
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

fn check(project: &Project, file: &str, text: impl Into<Vec<u8>>, args: &[&str]) -> Run {
    project
        .banister(&["check", "--stdin-filename", file])
        .args(args)
        .stdin(text)
        .run()
}

#[test]
fn the_text_counts_and_not_the_file() {
    let clean = SENDER.replace("  await emit({ topic: 'letter.lost', data: {} })\n", "");
    let project = Project::of(&[
        ("steps/send.step.js", &clean),
        ("steps/read.step.js", READER),
        (
            "steps/tick.step.js",
            "exports.config = { type: 'cron', name: 'T', cron: 'x', emits: [] }\nexports.handler = async () => {}\n",
        ),
    ]);
    let run = check(&project, "steps/send.step.js", SENDER, &["--format", "json"]).exits(1);
    let report = run.json();
    let found = report["diagnostics"].as_array().expect("a list");
    assert_eq!(found.len(), 1, "{}", run.story());
    assert_eq!(
        (
            &found[0]["rule"],
            &found[0]["file"],
            &found[0]["range"]["start"]["line"]
        ),
        (&"undeclared-emit".into(), &"steps/send.step.js".into(), &4.into())
    );
    check(&project, "steps/send.step.js", clean.as_str(), &[]).exits(0);
    assert_eq!(project.read("steps/send.step.js"), clean);
}

#[test]
fn every_format_works() {
    let project = Project::of(&[("steps/read.step.js", READER)]);
    for format in ["full", "concise", "json", "sarif", "github", "gitlab", "junit"] {
        let run = check(&project, "steps/send.step.js", SENDER, &["--format", format]).exits(1);
        assert!(run.stdout.contains("undeclared-emit"), "{}", run.story());
    }
}

#[test]
fn a_file_that_is_not_there_yet_is_checked() {
    let project = Project::of(&[("package.json", "{}"), ("steps/read.step.js", READER)]);
    check(&project, "steps/new/send.step.js", SENDER, &[])
        .exits(1)
        .says("steps/new/send.step.js:4:");
    let empty = Project::of(&[("package.json", "{}")]);
    let tick = "exports.config = { type: 'cron', name: 'T', cron: 'x', emits: [] }\nexports.handler = async () => {}\n";
    check(&empty, "steps/tick.step.js", tick, &[])
        .exits(1)
        .says("invalid-cron");
}

#[test]
fn the_mended_text_goes_to_standard_output() {
    let project = Project::of(&[("steps/send.step.js", ""), ("steps/read.step.js", READER)]);
    let mended = SENDER.replace("['letter.sent']", "['letter.sent', 'letter.lost']");
    let run = check(&project, "steps/send.step.js", SENDER, &["--fix"]).exits(0);
    assert_eq!(run.stdout, mended, "{}", run.story());
    assert_eq!(project.read("steps/send.step.js"), "");
    let dos = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(
        check(&project, "steps/send.step.js", dos(SENDER), &["--fix"]).stdout,
        dos(&mended)
    );
    let broken = SENDER.replace("0 0 * * *", "\u{1b}[1m");
    let run = check(&project, "steps/send.step.js", broken.as_str(), &["--fix"]).exits(1);
    assert!(
        run.stdout.contains("\u{1b}[1m"),
        "the text comes back as it is: {}",
        run.story()
    );
    assert!(run.stderr.contains("invalid-cron"), "{}", run.story());
    let run = check(&project, "steps/send.step.js", SENDER, &["--diff"]).exits(1);
    assert!(
        run.stdout.starts_with("--- steps/send.step.js\n"),
        "{}",
        run.story()
    );
}

#[test]
fn bad_input_is_no_accident() {
    let project = Project::of(&[("steps/read.step.js", READER)]);
    let run = check(&project, "README.md", "hello", &["--fix"]).exits(0);
    assert_eq!(run.stdout, "hello");
    run.says("no part of a step project");
    let latin = b"// caf\xe9\n".to_vec();
    check(&project, "steps/send.step.js", latin.clone(), &["--fix"])
        .exits(2)
        .says("not valid UTF-8");
    check(&project, "steps/send.step.js", latin, &[])
        .says("not valid UTF-8")
        .never_says("panicked");
    check(&project, "steps/send.step.js", "", &[]).never_says("panicked");
    check(&project, "..", "", &[]).exits(2);
    check(&project, "steps/send.step.js", SENDER, &["steps"])
        .exits(2)
        .says("cannot be used with");
    check(&project, "steps/send.step.js", SENDER, &["--watch"])
        .exits(2)
        .says("cannot be used with");
}
