use banister_grammars::facts::{Declaration, Dialect, StepKind, TextFact};
use banister_grammars::{Language, Span};

use super::similarity::is_slip;
use super::{Context, Findings, Rule, list};
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
`enqueue` is not checked. Helpers in the same file count for the step. A topic that is computed, and a list with
entries that are not visible, are left alone.",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for step in &context.index.project.steps {
        if step.fact().is_none() || step.kind() == Some(StepKind::Noop) {
            continue;
        }
        for site in step.emit_sites() {
            let Some(topic) = &site.topic else { continue };
            let missing: Vec<&str> = topic
                .text
                .candidates()
                .iter()
                .map(String::as_str)
                .filter(|topic| step.leaves_undeclared(topic) && !context.misspelled.contains_key(*topic))
                .collect();
            if !missing.is_empty() {
                report(context, step, topic, &missing, findings);
            }
        }
    }
}

fn report(context: &Context<'_>, step: &Step, topic: &TextFact, missing: &[&str], findings: &mut Findings) {
    let declared = step.emits();
    let key = if step.dialect() == Dialect::V1 {
        "enqueues"
    } else {
        "emits"
    };
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
                    title: format!("Add {named} to `{key}`"),
                    edits,
                }));
        }
    }
}

/// The topic that a slip was meant to be: one that the step declares, else one that somebody subscribes to.
fn meant<'a>(context: &'a Context<'_>, declared: &[&'a str], missing: &[&str]) -> Option<&'a str> {
    let [written] = missing else { return None };
    let is_used = context.index.mentions_as(written, Role::TAKING).next().is_some();
    let known = context.index.topics.keys().map(String::as_str);
    let taken = known.filter(|topic| context.index.mentions_as(topic, Role::TAKING).next().is_some());
    declared
        .iter()
        .copied()
        .chain(taken)
        .find(|topic| !is_used && is_slip(written, topic))
}

/// Writes the topics behind the last entry of the declared list.
fn declare(step: &Step, topics: &[&str]) -> Option<Vec<Edit>> {
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
        None if step.language == Language::Python => '"',
        None => '\'',
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
    #                                ^^^^^^ undeclared-emit error
//- steps/d.step.rb
def config
  { type: 'event', name: 'D', subscribes: ['d.done', 'b.lost'], emits: ['a.done'] }
end
def handler(data, context)
  context[:emit].call(topic: 'b.lost', data: {})
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
