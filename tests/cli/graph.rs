//! `banister graph`.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::support::project::Project;

const STEPS: [&str; 15] = [
    "AnalyzeSentiment",
    "CreateOrder",
    "FeatureReview",
    "GenerateAnalytics",
    "GenerateReport",
    "GetOrder",
    "OpenTicket",
    "ProcessPayment",
    "PublishReport",
    "RecommendProducts",
    "RequestReport",
    "SetPrice",
    "SubmitReview",
    "TrackOrder",
    "WriteReceipt",
];

/// Every text of a JSON value.
fn texts(value: &Json, found: &mut BTreeSet<String>) {
    match value {
        Json::String(text) => {
            found.insert(text.clone());
        }
        Json::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Json::Object(fields) => fields.values().for_each(|item| texts(item, found)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

#[test]
fn the_picture_shows_every_step_and_topic() {
    let run = Project::example("ecommerce")
        .run(&["graph", "--format", "mermaid"])
        .exits(0);
    assert!(run.stdout.starts_with("flowchart "), "{}", run.story());
    for step in STEPS {
        run.says(step);
    }
    run.says("order.created")
        .says("report.requested")
        .says("POST /orders")
        .says("0 0 * * 1");
}

#[test]
fn a_flow_can_be_cut_out() {
    let run = Project::example("ecommerce")
        .run(&["graph", "--format", "mermaid", "--flow", "reviews"])
        .exits(0);
    run.says("SubmitReview")
        .says("AnalyzeSentiment")
        .says("FeatureReview")
        .never_says("CreateOrder");
}

#[test]
fn a_flow_that_nobody_names_is_an_error() {
    let run = Project::example("ecommerce")
        .run(&["graph", "--flow", "revews"])
        .exits(2);
    run.says("revews");
}

#[test]
fn the_json_shows_every_step_and_topic() {
    let graph = Project::example("ecommerce")
        .run(&["graph", "--format", "json"])
        .exits(0)
        .json();
    let mut found = BTreeSet::new();
    texts(&graph, &mut found);
    for text in STEPS
        .into_iter()
        .chain(["order.created", "steps/generate_report.step.rb", "ruby", "python"])
    {
        assert!(found.contains(text), "no {text} in {graph:#}");
    }
}

#[test]
fn a_graph_is_the_same_every_time() {
    let project = Project::example("ecommerce");
    let first = project.run(&["graph", "--format", "json"]).exits(0).stdout;
    for _ in 0..5 {
        assert_eq!(project.run(&["graph", "--format", "json"]).stdout, first);
    }
}
