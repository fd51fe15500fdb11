//! Expressions, and the types that annotations are made of.

use std::borrow::Cow;

use crate::ast::{Bind, BindMode, Call, Entry, Expr, ExprKind, Member, Opaque, Pattern};
use crate::lower::{number, opaque};

use super::formatting::{format_call, percent};
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
            Kind::Identifier => ExprKind::Name(self.slice()),
            Kind::String => self.string(),
            Kind::ConcatenatedString => self.concatenated(),
            Kind::Integer | Kind::Float => ExprKind::Number(number(self.slice())),
            Kind::True => ExprKind::Bool(true),
            Kind::False => ExprKind::Bool(false),
            Kind::None => ExprKind::Null,
            Kind::List | Kind::Tuple | Kind::ExpressionList => ExprKind::List(self.expressions()),
            Kind::Dictionary => self.dictionary(),
            Kind::Attribute => self.attribute(),
            Kind::MemberType => self.member_type(),
            Kind::Subscript => self.subscript(),
            Kind::GenericType => self.generic_type(),
            Kind::Call => self.call(),
            Kind::Await => ExprKind::Await(Box::new(self.operand())),
            Kind::Conditional => self.conditional(),
            Kind::BooleanOperator => self.boolean(),
            Kind::Not => ExprKind::Opaque(Opaque::Boolean, self.expressions()),
            Kind::Comparison => ExprKind::Opaque(Opaque::Boolean, self.expressions()),
            Kind::Binary | Kind::UnionType => self.binary(),
            Kind::Unary => self.unary(),
            Kind::Lambda => ExprKind::Function(Box::new(self.function())),
            Kind::Parenthesized | Kind::Type => return Some(self.operand()),
            Kind::ListComprehension => ExprKind::Opaque(Opaque::List, self.comprehension()),
            Kind::DictionaryComprehension => ExprKind::Opaque(Opaque::Object, self.comprehension()),
            Kind::SetComprehension | Kind::Generator => {
                ExprKind::Opaque(Opaque::Unknown, self.comprehension())
            }
            Kind::Named => ExprKind::Assign(Box::new(self.named())),
            Kind::ListSplat | Kind::ListSplatPattern | Kind::DictionarySplat | Kind::ParenthesizedSplat => {
                ExprKind::Spread(Box::new(self.operand()))
            }
            Kind::Set
            | Kind::Yield
            | Kind::Slice
            | Kind::Pair
            | Kind::ArgumentList
            | Kind::PatternList
            | Kind::Error => ExprKind::Opaque(Opaque::Unknown, self.expressions()),
            _ => return None,
        };
        Some(Expr::new(span, spread_as_a_whole(kind)))
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

    fn attribute(&mut self) -> ExprKind<'t> {
        let span = self.span();
        let (mut object, mut name) = (None, self.name());
        self.each_child(|l| match l.field() {
            Field::Object => object = l.expression(),
            Field::Attribute => name = l.name(),
            _ => {}
        });
        let object = object.unwrap_or_else(|| Expr::unknown(span));
        ExprKind::Member(Box::new(Member {
            object,
            name: name.text,
            name_span: name.span,
        }))
    }

    /// `typing.Optional` in an annotation.
    fn member_type(&mut self) -> ExprKind<'t> {
        let span = self.span();
        let (mut object, mut name) = (None, self.name());
        self.each_child(|l| match l.kind() {
            Kind::Identifier => name = l.name(),
            _ => object = object.take().or_else(|| l.expression()),
        });
        let object = object.unwrap_or_else(|| Expr::unknown(span));
        ExprKind::Member(Box::new(Member {
            object,
            name: name.text,
            name_span: name.span,
        }))
    }

    fn subscript(&mut self) -> ExprKind<'t> {
        let span = self.span();
        let (mut object, mut keys) = (None, Vec::new());
        self.each_child(|l| match l.field() {
            Field::Value => object = l.expression(),
            Field::Subscript => keys.extend(l.expression()),
            _ => {}
        });
        index(span, object, keys)
    }

    /// `Dict[str, int]` in an annotation reads like a subscript.
    fn generic_type(&mut self) -> ExprKind<'t> {
        let span = self.span();
        let (mut object, mut keys) = (None, Vec::new());
        self.each_child(|l| match l.kind() {
            Kind::TypeParameter => keys = l.expressions(),
            _ => object = object.take().or_else(|| l.expression()),
        });
        index(span, object, keys)
    }

    fn call(&mut self) -> ExprKind<'t> {
        let span = self.span();
        let (mut callee, mut args, mut keywords) = (None, Vec::new(), Vec::new());
        self.each_child(|l| match l.field() {
            Field::Function => callee = l.expression(),
            Field::Arguments if l.kind() == Kind::Generator => args.extend(l.expression()),
            Field::Arguments => l.each_child(|l| l.argument(&mut args, &mut keywords)),
            _ => {}
        });
        let callee = callee.unwrap_or_else(|| Expr::unknown(span));
        let has_keywords = !keywords.is_empty();
        if has_keywords {
            args.push(Expr::new(span, ExprKind::Object(keywords)));
        }
        format_call(Call {
            callee,
            args,
            is_new: false,
            keywords: has_keywords,
        })
    }

    fn argument(&mut self, args: &mut Vec<Expr<'t>>, keywords: &mut Vec<Entry<'t>>) {
        match self.kind() {
            Kind::KeywordArgument => {
                let (mut name, mut value) = (None, None);
                self.each_child(|l| match l.field() {
                    Field::Name => name = Some(l.name()),
                    Field::Value => value = l.expression(),
                    _ => {}
                });
                if let (Some(name), Some(value)) = (name, value) {
                    keywords.push(Entry::Pair {
                        key: Cow::Borrowed(name.text),
                        key_span: name.span,
                        value,
                    });
                }
            }
            Kind::DictionarySplat => keywords.push(Entry::Spread(self.operand())),
            _ => args.extend(self.expression()),
        }
    }

    /// `a if test else b`.
    fn conditional(&mut self) -> ExprKind<'t> {
        let span = self.span();
        let mut parts = self.expressions().into_iter();
        let mut next = || parts.next().unwrap_or_else(|| Expr::unknown(span));
        let (then, test, other) = (next(), next(), next());
        ExprKind::Choice(Box::new([test, then, other]))
    }

    fn boolean(&mut self) -> ExprKind<'t> {
        let span = self.span();
        let mut is_or = false;
        let (mut left, mut right) = (None, None);
        self.each_child(|l| match l.field() {
            Field::Left => left = l.expression(),
            Field::Right => right = l.expression(),
            Field::Operator => is_or = l.kind() == Kind::Or,
            _ => {}
        });
        let unknown = || Expr::unknown(span);
        let pair = Box::new((left.unwrap_or_else(unknown), right.unwrap_or_else(unknown)));
        if is_or {
            ExprKind::Either(pair)
        } else {
            ExprKind::Both(pair)
        }
    }

    /// Operators can be overloaded, so only `+` and `%` keep a meaning (of texts); `A | B` is kept as the parts of a union.
    fn binary(&mut self) -> ExprKind<'t> {
        let mut operator = None;
        let mut parts = Vec::new();
        self.each_child(|l| match l.field() {
            Field::Operator => operator = Some(l.kind()),
            _ => parts.extend(l.expression()),
        });
        let (Some(Kind::Plus | Kind::Percent), 2) = (operator, parts.len()) else {
            return ExprKind::Opaque(Opaque::Unknown, parts);
        };
        match (parts.pop(), parts.pop()) {
            (Some(right), Some(left)) if operator == Some(Kind::Plus) => {
                ExprKind::Plus(Box::new((left, right)))
            }
            (Some(right), Some(left)) => {
                percent(left, right).unwrap_or_else(|parts| ExprKind::Opaque(Opaque::Unknown, parts))
            }
            _ => ExprKind::Opaque(Opaque::Unknown, parts),
        }
    }

    fn unary(&mut self) -> ExprKind<'t> {
        let value = self.operand();
        match &value.kind {
            ExprKind::Number(Some(n)) if self.slice().starts_with('-') => {
                ExprKind::Number(number(&format!("-{n}")))
            }
            _ => ExprKind::Opaque(Opaque::Number, vec![value]),
        }
    }

    /// `emit(t) for t in topics`: the loops first, so that the body sees their names.
    fn comprehension(&mut self) -> Vec<Expr<'t>> {
        let (mut parts, mut bodies) = (Vec::new(), Vec::new());
        self.each_child(|l| match l.kind() {
            Kind::ForIn => {
                let span = l.span();
                let (mut pattern, mut value) = (Pattern::Unknown, None);
                l.each_child(|l| match l.field() {
                    Field::Left => pattern = l.pattern(),
                    Field::Right => value = value.take().or_else(|| l.expression()),
                    _ => {}
                });
                let value = value.map(|list| Expr::new(span, ExprKind::Element(Box::new(list))));
                let bind = Bind {
                    pattern,
                    value,
                    annotation: None,
                    mode: BindMode::Function,
                };
                parts.push(Expr::new(span, ExprKind::Assign(Box::new(bind))));
            }
            Kind::IfClause => parts.extend(l.expressions()),
            _ => bodies.extend(l.expression()),
        });
        parts.append(&mut bodies);
        parts
    }

    fn named(&mut self) -> Bind<'t> {
        let (mut pattern, mut value) = (Pattern::Unknown, None);
        self.each_child(|l| match l.field() {
            Field::Name => pattern = l.pattern(),
            Field::Value => value = l.expression(),
            _ => {}
        });
        Bind {
            pattern,
            value,
            annotation: None,
            mode: BindMode::Function,
        }
    }
}

fn index<'t>(span: crate::text::Span, object: Option<Expr<'t>>, mut keys: Vec<Expr<'t>>) -> ExprKind<'t> {
    let object = object.unwrap_or_else(|| Expr::unknown(span));
    let key = match keys.pop() {
        None => opaque(span, Opaque::Unknown, Vec::new()),
        Some(only) if keys.is_empty() => only,
        Some(last) => {
            keys.push(last);
            Expr::new(span, ExprKind::List(keys))
        }
    };
    ExprKind::Index(Box::new((object, key)))
}

/// The grammar takes `*x.y()` for a call of a member of `*x`; what is spread is the result.
fn spread_as_a_whole(mut kind: ExprKind<'_>) -> ExprKind<'_> {
    let object = match &mut kind {
        ExprKind::Member(member) => &mut member.object,
        ExprKind::Call(call) => &mut call.callee,
        ExprKind::Index(pair) => &mut pair.0,
        _ => return kind,
    };
    let span = object.span;
    match std::mem::replace(&mut object.kind, ExprKind::Null) {
        ExprKind::Spread(inner) => {
            *object = *inner;
            ExprKind::Spread(Box::new(Expr::new(span, kind)))
        }
        other => {
            object.kind = other;
            kind
        }
    }
}
