//! `banister-ignore` comments, from outside.

use std::collections::BTreeSet;

use crate::support::project::Project;

fn tick(before: &str, cron: &str) -> String {
    format!(
        "{before}exports.config = {{ type: 'cron', name: 'Tick', cron: '{cron}', emits: [] }}\n\
         exports.handler = async () => {{}}\n"
    )
}

fn found(project: &Project, args: &[&str]) -> BTreeSet<String> {
    let args: Vec<&str> = ["check", "--format", "json"]
        .iter()
        .chain(args)
        .copied()
        .collect();
    let report = project.run(&args).json();
    let diagnostics = report["diagnostics"].as_array().expect("a list of diagnostics");
    let rules = diagnostics
        .iter()
        .map(|it| it["rule"].as_str().expect("a rule").to_owned());
    rules.collect()
}

#[test]
fn what_is_ignored_does_not_fail() {
    let comment = "// banister-ignore invalid-cron: the deployment writes it\n";
    let project = Project::of(&[("steps/tick.step.js", &tick(comment, "never"))]);
    project.run(&["check"]).exits(0).never_says("invalid-cron");
}

#[test]
fn a_missing_reason_an_unknown_rule_and_a_stale_comment_are_warnings() {
    for (comment, cron, rule, text) in [
        (
            "// banister-ignore invalid-cron\n",
            "never",
            "unexplained-ignore",
            "gives no reason",
        ),
        (
            "// banister-ignore invalid-crom: why\n",
            "0 0 * * *",
            "invalid-ignore",
            "did you mean 'invalid-cron'?",
        ),
        (
            "// banister-ignore invalid-cron: why\n",
            "0 0 * * *",
            "stale-ignore",
            "finds nothing in this line",
        ),
    ] {
        let project = Project::of(&[("steps/tick.step.js", &tick(comment, cron))]);
        let run = project.run(&["check"]).exits(0);
        run.says(&format!("warning[{rule}]")).says(text);
        project.run(&["check", "--deny", "warnings"]).exits(1);
        project.run(&["explain", rule]).exits(0).says("banister-ignore");
    }
}

#[test]
fn rules_that_did_not_run_make_no_comment_stale() {
    let comment = "// banister-ignore invalid-cron: why\n";
    let project = Project::of(&[("steps/tick.step.js", &tick(comment, "0 0 * * *"))]);
    let nothing = BTreeSet::new();
    let stale = BTreeSet::from(["stale-ignore".to_owned()]);
    assert_eq!(found(&project, &[]), stale);
    assert_eq!(found(&project, &["--ignore", "invalid-cron"]), nothing);
    assert_eq!(
        found(&project, &["--select", "undeclared-emit,stale-ignore"]),
        nothing
    );
    assert_eq!(found(&project, &["--select", "invalid-cron,stale-ignore"]), stale);
    assert_eq!(found(&project, &["--select", "invalid-cron"]), nothing);
}

#[test]
fn a_stale_comment_is_removed() {
    let comment = "// banister-ignore invalid-cron: why\r\n";
    let project = Project::of(&[("steps/tick.step.js", &tick(comment, "0 0 * * *"))]);
    project.run(&["check", "--fix", "--deny", "warnings"]).exits(0);
    assert_eq!(project.read("steps/tick.step.js"), tick("", "0 0 * * *"));
}
