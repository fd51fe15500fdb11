//! Where `emit` or the context leaves what this file shows.

use crate::ast::{Call, Entry, Expr, ExprKind, ScopeId};
use crate::facts::{Argument, HandOver, Handed, Text};
use crate::language::Language;
use crate::resolve::Value;

use super::roles::Role;
use super::visit::Visitor;

/// Functions that look at what they are given and never call it.
const HARMLESS: [&str; 14] = [
    "print",
    "puts",
    "p",
    "pp",
    "isinstance",
    "hasattr",
    "getattr",
    "callable",
    "type",
    "str",
    "repr",
    "dir",
    "vars",
    "Boolean",
];

/// Functions of Python and Ruby themselves that may call what they are given, or what its name means.
const CALLING_BUILTINS: [&str; 14] = [
    "map",
    "filter",
    "eval",
    "exec",
    "iter",
    "next",
    "sorted",
    "setattr",
    "send",
    "public_send",
    "__send__",
    "method",
    "instance_exec",
    "instance_eval",
];

impl<'a, 't> Visitor<'_, 'a, 't> {
    /// Notes if a call hands `emit` or the context to a function that is not in this file.
    pub(super) fn check_escape(&mut self, expr: &'a Expr<'t>, call: &'a Call<'t>, scope: ScopeId) {
        if !call.args.iter().any(|arg| self.carries(arg, scope)) {
            return;
        }
        let function = match self.model.value(&call.callee, scope) {
            Value::Function(_) => return,
            Value::Import(import) if !call.is_new => Some(import),
            _ => self.model.ruby_method(&call.callee, scope),
        };
        if self.is_harmless(&call.callee, scope) || self.is_defined_nowhere(&call.callee, scope) {
            return;
        }
        let args = function.as_ref().and_then(|_| self.arguments(call, scope));
        match (function, args) {
            (Some(function), Some(args)) => self.found.hand_overs.push(HandOver {
                span: expr.span,
                callee: call.callee.span,
                function,
                args,
            }),
            _ => self.found.escapes.push(expr.span),
        }
    }

    /// True for a bare name that neither this file nor a file that it takes in whole can define: the call fails before
    /// anything is sent. In JavaScript it may be a global.
    fn is_defined_nowhere(&self, callee: &'a Expr<'t>, scope: ScopeId) -> bool {
        let Some(name) = callee.as_name() else {
            return false;
        };
        let imports = &self.model.module.imports;
        let takes_whole_files = match self.model.language() {
            Language::TypeScript | Language::JavaScript => return false,
            Language::Python => imports.iter().any(|import| import.names.contains(&("*", "*"))),
            Language::Ruby => imports.iter().any(|import| import.relative),
        };
        !takes_whole_files
            && !CALLING_BUILTINS.contains(&name)
            && self.model.scopes.lookup(name, scope).is_none()
    }

    /// What a call gives; nothing if it hands out `emit` in a way that is not followed.
    fn arguments(&self, call: &'a Call<'t>, scope: ScopeId) -> Option<Vec<Argument>> {
        let mut args = Vec::with_capacity(call.args.len());
        for arg in call.positional() {
            if matches!(arg.kind, ExprKind::Spread(_)) {
                return None;
            }
            args.push(self.argument_fact(None, arg, scope)?);
        }
        let keywords = call.args.last().filter(|_| call.keywords).map(|last| &last.kind);
        if let Some(ExprKind::Object(entries)) = keywords {
            for entry in entries {
                let Entry::Pair { key, value, .. } = entry else {
                    return None;
                };
                args.push(self.argument_fact(Some(key.clone().into_owned()), value, scope)?);
            }
        }
        Some(args)
    }

    fn argument_fact(&self, name: Option<String>, arg: &'a Expr<'t>, scope: ScopeId) -> Option<Argument> {
        let handed = match self.model.role(arg, scope).map(|cast| cast.role) {
            Some(Role::Emit) => Some(Handed::Emit),
            Some(Role::Context) => Some(Handed::Context),
            _ if self.carries(arg, scope) => Some(self.partial_context(arg, scope)?),
            _ => None,
        };
        let fact = handed.is_none().then(|| self.model.text_fact(arg, scope));
        Some(Argument {
            name,
            handed,
            text: fact.filter(|fact| !matches!(fact.text, Text::Unknown(_))),
        })
    }

    /// `{ emit, order }` and `{ ...ctx, order }` hold `emit` where a context does.
    fn partial_context(&self, arg: &'a Expr<'t>, scope: ScopeId) -> Option<Handed> {
        let Value::Expr(
            Expr {
                kind: ExprKind::Object(entries),
                ..
            },
            scope,
        ) = self.model.value(arg, scope)
        else {
            return None;
        };
        let is_in_place = |entry: &'a Entry<'t>| match entry {
            Entry::Pair { key, value, .. } => {
                !self.carries(value, scope)
                    || matches!(key.as_ref(), "emit" | "enqueue")
                        && self
                            .model
                            .role(value, scope)
                            .is_some_and(|cast| cast.role == Role::Emit)
            }
            Entry::Spread(value) => {
                let role = self.model.role(value, scope).map(|cast| cast.role);
                role == Some(Role::Context) || !self.carries(value, scope)
            }
            Entry::Computed { value, .. } => !self.carries(value, scope),
        };
        entries.iter().all(is_in_place).then_some(Handed::Context)
    }

    /// Notes if a value that is returned or stored holds `emit` or the context.
    pub(super) fn check_handed_out(&mut self, expr: &'a Expr<'t>, scope: ScopeId) {
        if self.carries(expr, scope) {
            self.found.escapes.push(expr.span);
        }
    }

    pub(super) fn is_harmless(&self, callee: &'a Expr<'t>, scope: ScopeId) -> bool {
        match &callee.kind {
            ExprKind::Name(name) => {
                HARMLESS.contains(name) && self.model.scopes.lookup(name, scope).is_none()
            }
            ExprKind::Member(member) => {
                let role = self.model.role(&member.object, scope).map(|cast| cast.role);
                // `emit.bind(ctx)` is `emit` again.
                let is_bind = role == Some(Role::Emit) && member.name == "bind";
                is_bind
                    || role == Some(Role::Logger)
                    || matches!(member.object.as_name(), Some("console" | "logger" | "JSON"))
            }
            _ => false,
        }
    }

    /// True if the value is, or visibly holds, `emit` or the context.
    fn carries(&self, expr: &'a Expr<'t>, scope: ScopeId) -> bool {
        let Some(_step) = self.model.step() else {
            return false;
        };
        if let Some(cast) = self.model.role(expr, scope) {
            return matches!(cast.role, Role::Emit | Role::Context);
        }
        let entry = |entry: &'a Entry<'t>, scope| match entry {
            Entry::Pair { value, .. } | Entry::Spread(value) | Entry::Computed { value, .. } => {
                self.carries(value, scope)
            }
        };
        match &expr.kind {
            ExprKind::Spread(inner) => self.carries(inner, scope),
            ExprKind::List(items) => items.iter().any(|item| self.carries(item, scope)),
            ExprKind::Object(entries) => entries.iter().any(|e| entry(e, scope)),
            ExprKind::Name(_) => match self.model.value(expr, scope) {
                Value::Expr(
                    Expr {
                        kind: ExprKind::Object(entries),
                        ..
                    },
                    scope,
                ) => entries.iter().any(|e| entry(e, scope)),
                _ => false,
            },
            _ => false,
        }
    }
}
