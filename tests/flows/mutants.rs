//! Each kind of mutant with real handlers: a test that looks at nothing lets it live, and one that looks kills it. What
//! kills is any run of a test: those of other orders, of other inputs, and those of generated tests.

use serde_json::Value as Json;

use crate::support::project::Project;

const CONFIG: &str = "{ \"dependencies\": { \"motia\": \"0.17.0\" } }";

const TAKE: &str = "\
exports.config = { type: 'api', name: 'Take', method: 'POST', path: '/orders', emits: ['order.taken', 'order.closed', 'order.refused'] }
exports.handler = async (req, { emit, state, streams }) => {
  await state.set('orders', 'o-1', { status: 'new' })
  await streams.board.set('day', 'o-1', { id: 'o-1', status: 'new' })
  await emit({ topic: 'order.taken', data: { id: 'o-1', nth: 1 } })
  await emit({ topic: 'order.taken', data: { id: 'o-1', nth: 2 } })
  await emit({ topic: 'order.closed', data: { id: 'o-1' } })
  return { status: 201, body: {} }
}
";
const BOARD: &str = "\
export const config = { name: 'board', schema: { type: 'object' }, baseConfig: { storageType: 'default' } }
";
/// What it writes says what it reads, in which order its messages come, and whether the order was closed by then.
const NOTE: &str = "\
config = {'type': 'event', 'name': 'Note', 'subscribes': ['order.taken'], 'emits': []}

async def handler(data, context):
    order = await context.state.get('orders', data['id'])
    shown = await context.streams.board.get('day', data['id'])
    notes = await context.state.get_group('notes')
    await context.state.set('notes', 'n%d' % len(notes), {
        'nth': data.get('nth', 0),
        'order': (order or {}).get('status', 'none') if isinstance(order, dict) else 'none',
        'shown': (shown or {}).get('status', 'none') if isinstance(shown, dict) else 'none',
    })
";
const CLOSE: &str = "\
def config
  { type: 'event', name: 'Close', subscribes: ['order.closed'], emits: [] }
end

def handler(input, context)
  context.state.set('orders', input['id'], { status: 'closed' })
  context.streams.board.set('day', input['id'], { id: input['id'], status: 'closed' })
  answer = Net::HTTP.post(URI('https://mail.test/send'), input['id'])
  raise 'busy' unless answer.code == '200'
  context.state.set('told', input['id'], { n: 1 })
end
";
const SWEEP: &str = "\
def config
  { type: 'cron', name: 'Sweep', cron: '0 * * * *', emits: [] }
end

def handler(context)
  context.state.set('swept', 'yes', { n: 1 })
end
";
const TESTS: &str = "\
profile: seed
mocks:
  http:
    - { on: POST https://mail.test/send, replies: [ { status: 503 }, { status: 200 } ] }
tests:
  - name: an order
    when: [ { request: POST /orders, body: {} }, { cron: Sweep } ]
    then:
      - response: { status: 201 }
";
const LOOKS: &str = "      - emitted: { topic: order.taken, data: { id: o-1, nth: 1 }, times: 1 }
      - emitted: { topic: order.taken, data: { id: o-1, nth: 2 }, times: 1 }
      - emitted: { topic: order.taken, times: 2 }
      - emitted: { topic: order.closed, data: { id: o-1 }, times: 1 }
      - not_emitted: order.refused
      - state: { notes: { n0: { nth: 1, order: new, shown: new }, n1: { nth: 2, order: new, shown: new } } }
      - state: { orders: { o-1: { status: closed } }, told: { o-1: { n: 1 } }, swept: { \"yes\": { n: 1 } } }
      - stream: { board: { day: { o-1: { status: closed } } } }
";

fn orders(looks: &str) -> Project {
    Project::of(&[
        ("package.json", CONFIG),
        ("steps/take.step.js", TAKE),
        ("steps/board.stream.ts", BOARD),
        ("steps/note_step.py", NOTE),
        ("steps/close_step.rb", &format!("require 'net/http'\n\n{CLOSE}")),
        ("steps/sweep_step.rb", SWEEP),
        ("tests/a.flow.yaml", &format!("{TESTS}{looks}")),
    ])
}

fn mutants(project: &Project, args: &[&str]) -> Json {
    let run = project
        .banister(&["test", "--mutate", "--mutation-file", "out.json"])
        .args(args)
        .run()
        .exits(0);
    run.says("mutation score ");
    serde_json::from_str(&project.read("out.json")).unwrap()
}

fn verdict(report: &Json, does: &str) -> String {
    let all = report["mutants"].as_array().unwrap();
    let found = all.iter().find(|it| it["does"] == does);
    let found = found.unwrap_or_else(|| panic!("no mutant is '{does}' in {report:#}"));
    found["verdict"].as_str().unwrap().to_owned()
}

/// One of each kind, for the state and for streams.
const EACH: [&str; 12] = [
    "losing what Close writes to `told` of the state",
    "losing what Take writes to the stream `board`",
    "dropping `order.taken` from Take",
    "sending `order.closed` from Take as `order.refused`",
    "missing a schedule of Sweep",
    "sending `order.taken` from Take twice",
    "giving up `order.closed` when Close fails, without another attempt",
    "reading what was in `orders` before the last write in Note",
    "reading what was in the stream `board` before the last write in Note",
    "dropping field `nth` of `order.taken` from Take",
    "changing the order in which `order.taken` from Take arrives",
    "delaying `order.taken` from Take by a second",
];

#[test]
fn each_kind_is_killed_by_a_test_that_looks() {
    let report = mutants(&orders(LOOKS), &[]);
    for does in EACH {
        assert_eq!(verdict(&report, does), "killed", "{does}: {report:#}");
    }
    assert_eq!(report["survivors"], serde_json::json!([]), "{report:#}");
}

#[test]
fn each_kind_survives_a_test_that_does_not() {
    // A message that is given up is a failure by itself, unless the test expects it: then nobody sees who gave it up.
    let report = mutants(
        &orders("      - dead_lettered: { topic: order.closed, times: 0 }\n"),
        &[],
    );
    let blind = mutants(&orders(""), &[]);
    for does in EACH {
        let is_given_up = does.starts_with("giving up");
        let expected = if is_given_up { "killed" } else { "survived" };
        assert_eq!(verdict(&blind, does), expected, "{does}: {blind:#}");
        assert_eq!(verdict(&report, does), expected, "{does}: {report:#}");
    }
    let fails_always = TESTS
        .replace(
            "replies: [ { status: 503 }, { status: 200 } ]",
            "reply: { status: 503 }",
        )
        .replace(
            "- response",
            "- dead_lettered: { topic: order.closed, step: Close }\n      - response",
        );
    let project = orders("");
    project.write("tests/a.flow.yaml", fails_always);
    let expected = mutants(&project, &[]);
    assert_eq!(verdict(&expected, EACH[6]), "survived", "{expected:#}");
}

const SEND: &str = "\
exports.config = { type: 'api', name: 'Send', method: 'POST', path: '/pay', emits: ['pay'] }
exports.handler = async (req, { emit }) => {
  await emit({ topic: 'pay', data: { id: 'o-1', large: req.body.sum > 5 } })
  return { status: 201, body: {} }
}
";
/// It charges once, unless two copies of a message come at the same time.
const CHARGE: &str = "\
config = {'type': 'event', 'name': 'Charge', 'subscribes': ['pay'], 'emits': []}

async def handler(data, context):
    if await context.state.get('done', data['id']):
        return
    old = await context.state.get('charges', data['id']) or {'n': 0}
    await context.state.set('charges', data['id'], {'n': old['n'] + 1})
    await context.state.set('done', data['id'], {'large': data.get('large', False)})
";

fn payments(test: &str) -> Project {
    Project::of(&[
        ("package.json", CONFIG),
        ("steps/send.step.js", SEND),
        ("steps/charge_step.py", CHARGE),
        ("tests/a.flow.yaml", &format!("profile: seed\ntests:\n{test}")),
    ])
}

#[test]
fn a_mutant_that_only_another_order_shows_is_killed_by_a_test_that_explores() {
    let twice = "sending `pay` from Send twice";
    let test = |key: &str| {
        format!(
            "  - name: it is charged once\n{key}    when: [ {{ request: POST /pay, body: {{ sum: 1 }} }} ]\n    then:\n      - state: {{ charges: {{ o-1: {{ n: 1 }} }} }}\n"
        )
    };
    let plain = mutants(&payments(&test("")), &[]);
    assert_eq!(verdict(&plain, twice), "survived", "{plain:#}");
    let explored = mutants(&payments(&test("    schedules: 30\n")), &["-j", "1"]);
    assert_eq!(verdict(&explored, twice), "killed", "{explored:#}");
    let again = mutants(&payments(&test("    schedules: 30\n")), &["-j", "4"]);
    assert_eq!(explored, again);
}

#[test]
fn a_mutant_that_only_another_input_shows_is_killed_by_a_property() {
    let test = "  - property: large sums are told
    for_all: { sum: { type: integer, minimum: 1, maximum: MOST } }
    when: [ { request: POST /pay, body: { sum: \"{{sum}}\" } } ]
    invariants:
      - name: a large sum is told
        holds: events.exists(e, e.kind == 'request' && e.body.sum <= 5) || state.done['o-1'].large
    then:
      - response: { status: 201 }
";
    let drops = "dropping field `large` of `pay` from Send";
    let small = mutants(&payments(&test.replace("MOST", "5")), &[]);
    assert_eq!(verdict(&small, drops), "survived", "{small:#}");
    let all = mutants(&payments(&test.replace("MOST", "9")), &[]);
    assert_eq!(verdict(&all, drops), "killed", "{all:#}");
}

const RESERVE: &str = "\
import { randomUUID } from 'node:crypto'
export const config = { type: 'api', name: 'Reserve', method: 'POST', path: '/seats', emits: ['seat.held'] }
export const handler = async (req: any, { emit, state, streams }: any) => {
  const id = randomUUID()
  await state.set('seats', id, { id, status: 'held' })
  await streams.board.set('seats', id, { id, status: 'held' })
  await emit({ topic: 'seat.held', data: { id } })
  return { status: 201, body: {} }
}
";
const CONFIRM: &str = "\
import uuid

config = {'type': 'event', 'name': 'Confirm', 'subscribes': ['seat.held'], 'emits': []}

async def handler(data, context):
    await context.state.set('receipt:' + str(uuid.uuid4()), 'one', {'of': data.get('id', 'nobody'), 'kind': 'paper'})
";

fn seats(more: &str) -> Project {
    let test = format!(
        "profile: seed\ntests:\n  - name: a seat is held\n    when: [ {{ request: POST /seats, body: {{}} }} ]\n{more}    then:\n      - response: {{ status: 201 }}\n"
    );
    Project::of(&[
        ("package.json", CONFIG),
        ("steps/reserve.step.ts", RESERVE),
        ("steps/board.stream.ts", BOARD),
        ("steps/confirm_step.py", CONFIRM),
        ("tests/a.flow.yaml", &test),
    ])
}

#[test]
fn where_ids_are_random_an_invariant_is_suggested_that_kills() {
    let does = [
        "losing what Reserve writes to `seats` of the state",
        "losing what Reserve writes to the stream `board`",
        "losing what Confirm writes to `receipt:*` of the state",
        "dropping field `id` of `seat.held` from Reserve",
    ];
    let before = mutants(&seats(""), &[]);
    let mut lines: Vec<String> = Vec::new();
    for does in does {
        assert_eq!(verdict(&before, does), "survived", "{before:#}");
        let survivors = before["survivors"].as_array().unwrap();
        let it = survivors.iter().find(|it| it["does"] == does).unwrap();
        let text = it["suggestion"]["invariant"].as_str();
        let text = text.unwrap_or_else(|| panic!("no invariant for '{does}': {it:#}"));
        lines.push(format!("      - {text}\n"));
    }
    lines.sort();
    lines.dedup();
    let told = seats("").run(&["test", "--mutate"]).exits(0);
    told.says("would, with this in `invariants`:\n       - { name: one item in seats, holds: ");
    let after = mutants(&seats(&format!("    invariants:\n{}", lines.concat())), &[]);
    for does in does {
        assert_eq!(verdict(&after, does), "killed", "{after:#}");
    }
}

const OPEN: &str = "\
exports.config = {
  type: 'api', name: 'Open', method: 'POST', path: '/docs', emits: ['doc.opened'],
  bodySchema: { type: 'object', properties: { title: { type: 'string', maxLength: 20 } }, required: ['title'], additionalProperties: false },
}
exports.handler = async (req, { emit }) => {
  if (typeof req.body?.title !== 'string') return { status: 400, body: {} }
  await emit({ topic: 'doc.opened', data: { id: 'd-1', title: req.body.title } })
  return { status: 201, body: {} }
}
";
const NEEDS_ID: &str = "\
config = {
    'type': 'event', 'name': 'Index', 'subscribes': ['doc.opened'], 'emits': [],
    'input': {'type': 'object', 'properties': {'id': {'type': 'string'}, 'title': {'type': 'string'}}, 'required': ['id']},
}

async def handler(data, context):
    await context.state.set('docs', data['id'], {'title': data.get('title', '')})
";

#[test]
fn generated_tests_kill_what_breaks_an_invariant() {
    let project = Project::of(&[
        ("package.json", CONFIG),
        ("steps/open.step.js", OPEN),
        ("steps/index_step.py", NEEDS_ID),
    ]);
    let report = mutants(&project, &["--auto"]);
    assert_eq!(
        verdict(&report, "dropping field `id` of `doc.opened` from Open"),
        "killed",
        "{report:#}"
    );
    let survivors = report["survivors"].as_array().unwrap();
    let dropped = survivors
        .iter()
        .find(|it| it["does"] == "dropping `doc.opened` from Open")
        .unwrap_or_else(|| panic!("{report:#}"));
    let why = dropped["no_suggestion"].as_str().unwrap_or_default();
    assert!(why.contains("a written one would notice it"), "{dropped:#}");
    assert_eq!(report["not_mutated"], serde_json::json!([]), "{report:#}");
    project
        .run(&["test", "--auto", "--mutate", "--fail-under", "mutation=100"])
        .exits(1)
        .says("comes by it; a generated test knows nothing of what should come");
}
