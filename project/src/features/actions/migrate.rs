//! Writing a 0.x step in the 1.0 dialect: its config, and what its handler takes from the framework. Whatever is not
//! surely the same afterwards is refused with the reason. What the dialects differ in: the framework's own migration
//! notes for 1.0.

mod config;
mod entries;
mod handler;
mod imports;
mod request;
mod streams;
mod text;

use banister_grammars::facts::{Dialect, FileFacts, StepFact};
use banister_grammars::{Language, Span};

use super::{Action, ActionKind, ActionRequest, Change};
use crate::diagnostic::Edit;
use crate::index::Index;
use crate::project::Step;

/// The types of configs in 0.x.
const CONFIG_TYPES: [&str; 5] = [
    "EventConfig",
    "ApiRouteConfig",
    "CronConfig",
    "NoopConfig",
    "StepConfig",
];

/// Why a step cannot be rewritten.
type Refusal = String;

/// Offered on the config of a 0.x step; with the reason where it cannot be done.
pub(super) fn offer(index: &Index, file: &str, selected: Span) -> Option<Action> {
    let step = index.step(file)?;
    let fact = step.fact().filter(|fact| fact.dialect == Dialect::V0)?;
    let is_here = fact.span.start <= selected.end && selected.start <= fact.span.end;
    (is_here && step.kind().is_some()).then(|| Action {
        title: "Write this step in the 1.0 dialect".to_owned(),
        kind: ActionKind::Rewrite,
        request: ActionRequest::Migrate,
        refused: plan(index, step).err(),
    })
}

/// The edits of the file.
pub(super) fn change(index: &Index, file: &str) -> Option<Change> {
    let edits = plan(index, index.step(file)?).ok()?;
    Some(Change::edits(edits))
}

/// A step that is being rewritten.
struct Draft<'s> {
    index: &'s Index,
    text: &'s str,
    facts: &'s FileFacts,
    fact: &'s StepFact,
    step: &'s Step,
    edits: Vec<(Span, String)>,
    /// What the file needs from the framework's module, sorted.
    imports: Vec<&'static str>,
    /// Imports from modules of the project, in the order of their use.
    own_imports: Vec<String>,
    /// What the file makes for itself behind its imports.
    values: Vec<String>,
}

impl Draft<'_> {
    fn replace(&mut self, span: Span, text: impl Into<String>) {
        self.edits.push((span, text.into()));
    }

    fn slice(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    fn need(&mut self, name: &'static str) {
        if !self.imports.contains(&name) {
            self.imports.push(name);
            self.imports.sort_unstable();
        }
    }

    fn is_python(&self) -> bool {
        self.step.language == Language::Python
    }

    /// True for a CommonJS module.
    fn is_common(&self) -> bool {
        self.text.contains("exports.")
            && !self.text.contains("\nexport ")
            && !self.text.starts_with("export ")
    }

    /// A semicolon, if the file ends its imports with one.
    fn semicolon(&self) -> &'static str {
        let ends = |line: &str| {
            line.starts_with("import ") || line.contains("require(") || line.starts_with("} from")
        };
        let mut lines = self.text.lines().filter(|line| ends(line));
        if lines.any(|line| line.trim_end().ends_with(';')) {
            ";"
        } else {
            ""
        }
    }
}

fn plan(index: &Index, step: &Step) -> Result<Vec<Edit>, Refusal> {
    let facts = step.facts();
    let Some(fact) = &facts.step else {
        return Err("the config cannot be read".into());
    };
    if step.language == Language::Ruby {
        return Err("1.0 has no Ruby".into());
    }
    if !facts.problems.is_empty() {
        return Err("the file does not parse".into());
    }
    let mut draft = Draft {
        index,
        text: &step.source.text,
        facts,
        fact,
        step,
        edits: Vec::new(),
        imports: Vec::new(),
        own_imports: Vec::new(),
        values: Vec::new(),
    };
    config::rewrite(&mut draft)?;
    handler::rewrite(&mut draft)?;
    imports::rewrite(&mut draft)?;
    verify(&draft)?;
    let ends_with_returns = draft.text.contains("\r\n");
    let edit = |(span, text): (Span, String)| Edit {
        file: step.file.clone(),
        span,
        text: match ends_with_returns {
            true => text.replace("\r\n", "\n").replace('\n', "\r\n"),
            false => text,
        },
    };
    Ok(draft.edits.into_iter().map(edit).collect())
}

/// Reads the result again: it must be a 1.0 step that takes and sends the same.
fn verify(draft: &Draft<'_>) -> Result<(), Refusal> {
    let unsure = || "it is not sure that the step would do the same afterwards".to_owned();
    let mut text = draft.text.to_owned();
    let mut edits: Vec<&(Span, String)> = draft.edits.iter().collect();
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(*span));
    for pair in edits.windows(2) {
        if pair[1].0.end > pair[0].0.start {
            return Err(unsure());
        }
    }
    for (span, new) in edits {
        text.replace_range(span.start as usize..span.end as usize, new);
    }
    let after = banister_grammars::extract(draft.step.language, &text);
    let step = after.step.as_ref().filter(|step| step.dialect == Dialect::V1);
    let before = &draft.step.source.facts;
    let (Some(now), Some(then)) = (step, &before.step) else {
        return Err(unsure());
    };
    let taken = |fact: &StepFact| -> Vec<_> {
        let topics = fact.triggers.iter().flat_map(|trigger| &trigger.topics);
        topics.map(|topic| topic.topic.text.clone()).collect()
    };
    let declared = |fact: &StepFact| -> Vec<_> {
        fact.emits
            .topics()
            .iter()
            .map(|topic| topic.topic.text.clone())
            .collect()
    };
    let sent = |facts: &FileFacts| -> Vec<_> {
        facts
            .emits
            .iter()
            .map(|site| {
                (
                    site.topic.as_ref().map(|topic| topic.text.clone()),
                    site.payload_span.is_some(),
                )
            })
            .collect()
    };
    let is_same = taken(now) == taken(then)
        && declared(now) == declared(then)
        && sent(&after) == sent(before)
        && now.name.as_ref().map(|name| &name.text) == then.name.as_ref().map(|name| &name.text)
        && now.handler.is_some() == then.handler.is_some()
        && after.state_uses.len() == before.state_uses.len()
        && stream_calls(&after) == stream_calls(before)
        && after.problems.is_empty();
    if is_same { Ok(()) } else { Err(unsure()) }
}

fn stream_calls(facts: &FileFacts) -> usize {
    facts
        .stream_uses
        .iter()
        .filter(|used| used.method.is_some())
        .count()
}

#[cfg(test)]
mod tests;
