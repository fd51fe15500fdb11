use super::never_emitted_topic::orphans;
use super::similarity::is_related;
use super::{Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::index::{Mention, Role};

pub(super) const RULE: Rule = Rule {
    name: "unsubscribed-topic",
    severity: Severity::Hint,
    doc: "\
A topic that a step declares or sends and that no step takes.

Most such topics end a flow on purpose, so this is a hint. It is a warning when another step waits for a topic of
similar words that nobody sends: one of the two was renamed and the other forgotten. A `noop` that lists the topic in
`virtualSubscribes` satisfies the rule.",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let index = context.index;
    let orphans: Vec<&str> = orphans(context).collect();
    for topic in index.topics.keys() {
        if index.may_be_subscribed(topic) || context.is_part_of_a_slip(topic) {
            continue;
        }
        let alike = orphans.iter().find(|orphan| is_related(topic, orphan));
        for mention in first_of_each_file(context, topic) {
            let label = index.label(&mention.file);
            let verb = if mention.role == Role::Declares {
                "declares"
            } else {
                "emits"
            };
            let message = format!("{label} {verb} '{topic}', which nobody subscribes to");
            let mut finding = findings.report(&mention.file, mention.span, message);
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
}

/// One place per file: the declaration if there is one, else the first call. Calls without a declaration that should
/// have one are reported as that.
fn first_of_each_file<'i>(context: &'i Context<'_>, topic: &'i str) -> Vec<&'i Mention> {
    let mut places: Vec<&Mention> = Vec::new();
    for role in [Role::Declares, Role::Emits] {
        for mention in context
            .index
            .mentions_as(topic, Role::SENDING)
            .filter(|mention| mention.role == role)
        {
            let undeclared = context
                .index
                .step(&mention.file)
                .is_some_and(|step| step.leaves_undeclared(topic));
            if !undeclared && places.iter().all(|place| place.file != mention.file) {
                places.push(mention);
            }
        }
    }
    places
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
