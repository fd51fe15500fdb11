//! Names that nothing binds, and every way to bind one.

use crate::facts::Handling;

use super::support::*;

const API: &str =
    "export const config = { type: 'api', name: 'S', method: 'GET', path: '/x/:id', emits: [] }\n";

fn api(code: &str) -> Handling {
    ts(&format!("{API}{code}")).handling
}

/// The names that nothing binds, and whether the handler uses them itself.
fn unbound(handling: Handling) -> Vec<(String, bool)> {
    let names = handling.unbound.into_iter();
    names.map(|name| (name.name, name.in_handler)).collect()
}

#[test]
fn names_that_nothing_binds_are_found() {
    let found = api(
        "export const handler = async (req, { state }) => { await emit({ topic: 'a' }); ws.on('x', () => logger.info('')) }\n\
         const helper = () => streams.x",
    );
    assert_eq!(
        unbound(found),
        [
            ("emit".to_owned(), true),
            ("logger".to_owned(), true),
            ("streams".to_owned(), false)
        ]
    );
    for bound in [
        "import { emit } from './emit'\nexport const handler = async () => { emit({}) }",
        "import logger, * as state from 'x'\nexport const handler = async () => { logger(state) }",
        "const { emit } = require('./emit')\nexport const handler = async () => { emit({}) }",
        "export const handler = async () => { emit({}) }\nfunction emit() {}",
        "export const handler = async (req, ctx) => { for (const state of ctx.list) { use(state) } }",
        "export const handler = async (req, ctx) => { try { } catch (state) { use(state) } }",
        "declare const emit: any\nexport const handler = async () => { emit({}) }",
        "globalThis.emit = 1\nexport const handler = async () => { emit({}) }",
        "export const handler = async (req, ctx) => { const o = { emit: 1, state: ctx.state }; use(o.state, o.emit) }",
        "type T = typeof emit\nexport const handler = async (req, ctx: { state: typeof state }) => {}",
        "export const handler = async (req, ctx) => page.evaluate(() => state.x)",
        "function map() { emit(this.id, 1) }\nexport const handler = async (req, ctx) => rows.mapReduce(map)",
        "export const handler = async (req, ctx) => { for await (const state of ctx.list) use(state) }",
        "export const handler = async (req, ctx) => { for (let state = 0; state < 3; state++) use(state) }",
        "export const handler = async (req, ctx) => { try { } catch ({ state, logger }) { use(state, logger) } }",
        "let emit\nexport const handler = async (req, ctx) => { emit = ctx.emit; emit({}) }",
        "export const handler = async (req, ctx) => { let emit, rest; [emit] = ctx.list; ({ emit, ...rest } = ctx); emit({}) }",
        "export const handler = async (req, { a, ...state }) => { const [, ...streams] = a; use(state, streams) }",
        "export const handler = async (req, ctx) => { const f = function emit(n) { return emit(n - 1) }; f(2) }",
        "export const handler = async (req, ctx) => { class A { state = 1; logger() { return this.state } } new A() }",
        "import emit = require('./emit')\nexport const handler = async () => { emit({}) }",
        "import type { x } from 'y'\nimport { default as logger } from 'z'\nexport const handler = async () => { logger({}) }",
        "export const handler = async (req, ctx) => { state: for (const a of b) { continue state } }",
        "export const handler = async (req, ctx) => { switch (a) { case 1: { const state = 1; use(state) } } }",
        "export const handler = async (req, ctx) => { var { deep: { state = 1 }, list: [logger] } = ctx; use(state, logger) }",
        "export const handler = async (req, ctx, emit = ctx.emit) => { emit({}) }",
        "namespace state { export const a = 1 }\nexport const handler = async (req, ctx) => state.a",
        "export default function emit() {}\nexport const handler = async (req, ctx) => emit()",
        "enum state { A }\nexport const handler = async () => state.A",
        "class emit {}\nexport const handler = async () => new emit()",
    ] {
        assert_eq!(unbound(api(bound)), [], "{bound}");
    }
}

#[test]
fn python_and_ruby_bind_names_from_elsewhere_too() {
    let python = |code: &str| {
        unbound(
            py(&format!(
                "config = {{'type': 'cron', 'name': 'S', 'cron': '', 'emits': []}}\n{code}\n"
            ))
            .handling,
        )
    };
    assert_eq!(
        python("async def handler(context):\n    await emit({})"),
        [("emit".to_owned(), true)]
    );
    for bound in [
        "from tools import *\nasync def handler(context):\n    await emit({})",
        "from tools import emit\nasync def handler(context):\n    await emit({})",
        "def setup():\n    global emit\n    emit = 1\nasync def handler(context):\n    await emit({})",
        "async def handler(context):\n    emit = getattr(context, 'emit')\n    await emit({})",
        "async def handler(context):\n    match context.flows:\n        case {'state': state}:\n            print(state)",
        "async def handler(context):\n    match context.flows:\n        case [state, *streams] as logger:\n            print(state, streams, logger)",
        "async def handler(context):\n    return sorted(context.flows, key=lambda state: state.x)",
        "async def handler(context):\n    return {state: 1 for state, logger in context.flows if logger}",
        "async def handler(context):\n    if (state := context.state):\n        print(state)",
        "async def handler(context):\n    async with open(1) as state, open(2) as (logger, streams):\n        print(state, logger, streams)",
        "async def handler(context):\n    try:\n        pass\n    except* ValueError as state:\n        print(state)",
        "import streams.state as state, logger.handlers\nasync def handler(context):\n    print(state, logger)",
        "async def handler(context):\n    for i, (state, *streams) in []:\n        print(state, streams)",
        "async def handler(context):\n    import logger\n    from x import y as state\n    print(state, logger)",
        "state: int = 1\nasync def handler(context):\n    print(state)",
    ] {
        assert_eq!(python(bound), [], "{bound}");
    }
    let ruby = |code: &str| {
        let config = "def config\n  { type: 'cron', name: 'S', cron: '', emits: [] }\nend\n";
        unbound(
            rb(&format!(
                "{code}\n{config}def handler(context)\n  emit(topic: 'a', data: {{}})\nend\n"
            ))
            .handling,
        )
    };
    assert_eq!(ruby("require 'json'"), [("emit".to_owned(), true)]);
    for bound in [
        "require_relative 'tools'",
        "def emit(message)\nend",
        "include Tools",
    ] {
        assert_eq!(ruby(bound), [], "{bound}");
    }
    let handler = |code: &str| {
        let config = "def config\n  { type: 'cron', name: 'S', cron: '', emits: [] }\nend\n";
        unbound(rb(&format!("{config}{code}\n")).handling)
    };
    for bound in [
        "class Sender\n  attr_reader :logger\n  def run\n    logger.info('')\n  end\nend\ndef handler(context)\nend",
        "def handler(context)\n  Page.draw do\n    logger.info('')\n  end\nend",
        "def handler(context)\n  rows.each { |state, (logger, *streams)| use(state, logger, streams) }\nend",
        "def handler(context)\n  begin\n  rescue => state\n    puts state\n  end\nend",
        "def handler(context)\n  case context.flows\n  in { state: }\n    puts state\n  in [logger, *streams]\n    puts logger, streams\n  end\nend",
        "def handler(context)\n  state ||= 1\n  logger, streams = 1, 2\n  puts state, logger, streams\nend",
        "def handler(context)\n  for state in [1]\n    puts state\n  end\nend",
    ] {
        assert_eq!(handler(bound), [], "{bound}");
    }
}
