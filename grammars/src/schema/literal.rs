//! Expressions that are plain JSON values.

use serde_json::{Map, Value as Json};

use crate::ast::{Entry, Expr, ExprKind, ScopeId};
use crate::facts::Text;
use crate::model::Model;
use crate::resolve::Value;

impl<'a, 't> Model<'a, 't> {
    /// The JSON value of `expr`, if all of it is visible.
    pub(crate) fn json(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Option<Json> {
        let _step = self.step()?;
        let Value::Expr(expr, scope) = self.value(expr, scope) else {
            return None;
        };
        match &expr.kind {
            ExprKind::Number(number) => number.clone().map(Json::Number),
            ExprKind::Bool(value) => Some(Json::Bool(*value)),
            ExprKind::Null => Some(Json::Null),
            ExprKind::List(items) => items.iter().map(|item| self.json(item, scope)).collect(),
            ExprKind::Object(entries) => {
                let mut map = Map::new();
                for entry in entries {
                    let Entry::Pair { key, value, .. } = entry else {
                        return None;
                    };
                    map.insert(key.clone().into_owned(), self.json(value, scope)?);
                }
                Some(Json::Object(map))
            }
            _ => match self.text(expr, scope) {
                Text::Known(text) => Some(Json::String(text)),
                _ => None,
            },
        }
    }
}
