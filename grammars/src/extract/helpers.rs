//! Which functions of a file send for the steps of other files.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{Body, Class, Entry, Expr, ExprKind, Function, Pattern, PatternEntry, ScopeId, Statement};
use crate::facts::{EmitSite, Handed, HelperEmit, HelperFact, HelperParam};
use crate::language::Language;
use crate::model::Model;
use crate::resolve::Value;
use crate::scope::Def;
use crate::text::Span;

use super::roles::Role;
use super::visit::Found;

/// How deep the members of exported objects and classes are looked at.
const MAX_LEVELS: u32 = 3;

impl<'a, 't> Model<'a, 't> {
    /// The exported functions that take `emit` or the context, by name: `tell`, `Notifier.tell`.
    pub(super) fn helpers(&self, found: &Found) -> BTreeMap<String, HelperFact> {
        let mut functions = Vec::new();
        match self.language() {
            Language::TypeScript | Language::JavaScript => {
                for export in self.module.exports.iter().filter(|export| export.from.is_none()) {
                    if let Some(binding) = self.scopes.own(export.local, ScopeId::MODULE) {
                        self.add_functions(export.name, &binding.defs, MAX_LEVELS, &mut functions);
                    }
                }
            }
            Language::Python | Language::Ruby => {
                for (name, binding) in self.scopes.names(ScopeId::MODULE) {
                    self.add_functions(name, &binding.defs, MAX_LEVELS, &mut functions);
                }
            }
        }
        let is_handler = |function: &Function<'_>| {
            self.handler
                .is_some_and(|handler| handler.function.scope == function.scope)
        };
        functions
            .into_iter()
            .filter(|(_, function)| !is_handler(function))
            .filter_map(|(name, function)| Some((name, self.helper(function, found)?)))
            .collect()
    }

    fn add_functions(
        &self,
        name: &str,
        defs: &[Def<'a, 't>],
        levels: u32,
        out: &mut Vec<(String, &'a Function<'t>)>,
    ) {
        let Some(levels) = levels.checked_sub(1) else {
            return;
        };
        match defs {
            [Def::Function(function)] => out.push((name.to_owned(), function)),
            [Def::Class(class)] => self.add_methods(name, class, levels, out),
            [Def::Value { value, path, scope }] if path.is_empty() => {
                self.add_value_functions(name, value, *scope, levels, out);
            }
            _ => {}
        }
    }

    fn add_value_functions(
        &self,
        name: &str,
        value: &'a Expr<'t>,
        scope: ScopeId,
        levels: u32,
        out: &mut Vec<(String, &'a Function<'t>)>,
    ) {
        match self.value(value, scope) {
            Value::Function(function) => out.push((name.to_owned(), function)),
            Value::Class(class) => self.add_methods(name, class, levels, out),
            Value::Expr(
                Expr {
                    kind: ExprKind::Object(entries),
                    ..
                },
                inner,
            ) if levels > 0 && !self.is_rewritten(value, None, scope) => {
                for entry in entries {
                    if let Entry::Pair { key, value, .. } = entry {
                        // `module.exports = { tell }` exports the name `tell` as well.
                        if name == "default" {
                            self.add_value_functions(key, value, inner, levels - 1, out);
                        }
                        self.add_value_functions(&format!("{name}.{key}"), value, inner, levels - 1, out);
                    }
                }
            }
            _ => {}
        }
    }

    fn add_methods(
        &self,
        name: &str,
        class: &'a Class<'t>,
        levels: u32,
        out: &mut Vec<(String, &'a Function<'t>)>,
    ) {
        for (method, binding) in self.scopes.names(class.scope) {
            self.add_functions(&format!("{name}.{method}"), &binding.defs, levels, out);
        }
    }

    fn helper(&self, function: &'a Function<'t>, found: &Found) -> Option<HelperFact> {
        // The receiver is no argument of a call.
        let receiver = function.params.first().is_some_and(
            |param| matches!(&param.pattern, Pattern::Name(name) if matches!(name.text, "self" | "cls")),
        );
        let receivers = usize::from(receiver && self.language() == Language::Python);
        let params: Vec<HelperParam> = (receivers..function.params.len())
            .map(|index| self.helper_param(function, index))
            .collect();
        if params.iter().all(|param| param.takes.is_none()) {
            return None;
        }
        let reached = self.reached(function);
        let lies_within = |span: Span| reached.iter().any(|function| holds(function.span, span));
        let sites = found.emits.iter().enumerate();
        let emits: Vec<HelperEmit> = sites
            .filter(|(_, site)| lies_within(site.span))
            .map(|(site, fact)| HelperEmit {
                site,
                topic_param: found
                    .topic_params
                    .iter()
                    .find(|(span, scope, _)| *span == fact.span && *scope == function.scope)
                    .and_then(|(_, _, index)| index.checked_sub(receivers)),
            })
            .collect();
        let overs = found.hand_overs.iter().enumerate();
        Some(HelperFact {
            params,
            hand_overs: overs
                .filter(|(_, over)| lies_within(over.span))
                .map(|(at, _)| at)
                .collect(),
            branches: reached
                .iter()
                .any(|function| branches(&function.body, &found.emits)),
            escapes: found.escapes.iter().any(|span| lies_within(*span)),
            emits,
        })
    }

    fn helper_param(&self, function: &'a Function<'t>, index: usize) -> HelperParam {
        let pattern = &function.params[index].pattern;
        let takes = match pattern {
            Pattern::Name(_) => match self.role_of_param(function, index, &[]).map(|cast| cast.role) {
                Some(Role::Emit) => Some(Handed::Emit),
                Some(Role::Context) => Some(Handed::Context),
                _ => None,
            },
            // What is not taken out of the context cannot be used.
            Pattern::Object(entries) => entries
                .iter()
                .all(|entry| matches!(entry, PatternEntry::Key { .. }))
                .then_some(Handed::Context),
            _ => None,
        };
        let name = match pattern {
            Pattern::Name(name) => name.text.to_owned(),
            _ => String::new(),
        };
        HelperParam { name, takes }
    }

    /// The function and those of this file that it calls, directly or not.
    fn reached(&self, function: &'a Function<'t>) -> Vec<&'a Function<'t>> {
        let mut reached = vec![function];
        let mut seen = BTreeSet::from([function.scope]);
        let mut next = 0;
        while let Some(from) = reached.get(next).map(|function| function.span) {
            next += 1;
            for (callee, sites) in self.scopes.called_functions() {
                if sites.iter().any(|site| holds(from, site.call.callee.span)) && seen.insert(callee.scope) {
                    reached.push(callee);
                }
            }
        }
        reached
    }
}

fn holds(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// True if a condition decides over a message or leaves the function.
fn branches(body: &Body<'_>, sites: &[EmitSite]) -> bool {
    body.statements.iter().any(|statement| match statement {
        Statement::Nested(nested) if nested.heads.is_empty() => {
            nested.bodies.iter().any(|body| branches(body, sites))
        }
        Statement::Nested(nested) => nested.bodies.iter().any(|body| decides(body, sites)),
        Statement::Expr(value) | Statement::Return(Some(value)) => picks(value, sites),
        Statement::Bind(bind) => bind.value.as_ref().is_some_and(|value| picks(value, sites)),
        Statement::Return(None) | Statement::Function(_) | Statement::Class(_) => false,
    })
}

/// True if an expression with a condition holds a message.
fn picks(expr: &Expr<'_>, sites: &[EmitSite]) -> bool {
    match &expr.kind {
        ExprKind::Choice(_) | ExprKind::Both(_) | ExprKind::Either(_) => {
            sites.iter().any(|site| holds(expr.span, site.span))
        }
        ExprKind::Compound(nested) => nested.bodies.iter().any(|body| decides(body, sites)),
        ExprKind::Function(function) => branches(&function.body, sites),
        ExprKind::Assign(bind) => bind.value.as_ref().is_some_and(|value| picks(value, sites)),
        _ => {
            let mut found = false;
            expr.each_part(&mut |part| found = found || picks(part, sites));
            found
        }
    }
}

fn decides(body: &Body<'_>, sites: &[EmitSite]) -> bool {
    body.statements.iter().any(|statement| match statement {
        Statement::Return(_) => true,
        Statement::Nested(nested) => nested.bodies.iter().any(|body| decides(body, sites)),
        Statement::Expr(expr) => sites.iter().any(|site| holds(expr.span, site.span)),
        Statement::Bind(bind) => bind
            .value
            .as_ref()
            .is_some_and(|value| sites.iter().any(|site| holds(value.span, site.span))),
        _ => false,
    })
}
