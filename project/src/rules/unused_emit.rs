use banister_grammars::Span;
use banister_grammars::facts::{Declaration, Dialect, TopicRef};

use super::{Check, Context, Findings, Rule};
use crate::diagnostic::{Edit, Fix, Severity};
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "unused-emit",
    severity: Severity::Hint,
    doc: "\
A topic that a step declares and never sends. Nothing breaks, but every picture of the flow shows an arrow that no
message takes.

Nothing is said where a call of the step may send the topic without naming it: a computed topic, or `emit` handed to code
in another file. A topic that the step sends under a name it does not declare is reported as that.",
    check: Check::Step(check),
};

fn check(context: &Context<'_>, step: &Step, findings: &mut Findings) {
    if step.declaration().topics().is_empty() || !shows_all_it_sends(step) {
        return;
    }
    let helpers = context.index.helper_sends();
    // In 1.0 any module can import `enqueue`.
    if helpers.unseen && step.dialect() == Dialect::V1 {
        return;
    }
    for (at, declared) in step.declaration().topics().iter().enumerate() {
        let Some(topic) = declared.topic.text.known() else {
            continue;
        };
        let is_sent = helpers.topics.contains(topic) || may_send(step, topic);
        if topic.is_empty() || is_sent || context.is_part_of_a_slip(topic) {
            continue;
        }
        let message = format!("{} declares '{topic}' and never emits it", step.label());
        findings
            .report(&step.file, declared.topic.span, message)
            .unnecessary()
            .fix(remove(step, at, topic))
            // The call may be what is still to be written.
            .guess();
    }
}

/// True if the file shows every message of the step, and none that its list lacks.
fn shows_all_it_sends(step: &Step) -> bool {
    let facts = step.facts();
    let has_handler = step.fact().is_some_and(|fact| fact.handler.is_some());
    let mut sent = facts.emits.iter().filter_map(|site| site.topic.as_ref());
    let is_undeclared = |topic: &String| step.leaves_undeclared(topic);
    has_handler
        && !facts.emit_escapes
        && facts.problems.is_empty()
        && !sent.any(|topic| topic.text.candidates().iter().any(is_undeclared))
}

fn may_send(step: &Step, topic: &str) -> bool {
    let sites = step.emit_sites().iter();
    let mut sent = sites.map(|site| site.topic.as_ref());
    sent.any(|sent| sent.is_none_or(|sent| sent.text.may_be(topic)))
}

/// Takes the topic out of its list, with the comma that goes with it.
fn remove(step: &Step, at: usize, topic: &str) -> Option<Fix> {
    let Declaration::List { topics, open, .. } = step.declaration() else {
        return None;
    };
    let text = step.source.text.as_ref();
    let own = quoted(text, topics.get(at)?)?;
    let next = topics.get(at + 1).map(|next| quoted(text, next));
    let before = at.checked_sub(1).and_then(|at| topics.get(at));
    let span = match (next, before) {
        (Some(next), _) => Span::new(own.0, next?.0),
        (None, Some(before)) => Span::new(quoted(text, before)?.1, own.1),
        // The only entry may have a comma behind it, and other entries that are not visible around it.
        (None, None) if *open => return None,
        (None, None) => {
            let rest = text.get(own.1..)?;
            let comma = usize::from(rest.starts_with(','));
            Span::new(own.0, own.1 + comma)
        }
    };
    let between = text.get(span.start as usize..span.end as usize)?;
    let is_plain = !between.contains(['#', '[', '{', '(', ']', '}', ')']) && !between.contains("//");
    let edit = Edit {
        file: step.file.clone(),
        span,
        text: String::new(),
    };
    (!open && is_plain).then(|| Fix {
        title: format!("Remove '{topic}'"),
        edits: vec![edit],
    })
}

/// Where a plain string of a list begins and ends, with its quotes.
fn quoted(text: &str, entry: &TopicRef) -> Option<(usize, usize)> {
    let (start, end) = (entry.topic.span.start as usize, entry.topic.span.end as usize);
    let before = text.get(..start)?.chars().next_back()?;
    let is_quote = matches!(before, '\'' | '"' | '`') && text.get(end..)?.starts_with(before);
    let opens = text.get(..start - 1)?.trim_end().ends_with([',', '[']);
    let closes = text.get(end + 1..)?.trim_start().starts_with([',', ']']);
    (entry.topic.literal && is_quote && opens && closes).then_some((start - 1, end + 1))
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, fixed, parse};

    /// Somebody takes every topic of the tests below.
    const SUBSCRIBER: &str = "\
//- steps/z.step.js
exports.config = { type: 'event', name: 'Z', subscribes: ['a.done', 'a.lost', 'a.other'], emits: [] }
exports.handler = async () => {}
";

    fn silent(step: &str) {
        check(&format!("{step}{SUBSCRIBER}"));
    }

    #[test]
    fn a_topic_that_is_only_declared_is_faded_in_every_language() {
        let subscriber = SUBSCRIBER.replace(", 'a.other'", "");
        let fixture = format!(
            "\
//- steps/a.step.ts
export const config = {{ type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done', 'a.lost'] }}
//                                                                                     ^^^^^^ unused-emit hint
export const handler = async ({{ emit }}) => {{ await emit({{ topic: 'a.done', data: {{}} }}) }}
//- steps/b.step.js
exports.config = {{ type: 'cron', name: 'B', cron: '* * * * *', emits: [{{ topic: 'a.lost', label: 'x' }}] }}
//                                                                               ^^^^^^ unused-emit hint
exports.handler = async () => {{}}
//- steps/c_step.py
config = {{'type': 'cron', 'name': 'C', 'cron': '* * * * *', 'emits': ['a.done', 'a.lost']}}
#                                                                      ^^^^^^ unused-emit hint
async def handler(context):
    await context.emit({{'topic': 'a.lost', 'data': {{}}}})
//- steps/d.step.rb
def config
  {{ type: 'cron', name: 'D', cron: '* * * * *', emits: ['a.done', 'a.lost'] }}
  #                                                                ^^^^^^ unused-emit hint
end
def handler(context)
  context.emit(topic: 'a.done', data: {{}})
end
//- steps/e.step.ts
export const config = {{ name: 'E', triggers: [{{ type: 'cron', expression: '0 * * * * *' }}], enqueues: ['a.lost'] }}
//                                                                                                      ^^^^^^ unused-emit hint
export const handler = async () => {{}}
{subscriber}"
        );
        check(&fixture);
        assert!(
            parse(&fixture)
                .0
                .check()
                .iter()
                .all(|finding| finding.unnecessary)
        );
    }

    #[test]
    fn the_fix_takes_the_entry_out() {
        let step = |emits: &str| {
            format!(
                "//- steps/a.step.ts\nexport const config = {{ type: 'cron', name: 'A', cron: '* * * * *', emits: {emits} }}\n\
                 export const handler = async ({{ emit }}) => {{ await emit({{ topic: 'a.done', data: {{}} }}) }}\n{SUBSCRIBER}"
            )
        };
        for (before, after) in [
            ("['a.done', 'a.lost']", "['a.done']"),
            ("['a.lost', 'a.done']", "['a.done']"),
            ("[\n  'a.done',\n  'a.lost',\n]", "[\n  'a.done',\n]"),
            (
                "['a.done', { topic: 'a.lost' }]",
                "['a.done', { topic: 'a.lost' }]",
            ),
        ] {
            assert_eq!(fixed(&step(before)), step(after), "{before}");
        }
    }

    #[test]
    fn a_computed_topic_may_be_any() {
        silent(
            "\
//- steps/a.step.ts
export const config = { type: 'event', name: 'A', subscribes: ['a.other'], emits: ['a.done', 'a.lost', 'a.other'] }
export const handler = async (input, { emit }) => {
  await emit({ topic: `a.${input.kind}`, data: {} })
}
",
        );
        silent(
            "\
//- steps/a_step.py
config = {'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': ['a.done', 'a.lost', 'a.other']}
async def handler(context):
    await context.emit({'topic': pick(), 'data': {}})
",
        );
    }

    #[test]
    fn emit_that_is_passed_on_may_send_anything() {
        silent(
            "\
//- steps/a.step.ts
import { publish } from '../lib/publish'
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done', 'a.lost', 'a.other'] }
export const handler = async ({ emit }) => { await publish(emit) }
",
        );
        silent(
            "\
//- steps/a.step.rb
def config
  { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done', 'a.lost', 'a.other'] }
end
def handler(context)
  Publisher.new(context).run
end
",
        );
    }

    #[test]
    fn a_service_may_enqueue_it() {
        silent(
            "\
//- steps/a.step.ts
import { send } from './service'
export const config = { name: 'A', triggers: [{ type: 'cron', expression: '0 * * * * *' }], enqueues: ['a.done', 'a.lost', 'a.other'] }
export const handler = async () => { await send() }
//- steps/service.ts
import { enqueue } from 'motia'
export const send = async () => {
  for (const topic of ['a.done', 'a.lost', 'a.other']) await enqueue({ topic, data: {} })
}
",
        );
    }

    #[test]
    fn a_handler_out_of_sight_may_send_it() {
        silent(
            "\
//- steps/a.step.ts
export { handler } from '../lib/handler'
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done', 'a.lost', 'a.other'] }
",
        );
    }

    #[test]
    fn a_message_under_another_name_is_one_finding() {
        silent(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done'] }
export const handler = async ({ emit }) => { await emit({ topic: 'a.lost', data: {} }) }
//                                                                ^^^^^^ undeclared-emit error
//- steps/b.step.ts
export const config = { type: 'cron', name: 'B', cron: '* * * * *', emits: ['a.other', 'a.done', 'a.lost'] }
export const handler = async ({ emit }) => {
  for (const topic of ['a.other', 'a.done', 'a.lost']) await emit({ topic, data: {} })
}
",
        );
    }
}
