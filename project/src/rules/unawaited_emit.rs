use banister_grammars::facts::Dialect;
use banister_grammars::{FileFacts, Language, Span};

use super::{Check, Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "unawaited-emit",
    severity: Severity::Warning,
    doc: "\
A call of `emit`, of the state or of a stream that nobody awaits. The runtime ends the process as soon as the handler
returns: the message or the value may be lost, or the run counts as failed and is repeated.

A call is awaited too if it is returned, chained with `.then` or `.catch`, handed to `Promise.all` and its like, or kept
for an `await` further down. Ruby waits by itself, and so does Python in 1.0.",
    check: Check::Step(check),
};

/// Methods of a stream that return a promise; `subscribe`, for one, does not.
const STREAM_METHODS: [&str; 8] = [
    "get",
    "set",
    "delete",
    "getGroup",
    "get_group",
    "list",
    "send",
    "update",
];

/// A call whose promise is dropped.
struct Dropped {
    /// What is marked.
    span: Span,
    what: String,
}

fn check(_: &Context<'_>, step: &Step, findings: &mut Findings) {
    let waits_by_itself = match step.language {
        Language::Ruby => true,
        Language::Python => step.dialect() == Dialect::V1,
        _ => false,
    };
    if waits_by_itself {
        return;
    }
    for Dropped { span, what } in dropped(step.facts()) {
        let message = format!("{} {what} and does not wait for it", step.label());
        findings
            .report(&step.file, span, message)
            .help("write `await` before the call");
    }
}

fn dropped(facts: &FileFacts) -> impl Iterator<Item = Dropped> {
    let emits = facts.emits.iter().filter(|site| !site.awaited).map(|site| {
        let topic = site.topic.as_ref().and_then(|topic| topic.text.known());
        let what = topic.map_or_else(|| "a message".to_owned(), |topic| format!("'{topic}'"));
        Dropped {
            span: site.callee,
            what: format!("sends {what}"),
        }
    });
    let states = facts
        .state_uses
        .iter()
        .filter(|call| !call.awaited && !call.by_name);
    let states = states.map(|call| Dropped {
        span: call.callee,
        what: format!("calls `{}` of the state", call.method),
    });
    let streams = facts
        .stream_uses
        .iter()
        .filter(|used| !used.awaited && !used.by_name);
    let streams = streams.filter_map(|used| {
        let method = used
            .method
            .as_deref()
            .filter(|method| STREAM_METHODS.contains(method))?;
        let what = match used.name.text.known() {
            Some(name) => format!("calls `{method}` of the stream '{name}'"),
            None => format!("calls `{method}` of a stream"),
        };
        Some(Dropped {
            span: used.span,
            what,
        })
    });
    emits.chain(states).chain(streams)
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

    const CHAT: &str = "\
//- steps/chat.stream.ts
export const config = { name: 'chat', schema: {}, baseConfig: { storageType: 'default' } }
";

    #[test]
    fn state_and_streams_are_waited_for_too() {
        check(&format!(
            "\
{CHAT}//- steps/a.step.ts
export const config = {{ type: 'cron', name: 'A', cron: '* * * * *', emits: [] }}
export const handler = async ({{ state, streams }}) => {{
  state.set('orders', 'k', 1)
//^^^^^^^^^ unawaited-emit warning
  void state.delete('orders', 'k')
  //   ^^^^^^^^^^^^ unawaited-emit warning
  streams.chat.set('g', 'i', {{}})
//^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unawaited-emit warning
  const {{ chat }} = streams
  chat.send({{ groupId: 'g' }}, {{}})
//^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unawaited-emit warning
}}
//- steps/b_step.py
config = {{'type': 'cron', 'name': 'B', 'cron': '* * * * *', 'emits': []}}
async def handler(context):
    context.state.set('orders', 'k', 1)
#   ^^^^^^^^^^^^^^^^^ unawaited-emit warning
    context.streams.chat.set('g', 'i', {{}})
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unawaited-emit warning
//- steps/c.step.ts
import {{ stateManager }} from 'motia'
export const config = {{ name: 'C', triggers: [{{ type: 'cron', expression: '0 * * * * *' }}] }}
export const handler = async () => {{
  stateManager.set('orders', 'k', 1)
//^^^^^^^^^^^^^^^^ unawaited-emit warning
}}
"
        ));
    }

    #[test]
    fn every_way_to_wait_for_state_and_streams_counts() {
        check(&format!(
            "\
{CHAT}//- steps/a.step.ts
export const config = {{ type: 'event', name: 'A', subscribes: [], emits: [] }}
export const handler = async (input, {{ state, streams }}) => {{
  await state.set('orders', 'k', 1)
  await Promise.all([state.set('orders', 'k', 1), streams.chat.set('g', 'i', {{}})])
  await Promise.allSettled(input.ids.map((id) => state.set('orders', id, 1)))
  await Promise.race([state.get('orders', 'k')])
  state.set('orders', 'k', 1).then(() => {{}}).catch(() => {{}})
  const kept = state.set('orders', 'k', 1)
  await kept
  const writes = []
  writes.push(state.set('orders', 'k', 1))
  for (const id of input.ids) writes.push(streams.chat.set('g', id, {{}}))
  await Promise.all(writes)
  const stop = streams.chat.subscribe(() => {{}})
  streams.chat.subscribe(() => {{}})
  return state.delete('orders', 'k')
}}
"
        ));
    }

    #[test]
    fn languages_that_wait_by_themselves_are_left_alone() {
        check(&format!(
            "\
{CHAT}//- steps/a.step.rb
def config
  {{ type: 'cron', name: 'A', cron: '* * * * *', emits: [] }}
end
def handler(context)
  context.state.set('orders', 'k', 1)
  context.streams.chat.set('g', 'i', {{}})
end
//- steps/b_step.py
from motia import state_manager
config = {{'name': 'B', 'triggers': [{{'type': 'cron', 'expression': '0 * * * * *'}}]}}
async def handler(data, ctx):
    state_manager.set('orders', 'k', 1)
    ctx.streams.chat.set('g', 'i', {{}})
"
        ));
    }
}
