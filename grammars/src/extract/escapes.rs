//! Where `emit` or the context leaves what this file shows.

use crate::ast::{Call, Entry, Expr, ExprKind, ScopeId};
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

impl<'a, 't> Visitor<'_, 'a, 't> {
    /// Notes if a call hands `emit` or the context to a function that is not in this file.
    pub(super) fn check_escape(&mut self, call: &'a Call<'t>, scope: ScopeId) {
        if self.found.escapes || !call.args.iter().any(|arg| self.carries(arg, scope)) {
            return;
        }
        let is_visible = matches!(self.model.value(&call.callee, scope), Value::Function(_));
        self.found.escapes = !is_visible && !self.is_harmless(&call.callee, scope);
    }

    /// Notes if a value that is returned or stored holds `emit` or the context.
    pub(super) fn check_handed_out(&mut self, expr: &'a Expr<'t>, scope: ScopeId) {
        self.found.escapes = self.found.escapes || self.carries(expr, scope);
    }

    pub(super) fn is_harmless(&self, callee: &'a Expr<'t>, scope: ScopeId) -> bool {
        match &callee.kind {
            ExprKind::Name(name) => {
                HARMLESS.contains(name) && self.model.scopes.lookup(name, scope).is_none()
            }
            ExprKind::Member(member) => {
                let is_logger = self
                    .model
                    .role(&member.object, scope)
                    .is_some_and(|cast| cast.role == Role::Logger);
                is_logger || matches!(member.object.as_name(), Some("console" | "logger" | "JSON"))
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
