use std::collections::BTreeSet;

use super::similarity::is_related;
use super::{Check, Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::index::Role;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "never-emitted-topic",
    severity: Severity::Warning,
    doc: "\
A step subscribes to a topic that no step of its project sends: it never runs.

Topics that a `noop` draws with `virtualEmits` count as sent. A message with a computed topic that may be this one, and
a step that hands `emit` to code out of sight and may send undeclared topics, silence the rule.",
    check: Check::Step(check),
};

fn check(context: &Context<'_>, step: &Step, findings: &mut Findings) {
    let index = context.index;
    let topics: BTreeSet<&str> = step.subscribes().into_iter().collect();
    for topic in topics.into_iter().filter(|topic| context.is_orphan(topic)) {
        let own = index.mentions_as(topic, &[Role::Subscribes]);
        for mention in own.filter(|mention| mention.file == step.file) {
            let label = step.label();
            let mut finding = findings
                .report(
                    &step.file,
                    mention.span,
                    format!("{label} subscribes to '{topic}', which nobody emits"),
                )
                .help(format!(
                    "emit '{topic}' from a step, or take it out of `subscribes` of {label}"
                ));
            let alike = context.dead_ends().find(|other| is_related(topic, other));
            for other in alike
                .into_iter()
                .flat_map(|other| index.mentions_as(other, Role::SENDING).take(1))
            {
                let text = format!(
                    "{} sends a similar topic without subscriber",
                    index.label(&other.file)
                );
                finding = finding.related(&other.file, other.span, text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_of;

    fn check(fixture: &str) {
        check_of(super::RULE.name, fixture);
    }

    #[test]
    fn a_topic_that_nobody_sends_is_found() {
        check(
            "\
//- steps/a_step.py
config = {
    'type': 'event', 'name': 'A', 'emits': [],
    'subscribes': ['order.refunded'],
    #               ^^^^^^^^^^^^^^ never-emitted-topic warning
}
async def handler(data, context):
    pass
//- steps/b.step.ts
import { queue } from 'motia'
export const config = { name: 'B', triggers: [queue('order.lost')] }
//                                                   ^^^^^^^^^^ never-emitted-topic warning
export const handler = async () => {}
",
        );
    }

    #[test]
    fn another_project_does_not_send_it() {
        check(
            "\
//- one/steps/a.step.js
exports.config = { type: 'event', name: 'A', subscribes: ['x.done'], emits: [] }
//                                                         ^^^^^^ never-emitted-topic warning
exports.handler = async () => {}
//- two/steps/b.step.js
exports.config = { type: 'cron', name: 'B', cron: '* * * * *', emits: ['x.done'] }
//                                                                      ^^^^^^ unsubscribed-topic hint
exports.handler = async ({ emit }) => { await emit({ topic: 'x.done', data: {} }) }
",
        );
    }

    #[test]
    fn pictures_send() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'event', name: 'A', subscribes: ['user.approved'], emits: [] }
exports.handler = async () => {}
//- steps/b.step.js
exports.config = { type: 'noop', name: 'B', virtualEmits: [{ topic: 'user.approved', label: 'yes' }], virtualSubscribes: [] }
",
        );
    }

    #[test]
    fn a_computed_topic_that_can_match_silences() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'event', name: 'A', subscribes: ['order.paid', 'cart.paid'], emits: ['cart.left'] }
//                                                                       ^^^^^^^^^ never-emitted-topic warning
//                                                                                             ^^^^^^^^^ unused-emit hint
exports.handler = async (input, { emit }) => { await emit({ topic: `order.${input.status}`, data: {} }) }
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['cart.left'], emits: [] }
exports.handler = async () => {}
",
        );
    }

    #[test]
    fn an_emit_that_escapes_silences_only_where_anything_goes() {
        check(
            "\
//- steps/a.step.js
const { send } = require('send')
exports.config = { type: 'event', name: 'A', subscribes: ['x.done'], emits: [] }
exports.handler = async (input, { emit }) => { await send(emit) }
",
        );
        check(
            "\
//- steps/a.step.js
const { send } = require('send')
exports.config = { type: 'event', name: 'A', subscribes: ['x.done'], emits: ['y.done'] }
//                                                         ^^^^^^ never-emitted-topic warning
exports.handler = async (input, { emit }) => { await send(emit) }
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['y.done'], emits: [] }
exports.handler = async () => {}
",
        );
    }

    #[test]
    fn a_service_in_another_folder_sends_too() {
        check(
            "\
//- package.json
{}
//- services/tell.ts
export const tell = async (emit) => { await emit({ topic: 'x.done', data: {} }) }
//- steps/a.step.ts
import { tell } from '../services/tell'
export const config = { type: 'event', name: 'A', subscribes: ['x.done'], emits: ['y.done', 'x.done'] }
export const handler = async (input, { emit }) => { await tell(emit) }
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['y.done'], emits: [] }
exports.handler = async () => {}
",
        );
    }
}
