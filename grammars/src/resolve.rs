//! What an expression is once names, casts and members are followed: within this file, or up to its imports.

use crate::ast::{Class, Entry, Expr, ExprKind, Function, ScopeId};
use crate::facts::{ImportRef, Text};
use crate::language::Language;
use crate::model::Model;
use crate::scope::{Binding, Def, Step};

mod factories;
mod folding;
pub(crate) use folding::{last_value, unknown};
mod imports;
mod items;
mod lists;
pub(crate) use lists::Member;

mod calls;
mod results;
pub(crate) use calls::argument;

/// The end of following an expression.
pub(crate) enum Value<'a, 't> {
    /// An expression that is no name, cast or known member, in its scope.
    Expr(&'a Expr<'t>, ScopeId),
    Function(&'a Function<'t>),
    Class(&'a Class<'t>),
    Import(ImportRef),
    Unknown,
}

impl<'a, 't> Model<'a, 't> {
    /// Follows `expr` to what it stands for.
    pub(crate) fn value(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Value<'a, 't> {
        let Some(_step) = self.step() else {
            return Value::Unknown;
        };
        match &expr.kind {
            ExprKind::Cast(cast) => self.value(&cast.value, scope),
            ExprKind::Name(name) => self.value_of_name(name, scope),
            ExprKind::Function(function) => Value::Function(function),
            ExprKind::Class(class) => Value::Class(class),
            ExprKind::Member(member) => {
                if let Some(import) = self.dotted_import(expr, scope) {
                    return Value::Import(import);
                }
                if self.is_rewritten(&member.object, Some(member.name), scope) {
                    return Value::Unknown;
                }
                let object = self.value(&member.object, scope);
                if self.is_transparent(&object, member.name) {
                    return object;
                }
                self.project(object, Step::Key(member.name))
            }
            ExprKind::Index(pair) => {
                let key = match &pair.1.kind {
                    ExprKind::Text { value, .. } => Some(value.as_ref()),
                    _ => None,
                };
                if self.is_rewritten(&pair.0, key, scope) {
                    return Value::Unknown;
                }
                let object = self.value(&pair.0, scope);
                match (&pair.1.kind, key) {
                    (_, Some(key)) => self.project(object, Step::Key(key)),
                    (ExprKind::Number(Some(at)), _) => {
                        match at.as_u64().and_then(|at| usize::try_from(at).ok()) {
                            Some(at) => self.project(object, Step::Item(at)),
                            None => Value::Unknown,
                        }
                    }
                    _ => Value::Expr(expr, scope),
                }
            }
            ExprKind::Call(call) => self
                .transparent_call(call, scope)
                .unwrap_or(Value::Expr(expr, scope)),
            _ => Value::Expr(expr, scope),
        }
    }

    /// Members that are the value itself: Ruby freezes constants, Python's enum members carry their text in `value`.
    fn is_transparent(&self, object: &Value<'a, 't>, member: &str) -> bool {
        match (self.language(), member) {
            (Language::Ruby, "freeze") => true,
            (Language::Python, "value") => match object {
                Value::Expr(inner, _) => !matches!(inner.kind, ExprKind::Object(_)),
                Value::Import(import) => import.path.len() > 1,
                _ => false,
            },
            _ => false,
        }
    }

    /// Calls that hand on their argument or receiver: `Object.freeze(x)`, `x.freeze()`, `dict(a=1)`, `require('m')`.
    fn transparent_call(&self, call: &'a crate::ast::Call<'t>, scope: ScopeId) -> Option<Value<'a, 't>> {
        match &call.callee.kind {
            ExprKind::Member(member) if member.name == "freeze" => {
                let is_builtin = member.object.as_name() == Some("Object");
                let frozen = if is_builtin {
                    call.args.first()?
                } else {
                    &member.object
                };
                Some(self.value(frozen, scope))
            }
            ExprKind::Name("dict") if call.keywords && call.args.len() == 1 => {
                Some(Value::Expr(call.args.last()?, scope))
            }
            ExprKind::Name("require") if self.scopes.lookup("require", scope).is_none() => {
                let module = call.args.first()?.as_text()?.to_owned();
                Some(Value::Import(ImportRef {
                    module,
                    path: vec!["*".to_owned()],
                }))
            }
            _ => self
                .identity_call(call, scope)
                .map(|argument| self.value(argument, scope)),
        }
    }

    fn value_of_name(&self, name: &str, scope: ScopeId) -> Value<'a, 't> {
        match self.scopes.lookup(name, scope) {
            Some(binding) => self.value_of_binding(binding),
            None => self
                .ruby_constant(name)
                .or_else(|| self.star_import(name))
                .map_or(Value::Unknown, Value::Import),
        }
    }

    /// The value of a name that is written once.
    pub(crate) fn value_of_binding(&self, binding: &Binding<'a, 't>) -> Value<'a, 't> {
        let Some(_step) = self.step() else {
            return Value::Unknown;
        };
        match binding.defs.as_slice() {
            [def] => self.value_of_def(def),
            _ => Value::Unknown,
        }
    }

    pub(crate) fn value_of_def(&self, def: &Def<'a, 't>) -> Value<'a, 't> {
        match def {
            Def::Value { value, path, scope } => {
                path.iter().fold(self.value(value, *scope), |value, step| {
                    self.project(value, *step)
                })
            }
            Def::Function(function) => Value::Function(function),
            Def::Class(class) => Value::Class(class),
            Def::Import { index, name } => Value::Import(self.import_ref(*index, name)),
            Def::Param { .. } | Def::Item { .. } | Def::Unknown => Value::Unknown,
        }
    }

    /// A part of a value.
    pub(crate) fn project(&self, value: Value<'a, 't>, step: Step<'a>) -> Value<'a, 't> {
        match (value, step) {
            (
                Value::Expr(
                    Expr {
                        kind: ExprKind::Object(entries),
                        ..
                    },
                    scope,
                ),
                Step::Key(key),
            ) => self.value_of_entry(entries, key, scope),
            (
                Value::Expr(
                    Expr {
                        kind: ExprKind::List(items),
                        ..
                    },
                    scope,
                ),
                Step::Item(at),
            ) => {
                let is_plain = items
                    .iter()
                    .take(at)
                    .all(|item| !matches!(item.kind, ExprKind::Spread(_)));
                match items.get(at).filter(|_| is_plain) {
                    Some(item) => self.value(item, scope),
                    None => Value::Unknown,
                }
            }
            (Value::Expr(factory, scope), Step::Key(key)) => match factories::factory_part(factory, key) {
                Some(part) => self.value(part, scope),
                None => Value::Unknown,
            },
            (Value::Class(class), Step::Key(key)) => match self.scopes.own(key, class.scope) {
                Some(binding) => self.value_of_binding(binding),
                None => Value::Unknown,
            },
            (Value::Import(import), Step::Key(key)) => Value::Import(member_of(import, key)),
            (Value::Import(import), Step::Item(at)) => Value::Import(member_of(import, &at.to_string())),
            _ => Value::Unknown,
        }
    }

    /// The value of a key of an object: the last that is written wins, and an unknown spread hides what stands before.
    pub(crate) fn value_of_entry(
        &self,
        entries: &'a [Entry<'t>],
        key: &str,
        scope: ScopeId,
    ) -> Value<'a, 't> {
        match self.find_entry(entries, key, scope) {
            Found::Pair(value, scope) => self.value(value, scope),
            Found::Import(import) => Value::Import(member_of(import, key)),
            Found::Absent | Found::Hidden => Value::Unknown,
        }
    }

    /// Where the value of a key is written.
    pub(crate) fn find_entry(&self, entries: &'a [Entry<'t>], key: &str, scope: ScopeId) -> Found<'a, 't> {
        let Some(_step) = self.step() else {
            return Found::Hidden;
        };
        for entry in entries.iter().rev() {
            match entry {
                Entry::Pair {
                    key: written, value, ..
                } if written == key => return Found::Pair(value, scope),
                Entry::Pair { .. } => {}
                Entry::Computed { key: computed, value } => match self.text(computed, scope) {
                    Text::Known(known) if known == key => return Found::Pair(value, scope),
                    Text::Known(_) => {}
                    _ => return Found::Hidden,
                },
                Entry::Spread(spread) => match self.value(spread, scope) {
                    Value::Expr(
                        Expr {
                            kind: ExprKind::Object(inner),
                            ..
                        },
                        inner_scope,
                    ) => match self.find_entry(inner, key, inner_scope) {
                        Found::Absent => {}
                        found => return found,
                    },
                    Value::Import(import) => return Found::Import(import),
                    _ => return Found::Hidden,
                },
            }
        }
        Found::Absent
    }

    /// True if `object` is a name whose `key` (any key, if it is not known) is written after its definition.
    pub(crate) fn is_rewritten(&self, object: &Expr<'t>, key: Option<&str>, scope: ScopeId) -> bool {
        let Some(binding) = object
            .uncast()
            .as_name()
            .and_then(|name| self.scopes.lookup(name, scope))
        else {
            return false;
        };
        binding.opened
            || binding
                .keys
                .iter()
                .any(|write| key.is_none_or(|key| key == write.key))
    }

    /// The language of the module.
    pub(crate) fn language(&self) -> Language {
        self.module.language
    }
}

/// Where the value of an object's key is.
pub(crate) enum Found<'a, 't> {
    Pair(&'a Expr<'t>, ScopeId),
    /// In an object of another module.
    Import(ImportRef),
    /// Nowhere: the object has no such key.
    Absent,
    /// Perhaps in a part that is not visible.
    Hidden,
}

/// A member of an imported name. A member of a whole module is one of its exported names.
pub(crate) fn member_of(mut import: ImportRef, key: &str) -> ImportRef {
    if import.path.len() == 1 && import.path[0] == "*" && key != "*" {
        import.path.clear();
    }
    import.path.push(key.to_owned());
    import
}
