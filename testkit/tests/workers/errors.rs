//! What goes wrong in a handler, and what is told of it.

use std::time::Duration;

use banister_testkit::protocol::{CallShape, FromWorker, ToWorker};
use banister_testkit::worker::{Output, Worker, WorkerConfig, WorkerError};
use serde_json::json;

use crate::support::{Project, describe, language_of, run, run_step};

#[test]
fn a_throw_has_its_name_text_and_place() {
    for (file, text, name, line) in [
        (
            "steps/a.step.ts",
            "interface A {\n  b: string\n}\n\nfunction pay(a: A): never {\n  throw new TypeError(`no ${a.b}`)\n}\nexport const handler = async (input: A) => { await null; pay(input) }\n",
            "TypeError",
            6,
        ),
        (
            "steps/a.step.js",
            "exports.handler = async (input) => {\n  await null\n  throw new RangeError('no ' + input.b)\n}\n",
            "RangeError",
            3,
        ),
        (
            "steps/a_step.py",
            "def pay(data):\n    raise ValueError('no ' + data['b'])\n\nasync def handler(data, ctx):\n    pay(data)\n",
            "ValueError",
            2,
        ),
        (
            "steps/a.step.rb",
            "def pay(input)\n  raise ArgumentError, \"no #{input['b']}\"\nend\n\ndef handler(input, context)\n  pay(input)\nend\n",
            "ArgumentError",
            2,
        ),
    ] {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        let told = run(
            &mut worker,
            project.invoke(file, CallShape::Event, json!({"b": "card"})),
        )
        .unwrap();
        let error = told.error();
        assert_eq!(
            (error.name.as_str(), error.message.as_str()),
            (name, "no card"),
            "{file}"
        );
        assert_eq!(
            (error.file.as_deref(), error.line),
            (Some(project.path(file).as_str()), Some(line)),
            "{error:?}"
        );
        assert!(error.stack.contains(file), "{}", error.stack);
        assert!(
            !error.stack.contains(&project.path(file)),
            "absolute: {}",
            error.stack
        );
        for ours in ["banister-", "node:internal", "loop.py", "invocation.rb"] {
            assert!(!error.stack.contains(ours), "{ours} in {}", error.stack);
        }
    }
}

#[test]
fn a_syntax_error_is_told_with_its_line_and_the_worker_lives_on() {
    for (file, broken, good) in [
        (
            "steps/a.step.ts",
            "export const a = 1\nexport const handler = = 1\n",
            "export const handler = () => 1",
        ),
        (
            "steps/a.step.js",
            "const a = 1\nexports.handler = = 1\n",
            "exports.handler = () => 1",
        ),
        (
            "steps/a_step.py",
            "a = 1\ndef handler(data ctx):\n    pass\n",
            "def handler(data, ctx):\n    return 1\n",
        ),
        (
            "steps/a.step.rb",
            "a = 1\ndef handler(input context)\nend\n",
            "def handler(input, context)\n  1\nend\n",
        ),
    ] {
        let project = Project::new(&[(file, broken)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        let FromWorker::Threw { error, .. } = describe(&mut worker, &project.path(file)) else {
            panic!("{file}")
        };
        assert_eq!(
            (error.name.as_str(), error.line),
            ("SyntaxError", Some(2)),
            "{file}: {error:?}"
        );
        assert_eq!(error.file.as_deref(), Some(project.path(file).as_str()));
        assert!(!error.message.is_empty());

        std::fs::write(project.path(file), good).unwrap();
        let told = run(&mut worker, project.invoke(file, CallShape::Event, json!({})))
            .unwrap()
            .ok();
        assert_eq!(told.value, json!(1), "{file}");
    }
}

#[test]
fn a_module_without_a_handler_is_told_at_the_call() {
    for (file, text) in [
        ("steps/a.step.ts", "export const config = {}"),
        ("steps/a_step.py", "config = {}\n"),
        ("steps/a.step.rb", "def config\n  {}\nend\n"),
    ] {
        let Some(told) = run_step(file, text, json!({})) else {
            continue;
        };
        let message = &told.error().message;
        assert!(
            message.contains("not found in module") && message.contains(file),
            "{message}"
        );
    }
}

#[test]
fn ending_the_process_is_an_error_of_the_handler() {
    for (file, text, call) in [
        (
            "steps/a.step.ts",
            "export const handler = async () => { try { process.exit(3) } catch {} }",
            "process.exit(3)",
        ),
        (
            "steps/b.step.ts",
            "export const handler = async () => { process.abort() }",
            "process.abort()",
        ),
        (
            "steps/a_step.py",
            "import sys\nasync def handler(data, ctx):\n    sys.exit(3)\n",
            "sys.exit(3)",
        ),
        (
            "steps/b_step.py",
            "import os\nasync def handler(data, ctx):\n    os._exit(3)\n",
            "os._exit(3)",
        ),
        (
            "steps/a.step.rb",
            "def handler(input, context)\n  exit 3\nend\n",
            "exit(3)",
        ),
        (
            "steps/b.step.rb",
            "def handler(input, context)\n  exit! 3\nend\n",
            "exit!(3)",
        ),
    ] {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        for _ in 0..2 {
            let told = run(&mut worker, project.invoke(file, CallShape::Event, json!({}))).unwrap();
            let message = &told.error().message;
            assert_eq!(*message, format!("{call} was called by the handler"), "{file}");
        }
    }
}

#[test]
fn a_rejection_that_nobody_handles_is_an_error() {
    let text = "export const handler = async () => { Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 10)) }";
    let Some(told) = run_step("steps/a.step.ts", text, json!({})) else {
        return;
    };
    assert_eq!(told.error().message, "lost");
    // Also of a handler that has returned by then.
    let text =
        "const work = async () => { throw new Error('left') }\nexport const handler = async () => { work() }";
    let Some(told) = run_step("steps/a.step.ts", text, json!({})) else {
        return;
    };
    assert_eq!(told.error().message, "left");
    let text = "export const handler = () => new Promise(() => { setTimeout(() => { throw new Error('late') }, 10) })";
    let Some(told) = run_step("steps/a.step.ts", text, json!({})) else {
        return;
    };
    assert_eq!(told.error().message, "late");
    let text = "export const handler = async () => { throw 'just text' }";
    let Some(told) = run_step("steps/a.step.ts", text, json!({})) else {
        return;
    };
    assert!(told.error().message.contains("just text"));
}

#[test]
fn a_handler_of_ruby_may_end_with_an_open_file() {
    let text = "def handler(input, context)\n  File.open(File::NULL, 'w')\nend\n";
    let Some(told) = run_step("steps/a.step.rb", text, json!({})) else {
        return;
    };
    assert_eq!(told.ok().value, json!("#<File:/dev/null>"));
}

#[test]
fn what_is_printed_belongs_to_the_step_and_is_no_message() {
    let fake = r#"{"type":"done","value":"fake"}"#;
    for (file, text) in [
        (
            "steps/a.step.js",
            format!(
                "exports.handler = () => {{ console.log('{fake}'); console.error('oops'); return 'real' }}"
            ),
        ),
        (
            "steps/a_step.py",
            format!(
                "import sys\nasync def handler(data, ctx):\n    print('{fake}')\n    print('oops', file=sys.stderr)\n    return 'real'\n"
            ),
        ),
        (
            "steps/a.step.rb",
            format!("def handler(input, context)\n  puts '{fake}'\n  warn 'oops'\n  'real'\nend\n"),
        ),
    ] {
        let project = Project::new(&[(file, &text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        for _ in 0..2 {
            let told = run(&mut worker, project.invoke(file, CallShape::Event, json!({})))
                .unwrap()
                .ok();
            assert_eq!(told.value, json!("real"), "{file}");
            let printed = worker.take_output();
            assert_eq!(
                printed,
                Output {
                    stdout: format!("{fake}\n"),
                    stderr: "oops\n".into()
                },
                "{file}"
            );
        }
    }
}

#[test]
fn values_that_json_cannot_hold_are_errors_or_become_what_json_makes_of_them() {
    let text = "export const handler = async (_: unknown, { emit }: any) => { await emit({ topic: 't', data: { a: undefined, d: new Date(0), s: '\\ud800', n: NaN } }); const loop: any = {}; loop.loop = loop; try { await emit({ topic: 't', data: loop }) } catch (e: any) { return e.name } }";
    if let Some(told) = run_step("steps/a.step.ts", text, json!({})) {
        let told = told.ok();
        assert_eq!(told.value, json!("TypeError"));
        let data = json!({"d": "1970-01-01T00:00:00.000Z", "s": "\u{fffd}", "n": null});
        assert_eq!(
            told.calls,
            [("emit".to_owned(), vec![json!({"topic": "t", "data": data})])]
        );
    }
    let text = "async def handler(data, ctx):\n    try:\n        await ctx.emit({'topic': 't', 'data': {'s': {1, 2}}})\n    except TypeError as error:\n        return str(error)\n";
    if let Some(told) = run_step("steps/a_step.py", text, json!({})) {
        assert_eq!(
            told.ok().value,
            json!("Object of type set is not JSON serializable (emit: data.s is of type set)")
        );
    }
}

#[test]
fn python_emit_takes_one_message_as_the_framework_does() {
    let text = "async def handler(data, ctx):\n    await ctx.emit(topic='t', data={})\n";
    let Some(told) = run_step("steps/a_step.py", text, json!({})) else {
        return;
    };
    assert_eq!(told.error().name, "TypeError");
}

/// The environment of a process cannot be changed safely while tests run, so this test runs itself in another one.
#[test]
fn a_missing_interpreter_is_named_with_the_command_that_installs_it() {
    const NO_SUCH: &str = "/no/such/ruby";
    if std::env::var("BANISTER_RUBY").as_deref() != Ok(NO_SUCH) {
        let name = "errors::a_missing_interpreter_is_named_with_the_command_that_installs_it";
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        let output = command
            .args([name, "--exact"])
            .env("BANISTER_RUBY", NO_SUCH)
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && printed.contains("1 passed"),
            "{printed}"
        );
        return;
    }
    let project = Project::new(&[("steps/a.step.rb", "")]);
    let config = WorkerConfig {
        root: project.root(),
        mock_port: 9,
        ca_file: "/dev/null".into(),
        budget: Duration::from_secs(1),
    };
    let error = Worker::spawn(language_of("a.rb"), &config).unwrap_err();
    let expected = "no interpreter for Ruby: `/no/such/ruby` was not found; install it with `apt-get install ruby` or name one in BANISTER_RUBY";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_worker_that_dies_says_how() {
    let text = "exports.handler = () => { process.kill(process.pid, 'SIGKILL'); return new Promise((r) => setTimeout(r, 1)) }";
    let project = Project::new(&[("steps/a.step.js", text)]);
    let Some(mut worker) = project.worker(language_of("a.js")) else {
        return;
    };
    let error = run(
        &mut worker,
        project.invoke("steps/a.step.js", CallShape::Event, json!({})),
    )
    .unwrap_err();
    assert!(
        matches!(&error, WorkerError::Died { status, .. } if status.contains('9')),
        "{error}"
    );
    assert!(worker.send(&ToWorker::Exit).is_err());
}

#[test]
fn a_project_that_is_not_there_is_no_missing_interpreter() {
    let config = WorkerConfig {
        root: "/nowhere/at/all".into(),
        mock_port: 9,
        ca_file: "/dev/null".into(),
        budget: Duration::from_secs(1),
    };
    let error = Worker::spawn(language_of("a.js"), &config).unwrap_err();
    assert!(matches!(error, WorkerError::Start { .. }), "{error}");
}
