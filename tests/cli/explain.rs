//! `explain`: the rules in their own words.

use crate::support::project::Project;

#[test]
fn a_rule_explains_itself() {
    let anywhere = Project::of(&[]);
    let run = anywhere.run(&["explain", "undeclared-emit"]).exits(0);
    assert!(
        run.stdout.starts_with("undeclared-emit (error)\n\n"),
        "{}",
        run.story()
    );
    run.says("does not declare").never_says("never-emitted-topic (");
}

#[test]
fn without_a_rule_all_are_listed_and_each_can_be_asked_for() {
    let anywhere = Project::of(&[]);
    let listed = anywhere.run(&["explain"]).exits(0);
    let names: Vec<&str> = listed
        .stdout
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    for rule in ["syntax-error", "undeclared-emit", "payload-missing-field"] {
        assert!(names.contains(&rule), "{}", listed.story());
    }
    for rule in names {
        anywhere
            .run(&["explain", rule])
            .exits(0)
            .says(&format!("{rule} ("));
    }
}

#[test]
fn an_unknown_rule_is_a_usage_error() {
    let run = Project::of(&[]).run(&["explain", "invalid-corn"]).exits(2);
    run.says("'invalid-corn'").says("'invalid-cron'");
    assert_eq!(run.stdout, "", "{}", run.story());
}
