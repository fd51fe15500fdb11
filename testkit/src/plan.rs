//! What the scheduler needs to know of a project: its steps, what starts them, which route leads where.

mod hints;
mod interpreters;
mod middleware;
mod of_project;
mod queue_policy;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use banister_grammars::Language;
use banister_grammars::facts::{Dialect, StepKind};
use banister_project::invariant::SettingsInvariant;
use banister_project::profile::Profile;
use banister_project::route::match_path;

pub use hints::{Asked, Hints};
pub use queue_policy::QueuePolicy;

/// A project, ready to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Absolute path of the project.
    pub root: PathBuf,
    /// Its steps, by file.
    pub steps: Vec<PlanStep>,
    /// Its streams, by file.
    pub streams: Vec<PlanStream>,
    /// Which framework is played, unless a test says otherwise.
    pub profile: Profile,
    /// What speaks for the profile.
    pub profile_because: String,
    /// Findings that fail no test.
    pub allow: Vec<String>,
    /// A request whose body its step's schema does not allow is answered with 400.
    pub reject_invalid_bodies: bool,
    /// Python steps of 0.x get what they read from the state in the wrapper of the releases.
    pub python_state_wrapper: bool,
    /// Files of middleware that steps name by a text: name and absolute path.
    pub middleware: BTreeMap<String, String>,
    /// What must hold after every run.
    pub invariants: Vec<SettingsInvariant>,
    /// What generated tests go by.
    pub hints: Hints,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            root: PathBuf::new(),
            steps: Vec::new(),
            streams: Vec::new(),
            profile: Profile::Motia017,
            profile_because: String::new(),
            allow: Vec::new(),
            reject_invalid_bodies: false,
            python_state_wrapper: false,
            middleware: BTreeMap::new(),
            invariants: Vec::new(),
            hints: Hints::default(),
        }
    }
}

/// A step, ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanStep {
    /// The name, or the file where the name is not statically known.
    pub name: String,
    /// Relative to the project, with `/`.
    pub file: String,
    /// Its language.
    pub language: Language,
    /// The generation of the framework that its config is written for.
    pub dialect: Dialect,
    /// What starts it; none for a noop.
    pub triggers: Vec<PlanTrigger>,
    /// What it may send.
    pub emits: EmitPolicy,
    /// Flows it belongs to.
    pub flows: Vec<String>,
    /// How long its handler may take for a message, in virtual ms; no limit if absent.
    pub timeout_ms: Option<i64>,
    /// True if its config may hold schemas, so that the running module is worth asking.
    pub has_schemas: bool,
    /// 1-based line of the handler, where one is visible.
    pub handler_line: Option<u32>,
}

/// What starts a step: the only one in 0.x, one of several in 1.0.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanTrigger {
    /// Its kind.
    pub kind: StepKind,
    /// Topics, in the order written.
    pub topics: Vec<String>,
    /// Method (upper case) and path.
    pub route: Option<(String, String)>,
    /// Cron expression.
    pub cron: Option<String>,
    /// How its messages are queued.
    pub queue: QueuePolicy,
    /// Which changes of a stream start it: stream, group, id; what is absent is any.
    pub stream: (Option<String>, Option<String>, Option<String>),
}

impl PlanTrigger {
    /// A trigger of this kind that nothing starts yet.
    pub fn new(kind: StepKind) -> Self {
        Self {
            kind,
            topics: Vec::new(),
            route: None,
            cron: None,
            queue: QueuePolicy::default(),
            stream: (None, None, None),
        }
    }
}

/// A stream.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanStream {
    /// Its name.
    pub name: String,
    /// Relative to the project, with `/`.
    pub file: String,
    /// Its language.
    pub language: Language,
    /// How long an item lives, in virtual ms, where documents are played: releases ignore it, and the next.
    pub ttl_ms: Option<i64>,
    /// How many items a group keeps: the oldest go.
    pub max_items: Option<usize>,
}

/// What the framework lets a step send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmitPolicy {
    /// Everything: `emits` is empty, absent or not statically visible. The framework reads an empty list as "all".
    Any,
    /// These; what becomes of a message on another topic is for the profile to say.
    Listed(BTreeSet<String>),
}

impl EmitPolicy {
    /// True if a message on `topic` is declared.
    pub fn allows(&self, topic: &str) -> bool {
        match self {
            EmitPolicy::Any => true,
            EmitPolicy::Listed(topics) => topics.contains(topic),
        }
    }
}

/// A route that answers a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteMatch {
    /// Index into [`Plan::steps`].
    pub step: usize,
    /// Index into [`PlanStep::triggers`].
    pub trigger: usize,
    /// Path parameters in the order of the path; wildcards are numbered from `0`.
    pub params: Vec<(String, String)>,
}

/// A trigger of a step: indexes into [`Plan::steps`] and [`PlanStep::triggers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TriggerId {
    /// The step.
    pub step: usize,
    /// Its trigger.
    pub trigger: usize,
}

impl Plan {
    /// The step of this name.
    pub fn step(&self, name: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.name == name)
    }

    /// Every trigger, in the order of files.
    pub fn triggers(&self) -> impl Iterator<Item = (TriggerId, &PlanTrigger)> {
        self.steps.iter().enumerate().flat_map(|(at, step)| {
            let each = step.triggers.iter().enumerate();
            each.map(move |(trigger, it)| (TriggerId { step: at, trigger }, it))
        })
    }

    /// Triggers that a message on `topic` goes to, in the order of files. A step that lists a topic twice gets it twice,
    /// as in the framework.
    pub fn subscribers(&self, topic: &str) -> Vec<TriggerId> {
        self.triggers()
            .flat_map(|(id, it)| it.topics.iter().filter(|t| *t == topic).map(move |_| id))
            .collect()
    }

    /// The first route, in the order of files, that answers `method` on `path` (without its query). A `GET` route answers
    /// `HEAD` as well.
    pub fn route(&self, method: &str, path: &str) -> Option<RouteMatch> {
        self.triggers().find_map(|(id, it)| {
            let (wanted, pattern) = it.route.as_ref()?;
            let answers = wanted == method || (method == "HEAD" && wanted == "GET");
            let params = answers.then(|| match_path(pattern, path)).flatten()?;
            Some(RouteMatch {
                step: id.step,
                trigger: id.trigger,
                params,
            })
        })
    }

    /// The stream of this name.
    pub fn stream(&self, name: &str) -> Option<&PlanStream> {
        self.streams.iter().find(|stream| stream.name == name)
    }

    /// The first cron trigger of a step, else its first trigger.
    pub fn cron_trigger(&self, step: usize) -> TriggerId {
        let triggers = self.steps.get(step).map_or(&[][..], |step| &step.triggers);
        let trigger = triggers.iter().position(|it| it.cron.is_some()).unwrap_or(0);
        TriggerId { step, trigger }
    }
}
