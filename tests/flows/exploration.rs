//! Orders and faults with real interpreters: what a plain run does not show is found in every language, the corrected
//! step passes, and a failure that was found is kept and comes again.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::report::{named, outcomes, printed, run};
use crate::support::command::{Run, repository};
use crate::support::project::Project;

/// A language's step file with a place for what the handler does, and two handlers: one counts by reading and writing
/// back, the other puts down each hit under a name of its own.
pub(super) struct Steps {
    pub(super) file: &'static str,
    head: &'static str,
    pub(super) counts: &'static str,
    puts_down: &'static str,
}

pub(super) const LANGUAGES: [Steps; 4] = [
    Steps {
        file: "count.step.ts",
        head: "export const config = { type: 'event', name: 'Count', subscribes: ['hit'], emits: [] }
export const handler = async (input: { id: string; by: string }, { state }: any) => {
  BODY
}
",
        counts: "const old = (await state.get('hits', input.id)) ?? { n: 0 }
  await state.set('hits', input.id, { n: old.n + 1 })
  await state.set('last', 'hit', { by: 'somebody' })",
        puts_down: "await state.set('hits', input.by, { n: 1 })
  await state.set('last', 'hit', { by: 'somebody' })",
    },
    Steps {
        file: "count.step.js",
        head: "exports.config = { type: 'event', name: 'Count', subscribes: ['hit'], emits: [] }
exports.handler = async (input, { state }) => {
  BODY
}
",
        counts: "const old = (await state.get('hits', input.id)) ?? { n: 0 }
  await state.set('hits', input.id, { n: old.n + 1 })
  await state.set('last', 'hit', { by: 'somebody' })",
        puts_down: "await state.set('hits', input.by, { n: 1 })
  await state.set('last', 'hit', { by: 'somebody' })",
    },
    Steps {
        file: "count_step.py",
        head: "config = {'type': 'event', 'name': 'Count', 'subscribes': ['hit'], 'emits': []}

async def handler(input, context):
    BODY
",
        counts: "old = await context.state.get('hits', input['id']) or {'n': 0}
    await context.state.set('hits', input['id'], {'n': old['n'] + 1})
    await context.state.set('last', 'hit', {'by': 'somebody'})",
        puts_down: "await context.state.set('hits', input['by'], {'n': 1})
    await context.state.set('last', 'hit', {'by': 'somebody'})",
    },
    Steps {
        file: "count_step.rb",
        head: "def config
  { type: 'event', name: 'Count', subscribes: ['hit'], emits: [] }
end

def handler(input, context)
  BODY
end
",
        counts: "old = context.state.get('hits', input['id']) || { 'n' => 0 }
  context.state.set('hits', input['id'], { n: old['n'] + 1 })
  context.state.set('last', 'hit', { by: 'somebody' })",
        puts_down: "context.state.set('hits', input['by'], { n: 1 })
  context.state.set('last', 'hit', { by: 'somebody' })",
    },
];

impl Steps {
    pub(super) fn project(&self, body: &str, tests: &str) -> Project {
        let step = self.head.replace("BODY", body);
        let step_file = format!("steps/{}", self.file);
        Project::of(&[
            ("package.json", "{}"),
            (&step_file, &step),
            ("tests/hits.flow.yaml", tests),
        ])
    }
}

const TWO_HITS: &str = "profile: seed
tests:
  - name: two hits are two
    schedules: 50
    when:
      - emit: { topic: hit, data: { id: page, by: ann } }
      - emit: { topic: hit, data: { id: page, by: bob } }
    then:
";
const COUNTED: &str = "      - state: { hits: { page: { n: 2 } } }\n";
const PUT_DOWN: &str = "      - state: { hits: { ann: { n: 1 }, bob: { n: 1 } } }\n";
const NAME: &str = "tests/hits::two hits are two";
const KEPT: &str = "flow-regressions/";

fn lost_update(steps: &Steps) -> Project {
    steps.project(steps.counts, &format!("{TWO_HITS}{COUNTED}"))
}

pub(super) fn failure(run: &Run, name: &str) -> Json {
    let lines = run.json_lines();
    let is_it = |line: &&Json| line["event"] == "failed" && line["name"] == name;
    let line = lines.iter().find(is_it);
    line.unwrap_or_else(|| panic!("{name} did not fail\n{}", run.story()))["failure"].clone()
}

pub(super) fn picks(failure: &Json) -> Vec<String> {
    let departures = failure["departures"].as_array().cloned().unwrap_or_default();
    let picks = departures.iter().map(|it| it["do"].as_str().unwrap_or_default());
    picks.map(str::to_owned).collect()
}

#[test]
fn a_lost_update_is_found_in_every_language() {
    for steps in &LANGUAGES {
        let project = lost_update(steps);
        let found = run(&project, &[]).exits(1);
        let failure = failure(&found, NAME);
        assert!(
            failure["message"].as_str().unwrap().contains("state"),
            "{failure:#}"
        );
        let picks = picks(&failure);
        assert!((1..=2).contains(&picks.len()), "{}: {picks:?}", steps.file);
        assert!(failure["runs"].as_u64().unwrap() > 1, "{failure:#}");
        // Without the key the test has one run, and that passes.
        let plain = format!("{TWO_HITS}{COUNTED}").replace("    schedules: 50\n", "");
        project.write("tests/hits.flow.yaml", plain);
        std::fs::remove_dir_all(project.path(KEPT)).expect("the failure was kept");
        run(&project, &[]).exits(0);
    }
}

#[test]
fn a_step_that_loses_nothing_passes_in_all_orders() {
    for steps in &LANGUAGES {
        let project = steps.project(steps.puts_down, &format!("{TWO_HITS}{PUT_DOWN}"));
        let passed = project.run(&["test", "--nocapture"]).exits(0);
        passed.says("all orders were run, in ");
        assert!(!project.path(KEPT).exists(), "nothing failed");
    }
}

const ONE_HIT: &str = "profile: seed
tests:
  - name: a hit is one
    schedules: 8
    faults: { FAULT: 1 }
    when:
      - emit: { topic: hit, data: { id: page, by: page } }
    then:
      - state: { hits: { page: { n: 1 } } }
";

#[test]
fn faults_find_effects_that_come_twice_in_every_language() {
    for steps in &LANGUAGES {
        for (fault, words) in [
            ("duplicate", "hit to Count, message 1 is delivered twice"),
            ("crash", "Count#1 crashes "),
            ("timeout", "Count#1 runs out of time "),
        ] {
            let tests = ONE_HIT.replace("FAULT", fault);
            let found = run(&steps.project(steps.counts, &tests), &[]).exits(1);
            let picks = picks(&failure(&found, "tests/hits::a hit is one"));
            assert_eq!(picks.len(), 1, "{}: {picks:?}", steps.file);
            assert!(picks[0].starts_with(words), "{}: {picks:?}", steps.file);
            run(&steps.project(steps.puts_down, &tests), &[]).exits(0);
        }
    }
}

const PAYS: &str = "exports.config = { type: 'event', name: 'Pay', subscribes: ['order'], emits: ['paid'] }
exports.handler = async (input, { emit }) => {
  BODY
  await emit({ topic: 'paid', data: input })
}
";
const PAID: &str = "mocks:
  http: [ { on: POST https://pay.test/charges, reply: { json: {} } } ]
tests:
  - name: an order is paid
    schedules: 12
    faults: { external: 1 }
    when: [ { emit: { topic: order, data: { id: 1 } } } ]
    then: [ { emitted: { topic: paid, times: 1 } } ]
";

#[test]
fn a_service_that_fails_shows_who_gives_up() {
    let call = "await fetch('https://pay.test/charges', { method: 'POST' })";
    let gives_up_on_status = format!("if (!({call}).ok) return");
    let gives_up_on_error = format!("try {{ await {} }} catch {{ return }}", &call[6..]);
    let tries_again = format!("const answer = {call}\n  if (!answer.ok) throw new Error('again')");
    let project = |body: &str| {
        let step = PAYS.replace("BODY", body);
        Project::of(&[
            ("package.json", "{}"),
            ("steps/pay.step.js", &step),
            ("tests/pay.flow.yaml", PAID),
        ])
    };
    for (body, words) in [
        (&gives_up_on_status, "answers 503"),
        (&gives_up_on_error, "breaks off"),
    ] {
        let found = run(&project(body), &[]).exits(1);
        let picks = picks(&failure(&found, "tests/pay::an order is paid"));
        assert_eq!(picks.len(), 1, "{picks:?}");
        assert!(picks[0].ends_with(words), "{picks:?}");
    }
    run(&project(&tries_again), &[]).exits(0);
}

/// The trace, and with it invariants, has what the step was told and not what its mock would have said.
#[test]
fn an_invariant_sees_the_answer_that_a_fault_gave() {
    let call = "const answer = await fetch('https://pay.test/charges', { method: 'POST' })";
    let project = |body: &str, holds: &str| {
        let invariant = format!("invariants:\n  - {{ name: paid is charged, holds: \"{holds}\" }}\n");
        // Whoever gives up is found by the invariant alone.
        let tests = PAID.replace(
            "then: [ { emitted: { topic: paid, times: 1 } } ]",
            "then: [ { emitted: { topic: paid } } ]",
        );
        Project::of(&[
            ("package.json", "{}"),
            ("steps/pay.step.js", &PAYS.replace("BODY", body)),
            ("tests/pay.flow.yaml", &(invariant + &tests)),
        ])
    };
    let charged = "!emitted.exists(e, e.topic == 'paid') || calls.exists(c, c.status == 200)";
    let found = run(&project(call, charged), &[]).exits(1);
    let told = failure(&found, "tests/pay::an order is paid").to_string();
    assert!(told.contains("paid is charged"), "{told}");
    let checks = format!("{call}\n  if (!answer.ok) throw new Error('again')");
    run(&project(&checks, charged), &[]).exits(0);
    // Each fault by its name.
    for (name, status) in [("unavailable", "503"), ("unauthorized", "401"), ("reset", "null")] {
        let none = format!("!calls.exists(c, c.fault == '{name}' && c.status == {status})");
        let found = run(&project(&checks, &none), &[]).exits(1);
        let told = failure(&found, "tests/pay::an order is paid").to_string();
        assert!(told.contains("paid is charged"), "{name}: {told}");
    }
}

const CLAIM: &str = "export const config = { type: 'api', name: 'Claim', method: 'POST', path: '/claims', emits: ['claimed'] }
export const handler = async (req: any, { emit, state }: any) => {
  if (await state.get('claims', 'seat')) return { status: 409 }
  await state.set('claims', 'seat', req.body)
  await emit({ topic: 'claimed', data: req.body })
  return { status: 200 }
}
";

#[test]
fn actions_that_begin_together_overtake_each_other() {
    let tests = "tests:
  - name: one gets the seat
    schedules: 20
    when:
      - WHEN
          - { request: POST /claims, body: { by: ann } }
          - { request: POST /claims, body: { by: bob } }
    then: [ { emitted: { topic: claimed, times: 1 } } ]
";
    let project = Project::of(&[("package.json", "{}"), ("steps/claim.step.ts", CLAIM)]);
    project.write("tests/claims.flow.yaml", tests.replace("WHEN", "together:"));
    let found = run(&project, &[]).exits(1);
    let failure = failure(&found, "tests/claims::one gets the seat");
    let message = failure["message"].as_str().unwrap();
    assert!(message.contains("was emitted 2 times"), "{message}");
    // One after the other there is nothing to find.
    let in_turn = tests
        .replace("      - WHEN\n", "")
        .replace("          - {", "      - {");
    project.write("tests/claims.flow.yaml", in_turn);
    std::fs::remove_dir_all(project.path(KEPT)).expect("the failure was kept");
    run(&project, &[]).exits(0);
}

/// The only kept failure.
pub(super) fn kept(project: &Project) -> String {
    let files: Vec<String> = project.files("flow-regressions");
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

#[test]
fn a_failure_is_kept_and_comes_first_the_next_time() {
    let project = lost_update(&LANGUAGES[2]);
    let first = run(&project, &[]).exits(1);
    let file = kept(&project);
    let (bytes, found) = (project.read(&file), failure(&first, NAME));
    assert!(printed(&first, NAME).contains(&format!("--replay {file}")));
    let second = run(&project, &[]).exits(1);
    let again = failure(&second, NAME);
    assert_eq!(again["runs"], 1, "{again:#}");
    assert_eq!(again["departures"], found["departures"]);
    assert_eq!(project.read(&kept(&project)), bytes);
}

#[test]
fn the_same_project_keeps_the_same_bytes_on_any_number_of_threads() {
    let keeps = |jobs: &str| {
        let project = lost_update(&LANGUAGES[0]);
        let other = format!("{TWO_HITS}{COUNTED}").replace("two hits", "both hits");
        project.write("tests/others.flow.yaml", other);
        run(&project, &["-j", jobs]).exits(1);
        let files = project.files("flow-regressions").into_iter();
        files
            .map(|file| (file.clone(), project.read(&file)))
            .collect::<BTreeMap<_, _>>()
    };
    let one = keeps("1");
    assert_eq!(one.len(), 2);
    assert_eq!(one, keeps("8"));
    assert_eq!(one, keeps("1"));
}

#[test]
fn a_replay_is_the_same_run_again() {
    for steps in &LANGUAGES {
        let project = lost_update(steps);
        run(&project, &[]).exits(1);
        let file = kept(&project);
        let mut traces = Vec::new();
        for folder in ["one", "two"] {
            let again = run(&project, &["--replay", &file, "--trace-dir", folder]).exits(1);
            assert_eq!(outcomes(&again).len(), 1, "nothing else runs");
            assert_eq!(failure(&again, NAME)["runs"], 1);
            let files = project.files(folder);
            traces.push(project.read(&files[0]));
        }
        assert_eq!(traces[0], traces[1], "{}", steps.file);
    }
}

#[test]
fn a_failure_that_the_command_line_asked_for_is_replayed_without_it() {
    let steps = &LANGUAGES[1];
    let tests = format!("{TWO_HITS}{COUNTED}").replace("    schedules: 50\n", "");
    let project = steps.project(steps.counts, &tests);
    run(&project, &["--schedules", "50"]).exits(1);
    let file = kept(&project);
    run(&project, &["--replay", &file]).exits(1);
}

#[test]
fn a_replay_says_when_the_project_has_moved_on() {
    let steps = &LANGUAGES[3];
    let project = lost_update(steps);
    run(&project, &[]).exits(1);
    let file = kept(&project);
    let better = steps.project(steps.puts_down, &format!("{TWO_HITS}{PUT_DOWN}"));
    better.write(&file, project.read(&file));
    let told = better.run(&["test", "--replay", &file]).exits(0);
    told.says("does not happen any more");
    told.says("the run has drifted from the saved one");
    run(&better, &[]).exits(0);
    better.write(
        "tests/hits.flow.yaml",
        format!("{TWO_HITS}{PUT_DOWN}").replace("two hits", "both"),
    );
    better
        .run(&["test", "--replay", &file])
        .exits(2)
        .says("there is no test 'tests/hits::two hits are two'");
}

#[test]
fn what_is_no_kept_failure_is_refused_in_words() {
    let steps = &LANGUAGES[1];
    let project = steps.project(steps.puts_down, &format!("{TWO_HITS}{PUT_DOWN}"));
    for (text, words) in [
        ("", "is no saved failure of banister"),
        ("[1]", "is no saved failure of banister"),
        ("{\"version\": 1}", "is no saved failure of banister"),
    ] {
        project.write("it.json", text);
        project.run(&["test", "--replay", "it.json"]).exits(2).says(words);
    }
    project
        .run(&["test", "--replay", "nowhere.json"])
        .exits(2)
        .says("cannot be read");
    let next = "{\"version\": 2, \"test\": \"a\", \"seed\": 0, \"banister\": \"9\", \"failure\": \"no\"}";
    project.write("it.json", next);
    project
        .run(&["test", "--replay", "it.json"])
        .exits(2)
        .says("has version 2");
}

/// An explored run in which all goes by default is the run that is not explored, to the byte.
#[test]
fn the_first_run_of_an_exploration_is_the_plain_one() {
    for example in ["ecommerce", "billing", "arena", "content-pipeline"] {
        let source = repository("examples").join(example);
        let project = match source.join("package-lock.json").is_file() {
            true => Project::example(example),
            false => Project::copy_of(&source),
        };
        let traces = |folder: &str, args: &[&str]| -> BTreeMap<String, String> {
            let ran = run(
                &project,
                &["--trace-dir", folder, "--cases", "2"]
                    .into_iter()
                    .chain(args.iter().copied())
                    .collect::<Vec<_>>(),
            )
            .exits(0);
            assert!(!named(&outcomes(&ran), "ok").is_empty());
            let files = project.files(folder).into_iter();
            files
                .map(|file| (file.replace(folder, ""), project.read(&file)))
                .collect()
        };
        let plain = traces("plain", &[]);
        let explored = traces("explored", &["--schedules", "2"]);
        assert_eq!(
            plain.keys().collect::<Vec<_>>(),
            explored.keys().collect::<Vec<_>>()
        );
        for (name, trace) in &plain {
            assert_eq!(trace, &explored[name], "{example}{name}");
        }
    }
}

const BEGUN: &str = "tests:
  - name: a request, then the others
    when: [ { together: [ { request: POST /a, body: {} }, { emit: { topic: t, data: { n: 2 } } }, { cron: C } ] } ]
    then: [ { response: { status: 200 } } ]
  - name: a schedule, then the others
    when:
      - together: [ { cron: C }, { request: POST /a, body: {} }, { emit: { topic: t, data: { n: 2 } } }, { request: POST /a, body: {} } ]
      - emit: { topic: t, data: { n: 3 } }
    then: [ { response: { status: 200 } } ]
  - name: a message, then the others
    when: [ { together: [ { emit: { topic: t, data: { n: 2 } } }, { request: POST /a, body: {} }, { cron: C } ] } ]
    then: [ { response: { status: 200 } } ]
";

/// Requests, messages and schedules that begin together do so in one order, whoever looks.
#[test]
fn the_first_run_of_what_begins_together_is_the_plain_one() {
    let works = "const seen = (await state.get('g', NAME)) ?? 0
  const limit = new AbortController()
  setTimeout(() => limit.abort(), 60000).unref()
  await Promise.all([1, 2].map((n) => fetch('https://x.test/NAME' + n, { signal: limit.signal })))
  await state.set('g', NAME, seen + 1)
  await emit({ topic: 't', data: { n: 1 } })
  await new Promise((done) => setTimeout(done, 1000))
  await emit({ topic: 't', data: { n: 4 } })";
    let named = |name: &str| {
        works
            .replace("'g', NAME", &format!("'g', '{name}'"))
            .replace("NAME", name)
    };
    let a = format!(
        "exports.config = {{ type: 'api', name: 'A', method: 'POST', path: '/a', emits: ['t'] }}
exports.handler = async (_, {{ emit, state }}) => {{
  {}
  return {{ status: 200, body: {{}} }}
}}
",
        named("a")
    );
    let c = format!(
        "exports.config = {{ type: 'cron', name: 'C', cron: '0 0 * * *', emits: ['t'] }}
exports.handler = async ({{ emit, state }}) => {{
  {}
}}
",
        named("c")
    );
    let b = |fails: &str| {
        format!(
            "exports.config = {{ type: 'event', name: 'B', subscribes: ['t'], emits: [] }}
exports.handler = async (input, {{ state }}) => {{
  const seen = (await state.get('b', String(input.n))) ?? 0
  await state.set('b', String(input.n), seen + 1)
  if ({fails}) throw new Error('not yet')
}}
"
        )
    };
    let mocks = "mocks: { http: [ { on: 'GET https://x.test/*', reply: { json: {} } } ] }\n";
    let project = Project::of(&[
        ("package.json", "{}"),
        ("steps/a.step.js", &a),
        ("steps/b.step.js", &b("seen === 0")),
        ("steps/c.step.js", &c),
        ("tests/begun.flow.yaml", &format!("{mocks}{BEGUN}")),
    ]);
    let traces = |folder: &str, args: &[&str]| -> BTreeMap<String, String> {
        let args: Vec<&str> = ["--trace-dir", folder].iter().chain(args).copied().collect();
        run(&project, &args).exits(0);
        let files = project.files(folder).into_iter();
        files
            .map(|file| (file.replace(folder, ""), project.read(&file)))
            .collect()
    };
    let (plain, explored) = (traces("plain", &[]), traces("explored", &["--schedules", "2"]));
    assert_eq!(plain.len(), 3, "{:?}", plain.keys());
    for (name, trace) in &plain {
        assert_eq!(trace, &explored[name], "{name}");
    }
    // A plain run that fails goes the same way when it is confirmed.
    project.write("steps/b.step.js", b("true"));
    let found = run(&project, &["--schedules", "2"]).exits(1);
    let told = failure(&found, "tests/begun::a request, then the others").to_string();
    assert!(
        told.contains("not yet") && !told.contains("uncontrolled"),
        "{told}"
    );
}

#[test]
fn steps_that_do_not_lead_to_each_other_may_start_in_any_order() {
    let project = Project::of(&[
        (
            "steps/one.step.js",
            "exports.config = { type: 'event', name: 'One', subscribes: ['go'], emits: [] }\nexports.handler = async (input, { state }) => { await state.set('a', 'x', 1) }\n",
        ),
        (
            "steps/two.step.js",
            "exports.config = { type: 'event', name: 'Two', subscribes: ['go'], emits: [] }\nexports.handler = async (input, { state }) => { await state.set('a', 'x', 2) }\n",
        ),
        (
            "tests/a.flow.yaml",
            "tests:\n  - name: both run\n    when: [ { emit: { topic: go, data: {} } } ]\n    then: [ { ran: [One, Two] } ]\n    schedules: 20\n  - name: the plain run has an order\n    when: [ { emit: { topic: go, data: {} } } ]\n    then: [ { ran: [Two, One] } ]\n    schedules: 20\n",
        ),
    ]);
    let run = project.run(&["test"]).exits(1);
    run.says("both run ... ok")
        .says("the plain run has an order ... FAILED");
    assert!(
        run.stdout.contains("One ran not in this order"),
        "{}",
        run.story()
    );
}
