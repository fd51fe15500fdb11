//! Every text of a file's facts that an import may stand for.

use banister_grammars::FileFacts;
use banister_grammars::facts::{Declaration, Text, TextFact, TopicRef};

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
