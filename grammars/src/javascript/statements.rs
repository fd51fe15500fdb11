//! Statements and declarations.

use std::borrow::Cow;

use crate::ast::{Bind, BindMode, Body, Cast, Entry, Expr, ExprKind, Nested, Opaque, Pattern, Statement};
use crate::lower::opaque;

use super::{Field, Kind, Lowering};

impl<'t> Lowering<'t> {
    /// Lowers the current node if it is a statement or an expression, and passes over everything else.
    pub(super) fn statement(&mut self, out: &mut Vec<Statement<'t>>) {
        let before = out.len();
        if self.deeper(|l| l.statement_here(out)).is_none() {
            out.truncate(before);
        }
    }

    fn statement_here(&mut self, out: &mut Vec<Statement<'t>>) {
        match self.kind() {
            Kind::Other | Kind::Comma | Kind::FormalParameters | Kind::TypeAnnotation => {}
            Kind::ExpressionStatement | Kind::Error => self.each_child(|l| l.statement(out)),
            Kind::LexicalDeclaration | Kind::UsingDeclaration => self.declarators(BindMode::Block, out),
            Kind::VariableDeclaration => self.declarators(BindMode::Function, out),
            Kind::FunctionDeclaration | Kind::GeneratorDeclaration => {
                let function = self.function();
                out.push(Statement::Function(Box::new(function)));
            }
            Kind::ClassDeclaration | Kind::AbstractClass => {
                let class = self.class();
                out.push(Statement::Class(Box::new(class)));
            }
            Kind::EnumDeclaration => self.enumeration(out),
            Kind::InternalModule | Kind::ModuleDeclaration => self.namespace(out),
            Kind::Import => self.import(),
            Kind::Export => self.export(out),
            Kind::Return => {
                let value = self.first_expression();
                out.push(Statement::Return(value));
            }
            Kind::Throw => {
                let heads = self.first_expression().into_iter().collect();
                out.push(Statement::Nested(Nested {
                    certain: 0,
                    leaves: true,
                    heads,
                    bodies: Vec::new(),
                }));
            }
            Kind::StatementBlock => {
                let body = self.block();
                out.push(Statement::Nested(Nested {
                    certain: 1,
                    leaves: false,
                    heads: Vec::new(),
                    bodies: vec![body],
                }));
            }
            kind if is_compound(kind) => {
                let certain = usize::from(kind == Kind::Try);
                let mut nested = Nested {
                    certain,
                    ..Nested::default()
                };
                self.compound(&mut nested);
                out.push(Statement::Nested(nested));
            }
            Kind::Assignment => self.assignment_statement(out),
            _ => out.extend(self.expression().map(Statement::Expr)),
        }
    }

    fn declarators(&mut self, mode: BindMode, out: &mut Vec<Statement<'t>>) {
        self.each_child(|l| {
            if l.kind() == Kind::VariableDeclarator {
                let bind = l.declarator(mode);
                out.push(Statement::Bind(bind));
            }
        });
    }

    fn declarator(&mut self, mode: BindMode) -> Bind<'t> {
        let mut pattern = Pattern::Unknown;
        let mut value = None;
        let (mut literals, mut annotation) = (Vec::new(), None);
        self.each_child(|l| match l.field() {
            Field::Name => pattern = l.pattern(),
            Field::Value => value = l.expression(),
            Field::Type => {
                literals = l.literal_union();
                annotation = l.lookup_type();
            }
            _ => {}
        });
        self.note_require(&pattern, value.as_ref());
        if !literals.is_empty() {
            value = value.map(|value| cast(value, literals));
        }
        if value.is_none() && matches!(pattern, Pattern::Name(_)) {
            let unset = ExprKind::Opaque(Opaque::Unset, Vec::new());
            value = Some(Expr::new(self.span(), unset));
        }
        Bind {
            pattern,
            value,
            annotation,
            mode,
        }
    }

    /// The statements of the current block, in a scope of their own.
    fn block(&mut self) -> Body<'t> {
        let scope = Some(self.new_scope());
        Body {
            scope,
            statements: self.statements(),
        }
    }

    pub(super) fn statements(&mut self) -> Vec<Statement<'t>> {
        let mut statements = Vec::new();
        self.each_child(|l| l.statement(&mut statements));
        statements
    }

    /// The parts of a compound statement, clauses inlined: order is all that matters to the facts.
    fn compound(&mut self, nested: &mut Nested<'t>) {
        if self.kind() == Kind::ForIn {
            return self.for_in(nested);
        }
        if self.kind() == Kind::Catch {
            return self.catch(nested);
        }
        self.each_child(|l| match l.kind() {
            Kind::Other => {}
            Kind::StatementBlock => nested.bodies.push(l.block()),
            Kind::Else
            | Kind::Catch
            | Kind::Finally
            | Kind::SwitchBody
            | Kind::SwitchCase
            | Kind::SwitchDefault => {
                l.deeper(|l| l.compound(nested));
            }
            _ => {
                let mut statements = Vec::new();
                l.statement(&mut statements);
                match statements.pop() {
                    Some(Statement::Expr(head))
                        if statements.is_empty() && l.kind() != Kind::ExpressionStatement =>
                    {
                        nested.heads.push(head);
                    }
                    Some(last) => {
                        statements.push(last);
                        nested.bodies.push(Body {
                            scope: None,
                            statements,
                        });
                    }
                    None => {}
                }
            }
        });
    }

    fn for_in(&mut self, nested: &mut Nested<'t>) {
        let scope = self.new_scope();
        let mut statements = Vec::new();
        let (mut left, mut mode) = (None, BindMode::Assign);
        let span = self.span();
        self.each_child(|l| match l.field() {
            Field::Left => {
                left = Some(l.pattern());
            }
            Field::Right => {
                let list = l.expression();
                let value = list.map(|list| Expr::new(span, ExprKind::Element(Box::new(list))));
                let pattern = left.take().unwrap_or(Pattern::Unknown);
                statements.push(Statement::Bind(Bind {
                    pattern,
                    value,
                    annotation: None,
                    mode,
                }));
            }
            Field::Body => l.statement(&mut statements),
            _ if matches!(l.slice(), "const" | "let" | "var") => mode = BindMode::Block,
            _ => {}
        });
        nested.bodies.push(Body {
            scope: Some(scope),
            statements,
        });
    }

    fn catch(&mut self, nested: &mut Nested<'t>) {
        let scope = self.new_scope();
        let mut statements = Vec::new();
        self.each_child(|l| match l.field() {
            Field::Parameter => {
                let pattern = l.pattern();
                let mode = BindMode::Block;
                statements.push(Statement::Bind(Bind {
                    pattern,
                    value: None,
                    annotation: None,
                    mode,
                }));
            }
            Field::Body => l.each_child(|l| l.statement(&mut statements)),
            _ => {}
        });
        nested.bodies.push(Body {
            scope: Some(scope),
            statements,
        });
    }

    /// `enum Topic { Created = 'created' }` is an object of its members.
    fn enumeration(&mut self, out: &mut Vec<Statement<'t>>) {
        let mut pattern = Pattern::Unknown;
        let mut value = None;
        self.each_child(|l| match l.field() {
            Field::Name => pattern = Pattern::Name(l.name()),
            Field::Body => value = Some(l.enum_body()),
            _ => {}
        });
        out.push(Statement::Bind(Bind {
            pattern,
            value,
            annotation: None,
            mode: BindMode::Block,
        }));
    }

    fn enum_body(&mut self) -> Expr<'t> {
        let span = self.span();
        let mut entries = Vec::new();
        self.each_child(|l| match l.kind() {
            Kind::EnumAssignment => {
                let (mut key, mut value) = (None, None);
                l.each_child(|l| match l.field() {
                    Field::Name => key = l.key(),
                    Field::Value => value = l.expression(),
                    _ => {}
                });
                if let (Some((key, key_span)), Some(value)) = (key, value) {
                    entries.push(Entry::Pair { key, key_span, value });
                }
            }
            _ if l.field() == Field::Name => {
                let key_span = l.span();
                let value = opaque(key_span, Opaque::Number, Vec::new());
                entries.push(Entry::Pair {
                    key: Cow::Borrowed(l.slice()),
                    key_span,
                    value,
                });
            }
            _ => {}
        });
        Expr::new(span, ExprKind::Object(entries))
    }

    /// The first expression among the children.
    pub(super) fn first_expression(&mut self) -> Option<Expr<'t>> {
        let mut found = None;
        self.each_child(|l| {
            if found.is_none() {
                found = l.expression();
            }
        });
        found
    }
}

fn cast<'t>(value: Expr<'t>, literals: Vec<Cow<'t, str>>) -> Expr<'t> {
    let span = value.span;
    let target = None;
    Expr::new(
        span,
        ExprKind::Cast(Box::new(Cast {
            value,
            literals,
            target,
        })),
    )
}

fn is_compound(kind: Kind) -> bool {
    use Kind as K;
    matches!(
        kind,
        K::If
            | K::Else
            | K::For
            | K::ForIn
            | K::While
            | K::Do
            | K::Switch
            | K::SwitchBody
            | K::SwitchCase
            | K::SwitchDefault
            | K::Try
            | K::Catch
            | K::Finally
            | K::Labeled
            | K::With
    )
}
