use banister_grammars::Language;

use super::{Check, Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "emit-shape",
    severity: Severity::Error,
    doc: "\
A call of `emit` whose message has no `topic`: the framework reads the topic off its one argument, finds none and nobody
gets the message.

`emit('topic', data)` and `emit({ type: 'topic', data })` are such calls, and in Python so is
`emit(topic='topic', data=data)`, because its `emit` takes one dictionary; Ruby's keywords are right. A message that is
built out of sight, or spread arguments, may have a topic and are left alone.",
    check: Check::Step(check),
};

fn check(_: &Context<'_>, step: &Step, findings: &mut Findings) {
    for site in step.emit_sites().iter().filter(|site| site.topic.is_none()) {
        let help = match step.language {
            Language::Python => "pass one dictionary: `emit({\"topic\": …, \"data\": …})`",
            Language::Ruby => "name the parts: `emit(topic: …, data: …)`",
            _ => "pass one object: `emit({ topic: …, data: … })`",
        };
        let message = format!("{} sends a message without a `topic`", step.label());
        findings.report(&step.file, site.span, message).help(help);
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn a_message_has_a_topic_in_every_language() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
exports.handler = async ({ emit }) => {
  await emit({ type: 'a.done', data: {} })
  //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ emit-shape error
  await emit('a.done', {})
  //    ^^^^^^^^^^^^^^^^^^ emit-shape error
}
//- steps/b_step.py
config = {'type': 'cron', 'name': 'B', 'cron': '* * * * *', 'emits': []}
async def handler(context):
    await context.emit(topic='a.done', data={})
    #     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ emit-shape error
    await context.emit({'type': 'a.done'})
    #     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ emit-shape error
//- steps/c.step.rb
def config
  { type: 'cron', name: 'C', cron: '* * * * *', emits: [] }
end
def handler(context)
  context.emit('a.done', {})
# ^^^^^^^^^^^^^^^^^^^^^^^^^^ emit-shape error
end
",
        );
    }

    #[test]
    fn a_message_out_of_sight_may_have_one() {
        check(
            "\
//- steps/a.step.js
const { make } = require('elsewhere')
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
exports.handler = async ({ emit }) => {
  await emit(...make())
  await emit(make())
  await emit({ ...make(), data: {} })
}
",
        );
    }
}
