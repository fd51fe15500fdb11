//! The named things of a project and every place that names them: what references, highlights and renames share.

use std::collections::BTreeMap;

use banister_grammars::Span;
use banister_grammars::facts::{Access, Text, TextFact};

use super::{Index, Mention, Role, slots};
use crate::flow_test::{Action, Expectation, FlowFile, InputSource};
use crate::resolve::{Resolver, texts};

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
    pub(crate) file: String,
    /// The inside of the quotes of a literal, else the whole expression.
    pub(crate) span: Span,
    pub(crate) usage: Usage,
    /// True if the name is written right here, so that it can be edited in place.
    pub(crate) literal: bool,
}

/// Every thing of a project with its places, by file and position.
pub(crate) type Entities = BTreeMap<Entity, Vec<Place>>;

impl Index {
    /// Every place that names a thing, by file and position.
    pub(crate) fn places(&self, entity: &Entity) -> &[Place] {
        self.all_entities().get(entity).map_or(&[], Vec::as_slice)
    }

    /// Every named thing with its places, by kind and name.
    pub(crate) fn all_entities(&self) -> &Entities {
        self.entities.get_or_init(|| collect(self))
    }

    /// The thing under the cursor, and its name there.
    pub(crate) fn entity_at(&self, file: &str, offset: u32) -> Option<(Entity, Span)> {
        let mut found: Option<(Entity, Span)> = None;
        each(self, Some(file), &mut |kind, name, place| {
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
        let before = self
            .text_of(file)
            .and_then(|text| text.get(..span.start as usize));
        format!("{file}:{}", before.unwrap_or("").matches('\n').count() + 1)
    }

    /// The text of a source file or flow test.
    pub(crate) fn text_of(&self, file: &str) -> Option<&str> {
        let flow = || self.flow_tests.iter().find(|flow| flow.path == file);
        self.text(file).or_else(|| Some(flow()?.text.as_ref()))
    }
}

fn collect(index: &Index) -> Entities {
    let mut entities = Entities::new();
    each(index, None, &mut |kind, name, place| {
        let name = name.to_owned();
        entities.entry(Entity { kind, name }).or_default().push(place);
    });
    for places in entities.values_mut() {
        places.sort_by(|a, b| (&a.file, a.span).cmp(&(&b.file, b.span)));
        places.dedup();
    }
    entities
}

type Visit<'v> = dyn FnMut(EntityKind, &str, Place) + 'v;

/// Visits every place, of one file if one is given.
fn each(index: &Index, only: Option<&str>, visit: &mut Visit<'_>) {
    let wanted = |file: &str| only.is_none_or(|only| only == file);
    for step in index.project.steps.iter().filter(|step| wanted(&step.file)) {
        if let Some(fact) = step.fact() {
            fact.name
                .iter()
                .for_each(|name| known(&step.file, name, EntityKind::Step, Usage::Writes, visit));
            fact.flows
                .iter()
                .for_each(|flow| known(&step.file, flow, EntityKind::Flow, Usage::Names, visit));
        }
    }
    for stream in index.project.streams.iter().filter(|stream| wanted(&stream.file)) {
        let fact = stream.facts().stream.as_ref();
        if let Some(name) = fact.and_then(|fact| fact.name.as_ref()) {
            known(&stream.file, name, EntityKind::Stream, Usage::Writes, visit);
        }
    }
    let steps = index.project.steps.iter().map(|step| (&step.file, step.facts()));
    let helpers = index.helpers.iter().map(|helper| (&helper.file, helper.facts()));
    for (file, facts) in steps.chain(helpers).filter(|(file, _)| wanted(file)) {
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
    for flow in index.flow_tests.iter().filter(|flow| wanted(&flow.path)) {
        if let Ok(file) = &flow.parsed {
            flow_test(&flow.path, file, visit);
        }
    }
}

fn known(file: &str, fact: &TextFact, kind: EntityKind, usage: Usage, visit: &mut Visit<'_>) {
    if let Text::Known(name) = &fact.text
        && !name.is_empty()
    {
        let place = Place {
            file: file.to_owned(),
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
                file: path.to_owned(),
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
        for action in &test.when {
            match &action.value {
                Action::Emit { topic, .. } => name(EntityKind::Topic, topic, topic.span),
                Action::Cron { step } => name(EntityKind::Step, step, step.span),
                Action::Request { .. } | Action::Advance { .. } | Action::Socket { .. } => {}
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
