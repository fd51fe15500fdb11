//! What the files of one project say together: its steps, and for every topic each place that names it.

mod build;
mod entity;
mod mention;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use banister_grammars::FileFacts;
use banister_grammars::facts::{ImportFact, SchemaFact, Text};

use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::discovery;
use crate::framework::Framework;
use crate::project::{Project, Step};
use crate::resolve::{Modules, Resolver, meanings};
use crate::workspace::{FlowSource, Manifests, Source, Sources};

pub(crate) use build::build_all;
pub(crate) use entity::{Entities, Place, Usage};
pub use entity::{Entity, EntityKind};
pub(crate) use mention::{Mention, Role, Slot, slots};

/// One project of a snapshot.
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) project: Project,
    pub(crate) config: Config,
    /// What is known of the framework's release.
    pub(crate) framework: Framework,
    /// Helper modules of the project that take part in the flow because they send or mention topics.
    pub(crate) helpers: Vec<Helper>,
    /// Its flow tests, by path.
    pub(crate) flow_tests: Vec<Arc<FlowSource>>,
    /// Files that define a step and lie where the framework does not look.
    pub(crate) strays: Vec<Arc<Source>>,
    /// True if the project's own settings name plugins, which may load steps from anywhere.
    pub(crate) has_plugins: bool,
    /// Every place that names a topic for sure, by topic, then by file and position.
    pub(crate) topics: BTreeMap<String, Vec<Mention>>,
    /// Texts of emit calls and declarations that are not exactly known: they may be any topic that they match.
    pub(crate) dynamic: Vec<Text>,
    /// Texts of subscriptions that are not exactly known.
    pub(crate) dynamic_taken: Vec<Text>,
    /// True if some step may send topics that nobody can see: it hands `emit` to code out of sight, or its config
    /// cannot be read.
    pub(crate) sends_unseen: bool,
    /// True if some step may take topics that nobody can see.
    pub(crate) takes_unseen: bool,
    pub(crate) findings: OnceLock<Vec<Diagnostic>>,
    /// Worked out when an editor first asks.
    entities: OnceLock<Entities>,
    /// The whole workspace's files, for imports that leave the project.
    files: Arc<Sources>,
    manifests: Arc<Manifests>,
    /// What the index was built from: the same inputs give the same index.
    inputs: Vec<Arc<Source>>,
}

/// A file of the project that is no step and yet sends messages.
#[derive(Debug, Clone)]
pub(crate) struct Helper {
    pub(crate) file: String,
    pub(crate) source: Arc<Source>,
    pub(crate) resolved: Option<Arc<FileFacts>>,
}

impl Helper {
    pub(crate) fn facts(&self) -> &FileFacts {
        self.resolved.as_deref().unwrap_or(&self.source.facts)
    }
}

impl Index {
    /// True if `file` is a step or a stream of the project.
    pub(crate) fn loads(&self, file: &str) -> bool {
        self.step(file).is_some() || self.project.streams.iter().any(|stream| stream.file == file)
    }

    /// True if the framework loads a step file of that name: releases before 0.7 load `x.step.py` too.
    pub(crate) fn is_loaded(&self, file: &str) -> bool {
        discovery::framework_loads(file) || (file.ends_with(".step.py") && self.framework.is_before(0, 7))
    }

    /// The step that a file defines.
    pub(crate) fn step(&self, file: &str) -> Option<&Step> {
        let at = self
            .project
            .steps
            .binary_search_by(|step| step.file.as_str().cmp(file))
            .ok()?;
        self.project.steps.get(at)
    }

    /// The resolved facts of a step or helper.
    pub(crate) fn facts(&self, file: &str) -> Option<&FileFacts> {
        let helper = || {
            self.helpers
                .iter()
                .find(|helper| helper.file == file)
                .map(Helper::facts)
        };
        self.step(file).map(Step::facts).or_else(helper)
    }

    /// The name of the step that a mention belongs to, or its file.
    pub(crate) fn label<'i>(&'i self, file: &'i str) -> &'i str {
        self.step(file).map_or(file, Step::label)
    }

    /// The places that name `topic`.
    pub(crate) fn mentions(&self, topic: &str) -> &[Mention] {
        self.topics.get(topic).map_or(&[], Vec::as_slice)
    }

    /// The places that name `topic` in one of these roles.
    pub(crate) fn mentions_as<'i>(
        &'i self,
        topic: &str,
        roles: &'i [Role],
    ) -> impl Iterator<Item = &'i Mention> {
        self.mentions(topic)
            .iter()
            .filter(move |mention| roles.contains(&mention.role))
    }

    /// True if a step, a picture or a helper sends `topic`, or may.
    pub(crate) fn may_be_emitted(&self, topic: &str) -> bool {
        self.sends_unseen
            || self.mentions_as(topic, Role::SENDING).next().is_some()
            || self.dynamic.iter().any(|text| text.may_be(topic))
    }

    /// True if a step or a picture takes `topic`, or may.
    pub(crate) fn may_be_subscribed(&self, topic: &str) -> bool {
        self.takes_unseen
            || self.mentions_as(topic, Role::TAKING).next().is_some()
            || self.dynamic_taken.iter().any(|text| text.may_be(topic))
    }

    /// The steps that subscribe to `topic`, by file, without repeats.
    pub(crate) fn subscribers(&self, topic: &str) -> Vec<&Step> {
        self.steps_as(topic, &[Role::Subscribes])
    }

    /// The steps that send `topic` or declare to, by file, without repeats.
    pub(crate) fn emitters(&self, topic: &str) -> Vec<&Step> {
        self.steps_as(topic, &[Role::Emits, Role::Declares])
    }

    fn steps_as(&self, topic: &str, roles: &[Role]) -> Vec<&Step> {
        let files: BTreeSet<&str> = self
            .mentions(topic)
            .iter()
            .filter(|mention| roles.contains(&mention.role))
            .map(|mention| mention.file.as_str())
            .collect();
        files.into_iter().filter_map(|file| self.step(file)).collect()
    }

    /// The schema of the messages that a step takes on `topic`, with the file that writes it.
    pub(crate) fn input_schema<'i>(
        &'i self,
        step: &'i Step,
        topic: &str,
    ) -> Option<(&'i Source, Cow<'i, SchemaFact>)> {
        let trigger = step.fact()?.triggers.iter().find(|trigger| {
            trigger
                .topics
                .iter()
                .any(|taken| taken.topic.text.known() == Some(topic))
        })?;
        self.resolve_schema(&step.source, trigger.input.as_ref()?)
    }

    /// The schema of the messages of a step that only one thing starts, with the file that writes it.
    pub(crate) fn only_input_schema<'i>(
        &'i self,
        step: &'i Step,
    ) -> Option<(&'i Source, Cow<'i, SchemaFact>)> {
        match step.fact()?.triggers.as_slice() {
            [only] => self.resolve_schema(&step.source, only.input.as_ref()?),
            _ => None,
        }
    }

    /// The text of a file of the workspace.
    pub(crate) fn text(&self, file: &str) -> Option<&str> {
        self.files.get(file).map(|source| source.text.as_ref())
    }

    /// A file of the workspace.
    pub(crate) fn source(&self, file: &str) -> Option<&Source> {
        self.files.get(file).map(Arc::as_ref)
    }

    /// The file of the workspace that an import means.
    pub(crate) fn imported_file(&self, source: &Source, import: &ImportFact) -> Option<String> {
        let modules = Modules::new(&self.manifests);
        meanings(&modules, source, import)
            .into_iter()
            .rev()
            .flatten()
            .find(|file| self.files.contains_key(file))
    }

    /// The project's own files and every module of the workspace.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Source> {
        self.inputs.iter().map(Arc::as_ref)
    }

    /// The schema with what other files hold of it, and the file that writes it.
    pub(crate) fn resolve_schema<'i>(
        &'i self,
        source: &'i Source,
        schema: &'i SchemaFact,
    ) -> Option<(&'i Source, Cow<'i, SchemaFact>)> {
        // Most schemas are whole, and a resolver reads all manifests.
        if schema.import.is_none() && !schema.has_imports() {
            return Some((source, Cow::Borrowed(schema)));
        }
        Resolver::new(&self.files, &self.manifests).schema(source, schema)
    }
}
