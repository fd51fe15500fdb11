//! Why a topic, a step, a route, a state group or a stream is what it is: everything that the project says of it.

mod paths;

use std::collections::BTreeSet;

use banister_grammars::facts::{Access, StepKind, Text};
use banister_grammars::{Encoding, Language, Span};
use serde::Serialize;
use serde_json::Value as Json;

use crate::index::{Index, Role, slots};
use crate::project::Step;
use crate::source::Source;
use crate::workspace::Snapshot;

/// The version of the JSON form. Fields may be added under the same number.
pub const VERSION: u32 = 1;

/// How alike a name must be to be offered.
const LIKENESS: f64 = 0.82;
/// How many names are offered.
const MAX_NEAR: usize = 3;

/// What one project says of a subject.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Story {
    /// [`VERSION`].
    pub version: u32,
    /// The root of the project.
    pub root: String,
    /// `topic`, `step`, `route`, `state` or `stream`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The places that name it, by role, file and position.
    pub entries: Vec<Entry>,
    /// What messages on it must look like, for each subscriber that says so.
    pub schemas: Vec<Schema>,
    /// The shortest way from each route or schedule: names of routes, steps and topics in turn.
    pub paths: Vec<Vec<String>>,
    /// Names of its kind that are much alike; only where an end is missing.
    pub near: Vec<String>,
}

/// A place that has to do with the subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Entry {
    /// What happens there.
    pub part: Part,
    /// The step, or the file of a helper.
    pub step: String,
    /// Its language.
    pub language: Language,
    /// Relative to the workspace, with `/`.
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// 1-based, in characters.
    pub column: u32,
    /// What the place is about, where that is not the subject itself: a topic, a key.
    pub about: Option<String>,
    /// Why nothing comes of it, or what else there is to know.
    pub note: Option<String>,
}

/// The part that a place plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Answers a route.
    Answers,
    /// Runs on a schedule.
    Scheduled,
    /// Lists the topic in `emits` or `enqueues`.
    Declares,
    /// Sends it.
    Emits,
    /// Sends a topic that is computed and may be this one.
    MayEmit,
    /// Draws that it sends it.
    DrawsEmit,
    /// Takes it.
    Subscribes,
    /// Draws that it takes it.
    DrawsSubscribe,
    /// Reads the state or the stream.
    Reads,
    /// Writes it.
    Writes,
    /// Defines the stream.
    Defines,
}

impl Part {
    /// A heading for places of this part.
    pub fn heading(self) -> &'static str {
        match self {
            Part::Answers => "answers",
            Part::Scheduled => "runs on a schedule",
            Part::Declares => "declared",
            Part::Emits => "emitted",
            Part::MayEmit => "may be emitted",
            Part::DrawsEmit => "drawn as emitted",
            Part::Subscribes => "subscribed",
            Part::DrawsSubscribe => "drawn as subscribed",
            Part::Reads => "read",
            Part::Writes => "written",
            Part::Defines => "defined",
        }
    }
}

/// A schema of messages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Schema {
    /// The step that says it.
    pub step: String,
    /// Where it is written.
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// JSON Schema, draft 7 vocabulary.
    pub schema: Json,
}

/// What every project of the workspace says of `query`: a topic, a step's name, a route (`POST /orders`), a state group
/// (`~carts`) or a stream (`%chat`). Empty if none knows it.
pub fn why(snapshot: &Snapshot, query: &str) -> Vec<Story> {
    let stories = snapshot
        .indexes()
        .iter()
        .filter_map(|index| Teller { index }.tell(query));
    stories.collect()
}

/// Names of the workspace that are much like `query`, the likeliest first.
pub fn near(snapshot: &Snapshot, query: &str) -> Vec<String> {
    let names = snapshot
        .indexes()
        .iter()
        .flat_map(|index| Teller { index }.names());
    alike(query, names)
}

struct Teller<'a> {
    index: &'a Index,
}

impl Teller<'_> {
    fn tell(&self, query: &str) -> Option<Story> {
        if let Some(group) = query.strip_prefix('~') {
            return self.state(group);
        }
        if let Some(stream) = query.strip_prefix('%') {
            return self.stream(stream);
        }
        let steps = &self.index.project.steps;
        self.topic(query)
            .or_else(|| Some(self.step(steps.iter().find(|step| step.label() == query)?)))
            .or_else(|| Some(self.step(steps.iter().find(|step| step.file == query)?)))
            .or_else(|| self.route(query))
    }

    fn names(&self) -> Vec<String> {
        let index = self.index;
        let mut names: BTreeSet<String> = index.topics.iter().map(|topic| topic.name.clone()).collect();
        for step in &index.project.steps {
            names.insert(step.label().to_owned());
            names.extend(step.route().map(|(method, path)| format!("{method} {path}")));
            let groups = step
                .facts()
                .state_uses
                .iter()
                .filter_map(|it| it.group.as_ref()?.text.known());
            names.extend(groups.map(|group| format!("~{group}")));
        }
        names.extend(
            index
                .project
                .streams
                .iter()
                .filter_map(|stream| Some(format!("%{}", stream.name()?))),
        );
        names.into_iter().collect()
    }

    fn topic(&self, topic: &str) -> Option<Story> {
        let mentions = self.index.topics.get(topic)?;
        let mut story = self.story("topic", topic);
        for mention in mentions.mentions.iter() {
            let Some(mut entry) = self.entry(part(mention.role), &mention.file, mention.span) else {
                continue;
            };
            let dropping = self.index.step(&mention.file).filter(|step| step.drops(topic));
            if let (Role::Emits, Some(step)) = (mention.role, dropping) {
                let declared = step.emits().join("', '");
                entry.note = Some(format!("dropped: `emits` lists '{declared}' only"));
            }
            story.entries.push(entry);
        }
        for step in &self.index.project.steps {
            self.computed(step, topic, &mut story.entries);
            if let Some((source, schema)) = self.index.input_schema(step, topic) {
                story.schemas.push(Schema {
                    step: step.label().to_owned(),
                    file: source.path.clone(),
                    line: line_of(source, schema.span),
                    schema: schema.input(),
                });
            }
        }
        story.paths = paths::to_topic(self.index, topic);
        let has = |roles: &[Role]| self.index.mentions_as(topic, roles).next().is_some();
        if !has(Role::SENDING) || !has(Role::TAKING) {
            story.near = alike(topic, self.index.topics.iter().map(|topic| topic.name.clone()));
        }
        Some(sorted(story))
    }

    /// Calls whose topic is computed and may come out as this one.
    fn computed(&self, step: &Step, topic: &str, entries: &mut Vec<Entry>) {
        for slot in slots(step.facts()) {
            // Of a wholly unknown topic there is nothing to say that would help.
            let Text::Pattern(parts) = &slot.fact.text else {
                continue;
            };
            if slot.role == Role::Emits
                && slot.fact.text.may_be(topic)
                && let Some(mut entry) = self.entry(Part::MayEmit, &step.file, slot.fact.span)
            {
                entry.note = Some(format!("computed: `{}`", parts.join("${…}")));
                entries.push(entry);
            }
        }
    }

    fn step(&self, step: &Step) -> Story {
        let mut story = self.story("step", step.label());
        for slot in slots(step.facts()) {
            let known = slot.fact.text.candidates();
            for topic in known.iter().filter(|topic| !topic.is_empty()) {
                let Some(mut entry) = self.entry(part(slot.role), &step.file, slot.fact.span) else {
                    continue;
                };
                entry.about = Some(topic.clone());
                entry.note = self.other_end(step, topic, slot.role);
                story.entries.push(entry);
            }
        }
        self.triggers(step, &mut story.entries);
        for used in &step.facts().state_uses {
            let part = access(used.access);
            let group = used.group.as_ref().and_then(|group| group.text.known());
            if let (Some(mut entry), Some(group)) = (self.entry(part, &step.file, used.span), group) {
                entry.about = Some(format!("~{group}"));
                story.entries.push(entry);
            }
        }
        story.paths = paths::to_step(self.index, step);
        sorted(story)
    }

    /// The steps at the other end of a topic, or that there is none.
    fn other_end(&self, step: &Step, topic: &str, role: Role) -> Option<String> {
        if role == Role::Emits && step.drops(topic) {
            return Some("dropped: `emits` does not list it".to_owned());
        }
        let (steps, nobody, some) = if role.sends() {
            (self.index.subscribers(topic), "nobody takes it", "taken by")
        } else {
            (self.index.emitters(topic), "nobody sends it", "sent by")
        };
        let names: Vec<&str> = steps.iter().map(|step| step.label()).collect();
        Some(match names.as_slice() {
            [] => nobody.to_owned(),
            names => format!("{some} {}", names.join(", ")),
        })
    }

    fn triggers(&self, step: &Step, entries: &mut Vec<Entry>) {
        for trigger in step.fact().map_or(&[][..], |fact| &fact.triggers) {
            let route = trigger.method.as_ref().zip(trigger.path.as_ref());
            if let Some((method, path)) = route
                && let Some(mut entry) = self.entry(Part::Answers, &step.file, path.span)
            {
                let text = |text: &Text| text.known().unwrap_or("?").to_owned();
                entry.about = Some(format!("{} {}", text(&method.text), text(&path.text)));
                entries.push(entry);
            }
            if let Some(cron) = trigger.cron.as_ref().filter(|_| trigger.kind == StepKind::Cron)
                && let Some(mut entry) = self.entry(Part::Scheduled, &step.file, cron.span)
            {
                entry.about = cron.text.known().map(str::to_owned);
                entries.push(entry);
            }
        }
    }

    /// `POST /orders`, or `/orders` with any method.
    fn route(&self, query: &str) -> Option<Story> {
        let (method, path) = query
            .split_once(' ')
            .map_or((None, query), |(method, path)| (Some(method), path));
        let answers = |step: &&Step| {
            step.route().is_some_and(|(its_method, its_path)| {
                its_path == path.trim() && method.is_none_or(|method| method.eq_ignore_ascii_case(its_method))
            })
        };
        let steps: Vec<&Step> = self.index.project.steps.iter().filter(answers).collect();
        let mut story = self.story("route", query);
        for step in &steps {
            story.entries.extend(self.step(step).entries);
        }
        (!steps.is_empty()).then(|| sorted(story))
    }

    fn state(&self, group: &str) -> Option<Story> {
        let mut story = self.story("state", group);
        for step in &self.index.project.steps {
            for used in &step.facts().state_uses {
                let named = used.group.as_ref().and_then(|group| group.text.known());
                if named == Some(group) {
                    story
                        .entries
                        .extend(
                            self.entry(access(used.access), &step.file, used.span)
                                .map(|entry| Entry {
                                    about: used
                                        .key
                                        .as_ref()
                                        .and_then(|key| key.text.known())
                                        .map(str::to_owned),
                                    note: Some(format!("`state.{}`", used.method)),
                                    ..entry
                                }),
                        );
                }
            }
        }
        (!story.entries.is_empty()).then(|| sorted(story))
    }

    fn stream(&self, name: &str) -> Option<Story> {
        let mut story = self.story("stream", name);
        for stream in &self.index.project.streams {
            if stream.name() == Some(name) {
                let span = stream
                    .facts()
                    .stream
                    .as_ref()
                    .map_or(Span::new(0, 0), |fact| fact.span);
                story
                    .entries
                    .push(place(Part::Defines, name, &stream.source, span));
            }
        }
        for step in &self.index.project.steps {
            for used in step
                .facts()
                .stream_uses
                .iter()
                .filter(|it| it.name.text.known() == Some(name))
            {
                let method = used.method.as_deref().unwrap_or_default();
                let part = if matches!(method, "set" | "update" | "delete" | "send") {
                    Part::Writes
                } else {
                    Part::Reads
                };
                story
                    .entries
                    .extend(self.entry(part, &step.file, used.span).map(|entry| Entry {
                        note: used.method.as_ref().map(|method| format!("`{method}`")),
                        ..entry
                    }));
            }
        }
        (!story.entries.is_empty()).then(|| sorted(story))
    }

    fn story(&self, kind: &'static str, name: &str) -> Story {
        Story {
            version: VERSION,
            root: self.index.project.root.clone(),
            kind,
            name: name.to_owned(),
            entries: Vec::new(),
            schemas: Vec::new(),
            paths: Vec::new(),
            near: Vec::new(),
        }
    }

    fn entry(&self, part: Part, file: &str, span: Span) -> Option<Entry> {
        let helper = || {
            self.index
                .helpers
                .iter()
                .find(|helper| helper.file == file)
                .map(|it| &*it.source)
        };
        let source = self.index.step(file).map(|step| &*step.source).or_else(helper)?;
        Some(place(part, self.index.label(file), source, span))
    }
}

fn place(part: Part, step: &str, source: &Source, span: Span) -> Entry {
    let at = source.lines.position(&source.text, span.start, Encoding::Utf32);
    Entry {
        part,
        step: step.to_owned(),
        language: source.facts.language,
        file: source.path.clone(),
        line: at.line + 1,
        column: at.column + 1,
        about: None,
        note: None,
    }
}

fn line_of(source: &Source, span: Span) -> u32 {
    source
        .lines
        .position(&source.text, span.start, Encoding::Utf32)
        .line
        + 1
}

fn part(role: Role) -> Part {
    match role {
        Role::Subscribes => Part::Subscribes,
        Role::Declares => Part::Declares,
        Role::Emits => Part::Emits,
        Role::VirtualSubscribes => Part::DrawsSubscribe,
        Role::VirtualEmits => Part::DrawsEmit,
    }
}

fn access(access: Access) -> Part {
    match access {
        Access::Read => Part::Reads,
        Access::Write => Part::Writes,
    }
}

fn sorted(mut story: Story) -> Story {
    story.entries.sort();
    story.entries.dedup();
    story
}

fn alike(name: &str, names: impl IntoIterator<Item = String>) -> Vec<String> {
    let lower = name.to_lowercase();
    let mut near: Vec<(f64, String)> = names
        .into_iter()
        .filter(|other| other != name)
        .map(|other| (strsim::jaro_winkler(&lower, &other.to_lowercase()), other))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .collect();
    near.sort_by(|(one, name), (other, other_name)| other.total_cmp(one).then_with(|| name.cmp(other_name)));
    near.dedup();
    near.into_iter().take(MAX_NEAR).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests;
