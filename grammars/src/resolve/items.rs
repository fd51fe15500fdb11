//! Values that are one of the items of a list which the file shows: loop variables, parameters of callbacks, picks.

use crate::ast::{Expr, ExprKind, ScopeId};
use crate::facts::Text;
use crate::model::Model;
use crate::scope::{Def, Path, Step};

use super::{Member, Value, member_of, unknown};

/// Any item of a list, or the part of the items that the path leads to.
pub(crate) struct Item<'a, 't> {
    list: &'a Expr<'t>,
    path: Path<'a>,
    scope: ScopeId,
}

impl<'a, 't> Model<'a, 't> {
    /// The list that `expr` is an item of, if it is one.
    pub(super) fn item(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Option<Item<'a, 't>> {
        let _step = self.step()?;
        let whole = |list| {
            Some(Item {
                list,
                path: Vec::new(),
                scope,
            })
        };
        match &expr.kind {
            ExprKind::Cast(cast) => self.item(&cast.value, scope),
            ExprKind::Element(list) => whole(list),
            ExprKind::Name(name) => match self.scopes.lookup(name, scope)?.defs.as_slice() {
                [def] => self.item_of_def(def),
                _ => None,
            },
            // Ruby calls without parentheses.
            ExprKind::Member(member) if member.name == "sample" => whole(&member.object),
            ExprKind::Member(member) => self.part_of_item(&member.object, member.name, scope),
            ExprKind::Index(pair) => match pair.1.as_text() {
                Some(key) => self.part_of_item(&pair.0, key, scope),
                None => whole(&pair.0).filter(|_| self.is_list(&pair.0, scope)),
            },
            ExprKind::Call(call) => match &call.callee.kind {
                // `ROWS.find(…)`, `random.choice(ROWS)`
                ExprKind::Member(member) if member.name == "choice" => whole(call.args.first()?),
                ExprKind::Member(member) if matches!(member.name, "find" | "at" | "sample") => {
                    whole(&member.object)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The list that a definition takes an item of.
    pub(super) fn item_of_def(&self, def: &Def<'a, 't>) -> Option<Item<'a, 't>> {
        match def {
            Def::Item { list, path, scope } => Some(Item {
                list,
                path: path.clone(),
                scope: *scope,
            }),
            Def::Value { value, path, scope } => {
                let mut item = self.item(value, *scope)?;
                item.path.extend(path.iter().copied());
                Some(item)
            }
            _ => None,
        }
    }

    fn part_of_item(&self, object: &'a Expr<'t>, key: &'a str, scope: ScopeId) -> Option<Item<'a, 't>> {
        let mut item = self.item(object, scope)?;
        item.path.push(Step::Key(key));
        Some(item)
    }

    fn is_list(&self, expr: &'a Expr<'t>, scope: ScopeId) -> bool {
        let value = self.value(expr, scope);
        let is_listed = matches!(&value, Value::Expr(found, _) if matches!(found.kind, ExprKind::List(_)));
        is_listed || matches!(value, Value::Import(_))
    }

    /// The text of any item of the list, if all of them are visible or of another file.
    pub(super) fn text_of_items(&self, item: &Item<'a, 't>) -> Option<Text> {
        if self.is_rewritten(item.list, None, item.scope) {
            return None;
        }
        let members = self.members(item.list, item.scope);
        let (members, path) = match (members, item.path.as_slice()) {
            (Some(members), path) => (members, path),
            (None, [Step::Item(1), path @ ..]) => (self.entry_values(item)?, path),
            _ => return None,
        };
        let texts = members.into_iter().map(|member| match member {
            Member::Item(expr, scope) if path.is_empty() => self.text(expr, scope),
            Member::Item(expr, scope) => {
                let value = path
                    .iter()
                    .fold(self.value(expr, scope), |value, step| self.project(value, *step));
                self.text_of_value(value, "an item of a list")
            }
            Member::Import(import) => {
                let keys = path.iter().try_fold(import, |import, step| match step {
                    Step::Key(key) => Some(member_of(import, key)),
                    Step::Item(at) => Some(member_of(import, &at.to_string())),
                    Step::Lost => None,
                });
                keys.map_or_else(|| unknown("a part of a value"), Text::Import)
            }
            Member::Hidden => unknown("an item of a list"),
        });
        texts.reduce(Text::or)
    }

    /// The values behind the pairs of `Object.entries(x)` and `x.items()`.
    fn entry_values(&self, item: &Item<'a, 't>) -> Option<Vec<Member<'a, 't>>> {
        let ExprKind::Call(call) = &item.list.uncast().kind else {
            return None;
        };
        let ExprKind::Member(member) = &call.callee.kind else {
            return None;
        };
        match (member.object.as_name(), member.name) {
            (Some("Object"), "entries") => self.values(call.args.first()?, item.scope),
            (_, "items") if call.args.is_empty() => self.values(&member.object, item.scope),
            _ => None,
        }
    }

    /// The items of the list that `expr` is any of, whole.
    pub(crate) fn choices(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Option<Vec<Member<'a, 't>>> {
        let item = self.item(expr, scope)?;
        if !item.path.is_empty() || self.is_rewritten(item.list, None, item.scope) {
            return None;
        }
        self.members(item.list, item.scope)
    }
}
