//! Every text of a file's facts that an import may stand for.

use banister_grammars::FileFacts;
use banister_grammars::facts::{Declaration, Text, TextFact, TopicRef};

/// Each of them, in no promised order.
pub(crate) fn all(facts: &FileFacts) -> impl Iterator<Item = &Text> {
    placed(facts).map(|fact| &fact.text)
}

/// Each of them with its place, in no promised order.
pub(crate) fn placed(facts: &FileFacts) -> impl Iterator<Item = &TextFact> {
    let config = facts.step.iter().flat_map(|step| {
        let singles = [&step.kind_text, &step.name].into_iter().flatten();
        let parts = step
            .triggers
            .iter()
            .flat_map(|trigger| [&trigger.method, &trigger.path, &trigger.cron]);
        let taken = step.triggers.iter().flat_map(|trigger| &trigger.topics);
        let drawn = step.virtual_emits.iter().chain(&step.virtual_subscribes);
        let topics = taken
            .chain(step.emits.topics())
            .chain(drawn)
            .map(|topic| &topic.topic);
        singles.chain(parts.flatten()).chain(&step.flows).chain(topics)
    });
    let streams = facts.stream.iter().filter_map(|stream| stream.name.as_ref());
    let calls = facts.emits.iter().filter_map(|emit| emit.topic.as_ref());
    let states = facts
        .state_uses
        .iter()
        .flat_map(|access| [&access.group, &access.key])
        .flatten();
    let uses = facts.stream_uses.iter().map(|stream| &stream.name);
    config.chain(streams).chain(calls).chain(states).chain(uses)
}

/// Calls `visit` with each list of topics in the config.
pub(crate) fn for_each_list(facts: &mut FileFacts, visit: &mut dyn FnMut(&mut Vec<TopicRef>)) {
    let Some(step) = &mut facts.step else { return };
    for trigger in &mut step.triggers {
        visit(&mut trigger.topics);
    }
    if let Declaration::List { topics: declared, .. } = &mut step.emits {
        visit(declared);
    }
    visit(&mut step.virtual_emits);
    visit(&mut step.virtual_subscribes);
}

/// Calls `visit` with each of them, in no promised order.
pub(crate) fn for_each_mut(facts: &mut FileFacts, visit: &mut dyn FnMut(&mut Text)) {
    if let Some(step) = &mut facts.step {
        one(step.kind_text.as_mut(), visit);
        one(step.name.as_mut(), visit);
        for trigger in &mut step.triggers {
            topics(&mut trigger.topics, visit);
            one(trigger.method.as_mut(), visit);
            one(trigger.path.as_mut(), visit);
            one(trigger.cron.as_mut(), visit);
        }
        if let Declaration::List { topics: declared, .. } = &mut step.emits {
            topics(declared, visit);
        }
        topics(&mut step.virtual_emits, visit);
        topics(&mut step.virtual_subscribes, visit);
        step.flows.iter_mut().for_each(|flow| visit(&mut flow.text));
    }
    if let Some(stream) = &mut facts.stream {
        one(stream.name.as_mut(), visit);
    }
    for emit in &mut facts.emits {
        one(emit.topic.as_mut(), visit);
    }
    for access in &mut facts.state_uses {
        one(access.group.as_mut(), visit);
        one(access.key.as_mut(), visit);
    }
    for stream in &mut facts.stream_uses {
        visit(&mut stream.name.text);
    }
}

fn one(fact: Option<&mut TextFact>, visit: &mut dyn FnMut(&mut Text)) {
    if let Some(fact) = fact {
        visit(&mut fact.text);
    }
}

fn topics(topics: &mut [TopicRef], visit: &mut dyn FnMut(&mut Text)) {
    for topic in topics {
        visit(&mut topic.topic.text);
    }
}

#[cfg(test)]
mod tests {
    use banister_grammars::{Language, extract};

    use super::*;

    #[test]
    fn reading_and_changing_see_the_same_texts() {
        let mut facts = extract(
            Language::TypeScript,
            "export const config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: ['a', 'b'], flows: ['f'], \
             virtualEmits: ['c'], virtualSubscribes: ['d'] }\n\
             export const handler = async (req, { emit, state, streams }) => {\n\
             await emit({ topic: 'e', data: {} }); await state.get('g', 'k'); await streams.s.set('x', 'y', {}) }\n",
        );
        let mut read: Vec<Text> = all(&facts).cloned().collect();
        let mut changed = Vec::new();
        for_each_mut(&mut facts, &mut |text| changed.push(text.clone()));
        let order = |text: &Text| format!("{text:?}");
        read.sort_by_key(order);
        changed.sort_by_key(order);
        assert_eq!(read, changed);
        assert!(read.len() >= 12, "{read:?}");
    }
}
