//! How `check` reports: the frozen JSON and the text for people.

use serde_json::Value as Json;

use crate::support::project::Project;

fn has_keys(value: &Json, keys: &[&str]) {
    for key in keys {
        assert!(value.get(key).is_some(), "no {key:?} in {value}");
    }
}

fn is_range(range: &Json) {
    let point = |end: &str| {
        let number = |key: &str| {
            range[end][key]
                .as_u64()
                .unwrap_or_else(|| panic!("{end}.{key} in {range}"))
        };
        (number("line"), number("column"))
    };
    let (start, end) = (point("start"), point("end"));
    assert!(start.0 >= 1 && start.1 >= 1 && start <= end, "{range}");
}

#[test]
fn the_json_keeps_its_contract() {
    let report = Project::fixture("broken-ecommerce")
        .run(&["check", "--format", "json"])
        .json();
    assert_eq!(report["version"], 1);
    has_keys(&report, &["version", "diagnostics", "summary"]);
    has_keys(
        &report["summary"],
        &["files", "steps", "topics", "errors", "warnings"],
    );

    let diagnostics = report["diagnostics"].as_array().expect("a list of diagnostics");
    assert!(!diagnostics.is_empty());
    for diagnostic in diagnostics {
        has_keys(
            diagnostic,
            &[
                "rule", "severity", "message", "file", "range", "related", "fixable",
            ],
        );
        assert!(diagnostic["fixable"].is_boolean(), "{diagnostic}");
        let severity = diagnostic["severity"].as_str().expect("a severity");
        assert!(
            ["error", "warning", "info", "hint"].contains(&severity),
            "{severity}"
        );
        is_range(&diagnostic["range"]);
        for related in diagnostic["related"]
            .as_array()
            .expect("a list of related places")
        {
            has_keys(related, &["message", "file", "range"]);
            is_range(&related["range"]);
        }
    }

    let of = |severity: &str| diagnostics.iter().filter(|d| d["severity"] == severity).count();
    assert_eq!(report["summary"]["errors"], of("error"));
    assert_eq!(report["summary"]["warnings"], of("warning"));
}

#[test]
fn findings_are_sorted_by_file_and_place() {
    let report = Project::fixture("broken-ecommerce")
        .run(&["check", "--format", "json"])
        .json();
    let place = |d: &Json| {
        let start = &d["range"]["start"];
        (
            d["file"].as_str().unwrap().to_owned(),
            start["line"].as_u64().unwrap(),
            start["column"].as_u64().unwrap(),
        )
    };
    let places: Vec<_> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(place)
        .collect();
    assert!(places.is_sorted(), "{places:#?}");
}

#[test]
fn columns_count_characters() {
    let step = "exports.config = { type: 'cron', name: 'Größe', /* 🎉 */ cron: 'never', emits: [] }\n\
                exports.handler = async () => {}\n";
    let report = Project::of(&[("steps/size.step.js", step)])
        .run(&["check", "--format", "json"])
        .exits(1)
        .json();
    let line: Vec<char> = step.lines().next().unwrap().chars().collect();
    let column = line
        .windows(5)
        .position(|w| w.iter().collect::<String>() == "never")
        .unwrap()
        + 1;
    let range = &report["diagnostics"][0]["range"];
    assert_eq!(
        (&range["start"]["column"], &range["end"]["column"]),
        (&column.into(), &(column + 5).into())
    );
}

#[test]
fn people_see_the_code_the_rule_and_the_place() {
    let run = Project::fixture("broken-ecommerce").run(&["check"]).exits(1);
    run.says("undeclared-emit")
        .says("steps/create-order.step.ts:22:")
        .says("await emit({ topic: 'order.audited', data: { id } })")
        .says("steps/charge_order_step.py")
        .says("steps/write_invoice.step.rb")
        .says("^^^^")
        .never_says("\u{1b}[");
}

#[test]
fn full_is_the_default_format() {
    let project = Project::fixture("broken-ecommerce");
    let (default, full) = (
        project.run(&["check"]),
        project.run(&["check", "--format", "full"]),
    );
    assert_eq!(default.stdout, full.stdout);
}

#[test]
fn the_report_is_the_same_every_time() {
    let project = Project::fixture("broken-ecommerce");
    let first = project.run(&["check", "--format", "json"]).stdout;
    for _ in 0..10 {
        assert_eq!(project.run(&["check", "--format", "json"]).stdout, first);
    }
}
