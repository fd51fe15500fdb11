//! The forms in which configs and handlers are written.

use crate::facts::{Declaration, Dialect, StepKind, Text};

use super::rendering::render;
use super::support::*;

const CONFIG: &str = "{ type: 'event', name: 'S', subscribes: ['a'], emits: ['b'] }";

#[test]
fn every_form_of_an_exported_config() {
    let forms = [
        "export const config = C",
        "export const config: EventConfig = C",
        "export const config = C as const",
        "export const config = C satisfies EventConfig",
        "export const config = C as const satisfies StepConfig",
        "const own = C\nexport { own as config }",
        "const own = C\nexport const config = own",
        "const base = C\nexport const config = { ...base }",
        "export default { config: C, handler: async (input, ctx) => {} }",
        "const config = C\nconst handler = async () => {}\nexport default { config, handler }",
        "exports.config = C",
        "module.exports.config = C",
        "module.exports = { config: C }",
        "const config = C\nconst handler = () => {}\nmodule.exports = { config, handler }",
        "export const { config, handler } = step(C, async (input, ctx) => {})",
        "const own = C\nexport const { config, handler } = step(own, async () => {})",
    ];
    for form in forms {
        let facts = ts(&form
            .replace('C', CONFIG)
            .replace(&format!("Event{CONFIG}onfig"), "EventConfig")
            .replace(&format!("Step{CONFIG}onfig"), "StepConfig"));
        let step = facts.step.unwrap_or_else(|| panic!("no step in {form}"));
        assert_eq!(step.name.unwrap().text, Text::Known("S".into()), "{form}");
        assert_eq!(step.emits.topics().len(), 1, "{form}");
        assert_eq!(step.triggers[0].topics.len(), 1, "{form}");
    }
}

/// The handler, its parameters, whether it is `async`.
const HANDLERS: &[(&str, &[&str], bool)] = &[
    (
        "export const handler = async (input, ctx) => {}",
        &["input", "ctx"],
        true,
    ),
    (
        "export const handler: Handlers['S'] = async (input, { emit }) => {}",
        &["input", ""],
        true,
    ),
    (
        "export async function handler(input, ctx) {}",
        &["input", "ctx"],
        true,
    ),
    ("export function handler(input) {}", &["input"], false),
    (
        "export const handler = withMiddleware(a, b, async (req, ctx) => {})",
        &["req", "ctx"],
        true,
    ),
    (
        "const run = async (x) => {}\nexport const handler = run",
        &["x"],
        true,
    ),
    (
        "const run = async (x) => {}\nexport { run as handler }",
        &["x"],
        true,
    ),
    ("export const handler = (async (x) => {}) as any", &["x"], true),
    (
        "exports.handler = async (x, ...rest) => {}",
        &["x", "*rest"],
        true,
    ),
];

#[test]
fn every_form_of_a_handler() {
    for (form, params, is_async) in HANDLERS {
        let source = format!("export const config = {CONFIG}\n{form}");
        let handler = ts(&source)
            .step
            .unwrap()
            .handler
            .unwrap_or_else(|| panic!("no handler in {form}"));
        assert_eq!(handler.params, *params, "{form}");
        assert_eq!(handler.is_async, *is_async, "{form}");
        let name = handler.span.slice(&source);
        assert!(["handler", "run"].contains(&name), "{form}: {name}");
        assert!(handler.body.slice(&source).ends_with('}'), "{form}");
    }
    assert!(
        ts(&format!("export const config = {CONFIG}"))
            .step
            .unwrap()
            .handler
            .is_none()
    );
    let config = "config = {'type': 'cron', 'cron': '* * * * *'}";
    let python = py(&format!(
        "{config}\n@traced\nasync def handler(context, *args, **kw):\n    pass\n"
    ));
    assert_eq!(
        python.step.unwrap().handler.unwrap().params,
        ["context", "*args", "*kw"]
    );
    let ruby = rb("def config\n  { type: 'noop' }\nend\ndef handler(input, context)\nend");
    assert!(ruby.step.unwrap().handler.is_some());
}

#[test]
fn python_and_ruby_configs() {
    for source in [
        "config = {'type': 'event', 'name': 'S', 'subscribes': ['a']}",
        "config: EventConfig = {'type': 'event', 'name': 'S', 'subscribes': ['a']}",
        "config = dict(type='event', name='S', subscribes=['a'])",
        "BASE = {'type': 'event', 'subscribes': ['a']}\nconfig = {**BASE, 'name': 'S'}",
        "NAME = 'S'\nTOPICS = ['a']\nconfig = {'type': 'event', 'name': NAME, 'subscribes': TOPICS}",
    ] {
        let step = py(source).step.unwrap_or_else(|| panic!("no step in {source}"));
        assert_eq!(step.name.unwrap().text, Text::Known("S".into()), "{source}");
        assert_eq!(step.triggers[0].topics.len(), 1, "{source}");
    }
    for source in [
        "def config\n  { type: 'event', name: 'S', subscribes: ['a'] }\nend",
        "def config\n  { 'type' => 'event', 'name' => 'S', 'subscribes' => ['a'] }\nend",
        "def config\n  { :type => 'event', :name => 'S', :subscribes => %w[a] }\nend",
        "def config\n  return { type: 'event', name: 'S', subscribes: ['a'] }\nend",
        "def config = { type: 'event', name: 'S', subscribes: ['a'] }",
        "def config\n  settings = { type: 'event', name: 'S', subscribes: ['a'] }\n  settings\nend",
        "CONFIG = { type: 'event', name: 'S', subscribes: ['a'] }.freeze\ndef config\n  CONFIG\nend",
        "NAME = 'S'\nTOPICS = %i[a].freeze\ndef config\n  { type: 'event', name: NAME, subscribes: TOPICS }\nend",
    ] {
        let step = rb(source).step.unwrap_or_else(|| panic!("no step in {source}"));
        assert_eq!(step.name.unwrap().text, Text::Known("S".into()), "{source}");
        assert_eq!(step.triggers[0].topics.len(), 1, "{source}");
    }
}

#[test]
fn the_newer_dialect() {
    let source = "export const config = {\n\
        name: 'S',\n\
        triggers: [\n\
          queue('order.paid', { input: { id: 'string' } }),\n\
          http('POST', '/orders/:id', { bodySchema: { a: 'string' }, responseSchema: { 200: { ok: 'boolean' } } }),\n\
          { type: 'queue', topic: 'order.sent' },\n\
          { type: 'http', method: 'GET', path: '/orders' },\n\
          cron('0 0 * * * *'),\n\
          { type: 'cron', expression: '0 1 * * * *', condition: (i, ctx) => true },\n\
          state(isReady),\n\
        ],\n\
        enqueues: ['out', { topic: 'late', label: 'too late' }],\n\
        virtualEnqueues: ['pictured'],\n\
      } as const satisfies StepConfig";
    let step = ts(source).step.unwrap();
    assert_eq!(step.dialect, Dialect::V1);
    assert_eq!(step.kind_text, None);
    let kinds: Vec<StepKind> = step.triggers.iter().map(|trigger| trigger.kind).collect();
    use StepKind as K;
    assert_eq!(
        kinds,
        [K::Event, K::Api, K::Event, K::Api, K::Cron, K::Cron, K::State]
    );
    assert_eq!(step.triggers[0].topics[0].topic.span.slice(source), "order.paid");
    assert_eq!(
        step.triggers[0].input.as_ref().unwrap().schema["required"][0],
        "id"
    );
    assert_eq!(
        step.triggers[1].path.as_ref().unwrap().text,
        Text::Known("/orders/:id".into())
    );
    assert_eq!(step.triggers[1].responses[0].0, "200");
    assert!(step.triggers[1].input.is_some());
    assert_eq!(
        step.triggers[2].topics[0].topic.text,
        Text::Known("order.sent".into())
    );
    assert_eq!(
        step.triggers[3].method.as_ref().unwrap().text,
        Text::Known("GET".into())
    );
    assert_eq!(
        step.triggers[5].cron.as_ref().unwrap().text,
        Text::Known("0 1 * * * *".into())
    );
    assert_eq!(step.emits.topics()[1].label.as_deref(), Some("too late"));
    assert_eq!(step.virtual_emits.len(), 1);
    let python = py(
        "config = {'name': 'S', 'triggers': [http('POST', '/x', body_schema={'a': 'string'}), cron('0 * * * * *', condition=is_open)], 'enqueues': []}",
    );
    let step = python.step.unwrap();
    assert_eq!(
        step.triggers[0].input.as_ref().unwrap().schema["required"][0],
        "a"
    );
    assert_eq!(step.triggers[1].kind, K::Cron);
}

#[test]
fn declarations_say_what_they_do_not_show() {
    let emits = |before: &str, value: &str| {
        ts(&format!(
            "{before}\nexport const config = {{ type: 'cron', cron: '* * * * *'{value} }}"
        ))
        .step
        .unwrap()
        .emits
    };
    assert_eq!(emits("", ""), Declaration::Absent);
    let known = emits("const MORE = ['b', 'c']", ", emits: ['a', ...MORE]");
    assert_eq!(known.topics().len(), 3);
    assert!(known.is_complete());
    let open = emits("import { MORE } from './m'", ", emits: ['a', ...MORE]");
    assert!(matches!(&open.topics()[1].topic.text, Text::Import(import) if import.path == ["MORE", "*"]));
    assert!(!open.is_complete());
    let pushed = emits("const T = ['a']\nT.push('b')", ", emits: T");
    assert!(!pushed.is_complete());
    assert!(matches!(
        emits("", ", emits: rows.map((r) => r.topic)"),
        Declaration::Unknown { .. }
    ));
    assert!(!emits("import { T } from './t'", ", emits: [T.a]").is_complete());
    let objects = emits(
        "",
        ", emits: [{ topic: 'a', label: 'A', conditional: true }, { label: 'x' }]",
    );
    assert!(objects.topics()[0].conditional);
    assert!(matches!(objects.topics()[1].topic.text, Text::Unknown(_)));
}

#[test]
fn a_config_that_is_changed_later_is_open() {
    for change in [
        "config['flows'] = ['f']",
        "config['emits'].append('b')",
        "config.update(more)",
    ] {
        let step = py(&format!(
            "config = {{'type': 'event', 'subscribes': [], 'emits': ['a']}}\n{change}\n"
        ))
        .step
        .unwrap();
        assert!(step.keys_open && !step.emits.is_complete(), "{change}");
    }
    let step = ts(
        "export const config: any = { type: 'event', subscribes: [], emits: ['a'] }\nconfig.emits.push('b')",
    )
    .step
    .unwrap();
    assert!(step.keys_open && !step.emits.is_complete());
}

#[test]
fn topics_of_visible_rows() {
    let rows = "const ROWS = [{ topic: 'x', n: 1 }, { topic: 'y', n: 2 }]\nexport const config = { type: 'event', subscribes: ";
    let subscribed = |value: &str| {
        let trigger = ts(&format!("{rows}{value} }}")).step.unwrap().triggers.remove(0);
        let topics: Vec<Text> = trigger.topics.into_iter().map(|topic| topic.topic.text).collect();
        (topics, trigger.topics_open)
    };
    let both = vec![Text::Known("x".into()), Text::Known("y".into())];
    assert_eq!(
        subscribed("ROWS.map((config) => config.topic)"),
        (both.clone(), false)
    );
    assert_eq!(
        subscribed("ROWS.map(({ topic }) => topic)"),
        (both.clone(), false)
    );
    assert_eq!(subscribed("ROWS.map((row) => pick(row))"), (vec![], true));
    let python = py(
        "ROWS = [{'topic': 'x'}, {'topic': 'y'}]\nconfig = {'type': 'event', 'subscribes': [row['topic'] for row in ROWS]}",
    );
    let topics: Vec<Text> = python
        .step
        .unwrap()
        .triggers
        .remove(0)
        .topics
        .into_iter()
        .map(|topic| topic.topic.text)
        .collect();
    assert_eq!(topics, both);
}

#[test]
fn spreads_in_a_config() {
    let known = ts(
        "const base = { type: 'event', flows: ['f'] }\nexport const config = { ...base, subscribes: ['a'] }",
    );
    let step = known.step.unwrap();
    let keys: Vec<&str> = step.keys.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(keys, ["type", "flows", "subscribes"]);
    assert!(!step.keys_open);
    let open = ts("import { base } from './b'\nexport const config = { ...base, subscribes: ['a'] }");
    assert!(open.step.unwrap().keys_open);
}

#[test]
fn a_missing_or_misspelled_type_is_inferred_for_the_trigger_only() {
    let kind = |config: &str| {
        let step = ts(&format!("export const config = {config}")).step.unwrap();
        (
            step.kind_text.is_some(),
            step.triggers.first().map(|trigger| trigger.kind),
        )
    };
    assert_eq!(
        kind("{ name: 'S', subscribes: ['a'] }"),
        (false, Some(StepKind::Event))
    );
    assert_eq!(
        kind("{ name: 'S', method: 'GET', path: '/' }"),
        (false, Some(StepKind::Api))
    );
    assert_eq!(
        kind("{ type: 'evnt', subscribes: ['a'] }"),
        (true, Some(StepKind::Event))
    );
    assert_eq!(kind("{ type: 'noop', virtualEmits: ['a'] }"), (true, None));
}

#[test]
fn other_configs_are_no_steps() {
    for source in [
        "export const config = { port: 3000, host: 'localhost' }",
        "export const config = { type: 'postgres', url: 'x' }",
        "const config = { type: 'event', subscribes: [] }\nexport const other = 1",
        "export const config = makeConfig()",
        "export function config() {}",
        "export const config = { name: 'S', path: x }.path",
    ] {
        let facts = ts(source);
        assert!(facts.step.is_none() && facts.stream.is_none(), "{source}");
    }
    assert!(py("config = load()\n").step.is_none());
    assert!(rb("def config\n  load\nend").step.is_none());
    assert!(rb("def config\nend").step.is_none());
}

#[test]
fn streams_are_no_steps() {
    let facts = ts(
        "export const config: StreamConfig = { name: 'chat', schema: { id: 'string' }, baseConfig: { storageType: 'default' } }",
    );
    assert!(facts.step.is_none());
    let stream = facts.stream.unwrap();
    assert_eq!(stream.name.unwrap().text, Text::Known("chat".into()));
    assert_eq!(stream.schema.unwrap().schema["required"][0], "id");
    assert!(
        py("config = {'name': 'chat', 'schema': None, 'baseConfig': {'storageType': 'default'}}")
            .stream
            .is_some()
    );
    assert!(
        rb("def config\n  { name: 'chat', baseConfig: { storageType: 'default' } }\nend")
            .stream
            .is_some()
    );
}

#[test]
fn python_may_spell_keys_its_own_way() {
    let facts = py(
        "config = {'type': 'api', 'method': 'POST', 'path': '/', 'body_schema': {'a': 'string'}, 'virtual_subscribes': ['x']}",
    );
    let step = facts.step.unwrap();
    assert!(step.triggers[0].input.is_some());
    assert_eq!(step.virtual_subscribes.len(), 1);
}

#[test]
fn responses_are_listed_by_status() {
    let facts = py(
        "config = {'type': 'api', 'method': 'GET', 'path': '/', 'responseSchema': {200: {'ok': 'boolean'}, '404': None}}",
    );
    let step = facts.step.unwrap();
    let statuses: Vec<&str> = step.triggers[0]
        .responses
        .iter()
        .map(|(status, _)| status.as_str())
        .collect();
    assert_eq!(statuses, ["200", "404"]);
}

#[test]
fn exports_hold_what_others_may_read() {
    let facts = ts(
        "export enum T { A = 'a.b' }\nexport const N = 3\nexport const L = ['x', T.A]\n\
        export const O = { x: { y: 'z' } } as const\nexport { X as Y } from './x'\nexport * from './all'\n\
        const hidden = 'h'\nexport default hidden\nexport function f() {}\nexport const U = f()\nexport type Z = 'a'\n",
    );
    expect_test::expect![[r#"
        export * {"list":[{"import":{"module":"./all","path":["*"]}}]}
        export L {"list":[{"text":{"text":{"known":"x"},"span":null,"literal":true,"origin":null}},{"text":{"text":{"known":"a.b"},"span":null,"literal":false,"origin":null}}]}
        export N {"json":3}
        export O {"object":[["x",{"object":[["y",{"text":{"text":{"known":"z"},"span":null,"literal":true,"origin":null}}]]}]]}
        export T {"object":[["A",{"text":{"text":{"known":"a.b"},"span":null,"literal":true,"origin":null}}]]}
        export Y {"import":{"module":"./x","path":["X"]}}
        export default {"text":{"text":{"known":"h"},"span":null,"literal":true,"origin":null}}
        import [] from ``
        import [] from ``
    "#]]
    .assert_eq(&render(&facts, ""));
    let common = js("const A = 'a'\nmodule.exports = { A, nested: { B: 'b' } }\n");
    assert_eq!(
        common.exports.keys().collect::<Vec<_>>(),
        ["A", "default", "nested"]
    );
    let python = py(
        "from .base import BASE\nfrom os import path\nA = 'a'\nclass T:\n    B = 'b'\ndef f():\n    LOCAL = 'x'\n",
    );
    assert_eq!(python.exports.keys().collect::<Vec<_>>(), ["A", "BASE", "T"]);
    let ruby = rb("A = 'a'\nmodule T\n  B = 'b'\n  module Inner\n    C = 'c'\n  end\nend\nlocal = 'x'\n");
    assert_eq!(ruby.exports.keys().collect::<Vec<_>>(), ["A", "T"]);
}
