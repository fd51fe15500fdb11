//! Which calls send a message, and whether their promise is used.

use super::support::*;

#[test]
fn every_callee_form_of_javascript() {
    let forms = [
        "const handler = async (input, { emit }) => { await emit({ topic: 't', data: {} }) }",
        "const handler = async (input, { emit: send }) => { await send({ topic: 't', data: {} }) }",
        "const handler = async (input, ctx) => { await ctx.emit({ topic: 't', data: {} }) }",
        "const handler = async (input, anything) => { await anything.emit({ topic: 't' }) }",
        "const handler = async (input, ctx) => { await ctx['emit']({ topic: 't' }) }",
        "const handler = async (input, ctx) => { const { emit } = ctx; await emit({ topic: 't' }) }",
        "const handler = async (input, ctx) => { const send = ctx.emit; await send({ topic: 't' }) }",
        "const handler = async (input, ctx) => { await ctx.enqueue({ topic: 't' }) }",
        "async function handler(input, { emit }) { await emit({ topic: 't' }) }",
        "const handler = async function (input, { emit }) { await emit({ topic: 't' }) }",
        "const handler = withMiddleware(auth, log, async (req, ctx) => { await ctx.emit({ topic: 't' }) })",
        "const handler = async (input, ctx) => helper(ctx)\nasync function helper(c) { await c.emit({ topic: 't' }) }",
        "const handler = async (input, { emit }) => helper({ emit, x: 1 })\nconst helper = async ({ emit }) => emit({ topic: 't' })",
        "const handler = async (input, { emit }) => helper(1, emit)\nconst helper = async (n, go) => { await go({ topic: 't' }) }",
        "const handler = async (input, ctx) => { const go = async () => { await ctx.emit({ topic: 't' }) }; await go() }",
    ];
    for form in forms {
        let facts = js(&format!(
            "const config = {{ type: 'event', subscribes: [] }}\n{form}\nmodule.exports = {{ config, handler }}"
        ));
        assert_eq!(known_topics(&facts), ["t"], "{form}");
        assert!(facts.emits[0].awaited, "{form}");
    }
}

#[test]
fn casts_on_the_callee_are_seen_through() {
    let source = "await (emit as any)({ topic: 't', data: 1 }); await emit!({ topic: 'u' })";
    let facts = ts_handler(source);
    assert_eq!(known_topics(&facts), ["t", "u"]);
    let site = &facts.emits[0];
    assert_eq!(site.callee.end - site.callee.start, "(emit as any)".len() as u32);
}

#[test]
fn type_arguments_do_not_hide_a_call() {
    let facts = ts_handler(
        "await emit<any>({ topic: 't' }); emit<any>({ topic: 'u' }); void emit<any>({ topic: 'v' })\n\
         const a = (await state.get<Record<string, Order>>('g', 'k')) ?? 1; if (!check<T>(emit<any>({ topic: 'w' }))) return",
    );
    assert_eq!(known_topics(&facts), ["t", "u", "v", "w"]);
    let awaited: Vec<bool> = facts.emits.iter().map(|site| site.awaited).collect();
    assert_eq!(awaited, [true, false, false, true]);
    assert_eq!(facts.state_uses.len(), 1);
}

#[test]
fn emits_stand_in_any_statement() {
    let facts = ts_handler(
        "for await (const x of input.list) { await emit({ topic: 'a' }) }\n\
         switch (input.k) { case 'a': await emit({ topic: 'b' }); break; default: { await emit({ topic: 'c' }) } }\n\
         outer: while (true) { do { await emit({ topic: 'd' }) } while (0) }\n\
         try { await emit({ topic: 'e' }) } catch { await emit({ topic: 'f' }) } finally { await emit({ topic: 'g' }) }\n\
         const table = { async run() { await emit({ topic: 'h' }) } }\n\
         class A { go = async () => { await emit({ topic: 'i' }) }; async m() { await emit({ topic: 'j' }) } }\n\
         for (let i = 0; i < 3; i++) await emit({ topic: 'k' })\n\
         if (input.a) await emit({ topic: 'l' }); else if (input.b) await emit({ topic: 'm' }); else await emit({ topic: 'n' })",
    );
    let all: Vec<String> = ('a'..='n').map(String::from).collect();
    assert_eq!(known_topics(&facts), all);
    let facts = py_handler(
        "    for x in input_data:\n        await context.emit({'topic': 'a'})\n    else:\n        await context.emit({'topic': 'b'})\n\
         \x20   with lock as l:\n        await context.emit({'topic': 'c'})\n\
         \x20   try:\n        pass\n    except E as e:\n        await context.emit({'topic': 'd'})\n    finally:\n        await context.emit({'topic': 'e'})\n\
         \x20   while x := next(it):\n        await context.emit({'topic': 'f'})\n\
         \x20   match x:\n        case 1:\n            await context.emit({'topic': 'g'})\n\
         \x20   async with a, b:\n        return await context.emit({'topic': 'h'}) if x else None",
    );
    assert_eq!(known_topics(&facts), ["a", "b", "c", "d", "e", "f", "g", "h"]);
    let facts = rb_handler(
        "input.each do |x|\n  context.emit(topic: 'a')\nend\n\
         case input\nwhen 1 then context.emit(topic: 'b')\nelse context.emit(topic: 'c')\nend\n\
         begin\n  context.emit(topic: 'd')\nrescue A, B => e\n  context.emit(topic: 'e')\nensure\n  context.emit(topic: 'f')\nend\n\
         while x do context.emit(topic: 'g') end\n\
         run = -> (x) { context.emit(topic: 'h') }\n\
         context.emit(topic: 'i') unless x\n\
         x ? context.emit(topic: 'j') : context.emit(topic: 'k')\n\
         if a\n  1\nelsif b\n  context.emit(topic: 'l')\nend\n\
         context.emit(topic: 'm') rescue nil\n\
         x && context.emit(topic: 'n')",
    );
    assert_eq!(known_topics(&facts), all);
}

#[test]
fn every_callee_form_of_python() {
    let forms = [
        "    await context.emit({'topic': 't', 'data': {}})",
        "    await context['emit']({'topic': 't'})",
        "    emit = context['emit']\n    await emit({'topic': 't'})",
        "    emit = getattr(context, 'emit', None)\n    if emit:\n        await emit({'topic': 't'})",
        "    await context.get('emit')({'topic': 't'})",
        "    await helper(context)\n\nasync def helper(c):\n    await c.emit({'topic': 't'})",
        "    await helper(emit=context.emit)\n\nasync def helper(data=None, emit=None):\n    await emit({'topic': 't'})",
    ];
    for form in forms {
        let facts = py_handler(form);
        assert_eq!(known_topics(&facts), ["t"], "{form}");
    }
}

#[test]
fn every_callee_form_of_ruby() {
    let forms = [
        "context.emit(topic: 't', data: {})",
        "context.emit({ topic: 't' })",
        "context.emit({ 'topic' => 't' })",
        "context[:emit].call(topic: 't')",
        "emit = context[:emit]\nemit.call(topic: 't')",
        "emit = context['emit']\nemit.(topic: 't')",
        "context.emit topic: 't', data: {}",
        "context.fetch(:emit).call(topic: 't')",
        "context.emit(topic: 't') if input['x']",
        "notify(context)\nend\ndef notify(ctx)\nctx.emit(topic: 't')",
    ];
    for form in forms {
        let facts = rb_handler(form);
        assert_eq!(known_topics(&facts), ["t"], "{form}");
    }
}

#[test]
fn other_peoples_emit_is_none() {
    let forms = [
        "socket.emit('joined')",
        "socket.emit({ topic: 'x' })",
        "this.emit('x')",
        "const bus = new EventEmitter(); bus.emit('done', 1)",
        "const emitter = { emit: (x) => x }; emitter.emit({ topic: 'x' })",
        "input.emit({ topic: 'x' })",
        "const { emit: other } = makeBus(); other({ topic: 'x' })",
    ];
    for form in forms {
        assert_eq!(topics(&ts_handler(form)), [], "{form}");
    }
    let own = "function emit(x) {}\nexport const run = () => emit({ topic: 'x' })";
    assert_eq!(topics(&ts(own)), []);
    let helper = "export const handler = async (i, ctx) => send(socket)\nfunction send(ctx) { ctx.emit({ topic: 'x' }) }";
    assert_eq!(topics(&ts(helper)), []);
}

#[test]
fn a_foreign_function_counts_if_what_it_sends_is_a_message() {
    let facts = ts(
        "export async function advance(item, enqueue) { await enqueue({ topic: 'item.moved', data: item }) }",
    );
    assert_eq!(known_topics(&facts), ["item.moved"]);
    assert!(facts.emits[0].in_helper);
    assert_eq!(topics(&ts("export function pass(emit) { emit('x', 1) }")), []);
    assert_eq!(
        topics(&ts("export function pass(emit) { emit({ type: 'x' }) }")),
        []
    );
}

#[test]
fn the_frameworks_imported_enqueue_is_one() {
    let facts = ts("import { enqueue } from 'motia'\n\
         export const config = { name: 'A', triggers: [queue('in')], enqueues: ['out'] }\n\
         export const handler = async () => { await enqueue({ topic: 'out', data: {} }) }");
    assert_eq!(known_topics(&facts), ["out"]);
    assert_eq!(
        topics(&ts(
            "import { enqueue } from './queue'\nexport const f = () => enqueue({ topic: 'x' })"
        )),
        []
    );
}

#[test]
fn helpers_are_told_from_the_handler() {
    let facts = ts_handler(
        "await emit({ topic: 'a' }); await late(emit)\n}\nasync function late(emit: any) {\n  await emit({ topic: 'b' })",
    );
    let found: Vec<(String, bool)> = known_topics(&facts)
        .into_iter()
        .zip(facts.emits.iter().map(|site| site.in_helper))
        .collect();
    assert_eq!(found, [("a".to_owned(), false), ("b".to_owned(), true)]);
}

#[test]
fn a_message_without_topic_has_none() {
    for call in [
        "emit({ type: 'x', data: {} })",
        "emit('x', {})",
        "emit(`x.${input.id}`, {})",
        "emit()",
    ] {
        assert_eq!(topics(&ts_handler(&format!("await {call}"))), [None], "{call}");
    }
    // The keyword form is an error in Python: `emit` takes one dictionary.
    assert_eq!(
        topics(&py_handler("    await context.emit(topic='x', data={})")),
        [None]
    );
    for call in [
        "emit(...input.args)",
        "emit({ ...input, data: 1 })",
        "emit(input)",
        "emit(build())",
    ] {
        let found = topics(&ts_handler(&format!("await {call}")));
        assert!(
            matches!(found.as_slice(), [Some(crate::facts::Text::Unknown(_))]),
            "{call}: {found:?}"
        );
    }
}

#[test]
fn a_choice_of_messages_is_two_sites() {
    let facts = ts_handler("await emit(input.ok ? { topic: 'a', data: 1 } : { topic: 'b', data: 2 })");
    assert_eq!(known_topics(&facts), ["a", "b"]);
}

#[test]
fn a_promise_that_is_used_counts_as_awaited() {
    let kept = [
        "await emit({ topic: 't' })",
        "return emit({ topic: 't' })",
        "await Promise.all([emit({ topic: 't' })])",
        "await Promise.allSettled(input.list.map((x) => emit({ topic: 't' })))",
        "await Promise.race([emit({ topic: 't' }), timeout()])",
        "emit({ topic: 't' }).catch(() => {})",
        "emit({ topic: 't' }).then(done)",
        "const sent = emit({ topic: 't' }); await sent",
        "const all = []; all.push(emit({ topic: 't' })); await Promise.all(all)",
        "await (input.ok ? emit({ topic: 't' }) : null)",
        "input.ok && (await emit({ topic: 't' }))",
        "let p; p = emit({ topic: 't' }); await p",
        "const send = () => emit({ topic: 't' }); await send()",
    ];
    for body in kept {
        let facts = ts_handler(body);
        assert_eq!(facts.emits.len(), 1, "{body}");
        assert!(facts.emits[0].awaited, "{body}");
    }
}

#[test]
fn a_promise_that_nobody_keeps_is_not_awaited() {
    let dropped = [
        "emit({ topic: 't' })",
        "input.ok && emit({ topic: 't' })",
        "input.ok ? emit({ topic: 't' }) : null",
        "void emit({ topic: 't' })",
        "const sent = emit({ topic: 't' })",
        "input.list.forEach((x) => { emit({ topic: 't' }) })",
        "if (input.ok) emit({ topic: 't' })",
        "try { emit({ topic: 't' }) } catch (error) {}",
    ];
    for body in dropped {
        let facts = ts_handler(body);
        assert_eq!(facts.emits.len(), 1, "{body}");
        assert!(!facts.emits[0].awaited, "{body}");
    }
}

#[test]
fn awaiting_is_judged_by_the_rules_of_the_language() {
    assert!(!py_handler("    context.emit({'topic': 't'})").emits[0].awaited);
    assert!(py_handler("    await context.emit({'topic': 't'})").emits[0].awaited);
    assert!(
        py_handler("    await asyncio.gather(*[context.emit({'topic': 't'}) for x in input_data])").emits[0]
            .awaited
    );
    assert!(py_handler("    context.enqueue({'topic': 't'})").emits[0].awaited);
    let sync = py(
        "config = {'type': 'event', 'subscribes': []}\ndef handler(data, context):\n    context.emit({'topic': 't'})\n",
    );
    assert!(sync.emits[0].awaited);
    assert!(rb_handler("context.emit(topic: 't')").emits[0].awaited);
}

#[test]
fn what_leaves_the_file_is_noted() {
    let escaping = [
        "await notify(emit)",
        "await service.run({ emit, state })",
        "await Promise.all(input.list.map(emit))",
        "const deps = { emit }; await notify(deps)",
        "box.emit = emit",
        "return { emit }",
        "await notify(...[emit])",
    ];
    for body in escaping {
        assert!(ts_handler(body).emit_escapes, "{body}");
    }
    let staying = [
        "await emit({ topic: 't' })",
        "await notify(state, streams, logger)",
        "console.log(emit)",
        "logger.info('x', { emit })",
        "await here(emit)\n}\nasync function here(emit: any) { await emit({ topic: 't' })",
    ];
    for body in staying {
        assert!(!ts_handler(body).emit_escapes, "{body}");
    }
    let context = "export const config = { type: 'event', subscribes: [] }\nexport const handler = async (input, ctx) => { await run(ctx) }";
    assert!(ts(context).emit_escapes);
    assert!(!py_handler("    print(context)").emit_escapes);
    let python = "    run(context)\n\nfrom tools import *";
    assert!(py_handler(python).emit_escapes);
    assert!(py_handler("    map(run, [context])").emit_escapes);
    assert!(
        !rb_handler("run(context)\nend\nrequire_relative 'tools'\ndef other")
            .hand_overs
            .is_empty()
    );
    assert!(rb_handler("send(:run, context)").emit_escapes);
    // A name that nothing can define fails before anything is sent.
    assert!(!py_handler("    await run(context)").emit_escapes);
    assert!(!rb_handler("run(context)").emit_escapes);
}

fn conditional(facts: &crate::facts::FileFacts) -> Vec<bool> {
    facts.emits.iter().map(|site| site.conditional).collect()
}

#[test]
fn calls_that_every_run_makes() {
    for body in [
        "await emit({ topic: 't' })",
        "{ await emit({ topic: 't' }) }",
        "try { await emit({ topic: 't' }) } catch {}",
        "try {} finally {}\nreturn emit({ topic: 't' })",
        "const x = { y: await emit({ topic: 't' }) }",
        "await Promise.all([emit({ topic: 't' })])",
        "if (input.x) { log() }\nawait emit({ topic: 't' })",
    ] {
        assert_eq!(conditional(&ts_handler(body)), [false], "{body}");
    }
    for body in [
        "    await context.emit({'topic': 't'})",
        "    with span():\n        await context.emit({'topic': 't'})",
        "    with open('f') as f:\n        await context.emit({'topic': 't'})",
        "    try:\n        await context.emit({'topic': 't'})\n    except Exception:\n        pass",
    ] {
        assert_eq!(conditional(&py_handler(body)), [false], "{body}");
    }
    for body in [
        "context.emit(topic: 't')",
        "begin\n  context.emit(topic: 't')\nrescue StandardError\n  nil\nend",
    ] {
        assert_eq!(conditional(&rb_handler(body)), [false], "{body}");
    }
}

#[test]
fn calls_that_a_run_may_pass_over() {
    for body in [
        "if (input.x) await emit({ topic: 't' })",
        "if (input.x) {} else { await emit({ topic: 't' }) }",
        "switch (input.x) { case 1: await emit({ topic: 't' }) }",
        "for (const x of input.xs) { await emit({ topic: 't' }) }",
        "while (input.x) { await emit({ topic: 't' }) }",
        "try { work() } catch { await emit({ topic: 't' }) }",
        "if (!input.x) return\nawait emit({ topic: 't' })",
        "if (!input.x) throw new Error('x')\nawait emit({ topic: 't' })",
        "try { if (input.x) return } catch {}\nawait emit({ topic: 't' })",
        "input.x && (await emit({ topic: 't' }))",
        "input.x ? await emit({ topic: 't' }) : null",
        "await Promise.all(input.xs.map(() => emit({ topic: 't' })))",
        "const later = async () => { await emit({ topic: 't' }) }",
    ] {
        assert_eq!(conditional(&ts_handler(body)), [true], "{body}");
    }
    for body in [
        "    if input_data:\n        await context.emit({'topic': 't'})",
        "    for x in input_data:\n        await context.emit({'topic': 't'})",
        "    if not input_data:\n        raise ValueError()\n    await context.emit({'topic': 't'})",
        "    assert input_data\n    await context.emit({'topic': 't'})",
        "    [await context.emit({'topic': 't'}) for x in input_data]",
        "    try:\n        pass\n    except Exception:\n        await context.emit({'topic': 't'})",
    ] {
        assert_eq!(conditional(&py_handler(body)), [true], "{body}");
    }
    for body in [
        "context.emit(topic: 't') if input['x']",
        "return unless input['x']\ncontext.emit(topic: 't')",
        "raise 'no' unless input['x']\ncontext.emit(topic: 't')",
        "input['xs'].each { |x| context.emit(topic: 't') }",
        "begin\n  work\nrescue StandardError\n  context.emit(topic: 't')\nend",
    ] {
        assert_eq!(conditional(&rb_handler(body)), [true], "{body}");
    }
}
