//! One walk over the module of a step for the keys that are read off what the framework hands over, and for members
//! of the context that are used as plain names without being any.

use std::collections::BTreeSet;

use crate::ast::{
    Bind, Body, Call, Class, Entry, Expr, ExprKind, Function, Nested, Opaque, Pattern, PatternEntry, ScopeId,
    Statement,
};
use crate::facts::{KeyRead, ReadForm, UnboundName};
use crate::language::Language;
use crate::model::Model;
use crate::text::Span;

use super::handed::{Handed, is_own_member, looked_up};
use super::unbound::{MEMBERS, is_surely_unbound, runs_elsewhere};

/// What the walk finds; every list in source order.
#[derive(Default)]
pub(super) struct Reads<'t> {
    pub(super) context: Vec<KeyRead>,
    pub(super) request: Vec<KeyRead>,
    pub(super) path_params: Vec<KeyRead>,
    pub(super) message: Vec<KeyRead>,
    pub(super) unbound: Vec<UnboundName>,
    /// Names that stand for parameters of the handler where they are used.
    pub(super) used: BTreeSet<&'t str>,
    /// Keys of context and request that the code tests for.
    tested: BTreeSet<(bool, String)>,
}

/// Walks the whole module.
pub(super) fn reads<'a, 't>(model: &Model<'a, 't>, text: &str) -> Reads<'t> {
    let mut walk = Walk {
        model,
        text,
        in_function: false,
        in_handler: false,
        elsewhere: false,
        found: Reads::default(),
    };
    walk.body(&model.module.body, ScopeId::MODULE);
    let mut found = walk.found;
    let Reads { tested, .. } = &found;
    let tested = tested.clone();
    for (is_context, reads) in [(true, &mut found.context), (false, &mut found.request)] {
        for read in reads.iter_mut() {
            read.guarded |= tested.contains(&(is_context, read.key.clone()));
        }
        reads.sort_by_key(|read| read.span);
    }
    found.path_params.sort_by_key(|read| read.span);
    found.message.sort_by_key(|read| read.span);
    found.unbound.sort_by_key(|name| name.span);
    if !found.unbound.is_empty() {
        // Methods of a Ruby class may be its own.
        let is_sought = |name: &UnboundName| name.in_handler || model.language() != Language::Ruby;
        found
            .unbound
            .retain(|name| is_sought(name) && is_surely_unbound(model, text, &name.name));
    }
    found
}

struct Walk<'m, 'a, 't> {
    model: &'m Model<'a, 't>,
    text: &'m str,
    in_function: bool,
    in_handler: bool,
    /// True in code that runs in another place, with globals of its own.
    elsewhere: bool,
    found: Reads<'t>,
}

/// Whether the code around an expression allows for its absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guard {
    No,
    /// It has a fallback: `x || y`, `x ? y : z`.
    Fallback,
    /// It is the condition of a statement: `if (x)`.
    Tested,
}

impl<'a, 't> Walk<'_, 'a, 't> {
    fn body(&mut self, body: &'a Body<'t>, around: ScopeId) {
        self.statements(&body.statements, body.scope.unwrap_or(around));
    }

    fn statements(&mut self, statements: &'a [Statement<'t>], scope: ScopeId) {
        for statement in statements {
            match statement {
                Statement::Bind(bind) => self.bind(bind, scope),
                Statement::Expr(expr) | Statement::Return(Some(expr)) => self.expr(expr, scope, Guard::No),
                Statement::Return(None) => {}
                Statement::Function(function) => self.function(function),
                Statement::Class(class) => self.class(class, scope),
                Statement::Nested(nested) => self.nested(nested, scope),
            }
        }
    }

    fn nested(&mut self, nested: &'a Nested<'t>, scope: ScopeId) {
        for head in &nested.heads {
            self.expr(head, scope, Guard::Tested);
        }
        for body in &nested.bodies {
            self.body(body, scope);
        }
    }

    fn class(&mut self, class: &'a Class<'t>, scope: ScopeId) {
        for base in &class.bases {
            self.expr(base, scope, Guard::No);
        }
        self.statements(&class.body, class.scope);
    }

    fn function(&mut self, function: &'a Function<'t>) {
        let is_handler = self
            .model
            .handler
            .is_some_and(|handler| handler.function.scope == function.scope);
        let outer = (self.in_function, self.in_handler, self.elsewhere);
        self.in_function = true;
        // A Ruby block that takes nothing may run as a part of another object.
        self.elsewhere |= function.is_block && function.params.is_empty();
        self.in_handler |= is_handler;
        for (index, param) in function.params.iter().enumerate() {
            if let Some(default) = &param.default {
                self.expr(default, function.scope, Guard::No);
            }
            if let Pattern::Object(_) = &param.pattern
                && let Some(handed) = self.model.handed_param(function, index)
            {
                self.taken_apart(&param.pattern, handed);
            }
        }
        self.body(&function.body, function.scope);
        (self.in_function, self.in_handler, self.elsewhere) = outer;
    }

    fn bind(&mut self, bind: &'a Bind<'t>, scope: ScopeId) {
        if let Pattern::Place(place) = &bind.pattern {
            // What is written is not read, but what it stands in is.
            place.each_part(&mut |part| self.expr(part, scope, Guard::No));
        }
        let Some(value) = &bind.value else { return };
        self.expr(value, scope, Guard::No);
        if let Pattern::Object(entries) = &bind.pattern
            && let Some(handed) = self.model.handed(value, scope)
        {
            let is_kept = |entry: &PatternEntry<'t>| match entry {
                PatternEntry::Key { key, .. } => !self.model.is_rewritten(value, Some(key), scope),
                PatternEntry::Rest(_) => false,
            };
            for entry in entries.iter().filter(|entry| is_kept(entry)) {
                self.taken_entry(entry, handed);
            }
        }
    }

    /// The keys of a pattern that takes apart what is handed over.
    fn taken_apart(&mut self, pattern: &Pattern<'t>, handed: Handed) {
        if let Pattern::Object(entries) = pattern {
            for entry in entries {
                self.taken_entry(entry, handed);
            }
        }
    }

    fn taken_entry(&mut self, entry: &PatternEntry<'t>, handed: Handed) {
        let PatternEntry::Key {
            key,
            key_span,
            pattern,
            default,
        } = entry
        else {
            return;
        };
        let form = match pattern {
            Pattern::Name(name) if name.span == *key_span => ReadForm::Shorthand,
            _ => ReadForm::Name,
        };
        self.note(handed, key, *key_span, form, default.is_some());
        if let Some(part) = handed.part(key) {
            self.taken_apart(pattern, part);
        }
    }

    fn expr(&mut self, expr: &'a Expr<'t>, scope: ScopeId, guard: Guard) {
        match &expr.kind {
            ExprKind::Name(name) => self.name(name, expr.span, scope),
            ExprKind::Member(member) => {
                self.read(
                    &member.object,
                    member.name,
                    member.name_span,
                    ReadForm::Name,
                    scope,
                    guard,
                );
                self.expr(&member.object, scope, guard);
            }
            ExprKind::Index(pair) => {
                if let ExprKind::Text { value, inner } = &pair.1.kind {
                    self.read(&pair.0, value, *inner, ReadForm::Text, scope, guard);
                }
                self.expr(&pair.0, scope, guard);
                self.expr(&pair.1, scope, Guard::No);
            }
            ExprKind::Call(call) => self.call(call, scope, guard),
            ExprKind::Function(function) => self.function(function),
            ExprKind::Class(class) => self.class(class, scope),
            ExprKind::Assign(bind) => self.bind(bind, scope),
            ExprKind::Compound(nested) => self.nested(nested, scope),
            ExprKind::Cast(cast) => self.expr(&cast.value, scope, guard),
            ExprKind::Await(inner) => self.expr(inner, scope, guard),
            ExprKind::Either(pair) | ExprKind::Both(pair) => {
                let inner = if guard == Guard::Tested {
                    guard
                } else {
                    Guard::Fallback
                };
                self.expr(&pair.0, scope, inner);
                self.expr(&pair.1, scope, inner);
            }
            ExprKind::Choice(parts) => {
                parts
                    .iter()
                    .for_each(|part| self.expr(part, scope, Guard::Fallback));
            }
            ExprKind::Opaque(what, parts) => {
                self.membership(*what, parts, scope);
                let inner = if matches!(what, Opaque::Boolean | Opaque::Text) {
                    guard
                } else {
                    Guard::No
                };
                parts.iter().for_each(|part| self.expr(part, scope, inner));
            }
            ExprKind::Object(entries) => self.entries(entries, scope),
            _ => expr.each_part(&mut |part| self.expr(part, scope, Guard::No)),
        }
    }

    fn entries(&mut self, entries: &'a [Entry<'t>], scope: ScopeId) {
        for entry in entries {
            match entry {
                Entry::Pair { value, .. } | Entry::Spread(value) => self.expr(value, scope, Guard::No),
                Entry::Computed { key, value } => {
                    self.expr(key, scope, Guard::No);
                    self.expr(value, scope, Guard::No);
                }
            }
        }
    }

    fn call(&mut self, call: &'a Call<'t>, scope: ScopeId, guard: Guard) {
        if let (ExprKind::Name("getattr" | "hasattr"), [object, key, ..]) =
            (&call.callee.kind, call.positional())
            && let (Some(key), Some(handed)) = (key.as_text(), self.model.handed(object, scope))
        {
            self.found
                .tested
                .insert((handed == Handed::Context, key.to_owned()));
        }
        match looked_up(call) {
            // `get` is the way to the key and no key itself.
            Some((
                object,
                Expr {
                    kind: ExprKind::Text { value, inner },
                    ..
                },
            )) => {
                let has_default = call.positional().len() > 1;
                let own = if has_default { Guard::Fallback } else { guard };
                self.read(object, value, *inner, ReadForm::Text, scope, own);
                self.expr(object, scope, guard);
            }
            _ => self.expr(&call.callee, scope, guard),
        }
        let outer = self.elsewhere;
        self.elsewhere |= runs_elsewhere(call);
        call.args.iter().for_each(|arg| self.expr(arg, scope, Guard::No));
        self.elsewhere = outer;
    }

    /// `'key' in ctx`
    fn membership(&mut self, what: Opaque, parts: &'a [Expr<'t>], scope: ScopeId) {
        if let (Opaque::Boolean, [key, object]) = (what, parts)
            && let (Some(key), Some(handed)) = (key.as_text(), self.model.handed(object, scope))
        {
            self.found
                .tested
                .insert((handed == Handed::Context, key.to_owned()));
        }
    }

    /// A key that is read off `object`, if that is handed over.
    fn read(
        &mut self,
        object: &'a Expr<'t>,
        key: &str,
        span: Span,
        form: ReadForm,
        scope: ScopeId,
        guard: Guard,
    ) {
        let Some(handed) = self.model.handed(object, scope) else {
            return;
        };
        if self.model.is_rewritten(object, Some(key), scope) {
            return;
        }
        if guard != Guard::No && matches!(handed, Handed::Context | Handed::Request) {
            self.found
                .tested
                .insert((handed == Handed::Context, key.to_owned()));
        }
        // Values that are sent are plain data: reading one that is absent is no error, testing it is its use.
        self.note(handed, key, span, form, guard == Guard::Fallback);
    }

    fn note(&mut self, handed: Handed, key: &str, span: Span, form: ReadForm, guarded: bool) {
        let language = self.model.language();
        let list = match handed {
            Handed::Context | Handed::Request if is_own_member(language, key) => return,
            Handed::Context => &mut self.found.context,
            Handed::Request => &mut self.found.request,
            Handed::PathParams if form == ReadForm::Name && is_method(language, key) => return,
            Handed::PathParams => &mut self.found.path_params,
            Handed::Message => &mut self.found.message,
        };
        let after = self.text.get(span.end as usize..).unwrap_or_default();
        let is_optional =
            handed != Handed::PathParams && after.trim_start_matches(['\'', '"', ']']).starts_with("?.");
        list.push(KeyRead {
            key: key.to_owned(),
            span,
            form,
            guarded: guarded || is_optional,
        });
    }

    fn name(&mut self, name: &'t str, span: Span, scope: ScopeId) {
        let bound = self.model.scopes.lookup(name, scope);
        if let (Some(bound), Some(handler)) = (bound, self.model.handler)
            && let Some(own) = self.model.scopes.own(name, handler.function.scope)
            && std::ptr::eq(own, bound)
        {
            self.found.used.insert(name);
        }
        if bound.is_none() && self.in_function && !self.elsewhere && MEMBERS.contains(&name) {
            self.found.unbound.push(UnboundName {
                name: name.to_owned(),
                span,
                in_handler: self.in_handler,
            });
        }
    }
}

/// Methods of a dictionary or a hash, which are no keys of it.
fn is_method(language: Language, key: &str) -> bool {
    match language {
        Language::TypeScript | Language::JavaScript => matches!(key, "hasOwnProperty" | "toString"),
        // Path parameters are a dictionary: only its methods are members.
        Language::Python => true,
        Language::Ruby => is_own_member(language, key),
    }
}
