//! Expressions.

use crate::ast::{Expr, ExprKind, Member, Opaque};
use crate::lower::number;

use super::statements::is_compound;
use super::{Field, Kind, Lowering};

impl<'t> Lowering<'t> {
    /// Lowers the current node if it is an expression.
    pub(super) fn expression(&mut self) -> Option<Expr<'t>> {
        if self.kind() == Kind::Other {
            return None;
        }
        let span = self.span();
        match self.deeper(Self::expression_here) {
            Some(found) => found,
            None => Some(Expr::unknown(span)),
        }
    }

    fn expression_here(&mut self) -> Option<Expr<'t>> {
        let span = self.span();
        let kind = match self.kind() {
            Kind::Identifier if self.is_missing() => return None,
            Kind::Identifier
            | Kind::Constant
            | Kind::InstanceVariable
            | Kind::ClassVariable
            | Kind::GlobalVariable
            | Kind::SelfNode => ExprKind::Name(self.slice()),
            Kind::String | Kind::BareString | Kind::DelimitedSymbol | Kind::BareSymbol => self.string(),
            Kind::SimpleSymbol => self.symbol(),
            Kind::ChainedString => self.chained_string(),
            Kind::HeredocBeginning | Kind::Subshell => ExprKind::Opaque(Opaque::Text, Vec::new()),
            Kind::Integer | Kind::Float => ExprKind::Number(number(self.slice())),
            Kind::True => ExprKind::Bool(true),
            Kind::False => ExprKind::Bool(false),
            Kind::Nil => ExprKind::Null,
            Kind::Array | Kind::StringArray | Kind::SymbolArray | Kind::RightAssignmentList => {
                ExprKind::List(self.arguments().0)
            }
            Kind::Hash => self.hash(),
            Kind::Splat | Kind::HashSplat => ExprKind::Spread(Box::new(self.operand())),
            Kind::BlockArgument => return self.first_expression(),
            Kind::Call => self.call(),
            Kind::ElementReference => self.element(),
            Kind::ScopeResolution => self.scope_resolution(),
            Kind::Conditional => self.conditional(),
            Kind::Binary => self.binary(),
            Kind::Unary => self.unary(),
            Kind::Lambda | Kind::Block | Kind::DoBlock => ExprKind::Function(Box::new(self.block_function())),
            Kind::Method | Kind::SingletonMethod => ExprKind::Function(Box::new(self.method())),
            Kind::Assignment => ExprKind::Assign(Box::new(self.assignment())),
            Kind::OperatorAssignment => ExprKind::Assign(Box::new(self.operator_assignment())),
            Kind::Super
            | Kind::YieldStatement
            | Kind::Next
            | Kind::Break
            | Kind::Return
            | Kind::Range
            | Kind::Regex
            | Kind::Superclass
            | Kind::ArgumentList
            | Kind::HeredocBody
            | Kind::Interpolation
            | Kind::Error
            | Kind::In
            | Kind::LeftAssignmentList => ExprKind::Opaque(Opaque::Unknown, self.expressions()),
            kind if is_compound(kind) => ExprKind::Compound(Box::new(self.nested())),
            _ => return None,
        };
        Some(Expr::new(span, kind))
    }

    /// The expressions among the children.
    pub(super) fn expressions(&mut self) -> Vec<Expr<'t>> {
        let mut found = Vec::new();
        self.each_child(|l| found.extend(l.expression()));
        found
    }

    pub(super) fn first_expression(&mut self) -> Option<Expr<'t>> {
        let mut found = None;
        self.each_child(|l| {
            if found.is_none() {
                found = l.expression();
            }
        });
        found
    }

    pub(super) fn operand(&mut self) -> Expr<'t> {
        let span = self.span();
        self.first_expression().unwrap_or_else(|| Expr::unknown(span))
    }

    fn scope_resolution(&mut self) -> ExprKind<'t> {
        let (mut object, mut name) = (None, self.name());
        self.each_child(|l| match l.field() {
            Field::Scope => object = l.expression(),
            Field::Name => name = l.name(),
            _ => {}
        });
        match object {
            Some(object) => ExprKind::Member(Box::new(Member {
                object,
                name: name.text,
                name_span: name.span,
            })),
            None => ExprKind::Name(name.text),
        }
    }

    fn conditional(&mut self) -> ExprKind<'t> {
        let span = self.span();
        let mut parts = self.expressions().into_iter();
        let mut next = || parts.next().unwrap_or_else(|| Expr::unknown(span));
        ExprKind::Choice(Box::new([next(), next(), next()]))
    }

    fn binary(&mut self) -> ExprKind<'t> {
        let span = self.span();
        let mut operator = "";
        let (mut left, mut right) = (None, None);
        self.each_child(|l| match l.field() {
            Field::Left => left = l.expression(),
            Field::Right => right = l.expression(),
            Field::Operator => operator = l.slice(),
            _ => {}
        });
        let unknown = || Expr::unknown(span);
        let (left, right) = (left.unwrap_or_else(unknown), right.unwrap_or_else(unknown));
        match operator {
            "+" => ExprKind::Plus(Box::new((left, right))),
            "||" | "or" => ExprKind::Either(Box::new((left, right))),
            "&&" | "and" => ExprKind::Both(Box::new((left, right))),
            "==" | "!=" | "<" | "<=" | ">" | ">=" => ExprKind::Opaque(Opaque::Boolean, vec![left, right]),
            _ => ExprKind::Opaque(Opaque::Unknown, vec![left, right]),
        }
    }

    fn unary(&mut self) -> ExprKind<'t> {
        let value = self.operand();
        let written = self.slice();
        match &value.kind {
            ExprKind::Number(Some(n)) if written.starts_with('-') => {
                ExprKind::Number(number(&format!("-{n}")))
            }
            _ if written.starts_with(['!', 'n']) => ExprKind::Opaque(Opaque::Boolean, vec![value]),
            _ => ExprKind::Opaque(Opaque::Unknown, vec![value]),
        }
    }
}
