//! Finding the `config` and the `handler` of a file, whatever form they are written in.

use crate::ast::{Entry, Expr, ExprKind, Function, Name, ScopeId, Statement};
use crate::language::Language;
use crate::model::Model;
use crate::resolve::{Found, Value, last_value};
use crate::scope::{Binding, Def, Step};
use crate::text::Span;

/// The config of a file.
pub(crate) struct Config<'a, 't> {
    pub(crate) span: Span,
    /// Its entries with their scopes; several lists if it is put together from several objects.
    pub(crate) parts: Vec<(&'a [Entry<'t>], ScopeId)>,
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
        let Value::Expr(found, _) = self.value(expr, scope) else {
            return None;
        };
        Some(Config {
            span: found.span,
            parts: self.object_parts(expr, scope)?,
            rewritten: self.is_config_rewritten(expr),
        })
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
    fn published(&self, name: &'static str) -> Option<(&'a Expr<'t>, ScopeId)> {
        if let Some(binding) = self.published_binding(name) {
            return match binding.defs.last()? {
                Def::Value { value, path, scope } if path.is_empty() => Some((value, *scope)),
                def => match self.value_of_def(def) {
                    Value::Expr(value, scope) => Some((value, scope)),
                    _ => None,
                },
            };
        }
        // `export default { config, handler }`, `module.exports = { config, handler }`, `export default step(…)`
        let Value::Expr(found, scope) = self.value_of_binding(self.published_binding("default")?) else {
            return None;
        };
        if let ExprKind::Object(entries) = &found.kind {
            return match self.find_entry(entries, name, scope) {
                Found::Pair(value, scope) => Some((value, scope)),
                _ => None,
            };
        }
        match self.project(Value::Expr(found, scope), Step::Key(name)) {
            Value::Expr(value, scope) => Some((value, scope)),
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
                Def::Value { value, path, scope } if path.is_empty() => self.handler_function(value, *scope),
                def => self.handler_of_value(&self.value_of_def(def)),
            },
            None => match self.published("handler") {
                Some((value, scope)) => self.handler_function(value, scope),
                None => {
                    let whole = self.value_of_binding(self.published_binding("default")?);
                    self.handler_of_value(&self.project(whole, Step::Key("handler")))
                }
            },
        };
        let (function, wrapped) = found?;
        Some(Handler {
            name: self.handler_name(function),
            function,
            wrapped: wrapped || function.is_decorated,
        })
    }

    /// True if the file surely publishes no handler: everything that it publishes is visible.
    pub(crate) fn lacks_handler(&self) -> bool {
        match self.language() {
            Language::TypeScript | Language::JavaScript => {
                let exports = &self.module.exports;
                let may_be_it = |name: &str| matches!(name, "handler" | "*");
                !exports.is_empty()
                    && !exports.iter().any(|export| may_be_it(export.name))
                    && self.default_lacks_handler()
            }
            Language::Python => {
                let takes_all = |import: &crate::ast::Import<'t>| {
                    import
                        .names
                        .iter()
                        .any(|(name, local)| *name == "*" || *local == "handler")
                };
                self.scopes.own("handler", ScopeId::MODULE).is_none()
                    && !self.module.imports.iter().any(takes_all)
            }
            Language::Ruby => self.scopes.own("handler", ScopeId::MODULE).is_none(),
        }
    }

    /// True if there is no default export, or a visible object without a handler.
    fn default_lacks_handler(&self) -> bool {
        let is_default = |export: &crate::ast::Export<'t>| export.name == "default";
        let Some(export) = self.module.exports.iter().find(|export| is_default(export)) else {
            return true;
        };
        let Some(binding) = self
            .published_binding("default")
            .filter(|_| export.from.is_none())
        else {
            return false;
        };
        match self.value_of_binding(binding) {
            Value::Expr(
                Expr {
                    kind: ExprKind::Object(entries),
                    ..
                },
                scope,
            ) => matches!(self.find_entry(entries, "handler", scope), Found::Absent),
            _ => false,
        }
    }

    /// The function that `expr` is or wraps, and whether it is wrapped.
    fn handler_function(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Option<(&'a Function<'t>, bool)> {
        let _step = self.step()?;
        self.handler_of_value(&self.value(expr, scope))
    }

    fn handler_of_value(&self, value: &Value<'a, 't>) -> Option<(&'a Function<'t>, bool)> {
        match value {
            Value::Function(function) => Some((*function, false)),
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
                .find_map(|arg| self.handler_function(arg, *scope))
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
