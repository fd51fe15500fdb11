//! What the framework hands over, followed for sure. [`Role`](super::roles::Role) follows what the author means, which
//! is right for finding messages; here a value that is written twice, changed or wrapped is nothing at all.

use crate::ast::{Call, Expr, ExprKind, Function, ScopeId};
use crate::language::Language;
use crate::model::{FirstParam, HandlerRole, Model};
use crate::resolve::argument;
use crate::scope::{Binding, Def, Path, Step};

/// A value that the framework hands to a handler, or a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handed {
    Context,
    Request,
    /// The parameters of the request's path.
    PathParams,
    /// The message of an event step.
    Message,
}

impl Handed {
    /// The part that stands at a key.
    pub(super) fn part(self, key: &str) -> Option<Self> {
        match (self, key) {
            (Handed::Request, "pathParams" | "path_params") => Some(Handed::PathParams),
            // 1.0 wraps the request.
            (Handed::Request, "request") => Some(Handed::Request),
            _ => None,
        }
    }
}

impl<'a, 't> Model<'a, 't> {
    /// What `expr` surely is.
    pub(super) fn handed(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Option<Handed> {
        let _step = self.step()?;
        match &expr.kind {
            ExprKind::Cast(cast) => self.handed(&cast.value, scope),
            ExprKind::Name(name) => self.handed_binding(self.scopes.lookup(name, scope)?),
            ExprKind::Member(member) => self.handed_part(&member.object, member.name, scope),
            ExprKind::Index(pair) => self.handed_part(&pair.0, pair.1.as_text()?, scope),
            ExprKind::Call(call) => {
                let (object, key) = looked_up(call)?;
                self.handed_part(object, key.as_text()?, scope)
            }
            // `req.pathParams || {}`
            ExprKind::Either(pair) if is_empty_object(&pair.1) => self.handed(&pair.0, scope),
            _ => None,
        }
    }

    fn handed_part(&self, object: &'a Expr<'t>, key: &str, scope: ScopeId) -> Option<Handed> {
        let part = self.handed(object, scope)?.part(key)?;
        (!self.is_rewritten(object, Some(key), scope)).then_some(part)
    }

    fn handed_binding(&self, binding: &Binding<'a, 't>) -> Option<Handed> {
        let [def] = binding.defs.as_slice() else {
            return None;
        };
        if binding.opened {
            return None;
        }
        match def {
            Def::Value { value, path, scope } => self.handed_at(value, path, *scope),
            Def::Param {
                function,
                index,
                path,
            } => follow(self.handed_param(function, *index)?, path),
            _ => None,
        }
    }

    fn handed_at(&self, value: &'a Expr<'t>, path: &Path<'a>, scope: ScopeId) -> Option<Handed> {
        let handed = self.handed(value, scope)?;
        let is_rewritten = match path.first() {
            Some(Step::Key(key)) => self.is_rewritten(value, Some(key), scope),
            _ => false,
        };
        if is_rewritten { None } else { follow(handed, path) }
    }

    /// What a parameter gets: the handler's from the framework, a private helper's from every one of its calls.
    pub(super) fn handed_param(&self, function: &'a Function<'t>, index: usize) -> Option<Handed> {
        let _step = self.step()?;
        if let Some(handler) = self
            .handler
            .filter(|handler| handler.function.scope == function.scope)
        {
            return handler.handed(index);
        }
        let mut sites = self.private_calls(function)?.iter().map(|site| {
            let arg = argument(site.call, function, index)?;
            self.handed(arg, site.scope)
        });
        let first = sites.next()??;
        sites.all(|handed| handed == Some(first)).then_some(first)
    }
}

impl HandlerRole<'_, '_> {
    fn handed(&self, index: usize) -> Option<Handed> {
        let is_only = self.function.params.len() == 1;
        match (index, self.first) {
            _ if self.wrapped => None,
            (0, FirstParam::Request) => Some(Handed::Request),
            (0, FirstParam::Input) => Some(Handed::Message),
            (0, FirstParam::Context) if is_only => Some(Handed::Context),
            (1, FirstParam::Request | FirstParam::Input) => Some(Handed::Context),
            _ => None,
        }
    }
}

fn follow(handed: Handed, path: &[Step<'_>]) -> Option<Handed> {
    path.iter().try_fold(handed, |handed, step| match step {
        Step::Key(key) => handed.part(key),
        Step::Item(_) | Step::Lost => None,
    })
}

/// Object and key of `x.get("key", …)` and `x.fetch(:key)`.
pub(super) fn looked_up<'a, 't>(call: &'a Call<'t>) -> Option<(&'a Expr<'t>, &'a Expr<'t>)> {
    match &call.callee.kind {
        ExprKind::Member(member) if matches!(member.name, "get" | "fetch") => {
            Some((&member.object, call.positional().first()?))
        }
        _ => None,
    }
}

fn is_empty_object(expr: &Expr<'_>) -> bool {
    matches!(&expr.uncast().kind, ExprKind::Object(entries) if entries.is_empty())
}

/// Members that every object of the language has, and the ways to use a dictionary for a context.
pub(super) fn is_own_member(language: Language, key: &str) -> bool {
    match language {
        Language::TypeScript | Language::JavaScript => matches!(
            key,
            "constructor" | "hasOwnProperty" | "toString" | "valueOf" | "propertyIsEnumerable"
        ),
        Language::Python => {
            key.starts_with("__")
                || matches!(
                    key,
                    "get" | "keys" | "values" | "items" | "copy" | "update" | "pop"
                )
        }
        Language::Ruby => {
            key.ends_with(['?', '!', '='])
                || matches!(
                    key,
                    "class"
                        | "dig"
                        | "dup"
                        | "clone"
                        | "fetch"
                        | "freeze"
                        | "hash"
                        | "inspect"
                        | "itself"
                        | "key"
                        | "keys"
                        | "method"
                        | "methods"
                        | "object_id"
                        | "public_send"
                        | "send"
                        | "tap"
                        | "then"
                        | "to_a"
                        | "to_h"
                        | "to_json"
                        | "to_s"
                        | "values"
                        | "instance_variable_get"
                        | "instance_variable_set"
                        | "instance_variables"
                        | "define_singleton_method"
                        | "extend"
                        | "each"
                        | "call"
                        | "slice"
                        | "merge"
                        | "display"
                        | "instance_eval"
                        | "instance_exec"
                        | "values_at"
                        | "yield_self"
                        | "singleton_class"
                        | "public_method"
                        | "singleton_methods"
                        | "public_methods"
                )
        }
    }
}
