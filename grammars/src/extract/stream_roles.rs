//! Which values are a stream: one of the context's, or one that the file makes itself (1.0).

use crate::ast::{Call, Expr, ExprKind, ScopeId};
use crate::facts::Text;
use crate::model::Model;
use crate::resolve::{Found, Value, member_of};
use crate::scope::Def;

use super::roles::{Cast, Role, sure};

/// What the collection of all streams itself answers to, as every object or dictionary does.
const STREAMS_METHODS: [&str; 8] = [
    "get",
    "fetch",
    "keys",
    "values",
    "items",
    "key?",
    "hasOwnProperty",
    "toString",
];

/// True if a member of the collection of all streams is a stream rather than a method of the collection.
pub(super) fn is_stream_name(name: &str) -> bool {
    !STREAMS_METHODS.contains(&name)
}

impl<'a, 't> Model<'a, 't> {
    /// `streams[name]`.
    pub(super) fn role_of_chosen_stream(
        &self,
        object: &'a Expr<'t>,
        key: &'a Expr<'t>,
        scope: ScopeId,
    ) -> Option<Cast> {
        let cast = self.role(object, scope)?;
        (cast.role == Role::Streams).then(|| Cast {
            role: Role::Stream(self.text(key, scope)),
            by_name: cast.by_name,
        })
    }

    /// `new Stream(config)`, `Stream("chat")` (1.0).
    pub(super) fn role_of_new_stream(&self, call: &'a Call<'t>, scope: ScopeId) -> Option<Cast> {
        let class = match &call.callee.uncast().kind {
            // `Stream[Item]("chat")`
            ExprKind::Index(pair) => pair.0.as_name()?,
            _ => call.callee.uncast().as_name()?,
        };
        let [def] = self.scopes.lookup(class, scope)?.defs.as_slice() else {
            return None;
        };
        let name = match def {
            Def::Import { index, name } if self.is_framework(*index) => *name,
            Def::Value { value, path, scope } => self.taken_from_framework(value, path, *scope)?,
            _ => return None,
        };
        if name != "Stream" {
            return None;
        }
        let first = call.args.first()?;
        let name = match self.value(first, scope) {
            Value::Expr(
                Expr {
                    kind: ExprKind::Object(entries),
                    ..
                },
                scope,
            ) => match self.find_entry(entries, "name", scope) {
                Found::Pair(name, scope) => self.text(name, scope),
                Found::Import(import) => Text::Import(member_of(import, "name")),
                Found::Absent | Found::Hidden => return None,
            },
            Value::Import(import) if first.as_text().is_none() => Text::Import(member_of(import, "name")),
            _ => self.text(first, scope),
        };
        sure(Role::Stream(name))
    }
}
