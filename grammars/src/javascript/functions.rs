//! Functions and classes.

use std::borrow::Cow;

use crate::ast::{Bind, BindMode, Body, Class, Expr, ExprKind, Function, Nested, Param, Pattern, Statement};
use crate::facts::ParamKind;

use super::{Field, Kind, Lowering};

impl<'t> Lowering<'t> {
    /// Lowers the current node, a function of any form.
    pub(super) fn function(&mut self) -> Function<'t> {
        let span = self.span();
        let scope = self.new_scope();
        let (mut name, mut is_async) = (None, false);
        let mut params = Vec::new();
        let mut statements = Vec::new();
        self.each_child(|l| match l.field() {
            Field::Name => name = Some(l.name()),
            Field::Parameter => params.push(Param::plain(l.span(), l.pattern(), None)),
            Field::Parameters => params = l.params(),
            Field::Body if l.kind() == Kind::StatementBlock => statements = l.statements(),
            Field::Body => statements.push(Statement::Return(l.expression())),
            _ if l.kind() == Kind::Async => is_async = true,
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
            is_async,
            is_block: false,
            implicit_return: false,
            is_decorated: false,
        }
    }

    fn params(&mut self) -> Vec<Param<'t>> {
        let mut params = Vec::new();
        self.each_child(|l| match l.kind() {
            Kind::Other | Kind::Comma => {}
            Kind::RequiredParameter | Kind::OptionalParameter => {
                let is_optional = l.kind() == Kind::OptionalParameter;
                let (mut pattern, mut default) = (Pattern::Unknown, None);
                l.each_child(|l| match l.field() {
                    Field::Pattern | Field::Name => pattern = l.pattern(),
                    Field::Value => default = l.expression(),
                    _ => {}
                });
                let mut param = Param::plain(l.span(), pattern, default);
                param.optional = is_optional;
                params.push(of_rest(param));
            }
            Kind::AssignmentPattern => {
                let (pattern, default) = l.with_default();
                params.push(Param::plain(l.span(), pattern, default));
            }
            _ => params.push(of_rest(Param::plain(l.span(), l.pattern(), None))),
        });
        params
    }

    /// Lowers the current node, a class of any form.
    pub(super) fn class(&mut self) -> Class<'t> {
        let span = self.span();
        let scope = self.new_scope();
        let mut name = None;
        let mut bases: Vec<Expr<'t>> = Vec::new();
        let mut body = Vec::new();
        self.each_child(|l| match l.kind() {
            Kind::ClassHeritage => l.each_child(|l| match l.kind() {
                Kind::Extends => bases.extend(l.expressions()),
                _ => bases.extend(l.expression()),
            }),
            Kind::ClassBody => body = l.class_body(),
            _ if l.field() == Field::Name => name = Some(l.name()),
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

    fn class_body(&mut self) -> Vec<Statement<'t>> {
        let mut members = Vec::new();
        self.each_child(|l| match l.kind() {
            Kind::MethodDefinition => members.push(Statement::Function(Box::new(l.function()))),
            Kind::FieldDefinition | Kind::PublicField => members.push(Statement::Bind(l.class_field())),
            Kind::StaticBlock => {
                let statements = l.statements();
                let bodies = vec![Body {
                    scope: None,
                    statements,
                }];
                members.push(Statement::Nested(Nested {
                    certain: 1,
                    leaves: false,
                    heads: Vec::new(),
                    bodies,
                }));
            }
            _ => {}
        });
        members
    }

    fn class_field(&mut self) -> Bind<'t> {
        let (mut pattern, mut value) = (Pattern::Unknown, None);
        self.each_child(|l| match l.field() {
            Field::Name | Field::Property => pattern = Pattern::Name(l.name()),
            Field::Value => value = l.expression(),
            _ => {}
        });
        Bind {
            pattern,
            value,
            annotation: None,
            mode: BindMode::Block,
        }
    }

    /// `namespace Topics { export const Created = '…' }` reads like a class of constants.
    pub(super) fn namespace(&mut self, out: &mut Vec<Statement<'t>>) {
        let span = self.span();
        let scope = self.new_scope();
        let mut name = None;
        let mut body = Vec::new();
        // What a namespace exports is reached through its name, never by itself.
        let exported = self.exports.len();
        self.each_child(|l| match l.field() {
            Field::Name => name = Some(l.name()),
            Field::Body => body = l.statements(),
            _ => {}
        });
        self.exports.truncate(exported);
        out.push(Statement::Class(Box::new(Class {
            name,
            span,
            bases: Vec::new(),
            scope,
            body,
        })));
    }

    /// The strings of a type that is a union of string literals (or one of them); empty for any other type.
    pub(super) fn literal_union(&mut self) -> Vec<Cow<'t, str>> {
        let mut literals = Vec::new();
        let whole = self.collect_literals(&mut literals);
        if whole { literals } else { Vec::new() }
    }

    /// A type of the form `Name['text']`, as the expression that it looks like.
    pub(super) fn lookup_type(&mut self) -> Option<Expr<'t>> {
        let span = self.span();
        match self.kind() {
            Kind::TypeAnnotation | Kind::ParenthesizedType => {
                let mut found = None;
                self.each_child(|l| found = found.take().or_else(|| l.deeper(Self::lookup_type).flatten()));
                found
            }
            Kind::LookupType => {
                let (mut object, mut key) = (None, None);
                self.each_child(|l| match l.kind() {
                    Kind::TypeIdentifier => object = Some(Expr::name(l.name())),
                    Kind::LiteralType => key = l.first_expression(),
                    _ => {}
                });
                Some(Expr::new(span, ExprKind::Index(Box::new((object?, key?)))))
            }
            _ => None,
        }
    }

    fn collect_literals(&mut self, into: &mut Vec<Cow<'t, str>>) -> bool {
        let visited = self.deeper(|l| match l.kind() {
            Kind::String => {
                into.push(l.string_value());
                true
            }
            Kind::UnionType | Kind::LiteralType | Kind::ParenthesizedType | Kind::TypeAnnotation => {
                let mut whole = true;
                l.each_child(|l| {
                    if !matches!(l.slice(), "|" | "(" | ")" | ":") {
                        whole &= l.collect_literals(into);
                    }
                });
                whole
            }
            _ => false,
        });
        visited.unwrap_or(false)
    }
}

/// `...rest` takes whatever is left.
fn of_rest(param: Param<'_>) -> Param<'_> {
    match param.pattern {
        Pattern::Rest(_) => param.of_kind(ParamKind::Rest),
        _ => param,
    }
}
