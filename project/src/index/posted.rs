//! What one file adds to the postings of its project. An index is the sum of its files: a change takes out what the old
//! facts of a file added and puts in what the new ones add.

use std::collections::BTreeSet;
use std::sync::Arc;

use banister_grammars::FileFacts;
use banister_grammars::facts::{Declaration, Dialect, StateUse, StepFact, Text};

use super::letters::Letters;
use super::{Helper, Mention, Role, slots};
use crate::project::Step;
use crate::route::shape;
use crate::shelf::Shelved;
use crate::source::Source;

/// Every place that names a topic for sure.
#[derive(Debug, Clone)]
pub(crate) struct Topic {
    /// The topic.
    pub(crate) name: String,
    /// By file and position.
    pub(crate) mentions: Arc<Vec<Mention>>,
    /// The characters of the name: what most other names differ in.
    pub(crate) letters: Letters,
}

impl Topic {
    /// True if a step or a picture takes it.
    pub(crate) fn is_taken(&self) -> bool {
        self.mentions
            .iter()
            .any(|mention| Role::TAKING.contains(&mention.role))
    }
}

impl Shelved for Topic {
    type Key = str;

    fn key(&self) -> &str {
        &self.name
    }
}

/// The files that share a name other than a topic.
#[derive(Debug, Clone)]
pub(crate) struct Posting {
    /// What they share: see [`step_name`], [`route`] and [`written_group`].
    pub(crate) name: String,
    /// Sorted.
    pub(crate) files: Arc<Vec<String>>,
}

impl Shelved for Posting {
    type Key = str;

    fn key(&self) -> &str {
        &self.name
    }
}

/// The posting of the steps of one name.
pub(crate) fn step_name(name: &str) -> String {
    format!("step {name}")
}

/// The posting of the steps that answer alike routes.
pub(crate) fn route(method: &str, path: &str) -> String {
    format!("{} {}", method.to_ascii_uppercase(), shape(path))
}

/// The posting of the files that write a group of the state.
pub(crate) fn written_group(group: &str) -> String {
    format!("state {group}")
}

/// What a file leaves open. Most leave nothing open.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Open {
    /// The file.
    pub(crate) file: String,
    /// Texts of emit calls and declarations that are not exactly known.
    pub(crate) sent: Vec<Text>,
    /// Texts of subscriptions that are not exactly known.
    pub(crate) taken: Vec<Text>,
    /// True if it may send topics that nobody can see.
    pub(crate) sends_unseen: bool,
    /// True if it may take topics that nobody can see.
    pub(crate) takes_unseen: bool,
}

impl Open {
    /// True if nothing is open.
    pub(crate) fn is_empty(&self) -> bool {
        self.sent.is_empty() && self.taken.is_empty() && !self.sends_unseen && !self.takes_unseen
    }
}

impl Shelved for Open {
    type Key = str;

    fn key(&self) -> &str {
        &self.file
    }
}

/// What one file adds.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) topics: Vec<(String, Mention)>,
    pub(crate) open: Open,
    pub(crate) posted: BTreeSet<String>,
}

impl Part {
    /// What a step adds.
    pub(crate) fn of_step(step: &Step) -> Self {
        let mut part = Self::default();
        part.add_topics(&step.file, step.facts());
        part.add_writes(&step.facts().state_uses);
        part.open.sends_unseen = sends_unseen(step);
        part.open.takes_unseen = takes_unseen(step);
        part.open.taken = dynamic_taken(step).collect();
        part.posted.extend(step.name().map(step_name));
        for trigger in step.fact().map_or(&[][..], |fact| &fact.triggers) {
            let known = |text: &Option<_>| {
                let fact: &banister_grammars::facts::TextFact = text.as_ref()?;
                fact.text.known().map(str::to_owned)
            };
            if let (Some(method), Some(path)) = (known(&trigger.method), known(&trigger.path)) {
                part.posted.insert(route(&method, &path));
            }
        }
        part
    }

    /// What a file that is no step adds, and the topics of its resolved facts if it is a helper.
    pub(crate) fn of_other(source: &Source, helper: Option<&Helper>) -> Self {
        let mut part = Self::default();
        if let Some(helper) = helper {
            part.add_topics(&helper.file, helper.facts());
        }
        // Any module may be imported by a step, so all of them count.
        part.add_writes(&source.facts.state_uses);
        part
    }

    fn add_topics(&mut self, file: &str, facts: &FileFacts) {
        file.clone_into(&mut self.open.file);
        for slot in slots(facts) {
            let (text, span, literal) = (&slot.fact.text, slot.fact.span, slot.fact.literal);
            for topic in text.candidates() {
                // An empty string is a topic that is about to be written.
                if !topic.is_empty() {
                    let mention = Mention {
                        file: file.to_owned(),
                        span,
                        role: slot.role,
                        literal,
                    };
                    self.topics.push((topic.clone(), mention));
                }
            }
            if text.candidates().is_empty() && slot.role.sends() {
                self.open.sent.push(text.clone());
            }
        }
    }

    fn add_writes(&mut self, uses: &[StateUse]) {
        let groups = uses
            .iter()
            .filter(|call| writes(call))
            .filter_map(|call| call.group.as_ref());
        let known = groups.flat_map(|group| group.text.candidates());
        self.posted.extend(known.map(|group| written_group(group)));
    }
}

/// True if a call changes a group of the state.
pub(crate) fn writes(call: &StateUse) -> bool {
    matches!(call.method.as_str(), "set" | "update")
}

/// True if the step may send topics that neither its config nor its calls show. With a complete, non-empty list the
/// 0.x runtime drops everything else.
fn sends_unseen(step: &Step) -> bool {
    let Some(fact) = step.fact() else {
        return is_illegible(step);
    };
    let declared_only = fact.dialect == Dialect::V0
        && fact.emits.is_complete()
        && matches!(&fact.emits, Declaration::List { topics, .. } if !topics.is_empty());
    let undeclared = step.facts().emit_escapes && !declared_only;
    let hidden = matches!(
        &fact.emits,
        Declaration::Unknown { .. } | Declaration::List { open: true, .. }
    );
    undeclared || hidden
}

/// True if the step has a config that could not be read: half-typed code, a form that is not understood, or no text. It may take
/// part in any flow, so an edit in one file does not cover the others with consequences.
fn is_illegible(step: &Step) -> bool {
    let source = &step.source;
    step.fact().is_none()
        && (source.unread || !source.facts.problems.is_empty() || source.text.contains("config"))
}

/// True if the step may take topics that its config does not show.
fn takes_unseen(step: &Step) -> bool {
    let has_open_list = |fact: &StepFact| fact.triggers.iter().any(|trigger| trigger.topics_open);
    is_illegible(step) || step.fact().is_some_and(has_open_list)
}

/// The texts of a step's subscriptions that could be one of several topics.
fn dynamic_taken(step: &Step) -> impl Iterator<Item = Text> + '_ {
    step.fact()
        .into_iter()
        .flat_map(|fact| {
            let triggers = fact.triggers.iter().flat_map(|trigger| &trigger.topics);
            triggers.chain(&fact.virtual_subscribes)
        })
        .map(|taken| &taken.topic.text)
        .filter(|text| text.candidates().is_empty())
        .cloned()
}
