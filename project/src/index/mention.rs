//! The places of a file where a topic can stand.

use banister_grammars::Span;
use banister_grammars::facts::{EmitSite, FileFacts, TextFact, TopicRef};

/// What a topic is at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Role {
    /// In `subscribes`, or the topic of a queue trigger.
    Subscribes,
    /// In `emits` or `enqueues`.
    Declares,
    /// In an emit call.
    Emits,
    /// In `virtualSubscribes`.
    VirtualSubscribes,
    /// In `virtualEmits` or `virtualEnqueues`.
    VirtualEmits,
}

impl Role {
    /// The roles of the sending side.
    pub(crate) const SENDING: &'static [Role] = &[Role::Emits, Role::Declares, Role::VirtualEmits];
    /// The roles of the taking side.
    pub(crate) const TAKING: &'static [Role] = &[Role::Subscribes, Role::VirtualSubscribes];

    /// True on the sending side.
    pub(crate) fn sends(self) -> bool {
        Role::SENDING.contains(&self)
    }
}

/// A place that names a topic for sure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mention {
    pub(crate) file: String,
    pub(crate) span: Span,
    pub(crate) role: Role,
    /// True if the topic is written right here, so that it can be edited in place.
    pub(crate) literal: bool,
}

/// A place where a topic stands or will, known or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot<'f> {
    pub(crate) role: Role,
    pub(crate) fact: &'f TextFact,
    /// Slots of one list share a number; every emit call has its own.
    pub(crate) list: usize,
}

/// Every topic slot of a file: the config's lists first, then the emit calls in source order.
pub(crate) fn slots(facts: &FileFacts) -> Vec<Slot<'_>> {
    let mut lists: Vec<(Role, Vec<&TextFact>)> = Vec::new();
    if let Some(step) = &facts.step {
        lists.extend(
            step.triggers
                .iter()
                .map(|trigger| (Role::Subscribes, of_config(&trigger.topics))),
        );
        lists.push((Role::Declares, of_config(step.emits.topics())));
        lists.push((Role::VirtualSubscribes, of_config(&step.virtual_subscribes)));
        lists.push((Role::VirtualEmits, of_config(&step.virtual_emits)));
    }
    lists.extend(
        facts
            .emits
            .iter()
            .filter(|emit| emit.through.is_none() || is_argument(emit))
            .map(|emit| (Role::Emits, emit.topic.iter().collect())),
    );
    let numbered = lists.into_iter().enumerate();
    numbered
        .flat_map(|(list, (role, topics))| topics.into_iter().map(move |fact| Slot { role, fact, list }))
        .collect()
}

/// True if the topic is written at the call: what a helper writes itself is a place of the helper.
fn is_argument(emit: &EmitSite) -> bool {
    emit.topic.as_ref().is_some_and(|topic| topic.span != emit.callee)
}

fn of_config(topics: &[TopicRef]) -> Vec<&TextFact> {
    topics.iter().map(|topic| &topic.topic).collect()
}
