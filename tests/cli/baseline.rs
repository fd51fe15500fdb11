//! `--baseline` and `--write-baseline`.

use crate::support::project::Project;

fn step(cron: &str) -> String {
    format!(
        "exports.config = {{ type: 'cron', name: 'Tick', cron: '{cron}', emits: [] }}\nexports.handler = async () => {{}}\n"
    )
}

#[test]
fn known_findings_are_not_reported_and_new_ones_are() {
    let project = Project::fixture("broken-ecommerce");
    let run = project.run(&["check", "--write-baseline", "known.json"]).exits(0);
    assert_eq!(run.stdout, "", "{}", run.story());
    run.says("known findings to known.json");
    let run = project
        .run(&["check", "--baseline", "known.json", "--format", "json"])
        .exits(0);
    assert_eq!(run.json()["diagnostics"], serde_json::json!([]));
    assert_eq!(run.stderr, "", "{}", run.story());

    project.write("steps/tick.step.js", step("never"));
    let run = project
        .run(&["check", "--baseline", "known.json", "--format", "json"])
        .exits(1);
    let report = run.json();
    let new: Vec<&str> = report["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["rule"].as_str())
        .collect();
    assert_eq!(new, ["invalid-cron"]);
}

#[test]
fn moving_lines_make_nothing_new() {
    let project = Project::of(&[("steps/tick.step.js", &step("never"))]);
    project.run(&["check", "--write-baseline"]).exits(0);
    project.write(
        "steps/tick.step.js",
        format!("// one\n// two\n\n{}", step("never")),
    );
    project
        .run(&["check", "--baseline", "banister-baseline.json"])
        .exits(0);
    let twice = format!("{}exports.other = 1\n", step("never"));
    project.write("steps/tick.step.js", twice);
    project
        .run(&["check", "--baseline", "banister-baseline.json"])
        .exits(0);
    project.write("steps/tock.step.js", step("never").replace("Tick", "Tock"));
    project
        .run(&["check", "--baseline", "banister-baseline.json"])
        .exits(1)
        .says("tock.step.js");
}

#[test]
fn what_is_gone_can_be_removed() {
    let project = Project::of(&[
        ("steps/a.step.js", &step("never")),
        ("steps/b.step.js", &step("0 0 * * *").replace("Tick", "B")),
    ]);
    project.run(&["check", "--write-baseline"]).exits(0);
    let before = project.read("banister-baseline.json");
    project.write("steps/a.step.js", step("0 0 * * *"));
    let baseline = ["check", "--baseline", "banister-baseline.json"];
    project
        .run(&baseline)
        .exits(0)
        .says("knows 1 finding that nobody finds any more");
    // Nobody has looked for it.
    project
        .run(&[&baseline[..], &["--ignore", "invalid-cron"]].concat())
        .exits(0)
        .never_says("any more");
    project
        .run(&[&baseline[..], &["steps/b.step.js"]].concat())
        .exits(0)
        .never_says("any more");
    project
        .run(&["check", "steps/b.step.js", "--write-baseline"])
        .exits(0);
    assert_eq!(project.read("banister-baseline.json"), before);
    project
        .run(&[&baseline[..], &["--write-baseline"]].concat())
        .exits(0);
    project.run(&baseline).exits(0).never_says("any more");
    assert!(!project.read("banister-baseline.json").contains("invalid-cron"));
}

#[test]
fn the_file_is_sorted_stable_and_without_lines() {
    let project = Project::fixture("broken-ecommerce");
    project.run(&["check", "--write-baseline", "one.json"]).exits(0);
    project.run(&["check", "--write-baseline", "two.json"]).exits(0);
    let one = project.read("one.json");
    assert_eq!(one, project.read("two.json"));
    let document: serde_json::Value = serde_json::from_str(&one).expect("JSON");
    assert_eq!(document["version"], 1);
    let findings = document["findings"].as_array().expect("a list");
    let keys: Vec<[&str; 3]> = findings
        .iter()
        .map(|it| ["file", "rule", "subject"].map(|key| it[key].as_str().expect("a text")))
        .collect();
    assert!(keys.is_sorted(), "{keys:?}");
    assert!(
        findings
            .iter()
            .all(|it| it.as_object().expect("an object").len() == 4)
    );
}

#[test]
fn it_means_the_same_from_another_folder() {
    let project = Project::of(&[("shop/steps/tick.step.js", &step("never"))]);
    project
        .run(&["check", "shop", "--write-baseline", "shop/known.json"])
        .exits(0);
    assert!(project.read("shop/known.json").contains("\"steps/tick.step.js\""));
    let inside = crate::support::command::Banister::in_folder(&project.path("shop"));
    inside.args(["check", "--baseline", "known.json"]).run().exits(0);
    project.run(&["check", "--baseline", "shop/known.json"]).exits(0);
}

#[test]
fn a_file_that_is_no_baseline_is_an_error() {
    let project = Project::of(&[("steps/tick.step.js", &step("never"))]);
    project
        .run(&["check", "--baseline", "none.json"])
        .exits(2)
        .says("none.json");
    for text in [
        "",
        "{",
        "[]",
        "{\"version\":2,\"findings\":[]}",
        "{\"version\":1,\"findings\":[{\"rule\":1}]}",
    ] {
        project.write("known.json", text);
        for args in [
            ["check", "--baseline", "known.json"],
            ["check", "--write-baseline", "known.json"],
        ] {
            let run = project.run(&args).exits(2);
            run.says("known.json is not a baseline").never_says("panicked");
            assert_eq!(run.stdout, "", "{}", run.story());
        }
        assert_eq!(project.read("known.json"), text);
    }
    project
        .run(&["check", "--write-baseline", "steps"])
        .exits(2)
        .says("it is a folder");
    project
        .run(&["check", "--write-baseline", "no/where.json"])
        .exits(2)
        .says("no/where.json");
}
