use banister_grammars::Language;
use banister_grammars::facts::Dialect;

use super::{Context, Findings, Rule};
use crate::diagnostic::Severity;

pub(super) const RULE: Rule = Rule {
    name: "unawaited-emit",
    severity: Severity::Warning,
    doc: "\
A call of `emit` that nobody awaits. The runtime ends the process as soon as the handler returns: the message may be
lost, or the run counts as failed and is repeated.

A call is awaited too if it is returned, handed to `Promise.all` and its like, or kept for an `await` further down. Ruby
waits by itself, and so does Python in 1.0.",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for step in &context.index.project.steps {
        let waits_by_itself = match step.language {
            Language::Ruby => true,
            Language::Python => step.dialect() == Dialect::V1,
            _ => false,
        };
        if waits_by_itself {
            continue;
        }
        for site in step.emit_sites().iter().filter(|site| !site.awaited) {
            let topic = site.topic.as_ref().and_then(|topic| topic.text.known());
            let what = topic.map_or_else(|| "a message".to_owned(), |topic| format!("'{topic}'"));
            let message = format!("{} sends {what} and does not wait for it", step.label());
            findings
                .report(&step.file, site.callee, message)
                .help("write `await` before the call");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    const SUBSCRIBER: &str = "\
//- steps/z.step.js
exports.config = { type: 'event', name: 'Z', subscribes: ['a.done'], emits: [] }
exports.handler = async () => {}
";

    #[test]
    fn a_dropped_promise_is_found() {
        check(&format!(
            "\
//- steps/a.step.js
exports.config = {{ type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done'] }}
exports.handler = async ({{ emit }}) => {{
  emit({{ topic: 'a.done', data: {{}} }})
//^^^^ unawaited-emit warning
}}
//- steps/b_step.py
config = {{'type': 'cron', 'name': 'B', 'cron': '* * * * *', 'emits': ['a.done']}}
async def handler(context):
    context.emit({{'topic': 'a.done', 'data': {{}}}})
#   ^^^^^^^^^^^^ unawaited-emit warning
{SUBSCRIBER}"
        ));
    }

    #[test]
    fn every_way_to_wait_counts() {
        check(&format!(
            "\
//- steps/a.step.js
exports.config = {{ type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done'] }}
exports.handler = async ({{ emit }}) => {{
  await Promise.all([1, 2].map((id) => emit({{ topic: 'a.done', data: {{ id }} }})))
  await Promise.all([emit({{ topic: 'a.done', data: {{}} }})])
  const sent = emit({{ topic: 'a.done', data: {{}} }})
  await sent
  return emit({{ topic: 'a.done', data: {{}} }})
}}
//- steps/b.step.rb
def config
  {{ type: 'cron', name: 'B', cron: '* * * * *', emits: ['a.done'] }}
end
def handler(context)
  context.emit(topic: 'a.done', data: {{}})
end
{SUBSCRIBER}"
        ));
    }
}
