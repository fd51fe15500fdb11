//! Runs whose handlers got into each other's way, held against serial orders: what is found without any expectation on the
//! state, and what is not.

use super::report::{printed, run};
use crate::support::project::Project;

const MANIFEST: (&str, &str) = ("package.json", "{ \"dependencies\": { \"motia\": \"0.17.0\" } }");

/// Two messages, and nothing that is expected of the state.
const TWO: &str = "\
tests:
- name: both are taken
  when:
  - emit: { topic: hit, data: { page: home, by: 10 } }
  - emit: { topic: hit, data: { page: home, by: 20 } }
  then:
  - ran: [Count, Count]
";
const NAME: &str = "tests/hits::both are taken";

/// A step in JavaScript that takes `hit`, with this body.
fn project(body: &str) -> Project {
    project_with(body, TWO)
}

fn project_with(body: &str, test: &str) -> Project {
    let step = format!(
        "export const config = {{ type: 'event', name: 'Count', subscribes: ['hit'], emits: [] }}\n\
         export const handler = async (input, {{ state, traceId }}) => {{\n{body}\n}}\n"
    );
    Project::of(&[
        MANIFEST,
        ("steps/count.step.js", &step),
        ("tests/hits.flow.yaml", test),
    ])
}

const LOST: &str = "\
  const total = (await state.get('hits', input.page)) ?? 0
  await state.set('hits', input.page, total + input.by)";

const SCHEDULES: [&str; 2] = ["--schedules", "60"];

#[track_caller]
fn green(project: &Project) {
    run(project, &SCHEDULES).exits(0).never_says("not serializable");
}

#[track_caller]
fn red(project: &Project, texts: &[&str]) {
    let said = printed(&run(project, &SCHEDULES).exits(1), NAME);
    for text in ["not serializable: ", "replay: banister test"]
        .iter()
        .chain(texts)
    {
        assert!(said.contains(text), "no {text:?} in\n{said}");
    }
}

#[test]
fn a_lost_update_is_found_kept_and_replayed_and_a_mended_one_is_green() {
    let project = project(LOST);
    run(&project, &[]).exits(0);
    red(
        &project,
        &[
            "not serializable: what Count#1 and Count#2 left in `hits/home` is what no order of them, one after the other, leaves",
            "they left hits/home ",
            "one after the other, they leave hits/home 30",
            "`allow: [not-serializable]`",
            "Count#1 overwrote it",
        ],
    );
    let kept = project.files("flow-regressions");
    let file = kept.first().expect("a saved failure");
    run(&project, &["--replay", file])
        .exits(1)
        .says("not serializable");
    let mended = "  await state.update('hits', input.page, [{ type: 'increment', path: '', by: input.by }])";
    let text = project.read("steps/count.step.js").replace(LOST, mended);
    project.write("steps/count.step.js", text);
    run(&project, &["--schedules", "60"]).exits(0);
}

#[test]
fn it_can_be_allowed_in_the_test_and_in_the_settings() {
    let in_test = TWO.replace("  when:", "  allow: [not-serializable]\n  when:");
    green(&project_with(LOST, &in_test));
    let in_settings = project(LOST);
    in_settings.write("banister.toml", "[test]\nallow = ['not-serializable']\n");
    green(&in_settings);
}

#[test]
fn what_the_test_looks_at_itself_is_not_judged() {
    // Whatever the author expects of the group, it is the author's.
    let looks = TWO.replace(
        "  - ran: [Count, Count]\n",
        "  - state: { hits: { away: null } }\n",
    );
    green(&project_with(LOST, &looks));
}

#[test]
fn a_check_that_is_overtaken_is_found() {
    let body = "\
  const all = await state.getGroup('winners')
  if (all.length === 0) await state.set('winners', `by-${input.by}`, { by: input.by })";
    red(&project(body), &["left in `winners/by-10` and `winners/by-20`"]);
    // A key of chance is as good as any.
    let body = "\
  const all = await state.getGroup('winners')
  if (all.length === 0) await state.set('winners', crypto.randomUUID(), { at: Date.now(), page: input.page })";
    red(&project(body), &["left in `winners` "]);
}

#[test]
fn the_last_write_may_win() {
    // One of the orders leaves the same, although each has read what the other wrote.
    green(&project(
        "  await state.get('hits', input.page)\n  await state.set('hits', input.page, input.by)",
    ));
}

#[test]
fn a_list_may_come_in_either_order() {
    let body = "\
  await state.update('hits', 'log', [{ type: 'append', path: '', value: input.by }]).catch(() => {})
  const last = await state.get('last', input.page)
  await state.set('last', input.page, input.by)
  await state.set('seen', `${input.by}`, true)";
    green(&project(body));
}

#[test]
fn times_and_ids_are_no_difference() {
    let body = "\
  const before = await state.get('hits', input.page)
  await new Promise((resolve) => setTimeout(resolve, 25))
  await state.set('hits', input.page, {
    id: crypto.randomUUID(), short: Math.random().toString(36).slice(2, 10), traceId,
    at: new Date().toISOString(), ms: Date.now(), elapsedMs: Date.now() - new Date('2026-01-05T09:00:00Z').getTime(),
  })";
    green(&project(body));
}

#[test]
fn handlers_that_wait_lose_updates_in_any_order() {
    let body = "\
  const total = (await state.get('hits', input.page))?.total ?? 0
  await new Promise((resolve) => setTimeout(resolve, 10))
  await state.set('hits', input.page, { total: total + input.by, at: Date.now() })";
    red(&project(body), &["\"total\":30"]);
}

#[test]
fn a_service_in_between_loses_updates_and_a_time_of_it_does_not_matter() {
    let test = "\
mocks:
  http:
  - on: GET https://rates.example.com/rate
    reply: { status: 200, json: { rate: 2 } }
"
    .to_owned()
        + TWO;
    let with = |write: &str| {
        let body = format!(
            "  const before = (await state.get('hits', input.page))?.total ?? 0\n\
             \x20 const answer = await fetch('https://rates.example.com/rate')\n\
             \x20 const {{ rate }} = await answer.json()\n  {write}"
        );
        project_with(&body, &test)
    };
    red(
        &with("await state.set('hits', input.page, { total: before + rate * input.by, at: Date.now() })"),
        &["\"total\":60"],
    );
    green(&with(
        "await state.set('hits', input.page, { rate, at: Date.now() })",
    ));
}

#[test]
fn too_many_orders_are_unknown_and_no_failure() {
    let emits: String = (1..=6)
        .map(|by| format!("  - emit: {{ topic: hit, data: {{ page: home, by: {by} }} }}\n"))
        .collect();
    let many = format!("tests:\n- name: both are taken\n  when:\n{emits}  then:\n  - ran: [Count]\n");
    green(&project_with(LOST, &many));
}

#[test]
fn python_ruby_and_requests_that_come_together_are_judged_alike() {
    let python = "\
config = {'type': 'api', 'name': 'Hold', 'method': 'POST', 'path': '/seats', 'emits': []}

async def handler(req, ctx):
    seats = await ctx.state.get('seats', 'all') or []
    seats.append(req['body']['by'])
    await ctx.state.set('seats', 'all', seats)
    return {'status': 201, 'body': {}}
";
    let test = "\
profile: seed
tests:
- name: both are taken
  when:
  - together:
    - { request: POST /seats, body: { by: ann } }
    - { request: POST /seats, body: { by: bob } }
  then:
  - response: { status: 201 }
  - response: { status: 201 }
";
    let files = |step: (&'static str, String)| {
        Project::of(&[MANIFEST, (step.0, &step.1), ("tests/hits.flow.yaml", test)])
    };
    let either = "or, in another order, seats/all [\"bob\",\"ann\"]";
    red(&files(("steps/hold_step.py", python.to_owned())), &[either]);
    let ruby = "\
def config
  { type: 'api', name: 'Hold', method: 'POST', path: '/seats', emits: [] }
end

def handler(req, ctx)
  seats = ctx.state.get('seats', 'all') || []
  ctx.state.set('seats', 'all', seats + [req['body']['by']])
  { status: 201, body: {} }
end
";
    red(&files(("steps/hold_step.rb", ruby.to_owned())), &[either]);
    // The one that comes last wins: a serial order, though both have read nothing.
    let blind = python.replace("seats.append(req['body']['by'])", "seats = [req['body']['by']]");
    green(&files(("steps/hold_step.py", blind)));
}
