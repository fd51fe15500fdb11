use banister_grammars::facts::{Declaration, Dialect, EmitSite, StepKind, TextFact};
use banister_grammars::{Language, Span};

use super::similarity::is_slip;
use super::{Check, Context, Findings, Rule, list};
use crate::diagnostic::{Edit, Fix, Severity};
use crate::index::Role;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "undeclared-emit",
    severity: Severity::Error,
    doc: "\
A step sends a topic that its own config does not declare. Framework 0.x drops such a message, the handler sees success
and the subscribers wait for ever.

It is a warning where `emits` is empty or absent, because the runtime then lets everything through, and in 1.0, whose
`enqueue` is not checked. Helpers in the same file count for the step. A helper in another file that is handed `emit` or
the context counts too, and the finding stands where the step calls it: each of several callers may declare something
else. Where such a helper picks between topics, a step that declares one of them is left alone. So are a topic that is
computed and a list with entries that are not visible.",
    check: Check::Step(check),
};

fn check(context: &Context<'_>, step: &Step, findings: &mut Findings) {
    if step.fact().is_none() || step.kind() == Some(StepKind::Noop) {
        return;
    }
    let mut reported: Option<(Span, Vec<&str>)> = None;
    for site in step.emit_sites() {
        let Some(topic) = &site.topic else { continue };
        let missing: Vec<&str> = topic
            .text
            .candidates()
            .iter()
            .map(String::as_str)
            .filter(|topic| step.leaves_undeclared(topic) && !context.is_slip(topic))
            .collect();
        if missing.is_empty() || is_choice_of_helper(step, site) {
            continue;
        }
        // A helper may send the same from several places; one finding at the call is enough.
        let this = (topic.span, missing);
        if site.through.is_some() && reported.as_ref() == Some(&this) {
            continue;
        }
        report(context, step, (site, topic), &this.1, findings);
        reported = Some(this);
    }
}

/// True if a helper of another file picks what it sends and the step declares some of it: this call may be one that
/// never leads to the rest.
fn is_choice_of_helper(step: &Step, site: &EmitSite) -> bool {
    let Some(through) = &site.through else {
        return false;
    };
    let is_declared = |topic: &TextFact| {
        let topics = topic.text.candidates();
        topics.is_empty() || topics.iter().any(|topic| !step.leaves_undeclared(topic))
    };
    let mut of_call = step
        .emit_sites()
        .iter()
        .filter(|other| other.span == site.span && other.through.is_some());
    let is_fixed = site
        .topic
        .as_ref()
        .is_some_and(|topic| topic.text.known().is_some());
    !(through.always && is_fixed) && of_call.any(|other| other.topic.as_ref().is_some_and(is_declared))
}

fn report(
    context: &Context<'_>,
    step: &Step,
    (site, topic): (&EmitSite, &TextFact),
    missing: &[&str],
    findings: &mut Findings,
) {
    let declared = step.emits();
    let key = key(step);
    let is_dropped = missing.iter().any(|topic| step.drops(topic));
    let named = list(missing, '\'', "and");
    let label = step.label();
    let message = if declared.is_empty() {
        format!("{label} emits {named} and declares no topic")
    } else {
        format!(
            "{label} emits {named} and does not declare it{}",
            if is_dropped { ", so it is dropped" } else { "" }
        )
    };
    let severity = if is_dropped {
        Severity::Error
    } else {
        Severity::Warning
    };
    let mut finding = findings
        .report(&step.file, topic.span, message)
        .severity(severity);
    if let Some(through) = &site.through {
        finding = finding.related(&through.file, through.span, "the helper sends it here".to_owned());
    }
    if let Declaration::List { span, .. } = step.declaration() {
        finding = finding.related(&step.file, *span, format!("`{key}` of {label}"));
    }
    match meant(context, &declared, missing) {
        Some(meant) => {
            let edit = Edit {
                file: step.file.clone(),
                span: topic.span,
                text: meant.to_owned(),
            };
            let fix = Fix {
                title: format!("Change to '{meant}'"),
                edits: vec![edit],
            };
            finding
                .help(format!("did you mean '{meant}'?"))
                .fix(topic.literal.then_some(fix));
        }
        None => {
            finding
                .help(format!("add {named} to `{key}` of {label}"))
                .fix(declare(step, missing).map(|edits| Fix {
                    title: title(step, missing),
                    edits,
                }));
        }
    }
}

/// The topic that a slip was meant to be: one that the step declares, else one that somebody subscribes to.
fn meant<'a>(context: &'a Context<'_>, declared: &[&'a str], missing: &[&str]) -> Option<&'a str> {
    let [written] = missing else { return None };
    if context.index.mentions_as(written, Role::TAKING).next().is_some() {
        return None;
    }
    declared
        .iter()
        .copied()
        .chain(context.index.taken_like(written))
        .find(|topic| is_slip(written, topic))
}

/// The key of the config that declares what a step sends.
fn key(step: &Step) -> &'static str {
    if step.dialect() == Dialect::V1 {
        "enqueues"
    } else {
        "emits"
    }
}

/// What [`declare`] does, in the imperative.
pub(crate) fn title(step: &Step, topics: &[&str]) -> String {
    format!("Add {} to `{}`", list(topics, '\'', "and"), key(step))
}

/// Writes the topics behind the last entry of the declared list.
pub(crate) fn declare(step: &Step, topics: &[&str]) -> Option<Vec<Edit>> {
    let Declaration::List {
        span,
        topics: declared,
        ..
    } = step.declaration()
    else {
        return None;
    };
    let text = span.slice(&step.source.text);
    let inside = text.strip_prefix('[')?.strip_suffix(']')?;
    let quote = match declared.first() {
        Some(first) if first.topic.literal => quote_before(&step.source.text, first.topic.span)?,
        Some(_) => return None,
        None => quote_of_name(step).unwrap_or(if step.language == Language::Python {
            '"'
        } else {
            '\''
        }),
    };
    let written: Vec<String> = topics
        .iter()
        .map(|topic| format!("{quote}{topic}{quote}"))
        .collect();
    let kept = inside.trim_end();
    let comment = kept
        .lines()
        .last()
        .is_some_and(|line| line.contains("//") || line.contains('#'));
    if comment {
        return None;
    }
    let glue = match kept.chars().last() {
        None => "",
        Some(',') => " ",
        Some(_) => ", ",
    };
    let at = span.start as usize + 1 + kept.len();
    let edit = Edit {
        file: step.file.clone(),
        span: Span::new(at, at),
        text: format!("{glue}{}", written.join(", ")),
    };
    Some(vec![edit])
}

/// What the config puts its own name in.
fn quote_of_name(step: &Step) -> Option<char> {
    let name = step.fact()?.name.as_ref().filter(|name| name.literal)?;
    quote_before(&step.source.text, name.span).filter(|quote| *quote != '`')
}

fn quote_before(text: &str, span: Span) -> Option<char> {
    let before = text.get(..span.start as usize)?.chars().next_back()?;
    matches!(before, '\'' | '"' | '`').then_some(before)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::fixture::{check, fixed, report};

    #[test]
    fn every_language_and_call_form_is_seen() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done'] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'a.done', data: {} })
  await (emit as any)({ topic: 'b.lost', data: {} })
  //                            ^^^^^^ undeclared-emit error
}
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['a.done'], emits: ['c.done'] }
exports.handler = async (input, ctx) => {
  await ctx.emit({ topic: 'b.lost', data: {} })
  //                       ^^^^^^ undeclared-emit error
}
//- steps/c_step.py
config = { 'type': 'event', 'name': 'C', 'subscribes': ['c.done'], 'emits': ['d.done'] }
async def handler(data, context):
    await context['emit']({'topic': 'b.lost', 'data': {}})
    #              ^^^^ seed-dialect hint
    #                                ^^^^^^ undeclared-emit error
//- steps/d.step.rb
def config
  { type: 'event', name: 'D', subscribes: ['d.done', 'b.lost'], emits: ['a.done'] }
end
def handler(data, context)
  context[:emit].call(topic: 'b.lost', data: {})
#          ^^^^ seed-dialect hint
  #                           ^^^^^^ undeclared-emit error
end
",
        );
    }

    #[test]
    fn an_empty_list_lets_everything_through() {
        check(
            "\
//- steps/a_step.py
config = { 'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': [] }
async def handler(ctx):
    await ctx.emit({'topic': 'b.done', 'data': {}})
    #                         ^^^^^^ undeclared-emit warning
//- steps/b_step.py
config = { 'type': 'event', 'name': 'B', 'subscribes': ['b.done'], 'emits': [] }
async def handler(data, ctx):
    pass
",
        );
    }

    #[test]
    fn the_1_0_dialect_does_not_check_it() {
        check(
            "\
//- steps/a.step.ts
import { enqueue, queue } from 'motia'
export const config = { name: 'A', triggers: [queue('b.done')], enqueues: ['a.done'] } as const
export const handler = async () => {
  if (more()) await enqueue({ topic: 'b.done', data: {} })
  //                                  ^^^^^^ undeclared-emit warning
  await enqueue({ topic: 'a.done', data: {} })
}
//- steps/b.step.ts
import { queue } from 'motia'
export const config = { name: 'B', triggers: [queue('a.done')], enqueues: [] }
export const handler = async () => {}
",
        );
    }

    #[test]
    fn helpers_of_the_file_count_for_the_step() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done'] }
exports.handler = async ({ emit }) => { await tell(emit) }
async function tell(emit) {
  await emit({ topic: 'a.lost', data: {} })
  //                   ^^^^^^ undeclared-emit error
  await emit({ topic: 'a.done', data: {} })
}
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['a.done', 'a.lost'], emits: [] }
exports.handler = async () => {}
",
        );
    }

    /// A step that declares `a.done` and calls the helpers of another file.
    fn caller(import: &str, call: &str) -> String {
        format!(
            "//- steps/a.step.ts\n{import}\n\
             export const config = {{ type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done'] }}\n\
             export const handler = async (ctx) => {{\n  const {{ emit, state }} = ctx\n{call}\n}}\n\
             //- steps/b.step.js\n\
             exports.config = {{ type: 'event', name: 'B', subscribes: ['a.done', 'a.lost'], emits: [] }}\n\
             exports.handler = async () => {{}}\n"
        )
    }

    #[test]
    fn helpers_of_other_files_count_for_the_step_that_calls_them() {
        let tell = "//- lib/tell.ts\nexport const tell = async (emit, data) => { await emit({ topic: 'a.lost', data }) }\n";
        for (helper, import, call, marks) in [
            (
                tell,
                "import { tell } from '../lib/tell'",
                "  await tell(emit, {})",
                "  //    ^^^^",
            ),
            (
                tell,
                "import { tell as send } from '../lib/tell'",
                "  await send(ctx.emit, {})",
                "  //    ^^^^",
            ),
            (
                tell,
                "import * as lib from '../lib/tell'",
                "  await lib.tell(emit, {})",
                "  //    ^^^^^^^^",
            ),
            (
                "//- lib/tell.ts\nexport async function tell({ emit, state }) { await emit({ topic: 'a.lost' }) }\n",
                "import { tell } from '../lib/tell'",
                "  await tell({ emit, state })",
                "  //    ^^^^",
            ),
            (
                "//- lib/tell.ts\nexport const tell = (x, ctx) => inner(ctx)\nasync function inner(c) { await c.emit({ topic: 'a.lost' }) }\n",
                "import { tell } from '../lib/tell'",
                "  await tell(1, ctx)",
                "  //    ^^^^",
            ),
            (
                "//- lib/far.ts\nexport const far = async (emit) => { try { await emit({ topic: 'a.lost' }) } catch {} }\n\
                 //- lib/tell.ts\nimport { far } from './far'\nexport const tell = (ctx) => far(ctx.emit)\n\
                 //- lib/index.ts\nexport * from './tell'\n",
                "import { tell } from '../lib'",
                "  await tell(ctx)",
                "  //    ^^^^",
            ),
            (
                "//- lib/tell.js\nmodule.exports = { tell(emit) { return emit({ topic: 'a.lost' }) } }\n",
                "const { tell } = require('../lib/tell')",
                "  await tell(emit)",
                "  //    ^^^^",
            ),
            (
                "//- lib/tell.ts\nexport const publish = (emit, topic, data) => emit({ topic, data })\n",
                "import { publish } from '../lib/tell'",
                "  await publish(emit, 'a.done', {})\n  await publish(emit, 'a.lost', {})",
                "  //                   ^^^^^^",
            ),
        ] {
            check(&format!(
                "{helper}{}",
                caller(import, &format!("{call}\n{marks} undeclared-emit error"))
            ));
        }
    }

    #[test]
    fn helpers_of_python_and_ruby_count_too() {
        check(
            "\
//- lib/tell.py
async def tell(context, order):
    await context.emit({'topic': 'b.lost', 'data': order})
def publish(emit, topic, data=None):
    return emit({'topic': topic, 'data': data})
class Notifier:
    @staticmethod
    async def tell(ctx):
        await ctx.emit({'topic': 'b.lost', 'data': {}})
//- steps/a_step.py
from lib.tell import tell, publish, Notifier
from lib import tell as module
config = { 'type': 'event', 'name': 'A', 'subscribes': ['b.lost'], 'emits': ['a.done'] }
async def handler(data, context):
    await tell(context, data)
    #     ^^^^ undeclared-emit error
    await module.tell(context, data)
    #     ^^^^^^^^^^^ undeclared-emit error
    await publish(context.emit, 'b.lost')
    #                            ^^^^^^ undeclared-emit error
    await publish(emit=context.emit, topic='b.lost', data={})
    #                                       ^^^^^^ undeclared-emit error
    await publish(context.emit, 'a.done')
    await Notifier.tell(context)
    #     ^^^^^^^^^^^^^ undeclared-emit error
//- lib/notifier.rb
module Notifier
  def self.tell(context, order)
    context.emit(topic: 'b.lost', data: order)
  end
end
//- steps/c.step.rb
require_relative '../lib/notifier'
def config
  { type: 'event', name: 'C', subscribes: ['a.done'], emits: ['a.done'] }
end
def handler(input, context)
  done = Notifier.tell(context, input)
  #      ^^^^^^^^^^^^^ undeclared-emit error
end
",
        );
    }

    #[test]
    fn a_helper_that_picks_or_hides_what_it_sends_is_no_proof() {
        let import = "import { tell } from '../lib/tell'";
        for helper in [
            // It picks, and what the step declares is among it.
            "export const tell = async (emit, ok) => { if (ok) { await emit({ topic: 'a.done' }) } else { await emit({ topic: 'a.lost' }) } }",
            "export const tell = async (emit, ok) => { if (ok) return emit({ topic: 'a.done' })\n  await emit({ topic: 'a.lost' }) }",
            "export const tell = async (emit, kind) => { switch (kind) { case 'a': await emit({ topic: 'a.done' }); break; default: await emit({ topic: 'a.lost' }) } }",
            "export const tell = async (emit, ok) => ok ? emit({ topic: 'a.done' }) : emit({ topic: 'a.lost' })",
            "export const tell = async (emit, list) => { await Promise.all(list.map((x) => { if (x) return emit({ topic: 'a.done' }); return emit({ topic: 'a.lost' }) })) }",
            "export const tell = async (emit, ok) => { await emit({ topic: ok ? 'a.done' : 'a.lost' }) }",
            "export const tell = async (emit, ok) => { ok && await emit({ topic: 'a.lost' }); await emit({ topic: 'a.done' }) }",
            // The topic is computed.
            "export const tell = async (emit, kind) => { await emit({ topic: `a.${kind}` }) }",
            // The parameter is none that is known to send.
            "export const tell = async (bus, kind) => { await bus.emit({ topic: 'a.lost' }) }",
            "export class tell { constructor(ctx) { this.ctx = ctx } }",
            "",
        ] {
            for call in ["  await tell(emit, 'x')", "  await tell(ctx, 'x')"] {
                let fixture = format!("//- lib/tell.ts\n{helper}\n{}", caller(import, call));
                let found = report(&fixture);
                assert!(!found.contains("undeclared-emit"), "{helper}\n{found}");
            }
        }
        // It picks, and the step declares nothing of it.
        let helper =
            "export const tell = async (emit, ok) => { if (ok) { await emit({ topic: 'a.lost' }) } }";
        let fixture = format!(
            "//- lib/tell.ts\n{helper}\n{}",
            caller(
                import,
                "  await tell(emit, 'x')\n  //    ^^^^ undeclared-emit error"
            )
        );
        check(&fixture);
    }

    #[test]
    fn what_is_not_known_is_not_reported() {
        check(
            "\
//- steps/a.step.ts
import { TOPICS } from 'elsewhere'
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done', ...TOPICS] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'a.other', data: {} })
  await emit({ topic: 'a.done', data: {} })
}
//- steps/b.step.ts
export const config = { type: 'event', name: 'B', subscribes: ['a.done'], emits: ['a.done'] }
export const handler = async (input, { emit }) => {
  await emit({ topic: input.next, data: {} })
  await emit({ topic: `a.${input.next}`, data: {} })
}
//- steps/c.step.ts
export const config = { type: 'event', name: 'C', subscribes: ['a.other'], emits: chosen() }
export const handler = async (input, { emit }) => {
  await emit({ topic: 'a.done', data: {} })
}
",
        );
    }

    #[test]
    fn constants_of_other_files_are_known() {
        check(
            "\
//- steps/topics.ts
export enum Topics { Done = 'a.done', Lost = 'a.lost' }
//- steps/a.step.ts
import { Topics } from './topics'
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [Topics.Done] }
export const handler = async ({ emit }) => {
  await emit({ topic: Topics.Done, data: {} })
  await emit({ topic: Topics.Lost, data: {} })
  //                  ^^^^^^^^^^^ undeclared-emit error
}
//- steps/b.step.ts
export const config = { type: 'event', name: 'B', subscribes: ['a.done', 'a.lost'], emits: [] }
export const handler = async () => {}
",
        );
    }

    const FIXABLE: &str = "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['order.created'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'order.created', data: {} })
  await emit({ topic: 'order.craeted', data: {} })
  await emit({ topic: 'report.failed', data: {} })
}
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['order.created', 'report.failed'], emits: [] }
exports.handler = async () => {}
";

    #[test]
    fn the_finding_says_what_to_do() {
        expect![[r#"
            steps/a.step.js:4:24 error undeclared-emit: A emits 'order.craeted' and does not declare it, so it is dropped
              steps/a.step.js:1:71 `emits` of A
              help: did you mean 'order.created'?
              fix: Change to 'order.created'
            steps/a.step.js:5:24 error undeclared-emit: A emits 'report.failed' and does not declare it, so it is dropped
              steps/a.step.js:1:71 `emits` of A
              help: add 'report.failed' to `emits` of A
              fix: Add 'report.failed' to `emits`
        "#]]
        .assert_eq(&report(FIXABLE));
    }

    #[test]
    fn the_fix_of_an_empty_list_writes_quotes_as_the_file_does() {
        for (file, config, call, written) in [
            (
                "a_step.py",
                "config = {'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': []}",
                "async def handler(ctx):\n    await ctx.emit({'topic': 'b.done', 'data': {}})",
                "'emits': ['b.done']",
            ),
            (
                "a_step.py",
                "config = {\"type\": \"cron\", \"name\": \"A\", \"cron\": \"* * * * *\", \"emits\": []}",
                "async def handler(ctx):\n    await ctx.emit({'topic': 'b.done', 'data': {}})",
                "\"emits\": [\"b.done\"]",
            ),
            (
                "a.step.ts",
                "export const config = { type: \"cron\", name: \"A\", cron: \"* * * * *\", emits: [] }",
                "export const handler = async ({ emit }) => { await emit({ topic: 'b.done', data: {} }) }",
                "emits: [\"b.done\"]",
            ),
        ] {
            let mended = fixed(&format!("//- steps/{file}\n{config}\n{call}\n"));
            assert!(mended.contains(written), "{mended}");
        }
    }

    #[test]
    fn the_fix_leaves_nothing_to_find() {
        let mended = fixed(FIXABLE);
        assert!(
            mended.contains("emits: ['order.created', 'report.failed']"),
            "{mended}"
        );
        assert_eq!(report(&mended), "");
    }

    #[test]
    fn lists_are_extended_in_their_own_style() {
        let mended = fixed(
            "\
//- steps/a_step.py
config = {
    \"type\": \"cron\", \"name\": \"A\", \"cron\": \"* * * * *\",
    \"emits\": [
        \"a.done\",
    ],
}
async def handler(ctx):
    await ctx.emit({\"topic\": \"a.done\", \"data\": {}})
    await ctx.emit({\"topic\": \"b.done\", \"data\": {}})
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['a.done', 'b.done'], emits: [] }
exports.handler = async () => {}
",
        );
        assert!(mended.contains("\"a.done\", \"b.done\"\n    ]"), "{mended}");
    }
}
