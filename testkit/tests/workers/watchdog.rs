//! Handlers that never come back, and what is left when a worker or the harness itself is gone: nothing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use banister_testkit::protocol::{CallShape, ToWorker};
use banister_testkit::worker::WorkerError;
use serde_json::json;

use crate::support::{Project, language_of, run};

/// Runs a handler with a budget of a second and gives how that ended.
fn end_of(file: &str, text: &str) -> Option<WorkerError> {
    let mut project = Project::new(&[(file, text)]);
    project.budget = Duration::from_secs(1);
    let mut worker = project.worker(language_of(file))?;
    let error = run(&mut worker, project.invoke(file, CallShape::Event, json!({}))).unwrap_err();
    assert_eq!(processes_in(&project.root()), Vec::<String>::new(), "{text}");
    Some(error)
}

#[test]
fn an_endless_computation_uses_up_the_budget() {
    for (file, text) in [
        ("steps/a.step.ts", "export const handler = () => { for (;;) {} }"),
        (
            "steps/b.step.ts",
            "export const handler = async () => { for (;;) await null }",
        ),
        (
            "steps/c.step.ts",
            "export const handler = () => /^(a+)+$/.test('a'.repeat(60) + 'b')",
        ),
        (
            "steps/d.step.ts",
            "export const handler = async (_: unknown, { logger }: any) => { for (;;) { logger.info('again'); await null } }",
        ),
        (
            "steps/a_step.py",
            "async def handler(data, ctx):\n    while True:\n        pass\n",
        ),
        (
            "steps/b_step.py",
            "import asyncio\nasync def handler(data, ctx):\n    while True:\n        await asyncio.sleep(0)\n",
        ),
        (
            "steps/c_step.py",
            "import re\nasync def handler(data, ctx):\n    return bool(re.match('^(a+)+$', 'a' * 60 + 'b'))\n",
        ),
        ("steps/a.step.rb", "def handler(input, context)\n  loop {}\nend\n"),
        (
            "steps/b.step.rb",
            "def handler(input, context)\n  loop { context.logger.info('again') }\nend\n",
        ),
    ] {
        let Some(error) = end_of(file, text) else { continue };
        assert!(
            matches!(error, WorkerError::Budget { seconds: 1 }),
            "{text}: {error}"
        );
    }
}

#[test]
fn a_handler_that_stands_still_uses_up_the_budget_too() {
    for (file, text) in [
        (
            "steps/a.step.ts",
            "export const handler = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
        ),
        (
            "steps/b.step.ts",
            "import { execSync } from 'node:child_process'\nexport const handler = () => execSync('sleep 600')",
        ),
        (
            "steps/c.step.ts",
            "import { execFile } from 'node:child_process'\nexport const handler = () => new Promise((done) => execFile('sleep', ['600'], done))",
        ),
        (
            "steps/a_step.py",
            "import ctypes\nasync def handler(data, ctx):\n    ctypes.CDLL(None).sleep(600)\n",
        ),
        (
            "steps/b_step.py",
            "import os\nasync def handler(data, ctx):\n    reader, writer = os.pipe()\n    os.read(reader, 1)\n",
        ),
        (
            "steps/c_step.py",
            "import threading\nasync def handler(data, ctx):\n    lock = threading.Lock()\n    lock.acquire()\n    lock.acquire()\n",
        ),
        (
            "steps/d_step.py",
            "import asyncio, threading\nasync def handler(data, ctx):\n    await asyncio.to_thread(threading.Event().wait)\n",
        ),
        (
            "steps/a.step.rb",
            "def handler(input, context)\n  reader, writer = IO.pipe\n  reader.read\nend\n",
        ),
        (
            "steps/b.step.rb",
            "def handler(input, context)\n  system('sleep 600')\nend\n",
        ),
    ] {
        let Some(error) = end_of(file, text) else { continue };
        assert!(
            matches!(error, WorkerError::Blocked { seconds: 1 }),
            "{text}: {error}"
        );
    }
}

/// Threads that wait for each other: Ruby finds out by itself, and says so.
#[test]
fn threads_of_ruby_that_wait_for_each_other_are_an_error() {
    let file = "steps/a.step.rb";
    let text = "def handler(input, context)\n  lock = Mutex.new\n  queue = Queue.new\n  lock.synchronize { Thread.new { lock.synchronize { queue << 1 } }; queue.pop }\nend\n";
    let mut project = Project::new(&[(file, text)]);
    project.budget = Duration::from_secs(2);
    let Some(mut worker) = project.worker(language_of(file)) else {
        return;
    };
    match run(&mut worker, project.invoke(file, CallShape::Event, json!({}))) {
        Ok(told) => assert!(told.error().message.contains("eadlock"), "{told:?}"),
        Err(error) => assert!(matches!(error, WorkerError::Blocked { .. }), "{error}"),
    }
}

#[test]
fn nothing_is_left_of_a_worker_that_is_dropped() {
    for (file, text) in [
        (
            "steps/a.step.js",
            "exports.handler = () => { require('child_process').spawn('sleep', ['600'], { stdio: 'ignore' }) }",
        ),
        (
            "steps/b.step.js",
            "exports.handler = () => { require('child_process').spawn('sh', ['-c', \"trap '' TERM HUP INT; sleep 600; sleep 600\"], { stdio: 'ignore', detached: true }).unref() }",
        ),
        (
            "steps/a_step.py",
            "import subprocess\nasync def handler(data, ctx):\n    subprocess.Popen(['sleep', '600'])\n",
        ),
        (
            "steps/b_step.py",
            "import subprocess\nasync def handler(data, ctx):\n    subprocess.Popen(['sh', '-c', \"trap '' TERM HUP INT; sleep 600; sleep 600\"], start_new_session=True)\n",
        ),
        (
            "steps/c_step.py",
            "import os, signal, time\nasync def handler(data, ctx):\n    if os.fork() == 0:\n        os.setsid()\n        signal.signal(signal.SIGTERM, signal.SIG_IGN)\n        if os.fork() == 0:\n            os.execvp('sleep', ['sleep', '600'])\n        os.kill(os.getpid(), signal.SIGKILL)\n    os.wait()\n",
        ),
        (
            "steps/a.step.rb",
            "def handler(input, context)\n  spawn('sleep', '600')\n  nil\nend\n",
        ),
        (
            "steps/b.step.rb",
            "def handler(input, context)\n  fork do\n    Process.setsid\n    trap('TERM', 'IGNORE')\n    exec('sleep', '600')\n  end\n  nil\nend\n",
        ),
        (
            "steps/c.step.rb",
            "def handler(input, context)\n  Process.wait(fork { Process.daemon(true); exec('sleep', '600') })\n  nil\nend\n",
        ),
    ] {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        let told = run(&mut worker, project.invoke(file, CallShape::Event, json!({})))
            .unwrap()
            .ok();
        assert!(!told.escaped.is_empty(), "{text}");
        drop(worker);
        assert_eq!(processes_in(&project.root()), Vec::<String>::new(), "{text}");
    }
}

/// The harness is killed while handlers run: no process and no folder of ours is left.
#[test]
fn nothing_is_left_of_a_harness_that_is_killed() {
    const STEPS: [(&str, &str); 3] = [
        ("steps/a.step.js", "exports.handler = () => { for (;;) {} }"),
        (
            "steps/a_step.py",
            "async def handler(data, ctx):\n    while True:\n        pass\n",
        ),
        ("steps/a.step.rb", "def handler(input, context)\n  loop {}\nend\n"),
    ];
    if let Some(folder) = std::env::var_os("BANISTER_TEST_KILLED_HARNESS") {
        let project = Project::new(&STEPS);
        let mut workers = Vec::new();
        for (file, _) in STEPS {
            let Some(mut worker) = project.worker(language_of(file)) else {
                continue;
            };
            let invoke = project.invoke(file, CallShape::Event, json!({}));
            worker.send(&ToWorker::Invoke(Box::new(invoke))).unwrap();
            // Another one that nobody gives anything to do.
            workers.extend([worker, project.worker(language_of(file)).unwrap()]);
        }
        std::fs::write(
            PathBuf::from(folder).join("root"),
            project.root().to_str().unwrap(),
        )
        .unwrap();
        std::thread::sleep(Duration::from_secs(600));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut harness = Command::new(std::env::current_exe().unwrap())
        .args(["watchdog::nothing_is_left_of_a_harness_that_is_killed", "--exact"])
        .env("BANISTER_TEST_KILLED_HARNESS", folder.path())
        .env("TMPDIR", folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let note = folder.path().join("root");
    while !note.exists() && harness.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(20));
    }
    // The handlers are on their way into their loops.
    std::thread::sleep(Duration::from_millis(300));
    harness.kill().unwrap();
    harness.wait().unwrap();
    let root = PathBuf::from(std::fs::read_to_string(note).unwrap());
    assert_eq!(processes_in(&root), Vec::<String>::new());
    let folders = || {
        let entries = std::fs::read_dir(folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names
            .filter(|name| name.starts_with("banister-"))
            .collect::<Vec<_>>()
    };
    for _ in 0..100 {
        if folders().is_empty() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("left behind: {:?}", folders());
}

/// Processes that run in the project's folder.
fn processes_in(root: &Path) -> Vec<String> {
    let runs_here = |process: &Path| {
        std::fs::read_link(process.join("cwd")).is_ok_and(|folder| folder == root)
            && std::fs::read_to_string(process.join("status"))
                .is_ok_and(|status| !status.contains("State:\tZ"))
    };
    // A process that was killed may take a moment to be gone.
    for _ in 0..100 {
        let there = std::fs::read_dir("/proc")
            .unwrap()
            .filter_map(Result::ok)
            .map(|entry| entry.path());
        let left: Vec<String> = there
            .filter(|path| runs_here(path))
            .map(|path| path.display().to_string())
            .collect();
        if left.is_empty() {
            return left;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    vec!["a process is left".to_owned()]
}
