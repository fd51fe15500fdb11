//! Declaring the topic of a call that sends: the author may well mean what looks like a slip of the pen.

use banister_grammars::Span;
use banister_grammars::facts::TextFact;

use super::{Action, ActionKind, ActionRequest, Change};
use crate::index::Index;
use crate::project::Step;
use crate::rules::undeclared_emit;

/// One offer for each selected topic that its step does not declare.
pub(super) fn offers(index: &Index, file: &str, selected: Span) -> Vec<Action> {
    let Some(step) = index.step(file) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (fact, topic) in undeclared(step) {
        let is_here = fact.span.start <= selected.end && selected.start <= fact.span.end;
        let at = fact.span.start;
        if is_here && change(index, file, at).is_some() {
            found.push(Action {
                title: undeclared_emit::title(step, &[topic]),
                kind: ActionKind::QuickFix,
                request: ActionRequest::Declare { at },
                refused: None,
            });
        }
    }
    found
}

/// The entry in the list of the config.
pub(super) fn change(index: &Index, file: &str, at: u32) -> Option<Change> {
    let step = index.step(file)?;
    let (_, topic) = undeclared(step).find(|(fact, _)| fact.span.start == at)?;
    undeclared_emit::declare(step, &[topic]).map(Change::edits)
}

/// What the calls of a file itself send and its config does not declare.
fn undeclared(step: &Step) -> impl Iterator<Item = (&TextFact, &str)> {
    let own = step.emit_sites().iter().filter(|site| site.through.is_none());
    own.filter_map(|site| {
        let fact = site.topic.as_ref()?;
        Some((fact, fact.text.known()?))
    })
    .filter(|(_, topic)| step.leaves_undeclared(topic))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{after, offers};

    fn titles(fixture: &str) -> Vec<String> {
        let (_, _, actions) = offers(fixture);
        actions.into_iter().map(|action| action.title).collect()
    }

    #[test]
    fn a_slip_may_be_declared_in_every_language() {
        let taker = "//- steps/z.step.js
exports.config = { type: 'event', name: 'Z', subscribes: ['order.created'], emits: [] }
exports.handler = async () => {}
";
        for (fixture, declared) in [
            (
                "//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['order.created'] }
export const handler = async ({ emit }) => { await emit({ topic: 'order$0.craeted', data: {} }) }
",
                "emits: ['order.created', 'order.craeted']",
            ),
            (
                "//- steps/a.step.js
export const config = { name: 'A', triggers: [{ type: 'queue', topic: 'x' }], enqueues: ['order.created'] }
export const handler = async (_, { enqueue }) => { await enqueue({ topic: 'order$0.craeted', data: {} }) }
",
                "enqueues: ['order.created', 'order.craeted']",
            ),
            (
                "//- steps/a_step.py
config = {\"type\": \"cron\", \"name\": \"A\", \"cron\": \"* * * * *\", \"emits\": [\"order.created\"]}
async def handler(context):
    await context.emit({\"topic\": \"order$0.craeted\", \"data\": {}})
",
                "\"emits\": [\"order.created\", \"order.craeted\"]",
            ),
            (
                "//- steps/a.step.rb
def config
  { type: 'cron', name: 'A', cron: '* * * * *', emits: ['order.created'] }
end
def handler(context)
  context.emit(topic: 'order$0.craeted', data: {})
end
",
                "emits: ['order.created', 'order.craeted']",
            ),
        ] {
            let fixture = format!("{fixture}{taker}");
            let text = after(&fixture, "Add 'order.craeted' to `");
            assert!(text.contains(declared), "{text}");
            let creates = "Create a step that takes 'order.craeted'";
            assert!(titles(&fixture).iter().any(|title| title.starts_with(creates)));
        }
    }

    #[test]
    fn what_is_declared_computed_or_not_in_a_list_is_not_offered() {
        for emits in ["emits: ['a.done']", "emits: DECLARED", "emits: [...DECLARED]"] {
            let fixture = format!(
                "//- steps/a.step.js\nconst DECLARED = other()\nexports.config = {{ type: 'cron', name: 'A', cron: '* * * * *', {emits} }}\n\
                 exports.handler = async ({{ emit }}) => {{ await emit({{ topic: 'a.done$0', data: {{}} }}) }}\n"
            );
            assert!(
                titles(&fixture)
                    .iter()
                    .all(|title| !title.starts_with("Add 'a.done'"))
            );
        }
    }
}
