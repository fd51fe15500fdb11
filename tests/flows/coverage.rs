//! `--coverage` and `--fail-under`, with real handlers.

use serde_json::Value as Json;

use crate::support::project::Project;

const SEND: &str =
    "exports.config = { type: 'api', name: 'Send', method: 'POST', path: '/send', emits: ['a.go', 'a.gone'] }
exports.handler = async (req, { emit }) => {
  await emit({ topic: 'a.go', data: req.body })
  if (req.body.gone) await emit({ topic: 'a.gone', data: {} })
  return { status: 200, body: {} }
}
";
const COUNT: &str = "config = {'type': 'event', 'name': 'Count', 'subscribes': ['a.go'], 'emits': []}

async def handler(data, context):
    if data.get('bad'):
        raise ValueError('bad')
    await context.state.set('totals', 'all', 1)
";
const FORWARD: &str =
    "exports.config = { type: 'event', name: 'Forward', subscribes: ['a.go', 'a.gone'], emits: [] }
exports.handler = async (data, { emit, state }) => {
  await state.set('totals', 'all', 0)
  if (data.topic) await emit({ topic: data.topic, data: {} })
}
";
const LAST: &str = "def config
  { type: 'event', name: 'Last', subscribes: ['b.dynamic'], emits: [] }
end

def handler(input, context)
end
";
const TESTS: &str = "tests:
  - name: it is counted
    when: [ { request: POST /send, body: { topic: b.dynamic } } ]
    then: [ { response: { status: 200 } }, { ran: [Count, Forward, Last] } ]
  - name: it goes wrong
    when: [ { request: POST /send, body: { bad: true } } ]
    then: [ { response: { status: 200 } } ]
  - name: the test itself sends
    when: [ { emit: { topic: a.gone, data: {} } } ]
    then: [ { ran: [Forward] } ]
";

fn project() -> Project {
    Project::of(&[
        ("package.json", "{}"),
        ("steps/count.step.py", COUNT),
        ("steps/forward.step.js", FORWARD),
        ("steps/last.step.rb", LAST),
        ("steps/send.step.js", SEND),
        ("tests/a.flow.yaml", TESTS),
    ])
}

fn coverage(project: &Project, args: &[&str]) -> Json {
    project
        .banister(&["test", "--coverage", "json", "--coverage-file", "out.json"])
        .args(args)
        .run();
    serde_json::from_str(&project.read("out.json")).unwrap()
}

#[test]
fn cells_are_what_the_runs_of_all_tests_came_by() {
    let project = project();
    let coverage = coverage(&project, &[]);
    assert_eq!(coverage["version"], 1);
    assert_eq!(coverage["partial"], serde_json::json!([]));
    let of = |kind: &str| {
        let share = &coverage["totals"][kind];
        (
            share["covered"].as_u64().unwrap(),
            share["total"].as_u64().unwrap(),
        )
    };
    assert_eq!(of("steps"), (4, 4), "{coverage:#}");
    assert_eq!(
        of("edges"),
        (2, 3),
        "the test's own message is no edge: {coverage:#}"
    );
    assert_eq!(of("total"), (6, 7), "{coverage:#}");
    let project = &coverage["projects"][0];
    let edge = |topic: &str, to: &str| {
        let edges = project["edges"].as_array().unwrap();
        let found = edges
            .iter()
            .find(|edge| edge["topic"] == topic && edge["to"] == to);
        found
            .unwrap_or_else(|| panic!("no {topic} to {to}: {coverage:#}"))
            .clone()
    };
    let counted = edge("a.go", "Count");
    assert_eq!(counted["covered"], true);
    assert_eq!(counted["outcomes"]["ok"], 1, "{counted}");
    assert_eq!(counted["outcomes"]["throw"], 3, "{counted}");
    assert_eq!(counted["outcomes"]["retry"], 2, "{counted}");
    assert_eq!(counted["outcomes"]["dead_letter"], 1, "{counted}");
    assert_eq!(edge("a.gone", "Forward")["covered"], false);
    let others: Vec<&Json> = project["others"].as_array().unwrap().iter().collect();
    assert!(
        others
            .iter()
            .any(|it| it["from"] == "Forward" && it["topic"] == "b.dynamic"),
        "{others:?}"
    );
    assert!(
        others
            .iter()
            .any(|it| it["from"].is_null() && it["topic"] == "a.gone"),
        "{others:?}"
    );
    let unknown = project["unknown"].as_array().unwrap();
    assert_eq!(
        (&unknown[0]["file"], &unknown[0]["line"]),
        (&"steps/forward.step.js".into(), &4.into())
    );
    let pairs = project["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 1, "{pairs:?}");
    assert_eq!(
        pairs[0],
        serde_json::json!({
            "one": "Count", "other": "Forward", "group": "totals",
            "orders": { "one_first": 1, "other_first": 0, "interleaved": 0 },
        })
    );
}

#[test]
fn it_is_the_same_for_any_number_of_jobs() {
    let project = project();
    assert_eq!(coverage(&project, &["-j", "1"]), coverage(&project, &["-j", "4"]));
}

#[test]
fn a_table_comes_after_the_results() {
    let run = project().run(&["test", "--coverage"]).exits(1);
    run.says("test result: FAILED")
        .says("  not covered: a.gone -> Forward")
        .says("unknown before a run (not counted)")
        .says("total      85.7 % (6 of 7)");
    for line in run.stdout.lines().skip_while(|line| *line != "coverage") {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn a_run_of_some_tests_says_that_it_is_partial() {
    let project = project();
    let run = project
        .run(&["test", "--coverage", "--exact", "tests/a::it is counted"])
        .exits(0);
    run.says("  partial: 2 tests not chosen\n");
    let shard = project.run(&["test", "--coverage", "--shard", "1/3"]).exits(0);
    shard.says("  partial: 2 tests not chosen (--shard 1/3)\n");
    let failed = project
        .run(&["test", "--coverage", "--skip", "wrong", "--format", "json"])
        .exits(0);
    assert!(
        failed.stderr.contains("  partial: 1 test not chosen"),
        "{}",
        failed.story()
    );
    failed.json_lines();
}

#[test]
fn too_little_is_a_failure() {
    let project = project();
    let demand = |text: &str| project.run(&["test", "--skip", "wrong", "--fail-under", text]);
    demand("85").exits(0);
    demand("steps=100,edges=60,outcomes=0").exits(0);
    let lacking = demand("90").exits(1);
    let says = "coverage is 85.7 % (6 of 7), and `--fail-under` asks for 90 %; coverage is partial: 1 test not chosen";
    assert!(lacking.stderr.contains(says), "{}", lacking.story());
    let lacking = demand("steps=100,edges=70").exits(1);
    let says = "coverage of edges is 66.6 % (2 of 3), and `--fail-under` asks for 70 %";
    assert!(lacking.stderr.contains(says), "{}", lacking.story());
    let lacking = demand("outcomes=100").exits(1);
    lacking.says("coverage of outcomes is 0.0 %");
    let lacking = demand("pairs=100").exits(1);
    lacking.says("coverage of pairs is 50.0 % (1 of 2), and `--fail-under` asks for 100 %");
    let lacking = demand("total=90,steps=100").exits(1);
    lacking.says("coverage is 85.7 % (6 of 7)");
    // No step has a schema: of nothing, nothing is lacking.
    demand("boundaries=100").exits(0);
    for (text, says) in [
        ("lots", "must be a number from 0 to 100"),
        ("101", "must be a number from 0 to 100"),
        ("", "must be a number from 0 to 100"),
        ("lines=80", "'lines' cannot be measured"),
        ("steps=1,steps=2", "'steps' is given twice"),
        ("mutation=80", "needs `--mutate`"),
    ] {
        demand(text).exits(2).says(says);
    }
}

#[test]
fn what_a_property_and_other_orders_come_by_counts() {
    let bounded = "exports.config = { type: 'event', name: 'Add', subscribes: ['add'], emits: [],
  input: { type: 'object', properties: { n: { type: 'integer', minimum: 1, maximum: 9 } }, required: ['n'] } }
exports.handler = async (data, { state, streams }) => {
  await streams.sums.set('all', 'last', { id: 'last', n: data.n })
}
";
    let other = "config = {'type': 'event', 'name': 'Also', 'subscribes': ['add'], 'emits': []}

async def handler(data, context):
    await context.streams.sums.set('all', 'last', {'id': 'last', 'n': 0})
";
    let stream = "export const config = { name: 'sums', schema: { type: 'object' }, baseConfig: { storageType: 'default' } }
";
    let send = "exports.config = { type: 'api', name: 'Send', method: 'POST', path: '/add', emits: ['add'] }
exports.handler = async (req, { emit }) => {
  await emit({ topic: 'add', data: { n: req.body.n } })
  return { status: 200, body: {} }
}
";
    let of = |test: &str| {
        let project = Project::of(&[
            ("package.json", "{ \"dependencies\": { \"motia\": \"0.17.0\" } }"),
            ("steps/send.step.js", send),
            ("steps/add.step.js", bounded),
            ("steps/also_step.py", other),
            ("steps/sums.stream.ts", stream),
            (
                "tests/a.flow.yaml",
                &format!("profile: seed\ntests:\n{test}    then: [ {{ emitted: {{ topic: add }} }} ]\n"),
            ),
        ]);
        let coverage = coverage(&project, &[]);
        project.run(&["test", "--coverage", "html"]).exits(0);
        assert!(project.read("coverage.html").contains("stream &#39;sums&#39;"));
        coverage["projects"][0].clone()
    };
    let covered = |project: &Json| {
        let edges = project["schemas"][0]["edges"].as_array().unwrap().clone();
        edges
            .iter()
            .filter(|it| it["valid"] == true && it["covered"] == true)
            .count()
    };
    let orders = |project: &Json| {
        let pair = &project["pairs"][0];
        assert_eq!(
            (&pair["stream"], &pair["group"]),
            (&"sums".into(), &Json::Null),
            "{project:#}"
        );
        (
            pair["orders"]["one_first"].as_u64().unwrap() > 0,
            pair["orders"]["other_first"].as_u64().unwrap() > 0,
        )
    };
    let plain = of("  - name: one\n    when: [ { request: POST /add, body: { n: 5 } } ]\n");
    let property = of(
        "  - property: all\n    for_all: { n: { type: integer, minimum: 1, maximum: 9 } }\n    cases: 12\n    when: [ { request: POST /add, body: { n: \"{{n}}\" } } ]\n",
    );
    let explored =
        of("  - name: orders\n    schedules: 20\n    when: [ { request: POST /add, body: { n: 5 } } ]\n");
    assert!(covered(&property) > covered(&plain), "{plain:#} {property:#}");
    assert_eq!(orders(&plain), (true, false));
    assert_eq!(orders(&explored), (true, true));
}

#[test]
fn a_page_shows_the_graph() {
    let project = project();
    project.run(&["test", "--coverage", "html"]).exits(1);
    let page = project.read("coverage.html");
    for part in [
        "Flow coverage: 85.7 % (6 of 7)",
        "<title>Send -&gt; a.gone\nnot covered: 0 of 1 ways</title>",
        "<title>Send -&gt; a.go\ncovered: 2 of 2 ways</title>",
        "class=\"link none\"",
        "class=\"link full\"",
    ] {
        assert!(page.contains(part), "no {part} in\n{page}");
    }
    let outside = page.replace("http://www.w3.org/2000/svg", "");
    for asks in ["<script", "src=", "@import", "<link"] {
        assert!(!outside.contains(asks), "{asks}");
    }
}

#[test]
fn the_flows_of_the_example_are_covered() {
    let project = Project::example("ecommerce");
    let coverage = coverage(&project, &[]);
    assert_eq!(coverage["totals"]["steps"]["percent"], 100.0, "{coverage:#}");
    assert!(
        coverage["totals"]["edges"]["percent"].as_f64() >= Some(90.0),
        "{coverage:#}"
    );
}
