//! From what static analysis knows of a project to a plan. Nothing is imported here: a step whose module cannot be loaded
//! fails where it is run, not before.

use std::path::Path;

use banister_grammars::facts::{
    ConfigFact, ConfigKind, ConfigValue, Declaration, Dialect, SchemaNotation, StepKind, Trigger,
};
use banister_grammars::{Encoding, Span};
use banister_project::{Project, Step, Stream};

use super::{EmitPolicy, Hints, Plan, PlanStep, PlanStream, PlanTrigger, QueuePolicy, middleware};

impl Plan {
    /// The plan of `project`, whose workspace lies at `workspace` on the disk.
    pub fn of_project(project: &Project, workspace: &Path) -> Self {
        let local = |file: &str| {
            let below = file.strip_prefix(project.root.as_str()).unwrap_or(file);
            below.trim_start_matches('/').to_owned()
        };
        let root = if project.root.is_empty() {
            workspace.to_owned()
        } else {
            workspace.join(&project.root)
        };
        let detected = project.profile();
        Self {
            steps: project
                .steps
                .iter()
                .map(|step| plan_step(step, local(&step.file)))
                .collect(),
            streams: project
                .streams
                .iter()
                .filter_map(|stream| plan_stream(stream, local(&stream.file)))
                .collect(),
            profile: detected.profile,
            profile_because: detected.because,
            allow: project.test.allow.clone(),
            reject_invalid_bodies: project.test.reject_invalid_bodies,
            python_state_wrapper: project.test.python_state_wrapper,
            middleware: middleware::files(project, &root),
            invariants: project.test.invariants.clone(),
            hints: Hints::of(project),
            root,
        }
    }
}

fn plan_step(step: &Step, file: String) -> PlanStep {
    let config = step.source.facts.config.as_ref();
    let dialect = step.dialect();
    let triggers = step.fact().map_or(&[][..], |fact| &fact.triggers);
    PlanStep {
        name: step.name().map_or_else(|| file.clone(), str::to_owned),
        file,
        language: step.language,
        dialect,
        triggers: match step.kind() {
            // A noop of 0.x has no trigger to run.
            Some(StepKind::Noop) => Vec::new(),
            _ => (triggers.iter().enumerate())
                .map(|(at, trigger)| plan_trigger(trigger, written(config, dialect, at), config, dialect))
                .collect(),
        },
        emits: emit_policy(step),
        flows: step.flows().into_iter().map(str::to_owned).collect(),
        timeout_ms: config
            .and_then(|config| config.get("infrastructure"))
            .and_then(|entry| entry.value.get("handler")?.value.get("timeout")?.value.number())
            .map(|seconds| (seconds * 1000.0) as i64),
        has_schemas: has_schemas(step),
        handler_line: handler_line(step),
    }
}

/// The object that a trigger of 1.0 is written as.
fn written(config: Option<&ConfigFact>, dialect: Dialect, at: usize) -> Option<&ConfigValue> {
    if dialect == Dialect::V0 {
        return None;
    }
    let trigger = config?.get("triggers")?.value.items().get(at)?;
    match &trigger.kind {
        ConfigKind::Object { .. } => Some(trigger),
        ConfigKind::Call { args, .. } => {
            (args.iter().rev()).find(|arg| matches!(arg.kind, ConfigKind::Object { .. }))
        }
        _ => None,
    }
}

fn plan_trigger(
    trigger: &Trigger,
    written: Option<&ConfigValue>,
    config: Option<&ConfigFact>,
    dialect: Dialect,
) -> PlanTrigger {
    let known = |fact: &Option<banister_grammars::facts::TextFact>| {
        fact.as_ref().and_then(|it| it.text.known()).map(str::to_owned)
    };
    let text = |keys: [&str; 2]| {
        let found = keys.iter().find_map(|key| written?.get(key));
        found.and_then(|entry| entry.value.text()).map(str::to_owned)
    };
    let queue = match dialect {
        Dialect::V0 => config
            .and_then(|config| config.get("infrastructure"))
            .and_then(|entry| entry.value.get("queue"))
            .map(|entry| &entry.value),
        Dialect::V1 => written.and_then(|it| it.get("config")).map(|entry| &entry.value),
    };
    PlanTrigger {
        kind: trigger.kind,
        topics: (trigger.topics.iter())
            .flat_map(|topic| topic.topic.text.candidates())
            .cloned()
            .collect(),
        route: known(&trigger.path).map(|path| {
            let method = known(&trigger.method).unwrap_or_else(|| "GET".to_owned());
            (method.to_ascii_uppercase(), path)
        }),
        cron: known(&trigger.cron),
        queue: QueuePolicy::read(queue, dialect),
        stream: (
            text(["streamName", "stream_name"]),
            text(["groupId", "group_id"]),
            text(["itemId", "item_id"]),
        ),
    }
}

fn plan_stream(stream: &Stream, file: String) -> Option<PlanStream> {
    let config = stream.source.facts.config.as_ref();
    let number = |key: &str| {
        let config = config?;
        let storage = config
            .get("baseConfig")
            .or_else(|| config.get("base_config"))
            .and_then(|entry| entry.value.get(key));
        let found = storage.or_else(|| config.get(key))?;
        found.value.number()
    };
    Some(PlanStream {
        name: stream.name()?.to_owned(),
        file,
        language: stream.language,
        ttl_ms: number("ttl").map(|seconds| (seconds * 1000.0) as i64),
        max_items: number("maxItems").map(|count| count as usize),
    })
}

fn emit_policy(step: &Step) -> EmitPolicy {
    let declaration = step.declaration();
    match declaration {
        // 1.0 does not check.
        Declaration::List { topics, .. }
            if step.dialect() == Dialect::V0 && !topics.is_empty() && declaration.is_complete() =>
        {
            EmitPolicy::Listed(step.emits().into_iter().map(str::to_owned).collect())
        }
        _ => EmitPolicy::Any,
    }
}

fn has_schemas(step: &Step) -> bool {
    let Some(fact) = step.fact() else { return false };
    fact.keys_open
        || fact.triggers.iter().any(|trigger| {
            let input = trigger.input.as_ref();
            input.is_some_and(|input| input.notation != SchemaNotation::Null)
                || !trigger.responses.is_empty()
                || trigger.responses_open
        })
}

fn handler_line(step: &Step) -> Option<u32> {
    let Span { start, .. } = step.fact()?.handler.as_ref()?.span;
    let source = &step.source;
    Some(source.lines.position(&source.text, start, Encoding::Utf32).line + 1)
}
