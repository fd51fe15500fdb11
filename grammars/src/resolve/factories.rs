//! Calls that hand on what they are given: identity helpers of this file, `step(config, handler)`, and objects put
//! together from others.

use crate::ast::{Call, Entry, Expr, ExprKind, Function, Opaque, Pattern, ScopeId, Statement};
use crate::language::Language;
use crate::model::Model;

use super::Value;

impl<'a, 't> Model<'a, 't> {
    /// The argument that a call of an identity function yields: `cast(T, x)`, or a function of this file that returns
    /// its parameter.
    pub(super) fn identity_call(&self, call: &'a Call<'t>, scope: ScopeId) -> Option<&'a Expr<'t>> {
        let name = call.callee.as_name()?;
        if self.language() == Language::Python {
            match name {
                "cast" => return call.args.get(1),
                "MappingProxyType" => return call.args.first(),
                _ => {}
            }
        }
        let first = call.args.first().filter(|_| !call.is_new)?;
        match self.value(&call.callee, scope) {
            Value::Function(function) if returns_first(function) => Some(first),
            _ => None,
        }
    }

    /// The objects that an expression is put together from, the later going before: an object itself,
    /// `Object.assign({}, a, b)`, `a | b`, `dict(a, k=1)`, `A.merge(b)`.
    pub(crate) fn object_parts(
        &self,
        expr: &'a Expr<'t>,
        scope: ScopeId,
    ) -> Option<Vec<(&'a [Entry<'t>], ScopeId)>> {
        let mut parts = Vec::new();
        self.add_parts(expr, scope, &mut parts)?;
        Some(parts)
    }

    fn add_parts(
        &self,
        expr: &'a Expr<'t>,
        scope: ScopeId,
        parts: &mut Vec<(&'a [Entry<'t>], ScopeId)>,
    ) -> Option<()> {
        let _step = self.step()?;
        let Value::Expr(found, inner) = self.value(expr, scope) else {
            return None;
        };
        match &found.kind {
            ExprKind::Object(entries) => parts.push((entries, inner)),
            ExprKind::Opaque(Opaque::Unknown, both)
                if both.len() == 2 && self.language() == Language::Python =>
            {
                both.iter()
                    .try_for_each(|part| self.add_parts(part, inner, parts))?;
            }
            ExprKind::Call(call) => {
                let receiver = match &call.callee.kind {
                    ExprKind::Name("dict") => None,
                    ExprKind::Member(member) => match (member.object.as_name(), member.name) {
                        (Some("Object"), "assign") => None,
                        (_, "merge") => Some(&member.object),
                        _ => return None,
                    },
                    _ => return None,
                };
                receiver
                    .into_iter()
                    .chain(&call.args)
                    .try_for_each(|part| self.add_parts(part, inner, parts))?;
            }
            _ => return None,
        }
        Some(())
    }
}

/// True for `(config) => config`.
fn returns_first(function: &Function<'_>) -> bool {
    let name = match function.params.first().map(|param| &param.pattern) {
        Some(Pattern::Name(name)) => name.text,
        _ => return false,
    };
    match function.body.statements.as_slice() {
        [Statement::Return(Some(value))] => value.uncast().as_name() == Some(name),
        [Statement::Expr(value)] => function.implicit_return && value.as_name() == Some(name),
        _ => false,
    }
}

/// The config or the handler that a factory of the framework is given: `step(config, handler)`,
/// `multiTriggerStep(config).onQueue(handler).handlers()`.
pub(super) fn factory_part<'a, 't>(expr: &'a Expr<'t>, key: &str) -> Option<&'a Expr<'t>> {
    let ExprKind::Call(call) = &expr.uncast().kind else {
        return None;
    };
    match (&call.callee.kind, key) {
        (ExprKind::Name("step"), "config") => call.args.first(),
        (ExprKind::Name("step"), "handler") => call.args.get(1),
        (ExprKind::Member(member), _) => chained_part(member.name, &member.object, call, key),
        _ => None,
    }
}

fn chained_part<'a, 't>(
    method: &str,
    receiver: &'a Expr<'t>,
    call: &'a Call<'t>,
    key: &str,
) -> Option<&'a Expr<'t>> {
    let ExprKind::Call(inner) = &receiver.uncast().kind else {
        return None;
    };
    if method != "handlers" && !method.starts_with("on") {
        return None;
    }
    let before = match &inner.callee.kind {
        ExprKind::Name("multiTriggerStep") => inner.args.first().filter(|_| key == "config"),
        ExprKind::Member(member) => chained_part(member.name, &member.object, inner, key),
        _ => None,
    };
    // The first of several handlers stands for all.
    let own = || {
        call.args
            .first()
            .filter(|_| key == "handler" && method.starts_with("on"))
    };
    before.or_else(own)
}
