//! What a handler loses, changes or is given beside its calls: errors that nobody waits for, patches of what outlives it,
//! values that are no JSON, messages of many megabytes, folders with unusual names.

use std::time::Duration;

use banister_testkit::protocol::{CallShape, Isolation};
use serde_json::{Value as Json, json};

use crate::support::{Project, language_of, run, run_step};

#[test]
fn errors_that_nobody_waits_for_are_told() {
    for (file, text, expected) in [
        (
            "steps/a_step.py",
            "import asyncio\nasync def work():\n    raise ValueError('lost')\nasync def handler(data, ctx):\n    asyncio.create_task(work())\n    await asyncio.sleep(1)\n    return 1\n",
            "a task: ValueError: lost at 3",
        ),
        (
            "steps/b_step.py",
            "import threading\ndef work():\n    raise ValueError('lost')\nasync def handler(data, ctx):\n    thread = threading.Thread(target=work)\n    thread.start()\n    thread.join()\n    return 1\n",
            "a thread: ValueError: lost at 3",
        ),
        (
            "steps/c_step.py",
            "import asyncio\ndef work():\n    raise ValueError('lost')\nasync def handler(data, ctx):\n    asyncio.get_running_loop().run_in_executor(None, work)\n    await asyncio.sleep(1)\n    return 1\n",
            "a job on a thread: ValueError: lost at 3",
        ),
        (
            "steps/a.step.rb",
            "def handler(input, context)\n  thread = Thread.new { raise ArgumentError, 'lost' }\n  Thread.pass while thread.alive?\n  1\nend\n",
            "a thread: ArgumentError: lost at 2",
        ),
    ] {
        let Some(told) = run_step(file, text, json!({})) else {
            continue;
        };
        let told = told.ok();
        assert_eq!(
            (told.value, told.strays),
            (json!(1), vec![expected.to_owned()]),
            "{file}"
        );
    }
}

#[test]
fn errors_that_somebody_has_are_not_lost() {
    for (file, text) in [
        (
            "steps/a_step.py",
            "import asyncio\nasync def work():\n    raise ValueError('had')\nasync def handler(data, ctx):\n    done = await asyncio.gather(work(), asyncio.to_thread(int, 'x'), return_exceptions=True)\n    task = asyncio.create_task(work())\n    try:\n        await task\n    except ValueError:\n        return len(done)\n",
        ),
        (
            "steps/a.step.rb",
            "def handler(input, context)\n  threads = [1, 2].map { Thread.new { raise 'had' } }\n  threads.count { |thread| begin; thread.join; false; rescue StandardError; true; end }\nend\n",
        ),
    ] {
        let Some(told) = run_step(file, text, json!({})) else {
            continue;
        };
        let told = told.ok();
        assert_eq!((told.value, told.strays), (json!(2), Vec::new()), "{file}");
    }
}

/// Each handler gives what it finds before it changes it.
const PATCHES: [(&str, &str, &[&str]); 5] = [
    (
        "steps/a.step.js",
        "exports.handler = () => { const found = [typeof [].last, 'a'.trim(), typeof Number.isBig]; Array.prototype.last = function () {}; String.prototype.trim = () => 'patched'; Number.isBig = () => true; return found }",
        &["String.prototype.trim", "Array.prototype.last", "Number.isBig"],
    ),
    (
        "steps/b.step.js",
        "const fs = require('fs')\nexports.handler = () => { const found = [typeof fetch, fs.existsSync('/')]; globalThis.fetch = () => 1; fs.existsSync = () => 'patched'; return found }",
        &["fetch", "fs.existsSync"],
    ),
    (
        "steps/c.step.ts",
        "import { part } from 'part'\nimport Whole from 'whole'\nexport const handler = () => { const found = [part.prototype.size(), new Whole().size(), Whole.make()]; part.prototype.size = () => 7; Whole.prototype.size = () => 7; Whole.make = () => 7; return found }",
        &["part.part.prototype.size", "whole.make", "whole.prototype.size"],
    ),
    (
        "steps/a_step.py",
        "import json\nimport string as s\nfrom json import JSONEncoder\nasync def handler(data, ctx):\n    found = [json.dumps(1), s.digits, JSONEncoder().encode(1), hasattr(json, 'extra')]\n    json.dumps = lambda value: 'patched'\n    s.digits = 'patched'\n    setattr(JSONEncoder, 'encode', lambda self, value: 'patched')\n    json.extra = 1\n    return found\n",
        &[
            "json.JSONEncoder.encode",
            "json.dumps",
            "json.extra",
            "string.digits",
        ],
    ),
    (
        "steps/b_step.py",
        "import builtins, sys\nasync def handler(data, ctx):\n    found = [oct(8), 'x' in sys.path]\n    builtins.oct = lambda it: 7\n    sys.path.append('x')\n    return found\n",
        &["oct"],
    ),
];

fn with_packages() -> Project {
    let mut files: Vec<(&str, &str)> = PATCHES.iter().map(|(file, text, _)| (*file, *text)).collect();
    files.extend([
        (
            "node_modules/part/package.json",
            "{ \"name\": \"part\", \"main\": \"i.js\" }",
        ),
        (
            "node_modules/part/i.js",
            "exports.part = class { size() { return 1 } }\nArray.prototype.ofPart = () => 1",
        ),
        (
            "node_modules/whole/package.json",
            "{ \"name\": \"whole\", \"type\": \"module\", \"main\": \"i.js\" }",
        ),
        (
            "node_modules/whole/i.js",
            "export default class Whole { size() { return 2 } static make() { return 3 } }",
        ),
    ]);
    Project::new(&files)
}

#[test]
fn patches_of_what_outlives_a_handler_are_told_and_put_back() {
    let project = with_packages();
    for (file, _, expected) in PATCHES {
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        let runs = [(); 3].map(|()| {
            let told = run(&mut worker, project.invoke(file, CallShape::Event, json!({})))
                .unwrap()
                .ok();
            let mut leaked = told.leaked;
            leaked.sort();
            (told.value, leaked)
        });
        let mut expected: Vec<String> = expected.iter().map(|name| (*name).to_owned()).collect();
        expected.sort();
        assert_eq!(runs[0].1, expected, "{file}");
        assert_eq!([&runs[1], &runs[2]], [&runs[0]; 2], "{file}");
    }
}

#[test]
fn patches_stay_where_modules_are_shared() {
    let project = with_packages();
    for file in ["steps/a.step.js", "steps/a_step.py"] {
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        let mut first_of = || -> Json {
            let mut invoke = project.invoke(file, CallShape::Event, json!({}));
            invoke.isolation = Isolation::Shared;
            run(&mut worker, invoke).unwrap().ok().value
        };
        assert_ne!(first_of(), first_of(), "{file}");
    }
}

#[test]
fn a_handler_that_changes_nothing_leaves_nothing() {
    for (file, text) in [
        (
            "steps/a.step.ts",
            "import { z } from 'part'\nexport const handler = async () => { for (const it of [1]) console.log(it, new URL('http://a/'), new Response('x').status, structuredClone({}), new Intl.NumberFormat().format(1), crypto.randomUUID()); await new Promise((r) => setTimeout(r, 5)); return typeof z }",
        ),
        (
            "steps/a_step.py",
            "import json, logging, decimal, asyncio\nlogging.getLogger().setLevel(10)\nclass A:\n    pass\nasync def handler(data, ctx):\n    a = A()\n    a.b = json.dumps(1)\n    logging.basicConfig()\n    await asyncio.sleep(1)\n    return 'undefined'\n",
        ),
    ] {
        let project = Project::new(&[
            (file, text),
            (
                "node_modules/part/package.json",
                "{ \"name\": \"part\", \"main\": \"i.js\" }",
            ),
            (
                "node_modules/part/i.js",
                "exports.z = undefined; globalThis.ofPart = 1; String.prototype.ofPart = 1",
            ),
        ]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        for _ in 0..2 {
            let told = run(&mut worker, project.invoke(file, CallShape::Event, json!({})))
                .unwrap()
                .ok();
            assert_eq!(
                (told.value, told.leaked),
                (json!("undefined"), Vec::new()),
                "{file}"
            );
        }
    }
}

#[test]
fn half_a_character_is_told() {
    for (file, text) in [
        (
            "steps/a.step.js",
            "exports.handler = async (data, ctx) => { await ctx.state.set('g', 'k', 'a\\ud800b') }",
        ),
        (
            "steps/b.step.js",
            "exports.handler = async () => ({ text: '\\udc00' })",
        ),
        (
            "steps/a_step.py",
            "async def handler(data, ctx):\n    await ctx.state.set('g', 'k', 'a\\ud800b')\n",
        ),
        (
            "steps/b_step.py",
            "async def handler(data, ctx):\n    return {'text': '\\udc00'}\n",
        ),
    ] {
        let Some(told) = run_step(file, text, json!({})) else {
            continue;
        };
        let [objection] = told.objections.as_slice() else {
            panic!("{file}: {told:?}");
        };
        assert!(objection.contains("half of a surrogate pair"), "{objection}");
    }
    for text in [
        "exports.handler = async () => 'a\\\\ud800 \\ud83d\\ude00'",
        "exports.handler = async (data, ctx) => { await ctx.state.set('g', 'k', '\\\\udc00') }",
    ] {
        if let Some(told) = run_step("steps/a.step.js", text, json!({})) {
            assert_eq!(told.ok().objections, Vec::<String>::new());
        }
    }
}

#[test]
fn numbers_and_texts_that_json_has_no_place_for() {
    let cases: [(&str, &str, Result<Json, &str>); 10] = [
        (
            "steps/a.step.js",
            "exports.handler = () => ({ price: [1, Infinity] })",
            Ok(json!({ "price": [1, null] })),
        ),
        (
            "steps/a_step.py",
            "async def handler(data, ctx):\n    return {'body': {'price': [1, float('nan')]}}\n",
            Err("Out of range float values are not JSON compliant (what it returned: body.price.1 is nan)"),
        ),
        (
            "steps/b_step.py",
            "async def handler(data, ctx):\n    await ctx.state.set('g', 'k', {'price': float('inf')})\n",
            Err("Out of range float values are not JSON compliant (state.set: price is inf)"),
        ),
        (
            "steps/a.step.rb",
            "def handler(input, context)\n  { body: { price: [1, Float::NAN] } }\nend\n",
            Err("body.price.1 is NaN, which is no JSON"),
        ),
        (
            "steps/b.step.js",
            "exports.handler = () => 'a\\ud800b'",
            Ok(json!("a\u{fffd}b")),
        ),
        (
            "steps/c_step.py",
            "async def handler(data, ctx):\n    return 'a\\ud800b'\n",
            Ok(json!("a\u{fffd}b")),
        ),
        (
            "steps/a_text.step.rb",
            "def handler(input, context)\n  { name: \"a\\xffb\" }\nend\n",
            Err("name is \"a\\xFFb\", which is not valid UTF-8 and is no JSON"),
        ),
        (
            "steps/c.step.rb",
            "def handler(input, context)\n  context.emit(topic: 't', data: { name: ['ok', \"a\\xffb\".b] })\nend\n",
            Err("data.name.1 is \"a\\xFFb\", which is not valid UTF-8 and is no JSON"),
        ),
        (
            "steps/e.step.rb",
            "require 'json'\ndef handler(input, context)\n  context.logger.info('m', { n: \"\\xff\" })\n  context.state.set('g', 'k', \"é\"[0, 1].b[0, 1])\nrescue JSON::GeneratorError\n  'é'.b\nend\n",
            Ok(json!("é")),
        ),
        (
            "steps/d.step.rb",
            "def handler(input, context)\n  context.logger.info('m', { n: Float::INFINITY })\n  1\nend\n",
            Ok(json!(1)),
        ),
    ];
    for (file, text, expected) in cases {
        let Some(told) = run_step(file, text, json!({})) else {
            continue;
        };
        match expected {
            Ok(value) => assert_eq!(told.ok().value, value, "{file}"),
            Err(message) => {
                let error = told.error();
                let found = error.message.starts_with(message);
                assert!(
                    found && error.line.is_some() | file.contains("steps/a"),
                    "{file}: {error:?}"
                );
            }
        }
    }
}

#[test]
fn a_plain_function_is_run_and_objected_to_where_the_framework_fails() {
    for (profile, count) in [("motia-0.17", 1), ("seed", 0)] {
        let file = "steps/a_step.py";
        let project = Project::new(&[(file, "def handler(data, ctx):\n    return {'a': 1}\n")]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            return;
        };
        let mut invoke = project.invoke(file, CallShape::Event, json!({}));
        invoke.context.profile = profile.into();
        let told = run(&mut worker, invoke).unwrap().ok();
        assert_eq!(
            (told.value, told.objections.len()),
            (json!({"a": 1}), count),
            "{profile}"
        );
        let names_it = |it: &String| it.contains("object dict can't be used in 'await' expression");
        assert!(told.objections.iter().all(names_it));
    }
}

/// Thirty megabytes each way take longer than this budget on a busy machine, but nobody loops or stands still.
#[test]
fn long_messages_do_not_count_as_hanging() {
    for (file, text) in [
        ("steps/a.step.js", "exports.handler = (input) => input"),
        (
            "steps/a_step.py",
            "async def handler(data, ctx):\n    return data\n",
        ),
        ("steps/a.step.rb", "def handler(input, context)\n  input\nend\n"),
    ] {
        let mut project = Project::new(&[(file, text)]);
        project.budget = Duration::from_secs(5);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        let input = json!({ "text": "0123456789".repeat(3_000_000) });
        let told = run(&mut worker, project.invoke(file, CallShape::Event, input.clone()))
            .unwrap()
            .ok();
        assert!(told.value == input, "{file}");
    }
}

#[test]
fn folders_with_a_dot_in_their_name_are_packages() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap().join("my.shop");
    for (path, text) in [
        (
            "steps/v1.2/a_step.py",
            "from . import helper\nfrom .helper import one\nfrom ..common import two\nasync def handler(data, ctx):\n    return [helper.one(), one(), two()]\n",
        ),
        ("steps/v1.2/helper.py", "def one():\n    return 1\n"),
        ("steps/common.py", "def two():\n    return 2\n"),
    ] {
        std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        std::fs::write(root.join(path), text).unwrap();
    }
    let project = Project::new(&[]);
    let Some(mut worker) = project.worker_at(&root, language_of("a_step.py")) else {
        return;
    };
    for _ in 0..2 {
        let mut invoke = project.invoke("a", CallShape::Event, json!({}));
        invoke.file = root.join("steps/v1.2/a_step.py").to_string_lossy().into_owned();
        assert_eq!(run(&mut worker, invoke).unwrap().ok().value, json!([1, 1, 2]));
    }
}

#[test]
fn a_package_that_is_not_there_is_placed_where_it_is_asked_for() {
    for (file, text, place) in [
        (
            "steps/a.step.ts",
            "import type { A } from 'left'\nimport { pad } from 'left-pad'\nexport const handler = async () => pad(1)",
            (2, Some(21)),
        ),
        (
            "steps/b.step.js",
            "exports.handler = () => {\n  const pad = require('left-pad')\n  return pad(1)\n}",
            (2, Some(23)),
        ),
        (
            "steps/c.step.ts",
            "export const handler = async () => {\n  const { pad } = await import('@left/pad/x')\n  return pad(1)\n}",
            (2, Some(32)),
        ),
    ] {
        let Some(told) = run_step(file, text, json!({})) else {
            continue;
        };
        let error = told.error();
        assert!(error.message.starts_with("Cannot find"), "{file}: {error:?}");
        assert_eq!(
            (error.line, error.column),
            (Some(place.0), place.1),
            "{file}: {error:?}"
        );
    }
}
