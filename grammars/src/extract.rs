//! The facts of a file, worked out once for all languages on the neutral model.

use std::collections::BTreeMap;

use tree_sitter::Tree;

use crate::ast::Module;
use crate::facts::{
    Dialect, FileFacts, ImportFact, SchemaFact, SchemaNotation, StepFact, StepKind, SyntaxProblem,
};
use crate::language::Language;
use crate::lower::{MAX_DEPTH, lower};
use crate::model::{FirstParam, HandlerRole, Model};
use crate::parse::{MAX_SOURCE_BYTES, parse};
use crate::syntax::syntax_problems;
use crate::text::Span;

pub mod comments;
mod config;
mod config_values;
mod step;
mod triggers;

mod roles;
mod stream_roles;

mod known_calls;
mod payload;

mod emits;
mod escapes;
mod helpers;
mod seed;
mod state_escapes;
mod uses;
mod visit;

mod handed;
mod handling;
mod reads;
pub mod request_reads;
mod responses;
mod unbound;

mod exports;

/// Names this very extractor: any change of its sources or of its grammars changes it, so that facts which were kept
/// somewhere are known to be those of another one.
pub const EXTRACTOR: &str = env!("BANISTER_EXTRACTOR");

/// Parses `text` and reads off its facts. A text that is too large or too slow to parse has none but a problem that
/// says so.
pub fn extract(language: Language, text: &str) -> FileFacts {
    match parse(language, text, None) {
        Some(tree) => extract_tree(language, text, &tree),
        None => unparsed(language, text),
    }
}

/// The facts of a text for which there was no tree.
pub fn unparsed(language: Language, text: &str) -> FileFacts {
    let message = if text.len() > MAX_SOURCE_BYTES {
        format!(
            "the file is larger than {} KiB and is not analysed",
            MAX_SOURCE_BYTES / 1024
        )
    } else {
        "the file takes too long to parse and is not analysed".to_owned()
    };
    let mut facts = FileFacts::empty(language);
    facts.problems.push(SyntaxProblem {
        span: Span::new(0, 0),
        message,
    });
    facts
}

/// Reads the facts off a tree of `text`.
pub fn extract_tree(language: Language, text: &str, tree: &Tree) -> FileFacts {
    let mut facts = FileFacts::empty(language);
    facts.problems = syntax_problems(tree, text);
    facts.ignores = comments::ignores(tree, text);
    let module = lower(language, tree, text);
    if let Some(span) = module.too_deep {
        let message = format!("nested more than {MAX_DEPTH} levels deep: what lies deeper is not analysed");
        facts.problems.push(SyntaxProblem { span, message });
        (facts.emit_escapes, facts.state_escapes) = (true, true);
    }
    facts.imports = imports(&module);
    let mut model = Model::of(&module);
    let handler = model.find_handler();
    if let Some(config) = model.find_config() {
        facts.step = model.step_fact(&config, handler);
        if facts.step.is_none() {
            facts.stream = model.stream_fact(&config);
        }
        if facts.step.is_some() || facts.stream.is_some() {
            facts.config = Some(model.config_fact(&config));
        }
    }
    model.handler = handler.map(|handler| HandlerRole {
        function: handler.function,
        first: first_param(facts.step.as_ref()),
        wrapped: handler.wrapped,
    });
    let input = facts.step.as_ref().and_then(input_schema);
    let found = visit::visit(&model, input.map(|input| &input.schema));
    facts.helpers = model.helpers(&found);
    facts.handling = handling::handling(&model, input.map(|input| &input.schema), text);
    facts.emits = found.emits;
    facts.hand_overs = found.hand_overs;
    facts.state_uses = found.state_uses;
    facts.stream_uses = found.stream_uses;
    uses::mark_tested(&mut facts.stream_uses, &found.tested_streams, text);
    facts.seed_uses = found.seed_uses;
    facts.emit_escapes |= !found.escapes.is_empty();
    facts.state_escapes |= found.state_escapes;
    let is_definition = facts.step.is_some() || facts.stream.is_some();
    facts.exports = BTreeMap::new();
    model.add_exports(&mut facts, is_definition);
    facts
}

fn imports(module: &Module<'_>) -> Vec<ImportFact> {
    let fact = |import: &crate::ast::Import<'_>| ImportFact {
        module: import.module.clone().into_owned(),
        span: import.span,
        names: import
            .names
            .iter()
            .map(|(name, local)| ((*name).to_owned(), (*local).to_owned()))
            .collect(),
    };
    module.imports.iter().map(fact).collect()
}

/// What the framework calls the handler with first.
fn first_param(step: Option<&StepFact>) -> FirstParam {
    let Some(step) = step else {
        return FirstParam::Unknown;
    };
    let all = |kind| !step.triggers.is_empty() && step.triggers.iter().all(|trigger| trigger.kind == kind);
    if all(StepKind::Api) {
        FirstParam::Request
    } else if all(StepKind::Event) {
        FirstParam::Input
    } else if all(StepKind::Cron) && step.dialect == Dialect::V0 {
        FirstParam::Context
    } else {
        FirstParam::Unknown
    }
}

/// The schema of the message, if there is one kind of message and its schema is visible.
fn input_schema(step: &StepFact) -> Option<&SchemaFact> {
    match step.triggers.as_slice() {
        [only] => only
            .input
            .as_ref()
            .filter(|input| input.import.is_none() && input.notation != SchemaNotation::Unknown),
        _ => None,
    }
}
