//! Methods, blocks, classes and modules.

use crate::ast::{Body, Class, Function, Param, Pattern, Statement};
use crate::facts::ParamKind;

use super::{Field, Kind, Lowering};

impl<'t> Lowering<'t> {
    pub(super) fn method(&mut self) -> Function<'t> {
        let span = self.span();
        let scope = self.new_scope();
        let (mut name, mut params, mut statements) = (None, Vec::new(), Vec::new());
        self.each_child(|l| match l.field() {
            Field::Name => name = Some(l.name()),
            Field::Parameters => params = l.params(),
            Field::Body if l.kind() == Kind::BodyStatement => statements = l.statements(),
            Field::Body => statements.push(Statement::Return(l.expression())),
            _ => {}
        });
        let body = Body {
            scope: None,
            statements,
        };
        Function {
            scope,
            name,
            span,
            params,
            body,
            is_async: false,
            is_block: false,
            implicit_return: true,
            is_decorated: false,
        }
    }

    /// A block or a lambda.
    pub(super) fn block_function(&mut self) -> Function<'t> {
        let span = self.span();
        let scope = self.new_scope();
        let (mut params, mut statements) = (Vec::new(), Vec::new());
        self.each_child(|l| match l.field() {
            Field::Parameters => params = l.params(),
            // A lambda wraps its block in another node.
            Field::Body if matches!(l.kind(), Kind::Block | Kind::DoBlock) => l.each_child(|l| {
                if l.field() == Field::Body {
                    statements = l.statements();
                }
            }),
            Field::Body => statements = l.statements(),
            _ => {}
        });
        let body = Body {
            scope: None,
            statements,
        };
        Function {
            scope,
            name: None,
            span,
            params,
            body,
            is_async: false,
            is_block: true,
            implicit_return: true,
            is_decorated: false,
        }
    }

    fn params(&mut self) -> Vec<Param<'t>> {
        let mut params = Vec::new();
        self.each_child(|l| match l.kind() {
            Kind::Identifier | Kind::DestructuredParameter => {
                params.push(Param::plain(l.span(), l.pattern(), None));
            }
            Kind::OptionalParameter | Kind::KeywordParameter => {
                let (mut pattern, mut default) = (Pattern::Unknown, None);
                l.each_child(|l| match l.field() {
                    Field::Name => pattern = l.pattern(),
                    Field::Value => default = l.expression(),
                    _ => {}
                });
                let mut param = Param::plain(l.span(), pattern, default);
                if l.kind() == Kind::KeywordParameter {
                    param.kind = ParamKind::Keyword;
                }
                params.push(param);
            }
            Kind::SplatParameter | Kind::HashSplatParameter | Kind::BlockParameter => {
                let mut pattern = Pattern::Unknown;
                l.each_child(|l| {
                    if l.field() == Field::Name {
                        pattern = l.pattern();
                    }
                });
                let kind = match l.kind() {
                    Kind::SplatParameter => ParamKind::Rest,
                    Kind::HashSplatParameter => ParamKind::KeywordRest,
                    _ => ParamKind::Block,
                };
                let pattern = Pattern::Rest(Box::new(pattern));
                params.push(Param::plain(l.span(), pattern, None).of_kind(kind));
            }
            _ => {}
        });
        params
    }

    /// A class or a module: both are names for constants and methods.
    pub(super) fn class(&mut self) -> Class<'t> {
        let span = self.span();
        let scope = self.new_scope();
        let (mut name, mut bases, mut body) = (None, Vec::new(), Vec::new());
        self.each_child(|l| match l.field() {
            Field::Name if l.kind() == Kind::Constant => name = Some(l.name()),
            Field::Superclass => bases = l.expressions(),
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
