//! Topics are proposed where a topic stands, in every language, and nowhere else.

use serde_json::Value as Json;

use crate::support::lsp_client::LspClient;
use crate::support::project::Project;

/// Topics of the example that are declared in four different languages.
const EXPECTED: [&str; 4] = [
    "order.created",
    "payment.processed",
    "sentiment.analyzed",
    "report.generated",
];

/// Topics that none of the lists edited below holds already: a list is not offered what it has.
const NEW: [&str; 3] = ["payment.processed", "recommendations.updated", "review.submitted"];

const EMITS: [(&str, &str); 4] = [
    ("steps/create-order.step.ts", "emits: ['|order.created']"),
    ("steps/submit-review.step.js", "emits: ['review.|submitted']"),
    (
        "steps/analyze_sentiment_step.py",
        "\"emits\": [\"sentiment.analyzed|\"",
    ),
    ("steps/generate_report.step.rb", "emits: ['report.|generated'"),
];

const SUBSCRIBES: [(&str, &str); 4] = [
    (
        "steps/publish-report.step.ts",
        "subscribes: ['report.|generated']",
    ),
    ("steps/process-payment.step.js", "subscribes: ['|order.created']"),
    (
        "steps/recommend_products_step.py",
        "\"subscribes\": [\"payment.|processed\"]",
    ),
    (
        "steps/generate_report.step.rb",
        "subscribes: ['analytics.generated', 'report.requested|']",
    ),
];

const CALLS: [(&str, &str); 6] = [
    ("steps/create-order.step.ts", "emit({ topic: 'order.|created'"),
    ("steps/process-payment.step.js", "topic: 'payment.|processed'"),
    (
        "steps/analyze_sentiment_step.py",
        "\"topic\": \"|sentiment.analyzed\"",
    ),
    (
        "steps/recommend_products_step.py",
        "\"topic\": \"recommendations.updated|\"",
    ),
    (
        "steps/generate_report.step.rb",
        "emit.call(topic: 'report.|generated'",
    ),
    ("steps/write_receipt.step.rb", "topic: '|report.generated'"),
];

fn proposals(client: &mut LspClient, path: &str, text: &str, marked: &str) -> Json {
    let params = client.at(path, text, marked);
    client.request("textDocument/completion", &params)
}

#[track_caller]
fn assert_topics_at(client: &mut LspClient, expected: &[&str], path: &str, text: &str, marked: &str) {
    let answer = proposals(client, path, text, marked);
    let items = answer
        .as_array()
        .unwrap_or_else(|| panic!("nothing at {marked} of {path}: {answer}"));
    let labels: Vec<&str> = items.iter().filter_map(|item| item["label"].as_str()).collect();
    for topic in expected {
        assert!(
            labels.contains(topic),
            "no {topic} at {marked} of {path}: {labels:?}"
        );
    }
    let inside = inside_of_quotes(marked);
    for item in items {
        assert_eq!(
            client.slice(text, &item["textEdit"]["range"]),
            inside,
            "{path}: {item}"
        );
        assert_eq!(item["textEdit"]["newText"], item["label"], "{path}: {item}");
    }
}

/// The string that the bar stands in.
fn inside_of_quotes(marked: &str) -> String {
    let (before, after) = marked.split_once('|').expect("a bar");
    let start = before.rfind(['\'', '"']).expect("an opening quote") + 1;
    let end = after.find(['\'', '"']).expect("a closing quote");
    format!("{}{}", &before[start..], &after[..end])
}

#[track_caller]
fn assert_topics_everywhere(places: &[(&str, &str)]) {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    for (path, marked) in places {
        let text = client.open(path);
        assert_topics_at(&mut client, &EXPECTED, path, &text, marked);
    }
    client.finish();
}

#[test]
fn emits_of_a_config() {
    assert_topics_everywhere(&EMITS);
}

#[test]
fn subscribes_of_a_config() {
    assert_topics_everywhere(&SUBSCRIBES);
}

#[test]
fn emit_calls() {
    assert_topics_everywhere(&CALLS);
}

#[test]
fn an_empty_string_that_was_just_typed() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    let typed = [
        (
            "steps/create-order.step.ts",
            "emits: ['order.created']",
            "emits: ['order.created', '']",
            "', '|']",
        ),
        (
            "steps/open-ticket.step.js",
            "'report.failed'],",
            "'report.failed', ''],",
            "'report.failed', '|'],",
        ),
        (
            "steps/analyze_sentiment_step.py",
            "\"analysis.failed\"],",
            "\"analysis.failed\", \"\"],",
            ", \"|\"],",
        ),
        (
            "steps/generate_report.step.rb",
            "'report.failed'],",
            "'report.failed', ''],",
            "'report.failed', '|'],",
        ),
    ];
    for (path, old, new, marked) in typed {
        let text = client.open(path);
        let text = client.replace(path, 2, &text, old, new);
        assert_topics_at(&mut client, &NEW, path, &text, marked);
    }
    client.finish();
}

#[test]
fn nothing_in_other_strings_and_other_files() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    let others = [
        ("steps/create-order.step.ts", "logger.info('Order |created'"),
        ("steps/create-order.step.ts", "import { z } from '|zod'"),
        ("steps/process-payment.step.js", "const ATTEMPTS|"),
        ("steps/analyze_sentiment_step.py", "\"\"\"Tells |whether"),
        ("steps/generate_report.step.rb", "logger.info('Report |generated'"),
        ("package.json", "{|"),
    ];
    for (path, marked) in others {
        let text = client.open(path);
        assert_eq!(
            proposals(&mut client, path, &text, marked),
            Json::Null,
            "{marked} of {path}"
        );
    }
    client.finish();
}
