//! What a list holds once spreads, sums and the values of objects are followed: `[...ORDER, 'x']`, `%w[a b] + [C]`,
//! `Object.values(TOPICS)`, `list(Topics)`.

use crate::ast::{Call, Class, Entry, Expr, ExprKind, ScopeId};
use crate::facts::ImportRef;
use crate::language::Language;
use crate::model::Model;
use crate::scope::Def;

use super::{Value, member_of};

/// The name in the path of an import that stands for any item or value.
const ANY: &str = "*";

/// One or many items of a list.
#[derive(Clone)]
pub(crate) enum Member<'a, 't> {
    /// An item that the file shows.
    Item(&'a Expr<'t>, ScopeId),
    /// All items of a list, or values of an object, of another module.
    Import(ImportRef),
    /// Any number of items that are not visible.
    Hidden,
}

impl<'a, 't> Model<'a, 't> {
    /// The items of a list in order; nothing if `expr` is no list that is known.
    pub(crate) fn members(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Option<Vec<Member<'a, 't>>> {
        let _step = self.step()?;
        // Ruby calls without parentheses, so that `TOPICS.values` looks like a member.
        if let ExprKind::Member(member) = &expr.uncast().kind
            && self.language() == Language::Ruby
            && member.name == "values"
        {
            return self.values(&member.object, scope);
        }
        match self.value(expr, scope) {
            Value::Import(import) => Some(vec![Member::Import(any_of(import))]),
            Value::Class(class) => Some(self.class_members(class)),
            Value::Expr(found, inner) => match &found.kind {
                ExprKind::List(items) => Some(self.listed(items, inner)),
                ExprKind::Plus(pair) => {
                    let mut all = self.members(&pair.0, inner)?;
                    all.extend(self.members(&pair.1, inner)?);
                    Some(all)
                }
                ExprKind::Call(call) => self.members_of_call(call, inner),
                _ => None,
            },
            Value::Function(_) | Value::Unknown => None,
        }
    }

    fn listed(&self, items: &'a [Expr<'t>], scope: ScopeId) -> Vec<Member<'a, 't>> {
        let mut all = Vec::with_capacity(items.len());
        for item in items {
            match &item.kind {
                ExprKind::Spread(spread) => all.extend(self.spread(spread, scope)),
                _ => all.push(Member::Item(item, scope)),
            }
        }
        all
    }

    fn spread(&self, list: &'a Expr<'t>, scope: ScopeId) -> Vec<Member<'a, 't>> {
        let members = self.members(list, scope);
        members
            .filter(|_| !self.is_rewritten(list, None, scope))
            .unwrap_or_else(|| vec![Member::Hidden])
    }

    /// Calls that hand on the items of a list or the values of an object.
    fn members_of_call(&self, call: &'a Call<'t>, scope: ScopeId) -> Option<Vec<Member<'a, 't>>> {
        let first = call.positional().first();
        match &call.callee.kind {
            ExprKind::Name("list" | "tuple" | "set" | "sorted" | "frozenset" | "Array") => {
                self.members(first?, scope)
            }
            ExprKind::Name("Set") if call.is_new => self.members(first?, scope),
            ExprKind::Member(member) => match (member.object.as_name(), member.name) {
                (Some("Object"), "values") => self.values(first?, scope),
                (Some("Array"), "from") => self.members(first?, scope),
                (_, "values") if call.args.is_empty() => self.values(&member.object, scope),
                (_, "concat") => {
                    let mut all = self.members(&member.object, scope)?;
                    for arg in &call.args {
                        all.extend(self.spread(arg, scope));
                    }
                    Some(all)
                }
                (_, "slice" | "to_a" | "uniq" | "copy") if call.args.is_empty() => {
                    self.members(&member.object, scope)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The values of an object.
    pub(super) fn values(&self, object: &'a Expr<'t>, scope: ScopeId) -> Option<Vec<Member<'a, 't>>> {
        let _step = self.step()?;
        if self.is_rewritten(object, None, scope) {
            return None;
        }
        match self.value(object, scope) {
            Value::Import(import) => Some(vec![Member::Import(any_of(import))]),
            Value::Class(class) => Some(self.class_members(class)),
            Value::Expr(
                Expr {
                    kind: ExprKind::Object(entries),
                    ..
                },
                scope,
            ) => {
                let mut all = Vec::with_capacity(entries.len());
                for entry in entries {
                    match entry {
                        Entry::Pair { value, .. } | Entry::Computed { value, .. } => {
                            all.push(Member::Item(value, scope));
                        }
                        Entry::Spread(spread) => match self.values(spread, scope) {
                            Some(values) => all.extend(values),
                            None => all.push(Member::Hidden),
                        },
                    }
                }
                Some(all)
            }
            _ => None,
        }
    }

    /// The members of an enumeration.
    fn class_members(&self, class: &'a Class<'t>) -> Vec<Member<'a, 't>> {
        let values = self.scopes.names(class.scope);
        let member = |defs: &[Def<'a, 't>]| match defs {
            [Def::Value { value, path, scope }] if path.is_empty() => Some(Member::Item(value, *scope)),
            [Def::Function(_) | Def::Class(_)] => None,
            _ => Some(Member::Hidden),
        };
        values.filter_map(|(_, binding)| member(&binding.defs)).collect()
    }
}

/// Any item of an imported list.
fn any_of(import: ImportRef) -> ImportRef {
    member_of(import, ANY)
}
