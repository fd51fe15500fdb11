//! One walk over the module that finds the calls which the framework sees.

use serde_json::Value as Json;

use crate::ast::{
    Bind, Body, Call, Class, Expr, ExprKind, Function, Nested, Opaque, Pattern, ScopeId, Statement,
};
use crate::facts::{EmitSite, HandOver, SeedUse, StateUse, StreamUse, Text};
use crate::language::Language;
use crate::model::Model;
use crate::text::Span;

use super::payload::Shapes;
use super::roles::Role;

/// What a walk finds.
#[derive(Default)]
pub(super) struct Found {
    pub(super) emits: Vec<EmitSite>,
    pub(super) state_uses: Vec<StateUse>,
    pub(super) stream_uses: Vec<StreamUse>,
    /// The names of streams that the file asks for before it uses them.
    pub(super) tested_streams: Vec<Text>,
    pub(super) seed_uses: Vec<SeedUse>,
    /// Where `emit` or the context gets out of sight.
    pub(super) escapes: Vec<Span>,
    pub(super) hand_overs: Vec<HandOver>,
    /// Emit sites whose topic is a parameter: the call, the function and the parameter's place.
    pub(super) topic_params: Vec<(Span, ScopeId, usize)>,
    pub(super) state_escapes: bool,
}

/// Walks the whole module. `input` is the schema of the step's message, if it is visible.
pub(super) fn visit<'a, 't>(model: &Model<'a, 't>, input: Option<&Json>) -> Found {
    let shapes = Shapes { model, input };
    let mut visitor = Visitor {
        model,
        shapes,
        function: None,
        in_handler: false,
        branches: 1,
        left: false,
        found: Found::default(),
    };
    visitor.body(&model.module.body, ScopeId::MODULE);
    let mut found = visitor.found;
    found.emits.sort_by_key(|site| (site.span.start, site.span.end));
    found.state_uses.sort_by_key(|state_use| state_use.span.start);
    found.stream_uses.sort_by_key(|stream_use| stream_use.span.start);
    found.seed_uses.sort();
    // A chain is looked at from each of its ends.
    found.seed_uses.dedup();
    found
}

/// What becomes of the value of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use<'t> {
    /// It is awaited, returned, handed on or chained.
    Kept,
    /// Nothing.
    Dropped,
    /// It is bound to a name and lives on where that name is used.
    Named(&'t str),
}

pub(super) struct Visitor<'m, 'a, 't> {
    pub(super) model: &'m Model<'a, 't>,
    pub(super) shapes: Shapes<'m, 'a, 't>,
    /// The innermost function around.
    pub(super) function: Option<&'a Function<'t>>,
    pub(super) in_handler: bool,
    /// How many branches, loops and callbacks lie between the handler's own statements and this place.
    branches: u32,
    /// True behind a statement that may end the handler.
    left: bool,
    pub(super) found: Found,
}

impl<'a, 't> Visitor<'_, 'a, 't> {
    fn body(&mut self, body: &'a Body<'t>, around: ScopeId) {
        let scope = body.scope.unwrap_or(around);
        self.statements(&body.statements, scope);
    }

    fn statements(&mut self, statements: &'a [Statement<'t>], scope: ScopeId) {
        for statement in statements {
            match statement {
                Statement::Bind(bind) => self.bind(bind, scope),
                Statement::Expr(expr) => self.expr(expr, scope, Use::Dropped),
                Statement::Return(Some(expr)) => {
                    self.expr(expr, scope, Use::Kept);
                    self.check_handed_out(expr, scope);
                    self.note_state_handed_out(expr, scope);
                    self.left = true;
                }
                Statement::Return(None) => self.left = true,
                Statement::Function(function) => self.function(function),
                Statement::Class(class) => self.class(class, scope),
                Statement::Nested(nested) => self.nested(nested, scope),
            }
        }
    }

    fn nested(&mut self, nested: &'a Nested<'t>, scope: ScopeId) {
        let mut heads = nested.heads.iter();
        if let Some(head) = heads.next() {
            self.note_tested_streams(head, scope);
            self.expr(head, scope, Use::Kept);
        }
        let (certain, perhaps) = nested.bodies.split_at(nested.certain.min(nested.bodies.len()));
        certain.iter().for_each(|body| self.body(body, scope));
        self.perhaps(|visitor| {
            heads.for_each(|head| visitor.expr(head, scope, Use::Kept));
            perhaps.iter().for_each(|body| visitor.body(body, scope));
        });
        self.left |= nested.leaves;
    }

    /// Walks what a run of the handler may pass over.
    fn perhaps(&mut self, walk: impl FnOnce(&mut Self)) {
        self.branches += 1;
        walk(self);
        self.branches -= 1;
    }

    /// True if a run of the handler may pass this place over.
    pub(super) fn is_conditional(&self) -> bool {
        self.branches > 0 || self.left
    }

    fn function(&mut self, function: &'a Function<'t>) {
        let is_handler = self
            .model
            .handler
            .is_some_and(|handler| handler.function.scope == function.scope);
        let outer = (self.function, self.in_handler, self.branches, self.left);
        self.function = Some(function);
        self.in_handler |= is_handler;
        if is_handler {
            self.note_context(function);
        }
        (self.branches, self.left) = (u32::from(!is_handler), false);
        for param in &function.params {
            if let Some(default) = &param.default {
                self.expr(default, function.scope, Use::Kept);
            }
            self.taken_streams(&param.pattern, function.scope);
        }
        self.body(&function.body, function.scope);
        (self.function, self.in_handler, self.branches, self.left) = outer;
    }

    fn class(&mut self, class: &'a Class<'t>, scope: ScopeId) {
        for base in &class.bases {
            self.expr(base, scope, Use::Kept);
        }
        self.statements(&class.body, class.scope);
    }

    fn bind(&mut self, bind: &'a Bind<'t>, scope: ScopeId) {
        let used = match &bind.pattern {
            Pattern::Name(name) => Use::Named(name.text),
            _ => Use::Kept,
        };
        if let Pattern::Place(place) = &bind.pattern {
            self.expr(place, scope, Use::Kept);
            if let Some(value) = &bind.value {
                self.check_handed_out(value, scope);
                self.note_state_handed_out(value, scope);
            }
        }
        if let Some(value) = &bind.value {
            self.expr(value, scope, used);
        }
        self.taken_streams(&bind.pattern, scope);
    }

    pub(super) fn expr(&mut self, expr: &'a Expr<'t>, scope: ScopeId, used: Use<'t>) {
        self.note_seed(expr, scope);
        match &expr.kind {
            ExprKind::Call(call) => self.call(expr, call, scope, used),
            ExprKind::Function(function) => self.function(function),
            ExprKind::Class(class) => self.class(class, scope),
            ExprKind::Assign(bind) => self.bind(bind, scope),
            ExprKind::Compound(nested) => self.nested(nested, scope),
            ExprKind::Cast(cast) => self.expr(&cast.value, scope, used),
            ExprKind::Either(pair) | ExprKind::Both(pair) => {
                self.note_tested_streams(&pair.0, scope);
                self.expr(&pair.0, scope, Use::Kept);
                self.perhaps(|visitor| visitor.expr(&pair.1, scope, used));
            }
            ExprKind::Choice(parts) => {
                self.note_tested_streams(&parts[0], scope);
                self.expr(&parts[0], scope, Use::Kept);
                self.perhaps(|visitor| {
                    visitor.expr(&parts[1], scope, used);
                    visitor.expr(&parts[2], scope, used);
                });
            }
            ExprKind::Opaque(Opaque::Dropped, parts) => {
                parts.iter().for_each(|part| self.expr(part, scope, Use::Dropped));
            }
            // A comprehension, among others.
            ExprKind::Opaque(..) => self.perhaps(|visitor| visitor.parts(expr, scope)),
            ExprKind::Member(_) | ExprKind::Index(_) if self.stream_use(expr, scope) => {}
            _ => self.parts(expr, scope),
        }
    }

    /// The parts of an expression that only hands them on.
    pub(super) fn parts(&mut self, expr: &'a Expr<'t>, scope: ScopeId) {
        expr.each_part(&mut |part| self.expr(part, scope, Use::Kept));
    }

    fn call(&mut self, expr: &'a Expr<'t>, call: &'a Call<'t>, scope: ScopeId, used: Use<'t>) {
        if let Some(cast) = self.model.role(&call.callee, scope)
            && cast.role == Role::Emit
        {
            self.emit(expr, call, scope, used, cast.by_name);
            call.args.iter().for_each(|arg| self.expr(arg, scope, Use::Kept));
            return;
        }
        self.check_escape(expr, call, scope);
        self.note_state_escape(call, scope);
        self.left |= matches!(
            call.callee.kind,
            ExprKind::Name("raise" | "fail" | "throw" | "exit" | "abort")
        );
        if self.state_use(expr, call, scope, used) || self.stream_call(expr, call, scope, used) {
            call.args.iter().for_each(|arg| self.expr(arg, scope, Use::Kept));
            return;
        }
        self.parts(expr, scope);
    }

    /// True if a promise that is used like this does not get lost.
    pub(super) fn is_awaited(&self, used: Use<'t>, is_plain_function: bool) -> bool {
        match self.model.language() {
            Language::Ruby => return true,
            // Outside of `async def` there is nothing to await with; the 1.0 `enqueue` is no coroutine.
            Language::Python if is_plain_function || !self.function.is_some_and(|f| f.is_async) => {
                return true;
            }
            _ => {}
        }
        match used {
            Use::Kept => true,
            Use::Dropped => false,
            Use::Named(name) => self.model.scopes.mentions(name) > 0,
        }
    }
}
