use expect_test::expect_file;
use serde_json::json;

use super::*;

fn event(at: i64, invocation: Option<u32>, what: What) -> Event {
    Event {
        at: 1_000_000 + at,
        invocation,
        what,
    }
}

fn started(step: &str, cause: &str) -> What {
    What::Started {
        step: step.into(),
        cause: cause.into(),
        trace_id: "ABCDE-1".into(),
        sent_by: None,
        attempt: None,
    }
}

fn emitted(topic: &str, data: &Json, to: &[&str], dropped: bool) -> What {
    let to = to.iter().map(|it| (*it).to_owned()).collect();
    What::Emitted {
        topic: topic.into(),
        data: data.clone(),
        to,
        dropped,
    }
}

fn state(op: &str, key: Option<&str>, value: Json) -> What {
    What::State {
        op: op.into(),
        group: "orders".into(),
        key: key.map(str::to_owned),
        value,
    }
}

fn story() -> Trace {
    let mut events = ordering();
    events.extend(paying());
    Trace { events }
}

fn ordering() -> Vec<Event> {
    let order =
        json!({"id": "o-1", "productId": "mug", "quantity": 2, "customerId": "ada", "currency": "eur"});
    let to = ["ProcessPayment", "AnalyzeSentiment", "GenerateReport"];
    let request = What::Request {
        method: "POST".into(),
        target: "/orders".into(),
        headers: Default::default(),
        body: order.clone(),
    };
    let response = What::Response {
        status: 201,
        headers: json!({}),
        body: json!({"id": "o-1"}),
    };
    let first = [
        started("CreateOrder", "POST /orders"),
        state("set", Some("o-1"), order.clone()),
        emitted("order.created", &order, &to, false),
        emitted("x", &json!({"a": 1}), &["A"], false),
        emitted("order.lost", &json!(null), &[], true),
        response,
    ];
    let first = first.into_iter().map(|what| event(0, Some(1), what));
    [event(0, None, request)].into_iter().chain(first).collect()
}

fn paying() -> Vec<Event> {
    let error = HandlerError {
        name: "TypeError".into(),
        message: "x is not a function\nat all".into(),
        file: Some("steps/pay.step.js".into()),
        line: Some(7),
        ..HandlerError::default()
    };
    let (step, topic) = ("ProcessPayment".to_owned(), "order.created".to_owned());
    let url = "https://api.stripe.com/v1/charges".to_owned();
    let args = json!(["u1", "m1", {"a": 1}]);
    let log = What::Log {
        level: "info".into(),
        message: "paying".into(),
        data: json!({"id": 1}),
    };
    let http = What::Http {
        method: "POST".into(),
        url,
        body: json!({"amount": 2500}),
        status: None,
        fault: None,
    };
    let retried = What::Retried {
        step: step.clone(),
        topic: topic.clone(),
        attempt: 1,
        next: 1_902_500,
        data: json!(null),
    };
    let stream = What::Stream {
        op: "set".into(),
        stream: "chat".into(),
        args,
        value: json!({"a": 1}),
    };
    vec![
        event(0, Some(2), started("ProcessPayment", "order.created")),
        event(0, Some(2), log),
        event(0, Some(2), http),
        event(
            0,
            Some(2),
            What::Refused {
                host: "b.c".into(),
                port: 443,
            },
        ),
        event(0, Some(2), What::Slept { until: 1_002_500 }),
        event(2_500, Some(2), What::Threw { error }),
        event(2_500, Some(2), retried),
        event(902_500, Some(3), started("ProcessPayment", "order.created")),
        event(902_500, Some(3), state("get_group", None, json!([]))),
        event(902_500, Some(3), stream),
        event(902_500, Some(3), What::Finished { value: json!(null) }),
        event(902_500, None, What::Advance { ms: 604_800_000 }),
        event(
            605_702_500,
            Some(3),
            What::DeadLettered {
                step,
                topic,
                data: json!(null),
            },
        ),
    ]
}

#[test]
fn a_trace_reads_as_a_story() {
    let text = render(&timeline(&story(), 1_000_000), false, false);
    assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
    expect_file!["../snapshots/story.txt"].assert_eq(&text);
}

#[test]
fn colours_change_nothing_but_colours() {
    let rows = timeline(&story(), 1_000_000);
    let mut plain = String::new();
    let mut escape = false;
    for c in render(&rows, false, true).chars() {
        match (escape, c) {
            (false, '\u{1b}') => escape = true,
            (true, 'm') => escape = false,
            (true, _) => {}
            (false, c) => plain.push(c),
        }
    }
    assert_eq!(plain, render(&rows, false, false));
}

#[test]
fn a_long_story_loses_its_middle() {
    let events = (0..1_000)
        .map(|n| event(n, None, What::Cron { step: n.to_string() }))
        .collect();
    let rows = timeline(&Trace { events }, 1_000_000);
    assert_eq!(rows.len(), 1_000, "a report that has room has them all");
    let text = render(&rows, false, false);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 82);
    assert_eq!(lines[20], "  … 920 rows are left out");
    assert_eq!(
        lines[81],
        "  … all 1000 rows: `--nocapture`, or `--report FILE.html`"
    );
    assert!(lines[0].contains("+0ms"), "{}", lines[0]);
    assert!(lines[80].contains("+999ms"), "{}", lines[80]);
    assert_eq!(render(&rows, true, false).lines().count(), 1_000);
}

#[test]
fn repeats_are_counted() {
    let told = |times| {
        let moves = |n| event(n, None, What::Advance { ms: 1_000 });
        let events = (0..times).map(moves).collect();
        render(&timeline(&Trace { events }, 1_000_000), false, false)
    };
    assert!(
        told(500).ends_with("  +499ms  test  moves the clock by 1s\n"),
        "{}",
        told(500)
    );
    assert!(
        told(500).contains("\n  … 497 more times the same\n"),
        "{}",
        told(500)
    );
}

#[test]
fn durations_show_two_units() {
    for (ms, text) in [
        (0, "0ms"),
        (999, "999ms"),
        (2_500, "2.5s"),
        (90_000, "1m30s"),
        (3_600_000, "1h"),
        (90_061_000, "1d1h"),
        (604_800_000, "7d"),
    ] {
        assert_eq!(duration(ms), text);
    }
}
