use std::collections::BTreeSet;

use banister_grammars::Language;

use super::{Check, Context, Findings, Rule, Subject};
use crate::diagnostic::{Edit, Fix, Severity};
use crate::index::{Mention, Role, slots};

pub(super) const RULE: Rule = Rule {
    name: "misspelled-topic",
    severity: Severity::Warning,
    doc: "\
A topic that one file alone uses, that leads nowhere, and that is one edit away from a topic which another file uses on
the other end: `customer.notifed` is subscribed, `customer.notified` is emitted. The same words with other punctuation
count as well.

Names that differ in a digit (`job.v1`, `job.v2`) and words under four letters are left alone. The finding stands for
all consequences of the slip: neither topic is reported as never emitted or without subscriber.",
    check: Check::Subject(check),
};

fn check(context: &Context<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    let index = context.index;
    let slots = subject.facts().map(slots).unwrap_or_default();
    let topics: BTreeSet<&String> = slots
        .iter()
        .flat_map(|slot| slot.fact.text.candidates())
        .collect();
    for topic in topics {
        let Some(meant) = context.slip(topic) else {
            continue;
        };
        let mentions = index.mentions(topic);
        let Some(first) = mentions.first().filter(|first| first.file == subject.file()) else {
            continue;
        };
        let label = index.label(&first.file);
        let verb = if first.role.sends() {
            "sends"
        } else {
            "subscribes to"
        };
        let nobody = if first.role.sends() {
            "nobody subscribes to"
        } else {
            "nobody emits"
        };
        let message =
            format!("{label} {verb} '{topic}', which {nobody}; '{meant}' looks like what was meant");
        let mut finding = findings
            .report(&first.file, first.span, message)
            .help(format!("did you mean '{meant}'?"))
            .fix(rename(mentions, meant));
        let roles = if first.role.sends() {
            Role::TAKING
        } else {
            Role::SENDING
        };
        for other in index
            .mentions_as(meant, roles)
            .filter(|other| other.file != first.file)
        {
            let verb = if other.role.sends() {
                "sends"
            } else {
                "subscribes to"
            };
            let language = Language::of_path(&other.file).map_or("", Language::name);
            let text = format!("{} ({language}) {verb} '{meant}'", index.label(&other.file));
            finding = finding.related(&other.file, other.span, text);
        }
    }
}

fn rename(mentions: &[Mention], meant: &str) -> Option<Fix> {
    let edit = |mention: &Mention| Edit {
        file: mention.file.clone(),
        span: mention.span,
        text: meant.to_owned(),
    };
    let can_edit = mentions.iter().all(|mention| mention.literal);
    can_edit.then(|| Fix {
        title: format!("Change to '{meant}'"),
        edits: mentions.iter().map(edit).collect(),
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::fixture::{check, fixed, report};

    const SLIP: &str = "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['customer.notified'] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'customer.notified', data: {} })
}
//- steps/b.step.rb
def config
  { type: 'event', name: 'B', subscribes: ['customer.notifed'], emits: [] }
#                                           ^^^^^^^^^^^^^^^^ misspelled-topic warning
end
def handler(input, context)
end
";

    #[test]
    fn a_slip_is_one_finding_and_its_consequences_none() {
        check(SLIP);
        expect![[r#"
            steps/b.step.rb:2:45 warning misspelled-topic: B subscribes to 'customer.notifed', which nobody emits; 'customer.notified' looks like what was meant
              steps/a.step.ts:1:78 A (TypeScript) sends 'customer.notified'
              steps/a.step.ts:3:24 A (TypeScript) sends 'customer.notified'
              help: did you mean 'customer.notified'?
              fix: Change to 'customer.notified'
        "#]]
        .assert_eq(&report(SLIP));
    }

    #[test]
    fn the_fix_leaves_nothing_to_find() {
        assert_eq!(report(&fixed(SLIP)), "");
    }

    #[test]
    fn a_sender_that_slips_twice_is_mended_in_both_places() {
        let fixture = "\
//- steps/a_step.py
config = {
    'type': 'cron', 'name': 'A', 'cron': '* * * * *',
    'emits': ['order-created'],
    #          ^^^^^^^^^^^^^ misspelled-topic warning
}
async def handler(context):
    await context.emit({'topic': 'order-created', 'data': {}})
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['order.created'], emits: [] }
exports.handler = async () => {}
//- steps/c.step.js
exports.config = { type: 'event', name: 'C', subscribes: ['order.created'], emits: [] }
exports.handler = async () => {}
";
        check(fixture);
        assert_eq!(report(&fixed(fixture)), "");
    }

    #[test]
    fn of_two_lonely_topics_the_one_with_the_strange_word_is_the_slip() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['cart.revieww.kept', 'order.review.made'] }
//                                                                      ^^^^^^^^^^^^^^^^^ misspelled-topic warning
exports.handler = async ({ emit }) => {
  await emit({ topic: 'cart.revieww.kept', data: {} })
  await emit({ topic: 'order.review.made', data: {} })
}
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['cart.review.kept'], emits: ['b.done'] }
exports.handler = async (input, { emit }) => { await emit({ topic: 'b.done', data: {} }) }
//- steps/c.step.js
exports.config = { type: 'event', name: 'C', subscribes: ['order.review.made', 'b.donne'], emits: ['c.done'] }
//                                                                              ^^^^^^^ misspelled-topic warning
exports.handler = async (input, { emit }) => { await emit({ topic: 'c.done', data: {} }) }
//- steps/d.step.js
exports.config = { type: 'event', name: 'D', subscribes: ['c.done'], emits: [] }
exports.handler = async () => {}
",
        );
    }

    #[test]
    fn a_topic_that_leads_somewhere_is_no_slip() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['order.paid', 'order.said'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'order.paid', data: {} })
  await emit({ topic: 'order.said', data: {} })
}
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['order.paid'], emits: [] }
exports.handler = async () => {}
//- steps/c.step.js
exports.config = { type: 'event', name: 'C', subscribes: ['order.said'], emits: [] }
exports.handler = async () => {}
",
        );
    }

    #[test]
    fn pictures_and_computed_topics_satisfy_it() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'event', name: 'A', subscribes: ['order.created'], emits: ['orders.created'] }
exports.handler = async (input, { emit }) => { await emit({ topic: 'orders.created', data: {} }) }
//- steps/b.step.js
exports.config = { type: 'noop', name: 'B', virtualEmits: ['order.created'], virtualSubscribes: ['orders.created'] }
",
        );
    }

    #[test]
    fn versions_are_no_slips() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['job.v1.done'] }
//                                                                      ^^^^^^^^^^^ unsubscribed-topic warning
exports.handler = async ({ emit }) => { await emit({ topic: 'job.v1.done', data: {} }) }
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['job.v2.done'], emits: [] }
//                                                         ^^^^^^^^^^^ never-emitted-topic warning
exports.handler = async () => {}
",
        );
    }
}
