//! From what static analysis knows of a project to a plan. Nothing is imported here: a step whose module cannot be loaded
//! fails where it is run, not before.

use std::collections::BTreeSet;
use std::path::Path;

use banister_grammars::facts::{Declaration, StepKind};
use banister_grammars::{Encoding, Span};
use banister_project::{Project, Step};

use super::{EmitPolicy, Plan, PlanStep};
use crate::spec::{Open, ProjectNames};

impl Plan {
    /// The plan of `project`, whose workspace lies at `workspace` on the disk.
    pub fn of_project(project: &Project, workspace: &Path) -> Self {
        let local = |file: &str| {
            let below = file.strip_prefix(project.root.as_str()).unwrap_or(file);
            below.trim_start_matches('/').to_owned()
        };
        Self {
            root: if project.root.is_empty() {
                workspace.to_owned()
            } else {
                workspace.join(&project.root)
            },
            steps: project
                .steps
                .iter()
                .map(|step| plan_step(step, local(&step.file)))
                .collect(),
            streams: project
                .streams
                .iter()
                .filter_map(|stream| stream.name())
                .map(str::to_owned)
                .collect(),
        }
    }
}

fn plan_step(step: &Step, file: String) -> PlanStep {
    PlanStep {
        name: step.name().map_or_else(|| file.clone(), str::to_owned),
        file,
        language: step.language,
        kind: step.kind().unwrap_or(StepKind::Noop),
        subscribes: step.subscribes().into_iter().map(str::to_owned).collect(),
        emits: emit_policy(step),
        flows: step.flows().into_iter().map(str::to_owned).collect(),
        route: step
            .route()
            .map(|(method, path)| (method.to_ascii_uppercase(), path.to_owned())),
        cron: step.cron().map(str::to_owned),
        handler_line: handler_line(step),
    }
}

/// The names that a flow test may use, so far as static analysis knows them.
pub fn names_of(project: &Project) -> ProjectNames {
    let mut names = ProjectNames::default();
    let mut topics = BTreeSet::new();
    for step in &project.steps {
        let Some(fact) = step.fact() else {
            names.open = Open {
                steps: true,
                topics: true,
                routes: true,
            };
            continue;
        };
        match step.name() {
            Some(name) => names.steps.push(name.to_owned()),
            None => names.open.steps = true,
        }
        topics.extend(
            step.subscribes()
                .into_iter()
                .chain(step.emits())
                .map(str::to_owned),
        );
        let sent = step.emit_sites().iter().filter_map(|site| site.topic.as_ref());
        topics.extend(sent.flat_map(|topic| topic.text.candidates().iter().cloned()));
        let open_topics = fact.triggers.iter().any(|trigger| {
            trigger.topics_open
                || trigger
                    .topics
                    .iter()
                    .any(|it| it.topic.text.candidates().is_empty())
        });
        names.open.topics |= open_topics
            || !step.declaration().is_complete()
            || step.emit_sites().iter().any(|site| {
                site.topic
                    .as_ref()
                    .is_some_and(|topic| topic.text.candidates().is_empty())
            });
        match step.route() {
            Some((method, path)) => names.routes.push((method.to_ascii_uppercase(), path.to_owned())),
            None => names.open.routes |= step.kind().is_none_or(|kind| kind == StepKind::Api),
        }
    }
    names.topics = topics.into_iter().collect();
    names
}

fn emit_policy(step: &Step) -> EmitPolicy {
    let declaration = step.declaration();
    match declaration {
        Declaration::List { topics, .. } if !topics.is_empty() && declaration.is_complete() => {
            EmitPolicy::Listed(step.emits().into_iter().map(str::to_owned).collect())
        }
        _ => EmitPolicy::Any,
    }
}

fn handler_line(step: &Step) -> Option<u32> {
    let Span { start, .. } = step.fact()?.handler.as_ref()?.span;
    let source = &step.source;
    Some(source.lines.position(&source.text, start, Encoding::Utf32).line + 1)
}
