//! Destructuring patterns.

use std::borrow::Cow;

use crate::ast::{Expr, Pattern, PatternEntry};

use super::{Field, Kind, Lowering};

impl<'t> Lowering<'t> {
    /// Lowers the current node as a pattern.
    pub(super) fn pattern(&mut self) -> Pattern<'t> {
        self.deeper(Self::pattern_here).unwrap_or(Pattern::Unknown)
    }

    fn pattern_here(&mut self) -> Pattern<'t> {
        match self.kind() {
            Kind::Identifier | Kind::ShorthandPattern => Pattern::Name(self.name()),
            Kind::ObjectPattern => self.object_pattern(),
            Kind::ArrayPattern => self.array_pattern(),
            Kind::RestPattern => Pattern::Rest(Box::new(self.inner_pattern())),
            Kind::AssignmentPattern => self.with_default().0,
            Kind::Parenthesized | Kind::NonNull => self.inner_pattern(),
            Kind::Member | Kind::Subscript => self.expression().map_or(Pattern::Unknown, Pattern::Place),
            _ => Pattern::Unknown,
        }
    }

    fn inner_pattern(&mut self) -> Pattern<'t> {
        let mut inner = Pattern::Unknown;
        self.each_child(|l| {
            if l.kind() != Kind::Other && matches!(inner, Pattern::Unknown) {
                inner = l.pattern();
            }
        });
        inner
    }

    /// `a = 1` in a pattern: the pattern and its default.
    pub(super) fn with_default(&mut self) -> (Pattern<'t>, Option<Expr<'t>>) {
        let (mut pattern, mut default) = (Pattern::Unknown, None);
        self.each_child(|l| match l.field() {
            Field::Left => pattern = l.pattern(),
            Field::Right => default = l.expression(),
            _ => {}
        });
        (pattern, default)
    }

    fn object_pattern(&mut self) -> Pattern<'t> {
        let mut entries = Vec::new();
        self.each_child(|l| match l.kind() {
            Kind::ShorthandPattern => {
                let name = l.name();
                let key = Cow::Borrowed(name.text);
                entries.push(PatternEntry::Key {
                    key,
                    key_span: name.span,
                    pattern: Pattern::Name(name),
                    default: None,
                });
            }
            Kind::ObjectAssignmentPattern => {
                let (pattern, default) = l.with_default();
                if let Pattern::Name(name) = pattern {
                    entries.push(PatternEntry::Key {
                        key: Cow::Borrowed(name.text),
                        key_span: name.span,
                        pattern,
                        default,
                    });
                }
            }
            Kind::PairPattern => entries.extend(l.pair_pattern()),
            Kind::RestPattern => entries.push(PatternEntry::Rest(l.inner_pattern())),
            _ => {}
        });
        Pattern::Object(entries)
    }

    fn pair_pattern(&mut self) -> Option<PatternEntry<'t>> {
        let (mut key, mut pattern, mut default) = (None, Pattern::Unknown, None);
        self.each_child(|l| match l.field() {
            Field::Key => key = l.key(),
            Field::Value if l.kind() == Kind::AssignmentPattern => (pattern, default) = l.with_default(),
            Field::Value => pattern = l.pattern(),
            _ => {}
        });
        key.map(|(key, key_span)| PatternEntry::Key {
            key,
            key_span,
            pattern,
            default,
        })
    }

    fn array_pattern(&mut self) -> Pattern<'t> {
        let mut items = Vec::new();
        let mut filled = false;
        self.each_child(|l| match l.kind() {
            Kind::Comma => {
                if !filled {
                    items.push(None);
                }
                filled = false;
            }
            Kind::Other => {}
            _ => {
                items.push(Some(l.pattern()));
                filled = true;
            }
        });
        Pattern::Array(items)
    }
}
