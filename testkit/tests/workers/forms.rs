//! Every form in which a handler may reach its context, in each language.

use banister_testkit::protocol::{CallShape, FromWorker};
use serde_json::{Value as Json, json};

use crate::support::{Project, Told, describe, language_of, link_packages, run, run_step};

/// What the hello step of every language is expected to do.
fn assert_hello(told: &Told) {
    let expected = json!([
        ["state.get", ["orders", "o1"]],
        ["state.set", ["orders", "o1", {"name": "ä ☃", "items": [1, 2.5, null]}]],
        ["state.get", ["orders", "o1"]],
        ["emit", [{"topic": "greeting.sent", "data": {"name": "ä ☃", "flows": ["shop"], "trace": "ABCDE-1234567"}}]],
        ["state.get_group", ["orders"]],
        ["stream.set", ["chat", "u1", "m1", {"text": "hi"}]],
        ["state.set", ["cache", "k", 1, 60]],
    ]);
    let calls: Vec<Json> = told.calls.iter().map(|(op, args)| json!([op, args])).collect();
    assert_eq!(Json::Array(calls), expected);
    let logs: Vec<Json> = told
        .logs
        .iter()
        .map(|(level, text, data)| json!([level, text, data]))
        .collect();
    assert_eq!(
        Json::Array(logs),
        json!([["info", "hello", {"name": "ä ☃"}], ["warn", "careful", null], ["error", "bad", {"code": 7}]])
    );
    assert_eq!(
        told.value,
        json!({"status": 200, "body": {"sum": 3, "missing": null}})
    );
    assert_eq!(
        (told.unawaited.as_slice(), told.leaked.as_slice()),
        (&[][..], &[][..])
    );
}

/// The same step in every language and form.
const HELLO: [(&str, &str); 6] = [
    (
        "steps/hello.step.ts",
        r"import type { Handlers } from 'motia'
import { EventConfig } from '@motiadev/core'
export const config: EventConfig = { type: 'event', name: 'Hello', subscribes: [], emits: [] }
export const handler: Handlers['Hello'] = async (input: any, { emit, state, streams, logger, traceId, flows }) => {
  const missing = await state.get('orders', 'o1')
  await state.set('orders', 'o1', input)
  const order = await state.get('orders', 'o1')
  logger.info('hello', { name: order.name })
  await emit({ topic: 'greeting.sent', data: { name: order.name, flows, trace: traceId } })
  const sum = (await state.getGroup<{ n: number }>('orders')).reduce((total, item) => total + item.n, 0)
  await streams.chat.set('u1', 'm1', { text: 'hi' })
  await state.set('cache', 'k', 1, 60)
  logger.warn('careful')
  logger.error('bad', { code: 7 })
  return { status: 200, body: { sum, missing } }
}
",
    ),
    (
        "steps/hello.step.js",
        r"exports.config = { type: 'event', name: 'Hello', subscribes: [], emits: [] }
exports.handler = async (input, ctx) => {
  const missing = await ctx.state.get('orders', 'o1')
  await ctx.state.set('orders', 'o1', input)
  const order = await ctx.state.get('orders', 'o1')
  ctx.logger.info('hello', { name: order.name })
  await ctx.emit({ topic: 'greeting.sent', data: { name: order.name, flows: ctx.flows, trace: ctx.trace_id } })
  const sum = (await ctx.state.getGroup('orders')).reduce((total, item) => total + item.n, 0)
  await ctx.streams['chat'].set('u1', 'm1', { text: 'hi' })
  await ctx.state.set('cache', 'k', 1, 60)
  ctx.logger.warn('careful')
  ctx.logger.error('bad', { code: 7 })
  return { status: 200, body: { sum, missing } }
}
",
    ),
    (
        "steps/hello_step.py",
        r#"
config = {"type": "event", "name": "Hello", "subscribes": [], "emits": []}

async def handler(input_data, ctx):
    missing = await ctx.state.get("orders", "o1")
    await ctx.state.set("orders", "o1", input_data)
    order = await ctx.state.get("orders", "o1")
    ctx.logger.info("hello", {"name": order["name"]})
    await ctx.emit({"topic": "greeting.sent", "data": {"name": order["name"], "flows": ctx.flows, "trace": ctx.trace_id}})
    group = await ctx.state.get_group("orders")
    await ctx.streams.chat.set("u1", "m1", {"text": "hi"})
    await ctx.state.set("cache", "k", 1, 60)
    ctx.logger.warning("careful")
    ctx.logger.error("bad", {"code": 7})
    return {"status": 200, "body": {"sum": sum(item["n"] for item in group), "missing": missing}}
"#,
    ),
    (
        "steps/hello.step.py",
        r#"
config = {"type": "event", "name": "Hello", "subscribes": [], "emits": []}

async def handler(input_data, context):
    state, emit, logger = context["state"], context["emit"], context["logger"]
    missing = await state.get("orders", "o1")
    await state.set("orders", "o1", input_data)
    order = await state.get("orders", "o1")
    logger.info("hello", {"name": order["name"]})
    await emit({"topic": "greeting.sent", "data": {"name": order["name"], "flows": context["flows"], "trace": context.traceId}})
    group = await state.getGroup("orders")
    await context["streams"]["chat"].set("u1", "m1", {"text": "hi"})
    await state.set("cache", "k", 1, ttl=60)
    logger.warn("careful")
    logger.error("bad", code=7)
    return {"status": 200, "body": {"sum": sum(item["n"] for item in group.values()), "missing": missing}}
"#,
    ),
    (
        "steps/hello.step.rb",
        r#"
def config
  { type: 'event', name: 'Hello', subscribes: [], emits: [] }
end

def handler(input, context)
  missing = context.state.get('orders', 'o1')
  context.state.set('orders', 'o1', input)
  order = context.state.get('orders', 'o1')
  context.logger.info('hello', name: order['name'])
  context.emit(topic: 'greeting.sent', data: { name: order[:name], flows: context.flows, trace: context.traceId })
  sum = context.state.get_group('orders').sum { |item| item.n }
  context.streams.chat.set('u1', 'm1', { text: 'hi' })
  context.state.set('cache', 'k', 1, 60)
  context.logger.warn('careful')
  context.logger.error('bad', { code: 7 })
  { status: 200, body: { sum: sum, missing: missing } }
end
"#,
    ),
    (
        "steps/hello_hash.step.rb",
        r#"
def config
  { 'type' => 'event', 'name' => 'Hello', 'subscribes' => [], 'emits' => [] }
end

def handler(input, context)
  logger, state, emit = context[:logger], context['state'], context[:emit]
  missing = state[:get].call('orders', 'o1')
  state.set('orders', 'o1', input.to_h)
  order = state.get('orders', 'o1')
  logger.info('hello', { 'name' => order.name })
  emit.call(topic: 'greeting.sent', data: { name: order['name'], flows: context[:flows], trace: context[:trace_id] })
  sum = state.getGroup('orders').sum { |item| item['n'] }
  context[:streams]['chat'].set('u1', 'm1', text: 'hi')
  state.set('cache', 'k', 1, 60)
  logger.warning('careful')
  logger.error('bad', code: 7)
  { 'status' => 200, 'body' => { 'sum' => sum, 'missing' => missing } }
end
"#,
    ),
];

#[test]
fn hello_in_every_language_and_form() {
    for (file, text) in HELLO {
        let input = json!({"name": "ä ☃", "items": [1, 2.5, null]});
        let Some(told) = run_step(file, text, input) else {
            continue;
        };
        eprintln!("{file}");
        assert_hello(&told.ok());
    }
}

#[test]
fn a_request_is_given_with_its_parts() {
    let request = json!({
        "method": "POST", "path": "/orders/7", "body": {"a": 1}, "rawBody": "{\"a\":1}",
        "headers": {"cookie": "sid=abc; theme=dark%20blue", "x-a": "1"}, "pathParams": {"id": "7"}, "queryParams": {"q": ["1", "2"]},
    });
    let expected = json!({"status": 200, "body": ["7", 1, ["1", "2"], "abc", "dark blue", "1"]});
    for (file, text) in [
        (
            "steps/a.step.ts",
            "export const handler = async (req: any) => ({ status: 200, body: [req.pathParams.id, req.body.a, req.queryParams.q, req.cookies.sid, req.cookies.theme, req.headers['x-a']] })",
        ),
        (
            "steps/a_step.py",
            "async def handler(req, ctx):\n    return {'status': 200, 'body': [req['pathParams']['id'], req['body']['a'], req['queryParams']['q'], req['cookies']['sid'], req['cookies']['theme'].replace('%20', ' '), req['headers']['x-a']]}\n",
        ),
        (
            "steps/a.step.rb",
            "def handler(req, context)\n  { status: 200, body: [req['pathParams']['id'], req.body[:a], req[:queryParams]['q'], req.cookies.sid, req['cookies']['theme'], req.dig(:headers, 'x-a')] }\nend\n",
        ),
    ] {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        let told = run(&mut worker, project.invoke(file, CallShape::Api, request.clone()))
            .unwrap()
            .ok();
        assert_eq!(told.value, expected, "{file}");
    }
}

#[test]
fn a_schedule_gives_the_context_alone() {
    for (file, text) in [
        (
            "steps/a.step.js",
            "module.exports = { handler: async ({ emit }) => { await emit({ topic: 't', data: {} }) } }",
        ),
        (
            "steps/a_step.py",
            "async def handler(context):\n    await context.emit({'topic': 't', 'data': {}})\n",
        ),
        (
            "steps/b_step.py",
            "def handler(context):\n    context.state.set('g', 'k', 1)\n",
        ),
        (
            "steps/a.step.rb",
            "def handler(context)\n  context.emit(topic: 't', data: {})\nend\n",
        ),
    ] {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        let told = run(&mut worker, project.invoke(file, CallShape::Cron, Json::Null))
            .unwrap()
            .ok();
        assert_eq!(told.calls.len(), 1, "{file}");
        assert_eq!(told.value, Json::Null, "{file}");
    }
}

#[test]
fn middleware_runs_around_the_handler() {
    let node = "const seen = []\nconst outer = async (req, ctx, next) => { req.user = 'ada'; const answer = await next(); return { ...answer, headers: { seen: seen.join() } } }\n\
        const inner = async (req, ctx, next) => { seen.push('inner'); return next() }\n\
        export const config = { middleware: [outer, 'authMiddleware', inner] }\n\
        export const handler = async (req) => { seen.push('handler'); return { status: 200, body: { user: req.user } } }\n";
    let python = "seen = []\nasync def outer(data, ctx, next_fn):\n    data['user'] = 'ada'\n    answer = await next_fn()\n    return {**answer, 'headers': {'seen': ','.join(seen)}}\n\
        async def inner(data, ctx, next_fn):\n    seen.append('inner')\n    return await next_fn()\n\
        config = {'middleware': [outer, 'authMiddleware', inner]}\n\
        async def handler(req, ctx):\n    seen.append('handler')\n    return {'status': 200, 'body': {'user': req['user']}}\n";
    for (file, text) in [("steps/a.step.js", node), ("steps/a_step.py", python)] {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        let told = run(
            &mut worker,
            project.invoke(file, CallShape::Api, json!({"headers": {}})),
        )
        .unwrap()
        .ok();
        let expected = json!({"status": 200, "body": {"user": "ada"}, "headers": {"seen": "inner,handler"}});
        assert_eq!(told.value, expected, "{file}");
        assert_eq!(told.logs.len(), 1, "the name without a function is told: {file}");
    }
}

#[test]
fn an_answer_that_is_an_error_is_raised() {
    for (file, text) in [
        (
            "steps/a.step.ts",
            "export const handler = async (_: unknown, { state }: any) => { try { await state.delete('g', 'forbidden') } catch (e: any) { return e.message } }",
        ),
        (
            "steps/a_step.py",
            "async def handler(data, ctx):\n    try:\n        await ctx.state.delete('g', 'forbidden')\n    except Exception as e:\n        return str(e)\n",
        ),
        (
            "steps/a.step.rb",
            "def handler(input, context)\n  context.state.delete('g', 'forbidden')\nrescue => e\n  e.message\nend\n",
        ),
    ] {
        let Some(told) = run_step(file, text, json!({})) else {
            continue;
        };
        assert_eq!(told.value, json!("the store is on fire"), "{file}: {told:?}");
    }
}

#[test]
fn concurrent_calls_park_together() {
    for (file, text) in [
        (
            "steps/a.step.ts",
            "export const handler = async (_: unknown, { state }: any) => Promise.all([1, 2, 3].map((n) => state.set('g', `k${n}`, n)))",
        ),
        (
            "steps/a_step.py",
            "import asyncio\nasync def handler(data, ctx):\n    return await asyncio.gather(*[ctx.state.set('g', f'k{n}', n) for n in (1, 2, 3)])\n",
        ),
    ] {
        let Some(told) = run_step(file, text, json!({})) else {
            continue;
        };
        assert_eq!(told.value, json!([1, 2, 3]), "{file}: {told:?}");
    }
}

#[test]
fn calls_that_nobody_awaits_are_told() {
    for (file, text) in [
        (
            "steps/a.step.ts",
            "export const handler = async (_: unknown, { emit }: any) => { emit({ topic: 't', data: {} }) }",
        ),
        (
            "steps/a_step.py",
            "async def handler(data, ctx):\n    ctx.state.set('g', 'k', 1)\n",
        ),
    ] {
        let Some(told) = run_step(file, text, json!({})) else {
            continue;
        };
        assert_eq!(
            (told.calls.len(), told.unawaited.as_slice()),
            (1, &[1][..]),
            "{file}"
        );
    }
}

#[test]
fn config_is_described_as_json() {
    let python = "class Order:\n    @classmethod\n    def model_json_schema(cls):\n        return {'type': 'object'}\n\
        config = {'type': 'event', 'name': 'A', 'input': Order, 'middleware': [lambda: 1]}\nasync def handler(data, ctx):\n    pass\n";
    let ruby = "def config\n  { type: 'event', name: 'A', input: { type: :object }, middleware: [-> {}] }\nend\ndef handler(input, context)\nend\n";
    let expected = json!({"type": "event", "name": "A", "input": {"type": "object"}, "middleware": [null]});
    for (file, text) in [
        (
            "steps/a.step.ts",
            "export const config = { type: 'event', name: 'A', input: { type: 'object' }, middleware: [() => 1] }\nexport const handler = () => {}",
        ),
        (
            "steps/a.step.js",
            "module.exports = { config: { type: 'event', name: 'A', input: { type: 'object' }, middleware: [() => 1] }, handler() {} }",
        ),
        ("steps/a_step.py", python),
        ("steps/a.step.rb", ruby),
    ] {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        match describe(&mut worker, &project.path(file)) {
            FromWorker::Described { config, handler } => {
                assert_eq!((config, handler), (expected.clone(), true), "{file}")
            }
            other => panic!("{file}: {other:?}"),
        }
    }
}

#[test]
fn schemas_of_zod_become_json_schema() {
    let text = "import { z } from 'zod'\nexport const config = { bodySchema: z.object({ a: z.string().min(1), n: z.number().int().optional(), d: z.date() }), responseSchema: { 200: z.object({ ok: z.boolean() }) } }\n";
    let project = Project::new(&[("steps/a.step.ts", text)]);
    if !link_packages(&project) {
        return;
    }
    let Some(mut worker) = project.worker(language_of("a.ts")) else {
        return;
    };
    let FromWorker::Described { config, handler } = describe(&mut worker, &project.path("steps/a.step.ts"))
    else {
        panic!("not described")
    };
    assert!(!handler);
    assert_eq!(
        config["bodySchema"]["properties"]["a"],
        json!({"type": "string", "minLength": 1})
    );
    assert_eq!(config["bodySchema"]["properties"]["d"], json!({}));
    assert_eq!(config["bodySchema"]["required"], json!(["a", "d"]));
    assert_eq!(config["responseSchema"]["200"]["required"], json!(["ok"]));
}

#[test]
fn schemas_of_the_older_zod_do_too() {
    let text = "import { z } from 'zod/v3'\nexport const config = { input: z.object({ a: z.string().email().min(1), n: z.number().int().positive().optional(), d: z.date(), u: z.union([z.literal('x'), z.null()]), l: z.array(z.string()).max(3).default([]), t: z.string().transform(Number) }).strict() }\n";
    let project = Project::new(&[("steps/a.step.ts", text)]);
    if !link_packages(&project) {
        return;
    }
    let Some(mut worker) = project.worker(language_of("a.ts")) else {
        return;
    };
    let FromWorker::Described { config, .. } = describe(&mut worker, &project.path("steps/a.step.ts")) else {
        panic!("not described")
    };
    let expected = json!({
        "type": "object",
        "properties": {
            "a": {"type": "string", "format": "email", "minLength": 1},
            "n": {"type": "integer", "exclusiveMinimum": 0},
            "d": {},
            "u": {"anyOf": [{"const": "x"}, {"type": "null"}]},
            "l": {"type": "array", "items": {"type": "string"}, "maxItems": 3, "default": []},
            "t": {"type": "string"},
        },
        "required": ["a", "d", "u", "t"],
        "additionalProperties": false,
    });
    assert_eq!(config["input"], expected);
}
