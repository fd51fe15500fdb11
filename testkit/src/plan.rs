//! What the scheduler needs to know of a project: its steps, who listens to what, which route leads where.

mod of_project;

use std::collections::BTreeSet;
use std::path::PathBuf;

use banister_grammars::Language;
use banister_grammars::facts::StepKind;
use banister_project::route::match_path;

/// A project, ready to run.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Absolute path of the project.
    pub root: PathBuf,
    /// Its steps, by file.
    pub steps: Vec<PlanStep>,
    /// Names of its streams.
    pub streams: Vec<String>,
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
    /// Its kind.
    pub kind: StepKind,
    /// Topics that start it, in the order written.
    pub subscribes: Vec<String>,
    /// What it may send.
    pub emits: EmitPolicy,
    /// Flows it belongs to.
    pub flows: Vec<String>,
    /// Method (upper case) and path of an API step.
    pub route: Option<(String, String)>,
    /// Cron expression.
    pub cron: Option<String>,
    /// 1-based line of the handler, where one is visible.
    pub handler_line: Option<u32>,
}

/// What the framework lets a step send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmitPolicy {
    /// Everything: `emits` is empty, absent or not statically visible. The framework reads an empty list as "all".
    Any,
    /// These; a message on another topic is dropped without an error.
    Listed(BTreeSet<String>),
}

impl EmitPolicy {
    /// True if a message on `topic` is delivered.
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
    /// Path parameters in the order of the path; wildcards are numbered from `0`.
    pub params: Vec<(String, String)>,
}

impl Plan {
    /// The step of this name.
    pub fn step(&self, name: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.name == name)
    }

    /// Steps that a message on `topic` goes to, in the order of files. A step that lists a topic twice gets it twice,
    /// as in the framework.
    pub fn subscribers(&self, topic: &str) -> Vec<usize> {
        let each = self.steps.iter().enumerate();
        each.flat_map(|(at, step)| step.subscribes.iter().filter(|t| *t == topic).map(move |_| at))
            .collect()
    }

    /// The first route, in the order of files, that answers `method` on `path` (without its query). A `GET` route answers
    /// `HEAD` as well.
    pub fn route(&self, method: &str, path: &str) -> Option<RouteMatch> {
        self.steps.iter().enumerate().find_map(|(step, it)| {
            let (wanted, pattern) = it.route.as_ref()?;
            let answers = wanted == method || (method == "HEAD" && wanted == "GET");
            let params = answers.then(|| match_path(pattern, path)).flatten()?;
            Some(RouteMatch { step, params })
        })
    }
}
