//! What one invocation leaves to the next: nothing, unless it is asked to share.

use banister_testkit::protocol::{CallShape, Isolation};
use serde_json::{Value as Json, json};

use crate::support::{Project, language_of, run, run_step};

const COUNTERS: [(&str, &str, &str, &str); 4] = [
    (
        "steps/a.step.ts",
        "import { next } from './counter'\nlet own = 0\nexport const handler = () => [++own, next()]",
        "steps/counter.ts",
        "let n = 0\nexport const next = () => ++n",
    ),
    (
        "steps/a.step.js",
        "const { next } = require('./counter')\nlet own = 0\nexports.handler = () => [++own, next()]",
        "steps/counter.js",
        "let n = 0\nexports.next = () => ++n",
    ),
    (
        "steps/a_step.py",
        "from steps.counter import next_one\nfrom .counter import next_one as same\nown = [0]\nasync def handler(data, ctx):\n    own[0] += 1\n    return [own[0], next_one()]\n",
        "steps/counter.py",
        "n = 0\ndef next_one():\n    global n\n    n += 1\n    return n\n",
    ),
    (
        "steps/a.step.rb",
        "require_relative 'counter'\n$own = ($own || 0)\ndef handler(input, context)\n  $own += 1\n  [$own, Counter.next_one]\nend\n",
        "steps/counter.rb",
        "module Counter\n  @n = 0\n  def self.next_one = @n += 1\nend\n",
    ),
];

fn count(isolation: Isolation) -> Vec<(&'static str, Vec<Json>)> {
    let mut counted = Vec::new();
    for (file, text, helper, helper_text) in COUNTERS {
        let project = Project::new(&[(file, text), (helper, helper_text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        let values = (0..3).map(|_| {
            let mut invoke = project.invoke(file, CallShape::Event, json!({}));
            invoke.isolation = isolation;
            run(&mut worker, invoke).unwrap().ok().value
        });
        counted.push((file, values.collect()));
    }
    counted
}

#[test]
fn a_fresh_invocation_finds_fresh_modules() {
    for isolation in [Isolation::Fresh, Isolation::Process] {
        for (file, values) in count(isolation) {
            assert_eq!(values, vec![json!([1, 1]); 3], "{file}");
        }
    }
}

#[test]
fn a_shared_one_finds_them_as_they_were_left() {
    for (file, values) in count(Isolation::Shared) {
        assert_eq!(values, [json!([1, 1]), json!([2, 2]), json!([3, 3])], "{file}");
    }
}

#[test]
fn a_copied_process_forgets_its_packages_too() {
    let file = "steps/a_step.py";
    let text = "import builtins, json\nasync def handler(data, ctx):\n    json.kept = getattr(json, 'kept', 0) + 1\n    builtins.kept = 1\n    return json.kept\n";
    let project = Project::new(&[(file, text)]);
    for (isolation, expected, leaked) in [
        (Isolation::Process, [1, 1], 0),
        (Isolation::Fresh, [1, 1], 2),
        (Isolation::Shared, [1, 2], 2),
    ] {
        let Some(mut worker) = project.worker(language_of(file)) else {
            return;
        };
        let told = [(); 2].map(|()| {
            let mut invoke = project.invoke(file, CallShape::Event, json!({}));
            invoke.isolation = isolation;
            run(&mut worker, invoke).unwrap().ok()
        });
        assert_eq!(told[0].leaked.len(), leaked, "{isolation:?}");
        assert_eq!(
            told.map(|it| it.value),
            expected.map(|n| json!(n)),
            "{isolation:?}"
        );
    }
}

#[test]
fn a_copied_process_that_ends_is_answered_for() {
    for (file, text) in [
        (
            "steps/a_step.py",
            "import os, signal\nasync def handler(data, ctx):\n    if data['die']:\n        os.kill(os.getpid(), signal.SIGKILL)\n    return 'alive'\n",
        ),
        (
            "steps/a.step.rb",
            "def handler(input, context)\n  Process.kill(:KILL, Process.pid) if input['die']\n  'alive'\nend\n",
        ),
    ] {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        let mut told = |die: bool| {
            let mut invoke = project.invoke(file, CallShape::Event, json!({ "die": die }));
            invoke.isolation = Isolation::Process;
            run(&mut worker, invoke).unwrap()
        };
        let dead = told(true);
        assert_eq!(
            dead.error().message,
            "the handler's process ended with signal KILL",
            "{file}"
        );
        assert_eq!(told(false).ok().value, json!("alive"), "{file}");
    }
}

#[test]
fn globals_that_are_left_behind_are_told_and_gone() {
    for (file, text, name) in [
        (
            "steps/a.step.js",
            "exports.handler = () => { const before = typeof leak; globalThis.leak = 1; return before === 'undefined' ? 0 : 1 }",
            "leak",
        ),
        (
            "steps/a_step.py",
            "import builtins\nasync def handler(data, ctx):\n    before = hasattr(builtins, 'leak')\n    builtins.leak = 1\n    return int(before)\n",
            "leak",
        ),
    ] {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        for _ in 0..2 {
            let told = run(&mut worker, project.invoke(file, CallShape::Event, json!({})))
                .unwrap()
                .ok();
            assert_eq!(
                (told.value, told.leaked),
                (json!(0), vec![name.to_owned()]),
                "{file}"
            );
        }
    }
}

#[test]
fn what_a_handler_leaves_running_never_speaks_again() {
    for (file, text) in [
        (
            "steps/a.step.js",
            "exports.handler = (n, ctx) => { const speak = () => { ctx.logger.info('ghost'); ctx.emit({ topic: 'ghost' }) }; setTimeout(speak, 5); setImmediate(() => setImmediate(speak)); Promise.resolve().then(() => {}).then(() => setTimeout(speak, 1)); require('net').createServer().listen(0); return n }",
        ),
        (
            "steps/a_step.py",
            "import asyncio\nasync def speak(ctx):\n    await asyncio.sleep(0.005)\n    ctx.logger.info('ghost')\n    await ctx.emit({'topic': 'ghost'})\nasync def handler(n, ctx):\n    asyncio.ensure_future(speak(ctx))\n    return n\n",
        ),
        (
            "steps/a.step.rb",
            "def handler(n, context)\n  Thread.new { sleep 0.005; context.logger.info('ghost') }\n  n\nend\n",
        ),
    ] {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        for n in 0..20 {
            let told = run(&mut worker, project.invoke(file, CallShape::Event, json!(n)))
                .unwrap()
                .ok();
            assert_eq!(
                (&told.value, told.logs.len(), told.calls.len()),
                (&json!(n), 0, 0),
                "{file}"
            );
        }
    }
}

#[test]
fn the_environment_is_the_one_of_the_test() {
    for (file, text) in [
        (
            "steps/a.step.js",
            "exports.handler = () => { const seen = [process.env.KEY ?? null, Object.keys(process.env).filter((k) => k.startsWith('BANISTER')).length]; process.env.KEY = 'left'; return seen }",
        ),
        (
            "steps/a_step.py",
            "import os\nasync def handler(data, ctx):\n    seen = [os.environ.get('KEY'), len([k for k in os.environ if k.startswith('BANISTER')])]\n    os.environ['KEY'] = 'left'\n    return seen\n",
        ),
        (
            "steps/a.step.rb",
            "def handler(input, context)\n  seen = [ENV['KEY'], ENV.keys.count { |k| k.start_with?('BANISTER') }]\n  ENV['KEY'] = 'left'\n  seen\nend\n",
        ),
    ] {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        for key in [None, Some("one"), None] {
            let mut invoke = project.invoke(file, CallShape::Event, json!({}));
            invoke
                .env
                .extend(key.map(|key| ("KEY".to_owned(), key.to_owned())));
            assert_eq!(
                run(&mut worker, invoke).unwrap().ok().value,
                json!([key, 0]),
                "{file}"
            );
        }
    }
}

#[test]
fn every_invocation_begins_in_the_folder_of_the_project() {
    for (file, text) in [
        (
            "steps/a.step.ts",
            "export const handler = () => { const at = process.cwd(); process.chdir('/'); return at }",
        ),
        (
            "steps/a_step.py",
            "import os\nasync def handler(data, ctx):\n    at = os.getcwd()\n    os.chdir('/')\n    return at\n",
        ),
        (
            "steps/a.step.rb",
            "def handler(input, context)\n  at = Dir.pwd\n  Dir.chdir('/')\n  at\nend\n",
        ),
    ] {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        let mut at = || {
            let invoke = project.invoke(file, CallShape::Event, json!({}));
            run(&mut worker, invoke).unwrap().ok().value
        };
        let first = at();
        assert_ne!(first, json!("/"), "{file}");
        assert_eq!(at(), first, "{file}");
    }
}

#[test]
fn modules_of_both_kinds_import_each_other() {
    let project = Project::new(&[
        (
            "steps/a.step.ts",
            "import legacy, { price } from './legacy'\nimport data from './data.json'\nimport type { Missing } from './missing'\nimport { Kind } from '@/kinds'\nexport const handler = async () => [legacy.price, price, data.rate, Kind.Big, (await import('./late')).late, import.meta.dirname.endsWith('steps')]",
        ),
        (
            "steps/legacy.js",
            "const { doubled } = require('./modern')\nexports.price = doubled(21)",
        ),
        (
            "steps/modern.ts",
            "export const doubled = (n: number): number => n * 2",
        ),
        (
            "steps/late.ts",
            "import { Kind } from '../lib/kinds.js'\nexport const late: string = Kind.Small",
        ),
        ("steps/data.json", "{\"rate\": 0.5}"),
        (
            "lib/kinds.ts",
            "export enum Kind { Small = 'small', Big = 'big' }",
        ),
        (
            "tsconfig.json",
            "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./lib/*\"]}}}",
        ),
    ]);
    let Some(mut worker) = project.worker(language_of("a.ts")) else {
        return;
    };
    for _ in 0..2 {
        let told = run(
            &mut worker,
            project.invoke("steps/a.step.ts", CallShape::Event, json!({})),
        )
        .unwrap()
        .ok();
        assert_eq!(told.value, json!([42, 42, 0.5, "big", "small", true]));
    }
}

#[test]
fn modules_may_import_each_other_in_a_circle() {
    let project = Project::new(&[
        (
            "steps/a.step.ts",
            "import { b } from './b'\nexport const a = 'a'\nexport const handler = () => b()",
        ),
        (
            "steps/b.ts",
            "import { a } from './a.step'\nexport const b = () => a + 'b'",
        ),
    ]);
    let Some(mut worker) = project.worker(language_of("a.ts")) else {
        return;
    };
    let told = run(
        &mut worker,
        project.invoke("steps/a.step.ts", CallShape::Event, json!({})),
    )
    .unwrap()
    .ok();
    assert_eq!(told.value, json!("ab"));
}

#[test]
fn ruby_input_reads_as_texts_symbols_and_methods() {
    let text = "def handler(input, context)\n  [input['a']['b'], input[:a][:b], input.a.b, input.fetch(:a).fetch('b'), input.dig('a', :b), input.key?(:a), input.map { |key, _| key }, input['missing'], input.missing]\nend\n";
    let Some(told) = run_step("steps/a.step.rb", text, json!({"a": {"b": 1}, "c": []})) else {
        return;
    };
    assert_eq!(
        told.ok().value,
        json!([1, 1, 1, 1, 1, true, ["a", "c"], null, null])
    );
}

#[test]
fn a_program_that_a_handler_starts_is_told_of() {
    let starters = [
        (
            "steps/a.step.ts",
            "import { execSync } from 'node:child_process'\nexport const handler = () => execSync('echo hi').toString()",
        ),
        (
            "steps/b.step.js",
            "const { spawn } = require('node:child_process')\nexports.handler = () => new Promise((done) => {\n  let out = ''\n  const child = spawn('echo', ['hi'])\n  child.stdout.on('data', (data) => { out += data })\n  child.on('close', () => done(out))\n})",
        ),
        (
            "steps/c_step.py",
            "import subprocess\nasync def handler(data, ctx):\n    return subprocess.run(['echo', 'hi'], capture_output=True, text=True).stdout\n",
        ),
        (
            "steps/d.step.rb",
            "def handler(input, context)\n  `echo hi`\nend\n",
        ),
        (
            "steps/e.step.rb",
            "def handler(input, context)\n  IO.popen(['echo', 'hi'], &:read)\nend\n",
        ),
        (
            "steps/f.step.rb",
            "def handler(input, context)\n  reader, writer = IO.pipe\n  raise 'public' if 1.respond_to?(:spawn) || 1.respond_to?(:fork)\n  Process.wait(Process.spawn('echo', 'hi', out: writer))\n  writer.close\n  reader.read\nend\n",
        ),
        (
            "steps/g_step.py",
            "import os\nasync def handler(data, ctx):\n    reader, writer = os.pipe()\n    os.waitpid(os.posix_spawnp('echo', ['echo', 'hi'], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, writer, 1)]), 0)\n    return os.read(reader, 99).decode()\n",
        ),
    ];
    for (file, text) in starters {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        let told = run(&mut worker, project.invoke(file, CallShape::Event, json!({})))
            .unwrap()
            .ok();
        assert_eq!(told.value, json!("hi\n"), "{file}");
        let expected = match file {
            "steps/g_step.py" => "called os.posix_spawn",
            _ => "started the program echo",
        };
        assert_eq!(told.escaped, [expected], "{file}");
    }
}

#[test]
fn a_copy_of_the_process_never_speaks_to_the_harness() {
    for (file, text) in [
        (
            "steps/a_step.py",
            "import os\nasync def handler(data, ctx):\n    child = os.fork()\n    if child == 0:\n        return 'child'\n    os.waitpid(child, 0)\n    return 'parent'\n",
        ),
        (
            "steps/b_step.py",
            "import multiprocessing, os\ndef work(queue):\n    queue.put('parent')\nasync def handler(data, ctx):\n    queue = multiprocessing.get_context('fork').Queue()\n    child = multiprocessing.get_context('fork').Process(target=work, args=(queue,))\n    child.start()\n    value = queue.get()\n    child.join()\n    return value if child.exitcode == 0 else child.exitcode\n",
        ),
        (
            "steps/a.step.rb",
            "def handler(input, context)\n  child = fork\n  return 'child' if child.nil?\n  Process.wait(child)\n  'parent'\nend\n",
        ),
        (
            "steps/b.step.rb",
            "def handler(input, context)\n  reader, writer = IO.pipe\n  Process.wait(fork { writer.write('parent'); exit!(0) })\n  writer.close\n  reader.read\nend\n",
        ),
    ] {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        for _ in 0..2 {
            let told = run(&mut worker, project.invoke(file, CallShape::Event, json!({})))
                .unwrap()
                .ok();
            assert_eq!(told.value, json!("parent"), "{text}");
            assert_eq!(told.escaped.len(), 1, "{text}");
        }
    }
}
