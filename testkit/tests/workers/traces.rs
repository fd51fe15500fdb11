//! Stacks point at the lines of the sources, however the error came about.

use banister_testkit::protocol::{CallShape, HandlerError};
use serde_json::json;

use crate::support::{Project, language_of, run};

fn error_of(files: &[(&str, &str)]) -> Option<(Project, HandlerError)> {
    let project = Project::new(files);
    let file = files[0].0;
    let mut worker = project.worker(language_of(file))?;
    let told = run(&mut worker, project.invoke(file, CallShape::Event, json!({}))).unwrap();
    let error = told.error().clone();
    Some((project, error))
}

const TYPES: &str = "interface Order {\n  id: string\n}\n\n/* a comment that is not carried over */\n";

/// Files, the place that is told, and what else the stack names.
type Case<'t> = (Vec<(&'t str, &'t str)>, (&'t str, u32), &'t str);

fn check(cases: &[Case]) {
    for (files, (file, line), also) in cases {
        let Some((project, error)) = error_of(files) else {
            continue;
        };
        assert_eq!(
            (error.file.as_deref(), error.line),
            (Some(project.path(file).as_str()), Some(*line)),
            "{}\n{error:?}",
            files[0].1
        );
        assert!(error.stack.contains(also), "no {also} in\n{}", error.stack);
    }
}

#[test]
fn the_place_is_the_innermost_line_in_typescript() {
    let timers = format!(
        "{TYPES}const late = (o: Order) => new Promise<never>((_, reject) =>\n  setTimeout(() => reject(new Error('late')), 5))\nexport const handler = async (o: Order) => {{\n  await null\n  await late(o)\n}}\n"
    );
    let after_await = format!(
        "{TYPES}async function pay(o: Order): Promise<void> {{\n  await new Promise((r) => setTimeout(r, 5))\n  throw new Error('no card')\n}}\nexport const handler = async (o: Order) => {{\n  await pay(o)\n}}\n"
    );
    let helper = format!(
        "{TYPES}export class Card {{\n  constructor(private readonly o: Order) {{}}\n  charge(): void {{\n    throw new RangeError('limit')\n  }}\n}}\n"
    );
    let importing = format!(
        "import {{ Card }} from '../lib/card'\n{TYPES}export const handler = async (o: Order) => new Card(o).charge()\n"
    );
    let lazily = format!(
        "{TYPES}export const handler = async (o: Order) => {{\n  const {{ Card }} = await import('../lib/card')\n  new Card(o).charge()\n}}\n"
    );
    let emptied = format!(
        "{TYPES}export const handler = async (o: any, ctx: any) => {{\n  await ctx.state.delete('group', 'forbidden')\n}}\n"
    );
    let legacy = "import type { X } from './x'\nconst { charge } = require('./card')\n\nmodule.exports.handler = async () => {\n  charge()\n}\n";
    let required = "'use strict'\n\nexports.charge = () => {\n  null.x\n}\n";
    check(&[
        (
            vec![("steps/a.step.ts", timers.as_str())],
            ("steps/a.step.ts", 7),
            "steps/a.step.ts:7",
        ),
        (
            vec![("steps/a.step.ts", &after_await)],
            ("steps/a.step.ts", 8),
            "steps/a.step.ts:11",
        ),
        (
            vec![("steps/a.step.ts", &importing), ("lib/card.ts", &helper)],
            ("lib/card.ts", 9),
            "steps/a.step.ts:7",
        ),
        (
            vec![("steps/a.step.ts", &lazily), ("lib/card.ts", &helper)],
            ("lib/card.ts", 9),
            "steps/a.step.ts:8",
        ),
        (
            vec![("steps/a.step.ts", &emptied)],
            ("steps/a.step.ts", 7),
            "steps/a.step.ts:7",
        ),
        (
            vec![(
                "steps/a.step.cts",
                "import type { X } from './x'\ninterface A { a: 1 }\n\nconst load = () => { throw new Error('cts') }\nmodule.exports = { handler: async () => {\n  load()\n} }\n",
            )],
            ("steps/a.step.cts", 4),
            "steps/a.step.cts:6",
        ),
        (
            vec![
                ("steps/a.step.js", &legacy[legacy.find('\n').unwrap() + 1..]),
                ("steps/card.js", required),
            ],
            ("steps/card.js", 4),
            "steps/a.step.js:4",
        ),
    ]);
}

#[test]
fn the_place_is_the_innermost_line_in_python() {
    check(&[
        (
            vec![
                (
                    "steps/a_step.py",
                    "import asyncio\nfrom lib.card import charge\n\nasync def handler(data, ctx):\n    await asyncio.gather(asyncio.sleep(1), charge())\n",
                ),
                (
                    "lib/card.py",
                    "import asyncio\n\nasync def charge():\n    await asyncio.sleep(1)\n    raise ValueError('limit')\n",
                ),
            ],
            ("lib/card.py", 5),
            "steps/a_step.py\", line 5",
        ),
        (
            vec![(
                "steps/a_step.py",
                "import asyncio\n\ndef work():\n    {}['card']\n\nasync def handler(data, ctx):\n    await asyncio.to_thread(work)\n",
            )],
            ("steps/a_step.py", 4),
            "steps/a_step.py\", line 7",
        ),
        (
            vec![(
                "steps/a_step.py",
                "\nasync def handler(data, ctx):\n    await ctx.state.delete('group', 'forbidden')\n",
            )],
            ("steps/a_step.py", 3),
            "steps/a_step.py\", line 3",
        ),
    ]);
}

#[test]
fn the_place_is_the_innermost_line_in_ruby() {
    check(&[
        (
            vec![
                (
                    "steps/a.step.rb",
                    "require_relative '../lib/card'\n\ndef handler(input, context)\n  [1].each { |n| Card.new.charge(n) }\nend\n",
                ),
                (
                    "lib/card.rb",
                    "class Card\n  def charge(n)\n    raise ArgumentError, 'limit'\n  end\nend\n",
                ),
            ],
            ("lib/card.rb", 3),
            "steps/a.step.rb:4",
        ),
        (
            vec![(
                "steps/a.step.rb",
                "def handler(input, context)\n  Thread.new do\n    Thread.current.report_on_exception = false\n    raise 'limit'\n  end.join\nend\n",
            )],
            ("steps/a.step.rb", 4),
            "steps/a.step.rb:4",
        ),
        (
            vec![(
                "steps/a.step.rb",
                "\ndef handler(input, context)\n  context.state.delete('group', 'forbidden')\nend\n",
            )],
            ("steps/a.step.rb", 3),
            "steps/a.step.rb:3",
        ),
    ]);
}

#[test]
fn a_cause_is_told_with_its_own_line() {
    for (file, text, cause, line) in [
        (
            "steps/a.step.ts",
            format!("{TYPES}const low = (o: Order) => {{\n  throw new RangeError('limit')\n}}\nexport const handler = async (o: Order) => {{\n  try {{\n    low(o)\n  }} catch (cause) {{\n    throw new Error('cannot pay', {{ cause }})\n  }}\n}}\n"),
            ["RangeError: limit", "steps/a.step.ts:7"],
            13,
        ),
        (
            "steps/a_step.py",
            "def low():\n    raise ValueError('limit')\n\nasync def handler(data, ctx):\n    try:\n        low()\n    except ValueError as cause:\n        raise RuntimeError('cannot pay') from cause\n".to_owned(),
            ["ValueError: limit", "steps/a_step.py\", line 2"],
            8,
        ),
        (
            "steps/a.step.rb",
            "def low\n  raise ArgumentError, 'limit'\nend\n\ndef handler(input, context)\n  low\nrescue ArgumentError\n  raise 'cannot pay'\nend\n".to_owned(),
            ["ArgumentError: limit", "steps/a.step.rb:2"],
            8,
        ),
    ] {
        let Some((_, error)) = error_of(&[(file, &text)]) else { continue };
        assert_eq!((error.message.as_str(), error.line), ("cannot pay", Some(line)), "{error:?}");
        for part in cause {
            assert!(error.stack.contains(part), "no {part} in\n{}", error.stack);
        }
    }
}

#[test]
fn all_errors_of_a_promise_that_needed_one_are_told() {
    let text = "const pay = async (n: number) => {\n  throw new Error(`card ${n}`)\n}\nexport const handler = () => Promise.any([pay(1), pay(2)])\n";
    let Some((_, error)) = error_of(&[("steps/a.step.ts", text)]) else {
        return;
    };
    assert_eq!(error.name, "AggregateError");
    for part in ["card 1", "card 2", "steps/a.step.ts:2"] {
        assert!(error.stack.contains(part), "no {part} in\n{}", error.stack);
    }
}
