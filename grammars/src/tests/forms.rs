//! Forms of configs, triggers and emit calls that people write, each with what it has to yield. One test shows every
//! form that fails.

use std::fmt::Write as _;

use crate::facts::{FileFacts, Text};
use crate::{Language, extract};

use super::support::*;

/// What a step is, in one line: `name kind/topics|method path|cron emits(topics) handler(params)`.
fn summary(facts: &FileFacts) -> String {
    let Some(step) = &facts.step else {
        return "no step".to_owned();
    };
    let text = |text: &Text| match text {
        Text::Known(text) => text.clone(),
        Text::OneOf(texts) => texts.join("|"),
        Text::Import(import) => format!("<{}>", import.path.join(".")),
        _ => "?".to_owned(),
    };
    let mut line = step.name.as_ref().map_or("-".to_owned(), |name| text(&name.text));
    for trigger in &step.triggers {
        write!(line, " {:?}", trigger.kind).unwrap();
        let topics = trigger.topics.iter().map(|topic| &topic.topic);
        let parts = [&trigger.method, &trigger.path, &trigger.cron];
        for part in topics.chain(parts.into_iter().flatten()) {
            write!(line, " {}", text(&part.text)).unwrap();
        }
        line.push_str(if trigger.topics_open { " +" } else { "" });
    }
    let emits: Vec<String> = step
        .emits
        .topics()
        .iter()
        .map(|topic| text(&topic.topic.text))
        .collect();
    write!(line, " -> {}", emits.join(" ")).unwrap();
    line.push_str(if step.emits.is_complete() { "" } else { " +" });
    match &step.handler {
        Some(handler) => write!(line, " ({})", handler.params.join(", ")).unwrap(),
        None => line.push_str(" no handler"),
    }
    line
}

fn expect_all(language: Language, cases: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (source, meant) in cases {
        let facts = extract(language, source);
        let found = summary(&facts);
        if !facts.problems.is_empty() || found != *meant {
            writeln!(
                wrong,
                "{source}\n  found {found} {:?}\n  meant {meant}",
                facts.problems
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

const C: &str = "{ type: 'event', name: 'S', subscribes: ['a'], emits: ['b'] }";
const SCRIPT_STEP: &str = "S Event a -> b (input, ctx)";

#[test]
fn configs_of_scripts() {
    let handler = "export const handler = async (input, ctx) => {}";
    let forms = [
        format!("export const config = Object.freeze({C})\n{handler}"),
        format!("export const config = Object.freeze({C} as const) satisfies T\n{handler}"),
        format!("export const config = <const>{C}\n{handler}"),
        format!("export const config = ({C})\n{handler}"),
        format!(
            "export let config = {C}\nexport async function handler(input: I, ctx: C): Promise<void> {{}}"
        ),
        format!("const config = {C}\n{handler}\nexport {{ config }}"),
        format!("const h = async (input, ctx) => {{}}\nexport default {{ config: {C}, handler: h }}"),
        format!("export default {{ config: {C}, async handler(input, ctx) {{}} }}"),
        format!(
            "export default {{ config: {C}, handler: async function (input, ctx) {{}} }} satisfies Module"
        ),
        format!("const step1 = {{ config: {C}, handler: async (input, ctx) => {{}} }}\nexport default step1"),
        format!(
            "const s = {{ config: {C}, handler: async (input, ctx) => {{}} }}\nexport const {{ config, handler }} = s"
        ),
        format!("export const {{ config, handler }} = step({C}, async (input, ctx) => {{}})"),
        format!(
            "const made = step({C}, async (input, ctx) => {{}})\nexport const config = made.config\nexport const handler = made.handler"
        ),
        format!("export default step({C}, async (input, ctx) => {{}})"),
        format!(
            "const base = {{ type: 'event', subscribes: ['a'] }} as const\nexport const config = {{ ...base, name: 'S', emits: ['b'] }}\n{handler}"
        ),
        format!(
            "const type = 'event', name = 'S', subscribes = ['a'], emits = ['b']\nexport const config = {{ type, name, subscribes, emits }}\n{handler}"
        ),
        format!(
            "const K = {{ T: 'type' }} as const\nexport const config = {{ [K.T]: 'event', 'name': `S`, [\"subscribes\"]: ['a'], emits: ['b'], }}\n{handler}"
        ),
        format!(
            "enum K {{ Event = 'event' }}\nexport const config = {{ type: K.Event, name: 'S', subscribes: ['a'], emits: ['b'] }}\n{handler}"
        ),
        format!("const define = (config: C) => config\nexport const config = define({C})\n{handler}"),
        format!(
            "function define<T>(config: T): T {{ return config }}\nexport const config = define({C})\n{handler}"
        ),
        format!(
            "export const config = {C}\nexport const handler = (async (input, ctx) => {{}}) satisfies Handlers['S']"
        ),
        format!(
            "export const config = {C}\nexport const handler: Handlers['S'] = async function handle(input, ctx) {{}}"
        ),
        format!(
            "export const config = {C}\nconst handler = async (input, ctx) => {{}}\nexport {{ handler }}"
        ),
        format!("\u{feff}export const config = {C}\r\n{handler}"),
    ];
    let cases: Vec<(&str, &str)> = forms.iter().map(|form| (form.as_str(), SCRIPT_STEP)).collect();
    expect_all(Language::TypeScript, &cases);
}

#[test]
fn configs_of_commonjs() {
    let forms = [
        format!("exports.config = {C}\nexports.handler = async (input, ctx) => {{}}"),
        format!("exports.config = {C}\nexports.handler = async function (input, ctx) {{}}"),
        format!("module.exports.config = {C}\nmodule.exports.handler = async (input, ctx) => {{}}"),
        format!("module.exports = {{ config: {C}, handler: async (input, ctx) => {{}} }}"),
        format!("module.exports = {{ config: {C}, async handler(input, ctx) {{}} }}"),
        format!(
            "const config = {C}\nasync function handler(input, ctx) {{}}\nmodule.exports = {{ config, handler }}"
        ),
        format!(
            "exports.config = {C}\nconst handler = async (input, ctx) => {{}}\nmodule.exports.handler = handler"
        ),
        format!(
            "const config = {C}\nconst handler = async (input, ctx) => {{}}\nObject.assign(exports, {{ config, handler }})"
        ),
        format!("module.exports = step({C}, async (input, ctx) => {{}})"),
    ];
    let cases: Vec<(&str, &str)> = forms.iter().map(|form| (form.as_str(), SCRIPT_STEP)).collect();
    expect_all(Language::JavaScript, &cases);
}

#[test]
fn a_config_behind_a_call_is_not_guessed_at() {
    for source in [
        "import { defineConfig } from './define'\nexport const config = defineConfig({ type: 'event', name: 'S' })",
        "export const config = merge(base, { type: 'event' })",
        "export const config = new Config()",
    ] {
        assert!(ts(source).step.is_none(), "{source}");
    }
}

const SCRIPT_TRIGGERS: &[(&str, &str)] = &[
    (
        "import { http, queue, cron, state, stream, api } from 'motia'\n\
                 export const config = { name: 'S', triggers: [http('POST', '/x'), queue('a', { input: z.object({}) }), cron('0 * * * * *'), state(), stream('s'), api('GET', '/y')], enqueues: ['b', { topic: 'c', label: 'x' }] } as const satisfies StepConfig\n\
                 export const handler: Handlers<typeof config> = async (input, ctx) => {}",
        "S Api POST /x Event a Cron 0 * * * * * State Stream Api GET /y -> b c (input, ctx)",
    ),
    (
        "export const config = { name: 'S', triggers: [{ type: 'http', method: 'POST', path: '/x' }, { type: 'queue', topic: 'a' }, { type: 'cron', expression: '0 0 * * * *' }, { type: 'state' }, { type: 'stream', streamName: 's' }], enqueues: [] }",
        "S Api POST /x Event a Cron 0 0 * * * * State Stream ->  no handler",
    ),
    (
        "const triggers = [queue('a'), queue('b')] as const\nexport const config = { name: 'S', triggers }",
        "S Event a Event b ->  no handler",
    ),
    (
        "const more = [queue('b')]\nexport const config = { name: 'S', triggers: [queue('a'), ...more] }",
        "S Event a Event b ->  no handler",
    ),
    (
        "import { TOPIC } from './t'\nexport const config = { name: 'S', triggers: [queue(TOPIC), { type: 'queue', topic: TOPIC.x }] }",
        "S Event <TOPIC> Event <TOPIC.x> ->  no handler",
    ),
    (
        "const stepConfig = { name: 'S', triggers: [queue('a')], enqueues: ['b'] } as const satisfies StepConfig\nexport const { config, handler } = step(stepConfig, async (_in, ctx) => {})",
        "S Event a -> b (_in, ctx)",
    ),
    (
        "export const { config, handler } = multiTriggerStep({ name: 'S', triggers: [queue('a'), http('GET', '/x')], enqueues: ['b'] }).onQueue(async (input, ctx) => {}).onHttp(async (req, ctx) => {}).handlers()",
        "S Event a Api GET /x -> b (input, ctx)",
    ),
    (
        "export const config = { name: 'S', triggers: [motia.queue('a')], enqueues: ['b'] }",
        "S Event a -> b no handler",
    ),
];

const PYTHON_TRIGGERS: &[(&str, &str)] = &[
    (
        "from motia import http, queue, cron\nconfig = {'name': 'S', 'triggers': [http('POST', '/x', body_schema=S.model_json_schema()), queue('a', input=I), cron('0 * * * * *', condition=is_open), {'type': 'queue', 'topic': 'b'}], 'enqueues': ['c']}\nasync def handler(input_data, ctx):\n    pass\n",
        "S Api POST /x Event a Cron 0 * * * * * Event b -> c (input_data, ctx)",
    ),
    (
        "from motia import queue\nconfig = {'name': 'S', 'triggers': [queue(topic='a')]}",
        "S Event a ->  no handler",
    ),
    (
        "config = StepConfig(name='S', triggers=[queue('a')], enqueues=['b'])",
        "no step",
    ),
];

#[test]
fn triggers_of_the_1_0_dialect() {
    expect_all(Language::TypeScript, SCRIPT_TRIGGERS);
    expect_all(Language::Python, PYTHON_TRIGGERS);
}

#[test]
fn configs_of_python() {
    let handler = "async def handler(data, ctx):\n    pass\n";
    let step = "S Event a -> b (data, ctx)";
    let forms = [
        "config = {'type': 'event', 'name': 'S', 'subscribes': ['a'], 'emits': ['b']}",
        "config: EventConfig = {'type': 'event', 'name': 'S', 'subscribes': ['a'], 'emits': ['b']}",
        "config: dict[str, Any] = {'type': 'event', 'name': 'S', 'subscribes': ('a',), 'emits': ['b']}",
        "config = dict(type='event', name='S', subscribes=['a'], emits=['b'])",
        "config = dict({'type': 'event'}, name='S', subscribes=['a'], emits=['b'])",
        "base = {'type': 'event', 'name': 'S'}\nconfig = {**base, 'subscribes': ['a'], 'emits': ['b']}",
        "base = {'type': 'event', 'name': 'S'}\nconfig = base | {'subscribes': ['a'], 'emits': ['b']}",
        "base = {'type': 'event', 'name': 'S'}\nconfig = dict(**base, subscribes=['a'], emits=['b'])",
        "NAME = 'S'\nTOPIC = 'a'\nconfig = {'type': 'event', 'name': NAME, 'subscribes': [TOPIC], 'emits': ['%s' % 'b']}",
        "try:\n    from x import y\nexcept ImportError:\n    y = None\nconfig = {'type': 'event', 'name': 'S', 'subscribes': ['a'], 'emits': ['b']}",
        "if True:\n    config = {'type': 'event', 'name': 'S', 'subscribes': ['a'], 'emits': ['b']}",
        "config = (\n    {'type': 'event', 'name': 'S', 'subscribes': ['a'], 'emits': ['b']}\n)",
        "config = cast(EventConfig, {'type': 'event', 'name': 'S', 'subscribes': ['a'], 'emits': ['b']})",
        "config = MappingProxyType({'type': 'event', 'name': 'S', 'subscribes': ['a'], 'emits': ['b']})",
    ];
    let forms: Vec<String> = forms.iter().map(|form| format!("{form}\n{handler}")).collect();
    let cases: Vec<(&str, &str)> = forms.iter().map(|form| (form.as_str(), step)).collect();
    expect_all(Language::Python, &cases);
}

#[test]
fn configs_of_ruby() {
    let step = "S Event a -> b c (data, context)";
    let forms = [
        "def config\n  { type: 'event', name: 'S', subscribes: ['a'], emits: ['b', 'c'] }\nend",
        "def config\n  { 'type' => 'event', 'name' => 'S', 'subscribes' => ['a'], 'emits' => %w[b c] }\nend",
        "def config\n  { :type => 'event', :name => 'S', :subscribes => %i[a], :emits => [:b, :c] }\nend",
        "def config\n  return { type: :event, name: 'S', subscribes: %w(a), emits: ['b'] + ['c'] }\nend",
        "def config = { type: 'event', name: 'S', subscribes: ['a'], emits: %w[b c] }",
        "CONFIG = { type: 'event', name: 'S', subscribes: ['a'], emits: %w[b c] }.freeze\ndef config\n  CONFIG\nend",
        "BASE = { type: 'event', name: 'S' }\ndef config\n  BASE.merge(subscribes: ['a'], emits: %w[b c].freeze)\nend",
        "BASE = { type: 'event', name: 'S' }\ndef config\n  { **BASE, subscribes: ['a'], emits: [*%w[b c]] }\nend",
        "config = { type: 'event', name: 'S', subscribes: ['a'], emits: %w[b c] }",
        "def config()\n  name = 'S'\n  {\n    type: 'event', name: name,\n    subscribes: ['a'], # comment\n    emits: ['b', \"#{'c'}\"],\n  }\nend",
    ];
    let forms: Vec<String> = forms
        .iter()
        .map(|form| format!("{form}\ndef handler(data, context)\nend"))
        .collect();
    let cases: Vec<(&str, &str)> = forms.iter().map(|form| (form.as_str(), step)).collect();
    expect_all(Language::Ruby, &cases);
}
