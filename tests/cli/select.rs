//! `check --select` and `--ignore`: which rules report.

use std::collections::BTreeSet;

use crate::support::project::Project;

fn rules(project: &Project, args: &[&str]) -> (i32, BTreeSet<String>) {
    let args: Vec<&str> = ["check", "--format", "json"]
        .iter()
        .chain(args)
        .copied()
        .collect();
    let run = project.run(&args);
    let report = run.json();
    let diagnostics = report["diagnostics"].as_array().expect("a list of diagnostics");
    let rules = diagnostics
        .iter()
        .map(|it| it["rule"].as_str().expect("a rule").to_owned());
    (run.code, rules.collect())
}

#[test]
fn only_selected_rules_report() {
    let project = Project::fixture("broken-ecommerce");
    let two = BTreeSet::from(["invalid-cron".to_owned(), "undeclared-emit".to_owned()]);
    for args in [
        &["--select", "undeclared-emit,invalid-cron"][..],
        &["--select", "undeclared-emit", "--select", "invalid-cron"],
        &[
            "--select",
            "undeclared-emit,invalid-cron,misspelled-topic",
            "--ignore",
            "misspelled-topic",
        ],
    ] {
        assert_eq!(rules(&project, args), (1, two.clone()), "{args:?}");
    }
}

#[test]
fn ignored_rules_do_not_report() {
    let project = Project::fixture("broken-ecommerce");
    let (_, mut all) = rules(&project, &[]);
    assert!(all.remove("undeclared-emit"));
    assert_eq!(rules(&project, &["--ignore", "undeclared-emit"]), (1, all));
}

#[test]
fn what_is_left_out_does_not_fail() {
    let step = "exports.config = { type: 'cron', name: 'Tick', cron: 'never', emits: [] }\n\
                exports.handler = async () => {}\n";
    let project = Project::of(&[("steps/tick.step.js", step)]);
    assert_eq!(rules(&project, &[]).0, 1);
    let nothing = (0, BTreeSet::new());
    assert_eq!(rules(&project, &["--ignore", "invalid-cron"]), nothing);
    assert_eq!(rules(&project, &["--select", "undeclared-emit"]), nothing);
}

#[test]
fn a_rule_that_is_off_by_default_can_be_asked_for() {
    let step = |name: &str, id: &str| {
        format!(
            "exports.config = {{ type: 'event', name: '{name}', subscribes: ['x.done'], emits: [], input: {{ id: '{id}' }} }}\n\
             exports.handler = async () => {{}}\n"
        )
    };
    let (a, b) = (step("A", "string"), step("B", "number"));
    let files = [("steps/a.step.js", a.as_str()), ("steps/b.step.js", b.as_str())];
    let project = Project::of(&files);
    let name = "incompatible-subscribers";
    assert!(!rules(&project, &[]).1.contains(name));
    let found = (0, BTreeSet::from([name.to_owned()]));
    assert_eq!(rules(&project, &["--select", name]), found);
    let settings = |level: &str| format!("[rules]\nincompatible-subscribers = \"{level}\"\n");
    for (level, code) in [("warning", 0), ("error", 1)] {
        let settings = settings(level);
        let project = Project::of(&[files[0], files[1], ("banister.toml", settings.as_str())]);
        let (exit, all) = rules(&project, &[]);
        assert_eq!((exit, all.contains(name)), (code, true), "{level}");
        assert_eq!(rules(&project, &["--select", name]).1, found.1, "{level}");
    }
    let off = settings("off");
    let project = Project::of(&[files[0], files[1], ("banister.toml", off.as_str())]);
    // As for every other rule, the command line has the last word.
    assert_eq!(rules(&project, &["--select", name]), found);
}

#[test]
fn an_unknown_rule_is_a_usage_error() {
    let project = Project::fixture("broken-ecommerce");
    for option in ["--select", "--ignore"] {
        let run = project
            .run(&["check", option, "invalid-cron,undeclared-emits"])
            .exits(2);
        run.says("'undeclared-emits'")
            .says("a similar value exists: 'undeclared-emit'");
        assert_eq!(run.stdout, "", "{}", run.story());
    }
}

#[test]
fn timing_goes_to_standard_error() {
    let project = Project::fixture("http-calls");
    let run = project.run(&["check", "--timing", "--format", "json"]).exits(0);
    assert!(run.stderr.contains("timing: read "), "{}", run.story());
    assert_eq!(run.json()["version"], 1);
}
