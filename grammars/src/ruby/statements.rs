//! Statements and assignments.

use crate::ast::{Bind, BindMode, Body, Expr, ExprKind, Nested, Opaque, Pattern, Statement};
use crate::lower::opaque;

use super::{Field, Kind, Lowering};

impl<'t> Lowering<'t> {
    /// The statements among the children.
    pub(super) fn statements(&mut self) -> Vec<Statement<'t>> {
        let mut statements = Vec::new();
        self.each_child(|l| l.statement(&mut statements));
        statements
    }

    /// Lowers the current node if it is a statement or an expression, and passes over everything else.
    pub(super) fn statement(&mut self, out: &mut Vec<Statement<'t>>) {
        if self.kind() != Kind::Other {
            self.deeper(|l| l.statement_here(out));
        }
    }

    fn statement_here(&mut self, out: &mut Vec<Statement<'t>>) {
        match self.kind() {
            Kind::Other => {}
            Kind::BodyStatement
            | Kind::BlockBody
            | Kind::Then
            | Kind::Do
            | Kind::Else
            | Kind::Ensure
            | Kind::Error => {
                self.each_child(|l| l.statement(out));
            }
            Kind::Rescue => {
                let nested = self.nested();
                out.push(Statement::Nested(nested));
            }
            Kind::Assignment => {
                let bind = self.assignment();
                out.push(Statement::Bind(bind));
            }
            Kind::OperatorAssignment => {
                let bind = self.operator_assignment();
                out.push(Statement::Bind(bind));
            }
            Kind::Return => {
                let value = self.returned();
                out.push(Statement::Return(value));
            }
            Kind::Method | Kind::SingletonMethod => {
                let function = self.method();
                out.push(Statement::Function(Box::new(function)));
            }
            Kind::Class | Kind::ModuleDefinition | Kind::SingletonClass => {
                let class = self.class();
                out.push(Statement::Class(Box::new(class)));
            }
            kind if is_compound(kind) => {
                let nested = self.nested();
                out.push(Statement::Nested(nested));
            }
            Kind::Call if self.require() => {}
            _ => out.extend(self.expression().map(Statement::Expr)),
        }
    }

    fn returned(&mut self) -> Option<Expr<'t>> {
        let mut value = None;
        self.each_child(|l| {
            if l.kind() == Kind::ArgumentList {
                value = l.first_argument();
            }
        });
        value
    }

    /// The parts of a compound statement, clauses inlined. Ruby's compounds have no scope of their own.
    pub(super) fn nested(&mut self) -> Nested<'t> {
        let mut nested = Nested::default();
        self.compound(&mut nested);
        nested
    }

    fn compound(&mut self, nested: &mut Nested<'t>) {
        // `x if y` and `begin … end` hold their statements themselves.
        let is_modifier = matches!(
            self.kind(),
            Kind::IfModifier
                | Kind::UnlessModifier
                | Kind::WhileModifier
                | Kind::UntilModifier
                | Kind::RescueModifier
        );
        let holds_statements = matches!(
            self.kind(),
            Kind::Begin | Kind::BeginBlock | Kind::ParenthesizedStatements
        );
        let is_for = self.kind() == Kind::For;
        let (mut own, mut target, span) = (Vec::new(), None, self.span());
        self.each_child(|l| match l.kind() {
            Kind::Other => {}
            Kind::Then | Kind::Do | Kind::Else | Kind::Ensure => {
                let statements = l.statements();
                nested.bodies.push(Body {
                    scope: None,
                    statements,
                });
            }
            Kind::Elsif
            | Kind::When
            | Kind::Rescue
            | Kind::InClause
            | Kind::WhenPattern
            | Kind::Exceptions => {
                l.deeper(|l| l.compound(nested));
            }
            Kind::ExceptionVariable => l.each_child(|l| {
                if l.kind() != Kind::Other {
                    let pattern = l.pattern();
                    own.push(bind(pattern, None));
                }
            }),
            _ if is_for && l.field() == Field::Pattern => target = Some(l.pattern()),
            _ if is_for && l.field() == Field::Value => {
                let list = l.first_expression();
                let value = list.map(|list| Expr::new(span, ExprKind::Element(Box::new(list))));
                own.push(bind(target.take().unwrap_or(Pattern::Unknown), value));
            }
            _ if holds_statements || (is_modifier && l.field() == Field::Body) => l.statement(&mut own),
            _ => nested.heads.extend(l.expression()),
        });
        if !own.is_empty() {
            nested.certain = usize::from(holds_statements);
            nested.bodies.insert(
                0,
                Body {
                    scope: None,
                    statements: own,
                },
            );
        }
    }

    pub(super) fn assignment(&mut self) -> Bind<'t> {
        let (mut pattern, mut value) = (Pattern::Unknown, None);
        self.each_child(|l| match l.field() {
            Field::Left => pattern = l.pattern(),
            Field::Right => value = l.expression(),
            _ => {}
        });
        Bind {
            pattern,
            value,
            annotation: None,
            mode: BindMode::Function,
        }
    }

    /// `x += y`, `x ||= y`: the new value is not known.
    pub(super) fn operator_assignment(&mut self) -> Bind<'t> {
        let span = self.span();
        let (mut pattern, mut parts) = (Pattern::Unknown, Vec::new());
        self.each_child(|l| match l.field() {
            Field::Left => pattern = l.pattern(),
            Field::Right => parts.extend(l.expression()),
            _ => {}
        });
        let value = Some(opaque(span, Opaque::Unknown, parts));
        Bind {
            pattern,
            value,
            annotation: None,
            mode: BindMode::Function,
        }
    }

    /// Lowers the current node as the left side of an assignment.
    pub(super) fn pattern(&mut self) -> Pattern<'t> {
        self.deeper(Self::pattern_here).unwrap_or(Pattern::Unknown)
    }

    fn pattern_here(&mut self) -> Pattern<'t> {
        match self.kind() {
            Kind::Identifier
            | Kind::Constant
            | Kind::InstanceVariable
            | Kind::ClassVariable
            | Kind::GlobalVariable => Pattern::Name(self.name()),
            Kind::LeftAssignmentList | Kind::DestructuredLeft | Kind::DestructuredParameter => {
                let mut items = Vec::new();
                self.each_child(|l| {
                    if l.kind() != Kind::Other {
                        items.push(Some(l.pattern()));
                    }
                });
                Pattern::Array(items)
            }
            Kind::RestAssignment | Kind::SplatParameter => {
                let mut inner = Pattern::Unknown;
                self.each_child(|l| {
                    if l.kind() != Kind::Other {
                        inner = l.pattern();
                    }
                });
                Pattern::Rest(Box::new(inner))
            }
            Kind::ElementReference | Kind::Call => self.expression().map_or(Pattern::Unknown, Pattern::Place),
            _ => Pattern::Unknown,
        }
    }
}

fn bind<'t>(pattern: Pattern<'t>, value: Option<Expr<'t>>) -> Statement<'t> {
    Statement::Bind(Bind {
        pattern,
        value,
        annotation: None,
        mode: BindMode::Function,
    })
}

pub(super) fn is_compound(kind: Kind) -> bool {
    use Kind as K;
    matches!(
        kind,
        K::If
            | K::Unless
            | K::Elsif
            | K::Case
            | K::CaseMatch
            | K::While
            | K::Until
            | K::For
            | K::IfModifier
            | K::UnlessModifier
            | K::WhileModifier
            | K::UntilModifier
            | K::RescueModifier
            | K::Begin
            | K::BeginBlock
            | K::ParenthesizedStatements
    )
}
