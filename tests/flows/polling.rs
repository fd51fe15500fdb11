//! Handlers that look into the state again and again without a wait.

use super::report::{named, outcomes, printed, run};
use crate::support::project::Project;

const WORK: &str = "exports.config = { type: 'event', name: 'Work', subscribes: ['work'], emits: [] }
exports.handler = async (input, { state }) => { await state.set('done', input.id, { ok: true }) }
";

/// Steps that send a message and look for what comes of it, as often as `LOOKS` says.
const POLLERS: [(&str, &str); 3] = [
    (
        "steps/js.step.js",
        "exports.config = { type: 'api', name: 'Js', path: '/js', method: 'POST', emits: ['work'] }
exports.handler = async (_, { emit, state }) => {
  await emit({ topic: 'work', data: { id: 'js' } })
  for (let i = 0; i < LOOKS; i++) if (await state.get('done', 'js')) return { status: 200, body: {} }
  return { status: 504, body: {} }
}
",
    ),
    (
        "steps/py_step.py",
        "config = {'type': 'api', 'name': 'Py', 'path': '/py', 'method': 'POST', 'emits': ['work']}
async def handler(req, context):
    await context.emit({'topic': 'work', 'data': {'id': 'py'}})
    for _ in range(LOOKS):
        if 'ok' in str(await context.state.get('done', 'py')):
            return {'status': 200, 'body': {}}
    return {'status': 504, 'body': {}}
",
    ),
    (
        "steps/rb.step.rb",
        "def config
  { type: 'api', name: 'Rb', path: '/rb', method: 'POST', emits: ['work'] }
end
def handler(_req, context)
  context.emit(topic: 'work', data: { id: 'rb' })
  LOOKS.times { return { status: 200, body: {} } if context.state.get('done', 'rb') }
  { status: 504, body: {} }
end
",
    ),
];

fn project(looks: &str, work: &str) -> Project {
    let project = Project::of(&[("package.json", "{}")]);
    for (file, text) in POLLERS {
        project.write(file, text.replace("LOOKS", looks));
    }
    project.write("steps/work.step.js", work);
    let test = |name: &str| {
        format!(
            "  - {{ name: {name} sees it, when: [ {{ request: POST /{name}, body: {{}} }} ], then: [ {{ response: {{ status: 200 }} }} ] }}\n"
        )
    };
    let tests: String = ["js", "py", "rb"].map(test).concat();
    project.write("tests/polls.flow.yaml", format!("tests:\n{tests}"));
    project
}

#[test]
fn a_handler_that_polls_sees_what_another_one_writes() {
    let ran = run(&project("1000", WORK), &[]).exits(0);
    assert_eq!(named(&outcomes(&ran), "ok").len(), 3, "{}", ran.story());
    // Whoever writes only once time has passed.
    let slow = WORK.replace(
        "=> {",
        "=> { await new Promise((done) => setTimeout(done, 2000));",
    );
    let ran = run(&project("4000", &slow), &["--schedules", "2"]).exits(0);
    assert_eq!(named(&outcomes(&ran), "ok").len(), 3, "{}", ran.story());
}

#[test]
fn a_handler_that_polls_for_what_never_comes_is_named() {
    let idle = WORK.replace("await state.set('done', input.id, { ok: true })", "");
    let ran = run(&project("1000000", &idle), &["--auto"]).exits(1);
    for (test, step) in [("POST /js", "Js"), ("POST /py", "Py"), ("POST /rb", "Rb")] {
        let said = printed(&ran, &format!("auto::{test}"));
        assert!(said.contains(&format!("{step} went on 399")), "{said}");
        assert!(
            said.contains("the last was state.get done/") && said.contains("an endless loop?"),
            "{said}"
        );
    }
}
