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

#[test]
fn pictures_and_pages_stand_alone() {
    let project = Project::example("ecommerce");
    let svg = project.run(&["graph", "--format", "svg"]).exits(0);
    let html = project.run(&["graph", "--format", "html"]).exits(0);
    for step in STEPS {
        svg.says(step);
        html.says(step);
    }
    html.says("steps/write_receipt.step.rb:8");
    for text in [&svg.stdout, &html.stdout] {
        let outside = text.replace("http://www.w3.org/2000/svg", "");
        assert!(
            !outside.contains("http:") && !outside.contains("https:"),
            "{text}"
        );
    }
    project
        .run(&["graph", "--format", "svg", "--flow", "reviews"])
        .exits(0)
        .says("SubmitReview")
        .never_says("CreateOrder");
}

#[test]
fn asyncapi_has_a_channel_for_each_topic_and_stream_and_what_its_messages_hold() {
    let document = Project::example("ecommerce")
        .run(&["graph", "--format", "asyncapi"])
        .exits(0)
        .json();
    assert_eq!(document["asyncapi"], "3.0.0");
    let channels = document["channels"].as_object().expect("channels");
    assert_eq!(channels["order.created"]["address"], "order.created");
    assert!(channels.contains_key("stream.order-updates"));
    let send = &document["operations"]["CreateOrder.send.order.created"];
    assert_eq!(
        (&send["action"], &send["tags"][0]["name"]),
        (&"send".into(), &"ecommerce".into())
    );
    assert!(
        send["summary"]
            .as_str()
            .is_some_and(|it| it.contains("steps/create-order.step.ts:"))
    );
    assert_eq!(
        document["operations"]["ProcessPayment.receive.order.created"]["action"],
        "receive"
    );
    let payload = &document["components"]["messages"]["order.created"]["payload"]["$ref"];
    assert_eq!(payload, "#/components/schemas/order.created.ProcessPayment");
    let schema = &document["components"]["schemas"]["order.created.ProcessPayment"];
    assert_eq!(schema["properties"]["id"]["type"], "string");
}

#[test]
fn openapi_has_every_route_with_parameters_bodies_and_responses() {
    let document = Project::example("ecommerce")
        .run(&["graph", "--format", "openapi"])
        .exits(0)
        .json();
    assert_eq!(document["openapi"], "3.1.0");
    let get = &document["paths"]["/orders/{orderId}"]["get"];
    assert_eq!(get["operationId"], "GetOrder");
    assert_eq!(get["parameters"][0]["name"], "orderId");
    let post = &document["paths"]["/orders"]["post"];
    assert_eq!(post["tags"][0], "ecommerce");
    assert_eq!(
        post["requestBody"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/CreateOrder.body"
    );
    assert!(post["responses"]["201"]["content"].is_object());
    assert_eq!(
        document["components"]["schemas"]["CreateOrder.body"]["properties"]["quantity"]["maximum"],
        20
    );
}

#[test]
fn a_document_describes_one_project() {
    let step = "exports.config = { type: 'api', name: 'Ping', method: 'GET', path: '/ping', emits: [] }\n\
                exports.handler = async () => ({ status: 200, body: {} })\n";
    let project = Project::of(&[
        ("one/package.json", "{}"),
        ("two/package.json", "{}"),
        ("one/steps/a.step.js", step),
        ("two/steps/a.step.js", step),
    ]);
    project
        .run(&["graph", "--format", "openapi"])
        .exits(2)
        .says("choose one with `-C`: one, two");
    project
        .run(&["graph", "--format", "openapi", "-C", "one"])
        .exits(0)
        .says("\"Ping\"");
}
