//! From a topic to the other side of it, across languages; what is known about it; and the outline of a step.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::support::lsp_client::LspClient;
use crate::support::project::Project;

/// Where each jump of the example leads: the file, the cursor, the topic, the files on the other side.
const JUMPS: [(&str, &str, &str, &[&str]); 7] = [
    (
        "steps/create-order.step.ts",
        "emit({ topic: 'order.|created'",
        "order.created",
        &["steps/process-payment.step.js"],
    ),
    (
        "steps/create-order.step.ts",
        "emits: ['order.|created']",
        "order.created",
        &["steps/process-payment.step.js"],
    ),
    (
        "steps/process-payment.step.js",
        "topic: '|payment.processed'",
        "payment.processed",
        &["steps/recommend_products_step.py", "steps/track-order.step.ts"],
    ),
    (
        "steps/request-report.step.ts",
        "topic: 'report.requested|'",
        "report.requested",
        &["steps/generate_report.step.rb"],
    ),
    (
        "steps/recommend_products_step.py",
        "\"topic\": \"recommendations.|updated\"",
        "recommendations.updated",
        &["steps/write_receipt.step.rb"],
    ),
    (
        "steps/generate_report.step.rb",
        "emit.call(topic: 'report.|failed'",
        "report.failed",
        &["steps/open-ticket.step.js"],
    ),
    (
        "steps/generate_report.step.rb",
        "'analytics.generated', 'report.|requested'",
        "report.requested",
        &["steps/request-report.step.ts"],
    ),
];

fn targets(client: &LspClient, links: &Json) -> BTreeSet<String> {
    let links = links.as_array().unwrap_or_else(|| panic!("no links: {links}"));
    links.iter().map(|link| client.path(&link["targetUri"])).collect()
}

#[test]
fn a_definition_leads_to_the_other_side_of_the_topic() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    for (path, marked, topic, expected) in JUMPS {
        let text = client.open(path);
        let params = client.at(path, &text, marked);
        let links = client.request("textDocument/definition", &params);
        let expected: BTreeSet<String> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(targets(&client, &links), expected, "{marked} of {path}");
        for link in links.as_array().expect("links") {
            let target = project.read(&client.path(&link["targetUri"]));
            assert_eq!(
                client.slice(&text, &link["originSelectionRange"]),
                topic,
                "{path}: {link}"
            );
            assert_eq!(
                client.slice(&target, &link["targetSelectionRange"]),
                topic,
                "{path}: {link}"
            );
        }
    }
    client.finish();
}

#[test]
fn a_client_without_links_gets_locations() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start_with(project.root(), &json!({}));
    let path = "steps/request-report.step.ts";
    let text = client.open(path);
    let params = client.at(path, &text, "topic: '|report.requested'");
    let locations = client.request("textDocument/definition", &params);
    let location = &locations[0];
    assert_eq!(client.path(&location["uri"]), "steps/generate_report.step.rb");
    let target = project.read("steps/generate_report.step.rb");
    assert_eq!(client.slice(&target, &location["range"]), "report.requested");
    client.finish();
}

#[test]
fn references_are_every_place_that_names_the_topic() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    let places = [
        ("steps/process-payment.step.js", "subscribes: ['order.|created']"),
        ("steps/create-order.step.ts", "emit({ topic: '|order.created'"),
    ];
    for (path, marked) in places {
        let text = client.open(path);
        let mut params = client.at(path, &text, marked);
        params["context"] = json!({ "includeDeclaration": true });
        let answer = client.request("textDocument/references", &params);
        let mut found = Vec::new();
        for location in answer.as_array().expect("locations") {
            let file = client.path(&location["uri"]);
            assert_eq!(
                client.slice(&project.read(&file), &location["range"]),
                "order.created",
                "{location}"
            );
            found.push(file);
        }
        found.sort();
        let order = "steps/create-order.step.ts";
        let (orders, payments) = ("tests/orders.flow.yaml", "tests/payments.flow.yaml");
        let expected = [
            order,
            order,
            "steps/process-payment.step.js",
            orders,
            orders,
            orders,
            payments,
            payments,
        ];
        assert_eq!(found, expected, "{marked} of {path}");
    }
    client.finish();
}

#[test]
fn a_hover_says_who_is_on_both_sides() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    let places = [
        (
            "steps/create-order.step.ts",
            "topic: 'order.|created'",
            "order.created",
            ["CreateOrder", "ProcessPayment"],
        ),
        (
            "steps/generate_report.step.rb",
            "'analytics.|generated'",
            "analytics.generated",
            ["GenerateAnalytics", "GenerateReport"],
        ),
    ];
    for (path, marked, topic, names) in places {
        let text = client.open(path);
        let params = client.at(path, &text, marked);
        let hover = client.request("textDocument/hover", &params);
        assert_eq!(hover["contents"]["kind"], "markdown");
        assert_eq!(client.slice(&text, &hover["range"]), topic);
        let card = hover["contents"]["value"].as_str().expect("a text");
        for name in names.iter().chain(&[topic]) {
            assert!(card.contains(name), "no {name} in: {card}");
        }
    }
    client.finish();
}

#[test]
fn nothing_is_known_of_what_the_framework_does_not_read() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    let path = "steps/create-order.step.ts";
    let text = client.open(path);
    let mut params = client.at(path, &text, "logger.info('Order |created'");
    params["context"] = json!({ "includeDeclaration": true });
    for method in ["definition", "references", "hover"] {
        assert_eq!(
            client.request(&format!("textDocument/{method}"), &params),
            Json::Null,
            "{method}"
        );
    }
    client.finish();
}

#[test]
fn the_outline_of_a_step_nests() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    let steps = [
        ("steps/create-order.step.ts", "CreateOrder", "order.created"),
        (
            "steps/process-payment.step.js",
            "ProcessPayment",
            "payment.failed",
        ),
        (
            "steps/analyze_sentiment_step.py",
            "AnalyzeSentiment",
            "review.submitted",
        ),
        (
            "steps/generate_report.step.rb",
            "GenerateReport",
            "report.requested",
        ),
    ];
    for (path, step, topic) in steps {
        let text = client.open(path);
        let params = json!({ "textDocument": { "uri": client.uri(path) } });
        let outline = client.request("textDocument/documentSymbol", &params);
        let root = &outline[0];
        assert_eq!(root["name"], step, "{outline:#}");
        let children = root["children"].as_array().expect("children");
        let entry = children
            .iter()
            .find(|child| child["name"].as_str().is_some_and(|name| name.contains(topic)));
        let entry = entry.unwrap_or_else(|| panic!("no {topic} in {children:#?}"));
        assert_eq!(client.slice(&text, &entry["selectionRange"]), topic, "{entry}");
    }
    client.finish();
}

#[test]
fn a_client_without_nesting_gets_a_list() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start_with(project.root(), &json!({}));
    let path = "steps/create-order.step.ts";
    client.open(path);
    let params = json!({ "textDocument": { "uri": client.uri(path) } });
    let outline = client.request("textDocument/documentSymbol", &params);
    assert_eq!(outline[0]["name"], "CreateOrder");
    assert_eq!(client.path(&outline[1]["location"]["uri"]), path);
    assert_eq!(outline[1]["containerName"], "CreateOrder", "{outline:#}");
    client.finish();
}
