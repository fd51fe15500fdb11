//! Where the shared state leaves what this file shows: other code may then write it.

use crate::ast::{Call, Entry, Expr, ExprKind, ScopeId};
use crate::resolve::Value;

use super::roles::Role;
use super::visit::Visitor;

impl<'a, 't> Visitor<'_, 'a, 't> {
    /// Notes if a call hands the state or the context to a function that is not in this file.
    pub(super) fn note_state_escape(&mut self, call: &'a Call<'t>, scope: ScopeId) {
        if self.found.state_escapes || !call.args.iter().any(|arg| self.carries_state(arg, scope)) {
            return;
        }
        let is_visible = matches!(self.model.value(&call.callee, scope), Value::Function(_));
        self.found.state_escapes = !is_visible && !self.is_harmless(&call.callee, scope);
    }

    /// Notes if a value that is returned or stored holds the state or the context.
    pub(super) fn note_state_handed_out(&mut self, expr: &'a Expr<'t>, scope: ScopeId) {
        self.found.state_escapes = self.found.state_escapes || self.carries_state(expr, scope);
    }

    fn carries_state(&self, expr: &'a Expr<'t>, scope: ScopeId) -> bool {
        let Some(_step) = self.model.step() else {
            return false;
        };
        if let Some(cast) = self.model.role(expr, scope) {
            return matches!(cast.role, Role::State | Role::Context);
        }
        match &expr.kind {
            ExprKind::Spread(inner) => self.carries_state(inner, scope),
            ExprKind::List(items) => items.iter().any(|item| self.carries_state(item, scope)),
            ExprKind::Object(entries) => self.holds_state(entries, scope),
            ExprKind::Name(_) => match self.model.value(expr, scope) {
                Value::Expr(
                    Expr {
                        kind: ExprKind::Object(entries),
                        ..
                    },
                    scope,
                ) => self.holds_state(entries, scope),
                _ => false,
            },
            _ => false,
        }
    }

    fn holds_state(&self, entries: &'a [Entry<'t>], scope: ScopeId) -> bool {
        entries.iter().any(|entry| match entry {
            Entry::Pair { value, .. } | Entry::Spread(value) | Entry::Computed { value, .. } => {
                self.carries_state(value, scope)
            }
        })
    }
}
