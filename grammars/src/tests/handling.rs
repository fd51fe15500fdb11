//! How a handler is written, what it reads and what it answers.

use crate::facts::{FileFacts, Handling, KeyRead, ParamKind, ReadForm};

use super::support::*;

const API: &str =
    "export const config = { type: 'api', name: 'S', method: 'GET', path: '/x/:id', emits: [] }\n";

fn api(code: &str) -> Handling {
    ts(&format!("{API}{code}")).handling
}

fn keys(reads: &[KeyRead]) -> Vec<&str> {
    reads.iter().map(|read| read.key.as_str()).collect()
}

fn unguarded(reads: &[KeyRead]) -> Vec<&str> {
    let sure = reads.iter().filter(|read| !read.guarded);
    sure.map(|read| read.key.as_str()).collect()
}

/// The parameters in short: name, kind if it is not by place, `?` if it may be left out.
fn params(facts: &FileFacts) -> String {
    let Some(signature) = &facts.handling.signature else {
        return "unknown".to_owned();
    };
    let shown: Vec<String> = signature
        .params
        .iter()
        .map(|param| {
            let name = param
                .name
                .clone()
                .unwrap_or_else(|| format!("{{{}}}", param.keys.join(",")));
            let kind = match param.kind {
                ParamKind::Positional => "",
                ParamKind::Rest => "*",
                ParamKind::Keyword => "=",
                ParamKind::KeywordRest => "**",
                ParamKind::Block => "&",
            };
            format!("{kind}{name}{}", if param.optional { "?" } else { "" })
        })
        .collect();
    shown.join(" ")
}

#[test]
fn parameters_are_known_in_every_language() {
    for (code, expected) in [
        (
            "export const handler = async (req: Request, { emit, logger: log }: any) => {}",
            "req {emit,logger}",
        ),
        (
            "export async function handler(input, ctx?: Ctx, extra = 1, ...rest) {}",
            "input ctx? extra? *rest",
        ),
        ("const run = async (a) => {}\nexport { run as handler }", "a"),
        ("export const handler = wrap(async (req, ctx) => {})", "unknown"),
    ] {
        assert_eq!(params(&ts(&format!("{API}{code}"))), expected, "{code}");
    }
    let config = "config = {'type': 'event', 'name': 'S', 'subscribes': ['a'], 'emits': []}\n";
    for (code, expected) in [
        ("async def handler(data: dict, ctx=None):\n    pass", "data ctx?"),
        (
            "async def handler(data, *args, **kwargs):\n    pass",
            "data *args **kwargs",
        ),
        (
            "async def handler(data, *, ctx, trace: str = ''):\n    pass",
            "data =ctx =trace?",
        ),
        ("@wrapped\nasync def handler(data):\n    pass", "unknown"),
    ] {
        assert_eq!(params(&py(&format!("{config}{code}\n"))), expected, "{code}");
    }
    let config = "def config\n  { type: 'event', name: 'S', subscribes: ['a'], emits: [] }\nend\n";
    for (code, expected) in [
        ("def handler(data, context = nil)\nend", "data context?"),
        (
            "def handler(data, *rest, key:, other: 1, **options, &block)\nend",
            "data *rest =key =other? **options &block",
        ),
    ] {
        assert_eq!(params(&rb(&format!("{config}{code}\n"))), expected, "{code}");
    }
}

#[test]
fn a_parameter_is_used_where_its_own_name_stands() {
    let facts = ts(
        "export const config = { type: 'cron', name: 'S', cron: '* * * * *', emits: [] }\n\
         export const handler = async (ctx, extra, { a }) => { const f = (extra) => extra; f(ctx) }",
    );
    let used: Vec<bool> = facts
        .handling
        .signature
        .unwrap()
        .params
        .iter()
        .map(|p| p.used)
        .collect();
    assert_eq!(used, [true, false, true]);
}

#[test]
fn the_declared_type_names_a_step() {
    let declared = |code: &str| api(code).declared.map(|declared| declared.name);
    let name = Some("Other".to_owned());
    assert_eq!(
        declared("export const handler: Handlers['Other'] = async (req, ctx) => {}"),
        name
    );
    assert_eq!(
        declared(
            "import { Handlers } from 'motia'\nconst handler: Handlers[\"Other\"] = async () => {}\nexport { handler }"
        ),
        name
    );
    assert_eq!(
        declared("export const handler = (async () => {}) satisfies Handlers['Other']"),
        name
    );
    for other in [
        "export const handler: StepHandler<typeof config> = async () => {}",
        "export const handler: Handlers<typeof config> = async () => {}",
        "export const handler: Table['Other'] = async () => {}",
        "import { Handlers } from './mine'\nexport const handler: Handlers['Other'] = async () => {}",
        "const rows: Handlers['Other'] = []\nexport const handler = async () => {}",
    ] {
        assert_eq!(declared(other), None, "{other}");
    }
    let source = format!("{API}export const handler: Handlers['Other'] = async () => {{}}");
    assert_eq!(
        ts(&source).handling.declared.unwrap().span.slice(&source),
        "Other"
    );
}

#[test]
fn keys_are_read_in_every_form() {
    let handling = api("export const handler = async (req, ctx) => {\n\
         const { id, other: o } = req.pathParams as { id: string }\n\
         const params = req['pathParams']; use(params.third, params['fourth'])\n\
         const { pathParams: { fifth }, query } = req\n\
         const { logger, trace_id } = ctx; ctx.state.get('a', ctx.nope!)\n\
         }");
    assert_eq!(
        keys(&handling.path_reads),
        ["id", "other", "third", "fourth", "fifth"]
    );
    assert_eq!(
        keys(&handling.request_reads),
        ["pathParams", "pathParams", "pathParams", "query"]
    );
    assert_eq!(
        keys(&handling.context_reads),
        ["logger", "trace_id", "state", "nope"]
    );
    let forms: Vec<ReadForm> = handling.path_reads.iter().map(|read| read.form).collect();
    assert_eq!(
        forms,
        [
            ReadForm::Shorthand,
            ReadForm::Name,
            ReadForm::Name,
            ReadForm::Text,
            ReadForm::Shorthand
        ]
    );
}

#[test]
fn parameters_are_taken_apart_at_once() {
    let handling =
        api("export const handler = async ({ pathParams: { id } = {}, body }, { emit, extra = 1 }) => {}");
    assert_eq!(keys(&handling.path_reads), ["id"]);
    assert_eq!(unguarded(&handling.request_reads), ["body"]);
    assert_eq!(unguarded(&handling.context_reads), ["emit"]);
}

#[test]
fn python_and_ruby_read_keys_too() {
    let facts = py(
        "config = {'type': 'api', 'name': 'S', 'method': 'GET', 'path': '/x/:id', 'emits': []}\n\
         async def handler(req, context):\n\
         \x20   a = req.get(\"pathParams\", {}).get(\"one\")\n\
         \x20   b = req[\"pathParams\"][\"two\"]\n\
         \x20   c = req.get('pathParams').get('three', 'x')\n\
         \x20   d = (req.get('pathParams') or {}).get('four')\n\
         \x20   context['logger'].info(context.trace)\n\
         \x20   context.get('state')\n",
    );
    assert_eq!(keys(&facts.handling.path_reads), ["one", "two", "three", "four"]);
    assert_eq!(unguarded(&facts.handling.path_reads), ["one", "two", "four"]);
    assert_eq!(keys(&facts.handling.context_reads), ["logger", "trace", "state"]);
    let facts = rb(
        "def config\n  { type: 'api', name: 'S', method: 'GET', path: '/x/:id', emits: [] }\nend\n\
         def handler(req, context)\n\
         a = req['pathParams']['one']\n b = req.pathParams.two\n c = req[:pathParams][:three]\n\
         context[:logger].info(context.trace)\n req.params\nend\n",
    );
    assert_eq!(keys(&facts.handling.path_reads), ["one", "two", "three"]);
    assert_eq!(keys(&facts.handling.context_reads), ["logger", "trace"]);
}

#[test]
fn a_message_is_read_by_its_first_keys() {
    let facts = ts(
        "export const config = { type: 'event', name: 'S', subscribes: ['a'], emits: [] }\n\
         export const handler = async (event, ctx) => { const { data } = event; use(event.id.length) }",
    );
    assert_eq!(keys(&facts.handling.message_reads), ["data", "id"]);
}

#[test]
fn what_may_be_absent_is_guarded() {
    let handling = api("export const handler = async (req, ctx) => {\n\
         const a = req.pathParams.one || req.pathParams.two\n\
         const b = req.pathParams.three ? 1 : 2\n\
         if (!req.pathParams.four) return\n\
         const c = await load(req.pathParams.five) || null\n\
         if (ctx.db) { ctx.db.query() }\n\
         ctx.cache?.get('x')\n\
         ctx.sure.get('x')\n\
         if ('lazy' in ctx) ctx.lazy()\n\
         }");
    assert_eq!(unguarded(&handling.path_reads), ["four", "five"]);
    assert_eq!(unguarded(&handling.context_reads), ["sure"]);
    let facts = py_handler("    if hasattr(context, 'db'):\n        context.db.get()\n    context.sure()");
    assert_eq!(unguarded(&facts.handling.context_reads), ["sure"]);
}

#[test]
fn only_what_is_surely_handed_over_is_read() {
    for code in [
        "export const handler = async (req, ctx) => { ctx = { ...ctx, db }; ctx.db }",
        "export const handler = async (req, ctx) => { ctx.db = open(); ctx.db }",
        "export const handler = async (req, ctx) => { Object.assign(ctx, { db }); ctx.db }",
        "export const handler = async (req, ctx) => { items.map((ctx) => ctx.db) }",
        "export const handler = wrap(async (req, ctx) => { ctx.db; req.pathParams.x })",
        "function helper(req, ctx) { ctx.db; req.pathParams.x }\nexport const handler = async (req, ctx) => {}",
        "export function helper(ctx) { ctx.db }\nexport const handler = async (req, ctx) => { helper(ctx) }",
        "function helper(ctx) { ctx.db }\nexport const handler = async (req, ctx) => { helper(ctx); helper(other) }",
    ] {
        let handling = api(code);
        assert_eq!(keys(&handling.context_reads), [""; 0], "{code}");
        assert_eq!(keys(&handling.path_reads), [""; 0], "{code}");
    }
    let handling = api(
        "function helper(r, { db }) { r.pathParams.x }\nexport const handler = async (req, ctx) => { helper(req, ctx) }",
    );
    assert_eq!(keys(&handling.context_reads), ["db"]);
    assert_eq!(keys(&handling.path_reads), ["x"]);
}

/// The answers in short: `404 {error: "x"}`, `?` for what is not known.
fn answers(handling: &Handling) -> Vec<String> {
    let shown = |response: &crate::facts::ResponseFact| {
        let mut codes: Vec<String> = response
            .statuses
            .iter()
            .map(|status| status.code.to_string())
            .collect();
        codes.extend(response.statuses_open.then(|| "?".to_owned()));
        format!("{} {}", codes.join("|"), shape(&response.body))
    };
    let mut all: Vec<String> = handling.responses.iter().map(shown).collect();
    all.extend(handling.responses_open.then(|| "open".to_owned()));
    all
}

#[test]
fn answers_are_read_off_every_return() {
    let handling = api("const OK = 200\nexport const handler = async (req, ctx) => {\n\
         if (a) return { status: 404, body: { error: 'x' } }\n\
         try { return { status: b ? 200 : 201, body: { ok: true, ...more } } } catch (e) { return fail(e) }\n\
         const late = { status: OK, body: {} }\n\
         items.map(() => { return { status: 500 } })\n\
         return c ? late : { status: code }\n}");
    assert_eq!(
        answers(&handling),
        [
            "404 {error: \"x\"}",
            "200|201 {ok: ?, …}",
            "200 {}",
            "? ?",
            "open"
        ]
    );
    let handling = api(
        "export const handler = async (req, ctx) => { const r = { status: 200 }; r.status = 404; return r }",
    );
    assert_eq!(answers(&handling), ["? ?"]);
    let facts = rb(
        "def config\n  { type: 'api', name: 'S', method: 'GET', path: '/x', emits: [] }\nend\n\
         def handler(req, context)\n  return { status: 400 } if req.nil?\n\
         if req.body\n  { status: 200, body: { ok: true } }\n  else\n  { status: 404 }\n  end\nend\n",
    );
    assert_eq!(answers(&facts.handling), ["400 ?", "200 {ok: true}", "404 ?"]);
    let facts = py(
        "config = {'type': 'api', 'name': 'S', 'method': 'GET', 'path': '/x', 'emits': []}\n\
         async def handler(req, context):\n    return {'status': 200, 'body': {'ok': True}}\n",
    );
    assert_eq!(answers(&facts.handling), ["200 {ok: true}"]);
}
