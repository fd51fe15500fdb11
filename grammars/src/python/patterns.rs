//! The left sides of assignments and loops.

use crate::ast::Pattern;

use super::{Kind, Lowering};

impl<'t> Lowering<'t> {
    /// Lowers the current node as a pattern.
    pub(super) fn pattern(&mut self) -> Pattern<'t> {
        self.deeper(Self::pattern_here).unwrap_or(Pattern::Unknown)
    }

    fn pattern_here(&mut self) -> Pattern<'t> {
        match self.kind() {
            Kind::Identifier => Pattern::Name(self.name()),
            Kind::PatternList | Kind::TuplePattern | Kind::ListPattern | Kind::Tuple | Kind::List => {
                let mut items = Vec::new();
                self.each_child(|l| {
                    if l.kind() != Kind::Other {
                        items.push(Some(l.pattern()));
                    }
                });
                Pattern::Array(items)
            }
            Kind::ListSplatPattern | Kind::DictionarySplatPattern => {
                let mut inner = Pattern::Unknown;
                self.each_child(|l| {
                    if l.kind() != Kind::Other {
                        inner = l.pattern();
                    }
                });
                Pattern::Rest(Box::new(inner))
            }
            Kind::Attribute | Kind::Subscript => self.expression().map_or(Pattern::Unknown, Pattern::Place),
            _ => Pattern::Unknown,
        }
    }
}
