//! `banister why`.

use crate::support::project::Project;

#[test]
fn a_topic_tells_who_sends_who_takes_and_how_it_is_reached() {
    let run = Project::example("ecommerce")
        .run(&["why", "report.failed"])
        .exits(0);
    for text in [
        "topic 'report.failed'",
        "declared\n  GenerateReport (Ruby)  steps/generate_report.step.rb:",
        "subscribed\n  OpenTicket (JavaScript)  steps/open-ticket.step.js:",
        "\"required\":[\"source\",\"reference\",\"error\"]",
        "POST /reports → RequestReport → report.requested → GenerateReport → report.failed",
    ] {
        run.says(text);
    }
}

#[test]
fn what_is_dropped_says_why() {
    let step = "exports.config = { type: 'cron', name: 'Pay', cron: '0 9 * * *', emits: ['pay.done'] }\n\
                exports.handler = async ({ emit }) => { await emit({ topic: 'pay.lost', data: {} }) }\n";
    let project = Project::of(&[("steps/pay.step.js", step)]);
    project
        .run(&["why", "pay.lost"])
        .exits(0)
        .says("(dropped: `emits` lists 'pay.done' only)");
}

#[test]
fn routes_steps_state_and_streams_can_be_asked_for() {
    let project = Project::example("ecommerce");
    project
        .run(&["why", "POST /orders"])
        .exits(0)
        .says("(taken by ProcessPayment)");
    project
        .run(&["why", "/orders"])
        .exits(0)
        .says("CreateOrder (TypeScript) POST /orders");
    project
        .run(&["why", "TrackOrder"])
        .exits(0)
        .says("sent by ProcessPayment");
    project
        .run(&["why", "~orders"])
        .exits(0)
        .says("written\n  CreateOrder");
    project.run(&["why", "%order-updates"]).exits(0).says("defined\n");
}

#[test]
fn json_has_the_same_places() {
    let run = Project::example("ecommerce").run(&["why", "order.created", "--format", "json"]);
    let stories = run.exits(0).json();
    let story = &stories[0];
    assert_eq!((&story["version"], &story["kind"]), (&1.into(), &"topic".into()));
    let parts: Vec<&str> = story["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .filter_map(|entry| entry["part"].as_str())
        .collect();
    assert_eq!(parts, ["declares", "emits", "subscribes"]);
    assert_eq!(
        story["paths"][0],
        serde_json::json!(["POST /orders", "CreateOrder", "order.created"])
    );
}

#[test]
fn an_unknown_subject_is_an_error_that_names_the_likeliest() {
    let run = Project::example("ecommerce")
        .run(&["why", "order.craeted"])
        .exits(2);
    run.says("'order.craeted'").says("did you mean 'order.created'?");
    assert_eq!(run.stdout, "", "{}", run.story());
}
