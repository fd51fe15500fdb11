//! The values of a config as literals, for the rules that check them one by one.

use crate::ast::{Entry, Expr, ExprKind, ScopeId};
use crate::facts::{ConfigEntry, ConfigFact, ConfigKind, ConfigValue, Text};
use crate::language::Language;
use crate::model::Model;
use crate::resolve::Value;

use super::config::Config;
use super::step::Key;

/// Deeper values count as unknown; the deepest that the framework reads is `infrastructure.handler.ram` of a trigger.
const MAX_LEVELS: usize = 6;

/// Keys whose values are schemas or functions: facts of their own say what they hold.
const OPAQUE_KEYS: [&str; 8] = [
    "input",
    "bodySchema",
    "body_schema",
    "responseSchema",
    "response_schema",
    "schema",
    "condition",
    "canAccess",
];

/// Names that the runtime binds, as far as a config may name them.
const GLOBALS: [&str; 9] = [
    "undefined",
    "process",
    "globalThis",
    "require",
    "module",
    "exports",
    "Object",
    "console",
    "self",
];

impl<'a, 't> Model<'a, 't> {
    /// The visible values of a config. A key that is written again counts as it is written last.
    pub(super) fn config_fact(&self, config: &Config<'a, 't>) -> ConfigFact {
        let keys = self.config_keys(config);
        let last =
            |(at, key): &(usize, &Key<'a, 't>)| keys.all[at + 1..].iter().all(|later| later.name != key.name);
        let entries = keys.all.iter().enumerate().filter(last);
        ConfigFact {
            span: config.span,
            entries: entries
                .map(|(_, key)| self.config_entry(key, MAX_LEVELS))
                .collect(),
            open: keys.open,
        }
    }

    fn config_entries(
        &self,
        entries: &'a [Entry<'t>],
        scope: ScopeId,
        levels: usize,
    ) -> (Vec<ConfigEntry>, bool) {
        let keys = self.keys(entries, scope);
        let entries = keys.all.iter().map(|key| self.config_entry(key, levels));
        (entries.collect(), keys.open)
    }

    fn config_entry(&self, key: &Key<'a, 't>, levels: usize) -> ConfigEntry {
        ConfigEntry {
            key: key.name.to_owned(),
            span: key.span,
            value: if OPAQUE_KEYS.contains(&key.name) {
                ConfigValue {
                    span: key.value.span,
                    kind: ConfigKind::Unknown,
                }
            } else {
                self.config_value(key.value, key.scope, levels)
            },
        }
    }

    fn config_value(&self, expr: &'a Expr<'t>, scope: ScopeId, levels: usize) -> ConfigValue {
        if let ExprKind::Text { value, inner } = &expr.uncast().kind {
            return ConfigValue {
                span: *inner,
                kind: ConfigKind::Text {
                    value: value.clone().into_owned(),
                    literal: true,
                },
            };
        }
        let kind = match levels.checked_sub(1) {
            Some(levels) if !self.is_rewritten(expr, None, scope) => self.config_kind(expr, scope, levels),
            _ => ConfigKind::Unknown,
        };
        ConfigValue {
            span: expr.span,
            kind,
        }
    }

    fn config_kind(&self, expr: &'a Expr<'t>, scope: ScopeId, levels: usize) -> ConfigKind {
        let Some(_step) = self.step() else {
            return ConfigKind::Unknown;
        };
        let (found, found_scope) = match self.value(expr, scope) {
            Value::Expr(found, found_scope) => (found, found_scope),
            Value::Function(_) | Value::Class(_) => return ConfigKind::Code,
            Value::Import(_) => return ConfigKind::Unknown,
            Value::Unknown => return self.unbound(expr, scope),
        };
        match &found.kind {
            ExprKind::Number(Some(number)) => ConfigKind::Number(number.clone()),
            ExprKind::Bool(value) => ConfigKind::Bool(*value),
            ExprKind::Null => ConfigKind::Null,
            ExprKind::List(items) => self.config_list(items, found_scope, levels),
            ExprKind::Object(entries) => {
                let (entries, open) = self.config_entries(entries, found_scope, levels);
                ConfigKind::Object { entries, open }
            }
            ExprKind::Call(call) => match &call.callee.kind {
                ExprKind::Name(name) if !call.is_new => ConfigKind::Call {
                    name: (*name).to_owned(),
                    args: call
                        .args
                        .iter()
                        .map(|arg| self.config_value(arg, found_scope, levels))
                        .collect(),
                },
                _ => ConfigKind::Unknown,
            },
            _ => match self.text(found, found_scope) {
                Text::Known(value) => ConfigKind::Text {
                    value,
                    literal: false,
                },
                _ => ConfigKind::Unknown,
            },
        }
    }

    fn config_list(&self, items: &'a [Expr<'t>], scope: ScopeId, levels: usize) -> ConfigKind {
        let (mut all, mut open) = (Vec::new(), false);
        for item in items {
            let ExprKind::Spread(spread) = &item.kind else {
                all.push(self.config_value(item, scope, levels));
                continue;
            };
            match self.config_value(spread, scope, levels).kind {
                ConfigKind::List { items, open: more } => {
                    all.extend(items);
                    open |= more;
                }
                _ => open = true,
            }
        }
        ConfigKind::List { items: all, open }
    }

    /// A plain name that nothing binds. Ruby's names may be methods of anything, and a Python module may take names from
    /// a starred import.
    fn unbound(&self, expr: &'a Expr<'t>, scope: ScopeId) -> ConfigKind {
        let takes_all = |import: &crate::ast::Import<'t>| import.names.iter().any(|(name, _)| *name == "*");
        match expr.uncast().as_name() {
            Some("undefined") if self.language() != Language::Python => ConfigKind::Code,
            Some(name)
                if self.language() != Language::Ruby
                    && self.scopes.lookup(name, scope).is_none()
                    && !GLOBALS.contains(&name)
                    && !(self.language() == Language::Python
                        && self.module.imports.iter().any(takes_all)) =>
            {
                ConfigKind::Unbound(name.to_owned())
            }
            _ => ConfigKind::Unknown,
        }
    }
}
