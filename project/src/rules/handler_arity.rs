use banister_grammars::facts::{Dialect, ParamFact, ParamKind, Signature, StepKind, Trigger};
use banister_grammars::{Language, Span};

use super::handlers::{called_in_one_way, edit};
use super::{Check, Context, Findings, Rule};
use crate::diagnostic::{Fix, Severity};
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "handler-arity",
    severity: Severity::Error,
    doc: "\
A handler does not take what the runtime calls it with: `(req, ctx)` for HTTP steps, `(data, ctx)` for event steps, and
the context alone, `(ctx)`, for cron steps.

Python and Ruby refuse the call. In TypeScript and JavaScript the handler runs and finds the request where it looks for
the context, or no context at all. Defaults, `*args` and parameters that nothing uses are fine, and a wrapped or
decorated handler may be called in any way. The 1.0 line always calls `(input, ctx)`; its Python handlers are left alone.",
    check: Check::Step(check),
};

fn check(context: &Context<'_>, step: &Step, findings: &mut Findings) {
    let Some((_, trigger)) = called_in_one_way(step) else {
        return;
    };
    let Some(signature) = &step.facts().handling.signature else {
        return;
    };
    match (step.language, step.dialect()) {
        (Language::Python | Language::Ruby, Dialect::V0) => strict(step, trigger, signature, findings),
        (Language::Python | Language::Ruby, Dialect::V1) => {}
        (_, dialect) if trigger.kind == StepKind::Cron => {
            if dialect == Dialect::V0 {
                second_of_cron(step, signature, findings);
            }
        }
        _ => context_first(context, step, trigger, signature, findings),
    }
}

/// What the runtime calls a handler with.
fn given(kind: StepKind) -> &'static [&'static str] {
    match kind {
        StepKind::Cron => &["context"],
        StepKind::Api => &["request", "context"],
        _ => &["data", "context"],
    }
}

/// Languages that count arguments.
fn strict(step: &Step, trigger: &Trigger, signature: &Signature, findings: &mut Findings) {
    let given = given(trigger.kind);
    let most = signature.positional().count();
    let needs_names = signature
        .params
        .iter()
        .find(|param| param.kind == ParamKind::Keyword && !param.optional);
    let takes = signature.required() <= given.len() && (signature.has_rest() || most >= given.len());
    if takes && needs_names.is_none() {
        return;
    }
    let message = match needs_names {
        Some(param) => format!(
            "the handler needs `{}` by name, and the runtime gives {} by place",
            param.name.as_deref().unwrap_or_default(),
            counted(given.len()),
        ),
        None => {
            let takes = if signature.required() > given.len() {
                signature.required()
            } else {
                most
            };
            format!(
                "the runtime gives the handler {} ({}), and it takes {takes}",
                counted(given.len()),
                given.join(" and "),
            )
        }
    };
    let written = format!("def handler({})", given.join(", "));
    findings
        .report(&step.file, place(step, signature), message)
        .help(format!("write `{written}`"));
}

fn counted(count: usize) -> String {
    format!("{count} argument{}", if count == 1 { "" } else { "s" })
}

/// The parameters; the handler's name if there are none.
fn place(step: &Step, signature: &Signature) -> Span {
    match (signature.params.first(), signature.params.last()) {
        (Some(first), Some(last)) => Span {
            start: first.span.start,
            end: last.span.end,
        },
        _ => step
            .fact()
            .and_then(|fact| fact.handler.as_ref())
            .map_or(Span::new(0, 0), |handler| handler.span),
    }
}

/// `(input, ctx)` of a cron step: the context comes first, and `ctx` is always undefined.
fn second_of_cron(step: &Step, signature: &Signature, findings: &mut Findings) {
    let [first, second] = signature.params.as_slice() else {
        return;
    };
    if second.kind != ParamKind::Positional || second.optional || !second.used {
        return;
    }
    let message =
        "a cron handler is given the context alone, so its second parameter is always undefined".to_owned();
    let finding = findings
        .report(&step.file, second.span, message)
        .help("take the context as the only parameter");
    // Only a first parameter that nothing uses can go.
    if !first.used {
        let span = Span {
            start: first.span.start,
            end: second.span.start,
        };
        finding.fix(Some(Fix {
            title: "Remove the first parameter".to_owned(),
            edits: vec![edit(step, span, String::new())],
        }));
    }
}

/// `(ctx)` alone where the first argument is the request or the message.
fn context_first(
    context: &Context<'_>,
    step: &Step,
    trigger: &Trigger,
    signature: &Signature,
    findings: &mut Findings,
) {
    let [only] = signature.params.as_slice() else {
        return;
    };
    let Some(member) = context_member(context, step, trigger, only) else {
        return;
    };
    let what = if trigger.kind == StepKind::Api {
        "request"
    } else {
        "message"
    };
    let message = format!(
        "the first argument of the handler is the {what}, which has no `{member}`: the context comes second"
    );
    let name = if trigger.kind == StepKind::Api {
        "req"
    } else {
        "input"
    };
    let text = &step.source.text;
    let is_parenthesized = text
        .get(..only.span.start as usize)
        .is_some_and(|before| before.trim_end().ends_with('('));
    let at = Span {
        start: only.span.start,
        end: only.span.start,
    };
    let fix = Fix {
        title: format!("Add `_{name}` before it"),
        edits: vec![edit(step, at, format!("_{name}, "))],
    };
    findings
        .report(&step.file, only.span, message)
        .help(format!("write `({name}, ctx)`"))
        .fix(is_parenthesized.then_some(fix));
}

/// The member of the context that the only parameter is surely used for.
fn context_member<'s>(
    context: &Context<'_>,
    step: &'s Step,
    trigger: &Trigger,
    only: &'s ParamFact,
) -> Option<&'s str> {
    let handling = &step.facts().handling;
    let reads = handling.request_reads.iter().chain(&handling.message_reads);
    let is_named = only
        .name
        .as_deref()
        .is_none_or(|name| matches!(name.trim_start_matches('_'), "ctx" | "context"));
    // Texts of a message have no methods: what is called on `state` and `streams` is the framework's.
    let is_member = |key: &str| match key {
        "emit" | "enqueue" | "logger" => true,
        "state" => !step.facts().state_uses.is_empty(),
        "streams" => !step.facts().stream_uses.is_empty(),
        _ => false,
    };
    let mut members = reads.filter(|read| !read.guarded && is_member(&read.key));
    let found = members.find(|read| !is_field(context, step, trigger, &read.key))?;
    (is_named && !may_be_added(step, trigger)).then_some(found.key.as_str())
}

/// True if middleware may have put it on the request.
fn may_be_added(step: &Step, trigger: &Trigger) -> bool {
    trigger.kind == StepKind::Api && super::handlers::may_have_middleware(step)
}

/// True if the message or the body has, or may have, a field of that name.
fn is_field(context: &Context<'_>, step: &Step, trigger: &Trigger, key: &str) -> bool {
    let Some(input) = trigger.input.as_ref().filter(|_| trigger.kind != StepKind::Api) else {
        return false;
    };
    match context.index.resolve_schema(&step.source, input) {
        Some((_, schema)) => schema.properties.contains_key(&format!("/{key}")),
        None => true,
    }
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
export const config = { type: 'event', name: 'A', subscribes: ['a.asked'], emits: [] }
export const handler = async (context: any) => {
  //                          ^^^^^^^^^^^^ handler-arity error
  context.logger.info('hello')
}
//- steps/b.step.js
exports.config = { type: 'api', name: 'B', method: 'GET', path: '/b', emits: ['a.asked'] }
exports.handler = async ({ emit }) => { await emit({ topic: 'a.asked', data: {} }) }
//                       ^^^^^^^^ handler-arity error
//- steps/c.step.ts
export const config = { type: 'cron', name: 'C', cron: '* * * * *', emits: [] }
export const handler = async (_: any, { logger }: any) => logger.info('hello')
//                                    ^^^^^^^^^^^^^^^ handler-arity error
//- steps/d_step.py
config = {'type': 'event', 'name': 'D', 'subscribes': ['a.asked'], 'emits': []}
async def handler(context):
#                 ^^^^^^^ handler-arity error
    pass
//- steps/e_step.py
config = {'type': 'cron', 'name': 'E', 'cron': '* * * * *', 'emits': []}
async def handler(data, context):
#                 ^^^^^^^^^^^^^ handler-arity error
    pass
//- steps/f.step.rb
def config
  { type: 'api', name: 'F', method: 'GET', path: '/f', emits: [] }
end
def handler(req)
#           ^^^ handler-arity error
  { status: 200 }
end
";

    #[test]
    fn every_language_is_seen() {
        check(WRONG);
        expect![[r#"
            steps/a.step.ts:2:31 error handler-arity: the first argument of the handler is the message, which has no `logger`: the context comes second
              help: write `(input, ctx)`
              fix: Add `_input` before it
            steps/b.step.js:2:26 error handler-arity: the first argument of the handler is the request, which has no `emit`: the context comes second
              help: write `(req, ctx)`
              fix: Add `_req` before it
            steps/c.step.ts:2:39 error handler-arity: a cron handler is given the context alone, so its second parameter is always undefined
              help: take the context as the only parameter
              fix: Remove the first parameter
            steps/d_step.py:2:19 error handler-arity: the runtime gives the handler 2 arguments (data and context), and it takes 1
              help: write `def handler(data, context)`
            steps/e_step.py:2:19 error handler-arity: the runtime gives the handler 1 argument (context), and it takes 2
              help: write `def handler(context)`
            steps/f.step.rb:4:13 error handler-arity: the runtime gives the handler 2 arguments (request and context), and it takes 1
              help: write `def handler(request, context)`
        "#]]
        .assert_eq(&report(WRONG));
        let mended = fixed(WRONG);
        assert!(mended.contains("async (_input, context: any)"), "{mended}");
        assert!(mended.contains("async (_req, { emit })"), "{mended}");
        assert!(mended.contains("async ({ logger }: any)"), "{mended}");
    }

    #[test]
    fn a_handler_without_parameters_is_refused_by_python() {
        check(
            "\
//- steps/a_step.py
config = {'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': []}
async def handler():
#         ^^^^^^^ handler-arity error
    pass
//- steps/b_step.py
config = {'type': 'api', 'name': 'B', 'method': 'GET', 'path': '/b', 'emits': []}
async def handler(req, *, context):
#                 ^^^^^^^^^^^^^^^ handler-arity error
    return {'status': 200}
",
        );
    }

    #[test]
    fn state_and_streams_are_the_frameworks_if_they_are_called() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: [] }
export const handler = async ({ state }: any) => ({ status: 200, body: await state.get('a', 'b') })
//                            ^^^^^^^^^^^^^^ handler-arity error
//- steps/b.step.ts
export const config = { type: 'api', name: 'B', method: 'GET', path: '/b', emits: [] }
export const handler = async (ctx: any) => ({ status: 200, body: await ctx.state.get('a', 'b') })
//                            ^^^^^^^^ handler-arity error
",
        );
    }

    #[test]
    fn defaults_and_rests_take_what_comes() {
        check(
            "\
//- steps/a_step.py
config = {'type': 'event', 'name': 'A', 'subscribes': ['a.asked'], 'emits': []}
async def handler(data, ctx=None, *, extra=1, **options):
    pass
//- steps/b_step.py
config = {'type': 'cron', 'name': 'B', 'cron': '* * * * *', 'emits': ['a.asked']}
async def handler(ctx, extra=None):
    await ctx.emit({'topic': 'a.asked', 'data': {}})
//- steps/c_step.py
config = {'type': 'event', 'name': 'C', 'subscribes': ['a.asked'], 'emits': []}
async def handler(*args, **kwargs):
    pass
//- steps/d.step.rb
def config
  { type: 'cron', name: 'D', cron: '* * * * *', emits: [] }
end
def handler(context, extra = nil, &block)
end
//- steps/e.step.ts
export const config = { type: 'cron', name: 'E', cron: '* * * * *', emits: [] }
export const handler = async (ctx: any, extra?: any) => ctx.logger.info(extra)
",
        );
    }

    #[test]
    fn a_second_parameter_of_cron_that_nothing_uses_is_fine() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
export const handler = async (ctx: any, _unused: any) => ctx.logger.info('')
",
        );
    }

    #[test]
    fn messages_may_have_fields_of_the_same_name() {
        check(
            "\
//- steps/a.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'A', subscribes: ['a.asked'], emits: ['a.asked'], input: z.object({ logger: z.string() }),
}
export const handler = async ({ logger }: any) => console.log(logger)
//- steps/b.step.ts
export const config = { type: 'event', name: 'B', subscribes: ['a.asked'], emits: [] }
export const handler = async ({ state, traceId }: any) => console.log(state, traceId)
//- steps/c.step.ts
import { outside } from 'elsewhere'
export const config = { type: 'event', name: 'C', subscribes: ['a.asked'], emits: ['a.asked'], input: outside }
export const handler = async ({ logger }: any) => console.log(logger)
",
        );
    }

    #[test]
    fn a_request_alone_and_middleware_are_fine() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: [] }
export const handler = async (req: any) => ({ status: 200, body: req.body })
//- steps/b.step.ts
import { log } from 'elsewhere'
export const config = { type: 'api', name: 'B', method: 'GET', path: '/b', emits: [], middleware: [log] }
export const handler = async ({ logger }: any) => logger.info('')
//- steps/c.step.ts
export const config = { type: 'api', name: 'C', method: 'GET', path: '/c', emits: [] }
export const handler = async (request: any) => ({ status: 200, body: request.logger })
",
        );
    }

    #[test]
    fn wrapped_and_decorated_handlers_are_left_alone() {
        check(
            "\
//- steps/a.step.ts
import { wrap } from 'elsewhere'
export const config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: [] }
export const handler = wrap(async ({ logger }: any) => logger.info(''))
//- steps/b_step.py
from elsewhere import wrapped
config = {'type': 'api', 'name': 'B', 'method': 'GET', 'path': '/b', 'emits': []}
@wrapped
async def handler(context):
    return {'status': 200}
",
        );
    }

    #[test]
    fn the_1_0_dialect_calls_otherwise() {
        check(
            "\
//- steps/a.step.ts
import { cron } from 'motia'
export const config = { name: 'A', triggers: [cron('0 * * * * *')], enqueues: [] }
export const handler = async (_: undefined, ctx: any) => console.log(ctx.traceId)
//- steps/b_step.py
from motia import cron
config = {'name': 'B', 'triggers': [cron('0 * * * * *')], 'enqueues': []}
def handler(ctx):
    pass
//- steps/c.step.ts
import { http } from 'motia'
export const config = { name: 'C', triggers: [http('GET', '/c'), { type: 'queue', topic: 'c.asked' }], enqueues: ['c.asked'] }
export const handler = async ({ logger }: any) => logger.info('')
",
        );
    }
}
