//! What configs say key by key, schemas that the framework cannot take, documented forms that no release knows.

use expect_test::expect;

use super::support::{js, py, rb, ts};
use crate::facts::{ConfigKind, ConfigValue, FileFacts, SeedForm};

/// The config on one line, with `…` where more may be.
fn shown(facts: &FileFacts) -> String {
    let config = facts.config.as_ref().unwrap();
    let entries = ConfigValue {
        span: config.span,
        kind: ConfigKind::Object {
            entries: config.entries.clone(),
            open: config.open,
        },
    };
    value(&entries)
}

fn value(value_: &ConfigValue) -> String {
    let list = |items: Vec<String>, open: bool| {
        let more = open.then(|| "…".to_owned());
        items.into_iter().chain(more).collect::<Vec<_>>().join(", ")
    };
    match &value_.kind {
        ConfigKind::Text { value, literal: true } => format!("'{value}'"),
        ConfigKind::Text {
            value,
            literal: false,
        } => format!("~'{value}'"),
        ConfigKind::Number(number) => number.to_string(),
        ConfigKind::Bool(value) => value.to_string(),
        ConfigKind::Null => "null".to_owned(),
        ConfigKind::List { items, open } => format!("[{}]", list(items.iter().map(value).collect(), *open)),
        ConfigKind::Object { entries, open } => {
            let entries = entries
                .iter()
                .map(|entry| format!("{}: {}", entry.key, value(&entry.value)));
            format!("{{{}}}", list(entries.collect(), *open))
        }
        ConfigKind::Code => "code".to_owned(),
        ConfigKind::Call { name, args } => {
            format!("{name}({})", list(args.iter().map(value).collect(), false))
        }
        ConfigKind::Unbound(name) => format!("unbound {name}"),
        ConfigKind::Unknown => "?".to_owned(),
    }
}

#[test]
fn values_are_seen_in_every_language() {
    let expected = expect![[
        r#"{type: 'event', name: 'A', subscribes: ['in', ~'out'], infrastructure: {handler: {ram: 2048, cpu: -0.5}}, emits: [], flows: null, input: ?}"#
    ]];
    expected.assert_eq(&shown(&ts(
        "const OUT = 'out'\nexport const config: EventConfig = { type: 'event', name: 'A', subscribes: ['in', OUT], infrastructure: { handler: { ram: 2048, cpu: -0.5 } }, emits: [], flows: null, input: z.any() }\n",
    )));
    expected.assert_eq(&shown(&js(
        "const OUT = 'out'\nexports.config = { type: 'event', name: 'A', subscribes: ['in', OUT], infrastructure: { handler: { ram: 2048, cpu: -0.5 } }, emits: [], flows: null, input: {} }\n",
    )));
    expected.assert_eq(&shown(&py(
        "OUT = 'out'\nconfig = {'type': 'event', 'name': 'A', 'subscribes': ['in', OUT], 'infrastructure': {'handler': {'ram': 2048, 'cpu': -0.5}}, 'emits': [], 'flows': None, 'input': None}\n",
    )));
    expected.assert_eq(&shown(&rb(
        "OUT = 'out'\ndef config\n  { type: :event, name: 'A', subscribes: ['in', OUT], infrastructure: { handler: { ram: 2048, cpu: -0.5 } }, emits: [], flows: nil, input: {} }\nend\n",
    )));
}

#[test]
fn what_is_not_visible_is_unknown_or_open() {
    expect![[r#"{type: 'api', flows: ['b', …], middleware: [unbound auth, 'auth', code, ?], path: ?, …}"#]].assert_eq(
        &shown(&ts(
            "import { base, other, more } from './x'\nexport const config = { ...base, type: 'api', flows: [...other, 'b'], middleware: [auth, 'auth', () => 1, more], path: `/${base}` }\n",
        )),
    );
    let rewritten = py("config = {'type': 'noop', 'name': 'A'}\nconfig['flows'] = []\n");
    assert!(rewritten.config.unwrap().open);
}

#[test]
fn triggers_of_1_0_are_calls() {
    expect![[r#"{name: 'A', triggers: [http('GET', '/a', {middleware: []}), {type: 'queue', topic: 't'}]}"#]].assert_eq(
        &shown(&ts(
            "export const config = { name: 'A', triggers: [http('GET', '/a', { middleware: [] }), { type: 'queue', topic: 't' }] } as const satisfies StepConfig\n",
        )),
    );
    expect![[r#"{name: 'A', triggers: [http('GET', '/a', {middleware: []})]}"#]].assert_eq(&shown(&py(
        "config = {'name': 'A', 'triggers': [http('GET', '/a', middleware=[])]}\n",
    )));
}

/// What is unfit about the input of a step, as written.
fn unfit(before: &str, schema: &str) -> Vec<String> {
    let facts = ts(&format!(
        "import {{ z }} from 'zod'\n{before}\nexport const config = {{ type: 'event', name: 'A', subscribes: ['t'], emits: [], input: {schema} }}\n"
    ));
    let input = facts.step.unwrap().triggers.remove(0).input.unwrap();
    input.unfit.into_iter().map(|unfit| unfit.what).collect()
}

#[test]
fn types_without_a_json_schema_are_found_wherever_they_stand() {
    let none: [&str; 0] = [];
    assert_eq!(unfit("", "z.object({ at: z.date().optional() })"), ["z.date()"]);
    assert_eq!(unfit("", "z.object({ at: z.coerce.date() })"), ["z.date()"]);
    assert_eq!(
        unfit(
            "",
            "z.object({ a: z.array(z.object({ b: z.string().transform(Number).optional() })) })"
        ),
        [".transform()"]
    );
    assert_eq!(
        unfit(
            "const Item = z.object({ n: z.bigint() })",
            "z.object({ items: z.array(Item) })"
        ),
        ["z.bigint()"]
    );
    assert_eq!(unfit("", "z.union([z.string(), z.date()])"), ["z.date()"]);
    assert_eq!(
        unfit("", "z.object({ at: z.iso.date(), on: z.string().date() })"),
        none
    );
    assert_eq!(
        unfit(
            "",
            "z.object({ a: z.string().transform(up).pipe(z.enum(['a'])) })"
        ),
        none
    );
    assert_eq!(unfit("", "z.object({ a: rows.transform(up) })"), none);
    assert_eq!(
        unfit("", "z.object({ a: z.preprocess(Number, z.number()) })"),
        none
    );
}

#[test]
fn a_key_that_a_method_takes_away_does_not_count() {
    let none: [&str; 0] = [];
    let base = "const Base = z.object({ at: z.date(), id: z.string() })";
    assert_eq!(unfit(base, "Base.omit({ at: true })"), none);
    assert_eq!(unfit(base, "Base.pick({ id: true }).partial()"), none);
    assert_eq!(unfit(base, "Base.extend({ at: z.string() })"), none);
    assert_eq!(unfit(base, "Base.omit({ id: true })"), ["z.date()"]);
    assert_eq!(unfit(base, "Base.extend({ more: z.string() })"), ["z.date()"]);
}

#[test]
fn forms_that_the_check_of_configs_refuses() {
    let none: [&str; 0] = [];
    assert_eq!(unfit("", "z.record(z.string(), z.any())"), ["a record"]);
    assert_eq!(
        unfit("", "z.object({ a: z.string() }).passthrough()"),
        ["an object that takes any other key"]
    );
    assert_eq!(
        unfit("", "z.array(z.string()).min(1)"),
        ["an array of anything but objects"]
    );
    assert_eq!(
        unfit("", "{ type: 'object' }"),
        ["`type: 'object'` without `properties`"]
    );
    assert_eq!(
        unfit("", "{ type: 'array', items: { type: 'string' } }"),
        ["an array of anything but objects"]
    );
    assert_eq!(
        unfit("", "{ type: 'object', properties: {}, additionalProperties: {} }"),
        ["an `additionalProperties` that is no boolean"]
    );
    assert_eq!(
        unfit("", "{ type: 'object', properties: {}, required: true }"),
        ["a `required` that is no list of names"]
    );
    assert_eq!(
        unfit("", "z.array(z.object({})).array()"),
        ["an array of anything but objects"]
    );
    for fine in [
        "z.object({ a: z.string() }).array()",
        "z.array(z.object({ a: z.record(z.string(), z.any()) }))",
        "z.object({ a: z.string() }).passthrough().strict()",
        "z.record(z.string(), z.any()).nullable()",
        "z.union([z.object({}), z.string()])",
        "z.string()",
        "{ type: 'object', properties: { a: { type: 'object' } } }",
        "{ type: 'array', items: { type: 'object', properties: {} } }",
        "{ id: 'string' }",
        "{ ...rest, type: 'object' }",
        "imported",
    ] {
        assert_eq!(unfit("", fine), none, "{fine}");
    }
}

#[test]
fn documented_forms_are_found_where_they_are_written() {
    let forms = |facts: FileFacts| -> Vec<(SeedForm, String)> {
        facts
            .seed_uses
            .into_iter()
            .map(|seed| (seed.form, seed.name))
            .collect()
    };
    let python = py("\
config = {'type': 'event', 'name': 'A', 'subscribes': ['t'], 'emits': []}
async def handler(data, context):
    emit = context['emit']
    await context['state'].set('g', 'k', data, 60)
    rows = await context.state.get_pattern('g', '*')
    now = context.utils.dates.now()
    context.get('logger').info(data['emit'])
");
    assert_eq!(
        forms(python),
        [
            (SeedForm::ContextKey, "emit".to_owned()),
            (SeedForm::ContextKey, "state".to_owned()),
            (SeedForm::StateExpiry, "set".to_owned()),
            (SeedForm::StateMethod, "get_pattern".to_owned()),
            (SeedForm::ContextMember, "utils".to_owned()),
            (SeedForm::ContextKey, "logger".to_owned()),
        ]
    );
    let ruby = rb("\
def config
  { type: 'event', name: 'A', subscribes: ['t'], emits: [] }
end
def handler(input, context)
  context[:emit].call(topic: 't', data: {})
  context.logger.info('x')
end
");
    assert_eq!(forms(ruby), [(SeedForm::ContextKey, "emit".to_owned())]);
    let typescript = ts("\
export const config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: [] }
export const handler = async (req, ctx) => {
  await ctx['state'].set('g', 'k', 1)
  return { status: 200, body: { session: req.cookies.session, cookies: other.cookies } }
}
");
    assert_eq!(
        forms(typescript),
        [(SeedForm::RequestMember, "cookies".to_owned())]
    );
}
