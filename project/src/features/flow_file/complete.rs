//! What may be written in a flow test: its keys, and the names of the project.

use std::collections::BTreeSet;

use super::{Place, step_of};
use crate::config::ALLOWABLE;
use crate::features::completion::{input::path_params, nearest, payload, ranked::Ranked};
use crate::features::fields::{Field, fields};
use crate::features::{Completion, CompletionKind, MAX_COMPLETIONS, card};
use crate::flow_test::{Isolation, keys, schema};
use crate::index::{EntityKind, Index, Topic};
use crate::profile::Profile;
use crate::project::{Step, Stream};

pub(in crate::features) fn completion(index: &Index, text: &str, offset: u32) -> Option<Vec<Completion>> {
    let place = Place::at(text, offset)?;
    let mut path = place.path();
    // What begins together is written as what begins alone.
    if path.starts_with(&["tests", "-", "when", "-", "together", "-"]) && path.len() > 6 {
        path.drain(4..6);
    }
    let mut list = List {
        place: &place,
        text,
        typed: text
            .get(place.replace.start as usize..offset as usize)
            .unwrap_or_default(),
        found: Ranked::new(place.replace),
    };
    // An item of a list of names may be taken for the start of a key.
    if path.ends_with(&["ran", "-"]) {
        list.steps(index, |_| true);
    } else if place.is_key && !path.ends_with(&["allow", "-"]) {
        list.keys(index, &path)?;
    } else {
        list.values(index, &path)?;
    }
    Some(list.found.finish())
}

/// What happens to an item of a stream.
const STREAM_EVENTS: [&str; 4] = ["create", "update", "delete", "event"];

struct List<'p> {
    place: &'p Place<'p>,
    text: &'p str,
    /// What stands before the cursor already.
    typed: &'p str,
    found: Ranked,
}

impl List<'_> {
    fn keys(&mut self, index: &Index, path: &[&str]) -> Option<()> {
        if let Some(known) = keys::at(path) {
            for key in known {
                let about = schema::about(path, key);
                self.key(
                    key,
                    CompletionKind::Key,
                    about,
                    "",
                    schema::starts_block(path, key),
                );
            }
            return Some(());
        }
        match path {
            ["tests", "-", "given", "state"] | ["tests", "-", "then", "-", "state"] => {
                self.entities(index, EntityKind::StateGroup, CompletionKind::StateGroup);
            }
            ["tests", "-", "given", "state", group] | ["tests", "-", "then", "-", "state", group] => {
                for key in state_keys(index, group) {
                    self.key(key, CompletionKind::StateKey, "", "", false);
                }
            }
            ["mocks", "modules"] | ["tests", "-", "mocks", "modules"] => self.modules(index),
            ["tests", "-", "then", "-", "stream"] | ["tests", "-", "given", "streams"] => {
                self.entities(index, EntityKind::Stream, CompletionKind::Stream)
            }
            ["tests", "-", "when", "-", "emit", "data", rest @ ..]
            | [
                "tests",
                "-",
                "then",
                "-",
                "emitted" | "dead_lettered" | "retried",
                "data",
                rest @ ..,
            ] => {
                let topic = self.place.value_above(1 + mappings(rest), "topic")?;
                self.fields(payload::of_topic(index, topic, &as_schema_path(rest)));
            }
            ["tests", "-", "when", "-", "body", rest @ ..] => {
                let step = step_of(index, self.place.value_above(1 + mappings(rest), "request")?)?;
                let (_, schema) = index.only_input_schema(step)?;
                self.fields(fields(&schema.input(), &as_schema_path(rest)));
            }
            _ => return None,
        }
        Some(())
    }

    fn values(&mut self, index: &Index, path: &[&str]) -> Option<()> {
        match path {
            ["tests", "-", "when", "-", "emit", "topic"]
            | [
                "tests",
                "-",
                "then",
                "-",
                "emitted" | "dead_lettered" | "retried",
                "topic",
            ]
            | ["tests", "-", "then", "-", "not_emitted"] => self.topics(index),
            [
                "tests",
                "-",
                "then",
                "-",
                "dead_lettered" | "retried" | "threw",
                "step",
            ] => self.steps(index, |_| true),
            ["tests", "-", "when", "-", "cron"] => self.steps(index, |step| step.cron().is_some()),
            ["tests", "-", "when", "-", "request"] => self.routes(index),
            ["profile"] | ["tests", "-", "profile"] => self.fixed(&Profile::NAMES),
            ["isolation"] | ["tests", "-", "isolation"] => self.fixed(&Isolation::NAMES),
            ["allow", "-"] | ["tests", "-", "allow", "-"] => self.fixed(&ALLOWABLE),
            ["tests", "-", "for_all", _, "schema_of"] => self.schemas(index),
            ["tests", "-", "then", "-", "stream_event", "stream"] => self.streams(index),
            ["tests", "-", "then", "-", "stream_event", "type"] => self.fixed(&STREAM_EVENTS),
            ["tests", "-", "then", "-", "log", "level"] => self.fixed(keys::levels()),
            [.., "reply", "fault"] | [.., "replies", "-", "fault"] => self.fixed(keys::faults()),
            _ => return None,
        }
        Some(())
    }

    fn fixed(&mut self, values: &[&str]) {
        for value in values {
            self.add(value, CompletionKind::Value, "", String::new(), None);
        }
    }

    fn topics(&mut self, index: &Index) {
        let all = index.topics.iter().collect();
        for topic in nearest::some(all, self.typed, |topic: &&Topic| &topic.name) {
            self.add(
                &topic.name,
                CompletionKind::Topic,
                &card::summary(index, &topic.mentions),
                String::new(),
                None,
            );
        }
    }

    fn steps(&mut self, index: &Index, fits: impl Fn(&Step) -> bool) {
        let fitting = index.project.steps.iter().filter(|step| fits(step));
        let named = fitting.filter_map(|step| Some((step.name()?, step)));
        for (name, step) in nearest::some(named.collect(), self.typed, |(name, _)| name) {
            self.add(
                name,
                CompletionKind::Step,
                step.language.name(),
                card::step(index, step),
                None,
            );
        }
    }

    fn routes(&mut self, index: &Index) {
        let mut seen = BTreeSet::new();
        let mut routes = Vec::new();
        for step in &index.project.steps {
            let Some((method, path)) = step.route() else {
                continue;
            };
            let route = format!("{} {path}", method.to_ascii_uppercase());
            if seen.insert(route.clone()) {
                routes.push((route, path, step));
            }
        }
        for (route, path, step) in nearest::some(routes, self.typed, |(route, ..)| route) {
            let snippet = (1..)
                .zip(path_params(path))
                .fold(route.clone(), |route, (number, name)| {
                    route.replacen(&format!(":{name}"), &format!("${{{number}:{name}}}"), 1)
                });
            let snippet = (snippet != route).then_some(snippet);
            self.add(
                &route,
                CompletionKind::Route,
                step.label(),
                card::step(index, step),
                snippet,
            );
        }
    }

    fn schemas(&mut self, index: &Index) {
        let mut schemas = Vec::new();
        for step in &index.project.steps {
            let part = if step.route().is_some() { "body" } else { "input" };
            if let (Some(name), Some(_)) = (step.name(), index.only_input_schema(step)) {
                schemas.push((format!("{name}.{part}"), step));
            }
        }
        for (label, step) in nearest::some(schemas, self.typed, |(label, _)| label) {
            self.add(
                &label,
                CompletionKind::Step,
                step.language.name(),
                card::step(index, step),
                None,
            );
        }
    }

    fn streams(&mut self, index: &Index) {
        let names: BTreeSet<&str> = index.project.streams.iter().filter_map(Stream::name).collect();
        for name in names {
            self.add(name, CompletionKind::Stream, "", card::stream(index, name), None);
        }
    }

    /// Packages that code of the project imports: what mocks stand in for.
    fn modules(&mut self, index: &Index) {
        let imports = index.sources().flat_map(|source| &source.facts.imports);
        let packages = imports.map(|import| import.module.as_str());
        let packages: BTreeSet<&str> = packages.filter(|module| !module.starts_with('.')).collect();
        for package in packages {
            self.key(package, CompletionKind::Value, "imported here", "", true);
        }
    }

    fn entities(&mut self, index: &Index, kind: EntityKind, shown: CompletionKind) {
        let are_many = nearest::are_many(index, shown);
        for (entity, places) in index.all_entities() {
            if entity.kind == kind
                && self.takes(&entity.name, are_many)
                && places.iter().any(|place| !place.file.ends_with(".yaml"))
            {
                self.key(&entity.name, shown, "", "", true);
            }
        }
    }

    /// False for what is left out where a project has more names than a person reads.
    fn takes(&self, name: &str, are_many: bool) -> bool {
        !are_many || self.found.len() < MAX_COMPLETIONS && nearest::fits(self.typed, name)
    }

    fn fields(&mut self, found: Vec<Field>) {
        for field in found {
            self.key(
                &field.name,
                CompletionKind::Field,
                &field.detail(),
                &field.documentation(),
                false,
            );
        }
    }

    /// A key with its colon, unless that stands there already or the mapping has the key.
    fn key(&mut self, key: &str, kind: CompletionKind, detail: &str, docs: &str, block: bool) {
        let own = self.place.whole();
        let is_written = self
            .place
            .entries()
            .iter()
            .any(|(other, _)| *other == key && own != key);
        if is_written {
            return;
        }
        let behind = self.text[self.place.replace.end as usize..].trim_start_matches(['\'', '"']);
        let has_colon = behind.trim_start_matches(' ').starts_with(':');
        let colon = if block { ":" } else { ": " };
        let insert = if has_colon || self.place.is_quoted {
            key.to_owned()
        } else {
            format!("{key}{colon}")
        };
        self.found.push(key, kind, detail, docs.to_owned(), insert, None);
    }

    fn add(
        &mut self,
        label: &str,
        kind: CompletionKind,
        detail: &str,
        docs: String,
        snippet: Option<String>,
    ) {
        self.found
            .push(label, kind, detail, docs, label.to_owned(), snippet);
    }
}

/// Items count as none: they are no mapping of their own.
fn mappings(path: &[&str]) -> usize {
    path.iter().filter(|key| **key != "-").count()
}

fn as_schema_path<'p>(path: &[&'p str]) -> Vec<&'p str> {
    path.iter()
        .map(|key| if *key == "-" { "[]" } else { key })
        .collect()
}

fn state_keys<'i>(index: &'i Index, group: &str) -> BTreeSet<&'i str> {
    let steps = index.project.steps.iter().map(Step::facts);
    let uses = steps.flat_map(|facts| &facts.state_uses);
    uses.filter(|used| {
        used.group
            .as_ref()
            .is_some_and(|it| it.text.known() == Some(group))
    })
    .filter_map(|used| used.key.as_ref()?.text.known())
    .collect()
}

#[cfg(test)]
mod tests;
