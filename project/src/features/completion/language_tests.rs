//! What is proposed at the same spot in every language: whole code, half-typed code, every way to write the same thing.

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

/// Spots whose proposals begin with these.
fn check(fixture: impl Fn(In, &str) -> String, cases: &[(&[In], &str, &[&str])]) {
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
    let script: &[In] = &[Ts, Js];
    check(
        In::event,
        &[
            (script, "await emit({ topic: '$0', data: {} })", &["order.placed"]),
            (
                script,
                "await emit({ topic: \"$0\", data: {} })",
                &["order.placed"],
            ),
            (script, "await emit({ topic: `$0`, data: {} })", &["order.placed"]),
            (script, "await emit({ topic: $0, data: {} })", &["order.placed"]),
            (script, "await emit({ topic: $0", &["order.placed"]),
            (script, "await emit({ topic: ord$0 })", &["order.placed"]),
            (script, "await emit({ topic: '$0", &["order.placed"]),
            (
                script,
                "await emit({ data: { id: 1 }, topic: '$0",
                &["order.placed"],
            ),
            (&[Py], "await context.emit({'topic': '$0'})", &["order.placed"]),
            (&[Py], "await context.emit({'topic': $0})", &["order.placed"]),
            (&[Py], "await context.emit({'topic': $0", &["order.placed"]),
            (&[Py], "await context.emit({\"topic\": \"$0", &["order.placed"]),
            (
                &[Py],
                "await context.emit({\n        'topic': \"$0\n        'data': {}\n    })",
                &["order.placed"],
            ),
            (&[Rb], "context.emit(topic: '$0')", &["order.placed"]),
            (&[Rb], "context.emit(topic: $0)", &["order.placed"]),
            (&[Rb], "context.emit({ topic: '$0", &["order.placed"]),
            (&[Rb], "context.emit topic: '$0'", &["order.placed"]),
            (&[Rb], "context.emit topic: '$0", &["order.placed"]),
        ],
    );
}

#[test]
fn payload_keys_in_every_language() {
    let script: &[In] = &[Ts, Js];
    check(
        In::event,
        &[
            (script, "await emit({ $0 })", &["topic", "data"]),
            (&[Py], "await context.emit({'$0'})", &["topic", "data"]),
            (&[Py], "await context.emit({$0", &["topic", "data"]),
            (&[Rb], "context.emit($0)", &["topic", "data"]),
            (&[Rb], "context.emit({ $0 })", &["topic", "data"]),
            (
                script,
                "await emit({ topic: 'order.placed', data: { $0 } })",
                &["id", "paid", "user", "note"],
            ),
            (
                script,
                "await emit({ topic: 'order.placed', data: { $0",
                &["id", "paid", "user", "note"],
            ),
            (
                script,
                "await emit({ topic: 'order.placed', data: { id: '1', pa$0",
                &["paid", "user", "note"],
            ),
            (
                script,
                "await emit({ topic: 'order.placed', data: { ...input, $0 } })",
                &["id", "paid", "user", "note"],
            ),
            (
                script,
                "await emit({ topic: 'order.placed', data: { user: { $0 } } })",
                &["name"],
            ),
            (
                &[Py],
                "await context.emit({'topic': 'order.placed', 'data': {'$0'}})",
                &["id", "paid", "user", "note"],
            ),
            (
                &[Py],
                "await context.emit({'topic': 'order.placed', 'data': {$0",
                &["id", "paid", "user", "note"],
            ),
            (
                &[Py],
                "await context.emit({'topic': 'order.placed', 'data': {'id': 1, \"$0",
                &["paid", "user", "note"],
            ),
            (
                &[Py],
                "await context.emit({'topic': 'order.placed', 'data': {**input, '$0'}})",
                &["id", "paid", "user", "note"],
            ),
            (
                &[Rb],
                "context.emit(topic: 'order.placed', data: { $0 })",
                &["id", "paid", "user", "note"],
            ),
            (
                &[Rb],
                "context.emit(topic: 'order.placed', data: { '$0' })",
                &["id", "paid", "user", "note"],
            ),
            (
                &[Rb],
                "context.emit({ topic: 'order.placed', data: { id: 1, $0",
                &["paid", "user", "note"],
            ),
            (
                &[Rb],
                "context.emit({ 'topic' => 'order.placed', 'data' => { '$0' => 1 } })",
                &["id", "paid", "user", "note"],
            ),
            (
                &[Rb],
                "context.emit(topic: 'order.placed', data: { user: { $0 } })",
                &["name"],
            ),
            (
                &[Rb],
                "context.emit topic: 'order.placed', data: { $0 }",
                &["id", "paid", "user", "note"],
            ),
        ],
    );
}

#[test]
fn inputs_in_every_language() {
    check(
        In::event,
        &[
            (&[Js], "input.$0", &["id", "user"]),
            (&[Js], "input.user.$0", &["name"]),
            (&[Js], "input?.user?.$0", &["name"]),
            (&[Js], "input['$0']", &["id", "user"]),
            (&[Js], "const { $0 } = input", &["id", "user"]),
            (&[Ts, Js], "const { id, $0 } = input", &["user"]),
            (&[Ts, Js], "const { user: { $0 } } = input", &["name"]),
            (&[Ts, Js], "const { $0 } = input.user", &["name"]),
            (&[Py], "input['$0']", &["id", "user"]),
            (&[Py], "input[\"$0", &["id", "user"]),
            (&[Py], "input[$0]", &["id", "user"]),
            (&[Py], "input.get(\"$0\")", &["id", "user"]),
            (&[Py], "input.get('$0', None)", &["id", "user"]),
            (&[Py], "input.get($0)", &["id", "user"]),
            (&[Py], "name = input['user']['$0']", &["name"]),
            (&[Py], "name = input.get('user', {}).get('$0", &["name"]),
            (&[Rb], "input['$0']", &["id", "user"]),
            (&[Rb], "input[:$0]", &["id", "user"]),
            (&[Rb], "input[:$0", &["id", "user"]),
            (&[Rb], "input[$0]", &["id", "user"]),
            (&[Rb], "input.$0", &["id", "user"]),
            (&[Rb], "input.user.$0", &["name"]),
            (&[Rb], "input.dig(:user, :$0)", &["name"]),
            (&[Rb], "input.fetch(:$0)", &["id", "user"]),
        ],
    );
}

#[test]
fn state_and_streams_in_every_language() {
    let script: &[In] = &[Ts, Js];
    check(
        In::event,
        &[
            (script, "await state.get('$0')", &["carts", "orders"]),
            (script, "await state.get('orders', '$0')", &["latest"]),
            (script, "await state.get($0)", &["carts", "orders"]),
            (script, "await state.get('orders', $0)", &["latest"]),
            (script, "await state.getGroup('$0", &["carts", "orders"]),
            (script, "await streams.$0", &["chat"]),
            (script, "await streams['$0']", &["chat"]),
            (&[Py], "await context.state.get('$0')", &["carts", "orders"]),
            (&[Py], "await context.state.get($0)", &["carts", "orders"]),
            (&[Py], "await context.state.get('orders', \"$0\")", &["latest"]),
            (&[Py], "await context.state.get_group(\"$0", &["carts", "orders"]),
            (
                &[Py],
                "await context['state'].set('$0', 'a', 1)",
                &["carts", "orders"],
            ),
            (&[Py], "await context.streams.$0", &["chat"]),
            (&[Py], "await context.streams['$0']", &["chat"]),
            (&[Rb], "context.state.get('$0')", &["carts", "orders"]),
            (&[Rb], "context.state.get($0)", &["carts", "orders"]),
            (&[Rb], "context.state.get('orders', '$0", &["latest"]),
            (&[Rb], "context.state.set(:$0)", &["carts", "orders"]),
            (&[Rb], "context[:state].get('$0')", &["carts", "orders"]),
            (&[Rb], "context.streams[:$0]", &["chat"]),
            (&[Rb], "context.streams['$0']", &["chat"]),
            (&[Rb], "context.streams.$0", &["chat"]),
        ],
    );
}

#[test]
fn requests_in_every_language() {
    check(
        In::api,
        &[
            (&[Ts, Js], "req.body.$0", &["sku", "to"]),
            (&[Js], "req.$0", &["body", "pathParams", "queryParams", "headers"]),
            (&[Ts, Js], "req.body.to.$0", &["city"]),
            (&[Ts, Js], "req.body['$0']", &["sku", "to"]),
            (&[Ts, Js], "const { $0 } = req.body", &["sku", "to"]),
            (
                &[Ts, Js],
                "const { $0 } = req",
                &["body", "pathParams", "queryParams", "headers"],
            ),
            (&[Ts, Js], "req.pathParams.$0", &["shop"]),
            (&[Ts, Js], "req.queryParams.$0", &["page"]),
            (
                &[Py],
                "req.get('$0')",
                &["body", "pathParams", "queryParams", "headers"],
            ),
            (&[Py], "req.get(\"body\").get(\"$0\")", &["sku", "to"]),
            (&[Py], "req.get(\"body\", {}).get(\"$0", &["sku", "to"]),
            (&[Py], "req['body']['$0']", &["sku", "to"]),
            (
                &[Py],
                "body = req.get('body') or {}\n    to = body.get('to')\n    to['$0']",
                &["city"],
            ),
            (&[Py], "req.get('pathParams').get('$0')", &["shop"]),
            (&[Py], "req['queryParams']['$0']", &["page"]),
            (&[Rb], "req['body']['$0']", &["sku", "to"]),
            (&[Rb], "req.body['$0']", &["sku", "to"]),
            (&[Rb], "req.body[:$0]", &["sku", "to"]),
            (&[Rb], "req[:body][:to][:$0", &["city"]),
            (&[Rb], "req.body.dig('to', '$0')", &["city"]),
            (&[Rb], "req.$0", &["body"]),
            (&[Rb], "req['path_params']['$0']", &["shop"]),
            (&[Rb], "req[:pathParams][:$0]", &["shop"]),
            (&[Rb], "req.path_params[:$0]", &["shop"]),
        ],
    );
}

#[test]
fn configs_in_every_language() {
    check(
        In::config,
        &[
            (
                &[Ts, Js, Rb],
                "type: 'event', name: 'A', subscribes: ['$0'], emits: []",
                &["order.placed"],
            ),
            (
                &[Ts, Js, Rb],
                "type: 'event', name: 'A', subscribes: [$0], emits: []",
                &["order.placed"],
            ),
            (
                &[Ts, Js, Rb],
                "type: 'event', name: 'A', subscribes: ['$0",
                &["order.placed"],
            ),
            (
                &[Ts, Js, Rb],
                "type: 'event', name: 'A', subscribes: [$0",
                &["order.placed"],
            ),
            (
                &[Py],
                "'type': 'event', 'name': 'A', 'subscribes': [\"$0\"]",
                &["order.placed"],
            ),
            (
                &[Py],
                "'type': 'event', 'name': 'A', 'subscribes': [$0]",
                &["order.placed"],
            ),
            (
                &[Py],
                "'type': 'event', 'name': 'A', 'subscribes': [\"$0",
                &["order.placed"],
            ),
            (&[Ts, Js, Rb], "type: '$0'", &["api", "event", "cron", "noop"]),
            (&[Ts, Js, Rb], "type: $0", &["api", "event", "cron", "noop"]),
            (&[Py], "'type': '$0'", &["api", "event", "cron", "noop"]),
            (&[Py], "'type': $0", &["api", "event", "cron", "noop"]),
            (&[Rb], "'type' => '$0'", &["api", "event", "cron", "noop"]),
            (&[Rb], ":type => '$0'", &["api", "event", "cron", "noop"]),
            (&[Ts, Js, Rb], "type: 'api', method: '$0'", &["GET", "POST"]),
            (&[Ts, Js, Rb], "type: 'api', method: $0", &["GET", "POST"]),
            (&[Py], "'type': 'api', 'method': $0", &["GET", "POST"]),
            (&[Ts, Js, Rb], "type: 'event', flows: ['$0']", &["night", "shop"]),
            (&[Ts, Js, Rb], "type: 'event', flows: [$0]", &["night", "shop"]),
            (&[Ts, Js, Rb], "type: 'event', flows: ['shop', '$0", &["night"]),
            (&[Py], "'type': 'event', 'flows': ['$0']", &["night", "shop"]),
            (&[Py], "'type': 'event', 'flows': [$0]", &["night", "shop"]),
            (&[Ts, Js, Rb], "type: 'cron', cron: '$0'", &["* * * * *"]),
            (&[Ts, Js, Rb], "type: 'cron', cron: $0", &["* * * * *"]),
            (&[Py], "'type': 'cron', 'cron': '$0'", &["* * * * *"]),
            (
                &[Ts, Js, Rb],
                "type: 'noop', virtualSubscribes: ['$0']",
                &["order.placed"],
            ),
            (&[Py], "'type': 'noop', 'virtualEmits': ['$0']", &["order.placed"]),
            (
                &[Ts, Js, Rb],
                "type: 'event', emits: [{ topic: '$0' }]",
                &["order.placed"],
            ),
            (
                &[Ts, Js, Rb],
                "type: 'event', emits: [{ topic: 'order.placed', $0 }]",
                &["label", "conditional"],
            ),
        ],
    );
}

#[test]
fn the_newer_dialect_in_every_language_it_has() {
    check(
        |language, code| language.newer("http", code),
        &[
            (
                &[Ts, Js],
                "({ request }, ctx) => {\n  request.body.$0\n}",
                &["sku", "to"],
            ),
            (
                &[Ts, Js],
                "(input, ctx) => {\n  input.request.body.$0\n}",
                &["sku", "to"],
            ),
            (
                &[Ts, Js],
                "(input, ctx) => {\n  const { body } = input.request\n  body.to.$0\n}",
                &["city"],
            ),
            (
                &[Ts, Js],
                "({ request }, ctx) => {\n  request.pathParams.$0\n}",
                &["shop"],
            ),
            (
                &[Ts, Js],
                "({ request }, ctx) => {\n  const { $0 } = request.body\n}",
                &["sku", "to"],
            ),
            (
                &[Js],
                "({ request }, ctx) => {\n  request.$0\n}",
                &["body", "pathParams"],
            ),
            (
                &[Py],
                "(request, ctx):\n    request.body.get(\"$0\")",
                &["sku", "to"],
            ),
            (
                &[Py],
                "(request, ctx):\n    body = request.body or {}\n    body.get('$0",
                &["sku", "to"],
            ),
            (
                &[Py],
                "(request: ApiRequest[Any], ctx: FlowContext[Any]):\n    request.path_params.get('$0')",
                &["shop"],
            ),
            (
                &[Ts, Js],
                "({ request }, { enqueue }) => {\n  await enqueue({ topic: $0 })\n}",
                &["order.placed"],
            ),
            (
                &[Ts, Js],
                "({ request }, { enqueue }) => {\n  await enqueue({ topic: 'order.placed', data: { $0 } })\n}",
                &["id", "paid"],
            ),
            (
                &[Py],
                "(request, ctx):\n    await ctx.enqueue({'topic': '$0'})",
                &["order.placed"],
            ),
        ],
    );
    check(
        |language, code| language.newer("queue", code),
        &[
            (&[Ts, Js], "(input, ctx) => {\n  input.$0\n}", &["sku", "to"]),
            (
                &[Py],
                "(input_data, ctx):\n    input_data.get('$0')",
                &["sku", "to"],
            ),
        ],
    );
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
