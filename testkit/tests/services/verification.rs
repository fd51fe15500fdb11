//! `called` and `not_called` against real calls, and mocks whose replies end.

use crate::support::{Step, available};

const CALLS: &str = "exports.handler = async () => { for (const [m, p, b] of [['POST', '/pay?try=1', { n: 1, to: 'ada' }], ['POST', '/pay?try=2', { n: 2, to: 'bob' }], ['GET', '/done']]) await fetch('https://api.test' + p, { method: m, headers: { 'x-key': 'k-' + p.length }, body: b && JSON.stringify(b) }) }";
const MOCKS: &str = "{ http: [ { on: \"* https://api.test/**\", reply: {} } ] }";

/// What is said about an expectation; empty if it is met.
fn told(then: &str) -> String {
    let result = Step::new("a.step.js", CALLS).run_test(MOCKS, then);
    let lines = result
        .failures
        .iter()
        .flat_map(|failure| [vec![failure.headline.clone()], failure.details.clone()].concat());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn calls_are_counted_ordered_and_compared() {
    if !available("a.step.js") {
        return;
    }
    let pay = "http: POST https://api.test/pay";
    for met in [
        format!("[ {{ called: {{ {pay}, times: 2 }} }} ]"),
        format!(
            "[ {{ called: {{ {pay}, body: {{ n: 2 }}, query: {{ try: 2 }}, headers: {{ x-key: {{ matches: \"^k-\" }} }}, times: 1 }} }} ]"
        ),
        format!(
            "[ {{ called: [ {{ {pay}, body: {{ n: 1 }} }}, {{ {pay}, body: {{ n: 2 }} }}, {{ http: GET https://api.test/done }} ] }} ]"
        ),
        format!("[ {{ not_called: {{ {pay}, body: {{ n: 3 }} }} }} ]"),
    ] {
        assert_eq!(told(&met), "", "{met}");
    }
    let calls = "calls were: POST https://api.test/pay?try=1, POST https://api.test/pay?try=2, GET https://api.test/done";
    assert_eq!(
        told(&format!(
            "[ {{ called: [ {{ http: GET https://api.test/done }}, {{ {pay} }} ] }} ]"
        )),
        format!(
            "POST https://api.test/pay was not called after GET https://api.test/done: the order differs\n{calls}"
        )
    );
    assert_eq!(
        told(&format!(
            "[ {{ called: {{ {pay}, body: {{ n: 2, to: ada }}, query: {{ try: 2 }} }} }} ]"
        )),
        format!(
            "POST https://api.test/pay with this request was called never, expected at least once\n\
             call 2: body.to was \"bob\", expected \"ada\"\n\
             call 1: query parameter try was \"1\", expected \"2\"; body.n was 1, expected 2\n{calls}"
        )
    );
    assert_eq!(
        told(&format!("[ {{ not_called: {{ {pay}, body: {{ n: 2 }} }} }} ]")),
        "POST https://api.test/pay?try=2 was called\nwith body {\"n\":2,\"to\":\"bob\"}"
    );
}

#[test]
fn replies_that_do_not_repeat_end() {
    if !available("a.step.js") {
        return;
    }
    let mocks = "[ { on: POST https://api.test/pay, repeat: false, replies: [ { status: 500 } ] }, { on: GET https://api.test/done, reply: {} } ]";
    let result = Step::new("a.step.js", CALLS).run(mocks);
    assert_eq!(
        (
            result.failures[0].headline.as_str(),
            result.failures[0].details[0].as_str()
        ),
        (
            "Call called POST https://api.test/pay?try=2, which no mock answers",
            "`POST https://api.test/pay` is mocked, but its one reply is used up, and `repeat` is false"
        )
    );
}
