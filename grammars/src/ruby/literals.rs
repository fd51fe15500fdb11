//! Strings, symbols, hashes.

use std::borrow::Cow;

use crate::ast::{Entry, ExprKind, Piece};
use crate::lower::{append, plain_string, unescape, unquoted};
use crate::text::Span;

use super::{Kind, Lowering};

impl<'t> Lowering<'t> {
    pub(super) fn string(&mut self) -> ExprKind<'t> {
        // In `%w['a']` the quotes are part of the text.
        let is_bare = matches!(self.kind(), Kind::BareString | Kind::BareSymbol);
        if let Some(plain) = plain_string(self.slice(), Some('#')).filter(|_| !is_bare) {
            return ExprKind::Text {
                value: Cow::Borrowed(plain),
                inner: unquoted(self.span(), 1, 1),
            };
        }
        let mut pieces = Vec::new();
        let inner = self.string_pieces(&mut pieces);
        whole(pieces, inner)
    }

    pub(super) fn chained_string(&mut self) -> ExprKind<'t> {
        let mut pieces = Vec::new();
        let inner = self.span();
        self.each_child(|l| {
            if l.kind() == Kind::String {
                l.string_pieces(&mut pieces);
            }
        });
        whole(pieces, inner)
    }

    pub(super) fn symbol(&mut self) -> ExprKind<'t> {
        let inner = unquoted(self.span(), 1, 0);
        ExprKind::Text {
            value: Cow::Borrowed(self.text_of(inner)),
            inner,
        }
    }

    /// Appends the parts of the string under the cursor; the place of its content comes back.
    fn string_pieces(&mut self, pieces: &mut Vec<Piece<'t>>) -> Span {
        let outer = self.span();
        let is_bare = matches!(self.kind(), Kind::BareString | Kind::BareSymbol);
        let mut inner = if is_bare { outer } else { self.inside_quotes() };
        let mut first = true;
        self.each_child(|l| {
            match l.kind() {
                Kind::StringContent => push_text(pieces, Cow::Borrowed(l.slice())),
                Kind::EscapeSequence => {
                    let written = l.slice();
                    let meant = unescape(written).unwrap_or(Cow::Borrowed(written));
                    push_text(pieces, meant);
                }
                Kind::Interpolation => {
                    let hole = l.operand();
                    pieces.push(Piece::Hole(hole));
                }
                // `%q(` is longer than a quote.
                _ if first => inner.start = l.span().end,
                _ => inner.end = l.span().start,
            }
            first = false;
        });
        inner
    }

    pub(super) fn hash(&mut self) -> ExprKind<'t> {
        let mut entries: Vec<Entry<'t>> = Vec::new();
        self.each_child(|l| match l.kind() {
            Kind::Pair | Kind::HashSplat => entries.extend(l.entry()),
            // Half-typed code: keys that the parser could not finish.
            Kind::Error => l.each_child(|l| {
                if l.kind() == Kind::Pair {
                    entries.extend(l.entry());
                }
            }),
            _ => {}
        });
        ExprKind::Object(entries)
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
