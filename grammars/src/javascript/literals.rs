//! Strings, templates, objects.

use std::borrow::Cow;

use crate::ast::{Entry, Expr, ExprKind, Piece};
use crate::lower::{append, plain_string, unescape};
use crate::text::Span;

use super::{Field, Kind, Lowering};

impl<'t> Lowering<'t> {
    pub(super) fn string(&mut self) -> ExprKind<'t> {
        let inner = self.inside_quotes();
        ExprKind::Text {
            value: self.string_value(),
            inner,
        }
    }

    /// The text that the fragments and escapes under the current node stand for.
    pub(super) fn string_value(&mut self) -> Cow<'t, str> {
        if let Some(plain) = plain_string(self.slice(), None) {
            return Cow::Borrowed(plain);
        }
        let mut value = Cow::Borrowed("");
        self.each_child(|l| match l.kind() {
            Kind::StringFragment => append(&mut value, Cow::Borrowed(l.slice())),
            Kind::EscapeSequence => append(&mut value, l.escape()),
            _ => {}
        });
        value
    }

    fn escape(&self) -> Cow<'t, str> {
        let written = self.slice();
        unescape(written).unwrap_or_else(|| Cow::Borrowed(written.strip_prefix('\\').unwrap_or(written)))
    }

    pub(super) fn template(&mut self) -> ExprKind<'t> {
        let mut pieces: Vec<Piece<'t>> = Vec::new();
        let push_text = |pieces: &mut Vec<Piece<'t>>, text: Cow<'t, str>| match pieces.last_mut() {
            Some(Piece::Text(last)) => append(last, text),
            _ => pieces.push(Piece::Text(text)),
        };
        self.each_child(|l| match l.kind() {
            Kind::StringFragment => push_text(&mut pieces, Cow::Borrowed(l.slice())),
            Kind::EscapeSequence => push_text(&mut pieces, l.escape()),
            Kind::TemplateSubstitution => {
                let span = l.span();
                let hole = l.first_expression().unwrap_or_else(|| Expr::unknown(span));
                pieces.push(Piece::Hole(hole));
            }
            _ => {}
        });
        let inner = self.inside_quotes();
        match pieces.pop() {
            None => ExprKind::Text {
                value: Cow::Borrowed(""),
                inner,
            },
            Some(Piece::Text(value)) if pieces.is_empty() => ExprKind::Text { value, inner },
            Some(last) => {
                pieces.push(last);
                ExprKind::Template(pieces)
            }
        }
    }

    pub(super) fn object(&mut self) -> ExprKind<'t> {
        let mut entries = Vec::new();
        self.each_child(|l| match l.kind() {
            Kind::Pair => entries.extend(l.pair()),
            Kind::ShorthandProperty => {
                let (key, key_span) = (l.slice(), l.span());
                let value = Expr::new(key_span, ExprKind::Name(key));
                entries.push(Entry::Pair {
                    key: Cow::Borrowed(key),
                    key_span,
                    value,
                });
            }
            Kind::Spread => {
                let span = l.span();
                entries.push(Entry::Spread(
                    l.first_expression().unwrap_or_else(|| Expr::unknown(span)),
                ));
            }
            Kind::MethodDefinition => {
                let function = l.function();
                if let Some(name) = function.name {
                    let value = Expr::new(function.span, ExprKind::Function(Box::new(function)));
                    entries.push(Entry::Pair {
                        key: Cow::Borrowed(name.text),
                        key_span: name.span,
                        value,
                    });
                }
            }
            // Half-typed code: keys that the parser could not finish.
            Kind::Error => l.each_child(|l| {
                if l.kind() == Kind::Pair {
                    entries.extend(l.pair());
                }
            }),
            _ => {}
        });
        ExprKind::Object(entries)
    }

    fn pair(&mut self) -> Option<Entry<'t>> {
        let span = self.span();
        let (mut key, mut computed, mut value) = (None, None, None);
        self.each_child(|l| match l.field() {
            Field::Key if l.kind() == Kind::ComputedName => computed = l.first_expression(),
            Field::Key => key = l.key(),
            Field::Value => value = l.expression(),
            _ => {}
        });
        let value = value.unwrap_or_else(|| Expr::unknown(span));
        match (key, computed) {
            (Some((key, key_span)), _) => Some(Entry::Pair { key, key_span, value }),
            (None, Some(key)) => Some(Entry::Computed { key, value }),
            (None, None) => None,
        }
    }

    /// The current node as the key of an object, and its place inside of quotes.
    pub(super) fn key(&mut self) -> Option<(Cow<'t, str>, Span)> {
        match self.kind() {
            Kind::String => Some((self.string_value(), self.inside_quotes())),
            Kind::PropertyIdentifier | Kind::PrivateIdentifier | Kind::Number | Kind::Identifier => {
                Some((Cow::Borrowed(self.slice()), self.span()))
            }
            _ => None,
        }
    }
}
