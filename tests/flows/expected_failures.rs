//! `dead_lettered`, `retried` and `threw`: a flow whose failures are what the test is about.

use super::report::{named, outcomes, printed, run};
use crate::support::project::Project;

const PAY: &str =
    "exports.config = { type: 'event', name: 'Pay', subscribes: ['order.placed'], emits: ['order.paid'],
  infrastructure: { queue: { maxRetries: 3, visibilityTimeout: 30 } } }
exports.handler = async (order, { emit }) => {
  if (order.amount > 100) throw new RangeError(`amount ${order.amount} is too much`)
  await emit({ topic: 'order.paid', data: order })
}
";
const REFUND: &str =
    "config = {'type': 'cron', 'name': 'Refund', 'cron': '0 3 * * *', 'emits': ['order.placed']}

async def handler(context):
    await context.emit({'topic': 'order.placed', 'data': {'id': 'r-1', 'amount': 500}})
    raise KeyError('ledger')
";
const LOAD: &str = "import nowhere_to_be_found
config = {'type': 'cron', 'name': 'Load', 'cron': '0 3 * * *', 'emits': []}

async def handler(context):
    pass
";

fn shop(then: &[(&str, &str, &str)]) -> Project {
    let mut flow = String::from("tests:\n");
    for (name, when, then) in then {
        flow += &format!("  - name: {name}\n    when: [ {when} ]\n    then: [ {then} ]\n");
    }
    Project::of(&[
        ("package.json", "{}"),
        ("steps/pay.step.js", PAY),
        ("steps/refund_step.py", REFUND),
        ("steps/load_step.py", LOAD),
        ("tests/a.flow.yaml", &flow),
    ])
}

const BIG: &str = "emit: { topic: order.placed, data: { id: o-1, amount: 500 } }";

#[test]
fn a_failure_that_is_expected_fails_no_test() {
    let given_up = "{ dead_lettered: { topic: order.placed, step: Pay, data: { id: o-1 }, times: 1 } }";
    let refunded = "{ threw: { step: Refund, name: KeyError, message: ledger, times: 1 } }";
    let project = shop(&[
        ("given up", &format!("{{ {BIG} }}"), given_up),
        (
            "tried again",
            &format!("{{ {BIG} }}"),
            &format!(
                "{given_up}, {{ retried: {{ topic: order.placed, times: 2 }} }}, {{ not_emitted: order.paid }}"
            ),
        ),
        (
            "thrown",
            &format!("{{ {BIG} }}"),
            "{ threw: { name: RangeError, message: amount 500, times: 3 } }",
        ),
        (
            "by cron",
            "{ cron: Refund }",
            &format!("{refunded}, {{ dead_lettered: {{ data: {{ id: r-1 }} }} }}"),
        ),
    ]);
    let run = run(&project, &[]).exits(0);
    assert_eq!(named(&outcomes(&run), "ok").len(), 4, "{}", run.story());
}

#[test]
fn a_failure_that_nobody_expects_still_fails() {
    let project = shop(&[
        (
            "other data",
            &format!("{{ {BIG} }}"),
            "{ dead_lettered: { topic: order.placed, data: { id: o-2 } } }",
        ),
        (
            "other number",
            &format!("{{ {BIG} }}"),
            "{ dead_lettered: { topic: order.placed, times: 2 } }",
        ),
        (
            "never",
            &format!("{{ {BIG} }}"),
            "{ dead_lettered: { topic: order.placed, times: 0 } }",
        ),
        (
            "only one of two",
            "{ cron: Refund }",
            "{ threw: { step: Refund } }",
        ),
        (
            "nothing happens",
            "{ emit: { topic: order.placed, data: { amount: 1 } } }",
            "{ threw: { step: Pay } }",
        ),
        ("not installed", "{ cron: Load }", "{ threw: { step: Load } }"),
    ]);
    let run = run(&project, &[]).exits(1);
    assert_eq!(named(&outcomes(&run), "failed").len(), 6, "{}", run.story());
    for (name, parts) in [
        (
            "other data",
            &["Pay failed 3 times", "data.id: expected \"o-2\", found \"o-1\""][..],
        ),
        ("other number", &["was given up once, expected 2 times"]),
        (
            "never",
            &["Pay failed 3 times", "was given up once, expected never"],
        ),
        ("only one of two", &["Pay failed 3 times"]),
        (
            "nothing happens",
            &["Pay failed never, expected at least once", "no handler failed"],
        ),
        ("not installed", &["nowhere_to_be_found"]),
    ] {
        let story = printed(&run, &format!("tests/a::{name}"));
        for part in parts {
            assert!(story.contains(part), "no {part:?} in\n{story}");
        }
    }
    let other_number = printed(&run, "tests/a::other number");
    assert!(!other_number.contains("also:"), "{other_number}");
}
