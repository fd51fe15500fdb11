//! What may be written at the cursor: topics, the config's keys and values, keys of payloads and inputs, shared names.

mod bare_topic;
mod config;
mod cursor;
pub(super) mod input;
mod insert;
mod members;
pub(super) mod nearest;
mod pattern;
pub(super) mod payload;
mod proposals;
pub(super) mod ranked;
mod shared;
mod spot;
mod unfinished;

use std::collections::BTreeSet;

use banister_grammars::{Language, Span};

use self::cursor::Cursor;
use self::ranked::Ranked;
use self::spot::Spot;
use super::card;
use super::target::slot_at;
use super::{Completion, CompletionKind, MAX_COMPLETIONS};
use crate::index::{Index, Role, Slot, Topic, slots};
use crate::project::Step;

/// The string that is being completed.
struct Place<'i> {
    role: Role,
    span: Span,
    /// The other topics of the same list: nobody lists one twice.
    listed: BTreeSet<&'i str>,
    /// What is written around it, where it has no quotes yet.
    quote: Option<char>,
}

/// Where names are asked for.
struct Asked<'a, 't> {
    index: &'a Index,
    file: &'a str,
    cursor: &'a Cursor<'t>,
    /// One of the things that may stand at the cursor.
    spot: &'a Spot<'t>,
}

pub(super) fn completion(index: &Index, file: &str, offset: u32) -> Option<Vec<Completion>> {
    if let Some(place) = place(index, file, offset) {
        return Some(topics(index, file, &place, offset));
    }
    let text = index.text(file)?;
    let language = Language::of_path(file)?;
    let cursor = Cursor::at(text, offset, language)?;
    let spots = spot::spots(&cursor);
    spots.iter().find_map(|spot| {
        if index.step(file).is_some()
            && let Some(place) = bare_topic::place(&cursor, spot)
        {
            return Some(topics(index, file, &place, offset));
        }
        let asked = Asked {
            index,
            file,
            cursor: &cursor,
            spot,
        };
        [
            config::completion,
            payload::completion,
            shared::completion,
            input::completion,
            members::completion,
        ]
        .iter()
        .find_map(|kind| kind(&asked))
    })
}

fn topics(index: &Index, file: &str, place: &Place<'_>, offset: u32) -> Vec<Completion> {
    let step = index.step(file);
    let flows: BTreeSet<&str> = step.map(|step| step.flows()).into_iter().flatten().collect();
    let text = index.text(file);
    let typed = text.and_then(|text| text.get(place.span.start as usize..offset as usize));
    let mut proposals: Vec<(u32, &Topic)> = nearest::topics(index, file, typed.unwrap_or_default())
        .filter(|topic| {
            !place.listed.contains(topic.name.as_str()) && is_used_elsewhere(topic, file, place.span)
        })
        .map(|topic| (group(index, step, &flows, place.role, topic), topic))
        .collect();
    // Within a group they stay in the order of their names.
    proposals.sort_by_key(|(group, _)| *group);
    proposals.truncate(MAX_COMPLETIONS);
    let mut found = Ranked::new(place.span);
    let quote = place.quote.map(String::from).unwrap_or_default();
    for (_, topic) in proposals {
        let (name, detail) = (&topic.name, card::summary(index, &topic.mentions));
        let insert = format!("{quote}{name}{quote}");
        found.push(name, CompletionKind::Topic, &detail, String::new(), insert, None);
    }
    found.finish()
}

fn place<'i>(index: &'i Index, file: &str, offset: u32) -> Option<Place<'i>> {
    if let Some(slot) = slot_at(index, file, offset) {
        let listed = listed(index, file, &slot);
        return slot.fact.literal.then_some(Place {
            role: slot.role,
            span: slot.fact.span,
            listed,
            quote: None,
        });
    }
    let source = &index.step(file)?.source;
    if source.facts.problems.is_empty() {
        return None;
    }
    let unfinished::Unfinished { role, span } = unfinished::at(&source.text, offset)?;
    Some(Place {
        role,
        span,
        listed: BTreeSet::new(),
        quote: None,
    })
}

/// The texts in the list that opens at a byte, up to its end.
fn list_at(text: &str, open: usize) -> BTreeSet<&str> {
    let list = text.get(open..).unwrap_or("");
    let list = &list[..list.find(']').unwrap_or(list.len())];
    let mut texts = BTreeSet::new();
    let mut rest = list;
    while let Some(at) = rest.find(['\'', '"', '`']) {
        let quote = &rest[at..=at];
        let Some(end) = rest[at + 1..].find(quote) else {
            break;
        };
        texts.insert(&rest[at + 1..at + 1 + end]);
        rest = &rest[at + end + 2..];
    }
    texts
}

fn listed<'i>(index: &'i Index, file: &str, slot: &Slot<'_>) -> BTreeSet<&'i str> {
    let others = index.facts(file).map(slots).unwrap_or_default();
    others
        .into_iter()
        .filter(|other| other.list == slot.list && other.fact.span != slot.fact.span)
        .filter_map(|other| other.fact.text.known())
        .collect()
}

/// The text that is being typed is no topic until something else names it.
fn is_used_elsewhere(topic: &Topic, file: &str, typed: Span) -> bool {
    let mut mentions = topic.mentions.iter();
    mentions.any(|mention| mention.file != file || mention.span != typed)
}

/// The lower the likelier.
fn group(index: &Index, step: Option<&Step>, flows: &BTreeSet<&str>, role: Role, topic: &Topic) -> u32 {
    let own = |role: Role| {
        let file = step.map(|step| step.file.as_str());
        let mut mentions = topic.mentions.iter();
        file.is_some_and(|file| mentions.any(|mention| mention.role == role && mention.file == file))
    };
    let fits = match role {
        Role::Emits => {
            let shares_flow = shares_flow(index, step, flows, topic);
            return emit_group(own(Role::Declares), own(Role::Emits), shares_flow);
        }
        // What the handler sends already and the list lacks.
        Role::Declares if own(Role::Emits) => return 0,
        Role::Declares | Role::VirtualEmits => Role::TAKING,
        Role::Subscribes | Role::VirtualSubscribes => Role::SENDING,
    };
    let has_other_end = topic.mentions.iter().any(|mention| fits.contains(&mention.role));
    match (shares_flow(index, step, flows, topic), has_other_end) {
        (true, true) => 1,
        (true, false) => 2,
        (false, true) => 3,
        (false, false) => 4,
    }
}

fn emit_group(is_declared: bool, is_emitted: bool, shares_flow: bool) -> u32 {
    match (is_declared, is_emitted) {
        (true, false) => 0,
        (true, true) => 1,
        (false, _) if shares_flow => 2,
        (false, _) => 3,
    }
}

fn shares_flow(index: &Index, step: Option<&Step>, flows: &BTreeSet<&str>, topic: &Topic) -> bool {
    let Some(step) = step else { return false };
    if flows.is_empty() {
        return false;
    }
    let others = topic.mentions.iter().filter(|mention| mention.file != step.file);
    others
        .filter_map(|mention| index.step(&mention.file))
        .any(|other| other.flows().iter().any(|flow| flows.contains(flow)))
}

#[cfg(test)]
mod config_tests;
#[cfg(test)]
mod input_tests;
#[cfg(test)]
mod language_tests;

#[cfg(test)]
mod tests {
    use crate::fixture::parse;

    const OTHERS: &str = "
//- steps/pay_step.py
config = {
    'type': 'event', 'name': 'Pay', 'flows': ['shop'],
    'subscribes': ['order.created', 'order.changed'], 'emits': ['payment.done'],
}
async def handler(data, context):
    await context.emit({'topic': 'payment.done', 'data': {}})
//- steps/report.step.rb
def config
  { type: 'event', name: 'Report', flows: ['office'], subscribes: ['analytics.done'], emits: ['report.done'] }
end
def handler(input, context)
  context.emit(topic: 'report.done', data: {})
end
";

    fn labels(fixture: &str) -> Option<Vec<String>> {
        let fixture = format!("{}{OTHERS}", fixture.trim_end());
        let (snapshot, cursor) = parse(&fixture);
        let (file, offset) = cursor.unwrap();
        let mut found = snapshot.completion(&file, offset)?;
        let text = snapshot.source(&file).unwrap().text.clone();
        for completion in &found {
            assert!(completion.replace.touches(offset));
            let around = completion.replace.start as usize - 1..completion.replace.end as usize + 1;
            assert!(
                matches!(&text[around][..1], "'" | "\"" | "`"),
                "replaces the inside of the quotes"
            );
        }
        found.sort_by_key(|completion| completion.rank);
        Some(found.into_iter().map(|completion| completion.label).collect())
    }

    #[test]
    fn an_emit_call_proposes_what_is_declared_and_not_sent_first() {
        let expected = [
            "audit.done",
            "order.created",
            "order.changed",
            "payment.done",
            "analytics.done",
            "report.done",
        ];
        for fixture in [
            "//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', flows: ['shop'], emits: ['order.created', 'audit.done'] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'order.created', data: {} })
  await emit({ topic: '$0', data: {} })
}",
            "//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', flows: ['shop'], emits: ['order.created', 'audit.done'] }
exports.handler = async (context) => {
  await context.emit({ topic: 'order.created', data: {} })
  await context.emit({ topic: 'or$0der', data: {} })
}",
            "//- steps/a_step.py
config = { 'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'flows': ['shop'], 'emits': ['order.created', 'audit.done'] }
async def handler(context):
    await context.emit({'topic': 'order.created', 'data': {}})
    await context['emit']({'topic': \"x$0\", 'data': {}})",
            "//- steps/a.step.rb
def config
  { type: 'cron', name: 'A', cron: '* * * * *', flows: ['shop'], emits: ['order.created', 'audit.done'] }
end
def handler(context)
  context.emit(topic: 'order.created', data: {})
  context[:emit].call(topic: '$0', data: {})
end",
        ] {
            assert_eq!(labels(fixture).unwrap(), expected, "{fixture}");
        }
    }

    #[test]
    fn a_list_proposes_the_other_end_of_the_same_flow_first() {
        let config = |list: &str| {
            format!(
                "//- steps/a.step.js\nexports.config = {{ type: 'event', name: 'A', flows: ['shop'], {list} }}\n"
            )
        };
        assert_eq!(
            labels(&config("subscribes: ['$0'], emits: []")).unwrap(),
            [
                "payment.done",
                "order.changed",
                "order.created",
                "report.done",
                "analytics.done"
            ]
        );
        assert_eq!(
            labels(&config("subscribes: [], emits: ['order.created', 'pay$0']")).unwrap(),
            ["order.changed", "payment.done", "analytics.done", "report.done"]
        );
    }

    #[test]
    fn code_that_does_not_parse_yet_is_completed() {
        for fixture in [
            "//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
export const handler = async ({ emit }) => {
  await emit({ topic: '$0
}",
            "//- steps/a_step.py
config = {'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': []}
async def handler(context):
    await context.emit({'topic': '$0",
            "//- steps/a.step.rb
def config
  { type: 'cron', name: 'A', cron: '* * * * *', emits: ['$0 }
end",
        ] {
            assert!(
                labels(fixture).unwrap().contains(&"order.created".to_owned()),
                "{fixture}"
            );
        }
    }

    #[test]
    fn other_strings_get_no_answer() {
        for text in [
            "name: '$0A'",
            "name: 'A', description: '$0'",
            "name: 'A', x: '$0'",
            "name: 'A'$0",
        ] {
            let fixture = format!(
                "//- steps/a.step.js\nexports.config = {{ type: 'event', {text}, subscribes: [''] }}\n"
            );
            assert_eq!(labels(&fixture), None, "{text}");
        }
    }
}
