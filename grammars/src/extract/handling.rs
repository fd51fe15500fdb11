//! The facts of a handler beyond its place: how it is written, what it reads and what it answers.

use serde_json::Value as Json;

use crate::ast::{Expr, ExprKind, Function, Param, Pattern, PatternEntry, Statement};
use crate::facts::{DeclaredType, Handling, ParamFact, Signature};
use crate::model::{FirstParam, HandlerRole, Model};

use super::config::holds;
use super::payload::Shapes;
use super::reads::{Reads, reads};

/// Packages of the framework, whose `Handlers` names the steps.
const FRAMEWORK: [&str; 3] = ["motia", "@motiadev/core", "@motia/core"];

/// The handling of the step's handler; `input` is the schema of its message and `text` the source.
pub(super) fn handling<'a, 't>(model: &Model<'a, 't>, input: Option<&Json>, text: &str) -> Handling {
    let Some(handler) = model.handler else {
        return Handling::default();
    };
    let reads = reads(model, text);
    let signature = (!handler.wrapped).then(|| signature(handler.function, &reads));
    let mut handling = Handling {
        signature,
        declared: model.declared_type(handler.function),
        context_reads: reads.context,
        request_reads: reads.request,
        path_reads: reads.path_params,
        message_reads: reads.message,
        unbound: reads.unbound,
        responses: Vec::new(),
        responses_open: false,
    };
    if handler.first == FirstParam::Request {
        add_responses(model, handler, input, &mut handling);
    }
    handling
}

fn add_responses<'a, 't>(
    model: &Model<'a, 't>,
    handler: HandlerRole<'a, 't>,
    input: Option<&Json>,
    handling: &mut Handling,
) {
    // A wrapper may change what the function returns.
    handling.responses_open = handler.wrapped;
    if !handler.wrapped {
        let shapes = Shapes { model, input };
        shapes.add_responses(handler.function, handling);
    }
}

fn signature(function: &Function<'_>, reads: &Reads<'_>) -> Signature {
    let param = |param: &Param<'_>| {
        let name = name_of(&param.pattern);
        ParamFact {
            name: name.map(str::to_owned),
            span: param.span,
            kind: param.kind,
            optional: param.optional || param.default.is_some(),
            keys: keys_of(&param.pattern),
            used: name.is_none_or(|name| reads.used.contains(name)),
        }
    };
    Signature {
        params: function.params.iter().map(param).collect(),
    }
}

fn name_of<'t>(pattern: &Pattern<'t>) -> Option<&'t str> {
    match pattern {
        Pattern::Name(name) => Some(name.text),
        Pattern::Rest(inner) => name_of(inner),
        _ => None,
    }
}

fn keys_of(pattern: &Pattern<'_>) -> Vec<String> {
    let Pattern::Object(entries) = pattern else {
        return Vec::new();
    };
    let key = |entry: &PatternEntry<'_>| match entry {
        PatternEntry::Key { key, .. } => Some(key.clone().into_owned()),
        PatternEntry::Rest(_) => None,
    };
    entries.iter().filter_map(key).collect()
}

impl<'a, 't> Model<'a, 't> {
    /// `Handlers['X']`, at the name of the handler or at the function itself.
    fn declared_type(&self, function: &Function<'t>) -> Option<DeclaredType> {
        let is_framework = self.module.imports.iter().all(|import| {
            let names_it = import.names.iter().any(|(_, local)| *local == "Handlers");
            !names_it || FRAMEWORK.contains(&import.module.as_ref())
        });
        if !is_framework || self.scopes.is_bound_anywhere("Handlers") && !self.imports("Handlers") {
            return None;
        }
        self.module.body.statements.iter().find_map(|statement| {
            let Statement::Bind(bind) = statement else {
                return None;
            };
            let value = bind.value.as_ref().filter(|value| holds(value, function))?;
            named_step(bind.annotation.as_ref()).or_else(|| named_by_cast(value))
        })
    }

    fn imports(&self, local: &str) -> bool {
        let mut names = self.module.imports.iter().flat_map(|import| &import.names);
        names.any(|(_, name)| *name == local)
    }
}

fn named_by_cast(value: &Expr<'_>) -> Option<DeclaredType> {
    match &value.kind {
        ExprKind::Cast(cast) => named_step(cast.target.as_ref()).or_else(|| named_by_cast(&cast.value)),
        _ => None,
    }
}

fn named_step(annotation: Option<&Expr<'_>>) -> Option<DeclaredType> {
    let ExprKind::Index(pair) = &annotation?.kind else {
        return None;
    };
    match (&pair.0.kind, &pair.1.kind) {
        (ExprKind::Name("Handlers"), ExprKind::Text { value, inner }) => Some(DeclaredType {
            name: value.clone().into_owned(),
            span: *inner,
        }),
        _ => None,
    }
}
