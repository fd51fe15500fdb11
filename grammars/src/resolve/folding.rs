//! Texts: what is known of the string that an expression yields.

use crate::ast::{Body, Expr, ExprKind, Function, Nested, Opaque, Piece, ScopeId, Statement};
use crate::facts::{Text, TextFact};
use crate::model::Model;
use crate::scope::Def;
use crate::text::Span;

use super::items::Item;
use super::{Member, Value, argument};

impl<'a, 't> Model<'a, 't> {
    /// The text of `expr` with its place.
    pub(crate) fn text_fact(&self, expr: &'a Expr<'t>, scope: ScopeId) -> TextFact {
        match &expr.uncast().kind {
            ExprKind::Text { value, inner } => TextFact {
                text: Text::Known(value.clone().into_owned()),
                span: *inner,
                literal: true,
                origin: None,
            },
            _ => {
                let text = self.text(expr, scope);
                TextFact {
                    origin: self.origin(&text, expr, scope),
                    text,
                    span: expr.span,
                    literal: false,
                }
            }
        }
    }

    /// Where the constant's text is written that a name or a member stands for.
    fn origin(&self, text: &Text, expr: &'a Expr<'t>, scope: ScopeId) -> Option<Span> {
        let known = text.known()?;
        let is_read = matches!(
            expr.uncast().kind,
            ExprKind::Name(_) | ExprKind::Member(_) | ExprKind::Index(_)
        );
        match self.value(expr, scope) {
            Value::Expr(found, _) if is_read => match &found.uncast().kind {
                ExprKind::Text { value, inner } if value == known => Some(*inner),
                _ => None,
            },
            _ => None,
        }
    }

    /// The text of `expr`.
    pub(crate) fn text(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Text {
        let Some(_step) = self.step() else {
            return unknown("it refers to itself");
        };
        match &expr.kind {
            ExprKind::Text { value, .. } => Text::Known(value.clone().into_owned()),
            ExprKind::Template(pieces) => self.template(pieces, scope),
            ExprKind::Plus(pair) => Text::joined(vec![self.part(&pair.0, scope), self.part(&pair.1, scope)]),
            ExprKind::Cast(cast) => match self.text(&cast.value, scope) {
                Text::Unknown(_) | Text::Pattern(_) if !cast.literals.is_empty() => {
                    Text::one_of(cast.literals.iter().map(|literal| literal.clone().into_owned()))
                }
                text => text,
            },
            ExprKind::Choice(parts) => self.text(&parts[1], scope).or(self.text(&parts[2], scope)),
            ExprKind::Either(pair) => self.text(&pair.0, scope).or(self.text(&pair.1, scope)),
            ExprKind::Both(pair) => self.text(&pair.1, scope),
            ExprKind::Name(name) => self.text_of_name(name, scope),
            ExprKind::Compound(nested) => self.text_of_compound(nested, scope),
            ExprKind::Element(_) | ExprKind::Index(_) | ExprKind::Member(_) => {
                match self.value(expr, scope) {
                    Value::Unknown => self.text_of_part(expr, scope),
                    Value::Expr(same, _) if std::ptr::eq(same, expr) => self.text_of_part(expr, scope),
                    value => self.text_of_value(value, "a part of a value"),
                }
            }
            ExprKind::Call(call) => match &call.callee.kind {
                // `ROUTES.get(kind)`, `ROUTES.get(kind, 'other')`, `ROUTES.fetch(kind)`
                ExprKind::Member(member) if matches!(member.name, "get" | "fetch") => {
                    let found = self.text_of_values(&member.object, scope);
                    let found = found.unwrap_or_else(|| unknown("the result of a call"));
                    match call.positional() {
                        [_, default] => found.or(self.text(default, scope)),
                        _ => found,
                    }
                }
                _ => self.text_of_call(expr, scope),
            },
            _ => unknown("the result of an expression"),
        }
    }

    fn text_of_call(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Text {
        if let ExprKind::Call(call) = &expr.kind
            && !call.is_new
            && let Value::Function(function) = self.value(&call.callee, scope)
        {
            return self.text_of_result(function);
        }
        match self.value(expr, scope) {
            Value::Expr(same, _) if std::ptr::eq(same, expr) => unknown("the result of a call"),
            value => self.text_of_value(value, "the result of a call"),
        }
    }

    pub(super) fn text_of_value(&self, value: Value<'a, 't>, what: &str) -> Text {
        match value {
            Value::Expr(expr, scope) => self.text(expr, scope),
            Value::Import(import) => Text::Import(import),
            Value::Function(_) | Value::Class(_) | Value::Unknown => unknown(what),
        }
    }

    /// A name may be written several times; it is then any of what is written.
    fn text_of_name(&self, name: &str, scope: ScopeId) -> Text {
        let Some(binding) = self.scopes.lookup(name, scope) else {
            let value = self.value_of_name(name, scope);
            return self.text_of_value(value, &format!("`{name}` is not defined here"));
        };
        // `let topic` without a value is no value of its own.
        let is_unset = |def: &&Def<'a, 't>| matches!(def, Def::Value { value, .. } if matches!(value.kind, ExprKind::Opaque(Opaque::Unset, _)));
        let texts = binding
            .defs
            .iter()
            .filter(|def| !is_unset(def))
            .map(|def| match def {
                Def::Value { value, path, scope } if path.is_empty() => self.text(value, *scope),
                Def::Value { path, .. } | Def::Item { path, .. } => match self.value_of_def(def) {
                    Value::Unknown => self.text_of_item(self.item_of_def(def)),
                    value => self.text_of_value(
                        value,
                        if path.is_empty() {
                            "a value"
                        } else {
                            "a part of a value"
                        },
                    ),
                },
                Def::Param {
                    function,
                    index,
                    path,
                } if path.is_empty() => self
                    .text_of_param(function, *index)
                    .unwrap_or_else(|| unknown("a parameter")),
                Def::Param { .. } => unknown("a parameter"),
                _ => self.text_of_value(self.value_of_def(def), "a value that is not visible"),
            });
        texts
            .reduce(Text::or)
            .unwrap_or_else(|| unknown("a value that is not visible"))
    }

    /// A parameter of a helper is any of what the file calls it with, if nobody else can call it.
    fn text_of_param(&self, function: &'a Function<'t>, index: usize) -> Option<Text> {
        let texts =
            self.private_calls(function)?
                .iter()
                .map(|site| match argument(site.call, function, index) {
                    Some(arg) => self.text(arg, site.scope),
                    None => unknown("a parameter"),
                });
        texts.reduce(Text::or)
    }

    /// A part of a value that does not lead to one place: an item of a list, or a lookup by a key that is not known,
    /// which yields one of the values.
    fn text_of_part(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Text {
        if let Some(item) = self.item(expr, scope) {
            return self.text_of_item(Some(item));
        }
        let values = match &expr.kind {
            ExprKind::Index(pair) if pair.1.as_text().is_none() => self.text_of_values(&pair.0, scope),
            _ => None,
        };
        values.unwrap_or_else(|| unknown("a part of a value"))
    }

    fn text_of_item(&self, item: Option<Item<'a, 't>>) -> Text {
        item.and_then(|item| self.text_of_items(&item))
            .unwrap_or_else(|| unknown("a part of a value"))
    }

    /// The text of any value of an object.
    fn text_of_values(&self, object: &'a Expr<'t>, scope: ScopeId) -> Option<Text> {
        if self.is_rewritten(object, None, scope) {
            return None;
        }
        let texts = self
            .values(object, scope)?
            .into_iter()
            .map(|member| match member {
                Member::Item(value, scope) => self.text(value, scope),
                Member::Import(import) => Text::Import(import),
                Member::Hidden => unknown("a lookup by a value"),
            });
        texts.reduce(Text::or)
    }

    /// Ruby's `if` and `case` yield the last value of one of their branches.
    fn text_of_compound(&self, nested: &'a Nested<'t>, scope: ScopeId) -> Text {
        let texts = nested.bodies.iter().map(|body| match last_value(body) {
            Some(value) => self.text(value, scope),
            None => unknown("the result of a statement"),
        });
        texts
            .reduce(Text::or)
            .unwrap_or_else(|| unknown("the result of a statement"))
    }

    fn template(&self, pieces: &'a [Piece<'t>], scope: ScopeId) -> Text {
        let parts = pieces.iter().map(|piece| match piece {
            Piece::Text(text) => Text::Known(text.clone().into_owned()),
            Piece::Hole(hole) => self.part(hole, scope),
        });
        Text::joined(parts.collect())
    }

    /// A part of a longer text, where numbers count as the text they print as.
    fn part(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Text {
        match self.value(expr, scope) {
            Value::Expr(
                Expr {
                    kind: ExprKind::Number(Some(number)),
                    ..
                },
                _,
            ) if number.is_i64() => Text::Known(number.to_string()),
            _ => self.text(expr, scope),
        }
    }
}

/// The last expression of a body.
pub(crate) fn last_value<'a, 't>(body: &'a Body<'t>) -> Option<&'a Expr<'t>> {
    match body.statements.last()? {
        Statement::Expr(value) | Statement::Return(Some(value)) => Some(value),
        Statement::Bind(bind) => bind.value.as_ref(),
        _ => None,
    }
}

pub(crate) fn unknown(why: &str) -> Text {
    Text::Unknown(why.to_owned())
}
