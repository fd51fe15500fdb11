//! Expressions.

use crate::ast::{Bind, BindMode, Call, Cast, Expr, ExprKind, Member, Opaque, Pattern};
use crate::lower::{number, opaque};
use crate::text::Span;

use super::{Field, Kind, Lowering};

impl<'t> Lowering<'t> {
    /// Lowers the current node if it is an expression.
    pub(super) fn expression(&mut self) -> Option<Expr<'t>> {
        match self.kind() {
            Kind::Other | Kind::Comma | Kind::TypeArguments => return None,
            _ => {}
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
            Kind::Identifier | Kind::ShorthandProperty if self.is_missing() => return None,
            Kind::Identifier | Kind::ShorthandProperty | Kind::This | Kind::Super | Kind::Undefined => {
                ExprKind::Name(self.slice())
            }
            Kind::String => self.string(),
            Kind::Template => self.template(),
            Kind::Number => ExprKind::Number(number(self.slice())),
            Kind::True => ExprKind::Bool(true),
            Kind::False => ExprKind::Bool(false),
            Kind::Null => ExprKind::Null,
            Kind::Array => ExprKind::List(self.expressions()),
            Kind::Object => self.object(),
            Kind::Spread => ExprKind::Spread(Box::new(self.operand())),
            Kind::Member => self.member(),
            Kind::Subscript => self.subscript(),
            Kind::Call => return Some(self.call(false)),
            Kind::New => return Some(self.call(true)),
            Kind::Await => ExprKind::Await(Box::new(self.operand())),
            Kind::Ternary => self.ternary(),
            Kind::Binary => return Some(self.binary()),
            Kind::Unary => self.unary(),
            Kind::Assignment => ExprKind::Assign(Box::new(self.assignment())),
            Kind::AugmentedAssignment | Kind::Update => ExprKind::Assign(Box::new(self.update())),
            Kind::ArrowFunction | Kind::FunctionExpression | Kind::GeneratorFunction => {
                ExprKind::Function(Box::new(self.function()))
            }
            Kind::Class => ExprKind::Class(Box::new(self.class())),
            Kind::Parenthesized => return Some(self.parenthesized()),
            Kind::As | Kind::Satisfies | Kind::TypeAssertion | Kind::NonNull | Kind::Instantiation => {
                return Some(self.cast());
            }
            Kind::Regex => ExprKind::Opaque(Opaque::Object, Vec::new()),
            Kind::Sequence
            | Kind::Yield
            | Kind::JsxElement
            | Kind::JsxSelfClosing
            | Kind::JsxOpening
            | Kind::JsxAttribute
            | Kind::JsxExpression
            | Kind::Error => ExprKind::Opaque(Opaque::Unknown, self.expressions()),
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

    fn operand(&mut self) -> Expr<'t> {
        let span = self.span();
        self.first_expression().unwrap_or_else(|| Expr::unknown(span))
    }

    /// The first two expressions that `fields` name, in that order.
    pub(super) fn two(&mut self, first: Field, second: Field) -> (Expr<'t>, Expr<'t>) {
        let span = self.span();
        let (mut a, mut b) = (None, None);
        self.each_child(|l| {
            let field = l.field();
            if field == first {
                a = l.expression();
            } else if field == second {
                b = l.expression();
            }
        });
        (
            a.unwrap_or_else(|| Expr::unknown(span)),
            b.unwrap_or_else(|| Expr::unknown(span)),
        )
    }

    fn parenthesized(&mut self) -> Expr<'t> {
        let span = self.span();
        let mut inner = self.operand();
        // The parentheses belong to the place of a callee such as `(emit as any)`.
        if matches!(inner.kind, ExprKind::Cast(_)) {
            inner.span = span;
        }
        inner
    }

    fn member(&mut self) -> ExprKind<'t> {
        let span = self.span();
        let (mut object, mut name) = (None, self.name());
        self.each_child(|l| match l.field() {
            Field::Object => object = l.expression(),
            Field::Property => name = l.name(),
            _ => {}
        });
        let object = object.unwrap_or_else(|| Expr::unknown(span));
        ExprKind::Member(Box::new(Member {
            object,
            name: name.text,
            name_span: name.span,
        }))
    }

    fn subscript(&mut self) -> ExprKind<'t> {
        ExprKind::Index(Box::new(self.two(Field::Object, Field::Index)))
    }

    fn call(&mut self, is_new: bool) -> Expr<'t> {
        let span = self.span();
        let (mut callee, mut args, mut is_swapped) = (None, Vec::new(), false);
        self.each_child(|l| match l.field() {
            Field::Function | Field::Constructor => {
                is_swapped = matches!(l.kind(), Kind::Await | Kind::Unary);
                let here = l.span();
                callee = l
                    .expression()
                    .or_else(|| Some(Expr::new(here, ExprKind::Name(l.slice()))));
            }
            // A tagged template has its text in the place of arguments.
            Field::Arguments if l.kind() == Kind::Template => args.extend(l.expression()),
            Field::Arguments => args = l.expressions(),
            _ => {}
        });
        let callee = callee.unwrap_or_else(|| Expr::unknown(span));
        if is_swapped {
            return swapped_call(span, callee, args);
        }
        Expr::new(
            span,
            ExprKind::Call(Box::new(Call {
                callee,
                args,
                is_new,
                keywords: false,
            })),
        )
    }

    fn ternary(&mut self) -> ExprKind<'t> {
        let mut parts = self.expressions().into_iter();
        let span = self.span();
        let mut next = || parts.next().unwrap_or_else(|| Expr::unknown(span));
        ExprKind::Choice(Box::new([next(), next(), next()]))
    }

    fn binary(&mut self) -> Expr<'t> {
        let span = self.span();
        let mut operator = Kind::Other;
        let (mut left, mut right) = (None, None);
        self.each_child(|l| match l.field() {
            Field::Left => left = l.expression(),
            Field::Right => right = l.expression(),
            Field::Operator => operator = l.kind(),
            _ => {}
        });
        let left = left.unwrap_or_else(|| Expr::unknown(span));
        let right = right.unwrap_or_else(|| Expr::unknown(span));
        let kind = match operator {
            Kind::Plus => ExprKind::Plus(Box::new((left, right))),
            Kind::Or | Kind::Coalesce => ExprKind::Either(Box::new((left, right))),
            Kind::And => ExprKind::Both(Box::new((left, right))),
            Kind::Equal
            | Kind::StrictEqual
            | Kind::NotEqual
            | Kind::StrictNotEqual
            | Kind::Less
            | Kind::LessEqual
            | Kind::Greater
            | Kind::GreaterEqual
            | Kind::In
            | Kind::InstanceOf => ExprKind::Opaque(Opaque::Boolean, vec![left, right]),
            _ => ExprKind::Opaque(Opaque::Number, vec![left, right]),
        };
        Expr::new(span, kind)
    }

    fn unary(&mut self) -> ExprKind<'t> {
        let span = self.span();
        let mut operator = Kind::Other;
        let mut value = None;
        self.each_child(|l| match l.field() {
            Field::Operator => operator = l.kind(),
            Field::Argument => value = l.expression(),
            _ => {}
        });
        let value = value.unwrap_or_else(|| Expr::unknown(span));
        match operator {
            Kind::Not => ExprKind::Opaque(Opaque::Boolean, vec![value]),
            Kind::TypeOf => ExprKind::Opaque(Opaque::Text, vec![value]),
            Kind::Void => ExprKind::Opaque(Opaque::Dropped, vec![value]),
            Kind::Delete => ExprKind::Assign(Box::new(forgotten(value))),
            Kind::Minus => match value.kind {
                ExprKind::Number(Some(n)) => ExprKind::Number(number(&format!("-{n}"))),
                _ => ExprKind::Opaque(Opaque::Number, vec![value]),
            },
            _ => ExprKind::Opaque(Opaque::Number, vec![value]),
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
            mode: BindMode::Assign,
        }
    }

    /// `x += y`, `x++`: the new value is not known.
    fn update(&mut self) -> Bind<'t> {
        let span = self.span();
        let (mut pattern, mut parts) = (Pattern::Unknown, Vec::new());
        self.each_child(|l| match l.field() {
            Field::Left | Field::Argument => pattern = l.pattern(),
            Field::Right => parts.extend(l.expression()),
            _ => {}
        });
        let value = Some(opaque(span, Opaque::Unknown, parts));
        Bind {
            pattern,
            value,
            annotation: None,
            mode: BindMode::Assign,
        }
    }

    fn cast(&mut self) -> Expr<'t> {
        let span = self.span();
        let (mut value, mut literals, mut target) = (None, Vec::new(), None);
        let is_assertion = self.kind() == Kind::TypeAssertion;
        self.each_child(|l| match l.kind() {
            Kind::TypeArguments if is_assertion => l.each_child(|l| literals.extend(l.literal_union())),
            _ if value.is_none() => value = l.expression(),
            _ => {
                literals.extend(l.literal_union());
                target = target.take().or_else(|| l.lookup_type());
            }
        });
        let value = value.unwrap_or_else(|| Expr::unknown(span));
        let cast = Cast {
            value,
            literals,
            target,
        };
        Expr::new(span, ExprKind::Cast(Box::new(cast)))
    }
}

/// The grammar reads `await f<T>(x)` as a call of `await f`, and so with other prefixes: what is meant is the prefix of
/// the call.
fn swapped_call<'t>(span: Span, prefixed: Expr<'t>, args: Vec<Expr<'t>>) -> Expr<'t> {
    let call = |callee: Expr<'t>| {
        let inner = Span {
            start: callee.span.start,
            end: span.end,
        };
        Expr::new(
            inner,
            ExprKind::Call(Box::new(Call {
                callee,
                args,
                is_new: false,
                keywords: false,
            })),
        )
    };
    let kind = match prefixed.kind {
        ExprKind::Await(callee) => ExprKind::Await(Box::new(call(*callee))),
        ExprKind::Opaque(opaque, mut parts) => {
            let callee = parts.pop().unwrap_or_else(|| Expr::unknown(prefixed.span));
            ExprKind::Opaque(opaque, vec![call(callee)])
        }
        kind => return call(Expr::new(prefixed.span, kind)),
    };
    Expr::new(span, kind)
}

/// `delete order.total`: nothing is known of `order` any more.
fn forgotten(value: Expr<'_>) -> Bind<'_> {
    let mut root = value;
    let pattern = loop {
        root = match root.kind {
            ExprKind::Member(member) => member.object,
            ExprKind::Index(index) => index.0,
            ExprKind::Name(text) => {
                break Pattern::Name(crate::ast::Name {
                    text,
                    span: root.span,
                });
            }
            _ => break Pattern::Unknown,
        };
    };
    Bind {
        pattern,
        value: None,
        annotation: None,
        mode: BindMode::Assign,
    }
}
