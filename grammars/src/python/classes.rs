//! Classes: their members are the constants and fields that facts read.

use crate::ast::Class;

use super::{Field, Kind, Lowering};

impl<'t> Lowering<'t> {
    pub(super) fn class(&mut self) -> Class<'t> {
        let span = self.span();
        let scope = self.new_scope();
        let (mut name, mut bases, mut body) = (None, Vec::new(), Vec::new());
        self.each_child(|l| match l.field() {
            Field::Name => name = Some(l.name()),
            // Keyword arguments (`metaclass=…`) are no bases.
            Field::Superclasses => l.each_child(|l| {
                if l.kind() != Kind::KeywordArgument {
                    bases.extend(l.expression());
                }
            }),
            Field::Body => body = l.statements(),
            _ => {}
        });
        Class {
            name,
            span,
            bases,
            scope,
            body,
        }
    }
}
