//! What a value is to the framework: its `emit`, the context, shared state, the message. A function named `emit` of
//! anything else has no role.

use crate::ast::{Call, Entry, Expr, ExprKind, Function, Param, Pattern, PatternEntry, ScopeId};
use crate::facts::Text;
use crate::language::Language;
use crate::model::{FirstParam, HandlerRole, Model};
use crate::resolve::{Found, Value, argument};
use crate::scope::{Def, Step};

use super::stream_roles::is_stream_name;

/// A part that the framework gives to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Role {
    Context,
    Emit,
    State,
    Streams,
    /// One stream, by its name.
    Stream(Text),
    Logger,
    /// The request of an HTTP step.
    Request,
    /// The message, or the body of a request, or what stands at a path in it.
    Input(Vec<String>),
}

/// A role, and whether only a name speaks for it: nothing shows that the framework ever calls that function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cast {
    pub(crate) role: Role,
    pub(crate) by_name: bool,
}

/// Packages whose exports are the framework's own.
const FRAMEWORK: [&str; 3] = ["motia", "@motiadev/core", "@motia/core"];

const RUBY_METHODS: [&str; 40] = [
    "upcase",
    "downcase",
    "capitalize",
    "strip",
    "chomp",
    "reverse",
    "length",
    "size",
    "count",
    "first",
    "last",
    "to_s",
    "to_i",
    "to_f",
    "to_a",
    "to_h",
    "to_sym",
    "to_json",
    "join",
    "inspect",
    "keys",
    "values",
    "sum",
    "min",
    "max",
    "sort",
    "uniq",
    "flatten",
    "compact",
    "dup",
    "clone",
    "freeze",
    "class",
    "hash",
    "chars",
    "lines",
    "round",
    "floor",
    "ceil",
    "abs",
];

pub(super) fn sure(role: Role) -> Option<Cast> {
    Some(Cast { role, by_name: false })
}

fn by_name(role: Role) -> Option<Cast> {
    Some(Cast { role, by_name: true })
}

impl<'a, 't> Model<'a, 't> {
    /// The role of `expr`, if it has one.
    pub(crate) fn role(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Option<Cast> {
        let _step = self.step()?;
        match &expr.kind {
            ExprKind::Cast(cast) => self.role(&cast.value, scope),
            ExprKind::Name(name) => self.role_of_name(name, scope),
            ExprKind::Member(member) => {
                let cast = self.role_of_part(&member.object, member.name, scope)?;
                let is_method = matches!(cast.role, Role::Input(_)) && self.is_method(member.name);
                (!is_method).then_some(cast)
            }
            ExprKind::Index(pair) => match pair.1.as_text() {
                Some(key) => self.role_of_part(&pair.0, key, scope),
                None => self.role_of_chosen_stream(&pair.0, &pair.1, scope),
            },
            ExprKind::Call(call) => self.role_of_call(call, scope),
            ExprKind::Either(pair) => self.role(&pair.0, scope).or_else(|| self.role(&pair.1, scope)),
            ExprKind::Both(pair) => self.role(&pair.1, scope),
            ExprKind::Choice(parts) => self
                .role(&parts[1], scope)
                .or_else(|| self.role(&parts[2], scope)),
            ExprKind::Assign(bind) => self.role(bind.value.as_ref()?, scope),
            _ => None,
        }
    }

    /// True for a member of texts, lists and objects themselves, which is no key of the message. Ruby calls methods
    /// without parentheses, so there the common ones are listed.
    fn is_method(&self, name: &str) -> bool {
        match self.language() {
            Language::TypeScript | Language::JavaScript => name == "length",
            Language::Python => false,
            Language::Ruby => RUBY_METHODS.contains(&name) || name.ends_with(['?', '!']),
        }
    }

    fn role_of_part(&self, object: &'a Expr<'t>, key: &str, scope: ScopeId) -> Option<Cast> {
        if let Some(cast) = self.role(object, scope) {
            // A part of the message that the step itself overwrites is no longer the message's.
            let is_input = matches!(cast.role, Role::Input(_));
            return if is_input && self.is_rewritten(object, Some(key), scope) {
                None
            } else {
                part(cast, key)
            };
        }
        match self.value(object, scope) {
            Value::Expr(
                Expr {
                    kind: ExprKind::Object(entries),
                    ..
                },
                scope,
            ) => self.role_of_entry(entries, key, scope),
            _ => None,
        }
    }

    fn role_of_entry(&self, entries: &'a [Entry<'t>], key: &str, scope: ScopeId) -> Option<Cast> {
        if let Found::Pair(value, scope) = self.find_entry(entries, key, scope) {
            return self.role(value, scope);
        }
        // `{ ...ctx, extra }` has what the context has. A key of the message may be the one written before it.
        let spread = entries.iter().find_map(|entry| match entry {
            Entry::Spread(spread) => self.role_of_part(spread, key, scope),
            _ => None,
        })?;
        let is_ambiguous = matches!(spread.role, Role::Input(_)) && crate::ast::entry(entries, key).is_some();
        (!is_ambiguous).then_some(spread)
    }

    /// True if an import is one of the framework's own package.
    pub(super) fn is_framework(&self, index: usize) -> bool {
        let module = self
            .module
            .imports
            .get(index)
            .map(|import| import.module.as_ref());
        module.is_some_and(|module| FRAMEWORK.contains(&module))
    }

    /// `req.get("body", {})`, `getattr(ctx, "emit", None)`, `context.fetch(:emit)`.
    fn role_of_call(&self, call: &'a Call<'t>, scope: ScopeId) -> Option<Cast> {
        let args = call.positional();
        match &call.callee.kind {
            ExprKind::Name("getattr") => part(self.role(args.first()?, scope)?, args.get(1)?.as_text()?),
            ExprKind::Name(_) | ExprKind::Index(_) | ExprKind::Cast(_) => {
                self.role_of_new_stream(call, scope)
            }
            ExprKind::Member(member) => {
                let has_default = args.len() > 1;
                let cast = self.role(&member.object, scope)?;
                match (member.name, &cast.role) {
                    // With a default the value may be another one than the message's.
                    ("get" | "fetch", Role::Input(_)) if has_default => None,
                    ("get" | "fetch", Role::Context | Role::Request | Role::Input(_) | Role::Streams) => {
                        part(cast, args.first()?.as_text()?)
                    }
                    ("dig", Role::Request | Role::Input(_)) => {
                        args.iter().try_fold(cast, |cast, key| part(cast, key.as_text()?))
                    }
                    ("bind", Role::Emit) => Some(cast),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    pub(crate) fn role_of_name(&self, name: &str, scope: ScopeId) -> Option<Cast> {
        let Some(binding) = self.scopes.lookup(name, scope) else {
            return match name {
                "emit" | "enqueue" => by_name(Role::Emit),
                "ctx" | "context" => by_name(Role::Context),
                _ => None,
            };
        };
        let mut casts = binding.defs.iter().map(|def| self.role_of_def(def));
        if binding.defs.len() == 1 {
            return casts.next()?;
        }
        // What is written several times may be something else than the message, but a context is a context.
        casts
            .flatten()
            .find(|cast| !matches!(cast.role, Role::Input(_) | Role::Request))
    }

    fn role_of_def(&self, def: &Def<'a, 't>) -> Option<Cast> {
        match def {
            Def::Value { value, path, scope } => self
                .role_at(value, path, *scope)
                .or_else(|| role_of_export(self.taken_from_framework(value, path, *scope)?)),
            Def::Param {
                function,
                index,
                path,
            } => self.role_of_param(function, *index, path),
            Def::Import { index, name } => self.role_of_import(*index, name),
            Def::Item { .. } | Def::Function(_) | Def::Class(_) | Def::Unknown => None,
        }
    }

    /// What the framework's own package exports (1.0).
    fn role_of_import(&self, index: usize, name: &str) -> Option<Cast> {
        self.is_framework(index).then(|| role_of_export(name))?
    }

    /// The name of an export of the framework that CommonJS takes: `const { enqueue } = require('motia')`.
    pub(super) fn taken_from_framework(
        &self,
        value: &'a Expr<'t>,
        path: &[Step<'a>],
        scope: ScopeId,
    ) -> Option<&'a str> {
        let [Step::Key(name)] = path else { return None };
        match self.value(value, scope) {
            Value::Import(import) if FRAMEWORK.contains(&import.module.as_str()) && import.path == ["*"] => {
                Some(name)
            }
            _ => None,
        }
    }

    /// The role of the part of `expr` that `path` leads to.
    fn role_at(&self, expr: &'a Expr<'t>, path: &[Step<'a>], scope: ScopeId) -> Option<Cast> {
        let Some((first, rest)) = path.split_first() else {
            return self.role(expr, scope);
        };
        let Step::Key(key) = first else { return None };
        rest.iter()
            .try_fold(self.role_of_part(expr, key, scope)?, |cast, step| match step {
                Step::Key(key) => part(cast, key),
                Step::Item(_) | Step::Lost => None,
            })
    }

    pub(super) fn role_of_param(
        &self,
        function: &'a Function<'t>,
        index: usize,
        path: &[Step<'a>],
    ) -> Option<Cast> {
        let _step = self.step()?;
        if let Some(handler) = self
            .handler
            .filter(|handler| handler.function.scope == function.scope)
        {
            let cast = sure(handler.param(index)?)?;
            return follow(cast, path);
        }
        let sites = self.scopes.calls_of(function);
        if sites.is_empty() {
            return guessed(function, index, path);
        }
        sites.iter().find_map(|site| {
            let arg = argument(site.call, function, index)?;
            self.role_at(arg, path, site.scope)
        })
    }
}

fn role_of_export(name: &str) -> Option<Cast> {
    match name {
        "enqueue" | "emit" => sure(Role::Emit),
        "stateManager" | "state_manager" => sure(Role::State),
        "logger" => sure(Role::Logger),
        _ => None,
    }
}

/// A key of something that has a role.
fn part(cast: Cast, key: &str) -> Option<Cast> {
    let role = match (cast.role, key) {
        (Role::Context, "emit" | "enqueue") => Role::Emit,
        (Role::Context, "state" | "stateManager" | "state_manager") => Role::State,
        (Role::Context, "streams") => Role::Streams,
        (Role::Context, "logger") => Role::Logger,
        (Role::Streams, name) if is_stream_name(name) => Role::Stream(Text::Known(name.to_owned())),
        // Ruby's `emit.call(…)`.
        (Role::Emit, "call") => Role::Emit,
        (Role::Request, "body") => Role::Input(Vec::new()),
        (Role::Request, "request") => Role::Request,
        (Role::Input(mut path), key) => {
            path.push(key.to_owned());
            Role::Input(path)
        }
        _ => return None,
    };
    Some(Cast {
        role,
        by_name: cast.by_name,
    })
}

fn follow(cast: Cast, path: &[Step<'_>]) -> Option<Cast> {
    path.iter().try_fold(cast, |cast, step| match step {
        Step::Key(key) => part(cast, key),
        // A default only stands in where the context lacks the member.
        Step::Lost
            if matches!(
                cast.role,
                Role::Emit | Role::State | Role::Streams | Role::Stream(_) | Role::Logger
            ) =>
        {
            Some(cast)
        }
        Step::Item(_) | Step::Lost => None,
    })
}

/// The role of a parameter of a function that nothing in this file calls: another file may hand it a context.
fn guessed(function: &Function<'_>, index: usize, path: &[Step<'_>]) -> Option<Cast> {
    let param = function.params.get(index)?;
    match (&param.pattern, path) {
        (Pattern::Name(name), []) => match name.text {
            "emit" | "enqueue" => by_name(Role::Emit),
            "ctx" | "context" => by_name(Role::Context),
            _ => None,
        },
        (Pattern::Object(_), [Step::Key("emit" | "enqueue"), ..]) => follow(by_name(Role::Context)?, path),
        // The first parameter of a foreign function is rarely the context; the second one of a handler always is.
        (Pattern::Object(_), [Step::Key(_), ..]) if index > 0 => follow(by_name(Role::Context)?, path),
        _ => None,
    }
}

impl HandlerRole<'_, '_> {
    /// What the framework hands to a parameter of the handler.
    fn param(&self, index: usize) -> Option<Role> {
        let params = &self.function.params;
        let is_only = params.len() == 1;
        match (index, self.first) {
            (0, FirstParam::Context) if is_only || looks_like_context(&params[0]) => Some(Role::Context),
            (0, FirstParam::Context) => None,
            // The framework would hand over the message, but the author means the context: follow the author, the
            // wrong arity is reported as such.
            (0, _) if is_only && looks_like_context(&params[0]) => Some(Role::Context),
            (0, FirstParam::Request) => Some(Role::Request),
            (0, FirstParam::Input) => Some(Role::Input(Vec::new())),
            (1, _) => Some(Role::Context),
            _ => None,
        }
    }
}

/// True for a parameter that is named or taken apart as a context.
fn looks_like_context(param: &Param<'_>) -> bool {
    let is_member = |entry: &PatternEntry<'_>| match entry {
        PatternEntry::Key { key, .. } => {
            matches!(
                key.as_ref(),
                "emit" | "enqueue" | "logger" | "state" | "streams" | "traceId"
            )
        }
        PatternEntry::Rest(_) => false,
    };
    match &param.pattern {
        Pattern::Name(name) => matches!(name.text, "ctx" | "context" | "_ctx" | "_context"),
        Pattern::Object(entries) => entries.iter().any(is_member),
        _ => false,
    }
}
