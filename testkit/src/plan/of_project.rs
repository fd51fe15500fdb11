//! From what static analysis knows of a project to a plan. Nothing is imported here: a step whose module cannot be loaded
//! fails where it is run, not before.

use std::path::Path;

use banister_grammars::facts::{Declaration, StepKind};
use banister_grammars::{Encoding, Span};
use banister_project::{Project, Step};

use super::{EmitPolicy, Plan, PlanStep};

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
