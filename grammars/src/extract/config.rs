//! Finding the `config` and the `handler` of a file, whatever form they are written in.

use crate::ast::{Call, Entry, Expr, ExprKind, Function, Name, ScopeId, Statement};
use crate::language::Language;
use crate::model::Model;
use crate::resolve::{Found, Value, last_value};
use crate::scope::{Binding, Def, Step};
use crate::text::Span;

/// The config of a file: an object and the scope that its names mean something in.
#[derive(Clone, Copy)]
pub(crate) struct Config<'a, 't> {
    pub(crate) span: Span,
    pub(crate) entries: &'a [Entry<'t>],
    pub(crate) scope: ScopeId,
    /// True if the object is changed after its definition.
    pub(crate) rewritten: bool,
}

/// A handler and where its name is written.
#[derive(Clone, Copy)]
pub(crate) struct Handler<'a, 't> {
    pub(crate) name: Option<Span>,
    pub(crate) function: &'a Function<'t>,
    /// True if something stands between the framework and the function: another function that is given it, a decorator.
    pub(crate) wrapped: bool,
}

impl<'a, 't> Model<'a, 't> {
    /// The config object of the file.
    pub(crate) fn find_config(&self) -> Option<Config<'a, 't>> {
        let (expr, scope) = match self.language() {
            Language::Ruby => self.ruby_config()?,
            _ => self.published("config")?,
        };
        self.config_of(expr, scope)
    }

    /// True for `config["flows"] = …` and the like, on the published name or on the one behind it.
    fn is_config_rewritten(&self, expr: &Expr<'t>) -> bool {
        let is_changed = |binding: &Binding<'a, 't>| binding.opened || !binding.keys.is_empty();
        self.published_binding("config").is_some_and(is_changed)
            || self.is_rewritten(expr, None, ScopeId::MODULE)
    }

    fn config_of(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Option<Config<'a, 't>> {
        match self.value(expr, scope) {
            Value::Expr(
                Expr {
                    kind: ExprKind::Object(entries),
                    span,
                },
                scope,
            ) => Some(Config {
                span: *span,
                entries,
                scope,
                rewritten: self.is_config_rewritten(expr),
            }),
            _ => None,
        }
    }

    /// What a Ruby file's `config` method returns.
    fn ruby_config(&self) -> Option<(&'a Expr<'t>, ScopeId)> {
        let binding = self.scopes.own("config", ScopeId::MODULE)?;
        let Some(Def::Function(function)) = binding.defs.last() else {
            return self.published("config");
        };
        let explicit = function
            .body
            .statements
            .iter()
            .rev()
            .find_map(|statement| match statement {
                Statement::Return(Some(value)) => Some(value),
                _ => None,
            });
        let result = explicit.or_else(|| last_value(&function.body).filter(|_| function.implicit_return));
        Some((result?, function.scope))
    }

    /// The expression that the module publishes under `name`.
    fn published(&self, name: &str) -> Option<(&'a Expr<'t>, ScopeId)> {
        if let Some(binding) = self.published_binding(name) {
            return match binding.defs.last()? {
                Def::Value { value, path, scope } => match path.as_slice() {
                    [] => Some((value, *scope)),
                    [Step::Key("config")] => Some((factory_argument(value, 0)?, *scope)),
                    _ => None,
                },
                _ => None,
            };
        }
        // `export default { config, handler }`, `module.exports = { config, handler }`
        let Value::Expr(
            Expr {
                kind: ExprKind::Object(entries),
                ..
            },
            scope,
        ) = self.value_of_binding(self.published_binding("default")?)
        else {
            return None;
        };
        match self.find_entry(entries, name, scope) {
            Found::Pair(value, scope) => Some((value, scope)),
            _ => None,
        }
    }

    fn published_binding(&self, name: &str) -> Option<&Binding<'a, 't>> {
        match self.language() {
            Language::TypeScript | Language::JavaScript => {
                let mut exports = self.module.exports.iter().filter(|export| export.from.is_none());
                let local = match exports.find(|export| export.name == name) {
                    Some(export) => export.local,
                    // A file that exports nothing yet is being written: `module.exports` comes last.
                    None if self.module.exports.is_empty() => name,
                    None => return None,
                };
                self.scopes.own(local, ScopeId::MODULE)
            }
            Language::Python | Language::Ruby => self.scopes.own(name, ScopeId::MODULE),
        }
    }

    /// The handler of the file.
    pub(crate) fn find_handler(&self) -> Option<Handler<'a, 't>> {
        let found = match self.published_binding("handler") {
            Some(binding) => match binding.defs.last()? {
                Def::Function(function) => Some((*function, false)),
                Def::Value { value, path, scope } => match path.as_slice() {
                    [] => self.handler_function(value, *scope),
                    [Step::Key("handler")] => self.handler_function(factory_argument(value, 1)?, *scope),
                    _ => None,
                },
                _ => None,
            },
            None => {
                let (value, scope) = self.published("handler")?;
                self.handler_function(value, scope)
            }
        };
        let (function, wrapped) = found?;
        Some(Handler {
            name: self.handler_name(function),
            function,
            wrapped: wrapped || function.is_decorated,
        })
    }

    /// The function that `expr` is or wraps, and whether it is wrapped.
    fn handler_function(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Option<(&'a Function<'t>, bool)> {
        let _step = self.step()?;
        match self.value(expr, scope) {
            Value::Function(function) => Some((function, false)),
            // `withMiddleware(a, b, async (req, ctx) => …)` calls its last function in the end.
            Value::Expr(
                Expr {
                    kind: ExprKind::Call(call),
                    ..
                },
                scope,
            ) => call
                .args
                .iter()
                .rev()
                .find_map(|arg| self.handler_function(arg, scope))
                .map(|(function, _)| (function, true)),
            _ => None,
        }
    }

    /// Where the name `handler` is written for this function.
    fn handler_name(&self, function: &'a Function<'t>) -> Option<Span> {
        if let Some(name) = function.name {
            return Some(name.span);
        }
        self.module
            .body
            .statements
            .iter()
            .find_map(|statement| match statement {
                Statement::Bind(bind) => match &bind.pattern {
                    crate::ast::Pattern::Name(name) if holds(bind.value.as_ref()?, function) => {
                        Some(shown(*name))
                    }
                    _ => None,
                },
                _ => None,
            })
    }
}

/// The place of a name; of `exports.handler` only the last part.
fn shown(name: Name<'_>) -> Span {
    let last = name.text.rsplit('.').next().unwrap_or(name.text);
    Span {
        start: name.span.end - u32::try_from(last.len()).unwrap_or(0),
        end: name.span.end,
    }
}

/// True if `expr` is the function, perhaps cast or wrapped in a call.
pub(super) fn holds(expr: &Expr<'_>, function: &Function<'_>) -> bool {
    match &expr.kind {
        ExprKind::Function(inner) => inner.scope == function.scope,
        ExprKind::Cast(cast) => holds(&cast.value, function),
        ExprKind::Call(call) => call.args.iter().any(|arg| holds(arg, function)),
        _ => false,
    }
}

/// An argument of `step(config, handler)`.
fn factory_argument<'a, 't>(value: &'a Expr<'t>, at: usize) -> Option<&'a Expr<'t>> {
    let ExprKind::Call(call) = &value.uncast().kind else {
        return None;
    };
    let call: &'a Call<'t> = call;
    match call.callee.as_name() {
        Some("step") => call.args.get(at),
        _ => None,
    }
}
