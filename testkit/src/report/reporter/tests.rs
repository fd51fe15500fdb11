use expect_test::{Expect, expect, expect_file};
use serde_json::json;

use super::*;
use crate::report::{Failure, Place, Reached, StepOutput, timeline};
use crate::trace::{Event, Trace, What};

fn outcome(name: &str, status: TestStatus) -> TestOutcome {
    TestOutcome {
        name: name.to_owned(),
        status,
        duration: Duration::from_micros(12_345),
        label: ControlLabel::Controlled,
        failure: None,
        reached: Reached::default(),
        output: Vec::new(),
        notes: Vec::new(),
    }
}

fn outcomes() -> Vec<TestOutcome> {
    let printed = (0..100).map(|n| format!("line {n}\n")).collect();
    let output = vec![
        StepOutput {
            step: "CreateOrder".into(),
            stdout: printed,
            stderr: "careful\n".into(),
        },
        StepOutput::default(),
    ];
    let request = What::Request {
        method: "POST".into(),
        target: "/orders".into(),
        headers: Default::default(),
        body: json!({"quantity": 11}),
    };
    let trace = Trace {
        events: vec![Event {
            at: 0,
            invocation: None,
            what: request,
        }],
    };
    let failure = Failure {
        headline: "the response is not as expected".into(),
        place: Some(Place {
            file: "tests/orders.flow.yaml".into(),
            line: 16,
            column: 9,
        }),
        details: vec![
            "status: expected 201, found 500".into(),
            "a stack\nof two lines".into(),
        ],
        timeline: timeline(&trace, 0),
        minimal_input: Some(json!({"quantity": 11})),
        departures: Vec::new(),
        actions: Vec::new(),
        runs: 1,
        state: Some(json!({"orders": {"o-1": {"status": "paid"}}})),
        streams: None,
        replay: "banister test --exact 'tests/orders::fails' --seed 7".into(),
    };
    vec![
        TestOutcome {
            notes: vec!["CreateOrder left global values behind: x".into()],
            label: ControlLabel::Partial,
            output: vec![StepOutput {
                step: "CreateOrder".into(),
                stdout: "hello\n".into(),
                stderr: String::new(),
            }],
            ..outcome("tests/orders::passes", TestStatus::Passed)
        },
        TestOutcome {
            failure: Some(failure),
            output,
            label: ControlLabel::Opaque,
            notes: vec!["a second run went another way".into()],
            ..outcome("tests/orders::fails", TestStatus::Failed)
        },
        outcome(
            "tests/orders::later",
            TestStatus::Ignored {
                reason: Some("not asked for".into()),
            },
        ),
    ]
}

fn told(options: ReportOptions, outcomes: &[TestOutcome]) -> (String, Summary) {
    let mut out = Vec::new();
    let mut reporter = Reporter::new(&mut out, options);
    reporter.suite_started(outcomes.len()).unwrap();
    for outcome in outcomes {
        reporter.test_started(&outcome.name).unwrap();
        reporter.test_finished(outcome).unwrap();
    }
    let summary = reporter.suite_finished(4, Duration::from_millis(123)).unwrap();
    (String::from_utf8(out).unwrap(), summary)
}

#[track_caller]
fn check(format: Format, outcomes: &[TestOutcome], expected: &Expect) {
    expected.assert_eq(
        &told(
            ReportOptions {
                format,
                ..ReportOptions::default()
            },
            outcomes,
        )
        .0,
    );
}

#[test]
fn pretty_reads_like_cargo_test() {
    let text = told(ReportOptions::default(), &outcomes()).0;
    expect_file!["../snapshots/pretty.txt"].assert_eq(&text);
}

#[test]
fn a_good_run_has_no_failures() {
    check(
        Format::Pretty,
        &[outcome("a::b", TestStatus::Passed)],
        &expect![[r#"

        running 1 test
        test a::b ... ok

        test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 4 filtered out; finished in 0.12s

    "#]],
    );
    check(
        Format::Pretty,
        &[],
        &expect![[r#"

        running 0 tests

        test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 4 filtered out; finished in 0.12s

    "#]],
    );
}

#[test]
fn terse_is_a_character_for_a_test() {
    let mut many: Vec<_> = (0..100)
        .map(|n| outcome(&format!("a::{n}"), TestStatus::Passed))
        .collect();
    many[3].status = TestStatus::Ignored { reason: None };
    check(
        Format::Terse,
        &many,
        &expect![[r#"

        running 100 tests
        ...i.................................................................................... 88/100
        ............

        test result: ok. 99 passed; 0 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.12s

    "#]],
    );
}

#[test]
fn json_has_libtests_shape() {
    let (text, summary) = told(
        ReportOptions {
            format: Format::Json,
            ..ReportOptions::default()
        },
        &outcomes(),
    );
    assert_eq!(
        summary,
        Summary {
            passed: 1,
            failed: 1,
            ignored: 1,
            invalid: 0,
            unfinished: 0,
        }
    );
    let mut lines: Vec<Json> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let printed = lines[4]["stdout"].take();
    assert!(
        printed
            .as_str()
            .unwrap()
            .contains("minimal input: {\"quantity\":11}\n")
    );
    let lines: Vec<_> = lines.iter().map(Json::to_string).collect();
    expect![[r#"
        {"type":"suite","event":"started","test_count":3}
        {"type":"test","event":"started","name":"tests/orders::passes"}
        {"type":"test","event":"ok","name":"tests/orders::passes","exec_time":0.012345,"control":"partial","notes":["CreateOrder left global values behind: x"]}
        {"type":"test","event":"started","name":"tests/orders::fails"}
        {"type":"test","event":"failed","name":"tests/orders::fails","exec_time":0.012345,"control":"opaque","stdout":null,"notes":["a second run went another way"],"failure":{"message":"the response is not as expected","details":["status: expected 201, found 500","a stack\nof two lines"],"replay":"banister test --exact 'tests/orders::fails' --seed 7","file":"tests/orders.flow.yaml","line":16,"column":9,"state":{"orders":{"o-1":{"status":"paid"}}},"runs":1,"minimal_input":{"quantity":11}}}
        {"type":"test","event":"started","name":"tests/orders::later"}
        {"type":"test","event":"ignored","name":"tests/orders::later","exec_time":0.012345,"control":"controlled","reason":"not asked for"}
        {"type":"suite","event":"failed","passed":1,"failed":1,"ignored":1,"invalid_files":0,"measured":0,"filtered_out":4,"exec_time":0.123}
    "#]].assert_eq(&(lines.join("\n") + "\n"));
}

#[test]
fn nocapture_shows_everything_that_was_printed() {
    let options = ReportOptions {
        nocapture: true,
        ..ReportOptions::default()
    };
    let (text, _) = told(options, &outcomes());
    let before = text.split("failures:").next().unwrap();
    assert!(
        before.contains("... ok (partial)\nstdout of CreateOrder:\n  hello\n"),
        "{before}"
    );
    assert!(
        (0..100).all(|n| before.contains(&format!("  line {n}\n"))),
        "{before}"
    );
    let json = told(
        ReportOptions {
            format: Format::Json,
            ..options
        },
        &outcomes(),
    )
    .0;
    let line: Json = serde_json::from_str(json.lines().nth(2).unwrap()).unwrap();
    assert_eq!(line["stdout"], "stdout of CreateOrder:\n  hello\n");
}
