use serde_json::json;

use super::*;
use crate::report::{Failure, timeline};
use crate::trace::{Event, Trace, What};

fn event(at: i64, invocation: Option<u32>, what: What) -> Event {
    Event { at, invocation, what }
}

fn started(step: &str) -> What {
    What::Started {
        step: step.into(),
        cause: "order.created".into(),
        trace_id: "t".into(),
        sent_by: None,
        attempt: None,
    }
}

fn story() -> Trace {
    let http = What::Http {
        method: "POST".into(),
        url: "https://pay.test/charges".into(),
        body: json!({"<b>": 1}),
        status: Some(503),
        fault: None,
    };
    let error = crate::protocol::HandlerError {
        name: "Error".into(),
        message: "</td><script>alert(1)</script>".into(),
        ..Default::default()
    };
    let retried = What::Retried {
        step: "Pay".into(),
        topic: "order.created".into(),
        attempt: 1,
        next: 900_000,
        data: json!(null),
    };
    Trace {
        events: vec![
            event(0, Some(1), started("Pay")),
            event(0, Some(1), http),
            event(0, Some(1), What::Threw { error }),
            event(0, Some(1), retried),
            event(900_000, Some(2), started("Pay")),
            event(900_000, Some(2), What::Finished { value: json!(null) }),
        ],
    }
}

fn outcome() -> TestOutcome {
    let trace = story();
    TestOutcome {
        status: TestStatus::Failed,
        reached: Reached::of(&trace),
        failure: Some(Failure {
            headline: "no & never".into(),
            place: None,
            details: vec!["a < b".into()],
            timeline: timeline(&trace, 0),
            minimal_input: None,
            departures: Vec::new(),
            actions: Vec::new(),
            runs: 1,
            state: Some(json!({"orders": {"o": "@@main@@"}})),
            streams: None,
            replay: "banister test --exact 'a::b'".into(),
        }),
        ..TestOutcome::ignored("a::b".into(), "")
    }
}

fn page(outcomes: &[TestOutcome]) -> String {
    let report = HtmlReport {
        picture: "<svg></svg>",
        outcomes,
        steps: &BTreeMap::from([("Pay".to_owned(), 2), ("Ship".to_owned(), 0)]),
        invalid: &[("tests/x.flow.yaml".into(), "no <key>".into())],
        unfinished: &["a::c".into()],
        summary: Summary {
            failed: 1,
            ..Summary::default()
        },
        elapsed: Duration::from_millis(1_234),
        seed: 7,
    };
    report.page()
}

#[test]
fn the_page_is_whole_and_asks_for_nothing_elsewhere() {
    let page = page(&[outcome()]);
    for asks in [
        "src=", "@import", "url(", "<link", "<script", "onclick", "@@tone@@",
    ] {
        assert!(!page.contains(asks), "{asks} in\n{page}");
    }
    for text in [
        "no &amp; never",
        "a &lt; b",
        "no &lt;key&gt;",
        "&lt;/td&gt;&lt;script&gt;",
        "@@main@@",
        "<span class=\"notice\">never</span>",
        "0 passed, 1 failed",
    ] {
        assert!(page.contains(text), "no {text} in\n{page}");
    }
    for tag in ["table", "details", "section", "div", "tr", "td", "main", "ul"] {
        let opened = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn steps_services_and_the_clock_have_lanes() {
    let page = page(&[outcome()]);
    let head = "<th scope=\"col\">time</th><th scope=\"col\">test</th><th scope=\"col\">Pay</th>\
                <th scope=\"col\">pay.test</th><th scope=\"col\">clock</th>";
    assert!(page.contains(head), "{page}");
    for cell in [
        "<td data-lane=\"pay.test\">→ 503</td>",
        "data-lane=\"clock\">Pay: failed attempt 1, tried again at +15m</td>",
        "<td class=\"on\" data-lane=\"Pay\"><span class=\"soft\">run 2</span> starts on order.created</td>",
        "<td class=\"wrong\" data-lane=\"Pay\"><span class=\"word bad\">✗</span> throws",
    ] {
        assert!(page.contains(cell), "no {cell} in\n{page}");
    }
}

#[test]
fn a_very_long_story_says_what_it_leaves_out() {
    let events = (0..10_000)
        .map(|at| event(at, None, What::Advance { ms: at }))
        .collect();
    let text = swim::lanes(&timeline(&Trace { events }, 0), "a::b");
    assert!(text.contains("6000 rows are left out"));
    assert_eq!(text.matches("<tr>").count(), 4_002);
}
