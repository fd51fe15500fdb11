//! What is proposed at the same spot in every language: whole code, half-typed code, every way to write the same thing.

mod spots;

use self::spots::{
    API_MEMBERS, CONFIGS, INPUTS, MEMBERS, NEWER_HTTP, NEWER_QUEUE, PAYLOADS, REQUESTS, STATE, TOPICS,
};
use super::config_tests::proposals;

/// The rest of the project: what the spots may name.
const OTHERS: &str = "
//- steps/taker.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'Taker', subscribes: ['order.placed'], emits: [], flows: ['shop', 'night'],
  input: z.object({ id: z.string(), paid: z.boolean(), user: z.object({ name: z.string() }), note: z.string().optional() }),
}
export const handler = async (input, { state }) => {
  await state.set('orders', 'latest', input)
  await state.set('carts', 'open', input)
}
//- steps/chat.stream.ts
export const config = { name: 'chat', schema: {}, baseConfig: { storageType: 'default' } }
";

#[derive(Clone, Copy)]
enum In {
    Ts,
    Js,
    Py,
    Rb,
}
use In::{Js, Py, Rb, Ts};

impl In {
    fn path(self) -> &'static str {
        match self {
            Ts => "steps/a.step.ts",
            Js => "steps/a.step.js",
            Py => "steps/a_step.py",
            Rb => "steps/a.step.rb",
        }
    }

    /// An event step whose handler is this code; its input has `id` and `user.name`.
    fn event(self, code: &str) -> String {
        let text = match self {
            Ts => format!(
                "import {{ z }} from 'zod'\n\
                 export const config = {{\n  type: 'event', name: 'A', subscribes: ['x'], emits: ['order.placed'],\n\
                 \x20 input: z.object({{ id: z.string(), user: z.object({{ name: z.string() }}) }}),\n}}\n\
                 export const handler = async (input: any, {{ emit, state, streams }}: any) => {{\n  {code}\n}}\n"
            ),
            Js => format!(
                "exports.config = {{\n  type: 'event', name: 'A', subscribes: ['x'], emits: ['order.placed'],\n\
                 \x20 input: {{ type: 'object', properties: {{ id: {{ type: 'string' }}, user: {{ type: 'object', properties: {{ name: {{ type: 'string' }} }} }} }}, required: ['id', 'user'] }},\n}}\n\
                 exports.handler = async (input, {{ emit, state, streams }}) => {{\n  {code}\n}}\n"
            ),
            Py => format!(
                "config = {{\n    'type': 'event', 'name': 'A', 'subscribes': ['x'], 'emits': ['order.placed'],\n\
                 \x20   'input': {{'type': 'object', 'properties': {{'id': {{'type': 'string'}}, 'user': {{'type': 'object', 'properties': {{'name': {{'type': 'string'}}}}}}}}, 'required': ['id', 'user']}},\n}}\n\
                 async def handler(input, context):\n    {code}\n"
            ),
            Rb => format!(
                "def config\n  {{ type: 'event', name: 'A', subscribes: ['x'], emits: ['order.placed'],\n\
                 \x20   input: {{ type: 'object', properties: {{ id: {{ type: 'string' }}, user: {{ type: 'object', properties: {{ name: {{ type: 'string' }} }} }} }}, required: ['id', 'user'] }} }}\nend\n\
                 def handler(input, context)\n  {code}\nend\n"
            ),
        };
        format!("//- {}\n{text}", self.path())
    }

    /// An API step whose handler is this code; its body has `sku` and `to.city`, its path `:shop`, its query `page`.
    fn api(self, code: &str) -> String {
        let text = match self {
            Ts => format!(
                "import {{ z }} from 'zod'\n\
                 export const config = {{\n  type: 'api', name: 'A', method: 'POST', path: '/shops/:shop', emits: [],\n\
                 \x20 queryParams: [{{ name: 'page', description: '' }}],\n\
                 \x20 bodySchema: z.object({{ sku: z.string(), to: z.object({{ city: z.string() }}) }}),\n}}\n\
                 export const handler = async (req: any, ctx: any) => {{\n  {code}\n}}\n"
            ),
            Js => format!(
                "export const config = {{\n  type: 'api', name: 'A', method: 'POST', path: '/shops/:shop', emits: [],\n\
                 \x20 queryParams: [{{ name: 'page', description: '' }}],\n\
                 \x20 bodySchema: {{ type: 'object', properties: {{ sku: {{ type: 'string' }}, to: {{ type: 'object', properties: {{ city: {{ type: 'string' }} }} }} }} }},\n}}\n\
                 export const handler = async (req, ctx) => {{\n  {code}\n}}\n"
            ),
            Py => format!(
                "config = {{\n    'type': 'api', 'name': 'A', 'method': 'POST', 'path': '/shops/:shop', 'emits': [],\n\
                 \x20   'queryParams': [{{'name': 'page', 'description': ''}}],\n\
                 \x20   'bodySchema': {{'type': 'object', 'properties': {{'sku': {{'type': 'string'}}, 'to': {{'type': 'object', 'properties': {{'city': {{'type': 'string'}}}}}}}}}},\n}}\n\
                 async def handler(req, context):\n    {code}\n"
            ),
            Rb => format!(
                "def config\n  {{ type: 'api', name: 'A', method: 'POST', path: '/shops/:shop', emits: [],\n\
                 \x20   queryParams: [{{ name: 'page', description: '' }}],\n\
                 \x20   bodySchema: {{ type: 'object', properties: {{ sku: {{ type: 'string' }}, to: {{ type: 'object', properties: {{ city: {{ type: 'string' }} }} }} }} }} }}\nend\n\
                 def handler(req, context)\n  {code}\nend\n"
            ),
        };
        format!("//- {}\n{text}", self.path())
    }

    /// A 1.0 step of this trigger whose handler is this code; its body or message has `sku` and `to.city`.
    fn newer(self, trigger: &str, code: &str) -> String {
        let schema = "{ type: 'object', properties: { sku: { type: 'string' }, to: { type: 'object', properties: { city: { type: 'string' } } } } }";
        let python = schema
            .replace("type:", "'type':")
            .replace("properties:", "'properties':")
            .replace("sku:", "'sku':")
            .replace("to:", "'to':")
            .replace("city:", "'city':");
        let (kind, key) = match trigger {
            "http" => ("'http', method: 'POST', path: '/shops/:shop'", "bodySchema"),
            _ => ("'queue', topic: 'x'", "input"),
        };
        let text = match self {
            Ts | Js => format!(
                "export const config = {{ name: 'A', triggers: [{{ type: {kind}, {key}: {schema} }}], enqueues: ['order.placed'] }}\n\
                 export const handler = async {code}\n"
            ),
            Py | Rb => {
                let kind = kind
                    .replace("method:", "'method':")
                    .replace("path:", "'path':")
                    .replace("topic:", "'topic':");
                format!(
                    "config = {{'name': 'A', 'triggers': [{{'type': {kind}, '{key}': {python}}}], 'enqueues': ['order.placed']}}\n\
                     async def handler{code}\n"
                )
            }
        };
        format!("//- {}\n{text}", self.path())
    }

    /// A cron step with these entries more in its config, written as in TypeScript.
    fn config(self, entries: &str) -> String {
        let text = match self {
            Ts => format!("export const config = {{ {entries} }}\nexport const handler = async () => {{}}\n"),
            Js => format!("exports.config = {{ {entries} }}\nexports.handler = async () => {{}}\n"),
            Py => format!("config = {{ {entries} }}\nasync def handler(input, context):\n    pass\n"),
            Rb => format!("def config\n  {{ {entries} }}\nend\ndef handler(input, context)\nend\n"),
        };
        format!("//- {}\n{text}", self.path())
    }
}

fn inserts(fixture: &str) -> Option<Vec<(String, String)>> {
    let found = proposals(&format!("{}{OTHERS}", fixture.trim_end()))?;
    Some(
        found
            .into_iter()
            .map(|found| (found.label, found.insert))
            .collect(),
    )
}

/// The languages, the code with its cursor, and what the proposals begin with.
type Spot = (&'static [In], &'static str, &'static [&'static str]);

/// Fails for the spots whose proposals begin with something else.
fn check(fixture: impl Fn(In, &str) -> String, cases: &[Spot]) {
    let mut wrong = Vec::new();
    for (languages, code, expected) in cases {
        for language in *languages {
            let labels: Option<Vec<String>> = inserts(&fixture(*language, code))
                .map(|found| found.into_iter().map(|(label, _)| label).collect());
            let is_so = labels.as_ref().is_some_and(|labels| {
                labels.len() >= expected.len() && labels[..expected.len()] == **expected
            });
            if !is_so {
                wrong.push(format!(
                    "{}: {code}\n  expected {expected:?}\n  found    {labels:?}",
                    language.path()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn topics_in_every_language() {
    check(In::event, TOPICS);
}

#[test]
fn payload_keys_in_every_language() {
    check(In::event, PAYLOADS);
}

#[test]
fn inputs_in_every_language() {
    check(In::event, INPUTS);
}

#[test]
fn state_and_streams_in_every_language() {
    check(In::event, STATE);
}

#[test]
fn members_of_the_context_in_every_language() {
    check(In::event, MEMBERS);
    check(In::api, API_MEMBERS);
}

#[test]
fn the_context_is_taken_apart_where_the_handler_takes_it() {
    let step = |config: &str, handler: &str| {
        format!(
            "//- steps/a.step.js\nexports.config = {{ name: 'A', emits: [], {config} }}\nexports.handler = {handler}\n"
        )
    };
    let event = "type: 'event', subscribes: ['x']";
    let cron = "type: 'cron', cron: '* * * * *'";
    for (config, handler, expected) in [
        (
            event,
            "async (input, { $0 }) => {}",
            &["emit", "logger", "state"][..],
        ),
        (
            event,
            "async (input, { emit, lo$0, traceId }) => {}",
            &["logger", "state", "streams", "flows"],
        ),
        (event, "async function (input, { $0", &["emit", "logger"]),
        (cron, "async ({ $0 }) => {}", &["emit", "logger"]),
    ] {
        let found = inserts(&step(config, handler)).unwrap_or_else(|| panic!("{handler}"));
        let labels: Vec<&str> = found.iter().map(|(label, _)| label.as_str()).collect();
        assert_eq!(labels[..expected.len()], *expected, "{handler}");
        assert!(found.iter().all(|(label, insert)| label == insert));
    }
    for (config, handler) in [
        (event, "async (input, ctx) => { save({ $0 }) }"),
        (event, "async (input, ctx) => { save(input, { $0 }) }"),
        (cron, "async (ctx, { $0 }) => {}"),
    ] {
        assert_eq!(inserts(&step(config, handler)), None, "{handler}");
    }
}

#[test]
fn what_a_type_tells_is_left_to_the_server_of_the_language() {
    for (head, handler) in [
        (": Handlers['A']", "async (input, ctx) => { ctx.$0 }"),
        (": Handlers['A']", "async (input, { $0 }) => {}"),
        ("", "async (input: unknown, ctx: FlowContext) => { ctx.$0 }"),
        (
            "",
            "async (input: unknown, { logger }: FlowContext) => { logger.$0 }",
        ),
    ] {
        let fixture = format!(
            "//- steps/a.step.ts\nexport const config = {{ type: 'event', name: 'A', subscribes: ['x'], emits: [] }}\n\
             export const handler{head} = {handler}\n"
        );
        assert_eq!(inserts(&fixture), None, "{handler}");
    }
}

#[test]
fn a_queue_is_completed_without_a_quote() {
    let in_list = |language: In, triggers: &str| {
        let text = match language {
            Py | Rb => format!("config = {{'name': 'A', 'triggers': {triggers}, 'enqueues': []}}\n"),
            Ts | Js => format!("export const config = {{ name: 'A', triggers: {triggers}, enqueues: [] }}\n"),
        };
        format!("//- {}\n{text}", language.path())
    };
    for language in [Ts, Js, Py] {
        for triggers in [
            "[queue($0)]",
            "[queue($0",
            "[queue('x'), queue($0)]",
            "[queue(ord$0)]",
        ] {
            let found = inserts(&in_list(language, triggers));
            let found = found.unwrap_or_else(|| panic!("{} {triggers}", language.path()));
            assert_eq!(found[0].0, "order.placed");
            assert!(
                ["'order.placed'", "\"order.placed\""].contains(&found[0].1.as_str()),
                "{found:?}"
            );
        }
        let found = inserts(&in_list(language, "[stream('$0')]")).unwrap();
        assert_eq!(found[0].0, "chat");
        let found = inserts(&in_list(language, "[other($0)]"));
        assert_eq!(found, None, "{}", language.path());
    }
    let outside = "//- steps/a.step.ts\nimport { queue } from 'motia'\nconst trigger = queue($0)\n\
                   export const config = { name: 'A', triggers: [trigger], enqueues: [] }\n";
    assert_eq!(inserts(outside).unwrap()[0].1, "'order.placed'");
    let own = outside.replace("import { queue } from 'motia'", "import { queue } from './queue'");
    assert_eq!(inserts(&own), None);
}

#[test]
fn requests_in_every_language() {
    check(In::api, REQUESTS);
}

#[test]
fn configs_in_every_language() {
    check(In::config, CONFIGS);
}

#[test]
fn the_newer_dialect_in_every_language_it_has() {
    check(|language, code| language.newer("http", code), NEWER_HTTP);
    check(|language, code| language.newer("queue", code), NEWER_QUEUE);
}

/// What a spot inserts for the first proposal.
#[test]
fn quotes_are_kept_or_added_in_the_style_of_the_file() {
    for (language, code, expected) in [
        (Ts, "await emit({ topic: $0 })", "'order.placed'"),
        (
            Py,
            "x = ''\n    await context.emit({'topic': $0})",
            "'order.placed'",
        ),
        (Ts, "await emit({ topic: \"$0\" })", "order.placed"),
        (Rb, "context.emit(topic: $0)", "'order.placed'"),
        (Rb, "input[:id]\n  input[$0]", ":id"),
        (Rb, "input['id']\n  input[$0]", "'id'"),
        (Rb, "input[:$0]", "id"),
        (Py, "input[$0]", "'id'"),
        (Js, "const { $0 } = input", "id"),
        (Js, "input.$0", "id"),
        (Js, "await state.get($0)", "'carts'"),
    ] {
        let found = inserts(&language.event(code)).expect(code);
        assert_eq!(found[0].1, expected, "{code}");
    }
    let double = "config = {\"type\": $0}\nasync def handler(input, context): pass\n";
    let found = inserts(&format!("//- steps/a_step.py\n{double}")).unwrap();
    assert_eq!(found[0].1, "\"api\"");
}

#[test]
fn what_is_no_string_of_the_framework_gets_no_answer() {
    for (languages, code) in [
        (&[Ts, Js, Py, Rb][..], "other($0)"),
        (&[Ts, Js, Py, Rb], "x = other[$0]"),
        (&[Ts, Js], "const options = { topic: $0 }"),
        (&[Ts, Js], "const { $0 } = other"),
        (&[Ts, Js], "const { $0 } = await load(input)"),
        (&[Ts, Js], "const list = [$0]"),
        (&[Ts, Js], "const a = cache.get($0)"),
        (&[Ts, Js], "const answer = ok ? { a: $0 } : 1"),
        (&[Py], "other = {'type': $0}"),
        (&[Py], "other.get($0)"),
        (&[Rb], "other.get($0)"),
        (&[Rb], "render topic: $0"),
        (&[Rb], "other = { type: $0 }"),
    ] {
        for language in languages {
            let found = inserts(&language.event(code));
            assert_eq!(found, None, "{}: {code}", language.path());
        }
    }
}
