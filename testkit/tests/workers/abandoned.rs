//! A handler that the harness ends in the middle, as a crash does, and the worker that goes on after it.

use std::fs;

use banister_testkit::protocol::{CallShape, FromWorker, ToWorker};
use banister_testkit::worker::Worker;
use serde_json::{Value as Json, json};

use crate::support::{Project, language_of, link_packages, run};

/// Handlers that change what outlives them, wait, and have something to do at their end, which must never happen.
const STEPS: [(&str, &str); 3] = [
    (
        "steps/a.step.js",
        "const fs = require('fs')
exports.handler = async (input, { state }) => {
  const before = [globalThis.kept ?? null, Array.prototype.at === String]
  if (!input.waits) return before
  globalThis.kept = true
  Array.prototype.at = String
  setTimeout(() => fs.writeFileSync('told.txt', 'timer'), 1)
  try {
    await state.set('g', 'k', 1)
  } finally {
    fs.writeFileSync('told.txt', 'end')
  }
}
",
    ),
    (
        "steps/a_step.py",
        "import builtins
async def handler(input, context):
    before = [getattr(builtins, 'kept', None), False]
    if not input['waits']:
        return before
    builtins.kept = True
    try:
        await context.state.set('g', 'k', 1)
    finally:
        open('told.txt', 'w').write('end')
        await context.emit({'topic': 'late', 'data': {}})
",
    ),
    (
        "steps/a_step.rb",
        "def handler(input, context)
  before = [$kept, false]
  return before unless input['waits']
  $kept = true
  at_exit { File.write('told.txt', 'exit') }
  begin
    context.state.set('g', 'k', 1)
  ensure
    File.write('told.txt', 'end')
    context.emit(topic: 'late', data: {})
  end
end
",
    ),
];

/// Starts a handler that may be ended, and lets it run until it waits.
fn park(project: &Project, worker: &mut Worker, file: &str) {
    let mut invoke = project.invoke(file, CallShape::Event, json!({ "waits": true }));
    invoke.expendable = true;
    worker.send(&ToWorker::Invoke(Box::new(invoke))).unwrap();
    assert!(matches!(worker.recv().unwrap(), FromWorker::Call { .. }));
    assert!(matches!(worker.recv().unwrap(), FromWorker::Parked { .. }));
}

fn goes_on(project: &Project, worker: &mut Worker, file: &str) -> Json {
    let mut invoke = project.invoke(file, CallShape::Event, json!({ "waits": false }));
    invoke.expendable = true;
    run(worker, invoke).unwrap().ok().value
}

#[test]
fn an_abandoned_handler_says_and_leaves_nothing() {
    for (file, text) in STEPS {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        for _ in 0..3 {
            park(&project, &mut worker, file);
            assert!(worker.abandon(1), "{file}");
            assert_eq!(
                goes_on(&project, &mut worker, file),
                json!([null, false]),
                "{file}"
            );
        }
        assert!(!project.root().join("told.txt").exists(), "{file}");
    }
}

#[test]
fn what_a_package_may_keep_half_done_ends_with_the_worker() {
    for (name, is_kept) in [("half-done", false), ("node:path", true), ("zod", true)] {
        let file = "steps/a.step.js";
        let text = format!(
            "require('{name}')\nexports.handler = async (input, {{ state }}) => {{ if (input.waits) await state.set('g', 'k', 1) }}"
        );
        let project = Project::new(&[(file, &text)]);
        if name == "zod" {
            if !link_packages(&project) {
                continue;
            }
        } else {
            let folder = project.root().join("node_modules/half-done");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("index.js"), "").unwrap();
        }
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        park(&project, &mut worker, file);
        assert_eq!(worker.abandon(1), is_kept, "{name}");
    }
}
