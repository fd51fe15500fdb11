//! Topics that are constants of other files, in every form that a project may write them in.

use banister_project::{Host, Step};

/// The step in `steps/a*` of a workspace of `//- path` files: what it declares, then what it sends.
fn topics(files: &str) -> (String, String) {
    let mut host = Host::new();
    let mut rest = files.trim_start();
    while let Some(file) = rest.strip_prefix("//- ") {
        let end = file.find("\n//- ").map_or(file.len(), |at| at + 1);
        let (path, text) = file[..end].split_once('\n').unwrap_or((file, ""));
        host.set_file(path.trim(), text.into());
        rest = &file[end..];
    }
    let projects = host.snapshot().projects();
    let step = projects
        .iter()
        .flat_map(|project| &project.steps)
        .find(|step| step.file.contains("steps/a"));
    step.map(|step| (declared(step), sent(step))).unwrap_or_default()
}

fn declared(step: &Step) -> String {
    let mut topics = step.emits().join(" ");
    if !step.declaration().is_complete() {
        topics.push_str(" ?");
    }
    topics
}

fn sent(step: &Step) -> String {
    let sites = step.emit_sites().iter().map(|site| match &site.topic {
        Some(topic) if !topic.text.candidates().is_empty() => topic.text.candidates().join("|"),
        _ => "?".to_owned(),
    });
    sites.collect::<Vec<_>>().join(" ")
}

/// Notes a case that is not as it should be: one run shows them all.
fn expect(wrong: &mut String, case: &str, found: &(String, String), meant: (&str, &str)) {
    if (found.0.as_str(), found.1.as_str()) != meant {
        wrong.extend([case, &format!("\n  found {found:?}\n  meant {meant:?}\n")]);
    }
}

const TOPICS_TS: &str = "\
export const PREFIX = 'order'
export const CREATED = `${PREFIX}.created`
export const Topics = { Order: { Created: 'order.created', Paid: 'order.paid' }, Lost: 'lost' } as const
export enum Kind { A = 'kind.a', B = 'kind.b' }
export const ALL = ['all.a', 'all.b'] as const
export const MORE = [...ALL, CREATED]
export const FLAT = Object.freeze({ a: 'flat.a', b: 'flat.b' })
export const EMITS = [{ topic: 'e.a', label: 'x' }, { topic: 'e.b', conditional: true }]
export const ROWS = [{ topic: 'row.a', n: 1 }, { topic: 'row.b', n: 2 }] satisfies Row[]
export const WIDE = { ...FLAT, c: 'flat.c' }
export default { main: 'default.main' }
";

const SCRIPT_CASES: &[(&str, &str, &str, &str, &str)] = &[
    // the import, the declaration, the topic that is sent; then what both are
    (
        "{ CREATED }",
        "[CREATED]",
        "CREATED",
        "order.created",
        "order.created",
    ),
    (
        "{ Topics }",
        "[Topics.Order.Paid]",
        "Topics['Lost']",
        "order.paid",
        "lost",
    ),
    (
        "{ Topics as T }",
        "[T.Order.Paid]",
        "T.Order.Created",
        "order.paid",
        "order.created",
    ),
    (
        "* as T",
        "[T.Kind.A, T.CREATED]",
        "T.Topics.Lost",
        "kind.a order.created",
        "lost",
    ),
    ("T", "[T.main]", "T.main", "default.main", "default.main"),
    (
        "{ default as T }",
        "[T.main]",
        "T['main']",
        "default.main",
        "default.main",
    ),
    (
        "{ Kind }",
        "Object.values(Kind)",
        "input.x ? Kind.A : Kind.B",
        "kind.a kind.b",
        "kind.a|kind.b",
    ),
    (
        "{ Kind }",
        "[...Object.values(Kind), 'c']",
        "Kind[input.kind]",
        "kind.a kind.b c",
        "kind.a|kind.b",
    ),
    ("{ ALL }", "ALL", "ALL[1]", "all.a all.b", "all.b"),
    (
        "{ ALL, FLAT }",
        "[...ALL, ...Object.values(FLAT)]",
        "FLAT[input.k] || 'x'",
        "all.a all.b flat.a flat.b",
        "flat.a|flat.b|x",
    ),
    (
        "{ MORE }",
        "[...MORE]",
        "MORE[input.at]",
        "all.a all.b order.created",
        "all.a|all.b|order.created",
    ),
    (
        "{ ALL, PREFIX }",
        "ALL.concat(['z'])",
        "`${PREFIX}.${'x'}`",
        "all.a all.b z",
        "order.x",
    ),
    (
        "{ PREFIX }",
        "[PREFIX + '.a', `${PREFIX}.b`]",
        "PREFIX + '.' + input.x",
        "order.a order.b",
        "?",
    ),
    ("{ EMITS }", "EMITS", "EMITS[0].topic", "e.a e.b", "e.a"),
    ("{ EMITS }", "[EMITS[1], ...EMITS]", "'x'", "e.b e.a e.b", "x"),
    (
        "{ ROWS }",
        "ROWS.map((row) => row.topic)",
        "ROWS.find((r) => r.n === input.n)!.topic",
        "row.a row.b",
        "row.a|row.b",
    ),
    (
        "{ ROWS }",
        "ROWS.map(({ topic }) => topic)",
        "(ROWS[input.at] as any).topic",
        "row.a row.b",
        "row.a|row.b",
    ),
    (
        "{ WIDE }",
        "Object.values(WIDE)",
        "WIDE.a",
        "flat.a flat.b flat.c",
        "flat.a",
    ),
    ("{ NONE }", "[NONE.a, 'b']", "NONE.x", "b ?", "?"),
    ("{ NONE }", "[...NONE, 'b']", "NONE[input.x]", "b ?", "?"),
];

#[test]
fn constants_of_typescript() {
    let mut wrong = String::new();
    for &(import, emits, topic, declared, sent) in SCRIPT_CASES {
        let step = format!(
            "import {import} from '../lib/topics'\n\
             export const config = {{ type: 'event', name: 'A', subscribes: [], emits: {emits} }}\n\
             export const handler = async (input, {{ emit }}) => {{ await emit({{ topic: {topic}, data: {{}} }}) }}\n"
        );
        let found = topics(&format!(
            "//- lib/topics.ts\n{TOPICS_TS}\n//- steps/a.step.ts\n{step}"
        ));
        expect(&mut wrong, &step, &found, (declared, sent));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn loops_and_callbacks_over_imported_lists() {
    let mut wrong = String::new();
    for body in [
        "for (const topic of ALL) { await emit({ topic, data: {} }) }",
        "await Promise.all(ALL.map((topic) => emit({ topic, data: {} })))",
        "ALL.forEach(async (topic) => { await emit({ topic }) })",
        "for (const topic of Object.values(MAP)) await emit({ topic })",
        "for (const { topic } of ROWS) await emit({ topic })",
        "for (const [topic, n] of PAIRS) await emit({ topic, data: { n } })",
    ] {
        let files = format!(
            "//- steps/topics.ts\n\
             export const ALL = ['a', 'b']\nexport const MAP = {{ x: 'a', y: 'b' }}\n\
             export const ROWS = [{{ topic: 'a' }}, {{ topic: 'b' }}]\nexport const PAIRS = [['a', 1], ['b', 2]]\n\
             //- steps/a.step.ts\n\
             import {{ ALL, MAP, ROWS, PAIRS }} from './topics'\n\
             export const config = {{ type: 'event', name: 'A', subscribes: [], emits: [] }}\n\
             export const handler = async (input, {{ emit }}) => {{ {body} }}\n"
        );
        let found = topics(&files);
        expect(&mut wrong, body, &found, (&found.0, "a|b"));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn constants_go_through_chains_of_modules() {
    let mut wrong = String::new();
    for (through, import) in [
        ("export * from './topics'", "{ ALL }"),
        ("export { ALL } from './topics'", "{ ALL }"),
        ("export { ALL as EVERY } from './topics'", "{ EVERY as ALL }"),
        ("import { ALL } from './topics'\nexport { ALL }", "{ ALL }"),
        (
            "import { ALL } from './topics'\nexport const EVERY = ALL",
            "{ EVERY as ALL }",
        ),
        (
            "import { ALL } from './topics'\nexport const EVERY = [...ALL]",
            "{ EVERY as ALL }",
        ),
        ("import { ALL } from './topics'\nexport default ALL", "ALL"),
        ("export { ALL as default } from './topics'", "ALL"),
        ("export * as T from './topics'", "{ T }"),
        ("import * as T from './topics'\nexport { T }", "{ T }"),
        ("import { ALL } from './topics.js'\nexport { ALL }", "{ ALL }"),
    ] {
        let list = if import == "{ T }" { "T.ALL" } else { "ALL" };
        let files = format!(
            "//- lib/topics.ts\nexport const ALL = ['a', 'b']\n\
             //- lib/index.ts\n{through}\n\
             //- steps/a.step.ts\n\
             import {import} from '../lib'\n\
             export const config = {{ type: 'event', name: 'A', subscribes: [], emits: [...{list}] }}\n\
             export const handler = async () => {{}}\n"
        );
        let found = topics(&files);
        expect(&mut wrong, through, &found, ("a b", &found.1));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn constants_of_commonjs() {
    let mut wrong = String::new();
    for (exports, require) in [
        (
            "module.exports = { ALL: ['a', 'b'] }",
            "const { ALL } = require('./topics')",
        ),
        ("exports.ALL = ['a', 'b']", "const { ALL } = require('./topics')"),
        (
            "module.exports.ALL = ['a', 'b']",
            "const ALL = require('./topics').ALL",
        ),
        (
            "const ALL = ['a', 'b']\nmodule.exports = { ALL }",
            "const T = require('./topics')\nconst ALL = T.ALL",
        ),
        ("module.exports = ['a', 'b']", "const ALL = require('./topics')"),
        (
            "module.exports = Object.freeze({ ALL: ['a', 'b'] })",
            "const { ALL } = require('./topics.js')",
        ),
        (
            "const inner = require('./inner')\nmodule.exports = { ...inner }",
            "const { ALL } = require('./topics')",
        ),
        (
            "module.exports = require('./inner')",
            "const { ALL } = require('./topics')",
        ),
    ] {
        let files = format!(
            "//- steps/inner.js\nmodule.exports = {{ ALL: ['a', 'b'] }}\n\
             //- steps/topics.js\n{exports}\n\
             //- steps/a.step.js\n{require}\n\
             exports.config = {{ type: 'event', name: 'A', subscribes: [], emits: [...ALL] }}\n\
             exports.handler = async (input, {{ emit }}) => {{ for (const topic of ALL) await emit({{ topic }}) }}\n"
        );
        expect(
            &mut wrong,
            &format!("{exports}\n{require}"),
            &topics(&files),
            ("a b", "a|b"),
        );
    }
    assert!(wrong.is_empty(), "{wrong}");
}

const PYTHON_CASES: &[(&str, &str, &str, &str, &str)] = &[
    (
        "CREATED",
        "[CREATED]",
        "CREATED",
        "order.created",
        "order.created",
    ),
    (
        "Kind",
        "[Kind.A.value, Kind.B]",
        "Kind.B.value",
        "kind.a kind.b",
        "kind.b",
    ),
    (
        "Kind",
        "[kind.value for kind in Kind]",
        "Kind[data['k']].value",
        "kind.a kind.b",
        "kind.a|kind.b",
    ),
    (
        "Kind",
        "[k for k in Kind]",
        "Kind.A if data else Kind.B",
        "kind.a kind.b",
        "kind.a|kind.b",
    ),
    (
        "Topics",
        "[Topics.LOST]",
        "Topics.Order.PAID",
        "lost",
        "order.paid",
    ),
    (
        "ALL, CREATED",
        "[*ALL, CREATED]",
        "ALL[0]",
        "all.a all.b order.created",
        "all.a",
    ),
    (
        "ALL, MORE",
        "MORE",
        "MORE[1]",
        "all.a all.b order.created",
        "all.b",
    ),
    (
        "ALL, CREATED",
        "ALL + [CREATED]",
        "'x'",
        "all.a all.b order.created",
        "x",
    ),
    ("PAIR", "list(PAIR)", "PAIR[1]", "p.a p.b", "p.b"),
    (
        "MAP",
        "list(MAP.values())",
        "MAP[data['k']]",
        "map.x map.y",
        "map.x|map.y",
    ),
    (
        "MAP",
        "[*MAP.values()]",
        "MAP.get(data['k'], 'z')",
        "map.x map.y",
        "map.x|map.y|z",
    ),
    (
        "ROWS",
        "[row['topic'] for row in ROWS]",
        "ROWS[0]['topic']",
        "row.a row.b",
        "row.a",
    ),
    (
        "TYPED, PREFIX",
        "[TYPED, f'{PREFIX}.x']",
        "PREFIX + '.y'",
        "typed order.x",
        "order.y",
    ),
    (
        "PERCENT, FORMAT",
        "[PERCENT, FORMAT]",
        "'{}.z'.format(PERCENT)",
        "order.done order.sent",
        "order.done.z",
    ),
    (
        "*",
        "[CREATED, *PAIR]",
        "Topics.LOST",
        "order.created p.a p.b",
        "lost",
    ),
];

#[test]
fn constants_of_python() {
    let mut wrong = String::new();
    let module = "\
from enum import Enum, StrEnum
PREFIX = 'order'
CREATED = f'{PREFIX}.created'
ALL = ['all.a', 'all.b']
MORE = ALL + [CREATED]
PAIR = ('p.a', 'p.b')
MAP = {'x': 'map.x', 'y': 'map.y'}
ROWS = [{'topic': 'row.a'}, {'topic': 'row.b'}]
TYPED: str = 'typed'
PERCENT = '%s.done' % PREFIX
FORMAT = '{}.sent'.format(PREFIX)
class Kind(str, Enum):
    A = 'kind.a'
    B = 'kind.b'
class Topics:
    LOST = 'lost'
    class Order:
        PAID = 'order.paid'
";
    for &(import, emits, topic, declared, sent) in PYTHON_CASES {
        for (place, path) in [
            (".topics", "steps/topics.py"),
            ("topics", "topics.py"),
            ("src.topics", "src/topics.py"),
            ("steps.topics", "steps/topics.py"),
            ("..lib.topics", "lib/topics.py"),
            ("lib", "lib/__init__.py"),
        ] {
            let step = format!(
                "from {place} import {import}\n\
                 config = {{'type': 'event', 'name': 'A', 'subscribes': [], 'emits': {emits}}}\n\
                 async def handler(data, context):\n    await context.emit({{'topic': {topic}, 'data': {{}}}})\n"
            );
            let found = topics(&format!("//- {path}\n{module}\n//- steps/a_step.py\n{step}"));
            expect(&mut wrong, &step, &found, (declared, sent));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn modules_of_python() {
    let mut wrong = String::new();
    for (import, list) in [
        ("from lib import topics", "topics.ALL"),
        ("import lib.topics", "lib.topics.ALL"),
        ("import lib.topics as t", "t.ALL"),
        ("from lib.handed_on import ALL", "ALL"),
        ("from lib import EVERY", "EVERY"),
        ("from lib import ALL", "ALL"),
        ("import lib", "lib.ALL"),
        (
            "try:\n    from lib.topics import ALL\nexcept ImportError:\n    pass",
            "ALL",
        ),
        (
            "import sys\nsys.path.append('..')\nfrom lib.topics import ALL as every",
            "every",
        ),
    ] {
        let files = format!(
            "//- lib/__init__.py\nfrom .topics import *\nfrom .topics import ALL as EVERY\n\
             //- lib/topics.py\nALL = ['a', 'b']\n\
             //- lib/handed_on.py\nfrom .topics import ALL\n\
             //- steps/a_step.py\n{import}\n\
             config = {{'type': 'event', 'name': 'A', 'subscribes': [], 'emits': {list}}}\n\
             async def handler(data, context):\n    pass\n"
        );
        let found = topics(&files);
        expect(&mut wrong, import, &found, ("a b", &found.1));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

const RUBY_CASES: &[(&str, &str, &str, &str)] = &[
    (
        "[Topics::CREATED]",
        "Topics::Order::PAID",
        "order.created",
        "order.paid",
    ),
    ("Topics::ALL", "LOST", "all.a all.b", "lost"),
    (
        "Topics::ALL + [LOST]",
        "Topics::ALL[0]",
        "all.a all.b lost",
        "all.a",
    ),
    (
        "%w[x y] + [Topics::CREATED]",
        "\"#{Topics::PREFIX}.z\"",
        "x y order.created",
        "order.z",
    ),
    (
        "[*Topics::ALL, 'x']",
        "Topics::MAP[input['k']]",
        "all.a all.b x",
        "map.x|map.y",
    ),
    (
        "Topics::MAP.values",
        "Topics::MAP.fetch(input['k'], 'z')",
        "map.x map.y",
        "map.x|map.y|z",
    ),
    (
        "[Topics::MAP[:x], :symbol]",
        "input['x'] ? LOST : Topics::CREATED",
        "map.x symbol",
        "lost|order.created",
    ),
];

#[test]
fn constants_of_ruby() {
    let mut wrong = String::new();
    let module = "\
module Topics
  PREFIX = 'order'
  CREATED = \"#{PREFIX}.created\".freeze
  ALL = %w[all.a all.b].freeze
  SYMBOLS = %i[s.a]
  MAP = { x: 'map.x', 'y' => 'map.y' }.freeze
  module Order
    PAID = 'order.paid'
  end
end
LOST = 'lost'
";
    for &(emits, topic, declared, sent) in RUBY_CASES {
        for (require, path) in [
            ("require_relative 'topics'", "steps/topics.rb"),
            ("require_relative '../lib/topics'", "lib/topics.rb"),
            ("require 'json'\nrequire_relative './topics'", "steps/topics.rb"),
            ("require 'topics'", "lib/topics.rb"),
        ] {
            let step = format!(
                "{require}\n\
                 def config\n  {{ type: 'event', name: 'A', subscribes: [], emits: {emits} }}\nend\n\
                 def handler(input, context)\n  context.emit(topic: {topic}, data: {{}})\nend\n"
            );
            let found = topics(&format!("//- {path}\n{module}\n//- steps/a.step.rb\n{step}"));
            expect(&mut wrong, &step, &found, (declared, sent));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
