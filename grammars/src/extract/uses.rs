//! Uses of shared state and of streams.

use crate::ast::{Call, Expr, ExprKind, ScopeId};
use crate::facts::{Access, StateUse, StreamUse, Text, TextFact};
use crate::resolve::unknown;

use super::roles::Role;
use super::visit::{Use, Visitor};

impl<'a, 't> Visitor<'_, 'a, 't> {
    /// Notes `state.get(…)` and its like; false if the call is none.
    pub(super) fn state_use(&mut self, expr: &'a Expr<'t>, call: &'a Call<'t>, scope: ScopeId) -> bool {
        let Some((object, method)) = method_of(&call.callee) else {
            return false;
        };
        let Some(access) = state_access(method) else {
            return false;
        };
        if self.model.role(object, scope).map(|cast| cast.role) != Some(Role::State) {
            return false;
        }
        let [group, key] = self.two_texts(call, scope);
        self.found.state_uses.push(StateUse {
            span: expr.span,
            method: method.to_owned(),
            access,
            group,
            key,
        });
        self.parts(object, scope);
        true
    }

    /// The first two arguments. After a spread nothing is known of any.
    fn two_texts(&self, call: &'a Call<'t>, scope: ScopeId) -> [Option<TextFact>; 2] {
        let args = call.positional();
        let spread = args
            .iter()
            .position(|arg| matches!(arg.kind, ExprKind::Spread(_)));
        [0, 1].map(|at| match spread {
            Some(from) if from <= at => {
                let span = args[from].span;
                Some(TextFact {
                    text: unknown("spread arguments"),
                    span,
                    literal: false,
                })
            }
            _ => args.get(at).map(|arg| self.model.text_fact(arg, scope)),
        })
    }

    /// Notes `streams.chat.set(…)`; false if the call is no such one.
    pub(super) fn stream_call(&mut self, expr: &'a Expr<'t>, call: &'a Call<'t>, scope: ScopeId) -> bool {
        let Some((object, method)) = method_of(&call.callee) else {
            return false;
        };
        self.stream_use(object, Some((method, expr)), scope)
    }

    /// Notes `streams.chat` or `streams['chat']`; false if `expr` is none.
    pub(super) fn stream_use(
        &mut self,
        expr: &'a Expr<'t>,
        called: Option<(&str, &'a Expr<'t>)>,
        scope: ScopeId,
    ) -> bool {
        let (object, name) = match &expr.kind {
            ExprKind::Member(member) => {
                let text = Text::Known(member.name.to_owned());
                (
                    &member.object,
                    TextFact {
                        text,
                        span: member.name_span,
                        literal: false,
                    },
                )
            }
            ExprKind::Index(pair) => (&pair.0, self.model.text_fact(&pair.1, scope)),
            _ => return false,
        };
        if self.model.role(object, scope).map(|cast| cast.role) != Some(Role::Streams) {
            return false;
        }
        let span = called.map_or(expr.span, |(_, call)| call.span);
        let method = called.map(|(method, _)| method.to_owned());
        self.found.stream_uses.push(StreamUse { span, name, method });
        if let ExprKind::Index(pair) = &expr.kind {
            self.expr(&pair.1, scope, Use::Kept);
        }
        true
    }
}

/// The receiver and the method of `x.get`, `x['get']` and Ruby's `x[:get].call`.
fn method_of<'a, 't>(callee: &'a Expr<'t>) -> Option<(&'a Expr<'t>, &'a str)> {
    let callee = callee.uncast();
    match &callee.kind {
        ExprKind::Member(member) if member.name == "call" => method_of(&member.object),
        ExprKind::Member(member) => Some((&member.object, member.name)),
        ExprKind::Index(pair) => Some((&pair.0, pair.1.as_text()?)),
        _ => None,
    }
}

fn state_access(method: &str) -> Option<Access> {
    match method {
        "get" | "getGroup" | "get_group" | "get_pattern" | "getPattern" | "list" | "listGroups"
        | "list_groups" => Some(Access::Read),
        "set" | "delete" | "clear" | "update" => Some(Access::Write),
        _ => None,
    }
}
