//! `--auto`: generated tests, and the invariants that they and written tests are held against.

use std::time::{Duration, Instant};

use super::report::{assert_failed, named, outcomes, printed, run};
use crate::support::project::Project;

/// What each way of `broken-invariants` breaks; all other ways are fine.
const BROKEN: [(&str, &str); 11] = [
    (
        "auto::GET /carts/:cartId",
        "no handler throws: ReadsCart failed: TypeError",
    ),
    (
        "auto::GET /teapot",
        "only what is declared: Teapot answered `GET /teapot` with 418",
    ),
    (
        "auto::POST /takes-all",
        "an invalid body is refused: TakesAll answered 201",
    ),
    (
        "auto::POST /throws",
        "no handler throws: Throws failed: RangeError: too much",
    ),
    (
        "auto::POST /totals",
        "payloads fit their subscribers: a message on `total.told` is not what KeepsTotal takes: data.total",
    ),
    (
        "auto::POST /unavailable",
        "no 5xx for a valid request: Unavailable answered `POST /unavailable` with 503",
    ),
    (
        "auto::absent.wanted -> Unloadable",
        "no handler throws: Unloadable cannot be loaded: Cannot find module 'a-package-that-is-not-there'",
    ),
    (
        "auto::again -> Again",
        "the flow ends: the flow does not end: Again ran",
    ),
    (
        "auto::cron Counts",
        "the invariant \"counted once\" does not hold",
    ),
    (
        "auto::cron Loses",
        "no lost message: Loses emitted `rate.wanted`, which nobody subscribes to",
    ),
    (
        "auto::rates.wanted -> Swallows",
        "no unmatched external call: Swallows called api.unknown.test:443, a host without a mock",
    ),
];
/// One more, whose finding has a name of its own.
const UNDECLARED: (&str, &str) = (
    "auto::cron Undeclared",
    "only what is declared: Undeclared emitted `total.told`, which its config does not declare",
);

#[test]
fn each_invariant_is_found_broken_and_nothing_else() {
    let project = Project::fixture("broken-invariants");
    let run = run(&project, &["--auto"]).exits(1);
    let mut expected: Vec<&str> = BROKEN
        .iter()
        .chain([&UNDECLARED])
        .map(|(name, _)| *name)
        .collect();
    expected.sort_unstable();
    assert_failed(&run, &expected);
    for (name, headline) in BROKEN.iter().chain([&UNDECLARED]) {
        let told = printed(&run, name);
        assert!(told.starts_with(headline), "{name}: {told}");
    }
}

#[test]
fn a_failure_is_small_and_can_be_replayed() {
    let project = Project::fixture("broken-invariants");
    let name = "auto::POST /throws";
    let first = run(&project, &["--auto", "--exact", name]).exits(1);
    let told = printed(&first, name);
    assert!(told.contains("minimal input: {\"body\":{\"n\":71}}"), "{told}");
    assert!(told.contains("Throws  starts on POST /throws"), "{told}");
    assert!(told.contains("replay: banister test --auto "), "{told}");
    // What failed is remembered, by the name that it has.
    let again = run(&project, &["--auto", "--last-failed"]).exits(1);
    assert_failed(&again, &[name]);
    assert_eq!(outcomes(&again).len(), 1, "{}", again.story());
    // Nothing but the handler has to change for it to pass.
    let text = project.read("steps/throws.step.js").replace("> 70", "> 700");
    project.write("steps/throws.step.js", text);
    run(&project, &["--auto", "--exact", name]).exits(0);
}

#[test]
fn ids_of_earlier_answers_are_used_in_later_requests() {
    let project = Project::fixture("broken-invariants");
    let name = "auto::GET /carts/:cartId";
    let told = printed(&run(&project, &["--auto", "--exact", name]).exits(1), name);
    // Two requests are enough, and the first one opens the cart.
    assert!(told.contains("POST /carts {"), "{told}");
    assert_eq!(told.matches("\"way\":").count(), 2, "{told}");
}

/// What lies behind a header or a query parameter that no config declares: a key that an earlier request answered, a secret of
/// the environment, a value that a flow test sends, any number.
#[test]
fn what_handlers_ask_requests_for_is_sent() {
    let project = Project::fixture("guarded-routes");
    let run = run(&project, &["--auto"]).exits(1);
    let expected = [
        ("auto::GET /accounts/:accountId", "behind the key"),
        ("auto::GET /days/closed", "behind the secret"),
        ("auto::GET /items", "behind the page"),
        ("auto::GET /report", "behind the tenant"),
    ];
    assert_failed(&run, &expected.map(|(name, _)| name));
    for (name, behind) in expected {
        let told = printed(&run, name);
        assert!(
            told.starts_with("no handler throws") && told.contains(behind),
            "{name}: {told}"
        );
    }
    let told = printed(&run, "auto::GET /report");
    assert!(
        told.contains(r#"minimal input: {"headers":{"x-tenant":"acme-42"}}"#),
        "{told}"
    );
}

#[test]
fn what_cannot_be_judged_is_said_and_no_failure() {
    let project = Project::fixture("broken-invariants");
    project
        .banister(&["test", "--auto", "POST /guesses", "cron Calls"])
        .run()
        .exits(0)
        .says("Guesses has no schema, so that nobody knows which inputs are valid")
        .says("Swallows called api.unknown.test:443, a host without a mock: what follows was not judged");
}

#[test]
fn a_topic_that_may_end_a_flow_can_be_allowed() {
    let project = Project::fixture("broken-invariants");
    project.write("banister.toml", "[test]\nallow = ['lost-message']\n");
    run(&project, &["--auto", "cron Loses"]).exits(0);
}

/// Most topics that nobody takes end a flow; whoever says that none does hears of each.
#[test]
fn a_topic_that_is_no_slip_is_noted_unless_the_settings_want_all_taken() {
    let project = Project::fixture("broken-invariants");
    let step = project
        .read("steps/loses_step.py")
        .replace("rate.wanted", "end.of.it");
    project.write("steps/loses_step.py", step);
    run(&project, &["--auto", "cron Loses"])
        .exits(0)
        .says("Loses emitted `nobody.hears`, which nobody subscribes to: the end of the flow?")
        .never_says("picture.hears");
    project.write("banister.toml", "[rules]\nunsubscribed-topic = 'warning'\n");
    let strict = run(&project, &["--auto", "cron Loses"]).exits(1);
    let told = printed(&strict, "auto::cron Loses");
    assert!(
        told.starts_with("no lost message: Loses emitted `end.of.it`"),
        "{told}"
    );
}

#[test]
fn names_are_listed_and_chosen() {
    let project = Project::fixture("broken-invariants");
    let listed = project
        .banister(&["test", "--auto", "--list", "--format", "terse"])
        .run()
        .exits(0);
    listed
        .says("auto::POST /fine: test")
        .says("auto::total.told -> KeepsTotal: test")
        .never_says("the end of the flow is known here");
    let chosen = run(
        &project,
        &["--auto", "fine", "KeepsTotal", "--skip", "KeepsTotal"],
    )
    .exits(0);
    assert_eq!(
        named(&outcomes(&chosen), "ok"),
        ["auto::POST /fine"],
        "{}",
        chosen.story()
    );
}

#[test]
fn the_same_seed_gives_the_same_failures() {
    let project = Project::fixture("broken-invariants");
    let story = |jobs: &str| {
        // What is kept of a failure is run first the next time.
        std::fs::remove_dir_all(project.path("flow-regressions")).ok();
        let run = run(&project, &["--auto", "--seed", "7", "-j", jobs]).exits(1);
        BROKEN.map(|(name, _)| printed(&run, name))
    };
    assert_eq!(story("1"), story("4"));
}

#[test]
fn every_example_keeps_all_invariants() {
    for name in ["arena", "billing", "content-pipeline", "ecommerce"] {
        let project = Project::example(name);
        let begun = Instant::now();
        let run = run(&project, &["--auto"]).exits(0);
        assert!(named(&outcomes(&run), "ok").len() > 6, "{}", run.story());
        // A few seconds where nothing else runs.
        assert!(
            begun.elapsed() < Duration::from_secs(90),
            "{name}: {:?}",
            begun.elapsed()
        );
    }
}

#[test]
fn invariants_of_a_flow_test_are_checked_after_its_run() {
    let project = Project::fixture("broken-invariants");
    let text = "\
invariants:
  - name: all is well
    holds: responses.all(r, r.status < 400)
tests:
  - name: fine
    when: [{ request: POST /fine, body: { n: 1 } }]
    then: [{ response: { status: 201 } }]
  - name: teapot
    invariants:
      - { name: no state, holds: size(state) == 0 }
    when: [{ request: GET /teapot }]
    then: [{ response: { status: 418 } }]
";
    project.write("tests/own.flow.yaml", text);
    let run = run(&project, &["own"]).exits(1);
    assert_failed(&run, &["tests/own::teapot"]);
    let told = printed(&run, "tests/own::teapot");
    assert!(
        told.starts_with("the invariant \"all is well\" does not hold"),
        "{told}"
    );
    assert!(told.contains("--> tests/own.flow.yaml:3:12"), "{told}");
    assert!(
        told.contains("`responses.all(r, r.status < 400)` is false"),
        "{told}"
    );
}

#[test]
fn an_invariant_that_is_no_expression_is_an_error_of_the_file() {
    let project = Project::fixture("broken-invariants");
    let text = "\
tests:
  - name: fine
    invariants: [{ name: a, holds: emited.size() == 0 }]
    when: [{ request: POST /fine, body: { n: 1 } }]
    then: [{ response: { status: 201 } }]
";
    project.write("tests/own.flow.yaml", text);
    run(&project, &["own"])
        .exits(2)
        .says("tests/own.flow.yaml:3")
        .says("asks for `emited`, did you mean `emitted`?");
    project.write(
        "banister.toml",
        "[[test.invariants]]\nname = 'a'\nholds = '1 +'\n",
    );
    project.write("tests/own.flow.yaml", "");
    run(&project, &["loses"]).exits(2).says("banister.toml:3:9");
}

/// A module is looked at for its schemas as it runs: with the environment of the test.
#[test]
fn modules_are_looked_at_with_the_environment_of_the_test() {
    let project = Project::of(&[
        ("package.json", "{ \"name\": \"keys\" }"),
        (
            "steps/script.step.js",
            "if (!process.env.API_KEY) throw new Error('API_KEY is not set')
exports.config = {
  type: 'event', name: 'Script', subscribes: ['script'], emits: [],
  input: { type: 'object', properties: { key: { const: process.env.API_KEY } }, required: ['key'] },
}
exports.handler = async (input) => {
  if (input.key !== process.env.API_KEY) throw new Error(`not ${process.env.API_KEY}`)
}
",
        ),
        (
            "steps/snake_step.py",
            "import os
KEY = os.environ['API_KEY']
config = {
    'type': 'event', 'name': 'Snake', 'subscribes': ['snake'], 'emits': [],
    'input': {'type': 'object', 'properties': {'key': {'const': KEY}}, 'required': ['key']},
}
async def handler(input, context):
    assert input['key'] == KEY
",
        ),
        (
            "steps/gem.step.rb",
            "KEY = ENV.fetch('API_KEY')
def config
  { type: 'event', name: 'Gem', subscribes: ['gem'], emits: [],
    input: { type: 'object', properties: { key: { const: KEY } }, required: ['key'] } }
end
def handler(input, context)
  raise 'another key' unless input['key'] == KEY
end
",
        ),
        (
            "keys.flow.yaml",
            "tests:
  - property: one key
    given: { env: { API_KEY: one } }
    for_all: { s: { schema_of: Script.input }, p: { schema_of: Snake.input }, r: { schema_of: Gem.input } }
    cases: 2
    when: [{ emit: { topic: script, data: '{{s}}' } }, { emit: { topic: snake, data: '{{p}}' } }, { emit: { topic: gem, data: '{{r}}' } }]
    then: [{ ran: [Script, Snake, Gem] }]
  - property: another key
    given: { env: { API_KEY: another } }
    for_all: { s: { schema_of: Script.input }, p: { schema_of: Snake.input }, r: { schema_of: Gem.input } }
    cases: 2
    when: [{ emit: { topic: script, data: '{{s}}' } }, { emit: { topic: snake, data: '{{p}}' } }, { emit: { topic: gem, data: '{{r}}' } }]
    then: [{ ran: [Script, Snake, Gem] }]
",
        ),
    ]);
    run(&project, &["--coverage"])
        .exits(0)
        .says("Script")
        .never_says("cannot be read");
    run(&project, &["--auto"]).exits(0);
}

#[test]
fn what_flow_tests_note_is_noted_as_well() {
    let project = Project::of(&[
        ("package.json", "{ \"name\": \"notes\" }"),
        (
            "steps/notes.step.js",
            "exports.config = {
  type: 'event', name: 'Notes', subscribes: ['noted'], emits: ['later'],
  input: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
}
exports.handler = async (input, { emit, state }) => {
  await emit({ type: 'later', data: { n: input.n } })
  state.set('last', 'n', input.n)
}
",
        ),
        (
            "steps/picky.step.js",
            "exports.config = { type: 'api', name: 'Picky', path: '/picky', method: 'POST', emits: [] }
exports.handler = async (req) => (req.body.name ? { status: 200, body: {} } : { status: 422, body: {} })
",
        ),
    ]);
    let told = run(&project, &["--auto"])
        .exits(0)
        .says("Notes ended before 1 of its calls was answered: an await is missing")
        .says("Notes emitted a message without a topic")
        .says("Picky has no schema, and answered an empty object with 422")
        .story();
    // One example is enough, whatever the message held.
    assert_eq!(
        told.matches("emitted a message without a topic").count(),
        1,
        "{told}"
    );
}

/// Steps whose modules cannot be loaded, each for a reason of its own.
fn that_cannot_be_loaded() -> Project {
    Project::of(&[
        ("package.json", "{ \"name\": \"loads\" }"),
        ("lib/keys.js", "\n\nmodule.exports = () => { if (!process.env.MAIL_KEY) throw new Error('no key') }\n"),
        (
            "steps/begins.step.js",
            "exports.config = { type: 'cron', name: 'Begins', cron: '0 0 * * *', emits: ['script', 'snake', 'gem'] }
exports.handler = async ({ emit }) => {
  for (const topic of ['script', 'snake', 'gem']) await emit({ topic, data: {} })
}
",
        ),
        (
            "steps/script.step.js",
            "require('../lib/keys')()
exports.config = { type: 'event', name: 'Script', subscribes: ['script'], emits: [], input: { type: 'object' } }
exports.handler = async () => {}
",
        ),
        (
            "steps/snake_step.py",
            "import os
from math import no_such_thing
config = {'type': 'event', 'name': 'Snake', 'subscribes': ['snake'], 'emits': []}
async def handler(input, context):
    pass
",
        ),
        (
            "steps/other_step.py",
            "import os
KEY = os.environ['SNAKE_KEY']
config = {'type': 'event', 'name': 'Other', 'subscribes': ['other'], 'emits': []}
async def handler(input, context):
    pass
",
        ),
        (
            "steps/gem.step.rb",
            "ENV['GEM_UNUSED']
KEY = ENV.fetch('GEM_KEY')
def config = { type: 'event', name: 'Gem', subscribes: ['gem'], emits: [] }
def handler(input, context) = nil
",
        ),
        (
            "steps/client.step.js",
            "require('.prisma/client/default')
exports.config = { type: 'event', name: 'Client', subscribes: ['client'], emits: [] }
exports.handler = async () => {}
",
        ),
    ])
}

/// Why a module cannot be loaded, where, and what mends it: in its own test a failure, in those before it a note.
#[test]
fn a_module_that_cannot_be_loaded_says_what_is_missing() {
    let project = that_cannot_be_loaded();
    let run = run(&project, &["--auto"]).exits(1);
    let told = |name: &str| printed(&run, name);
    let script = told("auto::script -> Script");
    assert!(
        script.starts_with("no handler throws: Script cannot be loaded: no key"),
        "{script}"
    );
    assert!(
        script.contains("--> lib/keys.js:3:") && script.contains("not set: `MAIL_KEY`"),
        "{script}"
    );
    assert!(!script.contains("install"), "{script}");
    let snake = told("auto::snake -> Snake");
    assert!(
        snake.contains("Snake cannot be loaded: ImportError: cannot import name"),
        "{snake}"
    );
    assert!(
        !snake.contains("install") && !snake.contains("not set"),
        "{snake}"
    );
    let other = told("auto::other -> Other");
    assert!(
        other.contains("--> steps/other_step.py:2") && other.contains("not set: `SNAKE_KEY`"),
        "{other}"
    );
    let gem = told("auto::gem -> Gem");
    assert!(
        gem.contains("--> steps/gem.step.rb:2") && gem.contains("not set: `GEM_KEY`;"),
        "{gem}"
    );
    let client = told("auto::client -> Client");
    assert!(
        client.contains("npx prisma generate") && !client.contains("install"),
        "{client}"
    );
    run.says("Script cannot be loaded: no key: what follows was not judged")
        .says("Gem cannot be loaded: KeyError");
    assert_eq!(
        named(&outcomes(&run), "ok"),
        ["auto::cron Begins"],
        "{}",
        run.story()
    );
}

/// A smaller input may fail in another way: that is another failure.
#[test]
fn one_error_does_not_shrink_into_another() {
    let project = Project::of(&[
        ("package.json", "{ \"name\": \"shrinks\" }"),
        (
            "steps/sums.step.js",
            "exports.config = {
  type: 'event', name: 'Sums', subscribes: ['summed'], emits: [],
  input: { type: 'object', properties: { n: { type: 'integer', minimum: 0, maximum: 200 } }, required: ['n'], examples: [{ n: 150 }] },
}
exports.handler = async ({ n }) => {
  if (n > 70) throw new RangeError('too much')
  if (n < 9) throw new TypeError('too little')
}
",
        ),
    ]);
    let name = "auto::summed -> Sums";
    let told = printed(&run(&project, &["--auto"]).exits(1), name);
    assert!(told.starts_with("no handler throws: Sums failed"), "{told}");
    assert!(told.contains("RangeError: too much"), "{told}");
    assert!(told.contains("\"n\":71"), "{told}");
}
/// A project of the corpus, without its flow tests.
fn untested(name: &str, twin: &str) -> Project {
    let corpus = crate::support::command::repository("tests/projects/seeded-bugs").join(name);
    let project = Project::copy_of(&corpus.join("common"));
    project.lay_over(&corpus.join(twin));
    for file in project.files("tests") {
        std::fs::remove_file(project.path(&file)).expect("a test file");
    }
    project
}

#[test]
fn other_orders_are_tried_if_that_is_asked_for() {
    let way = "auto::POST /tenants/:tenantId/searches";
    let buggy = untested("api-usage", "buggy");
    run(&buggy, &["--auto"]).exits(0);
    let failed = run(&buggy, &["--auto", "--schedules", "50"]).exits(1);
    assert_failed(&failed, &[way]);
    let told = printed(&failed, way);
    for text in [
        "not serializable: what MeterCalls#1 and MeterCalls#2 left in `usage/",
        "\"at_once\":2",
        "replay: banister test --auto --replay flow-regressions/",
    ] {
        assert!(told.contains(text), "no {text:?} in\n{told}");
    }
    // Kept, and run again without being asked for.
    let kept = buggy.files("flow-regressions");
    run(&buggy, &["--auto", "--replay", &kept[0]]).exits(1);
    run(&untested("api-usage", "fixed"), &["--auto", "--schedules", "50"]).exits(0);
}

#[test]
fn a_step_may_fail_where_a_service_does_and_must_not_break_an_invariant_of_the_user() {
    let charge = "\
export const config = { type: 'event', name: 'Charge', subscribes: ['order.placed'], emits: [],
  input: { type: 'object', properties: { orderId: { type: 'string', minLength: 1 } }, required: ['orderId'] } }
export const handler = async (input, { state }) => {
  const answer = await fetch('https://pay.example.com/charges', { method: 'POST', body: input.orderId })
  if (!answer.ok) throw new Error('the service is down')
  const all = (await state.get('charges', input.orderId)) ?? 0
  await state.set('charges', input.orderId, all + 1)
}
";
    let mocks = "\
mocks:
  http:
  - on: POST https://pay.example.com/charges
    reply: { status: 200, json: {} }
tests:
- name: nothing
  when: [{ advance: 1ms }]
  then: [{ log: { times: 0 } }]
";
    let project = Project::of(&[
        ("package.json", "{ \"dependencies\": { \"motia\": \"0.17.0\" } }"),
        ("steps/charge.step.js", charge),
        ("tests/mocks.flow.yaml", mocks),
    ]);
    let asked = [
        "--auto",
        "--faults",
        "external=3,duplicate=1",
        "--schedules",
        "40",
    ];
    // Three times struck, the message is given up: the handler can do nothing about it.
    let allowed = "[test]\nallow = ['not-serializable']\n";
    project.write("banister.toml", allowed);
    run(&project, &asked).exits(0);
    let charged = "[[test.invariants]]\nname = \"one charge\"\nholds = '!has(state.charges) || state.charges.all(o, state.charges[o] < 2)'\n";
    project.write("banister.toml", format!("{allowed}{charged}"));
    run(&project, &["--auto"]).exits(0);
    let told = printed(&run(&project, &asked).exits(1), "auto::order.placed -> Charge");
    assert!(
        told.starts_with("the invariant \"one charge\" does not hold"),
        "{told}"
    );
}
