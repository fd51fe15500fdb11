//! What one revision of a workspace breaks that another one promised.

use std::collections::{BTreeMap, BTreeSet};

use banister_grammars::Span;
use banister_grammars::facts::StepKind;

use super::schema::{Change, narrowed, withdrawn};
use super::{Contract, Place, Promise, RouteContract, StepContract, Taken};
use crate::diagnostic::{Diagnostic, Related, Severity};
use crate::index::Index;
use crate::rules::{Rule, contract as rule};
use crate::workspace::Snapshot;

/// The findings of the `contract-…` rules: what `head` no longer keeps of `base`, which the messages call `name` (a
/// branch, a tag). Sorted as every report is. Projects are the same if their roots are; steps, if their names are.
pub fn breaks(base: &Snapshot, head: &Snapshot, name: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for old in base.indexes() {
        let new = head
            .indexes()
            .iter()
            .find(|index| index.project.root == old.project.root);
        // A project that moved or was given up is no broken promise between its steps.
        if let Some(new) = new {
            let mut comparison = Comparison::new(old, new, (base, head), name);
            comparison.run();
            found.extend(comparison.found);
        }
    }
    found.sort_by(crate::diagnostic::order);
    found
}

struct Comparison<'a> {
    old: Contract,
    new: Contract,
    index: &'a Index,
    base: &'a Snapshot,
    head: &'a Snapshot,
    name: &'a str,
    found: Vec<Diagnostic>,
}

impl<'a> Comparison<'a> {
    fn new(old: &Index, new: &'a Index, (base, head): (&'a Snapshot, &'a Snapshot), name: &'a str) -> Self {
        Self {
            old: Contract::of(old),
            new: Contract::of(new),
            index: new,
            base,
            head,
            name,
            found: Vec::new(),
        }
    }

    fn run(&mut self) {
        let (old, new) = (self.old.clone(), self.new.clone());
        let renamed = self.renamed_topics(&old, &new);
        for step in &old.steps {
            let now = same_step(step, &new);
            for taken in &step.takes {
                if !renamed.contains(&taken.topic) {
                    self.subscriber(step, taken, now);
                }
            }
            self.routes(step, now, &new);
        }
    }

    /// A topic that nobody names any more, and the one that took its place.
    fn renamed_topics(&mut self, old: &Contract, new: &Contract) -> BTreeSet<String> {
        let (before, after) = (ends(old), ends(new));
        let mut renamed = BTreeSet::new();
        let hidden =
            self.index.sends_unseen() || self.index.takes_unseen() || !self.index.dynamic().is_empty();
        for (topic, end) in &before {
            let is_whole = !end.senders.is_empty() && !end.takers.is_empty();
            if after.contains_key(topic) || !is_whole || hidden {
                continue;
            }
            let heirs = after.iter().filter(|(new_topic, new_end)| {
                !before.contains_key(*new_topic)
                    && !end.senders.is_disjoint(&new_end.senders)
                    && !end.takers.is_disjoint(&new_end.takers)
            });
            let heirs: Vec<&str> = heirs.map(|(topic, _)| topic.as_str()).collect();
            let [heir] = heirs.as_slice() else { continue };
            renamed.insert(topic.clone());
            let Some((was, now)) = takers_of(topic, heir, old, new) else {
                continue;
            };
            let message = format!("the topic '{topic}' of `{}` is now '{heir}'", self.name);
            self.report(&rule::RENAMED_TOPIC, Severity::Warning, &now.place, message)
                .help(format!(
                    "let {} take both until no message on '{topic}' is under way any more",
                    was.0
                ))
                .was(&was.1.place, &format!("'{topic}'"));
        }
        renamed
    }

    fn subscriber(&mut self, step: &StepContract, taken: &Taken, now: Option<&StepContract>) {
        let topic = &taken.topic;
        if let Some(kept) = now.and_then(|now| now.takes.iter().find(|it| it.topic == *topic)) {
            self.payload(topic, taken, kept, step);
            return;
        }
        let sent = self.new.steps.iter().flat_map(|it| &it.sends);
        let Some(sent) = sent
            .filter(|it| it.arrives)
            .find(|it| it.topic == *topic)
            .cloned()
        else {
            return;
        };
        let may_still_take = now.is_some_and(|now| now.open) || self.index.takes_unseen();
        if may_still_take {
            return;
        }
        let others: Vec<&str> = self
            .new
            .steps
            .iter()
            .filter(|it| it.takes.iter().any(|taken| taken.topic == *topic))
            .map(|it| it.name.as_str())
            .collect();
        // A step under another name that has taken over in the same file is the same subscriber.
        let is_replaced =
            self.new.steps.iter().any(|it| {
                it.place.file == step.place.file && it.takes.iter().any(|taken| taken.topic == *topic)
            });
        if is_replaced {
            return;
        }
        let (severity, rest) = match others.as_slice() {
            [] if !self.index.may_be_subscribed(topic) => {
                (Severity::Error, "and nobody else does".to_owned())
            }
            [] => return,
            others => (Severity::Warning, format!("{} still does", others.join(", "))),
        };
        let place = now.map_or_else(|| self.gone(&step.place), |now| now.place.clone());
        let what = if now.is_some() {
            "no longer takes"
        } else {
            "is gone and took"
        };
        let message = format!("{} {what} '{topic}', which is still sent; {rest}", step.name);
        self.report(&rule::REMOVED_SUBSCRIBER, severity, &place, message)
            .related(&sent.place, format!("'{topic}' is sent here"))
            .was(&taken.place, &format!("{} takes '{topic}'", step.name));
    }

    fn payload(&mut self, topic: &str, was: &Taken, now: &Taken, step: &StepContract) {
        let (Some(old), Some(new)) = (&was.schema, &now.schema) else {
            return;
        };
        let changes = narrowed(&old.schema, &new.schema);
        if !changes.is_empty() {
            let message = format!("{} now {} on '{topic}'", step.name, told(&changes));
            self.schema_changed(&rule::NARROWED_PAYLOAD, Severity::Warning, (old, new, &changes), message)
                .help("messages of older senders that are under way, and senders outside the project, do not know of it");
        }
    }

    fn routes(&mut self, step: &StepContract, now: Option<&StepContract>, new: &Contract) {
        for route in &step.routes {
            let answers =
                |it: &&RouteContract| it.method == route.method && shape(&it.path) == shape(&route.path);
            match new.steps.iter().flat_map(|it| &it.routes).find(answers) {
                Some(kept) => self.route(route, kept),
                None => self.removed_route(step, route, now),
            }
        }
    }

    fn removed_route(&mut self, step: &StepContract, route: &RouteContract, now: Option<&StepContract>) {
        let may_answer = |it: &StepContract| it.open && it.kind == Some(StepKind::Api);
        if now.is_some_and(|now| now.open)
            || self.index.takes_unseen()
            || self.new.steps.iter().any(may_answer)
        {
            return;
        }
        let RouteContract { method, path, .. } = route;
        // Routes that the step answered all along have not taken the place of this one.
        let is_new = |it: &&RouteContract| {
            step.routes
                .iter()
                .all(|old| (&old.method, &old.path) != (&it.method, &it.path))
        };
        let heir = now.and_then(|now| now.routes.iter().find(is_new));
        let (message, place) = match heir {
            Some(heir) => (
                format!("'{method} {path}' is now '{} {}'", heir.method, heir.path),
                heir.place.clone(),
            ),
            None => (
                format!("nobody answers '{method} {path}' any more"),
                now.map_or_else(|| self.gone(&step.place), |now| now.place.clone()),
            ),
        };
        self.report(&rule::REMOVED_ROUTE, Severity::Error, &place, message)
            .help("keep the old route until its clients have moved")
            .was(&route.place, &format!("{} answers '{method} {path}'", step.name));
    }

    fn route(&mut self, was: &RouteContract, now: &RouteContract) {
        let name = format!("{} {}", now.method, now.path);
        if let (Some(old), Some(new)) = (&was.body, &now.body) {
            let changes = narrowed(&old.schema, &new.schema);
            if !changes.is_empty() {
                let message = format!("the body of '{name}' now {}", told(&changes));
                self.schema_changed(
                    &rule::NARROWED_PAYLOAD,
                    Severity::Error,
                    (old, new, &changes),
                    message,
                )
                .help("clients that were written for the old schema are refused");
            }
        }
        for (status, old) in &was.responses {
            let Some(new) = now.responses.get(status) else {
                continue;
            };
            let (Some(old), Some(new)) = (old, new) else {
                continue;
            };
            let changes = withdrawn(&old.schema, &new.schema);
            if !changes.is_empty() {
                let message = format!("the response {status} of '{name}' {}", told(&changes));
                self.schema_changed(
                    &rule::NARROWED_RESPONSE,
                    Severity::Error,
                    (old, new, &changes),
                    message,
                )
                .help("clients that read it find nothing, or something else");
            }
        }
    }

    /// Stands at the first field that changed and is still there, and names where that was.
    fn schema_changed(
        &mut self,
        rule: &'static Rule,
        severity: Severity,
        (old, new, changes): (&Promise, &Promise, &[Change]),
        message: String,
    ) -> Report<'_, 'a> {
        let pointer = changes.first().map_or("", |change| change.pointer.as_str());
        let what = if old.fields.contains_key(pointer) {
            "the field"
        } else {
            "the schema"
        };
        self.report(rule, severity, new.place_of(pointer), message)
            .was(old.place_of(pointer), what)
    }

    /// The beginning of a file, which a reader may look for in vain.
    fn gone(&self, place: &Place) -> Place {
        Place {
            file: place.file.clone(),
            span: Span::new(0, 0),
            line: 1,
        }
    }

    /// The one line that reads as the line of an old place did; the beginning of the file if there is none or if there
    /// are many.
    fn same_line(&self, old: &Place) -> Place {
        let line_of = |text: &str| {
            let line = usize::try_from(old.line).unwrap_or(usize::MAX).saturating_sub(1);
            text.lines().nth(line).map(|line| line.trim().to_owned())
        };
        let wanted = self
            .base
            .source(&old.file)
            .and_then(|source| line_of(&source.text));
        let (Some(wanted), Some(now)) = (wanted, self.head.source(&old.file)) else {
            return self.gone(old);
        };
        let mut at = 0;
        let mut same = Vec::new();
        for (number, line) in (1..).zip(now.text.split_inclusive('\n')) {
            if line.trim() == wanted {
                let start = at + (line.len() - line.trim_start().len());
                same.push((number, Span::new(start, start + wanted.len())));
            }
            at += line.len();
        }
        match same.as_slice() {
            [(line, span)] => Place {
                file: old.file.clone(),
                span: *span,
                line: *line,
            },
            _ => self.gone(old),
        }
    }

    fn report(
        &mut self,
        rule: &'static Rule,
        severity: Severity,
        place: &Place,
        message: String,
    ) -> Report<'_, 'a> {
        // Settings have the last word, as they do on every rule.
        let level = self.index.config.rules.get(rule.name).copied();
        let at = (level != Some(None)).then(|| {
            self.found.push(Diagnostic {
                rule: rule.name,
                severity: level.flatten().unwrap_or(severity),
                message,
                file: place.file.clone(),
                span: place.span,
                related: Vec::new(),
                help: None,
                fix: None,
                fix_is_guess: false,
                unnecessary: false,
            });
            self.found.len() - 1
        });
        Report { comparison: self, at }
    }
}

/// A finding that was just reported, unless its rule is off.
struct Report<'c, 'a> {
    comparison: &'c mut Comparison<'a>,
    at: Option<usize>,
}

impl Report<'_, '_> {
    fn help(mut self, help: impl Into<String>) -> Self {
        self.edit(|finding| finding.help = Some(help.into()));
        self
    }

    fn related(mut self, place: &Place, message: String) -> Self {
        let related = Related {
            message,
            file: place.file.clone(),
            span: place.span,
        };
        self.edit(|finding| finding.related.push(related));
        self
    }

    /// Names the place of the old revision, and shows what stands there now.
    fn was(self, place: &Place, what: &str) -> Self {
        let message = format!("{what} at line {} in `{}`", place.line, self.comparison.name);
        let (now, message) = match self.comparison.head.source(&place.file) {
            Some(_) => (self.comparison.same_line(place), message),
            // Where the file is gone there is nothing to show code of; the message tells it all the same.
            None => (
                self.comparison.gone(place),
                format!("{message}; the file is gone"),
            ),
        };
        self.related(&now, message)
    }

    fn edit(&mut self, change: impl FnOnce(&mut Diagnostic)) {
        if let Some(finding) = self.at.and_then(|at| self.comparison.found.get_mut(at)) {
            change(finding);
        }
    }
}

#[derive(Default)]
struct Ends {
    senders: BTreeSet<String>,
    takers: BTreeSet<String>,
}

/// Every topic with the names of the steps at its ends.
fn ends(contract: &Contract) -> BTreeMap<String, Ends> {
    let mut ends: BTreeMap<String, Ends> = BTreeMap::new();
    for step in &contract.steps {
        for sent in &step.sends {
            let end = ends.entry(sent.topic.clone()).or_default();
            end.senders.insert(step.name.clone());
        }
        for taken in &step.takes {
            let end = ends.entry(taken.topic.clone()).or_default();
            end.takers.insert(step.name.clone());
        }
    }
    ends
}

/// A step that took `topic` and takes `heir` now: its name with the old place, and the new place.
fn takers_of<'c>(
    topic: &str,
    heir: &str,
    old: &'c Contract,
    new: &'c Contract,
) -> Option<((&'c str, &'c Taken), &'c Taken)> {
    old.steps.iter().find_map(|step| {
        let was = step.takes.iter().find(|taken| taken.topic == topic)?;
        let now = same_step(step, new)?;
        let now = now.takes.iter().find(|taken| taken.topic == heir)?;
        Some(((step.name.as_str(), was), now))
    })
}

/// The step of the same name, else the one of the same file.
fn same_step<'c>(step: &StepContract, contract: &'c Contract) -> Option<&'c StepContract> {
    let named = contract.steps.iter().find(|it| it.name == step.name);
    named.or_else(|| contract.steps.iter().find(|it| it.place.file == step.place.file))
}

/// Changes in one sentence.
fn told(changes: &[Change]) -> String {
    let texts: Vec<&str> = changes.iter().map(|change| change.text.as_str()).collect();
    texts.join(", ")
}

/// A path without the names of its parameters.
fn shape(path: &str) -> String {
    path.trim_end_matches('/')
        .split('/')
        .map(|part| if part.starts_with(':') { ":" } else { part })
        .collect::<Vec<_>>()
        .join("/")
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests;
