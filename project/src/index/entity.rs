//! The named things of a project and every place that names them: what references, highlights and renames share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use banister_grammars::facts::{Access, Text, TextFact};
use banister_grammars::{FileFacts, Span};

use super::{Index, Mention, Role, slots};
use crate::flow_source::FlowSource;
use crate::flow_test::{Action, Expectation, FlowFile, InputSource};
use crate::project::{Step, Stream};
use crate::resolve::{Resolver, texts};
use crate::shelf::{Shelf, Shelved};

/// What kind of thing a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntityKind {
    /// A topic of messages.
    Topic,
    /// A step, by the name in its config.
    Step,
    /// A group of the shared state.
    StateGroup,
    /// A stream.
    Stream,
    /// A flow that steps belong to.
    Flow,
}

impl EntityKind {
    /// The word for a person.
    pub fn noun(self) -> &'static str {
        match self {
            EntityKind::Topic => "topic",
            EntityKind::Step => "step",
            EntityKind::StateGroup => "state group",
            EntityKind::Stream => "stream",
            EntityKind::Flow => "flow",
        }
    }
}

/// A named thing of one project.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// Its name.
    pub name: String,
}

/// What a place does with the thing that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Usage {
    /// It makes the thing what it is, or changes it: an emit call, a declaration, a write to the state.
    Writes,
    /// It depends on the thing: a subscription, a read.
    Reads,
    /// It names it only: a picture, a flow test.
    Names,
}

/// A place that names a thing for sure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: Arc<str>,
    /// The inside of the quotes of a literal, else the whole expression.
    pub(crate) span: Span,
    pub(crate) usage: Usage,
    /// True if the name is written right here, so that it can be edited in place.
    pub(crate) literal: bool,
}

/// A named thing with every place that names it.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    entity: Entity,
    /// By file and position.
    places: Arc<Vec<Place>>,
}

impl Shelved for Named {
    type Key = Entity;

    fn key(&self) -> &Entity {
        &self.entity
    }
}

/// Every thing of a project with its places.
pub(crate) type Entities = Shelf<Named>;

impl Index {
    /// Every place that names a thing, by file and position.
    pub(crate) fn places(&self, entity: &Entity) -> &[Place] {
        let named = self.entities().get(entity);
        named.map_or(&[], |named| named.places.as_slice())
    }

    /// Every named thing with its places, by kind and name.
    pub(crate) fn all_entities(&self) -> impl Iterator<Item = (&Entity, &[Place])> {
        let each = self.entities().iter();
        each.map(|named| (&named.entity, named.places.as_slice()))
    }

    /// Files the names of all things if that was not done yet.
    pub(crate) fn warm_up(&self) {
        self.entities();
    }

    fn entities(&self) -> &Entities {
        self.entities.get_or_init(|| collect(self))
    }

    /// The things of the project after some files have changed, if they were ever asked for.
    pub(super) fn updated_entities(&self, next: &Self, files: &BTreeSet<&str>) -> OnceLock<Entities> {
        let Some(mut entities) = self.entities.get().cloned() else {
            return OnceLock::new();
        };
        for file in files {
            let (old, new) = (entities_of(self, file), entities_of(next, file));
            let changed = old.keys().chain(new.keys()).collect::<BTreeSet<_>>();
            for entity in changed
                .into_iter()
                .filter(|entity| old.get(entity) != new.get(entity))
            {
                let before = entities.get(entity).map_or(&[][..], |named| &named.places);
                let start = before.partition_point(|place| &*place.file < *file);
                let end = before.partition_point(|place| &*place.file <= *file);
                let own = places_in_order(new.get(entity).cloned().unwrap_or_default());
                let places = [&before[..start], &own, &before[end..]].concat();
                if places.is_empty() {
                    entities.remove(entity);
                } else {
                    entities.insert(Named {
                        entity: entity.clone(),
                        places: Arc::new(places),
                    });
                }
            }
        }
        OnceLock::from(entities)
    }

    /// The thing under the cursor, and its name there.
    pub(crate) fn entity_at(&self, file: &str, offset: u32) -> Option<(Entity, Span)> {
        let mut found: Option<(Entity, Span)> = None;
        each(self, file, &mut |kind, name, place| {
            let is_nearer = || {
                found
                    .as_ref()
                    .is_none_or(|(_, span)| place.span.end - place.span.start < span.end - span.start)
            };
            if place.span.touches(offset) && is_nearer() {
                let name = name.to_owned();
                found = Some((Entity { kind, name }, place.span));
            }
        });
        found
    }

    /// The file and the place where the constant is written that `span` reads.
    pub(crate) fn origin(&self, file: &str, span: Span) -> Option<(String, Span)> {
        let source = self.files.get(file)?;
        let fact = texts::placed(&source.facts).find(|fact| fact.span == span)?;
        if let Some(origin) = fact.origin {
            return Some((file.to_owned(), origin));
        }
        Resolver::new(&self.files, &self.manifests).origin(source, &fact.text)
    }

    /// True if the place is this topic for sure, and not one of several.
    pub(crate) fn is_exact(&self, mention: &Mention) -> bool {
        let facts = self.facts(&mention.file);
        facts.is_none_or(|facts| {
            slots(facts)
                .iter()
                .filter(|slot| slot.fact.span == mention.span)
                .all(|slot| slot.fact.text.known().is_some())
        })
    }

    /// `file:line` of a place.
    pub(crate) fn line_of(&self, file: &str, span: Span) -> String {
        let before = self.text(file).and_then(|text| text.get(..span.start as usize));
        format!("{file}:{}", before.unwrap_or("").matches('\n').count() + 1)
    }
}

fn collect(index: &Index) -> Entities {
    let mut entities: BTreeMap<Entity, Vec<Place>> = BTreeMap::new();
    let mut add = |kind, name: &str, place| {
        let name = name.to_owned();
        entities.entry(Entity { kind, name }).or_default().push(place);
    };
    for step in &index.project.steps {
        of_step(step, &mut add);
    }
    for stream in &index.project.streams {
        of_stream(stream, &mut add);
    }
    for helper in &index.helpers {
        of_facts(&helper.file, helper.facts(), &mut add);
    }
    for flow in &index.flow_tests {
        of_flow_test(flow, &mut add);
    }
    let named = entities.into_iter().map(|(entity, places)| Named {
        entity,
        places: Arc::new(places_in_order(places)),
    });
    named.collect()
}

fn places_in_order(mut places: Vec<Place>) -> Vec<Place> {
    places.sort_by(|a, b| (&a.file, a.span).cmp(&(&b.file, b.span)));
    places.dedup();
    places.shrink_to_fit();
    places
}

fn entities_of(index: &Index, file: &str) -> BTreeMap<Entity, Vec<Place>> {
    let mut entities: BTreeMap<Entity, Vec<Place>> = BTreeMap::new();
    each(index, file, &mut |kind, name, place| {
        let name = name.to_owned();
        entities.entry(Entity { kind, name }).or_default().push(place);
    });
    entities
}

type Visit<'v> = dyn FnMut(EntityKind, &str, Place) + 'v;

/// Visits every place of one file.
fn each(index: &Index, file: &str, visit: &mut Visit<'_>) {
    if let Some(step) = index.project.steps.get(file) {
        of_step(step, visit);
    }
    if let Some(stream) = index.project.streams.get(file) {
        of_stream(stream, visit);
    }
    if let Some(helper) = index.helpers.get(file) {
        of_facts(&helper.file, helper.facts(), visit);
    }
    if let Some(flow) = index.flow_tests.get(file) {
        of_flow_test(flow, visit);
    }
}

fn of_step(step: &Step, visit: &mut Visit<'_>) {
    if let Some(fact) = step.fact() {
        fact.name
            .iter()
            .for_each(|name| known(&step.file, name, EntityKind::Step, Usage::Writes, visit));
        fact.flows
            .iter()
            .for_each(|flow| known(&step.file, flow, EntityKind::Flow, Usage::Names, visit));
    }
    of_facts(&step.file, step.facts(), visit);
}

fn of_stream(stream: &Stream, visit: &mut Visit<'_>) {
    let fact = stream.facts().stream.as_ref();
    if let Some(name) = fact.and_then(|fact| fact.name.as_ref()) {
        known(&stream.file, name, EntityKind::Stream, Usage::Writes, visit);
    }
}

fn of_facts(file: &str, facts: &FileFacts, visit: &mut Visit<'_>) {
    for slot in slots(facts) {
        let usage = match slot.role {
            Role::Emits | Role::Declares => Usage::Writes,
            Role::Subscribes => Usage::Reads,
            Role::VirtualEmits | Role::VirtualSubscribes => Usage::Names,
        };
        known(file, slot.fact, EntityKind::Topic, usage, visit);
    }
    for used in &facts.state_uses {
        let usage = match used.access {
            Access::Read => Usage::Reads,
            Access::Write => Usage::Writes,
        };
        if let Some(group) = &used.group {
            known(file, group, EntityKind::StateGroup, usage, visit);
        }
    }
    for used in &facts.stream_uses {
        stream_use(file, &used.name, visit);
    }
}

fn of_flow_test(flow: &FlowSource, visit: &mut Visit<'_>) {
    if let Ok(file) = &flow.parsed {
        flow_test(&flow.path, file, visit);
    }
}

fn known(file: &str, fact: &TextFact, kind: EntityKind, usage: Usage, visit: &mut Visit<'_>) {
    if let Text::Known(name) = &fact.text
        && !name.is_empty()
    {
        let place = Place {
            file: file.into(),
            span: fact.span,
            usage,
            literal: fact.literal,
        };
        visit(kind, name, place);
    }
}

/// `streams.chat` names the stream as a member: no literal, and yet the name stands right there.
fn stream_use(file: &str, name: &TextFact, visit: &mut Visit<'_>) {
    let mut with_place = |kind, text: &str, place: Place| {
        let is_member = (place.span.end - place.span.start) as usize == text.len();
        let literal = place.literal || is_member;
        visit(kind, text, Place { literal, ..place });
    };
    known(file, name, EntityKind::Stream, Usage::Reads, &mut with_place);
}

fn flow_test(path: &str, file: &FlowFile, visit: &mut Visit<'_>) {
    let mut name = |kind, text: &str, span: Span| {
        let inside = inside_quotes(&file.text, span);
        // A name that is quoted with escapes, or is an alias, is not written as it reads.
        let literal = inside.slice(&file.text) == text;
        if literal && !text.contains("{{") {
            let place = Place {
                file: path.into(),
                span: inside,
                usage: Usage::Names,
                literal,
            };
            visit(kind, text, place);
        }
    };
    for test in &file.tests {
        for (_, source) in &test.for_all {
            if let InputSource::SchemaOf { step, span, .. } = source {
                let start = inside_quotes(&file.text, *span).start as usize;
                name(EntityKind::Step, step, Span::new(start, start + step.len()));
            }
        }
        for (stream, ..) in &test.given.streams {
            name(EntityKind::Stream, stream, stream.span);
        }
        let mut state = |items: &crate::flow_test::StateItems| {
            items
                .iter()
                .for_each(|(group, _)| name(EntityKind::StateGroup, group, group.span));
        };
        state(&test.given.state);
        for expectation in &test.then {
            if let Expectation::State(items) = &expectation.value {
                state(items);
            }
        }
        for action in test.actions() {
            match &action.value {
                Action::Emit { topic, .. } => name(EntityKind::Topic, topic, topic.span),
                Action::Cron { step } => name(EntityKind::Step, step, step.span),
                Action::Request { .. }
                | Action::Advance { .. }
                | Action::Socket { .. }
                | Action::Together(_) => {}
            }
        }
        for expectation in &test.then {
            match &expectation.value {
                Expectation::Emitted { topic, .. } | Expectation::NotEmitted { topic } => {
                    name(EntityKind::Topic, topic, topic.span);
                }
                Expectation::Ran(steps) => steps
                    .iter()
                    .for_each(|step| name(EntityKind::Step, step, step.span)),
                Expectation::Stream(streams) => streams
                    .iter()
                    .for_each(|(stream, _)| name(EntityKind::Stream, stream, stream.span)),
                Expectation::DeadLettered(message) | Expectation::Retried(message) => {
                    (message.topic.iter()).for_each(|topic| name(EntityKind::Topic, topic, topic.span));
                    (message.step.iter()).for_each(|step| name(EntityKind::Step, step, step.span));
                }
                Expectation::Threw { step: Some(step), .. } => name(EntityKind::Step, step, step.span),
                Expectation::StreamEvent { stream, .. } => name(EntityKind::Stream, stream, stream.span),
                _ => {}
            }
        }
    }
}

/// A scalar of YAML without its quotes and without the space that the reader counts to it.
fn inside_quotes(text: &str, span: Span) -> Span {
    let written = span.slice(text);
    let trimmed = written.trim_end();
    let is_quoted = |quote| trimmed.len() >= 2 && trimmed.starts_with(quote) && trimmed.ends_with(quote);
    let start = span.start as usize;
    if is_quoted('\'') || is_quoted('"') {
        Span::new(start + 1, start + trimmed.len() - 1)
    } else {
        Span::new(start, start + trimmed.len())
    }
}
