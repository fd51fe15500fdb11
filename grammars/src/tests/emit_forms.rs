//! Emit calls in the forms that people write: which messages they send and whether their promise is used.

use std::fmt::Write as _;

use crate::facts::{FileFacts, Text};
use crate::language::Language;

use super::support::*;

/// Every emit site in short: its topic, `!` behind one that is not awaited; `escapes` at the end if more may be sent.
fn sites(facts: &FileFacts) -> String {
    let mut parts: Vec<String> = facts
        .emits
        .iter()
        .map(|site| {
            let topic = match site.topic.as_ref().map(|topic| &topic.text) {
                None => "none".to_owned(),
                Some(Text::Known(text)) => text.clone(),
                Some(Text::OneOf(texts)) => texts.join("|"),
                Some(Text::Pattern(parts)) => parts.join("*"),
                Some(_) => "?".to_owned(),
            };
            topic + if site.awaited { "" } else { "!" }
        })
        .collect();
    if facts.emit_escapes || !facts.hand_overs.is_empty() {
        parts.push("escapes".to_owned());
    }
    parts.join(" ")
}

fn expect_all(language: Language, cases: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (body, meant) in cases {
        let found = sites(&match language {
            Language::TypeScript | Language::JavaScript => ts(&format!(
                "export const config = {{ type: 'event', name: 'S', subscribes: ['in'], emits: [] }}\n\
                 export const handler = async (input, ctx) => {{\nconst {{ emit }} = ctx\n{body}\n}}\n"
            )),
            Language::Python => py_handler(body),
            Language::Ruby => rb_handler(body),
        });
        if found != *meant {
            writeln!(wrong, "{body}\n  found {found}\n  meant {meant}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

const SCRIPTS: &[(&str, &str)] = &[
    ("const { emit: send } = ctx; await send({ topic: 'a' })", "a"),
    ("const send = emit as any; await send({ topic: 'a' })", "a"),
    ("let send; send = emit; await send({ topic: 'a' })", "a"),
    ("const send = emit.bind(ctx); await send({ topic: 'a' })", "a"),
    ("await emit.call(ctx, { topic: 'a' })", "a"),
    ("await emit?.({ topic: 'a' })", "a"),
    ("await ctx?.emit?.({ topic: 'a' })", "a"),
    ("await (<any>emit)({ topic: 'a' })", "a"),
    ("const bus = { send: emit }; await bus.send({ topic: 'a' })", "a"),
    (
        "const send = (topic, data) => emit({ topic, data }); await send('a', 1); await send('b', 2)",
        "a|b",
    ),
    (
        "const tell = async (data) => { await emit({ topic: 'a', data }) }; await tell(1)",
        "a",
    ),
    (
        "class Box { constructor(emit) { this.emit = emit } async run() { await this.emit({ topic: 'a' }) } }\nawait new Box(emit).run()",
        "escapes",
    ),
    ("await emit.apply(ctx, [{ topic: 'a' }])", "escapes"),
    ("await emit({ topic: ['a', 'b'].join('.') })", "?"),
    ("await emit(makeMessage(input))", "?"),
    (
        "await Promise.all(input.list.map(async (x) => { await emit({ topic: 'a' }) }))",
        "a",
    ),
    (
        "await Promise.all(input.list.map((x) => emit({ topic: 'a' })))",
        "a",
    ),
    (
        "await Promise.allSettled([emit({ topic: 'a' }), emit({ topic: 'b' })])",
        "a b",
    ),
    (
        "const all = input.list.map((x) => emit({ topic: 'a' })); await Promise.all(all)",
        "a",
    ),
    (
        "const all = []; for (const x of input.list) all.push(emit({ topic: 'a' })); await Promise.all(all)",
        "a",
    ),
    (
        "for await (const x of input.list) await emit({ topic: 'a' })",
        "a",
    ),
    ("return emit({ topic: 'a' })", "a"),
    (
        "return input.ok ? emit({ topic: 'a' }) : emit({ topic: 'b' })",
        "a b",
    ),
    ("if (input.ok) return void emit({ topic: 'a' })", "a!"),
    ("void emit({ topic: 'a' })", "a!"),
    ("emit({ topic: 'a' })", "a!"),
    ("emit({ topic: 'a' }).catch(() => {})", "a"),
    ("emit({ topic: 'a' }).then(done)", "a"),
    ("const p = emit({ topic: 'a' }); await p", "a"),
    ("setTimeout(() => emit({ topic: 'a' }), 10)", "a"),
    ("setTimeout(() => { emit({ topic: 'a' }) }, 10)", "a!"),
    (
        "await new Promise((resolve) => resolve(emit({ topic: 'a' })))",
        "a",
    ),
    ("await emit({ topic: input.ok ? 'a' : 'b' })", "a|b"),
    ("await emit({ topic: input.next || 'b' })", "?"),
    ("await emit({ topic: (input.next as 'a' | 'b') ?? 'c' })", "a|b|c"),
    (
        "await emit({ topic: ({ x: 'a', y: 'b' } as const)[input.k] })",
        "a|b",
    ),
    (
        "const ROUTES: Record<string, string> = { x: 'a', y: 'b' }; await emit({ topic: ROUTES[input.k] ?? 'c' })",
        "a|b|c",
    ),
    (
        "let topic = 'a'; if (input.ok) topic = 'b'; await emit({ topic })",
        "a|b",
    ),
    (
        "let topic: string; switch (input.k) { case 1: topic = 'a'; break; default: topic = 'b' } await emit({ topic })",
        "a|b",
    ),
    (
        "let topic; if (input.ok) { topic = 'a' } else { topic = input.t } await emit({ topic })",
        "?",
    ),
    ("for (const topic of ['a', 'b']) await emit({ topic })", "a|b"),
    (
        "for (const [topic, n] of [['a', 1], ['b', 2]] as const) await emit({ topic })",
        "a|b",
    ),
    (
        "for (const { topic } of [{ topic: 'a' }, { topic: 'b' }]) await emit({ topic })",
        "a|b",
    ),
    (
        "for (const [k, topic] of Object.entries({ x: 'a', y: 'b' })) await emit({ topic })",
        "a|b",
    ),
    (
        "for (const topic of Object.values({ x: 'a', y: 'b' })) await emit({ topic })",
        "a|b",
    ),
    (
        "const pick = (k) => k ? 'a' : 'b'; await emit({ topic: pick(input.k) })",
        "a|b",
    ),
    (
        "function pick(k) { if (k) return 'a'; return 'b' }\nawait emit({ topic: pick(input.k) })",
        "a|b",
    ),
    (
        "const pick = (k) => { switch (k) { case 1: return 'a'; default: return 'b' } }; await emit({ topic: pick(1) })",
        "a|b",
    ),
    (
        "const pick = (k) => { if (k) return 'a' }; await emit({ topic: pick(1) })",
        "?",
    ),
    ("await emit({ topic: `a.${input.k as 'x' | 'y'}` })", "a.x|a.y"),
    ("await emit({ topic: 'a'.concat('.b') })", "?"),
    (
        "const message = { topic: 'a', data: {} }; await emit(message)",
        "a",
    ),
    (
        "const base = { topic: 'a' }; await emit({ ...base, data: {} })",
        "a",
    ),
    ("await emit(makeMessage())", "?"),
    ("await emit({ data: {} })", "none"),
    (
        "for (const message of [{ topic: 'a', data: 1 }, { topic: 'b', data: 2 }]) await emit(message)",
        "a b",
    ),
    (
        "await Promise.all([{ topic: 'a' }, { topic: 'b' }].map((m) => emit(m)))",
        "a b",
    ),
    (
        "await Promise.all([{ topic: 'a' }, { topic: 'b' }].map(emit))",
        "escapes",
    ),
];

#[test]
fn scripts() {
    expect_all(Language::TypeScript, SCRIPTS);
}

const PYTHON: &[(&str, &str)] = &[
    ("    emit = context.emit\n    await emit({'topic': 'a'})", "a"),
    (
        "    emit = getattr(context, 'emit')\n    await emit({'topic': 'a'})",
        "a",
    ),
    (
        "    emit = context['emit'] if isinstance(context, dict) else context.emit\n    await emit({'topic': 'a'})",
        "a",
    ),
    ("    await context.emit(dict(topic='a', data={}))", "a"),
    (
        "    message = {'topic': 'a', 'data': {}}\n    await context.emit(message)",
        "a",
    ),
    (
        "    message = {}\n    message['topic'] = 'a'\n    await context.emit(message)",
        "?",
    ),
    (
        "    await asyncio.gather(*[context.emit({'topic': t}) for t in ('a', 'b')])",
        "a|b",
    ),
    (
        "    await asyncio.gather(*(context.emit({'topic': 'a'}) for x in input_data))",
        "a",
    ),
    (
        "    tasks = [context.emit({'topic': 'a'}) for x in input_data]\n    await asyncio.gather(*tasks)",
        "a",
    ),
    (
        "    task = asyncio.create_task(context.emit({'topic': 'a'}))",
        "a",
    ),
    ("    context.emit({'topic': 'a'})", "a!"),
    ("    return await context.emit({'topic': 'a'})", "a"),
    ("    return context.emit({'topic': 'a'})", "a"),
    (
        "    await context.emit({'topic': 'a' if input_data else 'b'})",
        "a|b",
    ),
    (
        "    await context.emit({'topic': {'x': 'a', 'y': 'b'}.get(input_data['k'], 'c')})",
        "a|b|c",
    ),
    (
        "    await context.emit({'topic': f\"a.{input_data['k']}\"})",
        "a.*",
    ),
    (
        "    for topic, n in [('a', 1), ('b', 2)]:\n        await context.emit({'topic': topic})",
        "a|b",
    ),
    (
        "    for topic in {'x': 'a', 'y': 'b'}.values():\n        await context.emit({'topic': topic})",
        "a|b",
    ),
    (
        "    for key, topic in {'x': 'a', 'y': 'b'}.items():\n        await context.emit({'topic': topic})",
        "a|b",
    ),
    (
        "    match input_data:\n        case 1:\n            topic = 'a'\n        case _:\n            topic = 'b'\n    await context.emit({'topic': topic})",
        "a|b",
    ),
    (
        "    async def send(topic, data):\n        await context.emit({'topic': topic, 'data': data})\n    await send('a', {})\n    await send(topic='b', data={})",
        "a|b",
    ),
    (
        "    send = lambda topic: context.emit({'topic': topic})\n    await send('a')",
        "a",
    ),
    (
        "    await context.emit({'topic': pick(input_data)})\n\ndef pick(x):\n    if x:\n        return 'a'\n    return 'b'",
        "a|b",
    ),
    (
        "    await context.emit({'topic': 'a.%s' % 'b'})\n    await context.emit({'topic': 'a.{}'.format('c')})",
        "a.b a.c",
    ),
    ("    await context.emit({**{'topic': 'a'}, 'data': {}})", "a"),
    ("    await context.emit('a', {})", "none"),
];

#[test]
fn python() {
    expect_all(Language::Python, PYTHON);
}

const RUBY: &[(&str, &str)] = &[
    ("context.emit(**{ topic: 'a' })", "a"),
    ("message = { topic: 'a', data: {} }\ncontext.emit(message)", "a"),
    ("context.emit(topic: :a, data: {})", "a"),
    ("context.emit(topic: input[:ok] ? 'a' : 'b')", "a|b"),
    (
        "topic = if input[:ok] then 'a' else 'b' end\ncontext.emit(topic: topic)",
        "a|b",
    ),
    (
        "topic = case input[:k] when 1 then 'a' else 'b' end\ncontext.emit(topic:)",
        "a|b",
    ),
    (
        "%w[a b].each { |topic| context.emit(topic: topic, data: {}) }",
        "a|b",
    ),
    (
        "context.emit(topic: { x: 'a', y: 'b' }[input[:k]] || 'c')",
        "a|b|c",
    ),
    (
        "context.emit(topic: { x: 'a', y: 'b' }.fetch(input[:k], 'c'))",
        "a|b|c",
    ),
    ("context.emit(topic: \"a.#{input[:k]}\")", "a.*"),
    (
        "context.emit(topic: pick(input))\nend\ndef pick(x)\n  x ? 'a' : 'b'",
        "a|b",
    ),
];

#[test]
fn ruby() {
    expect_all(Language::Ruby, RUBY);
}
