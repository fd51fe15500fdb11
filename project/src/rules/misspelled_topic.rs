use std::collections::{BTreeMap, BTreeSet};

use banister_grammars::Language;

use super::similarity::{Lookalikes, words};
use super::{Context, Findings, Rule};
use crate::diagnostic::{Edit, Fix, Severity};
use crate::index::{Index, Mention, Role};

pub(super) const RULE: Rule = Rule {
    name: "misspelled-topic",
    severity: Severity::Warning,
    doc: "\
A topic that one file alone uses, that leads nowhere, and that is one edit away from a topic which another file uses on
the other end: `customer.notifed` is subscribed, `customer.notified` is emitted. The same words with other punctuation
count as well.

Names that differ in a digit (`job.v1`, `job.v2`) and words under four letters are left alone. The finding stands for
all consequences of the slip: neither topic is reported as never emitted or without subscriber.",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let index = context.index;
    for (topic, meant) in &context.misspelled {
        let mentions = index.mentions(topic);
        let Some(first) = mentions.first() else { continue };
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

/// Topics that are slips, with what was meant.
pub(super) fn slips(index: &Index) -> BTreeMap<String, String> {
    let topics = || index.topics.keys().map(String::as_str);
    let lonely: Vec<&str> = topics().filter(|topic| is_lonely(index, topic)).collect();
    if lonely.is_empty() {
        return BTreeMap::new();
    }
    let lookalikes = Lookalikes::of(topics());
    let mut slips = BTreeMap::new();
    for topic in lonely {
        if let Some(meant) = meant(index, &lookalikes, topic) {
            slips.insert(topic.to_owned(), meant.to_owned());
        }
    }
    if slips.is_empty() {
        return slips;
    }
    let uses = uses_of_words(index);
    // Of two lonely topics that could be each other's slip only one is: the one with the stranger word, else the one
    // that is written less often, and between equals the one that is taken, because who sends a topic names it.
    let weight = |topic: &str, other: &str| {
        let mentions = index.mentions(topic);
        let sends = mentions.first().is_some_and(|mention| mention.role.sends());
        (rarest_word_of_its_own(&uses, topic, other), mentions.len(), sends)
    };
    let is_the_original = |topic: &String, meant: &String| {
        slips.get(meant) == Some(topic) && weight(topic, meant) > weight(meant, topic)
    };
    let kept = slips
        .iter()
        .filter(|(topic, meant)| !is_the_original(topic, meant));
    kept.map(|(topic, meant)| (topic.clone(), meant.clone()))
        .collect()
}

/// In how many topics of the project each word occurs.
fn uses_of_words(index: &Index) -> BTreeMap<String, usize> {
    let mut uses = BTreeMap::new();
    for topic in index.topics.keys() {
        for word in words(topic).into_iter().collect::<BTreeSet<_>>() {
            *uses.entry(word).or_insert(0) += 1;
        }
    }
    uses
}

/// In how many topics of the project the least common word occurs that `topic` has and `other` has not.
fn rarest_word_of_its_own(uses: &BTreeMap<String, usize>, topic: &str, other: &str) -> usize {
    let shared = words(other);
    words(topic)
        .iter()
        .filter(|word| !shared.contains(word))
        .map(|word| uses.get(word).copied().unwrap_or(0))
        .min()
        .unwrap_or(0)
}

/// True if only one file uses the topic and it leads nowhere.
fn is_lonely(index: &Index, topic: &str) -> bool {
    let mentions = index.mentions(topic);
    let Some(first) = mentions.first() else {
        return false;
    };
    let one_side = mentions.iter().all(|mention| {
        let plain = matches!(mention.role, Role::Subscribes | Role::Declares | Role::Emits);
        plain && mention.file == first.file && mention.role.sends() == first.role.sends()
    });
    let leads_on = if first.role.sends() {
        index.may_be_subscribed(topic)
    } else {
        index.may_be_emitted(topic)
    };
    // A call that the step's own declaration does not cover is reported as that.
    let dropped = first.role.sends() && index.step(&first.file).is_some_and(|step| step.drops(topic));
    one_side && !leads_on && !dropped
}

fn meant<'i>(index: &Index, lookalikes: &Lookalikes<'i>, topic: &str) -> Option<&'i str> {
    let first = index.mentions(topic).first()?;
    let other_end = if first.role.sends() {
        Role::TAKING
    } else {
        Role::SENDING
    };
    lookalikes
        .slips_for(topic)
        .filter(|other| {
            index
                .mentions_as(other, other_end)
                .any(|mention| mention.file != first.file)
        })
        .max_by(|one, other| {
            let uses = |topic: &str| index.mentions(topic).len();
            uses(one).cmp(&uses(other)).then_with(|| other.cmp(one))
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
