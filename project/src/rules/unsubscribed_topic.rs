use std::collections::BTreeSet;

use super::similarity::is_related;
use super::{Check, Context, Findings, Rule, Subject};
use crate::diagnostic::Severity;
use crate::index::{Mention, Role, slots};

pub(super) const RULE: Rule = Rule {
    name: "unsubscribed-topic",
    severity: Severity::Hint,
    doc: "\
A topic that a step declares or sends and that no step takes.

Most such topics end a flow on purpose, so this is a hint. It is a warning when another step waits for a topic of
similar words that nobody sends: one of the two was renamed and the other forgotten. A `noop` that lists the topic in
`virtualSubscribes` satisfies the rule.",
    check: Check::Subject(check),
};

fn check(context: &Context<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    let index = context.index;
    let file = subject.file();
    let slots = subject.facts().map(slots).unwrap_or_default();
    let sent = slots
        .iter()
        .filter(|slot| matches!(slot.role, Role::Declares | Role::Emits));
    let topics: BTreeSet<&String> = sent.flat_map(|slot| slot.fact.text.candidates()).collect();
    for topic in topics {
        if topic.is_empty() || index.may_be_subscribed(topic) || context.is_part_of_a_slip(topic) {
            continue;
        }
        let Some(mention) = first_of_file(context, topic, file) else {
            continue;
        };
        let alike = context.orphans().find(|orphan| is_related(topic, orphan));
        let label = index.label(file);
        let verb = if mention.role == Role::Declares {
            "declares"
        } else {
            "emits"
        };
        let message = format!("{label} {verb} '{topic}', which nobody subscribes to");
        let mut finding = findings.report(file, mention.span, message);
        let Some(orphan) = alike else { continue };
        finding = finding
            .severity(Severity::Warning)
            .help(format!("'{orphan}' is subscribed and never emitted"));
        for other in index.mentions_as(orphan, &[Role::Subscribes]) {
            let text = format!("{} waits for '{orphan}'", index.label(&other.file));
            finding = finding.related(&other.file, other.span, text);
        }
    }
}

/// The declaration if there is one, else the first call. Calls without a declaration that should have one are reported
/// as that.
fn first_of_file<'i>(context: &Context<'i>, topic: &str, file: &str) -> Option<&'i Mention> {
    let index = context.index;
    if index.step(file).is_some_and(|step| step.leaves_undeclared(topic)) {
        return None;
    }
    let own = |role: Role| {
        let mut mentions = index.mentions(topic).iter();
        mentions.find(|mention| mention.role == role && mention.file == file)
    };
    own(Role::Declares).or_else(|| own(Role::Emits))
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn the_end_of_a_flow_is_a_hint() {
        check(
            "\
//- steps/a.step.rb
def config
  {
    type: 'cron', name: 'A', cron: '* * * * *',
    emits: ['report.written'],
    #        ^^^^^^^^^^^^^^ unsubscribed-topic hint
  }
end
def handler(context)
  context.emit(topic: 'report.written', data: {})
end
",
        );
    }

    #[test]
    fn a_similar_topic_that_waits_makes_it_a_warning() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a:database-sync'] }
//                                                                      ^^^^^^^^^^^^^^^ unsubscribed-topic warning
exports.handler = async ({ emit }) => { await emit({ topic: 'a:database-sync', data: {} }) }
//- steps/b_step.py
config = {
    'type': 'event', 'name': 'B', 'emits': [],
    'subscribes': ['a:supabase-sync'],
    #               ^^^^^^^^^^^^^^^ never-emitted-topic warning
}
async def handler(data, context):
    pass
",
        );
    }

    #[test]
    fn pictures_take() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['mail.sent'] }
exports.handler = async ({ emit }) => { await emit({ topic: 'mail.sent', data: {} }) }
//- steps/b.step.js
exports.config = { type: 'noop', name: 'B', virtualEmits: [], virtualSubscribes: ['mail.sent'] }
",
        );
    }

    #[test]
    fn a_subscription_out_of_sight_may_take_it() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['mail.sent'] }
exports.handler = async ({ emit }) => { await emit({ topic: 'mail.sent', data: {} }) }
//- steps/b.step.js
const { rows } = require('rows')
exports.config = { type: 'event', name: 'B', subscribes: rows.map((row) => row.topic), emits: [] }
exports.handler = async () => {}
",
        );
    }

    #[test]
    fn triggers_and_subscriptions_of_other_files_take_or_may_take_it() {
        for config in [
            "{ name: 'B', triggers: [made()], enqueues: [] }",
            "{ name: 'B', triggers: TRIGGERS, enqueues: [] }",
            "{ name: 'B', triggers: [...TRIGGERS, queue('x')], enqueues: [] }",
            "{ ...BASE, name: 'B', enqueues: [] }",
            "{ ...BASE, type: 'event', name: 'B', emits: [] }",
            "{ type: 'event', name: 'B', subscribes: [...TOPICS], emits: [] }",
            "{ type: 'event', name: 'B', subscribes: Object.values(MAP), emits: [] }",
        ] {
            let fixture = format!(
                "//- steps/a.step.js\n\
                 exports.config = {{ type: 'cron', name: 'A', cron: '* * * * *', emits: ['mail.sent'] }}\n\
                 exports.handler = async ({{ emit }}) => {{ await emit({{ topic: 'mail.sent', data: {{}} }}) }}\n\
                 //- steps/topics.js\nexports.TOPICS = ['mail.sent']\nexports.MAP = {{ sent: 'mail.sent' }}\n\
                 //- steps/b.step.js\n\
                 const {{ made, queue, TRIGGERS, BASE }} = require('elsewhere')\n\
                 const {{ TOPICS, MAP }} = require('./topics')\n\
                 exports.config = {config}\nexports.handler = async () => {{}}\n"
            );
            let found = crate::fixture::report(&fixture);
            assert!(!found.contains("unsubscribed-topic"), "{config}\n{found}");
        }
    }
}
