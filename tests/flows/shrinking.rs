//! Failures made small with real interpreters: fewer actions, shorter times, fewer requests before the one that fails, and
//! smaller inputs, each for as long as the same thing fails.

use serde_json::{Value as Json, json};

use super::exploration::{LANGUAGES, failure, kept, picks};
use super::report::{printed, run};
use crate::support::project::Project;

const NAME: &str = "tests/hits::two hits are two";

const AMONG_OTHERS: &str = "profile: seed
tests:
  - name: two hits are two
    schedules: 60
    when:
      - emit: { topic: hit, data: { id: other, by: eve } }
      - advance: 2h
      - together:
          - emit: { topic: hit, data: { id: page, by: ann } }
          - emit: { topic: hit, data: { id: more, by: eve } }
          - emit: { topic: hit, data: { id: page, by: bob } }
      - emit: { topic: hit, data: { id: last, by: eve } }
    then:
      - state: { hits: { page: { n: 2 } } }
";

fn actions(failure: &Json) -> Vec<String> {
    let actions = failure["actions"].as_array().cloned().unwrap_or_default();
    let told = |it: &Json| match it.get("together") {
        Some(nth) => format!("{}.{nth} {}", it["action"], it["do"].as_str().unwrap()),
        None => format!("{} {}", it["action"], it["do"].as_str().unwrap()),
    };
    actions.iter().map(told).collect()
}

fn json_of(project: &Project, file: &str) -> Json {
    serde_json::from_str(&project.read(file)).expect("a kept failure is JSON")
}

#[test]
fn a_race_is_told_with_the_actions_that_it_takes() {
    for steps in &LANGUAGES {
        let project = steps.project(steps.counts, AMONG_OTHERS);
        let found = run(&project, &[]).exits(1);
        let told = failure(&found, NAME);
        assert_eq!(
            actions(&told),
            ["3.1 emit hit", "3.3 emit hit"],
            "{}: {told:#}",
            steps.file
        );
        assert!((1..=2).contains(&picks(&told).len()), "{told:#}");
        let said = printed(&found, NAME);
        assert!(
            said.contains("of the actions of the test it takes only"),
            "{said}"
        );
        assert!(said.contains("  2. emit hit (line 11)"), "{said}");
        assert!(!said.contains("\"eve\""), "{said}");
        // What is kept is what was told, and it is the same run again.
        let file = kept(&project);
        assert_eq!(json_of(&project, &file)["actions"], told["actions"]);
        let again = failure(&run(&project, &["--replay", &file]).exits(1), NAME);
        assert_eq!(
            (&again["actions"], &again["departures"]),
            (&told["actions"], &told["departures"])
        );
        let next = failure(&run(&project, &[]).exits(1), NAME);
        assert_eq!((&next["actions"], &next["runs"]), (&told["actions"], &json!(1)));
    }
}

#[test]
fn a_test_that_has_other_actions_by_now_is_told_of() {
    let steps = &LANGUAGES[1];
    let project = steps.project(steps.counts, AMONG_OTHERS);
    run(&project, &[]).exits(1);
    let file = kept(&project);
    let edited = AMONG_OTHERS.replace(
        "          - emit: { topic: hit, data: { id: more, by: eve } }\n",
        "",
    );
    project.write("tests/hits.flow.yaml", edited);
    let replayed = project.run(&["test", "--replay", &file]);
    replayed.says("there is no action 3.3 any more, which was 'emit hit'");
    // Without being asked for it the test is run as it stands, and found out anew.
    let told = failure(&run(&project, &[]).exits(1), NAME);
    assert_eq!(actions(&told), ["3.1 emit hit", "3.2 emit hit"], "{told:#}");
}

/// What fails without an action for want of it is no smaller case: each of these is looked at by `then`.
#[test]
fn no_action_goes_that_the_test_counts() {
    let steps = &LANGUAGES[2];
    let tests = AMONG_OTHERS.replace(
        "page: { n: 2 }",
        "page: { n: 2 }, other: { n: 1 }, more: { n: 1 }, last: { n: 1 }",
    );
    let project = steps.project(steps.counts, &tests);
    let told = failure(&run(&project, &[]).exits(1), NAME);
    let all = [
        "1 emit hit",
        "3.1 emit hit",
        "3.2 emit hit",
        "3.3 emit hit",
        "4 emit hit",
    ];
    assert_eq!(actions(&told), all, "the clock alone is not needed: {told:#}");
}

const VISIT: [(&str, &str); 4] = [
    (
        "steps/visit.step.ts",
        "export const config = { type: 'event', name: 'Visit', subscribes: ['visit'], emits: [] }
export const handler = async (input: { id: string; n: number }, { state }: any) => {
  const old = (await state.get('visits', input.id)) ?? { at: Date.now() }
  if (Date.now() - old.at >= 1800000 && input.n > 41) await state.set('bad', input.id, 1)
  await state.set('visits', input.id, old)
}
",
    ),
    (
        "steps/visit.step.js",
        "exports.config = { type: 'event', name: 'Visit', subscribes: ['visit'], emits: [] }
exports.handler = async (input, { state }) => {
  const old = (await state.get('visits', input.id)) ?? { at: Date.now() }
  if (Date.now() - old.at >= 1800000 && input.n > 41) await state.set('bad', input.id, 1)
  await state.set('visits', input.id, old)
}
",
    ),
    (
        "steps/visit_step.py",
        "import time
config = {'type': 'event', 'name': 'Visit', 'subscribes': ['visit'], 'emits': []}

async def handler(input, context):
    now = time.time()
    old = await context.state.get('visits', input['id']) or {'at': now}
    if now - old['at'] >= 1800 and input['n'] > 41:
        await context.state.set('bad', input['id'], 1)
    await context.state.set('visits', input['id'], old)
",
    ),
    (
        "steps/visit_step.rb",
        "def config
  { type: 'event', name: 'Visit', subscribes: ['visit'], emits: [] }
end

def handler(input, context)
  now = Time.now.to_f
  old = context.state.get('visits', input['id']) || { 'at' => now }
  context.state.set('bad', input['id'], 1) if now - old['at'] >= 1800 && input['n'] > 41
  context.state.set('visits', input['id'], old)
end
",
    ),
];

const VISITS: &str = "profile: seed
tests:
  - property: nobody is bad
    for_all: { n: { type: integer, minimum: 0, maximum: 5000 } }
    when:
      - emit: { topic: visit, data: { id: b, n: 1 } }
      - advance: 5s
      - emit: { topic: visit, data: { id: a, n: 2 } }
      - advance: 3d
      - emit: { topic: visit, data: { id: a, n: \"{{n}}\" } }
      - emit: { topic: visit, data: { id: c, n: 3 } }
    then:
      - state: { bad: { a: null } }
";

#[test]
fn time_and_actions_of_a_property_get_smaller_with_its_input() {
    let name = "tests/visits::nobody is bad";
    for (file, step) in VISIT {
        let project = Project::of(&[
            ("package.json", "{}"),
            (file, step),
            ("tests/visits.flow.yaml", VISITS),
        ]);
        let told = failure(&run(&project, &[]).exits(1), name);
        assert_eq!(told["minimal_input"], 42, "{file}: {told:#}");
        assert_eq!(
            actions(&told),
            ["3 emit visit", "4 advance 259200000 ms", "5 emit visit"],
            "{file}: {told:#}"
        );
        assert_eq!(told["actions"][1]["ms"], 1_800_000, "{file}: {told:#}");
        let replayed = failure(&run(&project, &["--replay", &kept(&project)]).exits(1), name);
        assert_eq!(replayed["actions"], told["actions"]);
    }
}

/// A property that no input passes says nothing of its actions: they are all told.
#[test]
fn without_an_input_that_passes_all_actions_stay() {
    let (file, step) = VISIT[1];
    let tests = VISITS.replace("a: null", "a: 7");
    let project = Project::of(&[
        ("package.json", "{}"),
        (file, step),
        ("tests/visits.flow.yaml", &tests),
    ]);
    let told = failure(&run(&project, &[]).exits(1), "tests/visits::nobody is bad");
    assert_eq!(
        (&told["minimal_input"], actions(&told)),
        (&json!(0), Vec::new()),
        "{told:#}"
    );
}

/// With the clock moved by less, most inputs still pass, and the one that fails would too, but for want of the second alarm.
#[test]
fn an_expectation_fails_for_the_same_reason_in_the_smaller_case() {
    let step = "exports.config = { type: 'cron', name: 'Ring', cron: '0 * * * *', emits: ['rang'] }
exports.handler = async ({ emit, state }) => {
  const hour = (await state.get('alarms', 'a')) ?? 0
  const now = new Date().getUTCHours()
  if (now === hour || (hour === 17 && now === 18)) await emit({ topic: 'rang', data: {} })
}
";
    let set = "exports.config = { type: 'event', name: 'Set', subscribes: ['set'], emits: [] }
exports.handler = async (input, { state }) => { await state.set('alarms', 'a', input.hour) }
";
    let tests = "tests:
  - property: it rings once
    for_all: { hour: { type: integer, minimum: 10, maximum: 23, examples: [10, 11, 17] } }
    when:
      - emit: { topic: set, data: { hour: \"{{hour}}\" } }
      - advance: 24h
    then:
      - emitted: { topic: rang, times: 1 }
    allow: [lost-message]
";
    let project = Project::of(&[
        ("package.json", "{}"),
        ("steps/ring.step.js", step),
        ("steps/set.step.js", set),
        ("tests/alarms.flow.yaml", tests),
    ]);
    let told = failure(&run(&project, &[]).exits(1), "tests/alarms::it rings once");
    let said = told["message"].as_str().unwrap();
    assert!(said.contains("was emitted 2 times"), "{told:#}");
    assert_eq!(told["minimal_input"], 17, "{told:#}");
    // From nine o'clock to the second ring at six.
    assert_eq!(told["actions"][1]["ms"], 9 * 3_600_000, "{told:#}");
}

const STOCK: [(&str, &str); 3] = [
    (
        "steps/health.step.js",
        "exports.config = { type: 'api', name: 'Health', method: 'GET', path: '/health', emits: [] }
exports.handler = async () => ({ status: 200, body: {} })
",
    ),
    (
        "steps/fill.step.ts",
        "export const config = {
  type: 'api', name: 'Fill', method: 'POST', path: '/stock', emits: [],
  bodySchema: { type: 'object', properties: { n: { type: 'integer', minimum: 0 }, note: { type: 'string' } }, required: ['n'] },
}
export const handler = async (req: any, { state }: any) => {
  await state.set('stock', 'all', req.body.n)
  return { status: 201, body: { n: req.body.n } }
}
",
    ),
    (
        "steps/audit_step.rb",
        "def config
  {
    type: 'api', name: 'Audit', method: 'POST', path: '/audits', emits: [],
    bodySchema: { type: 'object', properties: { by: { type: 'string', minLength: 1 } }, required: ['by'] }
  }
end

def handler(req, context)
  raise 'too much' if (context.state.get('stock', 'all') || 0) > 70
  { status: 200, body: {} }
end
",
    ),
];

#[test]
fn a_sequence_of_generated_requests_loses_what_it_does_not_need() {
    let files: Vec<(&str, &str)> = [("package.json", "{}")].into_iter().chain(STOCK).collect();
    let name = "auto::POST /audits";
    for seed in ["0", "1", "2"] {
        let project = Project::of(&files);
        let ran = run(
            &project,
            &["--auto", "--exact", name, "--seed", seed, "--cases", "64"],
        )
        .exits(1);
        let least = json!([
            { "way": "POST /stock", "body": { "n": 71 } },
            { "way": "POST /audits", "body": { "by": "a" } },
        ]);
        assert_eq!(
            failure(&ran, name)["minimal_input"],
            least,
            "{}",
            printed(&ran, name)
        );
    }
}

/// A handler that counts 2 for small numbers and 1 for large ones: with a large one, as its author wrote it down, it takes
/// two faults to come to 3, and with a small one it takes one.
#[test]
fn a_smaller_input_may_need_fewer_faults() {
    let step = "exports.config = { type: 'event', name: 'Count', subscribes: ['hit'], emits: [] }
exports.handler = async (input, { state }) => {
  const old = (await state.get('hits', 'page')) ?? 0
  await state.set('hits', 'page', old + (input.n > 50 ? 1 : 2))
  if (old + (input.n > 50 ? 1 : 2) > 2) await state.set('bad', 'page', 1)
}
";
    let tests = "tests:
  - property: never three
    for_all: { n: { type: integer, minimum: 1, maximum: 100, examples: [77] } }
    cases: 1
    schedules: 200
    faults: { duplicate: 2 }
    when:
      - emit: { topic: hit, data: { n: \"{{n}}\" } }
    then:
      - state: { bad: { page: null } }
";
    let project = Project::of(&[
        ("package.json", "{}"),
        ("steps/count.step.js", step),
        ("tests/hits.flow.yaml", tests),
    ]);
    let told = failure(&run(&project, &[]).exits(1), "tests/hits::never three");
    assert_eq!(told["minimal_input"], 1, "{told:#}");
    assert_eq!(
        picks(&told),
        ["hit to Count, message 1 is delivered twice"],
        "{told:#}"
    );
}

const REMEMBERS: [(&str, &str); 4] = [
    (
        "steps/price.step.ts",
        "let known: number | undefined
export const config = { type: 'event', name: 'Price', subscribes: ['price'], emits: [] }
export const handler = async (input: { id: string; n: number }, { state }: any) => {
  if (input.n > 41) known ??= input.n
  await state.set('prices', input.id, known ? 'old' : 'new')
  if (input.id === 'b' && known && known !== input.n) await state.set('bad', 'b', 1)
}
",
    ),
    (
        "steps/price.step.js",
        "let known
exports.config = { type: 'event', name: 'Price', subscribes: ['price'], emits: [] }
exports.handler = async (input, { state }) => {
  if (input.n > 41) known ??= input.n
  if (input.id === 'b' && known && known !== input.n) await state.set('bad', 'b', 1)
}
",
    ),
    (
        "steps/price_step.py",
        "known = None
config = {'type': 'event', 'name': 'Price', 'subscribes': ['price'], 'emits': []}

async def handler(input, context):
    global known
    if input['n'] > 41 and known is None:
        known = input['n']
    if input['id'] == 'b' and known is not None and known != input['n']:
        await context.state.set('bad', 'b', 1)
",
    ),
    (
        "steps/price_step.rb",
        "$known = nil
def config
  { type: 'event', name: 'Price', subscribes: ['price'], emits: [] }
end

def handler(input, context)
  $known ||= input['n'] if input['n'] > 41
  context.state.set('bad', 'b', 1) if input['id'] == 'b' && $known && $known != input['n']
end
",
    ),
];

const PRICES: &str = "tests:
  - property: what was before does not matter
    for_all: { n: { type: integer, minimum: 1, maximum: 90, examples: [77] } }
    when:
      - emit: { topic: price, data: { id: c, n: 1 } }
      - emit: { topic: price, data: { id: a, n: \"{{n}}\" } }
      - emit: { topic: price, data: { id: d, n: 2 } }
      - emit: { topic: price, data: { id: b, n: 3 } }
    then:
      - state: { bad: { b: null } }
";

#[test]
fn hidden_module_state_is_shrunk_to_who_left_it_and_who_found_it() {
    let name = "tests/prices::what was before does not matter";
    for (file, step) in REMEMBERS {
        let project = Project::of(&[
            ("package.json", "{}"),
            (file, step),
            ("tests/prices.flow.yaml", PRICES),
        ]);
        let found = run(&project, &[]).exits(1);
        let told = failure(&found, name);
        let said = printed(&found, name);
        assert!(said.starts_with("hidden module state"), "{said}");
        assert_eq!(told["minimal_input"], 42, "{file}: {said}");
        assert_eq!(actions(&told), ["2 emit price", "4 emit price"], "{file}: {said}");
        let kept = kept(&project);
        assert_eq!(json_of(&project, &kept)["modules"], "failures");
        let again = run(&project, &["--replay", &kept]).exits(1);
        assert!(printed(&again, name).starts_with("hidden module state"));
        assert_eq!(failure(&run(&project, &[]).exits(1), name)["runs"], 1);
        // Whoever asks for fresh modules does not hear of it.
        run(&project, &["--isolation", "fresh"]).exits(0);
    }
}
