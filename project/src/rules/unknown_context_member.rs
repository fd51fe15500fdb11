use std::collections::BTreeMap;

use banister_grammars::facts::{Dialect, KeyRead, ParamFact, StepKind, UnboundName};
use banister_grammars::{Language, Span};

use super::handlers::{called_in_one_way, edit, may_have_middleware, read_instead};
use super::similarity::{is_slip, words};
use super::{Check, Context, Findings, Rule, list};
use crate::diagnostic::{Fix, Severity};
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "unknown-context-member",
    severity: Severity::Error,
    doc: "\
A handler uses a member of the context that is none: `ctx.trace_id` in TypeScript, where it is `traceId`, or `ctx.db`,
which nobody adds. It is the same with `emit`, `logger`, `state` and `streams` when they are used as plain names that
nothing in the file binds (an error at run time), or taken from the request.

Both spellings of `trace_id` are known in Python and Ruby, and so is `context[\"emit\"]`. Middleware, wrappers and
functions out of sight that are given the context may add members: then only other spellings of known members are
found. What is tested, has a default or is written by the file itself is left alone.",
    check: Check::Step(check),
};

/// Members that every dialect and the documents of the framework know.
const COMMON: [&str; 12] = [
    "emit",
    "logger",
    "state",
    "streams",
    "flows",
    "traceId",
    "utils",
    "trigger",
    "match",
    "is",
    "enqueue",
    "stateManager",
];
const SCRIPT: [&str; 1] = ["getData"];
const PYTHON: [&str; 10] = [
    "trace_id",
    "rpc",
    "input_value",
    "get_data",
    "is_queue",
    "is_http",
    "is_api",
    "is_cron",
    "is_state",
    "is_stream",
];
const RUBY: [&str; 2] = ["trace_id", "file_name"];

/// Members that no request has.
const ONLY_CONTEXT: [&str; 4] = ["emit", "logger", "state", "streams"];

fn members(language: Language) -> impl Iterator<Item = &'static str> + Clone {
    let own: &[&str] = match language {
        Language::TypeScript | Language::JavaScript => &SCRIPT,
        Language::Python => &PYTHON,
        Language::Ruby => &RUBY,
    };
    COMMON.iter().chain(own).copied()
}

fn check(_: &Context<'_>, step: &Step, findings: &mut Findings) {
    let Some((_, trigger)) = called_in_one_way(step) else {
        return;
    };
    let handling = &step.facts().handling;
    let is_api = trigger.kind == StepKind::Api;
    for read in &handling.context_reads {
        if !read.guarded {
            check_read(step, read, findings);
        }
    }
    if is_api && step.dialect() == Dialect::V0 && !may_have_middleware(step) {
        check_request(step, findings);
    }
    check_names(step, findings);
}

fn check_read(step: &Step, read: &KeyRead, findings: &mut Findings) {
    let known = members(step.language);
    if known.clone().any(|member| member == read.key) {
        return;
    }
    let spelling = known.clone().find(|member| words(member) == words(&read.key));
    // Python runs middleware for steps of every kind.
    let is_open = step.dialect() == Dialect::V1 || step.facts().emit_escapes || may_have_middleware(step);
    if spelling.is_none() && is_open {
        return;
    }
    let meant = spelling.or_else(|| known.clone().find(|member| is_slip(&read.key, member)));
    let message = format!("the context has no `{}`", read.key);
    let finding = findings.report(&step.file, read.span, message);
    match meant {
        Some(meant) => {
            let fix = read_instead(step, read, meant, format!("Change to `{meant}`"));
            finding.help(format!("did you mean `{meant}`?")).fix(Some(fix));
        }
        None => {
            let offered = ["emit", "logger", "state", "streams", "flows", "traceId"];
            finding.help(format!("it has {}", list(&offered, '`', "and")));
        }
    }
}

/// `req.emit` beside a context that has it.
fn check_request(step: &Step, findings: &mut Findings) {
    let handling = &step.facts().handling;
    let has_context = handling
        .signature
        .as_ref()
        .is_some_and(|signature| signature.positional().count() == 2);
    for read in handling.request_reads.iter().filter(|_| has_context) {
        if ONLY_CONTEXT.contains(&read.key.as_str()) && !read.guarded {
            let message = format!("the request has no `{}`: it is a member of the context", read.key);
            findings
                .report(&step.file, read.span, message)
                .help(format!("take `{}` from the handler's second parameter", read.key));
        }
    }
}

/// Names that nothing binds: one finding a name.
fn check_names(step: &Step, findings: &mut Findings) {
    let mut uses: BTreeMap<&str, Vec<&UnboundName>> = BTreeMap::new();
    for unbound in &step.facts().handling.unbound {
        uses.entry(&unbound.name).or_default().push(unbound);
    }
    for (name, uses) in uses {
        let [first, more @ ..] = uses.as_slice() else {
            continue;
        };
        let message = format!("`{name}` is not defined: it is a member of the context");
        let mut finding = findings
            .report(&step.file, first.span, message)
            .help(format!("take `{name}` from the context of the handler"));
        for other in more {
            finding = finding.related(&step.file, other.span, format!("`{name}` is used here too"));
        }
        finding.fix(take_from_context(step, name, &uses));
    }
}

/// Takes the name from the context: in the pattern of the parameter, or by the parameter's name at each call.
fn take_from_context(step: &Step, name: &str, uses: &[&UnboundName]) -> Option<Fix> {
    let signature = step.facts().handling.signature.as_ref()?;
    let is_cron = step.kind() == Some(StepKind::Cron) && step.dialect() == Dialect::V0;
    let param = signature.params.get(usize::from(!is_cron))?;
    if uses.iter().any(|unbound| !unbound.in_handler) {
        return None;
    }
    let edits = match &param.name {
        Some(context) => {
            let is_called = |span: Span| {
                let after = step.source.text.get(span.end as usize..);
                after.is_some_and(|after| after.starts_with(['(', '.', '[']))
            };
            if !uses.iter().all(|unbound| is_called(unbound.span)) {
                return None;
            }
            let at_context = |unbound: &&UnboundName| edit(step, unbound.span, format!("{context}.{name}"));
            uses.iter().map(at_context).collect()
        }
        None => vec![edit(step, after_brace(step, param)?, format!(" {name},"))],
    };
    Some(Fix {
        title: format!("Take `{name}` from the context"),
        edits,
    })
}

/// The place behind the brace that opens a pattern which already has a key.
fn after_brace(step: &Step, param: &ParamFact) -> Option<Span> {
    let written = param.span.slice(&step.source.text);
    if param.keys.is_empty() || !written.starts_with('{') {
        return None;
    }
    let at = param.span.start as usize + 1;
    Some(Span::new(at, at))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::fixture::{check_of, fixed, report};

    fn check(fixture: &str) {
        check_of(super::RULE.name, fixture);
    }

    const WRONG: &str = "\
//- steps/a.step.ts
export const config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: ['a.asked'] }
export const handler = async (req: any, { emit, trace_id }: any) => {
  //                                            ^^^^^^^^ unknown-context-member error
  await emit({ topic: 'a.asked', data: { id: trace_id } })
  return { status: 200 }
}
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['a.asked'], emits: [] }
exports.handler = async (input, ctx) => {
  ctx.loger.info(ctx['database'])
  //  ^^^^^ unknown-context-member error
  //                  ^^^^^^^^ unknown-context-member error
}
//- steps/c_step.py
config = {'type': 'event', 'name': 'C', 'subscribes': ['a.asked'], 'emits': []}
async def handler(data, context):
    context['log'].info(context.trace_id, context.traceId)
    #        ^^^ unknown-context-member error
    context.getData()
    #       ^^^^^^^ unknown-context-member error
//- steps/d.step.rb
def config
  { type: 'event', name: 'D', subscribes: ['a.asked'], emits: [] }
end
def handler(data, context)
  context.logs.info(context.trace_id) if context.respond_to?(:logger)
  #       ^^^^ unknown-context-member error
  context[:logger].info(context[:request])
  #                              ^^^^^^^ unknown-context-member error
end
";

    #[test]
    fn every_language_is_seen() {
        check(WRONG);
        expect![[r#"
            steps/a.step.ts:2:49 error unknown-context-member: the context has no `trace_id`
              help: did you mean `traceId`?
              fix: Change to `traceId`
            steps/b.step.js:3:7 error unknown-context-member: the context has no `loger`
              help: did you mean `logger`?
              fix: Change to `logger`
            steps/b.step.js:3:23 error unknown-context-member: the context has no `database`
              help: it has `emit`, `logger`, `state`, `streams`, `flows` and `traceId`
            steps/c_step.py:3:14 error unknown-context-member: the context has no `log`
              help: it has `emit`, `logger`, `state`, `streams`, `flows` and `traceId`
            steps/c_step.py:5:13 error unknown-context-member: the context has no `getData`
              help: did you mean `get_data`?
              fix: Change to `get_data`
            steps/d.step.rb:5:11 error unknown-context-member: the context has no `logs`
              help: it has `emit`, `logger`, `state`, `streams`, `flows` and `traceId`
            steps/d.step.rb:7:12 hint seed-dialect: the context of framework 0.17 has no keys: `logger` is a member of it
            steps/d.step.rb:7:34 error unknown-context-member: the context has no `request`
              help: it has `emit`, `logger`, `state`, `streams`, `flows` and `traceId`
        "#]]
        .assert_eq(&report(WRONG));
        assert!(fixed(WRONG).contains("{ emit, traceId: trace_id }"));
    }

    #[test]
    fn every_documented_member_is_known() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'event', name: 'A', subscribes: ['a.asked'], emits: ['a.asked'] }
export const handler = async (input: any, ctx: any) => {
  const { emit, logger, state, streams, flows, traceId } = ctx
  await emit({ topic: 'a.asked', data: { at: ctx.utils.dates.now(), own: ctx.hasOwnProperty('x') } })
}
//- steps/b_step.py
config = {'type': 'event', 'name': 'B', 'subscribes': ['a.asked'], 'emits': []}
async def handler(data, ctx):
    ctx.logger.info(ctx.get('state'), ctx.utils.dates.now(), ctx.flows, ctx.rpc, ctx.__class__)
//- steps/c.step.rb
def config
  { type: 'event', name: 'C', subscribes: ['a.asked'], emits: [] }
end
def handler(data, context)
  context.logger.info(context[:state], context.flows, context.traceId, context.inspect)
end
",
        );
    }

    #[test]
    fn what_is_tested_or_has_a_default_is_left_alone() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'event', name: 'A', subscribes: ['a.asked'], emits: ['a.asked'] }
export const handler = async (input: any, { emit, db = null, ...rest }: any) => {
  await emit({ topic: 'a.asked', data: { db, rest } })
}
//- steps/b.step.ts
export const config = { type: 'event', name: 'B', subscribes: ['a.asked'], emits: [] }
export const handler = async (input: any, ctx: any) => {
  if (ctx.db) ctx.db.close()
  console.log(ctx.trace_id ?? ctx.traceId, ctx.cache?.size)
}
//- steps/c_step.py
config = {'type': 'event', 'name': 'C', 'subscribes': ['a.asked'], 'emits': []}
async def handler(data, context):
    if hasattr(context, 'db'):
        context.db.close()
    print(getattr(context, 'cache', None), context.get('pool', None))
",
        );
    }

    #[test]
    fn what_others_may_add_is_left_alone_but_not_its_spelling() {
        check(
            "\
//- steps/a.step.ts
import { withDb } from 'elsewhere'
export const config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: [], middleware: [withDb] }
export const handler = async (req: any, ctx: any) => ({ status: 200, body: [ctx.db, ctx.trace_id] })
//                                                                                      ^^^^^^^^ unknown-context-member error
//- steps/b.step.ts
import { connect } from 'elsewhere'
export const config = { type: 'event', name: 'B', subscribes: ['a.asked'], emits: ['a.asked'] }
export const handler = async (input: any, ctx: any) => {
  connect(ctx)
  console.log(ctx.db)
}
//- steps/d_step.py
from elsewhere import with_db
config = {'type': 'event', 'name': 'D', 'subscribes': ['a.asked'], 'emits': [], 'middleware': [with_db]}
async def handler(data, context):
    context.db.close()
//- steps/c.step.ts
import { queue } from 'motia'
export const config = { name: 'C', triggers: [queue('a.asked')], enqueues: [] }
export const handler = async (input: any, ctx: any) => console.log(ctx.newer, ctx.trace_id)
//                                                                                ^^^^^^^^ unknown-context-member error
",
        );
    }

    #[test]
    fn a_context_that_is_written_wrapped_or_another_is_left_alone() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'event', name: 'A', subscribes: ['a.asked'], emits: ['a.asked'] }
export const handler = async (input: any, ctx: any) => {
  ctx.db = open()
  console.log(ctx.db, input.map((ctx: any) => ctx.name))
}
//- steps/b.step.ts
import { wrap } from 'elsewhere'
export const config = { type: 'event', name: 'B', subscribes: ['a.asked'], emits: [] }
export const handler = wrap(async (input: any, ctx: any) => ctx.db)
//- steps/c_step.py
from elsewhere import extended
config = {'type': 'event', 'name': 'C', 'subscribes': ['a.asked'], 'emits': []}
async def handler(data, context):
    context = extended(context)
    context.db.close()
",
        );
    }

    #[test]
    fn members_of_the_context_are_none_of_the_request() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: [] }
export const handler = async (req: any, ctx: any) => {
  req.logger.info(ctx.traceId)
  //  ^^^^^^ unknown-context-member error
  return { status: 200, body: req.user }
}
//- steps/b.step.ts
import { log } from 'elsewhere'
export const config = { type: 'api', name: 'B', method: 'GET', path: '/b', emits: [], middleware: [log] }
export const handler = async (req: any, ctx: any) => req.logger.info(ctx.traceId)
",
        );
    }

    const UNBOUND: &str = "\
//- steps/a.step.js
exports.config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: ['a.asked'] }
exports.handler = async (req, { state, streams }) => {
  await emit({ topic: 'a.asked', data: {} })
  //    ^^^^ unknown-context-member error
  req.ws.on('close', async () => { await emit({ topic: 'a.asked', data: {} }) })
}
//- steps/b_step.py
config = {'type': 'event', 'name': 'B', 'subscribes': ['a.asked'], 'emits': []}
async def handler(data, ctx):
    logger.info('hello')
    #^^^^^ unknown-context-member error
//- steps/c.step.rb
def config
  { type: 'cron', name: 'C', cron: '* * * * *', emits: ['a.asked'] }
end
def handler(context)
  emit(topic: 'a.asked', data: {})
  # ^^ unknown-context-member error
end
//- steps/d.step.ts
export const config = { type: 'cron', name: 'D', cron: '* * * * *', emits: ['a.asked'] }
export const handler = async (ctx: any) => { await emit({ topic: 'a.asked', data: {} }) }
//                                                 ^^^^ unknown-context-member error
";

    #[test]
    fn names_that_nothing_binds_are_found_and_mended() {
        // Carets of a comment cannot stand in the first columns.
        let fixture = UNBOUND
            .replace("    logger.info", "    x = 1; logger.info")
            .replace("    #^^^^^ ", "    #      ^^^^^^ ")
            .replace("  emit(topic", "  puts 'x'; emit(topic")
            .replace("  # ^^ ", "  #         ^^^^ ");
        check(&fixture);
        let mended = fixed(&fixture);
        for line in [
            "async (req, { emit, state, streams })",
            "ctx.logger.info('hello')",
            "context.emit(topic: 'a.asked'",
            "await ctx.emit(",
        ] {
            assert!(mended.contains(line), "{line} in {mended}");
        }
        assert!(!report(&mended).contains(super::RULE.name), "{mended}");
    }

    #[test]
    fn names_that_something_may_bind_are_left_alone() {
        check(
            "\
//- steps/a.step.ts
import { logger } from 'motia'
declare const streams: any
export const config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: [] }
export const handler = async (req: any) => { logger.info(streams); return { status: 200 } }
//- steps/b_step.py
from tools import *
config = {'type': 'event', 'name': 'B', 'subscribes': ['b.asked'], 'emits': ['b.asked']}
async def handler(data, ctx):
    logger.info('hello')
    await ctx.emit({'topic': 'b.asked', 'data': {}})
//- steps/c.step.rb
require_relative '../lib/tools'
def config
  { type: 'cron', name: 'C', cron: '* * * * *', emits: [] }
end
def handler(context)
  logger.info('hello')
end
",
        );
    }
}
