//! What an HTTP step answers: every `return` of its handler that shows its status.

use crate::ast::{Body, Expr, ExprKind, Function, ScopeId, Statement};
use crate::facts::{Handling, ResponseFact, Shape, StatusFact};
use crate::resolve::{Found, Value};

use super::payload::Shapes;

impl<'a, 't> Shapes<'_, 'a, 't> {
    /// Adds the answers of a handler.
    pub(super) fn add_responses(&self, function: &'a Function<'t>, into: &mut Handling) {
        self.returns(&function.body, function.scope, function.implicit_return, into);
        into.responses.sort_by_key(|response| response.span.start);
    }

    /// The returns of a body, nested bodies included; `is_tail` if its last value is the result.
    fn returns(&self, body: &'a Body<'t>, around: ScopeId, is_tail: bool, into: &mut Handling) {
        let scope = body.scope.unwrap_or(around);
        for (at, statement) in body.statements.iter().enumerate() {
            let is_tail = is_tail && at + 1 == body.statements.len();
            match statement {
                Statement::Return(Some(value)) => self.answer(value, scope, into),
                Statement::Return(None) => into.responses_open = true,
                Statement::Nested(nested) => {
                    for body in &nested.bodies {
                        self.returns(body, scope, is_tail, into);
                    }
                }
                Statement::Expr(value) => self.result(value, scope, is_tail, into),
                Statement::Bind(_) | Statement::Function(_) | Statement::Class(_) => {}
            }
        }
    }

    /// A value at the end of a Ruby method, and whatever returns inside of it.
    fn result(&self, value: &'a Expr<'t>, scope: ScopeId, is_tail: bool, into: &mut Handling) {
        match &value.kind {
            ExprKind::Compound(nested) => {
                for body in &nested.bodies {
                    self.returns(body, scope, is_tail, into);
                }
            }
            _ if is_tail => self.answer(value, scope, into),
            _ => {}
        }
    }

    fn answer(&self, value: &'a Expr<'t>, scope: ScopeId, into: &mut Handling) {
        match &value.kind {
            ExprKind::Cast(cast) => return self.answer(&cast.value, scope, into),
            ExprKind::Choice(parts) => {
                self.answer(&parts[1], scope, into);
                return self.answer(&parts[2], scope, into);
            }
            ExprKind::Compound(_) => return self.result(value, scope, true, into),
            _ => {}
        }
        match self.model.value(value, scope) {
            Value::Expr(
                found @ Expr {
                    kind: ExprKind::Object(_),
                    ..
                },
                inner,
            ) => into.responses.extend(self.response(value, found, scope, inner)),
            _ => into.responses_open = true,
        }
    }

    /// `{ status: 404, body: … }`, as it is returned and where it is written.
    fn response(
        &self,
        returned: &'a Expr<'t>,
        written: &'a Expr<'t>,
        scope: ScopeId,
        inner: ScopeId,
    ) -> Option<ResponseFact> {
        let ExprKind::Object(entries) = &written.kind else {
            return None;
        };
        let part = |key| match self.model.find_entry(entries, key, inner) {
            Found::Pair(..) if self.model.is_rewritten(returned, Some(key), scope) => None,
            Found::Pair(value, scope) => Some((value, scope)),
            _ => None,
        };
        let mut response = ResponseFact {
            span: written.span,
            statuses: Vec::new(),
            statuses_open: false,
            body: Shape::Unknown,
            body_span: None,
        };
        match part("status") {
            Some((status, scope)) => self.statuses(status, scope, &mut response),
            None => response.statuses_open = true,
        }
        if let Some((body, scope)) = part("body") {
            response.body = self.shape(body, scope);
            response.body_span = Some(body.span);
        }
        Some(response)
    }

    fn statuses(&self, status: &'a Expr<'t>, scope: ScopeId, into: &mut ResponseFact) {
        if let ExprKind::Choice(parts) = &status.uncast().kind {
            self.statuses(&parts[1], scope, into);
            return self.statuses(&parts[2], scope, into);
        }
        let code = match self.model.value(status, scope) {
            Value::Expr(
                Expr {
                    kind: ExprKind::Number(Some(number)),
                    ..
                },
                _,
            ) => number.as_u64().and_then(|code| u16::try_from(code).ok()),
            _ => None,
        };
        match code {
            Some(code) => into.statuses.push(StatusFact {
                code,
                span: status.span,
            }),
            None => into.statuses_open = true,
        }
    }
}
