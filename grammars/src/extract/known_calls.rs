//! Calls of well-known functions whose result has one JSON type. Everything else is unknown: the head of a chain says
//! nothing of its tail.

use crate::ast::{Call, Expr, ExprKind, ScopeId};
use crate::language::Language;
use crate::model::Model;
use crate::resolve::Value;

/// Functions by their full name, where nothing in the file takes that name.
const FUNCTIONS: &[(&str, &str)] = &[
    ("String", "string"),
    ("Number", "number"),
    ("Boolean", "boolean"),
    ("parseInt", "number"),
    ("parseFloat", "number"),
    ("randomUUID", "string"),
    ("crypto.randomUUID", "string"),
    ("JSON.stringify", "string"),
    ("Date.now", "number"),
    ("Math.random", "number"),
    ("Math.floor", "number"),
    ("Math.ceil", "number"),
    ("Math.round", "number"),
    ("Math.max", "number"),
    ("Math.min", "number"),
    ("Math.abs", "number"),
    ("Object.keys", "array"),
    ("Object.values", "array"),
    ("Object.entries", "array"),
    ("Array.from", "array"),
    ("str", "string"),
    ("repr", "string"),
    ("int", "integer"),
    ("float", "number"),
    ("bool", "boolean"),
    ("len", "integer"),
    ("list", "array"),
    ("sorted", "array"),
    ("json.dumps", "string"),
    ("time.time", "number"),
    ("SecureRandom.uuid", "string"),
    ("SecureRandom.hex", "string"),
    ("Integer", "integer"),
    ("Float", "number"),
];

/// Methods that yield the same type whatever they are called on.
const METHODS: &[(&str, &str)] = &[
    ("toISOString", "string"),
    ("toFixed", "string"),
    ("toUpperCase", "string"),
    ("toLowerCase", "string"),
    ("toLocaleString", "string"),
    ("toLocaleDateString", "string"),
    ("isoformat", "string"),
    ("strftime", "string"),
    ("iso8601", "string"),
    ("to_s", "string"),
    ("to_i", "integer"),
    ("to_f", "number"),
    ("to_json", "string"),
];

impl<'t> Model<'_, 't> {
    /// The JSON type of the result of a call.
    pub(super) fn call_type(&self, call: &Call<'t>, scope: ScopeId) -> Option<&'static str> {
        if call.is_new {
            // A date becomes its text when the message is sent.
            return (call.callee.as_name() == Some("Date") && self.is_builtin("Date", scope))
                .then_some("string");
        }
        self.result_type(&call.callee, scope)
    }

    /// The JSON type of a member that Ruby calls without parentheses.
    pub(super) fn member_type(&self, expr: &Expr<'t>, scope: ScopeId) -> Option<&'static str> {
        if self.language() == Language::Ruby {
            self.result_type(expr, scope)
        } else {
            None
        }
    }

    fn result_type(&self, callee: &Expr<'t>, scope: ScopeId) -> Option<&'static str> {
        let find = |table: &[(&str, &'static str)], name: &str| {
            table
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, kind)| *kind)
        };
        match &callee.kind {
            ExprKind::Name(name) => find(FUNCTIONS, name).filter(|_| self.is_builtin(name, scope)),
            ExprKind::Member(member) => {
                let full = member
                    .object
                    .as_name()
                    .map(|root| (root, format!("{root}.{}", member.name)));
                let known = full
                    .and_then(|(root, full)| find(FUNCTIONS, &full).filter(|_| self.is_builtin(root, scope)));
                known.or_else(|| find(METHODS, member.name))
            }
            _ => None,
        }
    }

    /// True if the file itself gives the name no meaning but an import.
    fn is_builtin(&self, name: &str, scope: ScopeId) -> bool {
        let is_import = |def| matches!(self.value_of_def(def), Value::Import(_));
        self.scopes
            .lookup(name, scope)
            .is_none_or(|binding| binding.defs.iter().all(is_import))
    }
}
