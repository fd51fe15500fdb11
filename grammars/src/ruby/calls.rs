//! Calls, with or without parentheses, arguments and blocks; and the calls that load other files.

use std::borrow::Cow;

use crate::ast::{Call, Entry, Expr, ExprKind, Import, Member};
use crate::lower::opaque;

use super::{Field, Kind, Lowering};

impl<'t> Lowering<'t> {
    pub(super) fn call(&mut self) -> ExprKind<'t> {
        let span = self.span();
        let (mut receiver, mut method, mut arguments, mut block) = (None, None, None, None);
        self.each_child(|l| match l.field() {
            Field::Receiver => receiver = l.expression(),
            Field::Method => method = Some(l.name()),
            Field::Arguments => arguments = Some(l.arguments()),
            Field::Block => block = l.expression(),
            _ => {}
        });
        let bare = arguments.is_none() && block.is_none();
        let (mut args, mut keywords) = arguments.unwrap_or_default();
        let callee = match (receiver, method) {
            (Some(object), Some(name)) => {
                let member = Member {
                    object,
                    name: name.text,
                    name_span: name.span,
                };
                let callee_span = crate::text::Span {
                    start: span.start,
                    end: name.span.end,
                };
                Expr::new(callee_span, ExprKind::Member(Box::new(member)))
            }
            // `emit.(message)` calls the receiver itself.
            (Some(object), None) => object,
            (None, Some(name)) => Expr::name(name),
            (None, None) => Expr::unknown(span),
        };
        // Without arguments a call reads like a member.
        if bare {
            return callee.kind;
        }
        if let Some(block) = block {
            // Keyword arguments stay last, where the model has them.
            args.insert(if keywords { args.len() - 1 } else { args.len() }, block);
        } else if args.is_empty() {
            keywords = false;
        }
        ExprKind::Call(Box::new(Call {
            callee,
            args,
            is_new: false,
            keywords,
        }))
    }

    /// The arguments or items under the current node. Bare pairs become one object at the end, and true.
    pub(super) fn arguments(&mut self) -> (Vec<Expr<'t>>, bool) {
        let (mut args, mut pairs) = (Vec::new(), Vec::new());
        let mut pairs_span: Option<crate::text::Span> = None;
        self.each_child(|l| match l.kind() {
            Kind::Pair | Kind::HashSplat => {
                let here = l.span();
                let start = pairs_span.map_or(here.start, |span| span.start);
                pairs_span = Some(crate::text::Span { start, end: here.end });
                pairs.extend(l.entry());
            }
            _ => args.extend(l.expression()),
        });
        let Some(span) = pairs_span else {
            return (args, false);
        };
        args.push(Expr::new(span, ExprKind::Object(pairs)));
        (args, true)
    }

    /// The single value of an argument list, as `return` has it.
    pub(super) fn first_argument(&mut self) -> Option<Expr<'t>> {
        self.arguments().0.into_iter().next()
    }

    pub(super) fn element(&mut self) -> ExprKind<'t> {
        let span = self.span();
        let (mut object, mut keys) = (None, Vec::new());
        self.each_child(|l| match l.field() {
            Field::Object => object = l.expression(),
            Field::Block => {}
            _ => keys.extend(l.expression()),
        });
        let object = object.unwrap_or_else(|| Expr::unknown(span));
        let key = match keys.len() {
            1 => keys.pop(),
            _ => None,
        };
        let key = key.unwrap_or_else(|| opaque(span, crate::ast::Opaque::Unknown, keys));
        ExprKind::Index(Box::new((object, key)))
    }

    pub(super) fn entry(&mut self) -> Option<Entry<'t>> {
        if self.kind() == Kind::HashSplat {
            return Some(Entry::Spread(self.operand()));
        }
        let span = self.span();
        let (mut symbol, mut key, mut value) = (None, None, None);
        self.each_child(|l| match l.field() {
            Field::Key if l.kind() == Kind::HashKeySymbol => symbol = Some(l.name()),
            Field::Key => key = l.expression(),
            Field::Value => value = l.expression(),
            _ => {}
        });
        if let Some(name) = symbol {
            // `{ topic: }` takes the variable of that name.
            let value = value.unwrap_or_else(|| Expr::name(name));
            return Some(Entry::Pair {
                key: Cow::Borrowed(name.text),
                key_span: name.span,
                value,
            });
        }
        let value = value.unwrap_or_else(|| Expr::unknown(span));
        let key = key?;
        Some(match key.kind {
            ExprKind::Text { value: text, inner } => Entry::Pair {
                key: text,
                key_span: inner,
                value,
            },
            ExprKind::Number(Some(_)) => Entry::Pair {
                key: Cow::Borrowed(self.text_of(key.span)),
                key_span: key.span,
                value,
            },
            _ => Entry::Computed { key, value },
        })
    }

    /// Notes `require 'x'` and `require_relative 'x'`; false if the call is another one.
    pub(super) fn require(&mut self) -> bool {
        let (mut method, mut has_receiver, mut module) = ("", false, None);
        self.each_child(|l| match l.field() {
            Field::Receiver => has_receiver = true,
            Field::Method => method = l.slice(),
            Field::Arguments if method == "require" || method == "require_relative" => {
                module = l.first_argument();
            }
            _ => {}
        });
        let Some(Expr {
            kind: ExprKind::Text { value, inner },
            ..
        }) = module.filter(|_| !has_receiver)
        else {
            return false;
        };
        let relative = method == "require_relative" || value.starts_with('.');
        self.imports.push(Import {
            module: value,
            span: inner,
            names: Vec::new(),
            declares: false,
            relative,
        });
        true
    }
}
