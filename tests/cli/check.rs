//! What `check` finds.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::support::expectations::assert_as_marked;
use crate::support::project::Project;

const ALL_RULES: [&str; 9] = [
    "duplicate-step-name",
    "invalid-cron",
    "misspelled-topic",
    "missing-config-key",
    "never-emitted-topic",
    "payload-missing-field",
    "seed-dialect",
    "undeclared-emit",
    "unsubscribed-topic",
];

fn check(project: &Project) -> Json {
    project.run(&["check", "--format", "json"]).json()
}

fn rules(report: &Json) -> Vec<&str> {
    let diagnostics = report["diagnostics"].as_array().expect("a list of diagnostics");
    diagnostics
        .iter()
        .map(|diagnostic| diagnostic["rule"].as_str().expect("a rule"))
        .collect()
}

fn of_rule<'a>(report: &'a Json, rule: &str) -> Vec<&'a Json> {
    let diagnostics = report["diagnostics"].as_array().expect("a list of diagnostics");
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic["rule"] == rule)
        .collect()
}

#[test]
fn the_example_is_clean() {
    let run = Project::example("ecommerce")
        .run(&["check", "--format", "json"])
        .exits(0);
    let report = run.json();
    assert_eq!(rules(&report), [""; 0], "{}", run.story());
    let summary = &report["summary"];
    assert_eq!(
        (&summary["steps"], &summary["topics"]),
        (&15.into(), &11.into()),
        "{summary}"
    );
}

#[test]
fn a_broken_project_shows_what_its_comments_say() {
    let project = Project::fixture("broken-ecommerce");
    let run = project.run(&["check", "--format", "json"]).exits(1);
    assert_as_marked(&project, &run.json());
    assert_eq!(
        rules(&run.json()).into_iter().collect::<BTreeSet<_>>(),
        BTreeSet::from(ALL_RULES)
    );
}

#[test]
fn a_missing_field_points_to_the_schema_in_the_other_language() {
    let report = check(&Project::fixture("broken-ecommerce"));
    let pairs: Vec<_> = of_rule(&report, "payload-missing-field")
        .into_iter()
        .map(|found| {
            let related = &found["related"][0];
            let start = &related["range"]["start"];
            (
                found["file"].as_str(),
                related["file"].as_str(),
                start["line"].as_u64().is_some_and(|line| line > 1),
            )
        })
        .collect();
    assert_eq!(
        pairs,
        [
            (
                Some("steps/charge_order_step.py"),
                Some("steps/write_invoice.step.rb"),
                true
            ),
            (
                Some("steps/create-order.step.ts"),
                Some("steps/charge_order_step.py"),
                true
            ),
        ]
    );
}

#[test]
fn twins_point_to_each_other_across_languages() {
    let report = check(&Project::fixture("broken-ecommerce"));
    let pairs: Vec<_> = of_rule(&report, "duplicate-step-name")
        .into_iter()
        .map(|found| {
            (
                found["file"].as_str().unwrap(),
                found["related"][0]["file"].as_str().unwrap(),
            )
        })
        .collect();
    let (js, rb) = ("steps/notify-customer.step.js", "steps/notify_customer.step.rb");
    assert_eq!(pairs, [(js, rb), (rb, js)]);
}

#[test]
fn a_mended_defect_is_gone() {
    let project = Project::fixture("broken-ecommerce");
    let step = project.read("steps/export_orders_step.py");
    project.write(
        "steps/export_orders_step.py",
        step.replace("0 25 * * *", "0 23 * * *"),
    );
    assert_eq!(of_rule(&check(&project), "invalid-cron"), [&Json::Null; 0]);
}

#[test]
fn warnings_alone_do_not_fail() {
    let step = "exports.config = { type: 'event', name: 'Late', subscribes: ['train.late'], emits: [] }\n\
                exports.handler = async () => {}\n";
    let project = Project::of(&[("steps/late.step.js", step)]);
    let run = project.run(&["check", "--format", "json"]).exits(0);
    let report = run.json();
    assert_eq!(rules(&report), ["never-emitted-topic"], "{}", run.story());
    assert_eq!(report["diagnostics"][0]["severity"], "warning");
    assert_eq!(
        (&report["summary"]["errors"], &report["summary"]["warnings"]),
        (&0.into(), &1.into())
    );
}

#[test]
fn what_is_not_known_is_not_reported() {
    let step = "exports.config = { type: 'event', name: 'Relay', subscribes: ['relay.go'], emits: ['relay.done'] }\n\
                exports.handler = async (input, { emit }) => {\n\
                \x20 await emit({ topic: input.topic, data: input.data })\n\
                \x20 await emit({ topic: `relay.${input.kind}`, data: { ...input } })\n\
                }\n";
    let listener = "def config\n  { type: 'event', name: 'Hear', subscribes: ['relay.done', 'relay.go'], emits: [],\n\
                    \x20   input: { id: 'string' } }\nend\n\ndef handler(input, context)\nend\n";
    let project = Project::of(&[("steps/relay.step.js", step), ("steps/hear.step.rb", listener)]);
    let run = project.run(&["check", "--format", "json"]).exits(0);
    assert_eq!(rules(&run.json()), [""; 0], "{}", run.story());
}

#[test]
fn every_project_of_a_repository_has_its_own_topics() {
    let sender = "exports.config = { type: 'cron', name: 'Send', cron: '0 0 * * *', emits: ['letter.sent'] }\n\
                  exports.handler = async ({ emit }) => { await emit({ topic: 'letter.sent', data: {} }) }\n";
    let reader = "config = {'type': 'event', 'name': 'Read', 'subscribes': ['letter.sent'], 'emits': []}\n\n\n\
                  async def handler(input_data, ctx):\n    pass\n";
    let together = [("steps/send.step.js", sender), ("steps/read_step.py", reader)];
    let apart = [
        ("one/steps/send.step.js", sender),
        ("two/steps/read_step.py", reader),
    ];
    assert_eq!(rules(&check(&Project::of(&together))), [""; 0]);
    assert_eq!(
        rules(&check(&Project::of(&apart))),
        ["unsubscribed-topic", "never-emitted-topic"]
    );
}

#[test]
fn overrides_of_the_user_interface_are_no_steps() {
    let twin = "export const config = { type: 'event', name: 'Late', subscribes: ['t'], emits: [] }\n";
    let project = Project::of(&[
        (
            "steps/late.step.js",
            "exports.config = { type: 'cron', name: 'Late', cron: '* * * * *', emits: [] }\n\
          exports.handler = async () => {}\n",
        ),
        ("steps/late.step.tsx", twin),
        ("node_modules/other/steps/late.step.js", twin),
    ]);
    assert_eq!(rules(&check(&project)), [""; 0]);
}

#[test]
fn several_paths_are_told_apart_by_their_folders() {
    let step = "exports.config = { type: 'cron', name: 'A', cron: 'x', emits: [] }\nexports.handler = async () => {}\n";
    let project = Project::of(&[("one/steps/a.step.js", step), ("two/steps/a.step.js", step)]);
    let report = project
        .run(&["check", "one", "two", "--format", "json"])
        .exits(1)
        .json();
    let files: Vec<&str> = of_rule(&report, "invalid-cron")
        .iter()
        .filter_map(|found| found["file"].as_str())
        .collect();
    assert_eq!(files, ["one/steps/a.step.js", "two/steps/a.step.js"]);
    project
        .run(&["check", "one", "two"])
        .exits(1)
        .says("two/steps/a.step.js:1");
}

#[test]
fn hints_that_are_not_shown_are_counted() {
    let run = Project::fixture("broken-ecommerce").run(&["check"]).exits(1);
    run.says("warning[unsubscribed-topic]").says("4 hints not shown");
}
