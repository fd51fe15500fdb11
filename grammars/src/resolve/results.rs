//! What a function of this file returns, as a text.

use crate::ast::{Body, ExprKind, Function, Nested, ScopeId, Statement};
use crate::facts::Text;
use crate::model::Model;

use super::unknown;

impl<'a, 't> Model<'a, 't> {
    /// Any text that a function returns, if it returns one on every way through that is visible.
    pub(super) fn text_of_result(&self, function: &'a Function<'t>) -> Text {
        if function.is_async || !ends(&function.body, function.implicit_return) {
            return unknown("the result of a call");
        }
        let mut texts = Vec::new();
        self.add_returns(&function.body, function.scope, &mut texts);
        if function.implicit_return
            && let Some(Statement::Expr(value)) = function.body.statements.last()
        {
            texts.push(self.text(value, function.scope));
        }
        texts
            .into_iter()
            .reduce(Text::or)
            .unwrap_or_else(|| unknown("the result of a call"))
    }

    fn add_returns(&self, body: &'a Body<'t>, around: ScopeId, texts: &mut Vec<Text>) {
        let scope = body.scope.unwrap_or(around);
        for statement in &body.statements {
            match statement {
                Statement::Return(Some(value)) => texts.push(self.text(value, scope)),
                Statement::Return(None) => texts.push(unknown("nothing")),
                Statement::Nested(nested) => self.add_nested(nested, scope, texts),
                Statement::Expr(value) => {
                    if let ExprKind::Compound(nested) = &value.kind {
                        self.add_nested(nested, scope, texts);
                    }
                }
                _ => {}
            }
        }
    }

    fn add_nested(&self, nested: &'a Nested<'t>, scope: ScopeId, texts: &mut Vec<Text>) {
        for body in &nested.bodies {
            self.add_returns(body, scope, texts);
        }
    }
}

/// True if the statements do not run out without a result. A choice without a way that runs out counts: what it leaves
/// over is an error of its own.
fn ends(body: &Body<'_>, implicit_return: bool) -> bool {
    match body.statements.last() {
        Some(Statement::Return(Some(_))) => true,
        Some(Statement::Expr(_)) => implicit_return,
        Some(Statement::Nested(nested)) => {
            nested.bodies.len() > 1 && nested.bodies.iter().all(|body| ends(body, implicit_return))
        }
        _ => false,
    }
}
