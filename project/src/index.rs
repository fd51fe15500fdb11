//! What the files of one project say together: its steps, and for every topic each place that names it.

mod build;
mod changes;
mod conclusions;
mod entity;
mod letters;
mod mention;
mod posted;
mod update;
mod whole;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use banister_grammars::FileFacts;
use banister_grammars::facts::{ImportFact, SchemaFact, Text};

use self::posted::Open;
use self::whole::Wholes;
use crate::config::{Asked, Config, RuleNames};
use crate::discovery::{self, FileRole};
use crate::flow_source::FlowSources;
use crate::framework::{Dialects, Framework};
use crate::project::{Project, Step};
use crate::reads::{Key, Lookup, note};
use crate::resolve::Manifests;
use crate::resolve::{Resolver, meanings};
use crate::shelf::{Shelf, Shelved};
use crate::source::{Source, Sources};

pub(crate) use build::{build_all, of_file};
pub(crate) use changes::Changes;
pub(crate) use conclusions::Conclusions;
pub(crate) use entity::{Entities, Place, Usage};
pub use entity::{Entity, EntityKind};
pub(crate) use letters::Letters;
pub(crate) use mention::{Mention, Role, Slot, slots};
pub(crate) use posted::{Posting, Topic, writes};
pub(crate) use whole::{Streams, WideRoute, plain_segment};

/// What indexes are built from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inputs {
    pub(crate) files: Sources,
    pub(crate) manifests: Arc<Manifests>,
    pub(crate) flow_tests: FlowSources,
    /// The names of all rules, which settings may name.
    pub(crate) rules: RuleNames,
    /// What this run asks of which rule.
    pub(crate) asked: Arc<[(&'static str, Asked)]>,
    /// The indexes of an earlier state: projects without a changed file keep theirs.
    pub(crate) previous: Vec<Arc<Index>>,
}

/// One project of a snapshot.
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) project: Project,
    pub(crate) config: Arc<Config>,
    /// What is known of the framework's release.
    pub(crate) framework: Framework,
    /// The generations that its steps are written for.
    dialects: Dialects,
    /// Helper modules of the project that take part in the flow because they send or mention topics.
    pub(crate) helpers: Shelf<Helper>,
    /// Its flow tests, by path.
    pub(crate) flow_tests: FlowSources,
    /// Files that define a step and lie where the framework does not look.
    pub(crate) strays: Sources,
    /// True if the project's own settings name plugins, which may load steps from anywhere.
    pub(crate) has_plugins: bool,
    /// Every place that names a topic for sure, by topic, then by file and position.
    pub(crate) topics: Shelf<Topic>,
    /// The files that share another name.
    posted: Shelf<Posting>,
    /// What files leave open, and the sum of it.
    open: Shelf<Open>,
    unseen: Arc<Unseen>,
    /// Worked out when an editor first asks, and kept up from then on.
    entities: OnceLock<Entities>,
    wholes: Wholes,
    /// The whole workspace's files, for imports that leave the project.
    files: Sources,
    /// Those of the whole workspace.
    all_flow_tests: FlowSources,
    manifests: Arc<Manifests>,
    /// By what they read of other files while their names were resolved, the files to resolve again.
    importers: Arc<BTreeMap<Key, BTreeSet<String>>>,
    /// True if an edit in another project may change this one.
    crosses: bool,
    /// What the rules find.
    pub(crate) conclusions: Conclusions,
}

/// What nobody can see for sure.
#[derive(Debug, Clone, PartialEq, Default)]
struct Unseen {
    /// Texts of emit calls and declarations that are not exactly known: they may be any topic that they match.
    sent: Vec<Text>,
    /// Texts of subscriptions that are not exactly known.
    taken: Vec<Text>,
    /// True if some step may send topics that nobody can see: it hands `emit` to code out of sight, or its config
    /// cannot be read.
    sends: bool,
    /// True if some step may take topics that nobody can see.
    takes: bool,
}

/// A file of the project that is no step and yet sends messages.
#[derive(Debug, Clone)]
pub(crate) struct Helper {
    pub(crate) file: String,
    pub(crate) source: Arc<Source>,
    pub(crate) resolved: Option<Arc<FileFacts>>,
}

impl Shelved for Helper {
    type Key = str;

    fn key(&self) -> &str {
        &self.file
    }
}

impl Helper {
    pub(crate) fn facts(&self) -> &FileFacts {
        self.resolved.as_deref().unwrap_or(&self.source.facts)
    }
}

impl Index {
    /// True if `file` is a step or a stream of the project.
    pub(crate) fn loads(&self, file: &str) -> bool {
        self.project.steps.contains_key(file) || self.project.streams.contains_key(file)
    }

    /// True if the framework loads a step file of that name: releases before 0.7 load `x.step.py` too.
    pub(crate) fn is_loaded(&self, file: &str) -> bool {
        discovery::framework_loads(file) || (file.ends_with(".step.py") && self.framework.is_before(0, 7))
    }

    /// The step that a file defines.
    pub(crate) fn step(&self, file: &str) -> Option<&Step> {
        note(Lookup::File(file));
        self.project.steps.get(file)
    }

    /// The resolved facts of a step or helper.
    pub(crate) fn facts(&self, file: &str) -> Option<&FileFacts> {
        let helper = || self.helpers.get(file).map(Helper::facts);
        self.step(file).map(Step::facts).or_else(helper)
    }

    /// The name of the step that a mention belongs to, or its file.
    pub(crate) fn label<'i>(&'i self, file: &'i str) -> &'i str {
        self.step(file).map_or(file, Step::label)
    }

    /// The places that name `topic`.
    pub(crate) fn mentions(&self, topic: &str) -> &[Mention] {
        note(Lookup::Topic(topic));
        self.topics
            .get(topic)
            .map_or(&[], |topic| topic.mentions.as_slice())
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
        self.mentions_as(topic, Role::SENDING).next().is_some()
            || self.sends_unseen()
            || self.dynamic().iter().any(|text| text.may_be(topic))
    }

    /// True if a step or a picture takes `topic`, or may.
    pub(crate) fn may_be_subscribed(&self, topic: &str) -> bool {
        self.mentions_as(topic, Role::TAKING).next().is_some()
            || self.takes_unseen()
            || self.unseen.taken.iter().any(|text| text.may_be(topic))
    }

    /// True if some step may send topics that nobody can see.
    pub(crate) fn sends_unseen(&self) -> bool {
        note(Lookup::Unseen);
        self.unseen.sends
    }

    /// True if some step may take topics that nobody can see.
    pub(crate) fn takes_unseen(&self) -> bool {
        note(Lookup::Unseen);
        self.unseen.takes
    }

    /// Texts of emit calls and declarations that are not exactly known: they may be any topic that they match.
    pub(crate) fn dynamic(&self) -> &[Text] {
        note(Lookup::Unseen);
        &self.unseen.sent
    }

    /// The files that send topics which are not exactly known.
    pub(crate) fn dynamic_senders(&self) -> impl Iterator<Item = &str> {
        note(Lookup::Unseen);
        let open = self.open.iter().filter(|open| !open.sent.is_empty());
        open.map(|open| open.file.as_str())
    }

    /// Topics that somebody takes, by name, without those that surely do not look like `name`.
    pub(crate) fn taken_like(&self, name: &str) -> impl Iterator<Item = &str> {
        note(Lookup::Taken);
        let taken = self.topics_like(name).filter(|topic| topic.is_taken());
        taken.map(|topic| topic.name.as_str())
    }

    /// All topics by name, without those that surely do not look like `name`.
    pub(crate) fn topics_like(&self, name: &str) -> impl Iterator<Item = &Topic> + use<'_> {
        let letters = Letters::of(name);
        let alike = move |topic: &&Topic| letters.may_be_alike(topic.letters);
        self.topics.iter().filter(alike)
    }

    /// The steps of that name, by file.
    pub(crate) fn named(&self, name: &str) -> Vec<&Step> {
        self.posted_steps(&posted::step_name(name))
    }

    /// The steps with a route that differs in the names of its parameters at most, by file.
    pub(crate) fn answering(&self, method: &str, path: &str) -> Vec<&Step> {
        self.posted_steps(&posted::route(method, path))
    }

    /// True if a file writes this group of the state, under its exact name.
    pub(crate) fn is_written(&self, group: &str) -> bool {
        let name = posted::written_group(group);
        note(Lookup::Posted(&name));
        self.posted.contains_key(&name)
    }

    fn posted_steps(&self, name: &str) -> Vec<&Step> {
        note(Lookup::Posted(name));
        let files = self
            .posted
            .get(name)
            .into_iter()
            .flat_map(|posting| posting.files.iter());
        files.filter_map(|file| self.step(file)).collect()
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

    /// The text of a source file or flow test.
    pub(crate) fn text(&self, file: &str) -> Option<&str> {
        let flow = || Some(self.flow_tests.get(file)?.text.as_ref());
        self.source(file).map(|source| source.text.as_ref()).or_else(flow)
    }

    /// A file of the workspace.
    pub(crate) fn source(&self, file: &str) -> Option<&Source> {
        note(Lookup::File(file));
        self.files.get(file).map(Arc::as_ref)
    }

    /// The file of the workspace that an import means.
    pub(crate) fn imported_file(&self, source: &Source, import: &ImportFact) -> Option<String> {
        meanings(self.manifests.modules(), source, import)
            .into_iter()
            .rev()
            .flatten()
            .find(|file| self.files.contains_key(file))
    }

    /// The project's own files and every module of the workspace.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Source> {
        let steps = self.project.steps.iter().map(|step| &step.source);
        let streams = self.project.streams.iter().map(|stream| &stream.source);
        let is_module = |source: &&Arc<Source>| discovery::role(&source.path) == Some(FileRole::Module);
        let modules = self.files.iter().filter(is_module);
        steps.chain(streams).chain(modules).map(Arc::as_ref)
    }

    /// The schema with what other files hold of it, and the file that writes it.
    pub(crate) fn resolve_schema<'i>(
        &'i self,
        source: &'i Source,
        schema: &'i SchemaFact,
    ) -> Option<(&'i Source, Cow<'i, SchemaFact>)> {
        // Most schemas are whole.
        if schema.import.is_none() && !schema.has_imports() {
            return Some((source, Cow::Borrowed(schema)));
        }
        Resolver::new(&self.files, &self.manifests).schema(source, schema)
    }
}
