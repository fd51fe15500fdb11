//! The shape of a payload: its keys, and of each value what is certain.

use serde_json::Value as Json;

use crate::ast::{Entry, Expr, ExprKind, Function, Opaque, ScopeId};
use crate::facts::{FieldShape, Shape, Text};
use crate::language::Language;
use crate::model::Model;
use crate::resolve::{Value, argument};
use crate::scope::{Binding, Def};
use crate::text::Span;

use super::roles::Role;

/// What shapes are worked out from.
#[derive(Clone, Copy)]
pub(super) struct Shapes<'m, 'a, 't> {
    pub(super) model: &'m Model<'a, 't>,
    /// The schema of the step's own message.
    pub(super) input: Option<&'m Json>,
}

/// How many fields of an object are told apart; more are data, not a message.
const MAX_FIELDS: usize = 500;

/// An object shape under construction.
#[derive(Default)]
struct Fields {
    fields: Vec<FieldShape>,
    open: bool,
}

impl Fields {
    fn set(&mut self, name: &str, span: Span, value: Shape) {
        let is_full = self.fields.len() >= MAX_FIELDS;
        match self.fields.iter_mut().find(|field| field.name == name) {
            Some(field) => (field.span, field.value) = (span, value),
            None if is_full => self.open = true,
            None => self.fields.push(FieldShape {
                name: name.to_owned(),
                span,
                value,
            }),
        }
    }

    /// Something unknown is laid over the fields: they stay, but their values may be others.
    fn blur(&mut self) {
        self.open = true;
        self.fields
            .iter_mut()
            .for_each(|field| field.value = Shape::Unknown);
    }

    fn finish(self) -> Shape {
        Shape::Object {
            fields: self.fields,
            open: self.open,
        }
    }
}

impl<'a, 't> Shapes<'_, 'a, 't> {
    /// What is known of the value of `expr`.
    pub(super) fn shape(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Shape {
        let Some(_step) = self.model.step() else {
            return Shape::Unknown;
        };
        if let ExprKind::Name(name) = &expr.kind
            && let Some(binding) = self.model.scopes.lookup(name, scope)
        {
            return self.changed(self.shape_of_binding(expr, binding, scope), binding, expr.span);
        }
        if let Some(path) = self.input_path(expr, scope) {
            return Shape::Input(path);
        }
        match &expr.kind {
            ExprKind::Text { value, .. } => Shape::Literal(Json::String(value.clone().into_owned())),
            ExprKind::Template(_) => kind("string"),
            ExprKind::Number(Some(number)) => Shape::Literal(Json::Number(number.clone())),
            ExprKind::Number(None) => kind("number"),
            ExprKind::Bool(value) => Shape::Literal(Json::Bool(*value)),
            ExprKind::Null => Shape::Literal(Json::Null),
            ExprKind::List(items) if items.iter().any(|item| matches!(item.kind, ExprKind::Spread(_))) => {
                kind("array")
            }
            ExprKind::List(items) => Shape::Array(items.iter().map(|item| self.shape(item, scope)).collect()),
            ExprKind::Object(entries) => self.object(entries, scope),
            ExprKind::Cast(cast) => self.shape(&cast.value, scope),
            ExprKind::Plus(pair) => sum(&self.shape(&pair.0, scope), &self.shape(&pair.1, scope)),
            ExprKind::Choice(parts) => either(self.shape(&parts[1], scope), &self.shape(&parts[2], scope)),
            ExprKind::Opaque(opaque, _) => self.shape_of_opaque(*opaque),
            ExprKind::Member(_) | ExprKind::Index(_) | ExprKind::Call(_) | ExprKind::Name(_) => {
                self.shape_of_reference(expr, scope)
            }
            _ => Shape::Unknown,
        }
    }

    fn input_path(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Option<Vec<String>> {
        match self.model.role(expr, scope)?.role {
            Role::Input(path) => Some(path),
            _ => None,
        }
    }

    fn shape_of_opaque(&self, opaque: Opaque) -> Shape {
        match opaque {
            Opaque::Boolean => kind("boolean"),
            Opaque::Text => kind("string"),
            Opaque::List => kind("array"),
            Opaque::Object => kind("object"),
            // Operators of the other languages can be overloaded.
            Opaque::Number
                if matches!(self.model.language(), Language::TypeScript | Language::JavaScript) =>
            {
                kind("number")
            }
            _ => Shape::Unknown,
        }
    }

    /// A member, a lookup or a call: what it leads to within the file, or the type of a well-known function.
    fn shape_of_reference(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Shape {
        match self.model.value(expr, scope) {
            Value::Expr(found, scope) if !std::ptr::eq(found, expr) => return self.shape(found, scope),
            _ => {}
        }
        let known = match &expr.kind {
            ExprKind::Call(call) => self.model.call_type(call, scope),
            ExprKind::Member(_) => self.model.member_type(expr, scope),
            _ => None,
        };
        let part = match &expr.kind {
            _ if known.is_some() => None,
            ExprKind::Member(member) => Some((&member.object, member.name)),
            ExprKind::Index(pair) => pair.1.as_text().map(|key| (&pair.0, key)),
            _ => None,
        };
        match (known, part) {
            (Some(name), _) => kind(name),
            (None, Some((object, key))) => self.field_of(object, key, scope),
            (None, None) => Shape::Unknown,
        }
    }

    /// A field of an object whose shape is known.
    fn field_of(&self, object: &'a Expr<'t>, key: &str, scope: ScopeId) -> Shape {
        match self.shape(object, scope) {
            Shape::Object { fields, .. } => fields
                .into_iter()
                .find(|field| field.name == key)
                .map_or(Shape::Unknown, |field| field.value),
            _ => Shape::Unknown,
        }
    }

    fn shape_of_binding(&self, name: &'a Expr<'t>, binding: &Binding<'a, 't>, scope: ScopeId) -> Shape {
        if let Some(path) = self.input_path(name, scope) {
            return Shape::Input(path);
        }
        match binding.defs.as_slice() {
            [Def::Value { value, path, scope }] if path.is_empty() => self.shape(value, *scope),
            [
                Def::Param {
                    function,
                    index,
                    path,
                },
            ] if path.is_empty() => self.shape_of_param(function, *index),
            [def] => match self.model.value_of_def(def) {
                Value::Expr(value, scope) => self.shape(value, scope),
                _ => Shape::Unknown,
            },
            _ => Shape::Unknown,
        }
    }

    /// A parameter of a helper that only this file calls.
    fn shape_of_param(&self, function: &'a Function<'t>, index: usize) -> Shape {
        let Some(sites) = self.model.private_calls(function) else {
            return Shape::Unknown;
        };
        let shapes = sites
            .iter()
            .map(|site| match argument(site.call, function, index) {
                Some(arg) => self.shape(arg, site.scope),
                None => Shape::Unknown,
            });
        shapes.reduce(|a, b| either(a, &b)).unwrap_or(Shape::Unknown)
    }

    /// A shape after the visible writes to its name.
    fn changed(&self, shape: Shape, binding: &Binding<'a, 't>, span: Span) -> Shape {
        if binding.keys.is_empty() && !binding.opened {
            return shape;
        }
        let mut fields = match shape {
            Shape::Object { fields, open } => Fields { fields, open },
            Shape::Input(path) => {
                let mut fields = Fields::default();
                self.add_input(&mut fields, &path, span);
                fields
            }
            Shape::Array(_) => return kind("array"),
            other => return other,
        };
        if binding.opened {
            fields.blur();
        }
        fields.open |= binding.keys.len() > MAX_FIELDS;
        for write in binding.keys.iter().take(MAX_FIELDS) {
            let is_new = !fields.fields.iter().any(|field| field.name == write.key);
            let value = match write.value {
                Some((value, scope)) if is_new => self.shape(value, scope),
                _ => Shape::Unknown,
            };
            fields.set(write.key, write.span, value);
        }
        fields.finish()
    }

    fn object(&self, entries: &'a [Entry<'t>], scope: ScopeId) -> Shape {
        let mut fields = Fields::default();
        for entry in entries {
            match entry {
                Entry::Pair { key, key_span, value } => fields.set(key, *key_span, self.shape(value, scope)),
                Entry::Spread(spread) => self.spread(&mut fields, spread, scope),
                Entry::Computed { key, value } => match self.model.text(key, scope) {
                    Text::Known(name) => fields.set(&name, key.span, self.shape(value, scope)),
                    _ => fields.blur(),
                },
            }
        }
        fields.finish()
    }

    fn spread(&self, fields: &mut Fields, spread: &'a Expr<'t>, scope: ScopeId) {
        match &spread.kind {
            // `...(x && { y })`: what may be there counts as there, so that nothing is called missing.
            ExprKind::Both(pair) => return self.maybe_spread(fields, &pair.1, scope),
            ExprKind::Choice(parts) => {
                self.maybe_spread(fields, &parts[1], scope);
                return self.maybe_spread(fields, &parts[2], scope);
            }
            _ => {}
        }
        match self.shape(spread, scope) {
            Shape::Object { fields: inner, open } => {
                if open {
                    fields.blur();
                }
                inner
                    .into_iter()
                    .for_each(|field| fields.set(&field.name, field.span, field.value));
            }
            Shape::Input(path) => self.add_input(fields, &path, spread.span),
            Shape::Literal(Json::Null) => {}
            _ => fields.blur(),
        }
    }

    fn maybe_spread(&self, fields: &mut Fields, spread: &'a Expr<'t>, scope: ScopeId) {
        match self.shape(spread, scope) {
            Shape::Object { fields: inner, open } => {
                if open {
                    fields.blur();
                }
                for field in inner {
                    let is_new = !fields.fields.iter().any(|known| known.name == field.name);
                    fields.set(
                        &field.name,
                        field.span,
                        if is_new { field.value } else { Shape::Unknown },
                    );
                }
            }
            Shape::Literal(Json::Null) => {}
            _ => fields.blur(),
        }
    }

    /// The step's own message, or a part of it, laid over the fields: its schema says which keys it has.
    fn add_input(&self, fields: &mut Fields, path: &[String], span: Span) {
        let schema = self.input.and_then(|schema| {
            path.iter()
                .try_fold(schema, |schema, key| schema.get("properties")?.get(key))
        });
        let properties = schema.and_then(|schema| schema.get("properties")?.as_object());
        let Some(properties) = properties else {
            return fields.blur();
        };
        if !matches!(
            schema.and_then(|schema| schema.get("additionalProperties")),
            None | Some(Json::Bool(false))
        ) {
            fields.blur();
        }
        for name in properties.keys() {
            let mut inner = path.to_vec();
            inner.push(name.clone());
            fields.set(name, span, Shape::Input(inner));
        }
    }
}

fn kind(name: &str) -> Shape {
    Shape::Type(name.to_owned())
}

fn type_of(shape: &Shape) -> Option<&str> {
    match shape {
        Shape::Type(name) => Some(name),
        Shape::Literal(Json::String(_)) => Some("string"),
        Shape::Literal(Json::Number(_)) => Some("number"),
        Shape::Literal(Json::Bool(_)) => Some("boolean"),
        Shape::Object { .. } => Some("object"),
        Shape::Array(_) => Some("array"),
        Shape::Literal(_) | Shape::Input(_) | Shape::Unknown => None,
    }
}

/// A value that is one of two.
fn either(a: Shape, b: &Shape) -> Shape {
    if a == *b {
        return a;
    }
    match (type_of(&a), type_of(b)) {
        (Some(first), Some(second)) if first == second => kind(first),
        _ => Shape::Unknown,
    }
}

/// `a + b`: a text as soon as one side is one.
fn sum(a: &Shape, b: &Shape) -> Shape {
    match (type_of(a), type_of(b)) {
        (Some("string"), _) | (_, Some("string")) => kind("string"),
        (Some("number"), Some("number")) => kind("number"),
        _ => Shape::Unknown,
    }
}
