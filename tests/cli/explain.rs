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

#[test]
fn json_lists_rules_with_their_documentation() {
    let anywhere = Project::of(&[]);
    let all = anywhere.run(&["explain", "--format", "json"]).exits(0).json();
    let listed = anywhere.run(&["explain"]).exits(0).stdout;
    let rules = all.as_array().expect("a list");
    assert_eq!(rules.len(), listed.lines().count());
    for rule in rules {
        assert!(listed.contains(rule["name"].as_str().expect("a name")), "{rule}");
    }
    let one = anywhere
        .run(&["explain", "undeclared-emit", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(
        (&one[0]["name"], &one[0]["severity"]),
        (&"undeclared-emit".into(), &"error".into())
    );
    assert!(
        one[0]["doc"].as_str().is_some_and(|doc| doc.contains("```ts")),
        "{one}"
    );
    assert!(one.get(1).is_none());
}

#[test]
fn a_rule_shows_what_it_finds_and_what_is_right() {
    let run = Project::of(&[]).run(&["explain", "undeclared-emit"]).exits(0);
    run.says("\nFound:\n").says("\nRight:\n").says("payment.refused");
}
