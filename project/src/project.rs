//! A project and its steps, with every name resolved across files: what the test harness and the reports read.

mod detected;

use std::sync::Arc;

use banister_grammars::facts::{Declaration, Dialect, EmitSite, StepFact, StepKind, TextFact, TopicRef};
use banister_grammars::{FileFacts, Language};

use crate::config::TestSettings;
use crate::shelf::{Shelf, Shelved};
use crate::source::Source;

pub use detected::Detected;

/// A folder with `steps/` or `src/` that holds steps: one topic space.
#[derive(Debug, Clone)]
pub struct Project {
    /// Relative to the workspace, with `/`; empty for the workspace itself.
    pub root: String,
    /// The name in its `package.json`, else the name of its folder, else `project`.
    pub name: String,
    /// Its loaded steps, by file.
    pub steps: Shelf<Step>,
    /// Its loaded streams, by file.
    pub streams: Shelf<Stream>,
    /// What its settings say about flow tests.
    pub test: TestSettings,
    /// True if its settings make a topic that nobody takes a warning or an error: no flow ends in one on purpose.
    pub takes_every_topic: bool,
}

impl Project {
    /// Which framework its flow tests play: what the settings say, else what its steps show.
    pub fn profile(&self) -> Detected {
        match self.test.profile {
            Some(profile) => Detected {
                profile,
                because: "the settings say so".to_owned(),
            },
            None => detected::detect(&self.steps, &self.streams),
        }
    }
}

/// A loaded step with its names resolved across files.
#[derive(Debug, Clone)]
pub struct Step {
    /// The file, relative to the workspace, with `/`.
    pub file: String,
    /// Its language.
    pub language: Language,
    /// The file as it is written. Its own `facts` still name imports; [`Step::facts`] has them resolved.
    pub source: Arc<Source>,
    pub(crate) resolved: Option<Arc<FileFacts>>,
}

impl Shelved for Step {
    type Key = str;

    fn key(&self) -> &str {
        &self.file
    }
}

impl Step {
    /// The file's facts with imported constants replaced by their values.
    pub fn facts(&self) -> &FileFacts {
        self.resolved.as_deref().unwrap_or(&self.source.facts)
    }

    /// The step's config; absent if it could not be read.
    pub fn fact(&self) -> Option<&StepFact> {
        self.facts().step.as_ref()
    }

    /// Its name.
    pub fn name(&self) -> Option<&str> {
        known(self.fact()?.name.as_ref())
    }

    /// Its name, or its file if it has none that is known.
    pub fn label(&self) -> &str {
        self.name().unwrap_or(&self.file)
    }

    /// Its kind: what `type` says in 0.x, what its first trigger is in 1.0.
    pub fn kind(&self) -> Option<StepKind> {
        let fact = self.fact()?;
        if let Some(kind) = &fact.kind_text {
            return match kind.text.known()? {
                "api" => Some(StepKind::Api),
                "event" => Some(StepKind::Event),
                "cron" => Some(StepKind::Cron),
                "noop" => Some(StepKind::Noop),
                _ => None,
            };
        }
        match (fact.triggers.first(), fact.dialect) {
            (Some(trigger), _) => Some(trigger.kind),
            (None, Dialect::V1) => Some(StepKind::Noop),
            (None, Dialect::V0) => None,
        }
    }

    /// The generation of the framework that its config is written for.
    pub fn dialect(&self) -> Dialect {
        self.fact().map_or(Dialect::V0, |fact| fact.dialect)
    }

    /// The topics that start it, as far as they are known, in source order.
    pub fn subscribes(&self) -> Vec<&str> {
        let triggers = self.fact().map_or(&[][..], |fact| &fact.triggers);
        names(triggers.iter().flat_map(|trigger| &trigger.topics))
    }

    /// The topics that it declares to send, as far as they are known, in source order.
    pub fn emits(&self) -> Vec<&str> {
        names(self.declaration().topics().iter())
    }

    /// The declaration itself: it tells an absent list from an empty one.
    pub fn declaration(&self) -> &Declaration {
        self.fact().map_or(&Declaration::Absent, |fact| &fact.emits)
    }

    /// True if the declaration is wholly visible and lacks `topic`.
    pub fn leaves_undeclared(&self, topic: &str) -> bool {
        let declaration = self.declaration();
        let may_be_elsewhere =
            declaration == &Declaration::Absent && self.fact().is_none_or(|fact| fact.keys_open);
        let is_listed = || {
            declaration
                .topics()
                .iter()
                .any(|declared| declared.topic.text.may_be(topic))
        };
        !topic.is_empty() && !may_be_elsewhere && declaration.is_complete() && !is_listed()
    }

    /// True if the runtime drops the step's messages on `topic`, should it send any: 0.x does so for every topic that a
    /// declaration lacks, unless the declaration is empty. 1.0 does not check.
    pub fn drops(&self, topic: &str) -> bool {
        self.dialect() == Dialect::V0
            && !self.declaration().topics().is_empty()
            && self.leaves_undeclared(topic)
    }

    /// True if every message of its topics starts the step, and does so in the same way.
    pub(crate) fn always_takes(&self) -> bool {
        let Some(fact) = self.fact() else { return false };
        let [trigger] = fact.triggers.as_slice() else {
            return false;
        };
        let written = trigger.span.slice(&self.source.text);
        let is_free = fact.dialect == Dialect::V0 || !written.contains("condition");
        trigger.kind == StepKind::Event && is_free
    }

    /// The calls that send, in source order.
    pub fn emit_sites(&self) -> &[EmitSite] {
        &self.facts().emits
    }

    /// The flows that it belongs to.
    pub fn flows(&self) -> Vec<&str> {
        let flows = self.fact().map_or(&[][..], |fact| &fact.flows);
        flows
            .iter()
            .flat_map(|flow| flow.text.candidates())
            .map(String::as_str)
            .collect()
    }

    /// Method and path of its first HTTP trigger.
    pub fn route(&self) -> Option<(&str, &str)> {
        Some((self.method()?, self.path()?))
    }

    /// The HTTP method, as written.
    pub fn method(&self) -> Option<&str> {
        self.fact()?
            .triggers
            .iter()
            .find_map(|trigger| known(trigger.method.as_ref()))
    }

    /// The route, as written: `/orders/:id`.
    pub fn path(&self) -> Option<&str> {
        self.fact()?
            .triggers
            .iter()
            .find_map(|trigger| known(trigger.path.as_ref()))
    }

    /// The cron expression, as written.
    pub fn cron(&self) -> Option<&str> {
        self.fact()?
            .triggers
            .iter()
            .find_map(|trigger| known(trigger.cron.as_ref()))
    }
}

/// A loaded stream definition.
#[derive(Debug, Clone)]
pub struct Stream {
    /// The file, relative to the workspace, with `/`.
    pub file: String,
    /// Its language.
    pub language: Language,
    /// The file as it is written.
    pub source: Arc<Source>,
    pub(crate) resolved: Option<Arc<FileFacts>>,
}

impl Shelved for Stream {
    type Key = str;

    fn key(&self) -> &str {
        &self.file
    }
}

impl Stream {
    /// The file's facts with imported constants replaced by their values.
    pub fn facts(&self) -> &FileFacts {
        self.resolved.as_deref().unwrap_or(&self.source.facts)
    }

    /// Its name.
    pub fn name(&self) -> Option<&str> {
        known(self.facts().stream.as_ref()?.name.as_ref())
    }
}

fn known(fact: Option<&TextFact>) -> Option<&str> {
    fact?.text.known()
}

fn names<'f>(topics: impl Iterator<Item = &'f TopicRef>) -> Vec<&'f str> {
    topics
        .flat_map(|topic| topic.topic.text.candidates())
        .map(String::as_str)
        .collect()
}
