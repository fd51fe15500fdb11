//! Strings, f-strings, dictionaries.

use std::borrow::Cow;

use crate::ast::{Entry, Expr, ExprKind, Opaque, Piece};
use crate::lower::{append, plain_string, unescape, unquoted};
use crate::text::Span;

use super::{Field, Kind, Lowering};

impl<'t> Lowering<'t> {
    pub(super) fn string(&mut self) -> ExprKind<'t> {
        if let Some(plain) = plain_string(self.slice(), None) {
            return ExprKind::Text {
                value: Cow::Borrowed(plain),
                inner: unquoted(self.span(), 1, 1),
            };
        }
        let mut pieces = Vec::new();
        let inner = self.string_pieces(&mut pieces);
        match inner {
            Some(inner) => whole(pieces, inner),
            // Bytes are no text.
            None => ExprKind::Opaque(Opaque::Unknown, Vec::new()),
        }
    }

    /// `"a" "b"`: one text in parts, so none of them can be edited as the whole.
    pub(super) fn concatenated(&mut self) -> ExprKind<'t> {
        let mut pieces = Vec::new();
        let inner = self.span();
        self.each_child(|l| {
            if l.kind() == Kind::String {
                l.string_pieces(&mut pieces);
            }
        });
        whole(pieces, inner)
    }

    /// Appends the parts of the string under the cursor; the place inside its quotes, unless it is bytes.
    fn string_pieces(&mut self, pieces: &mut Vec<Piece<'t>>) -> Option<Span> {
        let mut inner = self.span();
        let (mut is_bytes, mut is_raw) = (false, false);
        self.each_child(|l| match l.kind() {
            Kind::StringStart => {
                let prefix = l.slice();
                is_bytes = prefix.contains(['b', 'B']);
                is_raw = prefix.contains(['r', 'R']);
                inner.start = l.span().end;
            }
            Kind::StringEnd => inner.end = l.span().start,
            Kind::StringContent => {
                let text = if is_raw {
                    Cow::Borrowed(l.slice())
                } else {
                    l.string_content()
                };
                push_text(pieces, text);
            }
            Kind::Interpolation => {
                let span = l.span();
                let mut hole = None;
                l.each_child(|l| {
                    if l.field() == Field::Expression {
                        hole = l.expression();
                    }
                });
                pieces.push(Piece::Hole(hole.unwrap_or_else(|| Expr::unknown(span))));
            }
            _ => {}
        });
        (!is_bytes).then_some(inner)
    }

    /// The text of a `string_content`, whose only children are its escapes.
    fn string_content(&mut self) -> Cow<'t, str> {
        let span = self.span();
        let mut value = Cow::Borrowed("");
        let mut from = span.start;
        self.each_child(|l| {
            let here = l.span();
            append(
                &mut value,
                Cow::Borrowed(l.text_of(Span {
                    start: from,
                    end: here.start,
                })),
            );
            let written = l.slice();
            let meant = match written {
                "{{" => Some(Cow::Borrowed("{")),
                "}}" => Some(Cow::Borrowed("}")),
                _ => unescape(written),
            };
            // An escape that Python does not know keeps its backslash.
            append(&mut value, meant.unwrap_or(Cow::Borrowed(written)));
            from = here.end;
        });
        append(
            &mut value,
            Cow::Borrowed(self.text_of(Span {
                start: from,
                end: span.end,
            })),
        );
        value
    }

    pub(super) fn dictionary(&mut self) -> ExprKind<'t> {
        let mut entries = Vec::new();
        self.each_child(|l| match l.kind() {
            Kind::Pair => entries.extend(l.pair()),
            Kind::DictionarySplat => entries.push(Entry::Spread(l.operand())),
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
        let (mut key, mut value) = (None, None);
        self.each_child(|l| match l.field() {
            Field::Key => key = l.expression(),
            Field::Value => value = l.expression(),
            _ => {}
        });
        let value = value.unwrap_or_else(|| Expr::unknown(span));
        let key = key?;
        Some(match key.kind {
            ExprKind::Text { value: text, inner } => Entry::Pair {
                key: text,
                key_span: inner,
                value,
            },
            ExprKind::Number(Some(_)) => Entry::Pair {
                key: Cow::Borrowed(self.text_of(key.span)),
                key_span: key.span,
                value,
            },
            _ => Entry::Computed { key, value },
        })
    }
}

fn push_text<'t>(pieces: &mut Vec<Piece<'t>>, text: Cow<'t, str>) {
    match pieces.last_mut() {
        Some(Piece::Text(last)) => append(last, text),
        _ => pieces.push(Piece::Text(text)),
    }
}

fn whole(mut pieces: Vec<Piece<'_>>, inner: Span) -> ExprKind<'_> {
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
