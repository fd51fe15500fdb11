//! Uses of shared state and of streams.

use crate::ast::{Call, Expr, ExprKind, Pattern, PatternEntry, ScopeId};
use crate::facts::{Access, StateUse, StreamUse, Text, TextFact};
use crate::language::Language;
use crate::resolve::unknown;
use crate::text::Span;

use super::roles::{Cast, Role};
use super::visit::{Use, Visitor};

/// A call of a method of a stream.
struct Called<'c> {
    method: &'c str,
    span: Span,
    arguments: Option<usize>,
    awaited: bool,
}

impl<'a, 't> Visitor<'_, 'a, 't> {
    /// Notes `state.get(…)` and its like; false if the call is none.
    pub(super) fn state_use(
        &mut self,
        expr: &'a Expr<'t>,
        call: &'a Call<'t>,
        scope: ScopeId,
        used: Use<'t>,
    ) -> bool {
        let Some((object, method)) = method_of(&call.callee) else {
            return false;
        };
        let Some(access) = state_access(method) else {
            return false;
        };
        let Some(cast) = self
            .model
            .role(object, scope)
            .filter(|cast| cast.role == Role::State)
        else {
            return false;
        };
        let [group, key] = self.two_texts(call, scope);
        self.found.state_uses.push(StateUse {
            span: expr.span,
            callee: call.callee.span,
            method: method.to_owned(),
            access,
            group,
            key,
            arguments: self.argument_count(call),
            awaited: self.is_awaited(used, false),
            by_name: cast.by_name,
        });
        self.parts(object, scope);
        true
    }

    /// How many arguments a call has; nothing if a spread hides some.
    fn argument_count(&self, call: &Call<'t>) -> Option<usize> {
        let is_hidden = |expr: &Expr<'t>| matches!(expr.kind, ExprKind::Spread(_));
        let positional = call.positional();
        if positional.iter().any(is_hidden) {
            return None;
        }
        let given = positional.iter().filter(|arg| !is_block(arg)).count();
        match call.args.last().map(|last| &last.kind) {
            // Ruby takes bare pairs for one more argument, Python each for an argument of its own.
            Some(ExprKind::Object(pairs)) if call.keywords && self.model.language() == Language::Python => {
                let all_named = pairs
                    .iter()
                    .all(|pair| matches!(pair, crate::ast::Entry::Pair { .. }));
                all_named.then_some(given + pairs.len())
            }
            _ => Some(given + usize::from(call.keywords)),
        }
    }

    /// The first two arguments. After a spread nothing is known of any.
    fn two_texts(&self, call: &'a Call<'t>, scope: ScopeId) -> [Option<TextFact>; 2] {
        let args = call.positional();
        let spread = args
            .iter()
            .position(|arg| matches!(arg.kind, ExprKind::Spread(_)));
        [0, 1].map(|at| match (spread, args.get(at)) {
            (Some(from), _) if from <= at => Some(not_shown("spread arguments", args[from].span)),
            (_, Some(arg)) => Some(self.model.text_fact(arg, scope)),
            (_, None) => {
                let keywords = call.args.last().filter(|_| call.keywords)?;
                Some(not_shown("keyword arguments", keywords.span))
            }
        })
    }

    /// Notes `streams.chat.set(…)` and `chat.set(…)` of a stream that has a name of its own; false if the call is no
    /// such one.
    pub(super) fn stream_call(
        &mut self,
        expr: &'a Expr<'t>,
        call: &'a Call<'t>,
        scope: ScopeId,
        used: Use<'t>,
    ) -> bool {
        self.note_found_stream(expr, call, scope);
        let Some((object, method)) = method_of(&call.callee) else {
            return false;
        };
        let called = Called {
            method,
            span: expr.span,
            arguments: self.argument_count(call),
            awaited: self.is_awaited(used, false),
        };
        self.note_stream(object, Some(&called), scope) || self.note_aliased_stream(object, &called, scope)
    }

    /// Notes `streams.chat` or `streams['chat']`; false if `expr` is none.
    pub(super) fn stream_use(&mut self, expr: &'a Expr<'t>, scope: ScopeId) -> bool {
        self.note_stream(expr, None, scope)
    }

    fn note_stream(&mut self, expr: &'a Expr<'t>, called: Option<&Called<'_>>, scope: ScopeId) -> bool {
        let (object, name) = match &expr.uncast().kind {
            ExprKind::Member(member) => {
                let text = Text::Known(member.name.to_owned());
                (&member.object, named(text, member.name_span))
            }
            ExprKind::Index(pair) => (&pair.0, self.model.text_fact(&pair.1, scope)),
            _ => return false,
        };
        let Some(cast) = self
            .model
            .role(object, scope)
            .filter(|cast| cast.role == Role::Streams)
        else {
            return false;
        };
        // `streams.keys()` asks the collection itself.
        if self.model.role(expr, scope).is_none() {
            return false;
        }
        self.push_stream(expr.span, name, called, &cast, false);
        if let ExprKind::Index(pair) = &expr.uncast().kind {
            self.expr(&pair.1, scope, Use::Kept);
        }
        true
    }

    /// Notes `Stream("chat")` (1.0) and `streams.get("chat")`. `new Stream(config)` names a definition, not a use.
    fn note_found_stream(&mut self, expr: &'a Expr<'t>, call: &'a Call<'t>, scope: ScopeId) {
        let may_find = match &call.callee.uncast().kind {
            ExprKind::Member(member) => matches!(member.name, "get" | "fetch"),
            ExprKind::Name(_) | ExprKind::Index(_) => true,
            _ => false,
        };
        let Some(first) = call.args.first().filter(|_| may_find) else {
            return;
        };
        let Some(cast) = self.model.role(expr, scope) else {
            return;
        };
        let name = self.model.text_fact(first, scope);
        let is_name = matches!(name.text, Text::Known(_) | Text::OneOf(_) | Text::Pattern(_));
        if is_name && matches!(cast.role, Role::Stream(_)) {
            self.push_stream(expr.span, name, None, &cast, false);
        }
    }

    fn note_aliased_stream(&mut self, object: &'a Expr<'t>, called: &Called<'_>, scope: ScopeId) -> bool {
        let Some(cast) = self.model.role(object, scope) else {
            return false;
        };
        let Role::Stream(text) = &cast.role else {
            return false;
        };
        let name = named(text.clone(), object.span);
        self.push_stream(object.span, name, Some(called), &cast, true);
        self.parts(object, scope);
        true
    }

    /// Notes the streams that a pattern takes out of the collection: `const { chat } = streams`.
    pub(super) fn taken_streams(&mut self, pattern: &'a Pattern<'t>, scope: ScopeId) {
        let Pattern::Object(entries) = pattern else { return };
        for entry in entries {
            let PatternEntry::Key { pattern, .. } = entry else {
                continue;
            };
            let Pattern::Name(name) = pattern else {
                self.taken_streams(pattern, scope);
                continue;
            };
            let Some(cast) = self.model.role_of_name(name.text, scope) else {
                continue;
            };
            if let Role::Stream(text) = &cast.role {
                let text = named(text.clone(), name.span);
                self.push_stream(name.span, text, None, &cast, false);
            }
        }
    }

    fn push_stream(
        &mut self,
        span: Span,
        name: TextFact,
        called: Option<&Called<'_>>,
        cast: &Cast,
        aliased: bool,
    ) {
        self.found.stream_uses.push(StreamUse {
            span: called.map_or(span, |called| called.span),
            name,
            method: called.map(|called| called.method.to_owned()),
            arguments: called.and_then(|called| called.arguments),
            awaited: called.is_none_or(|called| called.awaited),
            aliased,
            by_name: cast.by_name,
        });
    }
}

fn named(text: Text, span: Span) -> TextFact {
    TextFact {
        text,
        span,
        literal: false,
        origin: None,
    }
}

fn not_shown(what: &str, span: Span) -> TextFact {
    named(unknown(what), span)
}

/// True for the block of a Ruby call, which is no argument.
fn is_block(expr: &Expr<'_>) -> bool {
    matches!(&expr.kind, ExprKind::Function(function) if function.is_block)
}

/// The receiver and the method of `x.get`, `x['get']` and Ruby's `x[:get].call`.
fn method_of<'a, 't>(callee: &'a Expr<'t>) -> Option<(&'a Expr<'t>, &'a str)> {
    let callee = callee.uncast();
    match &callee.kind {
        ExprKind::Member(member) if member.name == "call" => method_of(&member.object),
        ExprKind::Member(member) => Some((&member.object, member.name)),
        ExprKind::Index(pair) => Some((&pair.0, pair.1.as_text()?)),
        _ => None,
    }
}

fn state_access(method: &str) -> Option<Access> {
    match method {
        "get" | "getGroup" | "get_group" | "get_pattern" | "getPattern" | "list" | "listGroups"
        | "list_groups" => Some(Access::Read),
        "set" | "delete" | "clear" | "update" => Some(Access::Write),
        _ => None,
    }
}
