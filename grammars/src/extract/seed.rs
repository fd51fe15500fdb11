//! Where code uses forms that documents show and no release knows.

use crate::ast::{Call, Expr, ExprKind, Function, Pattern, PatternEntry, ScopeId};
use crate::facts::{SeedForm, SeedUse};
use crate::language::Language;
use crate::model::FirstParam;
use crate::text::Span;

use super::roles::Role;
use super::visit::Visitor;

/// What handlers ask of their context.
const MEMBERS: [&str; 9] = [
    "emit", "enqueue", "logger", "state", "streams", "flows", "traceId", "trace_id", "utils",
];

/// What documents read off a request that only a middleware could have put there.
const REQUEST_MEMBERS: [&str; 4] = ["cookies", "user", "tenant", "ws"];

impl<'a, 't> Visitor<'_, 'a, 't> {
    /// Notes the forms in `expr` and in what it is a part of: `context["state"]` of `context["state"].get(…)`.
    pub(super) fn note_seed(&mut self, expr: &'a Expr<'t>, scope: ScopeId) {
        let mut expr = expr;
        loop {
            expr = match &expr.kind {
                ExprKind::Member(member) => {
                    self.note_member(&member.object, member.name, member.name_span, scope);
                    &member.object
                }
                ExprKind::Index(pair) => {
                    if let ExprKind::Text { value, inner } = &pair.1.kind {
                        self.note_key(&pair.0, value, *inner, scope);
                    }
                    &pair.0
                }
                ExprKind::Call(call) => {
                    self.note_call(call, scope);
                    &call.callee
                }
                ExprKind::Await(inner) => inner,
                ExprKind::Cast(cast) => &cast.value,
                _ => return,
            };
        }
    }

    /// Notes members that a handler takes out of its context right away: `async (input, { utils }) => …`.
    pub(super) fn note_context(&mut self, function: &'a Function<'t>) {
        let Some(handler) = self.model.handler else { return };
        let at = usize::from(handler.first != FirstParam::Context);
        let Some(Pattern::Object(entries)) = function.params.get(at).map(|param| &param.pattern) else {
            return;
        };
        for entry in entries {
            if let PatternEntry::Key {
                key,
                pattern: Pattern::Name(name),
                ..
            } = entry
                && key == "utils"
            {
                self.add_seed(name.span, SeedForm::ContextMember, key);
            }
        }
    }

    fn note_member(&mut self, object: &'a Expr<'t>, name: &str, span: Span, scope: ScopeId) {
        if name == "utils" && self.is(object, &Role::Context, scope) {
            self.add_seed(span, SeedForm::ContextMember, name);
        }
        if REQUEST_MEMBERS.contains(&name) && self.is(object, &Role::Request, scope) {
            self.add_seed(span, SeedForm::RequestMember, name);
        }
        if matches!(name, "get_pattern" | "getPattern") && self.is(object, &Role::State, scope) {
            self.add_seed(span, SeedForm::StateMethod, name);
        }
    }

    fn note_key(&mut self, object: &'a Expr<'t>, key: &str, span: Span, scope: ScopeId) {
        // A JavaScript object has its members as keys too.
        let is_keyed = matches!(self.model.language(), Language::Python | Language::Ruby);
        if is_keyed && MEMBERS.contains(&key) && self.is(object, &Role::Context, scope) {
            self.add_seed(span, SeedForm::ContextKey, key);
        }
    }

    fn note_call(&mut self, call: &'a Call<'t>, scope: ScopeId) {
        let ExprKind::Member(member) = &call.callee.uncast().kind else {
            return;
        };
        let args = call.positional();
        match (member.name, args) {
            ("get" | "fetch", [key, ..]) => {
                if let ExprKind::Text { value, inner } = &key.kind {
                    self.note_key(&member.object, value, *inner, scope);
                }
            }
            ("set", [group, key, value, expiry])
                if self.is(&member.object, &Role::State, scope)
                    && ![group, key, value, expiry]
                        .iter()
                        .any(|arg| matches!(arg.kind, ExprKind::Spread(_))) =>
            {
                self.add_seed(expiry.span, SeedForm::StateExpiry, "set");
            }
            _ => {}
        }
    }

    /// True if the framework hands it over in that role; a name alone is not enough.
    fn is(&self, expr: &'a Expr<'t>, role: &Role, scope: ScopeId) -> bool {
        self.model
            .role(expr, scope)
            .is_some_and(|cast| !cast.by_name && cast.role == *role)
    }

    fn add_seed(&mut self, span: Span, form: SeedForm, name: &str) {
        let name = name.to_owned();
        self.found.seed_uses.push(SeedUse { span, form, name });
    }
}
