//! Where `emit`, the state or the context leaves what this file shows.

use crate::ast::{Call, Entry, Expr, ExprKind, ScopeId};
use crate::resolve::Value;

use super::roles::Role;
use super::visit::Visitor;

/// What of the framework a value holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Carried {
    pub(super) emit: bool,
    pub(super) state: bool,
}

impl Carried {
    fn and(self, other: Self) -> Self {
        Self {
            emit: self.emit || other.emit,
            state: self.state || other.state,
        }
    }

    fn is_all(self) -> bool {
        self.emit && self.state
    }
}

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
    /// Notes if a call hands `emit`, the state or the context to a function that is not in this file.
    pub(super) fn check_escape(&mut self, call: &'a Call<'t>, scope: ScopeId) {
        if self.found.escaped.is_all() {
            return;
        }
        let carried = self.carried_by_any(call.args.iter(), scope);
        if carried == Carried::default() {
            return;
        }
        let is_visible = matches!(self.model.value(&call.callee, scope), Value::Function(_));
        if !is_visible && !self.is_harmless(&call.callee, scope) {
            self.found.escaped = self.found.escaped.and(carried);
        }
    }

    /// Notes if a value that is returned or stored holds `emit`, the state or the context.
    pub(super) fn check_handed_out(&mut self, expr: &'a Expr<'t>, scope: ScopeId) {
        if !self.found.escaped.is_all() {
            self.found.escaped = self.found.escaped.and(self.carried(expr, scope));
        }
    }

    fn is_harmless(&self, callee: &'a Expr<'t>, scope: ScopeId) -> bool {
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

    /// Which of the framework's parts the value is, or visibly holds.
    fn carried(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Carried {
        let Some(_step) = self.model.step() else {
            return Carried::default();
        };
        if let Some(cast) = self.model.role(expr, scope) {
            return Carried {
                emit: matches!(cast.role, Role::Emit | Role::Context),
                state: matches!(cast.role, Role::State | Role::Context),
            };
        }
        match &expr.kind {
            ExprKind::Spread(inner) => self.carried(inner, scope),
            ExprKind::List(items) => self.carried_by_any(items.iter(), scope),
            ExprKind::Object(entries) => self.carried_by_any(entries.iter().map(value_of), scope),
            ExprKind::Name(_) => match self.model.value(expr, scope) {
                Value::Expr(
                    Expr {
                        kind: ExprKind::Object(entries),
                        ..
                    },
                    scope,
                ) => self.carried_by_any(entries.iter().map(value_of), scope),
                _ => Carried::default(),
            },
            _ => Carried::default(),
        }
    }

    fn carried_by_any(&self, exprs: impl Iterator<Item = &'a Expr<'t>>, scope: ScopeId) -> Carried
    where
        't: 'a,
    {
        let mut carried = Carried::default();
        for expr in exprs {
            carried = carried.and(self.carried(expr, scope));
            if carried.is_all() {
                break;
            }
        }
        carried
    }
}

fn value_of<'a, 't>(entry: &'a Entry<'t>) -> &'a Expr<'t> {
    match entry {
        Entry::Pair { value, .. } | Entry::Spread(value) | Entry::Computed { value, .. } => value,
    }
}
