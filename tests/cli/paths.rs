//! Which files a run looks at, however its paths overlap; colours.

use crate::support::project::Project;

const TICK: &str = "\
exports.config = { type: 'cron', name: 'Tick', cron: 'never', emits: [] }
exports.handler = async () => {}
";

#[test]
fn a_finding_is_told_once() {
    let project = Project::of(&[("package.json", "{}"), ("steps/a/tick.step.js", TICK)]);
    let file = "steps/a/tick.step.js";
    for paths in [
        &[".", "."][..],
        &["steps", "steps/a"],
        &[file, "steps"],
        &[file, file],
        &["steps/a", ".", "steps/../steps/a"],
    ] {
        let args = [&["check", "--format", "json"][..], paths].concat();
        let report = project.run(&args).exits(1).json();
        let found = report["diagnostics"].as_array().expect("a list");
        assert_eq!(found.len(), 1, "{paths:?}: {report}");
        assert_eq!(
            (&found[0]["file"], &report["summary"]["files"]),
            (&file.into(), &1.into()),
            "{paths:?}"
        );
    }
}

#[test]
fn two_files_of_one_project_are_one_report() {
    let tock = TICK.replace("Tick", "Tock");
    let project = Project::of(&[
        ("steps/a.step.js", TICK),
        ("steps/b.step.js", &tock),
        ("steps/c.step.js", &tock),
    ]);
    let args = [
        "check",
        "--format",
        "json",
        "steps/b.step.js",
        "steps/a.step.js",
        "--select",
        "invalid-cron",
    ];
    let report = project.run(&args).exits(1).json();
    let files: Vec<&str> = report["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["file"].as_str())
        .collect();
    assert_eq!(files, ["steps/a.step.js", "steps/b.step.js"]);
    assert_eq!(report["summary"]["files"], 3);
}

#[test]
fn a_file_that_nobody_loads_is_named() {
    let project = Project::of(&[
        ("package.json", "{}"),
        ("steps/a.step.js", TICK),
        ("lib/unused.js", "x(\n"),
    ]);
    let run = project
        .run(&["check", "lib/unused.js", "steps/a.step.js"])
        .exits(1);
    run.says("lib/unused.js: not checked, because it is no step or stream");
    let alone = project.run(&["check", "lib/unused.js"]).exits(0);
    alone
        .says("lib/unused.js: not checked")
        .never_says("invalid-cron");
}

#[test]
fn a_rule_that_is_ignored_is_off() {
    let off = "[rules]\nmisspelled-topic = 'off'\n";
    let project = Project::fixture("broken-ecommerce");
    let ignored = project
        .run(&["check", "--format", "json", "--ignore", "misspelled-topic"])
        .json();
    project.write("banister.toml", off);
    assert_eq!(project.run(&["check", "--format", "json"]).json(), ignored);
    let selected = project
        .run(&["check", "--format", "json", "--select", "misspelled-topic"])
        .json();
    assert_ne!(
        selected["diagnostics"],
        serde_json::json!([]),
        "asked for by name"
    );
}

#[test]
fn colours_are_where_they_are_asked_for() {
    let project = Project::of(&[("steps/a.step.js", TICK)]);
    let coloured = |args: &[&str]| {
        let run = project.banister(&["check"]).args(args).env("NO_COLOR", "").run();
        run.stdout.contains('\u{1b}')
    };
    assert!(!coloured(&[]), "a pipe has no colours");
    assert!(coloured(&["--color", "always"]));
    assert!(!coloured(&["--color", "never"]));
    let json = project.run(&["check", "--color", "always", "--format", "json"]);
    assert!(json.json().is_object());
    project
        .run(&["check", "--color", "sometimes"])
        .exits(2)
        .says("sometimes");
}
