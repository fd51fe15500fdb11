//! Schemas of four notations, lowered to JSON Schema as a producer of the value has to fulfil it. What is not
//! understood becomes `{}`: open, never narrower than the truth.

use serde_json::{Map, Value as Json, json};

use crate::ast::{Call, Expr, ExprKind, ScopeId};
use crate::facts::{FILLED, IMPORT, ImportRef, SchemaFact, SchemaNotation};
use crate::model::Model;
use crate::resolve::Value;
use crate::text::Span;

mod change;
mod literal;
mod views;

mod json_schema;
mod pydantic;
mod python_types;
mod shorthand;
mod unfit;
mod zod;
mod zod_checks;
mod zod_objects;

/// A schema on its way to a [`SchemaFact`].
#[derive(Debug, Clone)]
pub(crate) struct Lowered {
    /// The JSON Schema, always an object.
    pub(crate) schema: Map<String, Json>,
    /// True if the value may be left out where it is a property.
    pub(crate) optional: bool,
    /// True if it is then filled in.
    pub(crate) filled: bool,
    /// Where the properties are written, by pointer.
    pub(crate) places: Vec<(String, Span)>,
}

impl Lowered {
    /// Anything.
    pub(crate) fn any() -> Self {
        Self {
            schema: Map::new(),
            optional: false,
            filled: false,
            places: Vec::new(),
        }
    }

    pub(crate) fn of(schema: Json) -> Self {
        let schema = match schema {
            Json::Object(map) => map,
            _ => Map::new(),
        };
        Self {
            schema,
            optional: false,
            filled: false,
            places: Vec::new(),
        }
    }

    pub(crate) fn of_type(name: &str) -> Self {
        Self::of(json!({ "type": name }))
    }

    pub(crate) fn array_of(items: Lowered) -> Self {
        let places = prefixed("/*", items.places);
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("array"));
        if !items.schema.is_empty() {
            schema.insert("items".to_owned(), Json::Object(items.schema));
        }
        Self {
            schema,
            optional: false,
            filled: false,
            places,
        }
    }

    /// One of several.
    pub(crate) fn any_of(choices: Vec<Lowered>) -> Self {
        let optional = choices.iter().any(|choice| choice.optional);
        if choices.iter().any(|choice| choice.schema.is_empty()) {
            return Self {
                optional,
                ..Self::any()
            };
        }
        let mut places = Vec::new();
        let mut schemas = Vec::new();
        for choice in choices {
            places.extend(choice.places);
            schemas.push(Json::Object(choice.schema));
        }
        let mut lowered = Self::of(json!({ "anyOf": schemas }));
        lowered.optional = optional;
        lowered.places = places;
        lowered
    }

    /// The same or null.
    pub(crate) fn or_null(mut self) -> Self {
        if self.schema.is_empty() {
            return self;
        }
        let plain_type = match self.schema.get("type") {
            Some(Json::String(name)) => Some(name.clone()),
            _ => None,
        };
        match plain_type {
            Some(name) if !self.schema.contains_key("const") => {
                self.schema.insert("type".to_owned(), json!([name, "null"]));
                if let Some(Json::Array(values)) = self.schema.get_mut("enum") {
                    values.push(Json::Null);
                }
                self
            }
            _ => {
                let (places, optional) = (std::mem::take(&mut self.places), self.optional);
                let mut both = Self::any_of(vec![self, Self::of_type("null")]);
                both.places = places;
                both.optional = optional;
                both
            }
        }
    }

    pub(crate) fn optional(mut self) -> Self {
        self.optional = true;
        self.filled = false;
        self
    }

    fn is_imported(&self) -> bool {
        self.schema.contains_key(IMPORT)
    }

    pub(crate) fn with(mut self, key: &str, value: Json) -> Self {
        self.schema.insert(key.to_owned(), value);
        self
    }

    pub(crate) fn type_name(&self) -> Option<&str> {
        self.schema.get("type").and_then(Json::as_str)
    }
}

/// An object schema under construction.
#[derive(Default)]
pub(crate) struct ObjectSchema {
    properties: Map<String, Json>,
    required: Vec<Json>,
    filled: Vec<Json>,
    places: Vec<(String, Span)>,
}

impl ObjectSchema {
    pub(crate) fn add(&mut self, name: &str, span: Span, value: Lowered) {
        let pointer = format!("/{}", escaped(name));
        self.places.push((pointer.clone(), span));
        self.places.extend(prefixed(&pointer, value.places));
        // The last definition of a name counts.
        let name_json = json!(name);
        self.required.retain(|known| *known != name_json);
        self.filled.retain(|known| *known != name_json);
        if !value.optional {
            self.required.push(name_json);
        } else if value.filled {
            self.filled.push(name_json);
        }
        self.properties
            .insert(name.to_owned(), Json::Object(value.schema));
    }

    pub(crate) fn finish(self) -> Lowered {
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("object"));
        schema.insert("properties".to_owned(), Json::Object(self.properties));
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), Json::Array(self.required));
        }
        if !self.filled.is_empty() {
            schema.insert(FILLED.to_owned(), Json::Array(self.filled));
        }
        Lowered {
            schema,
            optional: false,
            filled: false,
            places: self.places,
        }
    }
}

/// A name as a part of a JSON pointer.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

pub(crate) fn prefixed(prefix: &str, places: Vec<(String, Span)>) -> Vec<(String, Span)> {
    places
        .into_iter()
        .map(|(pointer, span)| (format!("{prefix}{pointer}"), span))
        .collect()
}

impl<'a, 't> Model<'a, 't> {
    /// The schema that `expr` is, in whatever notation.
    pub(crate) fn schema_fact(&self, expr: &'a Expr<'t>, scope: ScopeId) -> SchemaFact {
        let (notation, lowered, import) = self.classified(expr, scope);
        SchemaFact {
            span: expr.span,
            notation,
            schema: Json::Object(lowered.schema),
            optional: lowered.optional,
            filled: lowered.filled,
            properties: lowered.places.into_iter().collect(),
            import,
            unfit: self.unfit(expr, scope),
        }
    }

    /// The schema that a part of another schema is.
    pub(crate) fn sub_schema(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Lowered {
        match self.classified(expr, scope) {
            (_, _, Some(import)) => Lowered::imported(import, false),
            (_, lowered, None) => lowered,
        }
    }

    /// What `expr` stands for. Python binds a schema in `try` and nothing in `except ImportError`: the schema counts.
    fn schema_value(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Value<'a, 't> {
        let value = self.value(expr, scope);
        let Value::Unknown = value else { return value };
        let binding = expr.as_name().and_then(|name| self.scopes.lookup(name, scope));
        let values = binding.into_iter().flat_map(|binding| &binding.defs);
        let mut real = values.map(|def| self.value_of_def(def)).filter(|value| {
            !matches!(
                value,
                Value::Expr(
                    Expr {
                        kind: ExprKind::Null,
                        ..
                    },
                    _
                )
            )
        });
        match (real.next(), real.next()) {
            (Some(only), None) => only,
            _ => Value::Unknown,
        }
    }

    fn classified(&self, expr: &'a Expr<'t>, scope: ScopeId) -> (SchemaNotation, Lowered, Option<ImportRef>) {
        let Some(_step) = self.step() else {
            return (SchemaNotation::Unknown, Lowered::any(), None);
        };
        match self.schema_value(expr, scope) {
            Value::Import(import) => (SchemaNotation::Unknown, Lowered::any(), Some(import)),
            Value::Class(class) => (SchemaNotation::Pydantic, self.pydantic_class(class), None),
            Value::Function(_) | Value::Unknown => (SchemaNotation::Unknown, Lowered::any(), None),
            Value::Expr(found, scope) => match &found.kind {
                ExprKind::Null => (SchemaNotation::Null, Lowered::any(), None),
                ExprKind::Object(entries) if json_schema::is_json_schema(entries) => {
                    (SchemaNotation::JsonSchema, self.json_schema(entries, scope), None)
                }
                ExprKind::Object(_) | ExprKind::List(_) | ExprKind::Text { .. } => {
                    (SchemaNotation::Shorthand, self.shorthand(found, scope), None)
                }
                ExprKind::Call(call) => self.classified_call(found, call, scope),
                _ => (SchemaNotation::Unknown, Lowered::any(), None),
            },
        }
    }

    fn classified_call(
        &self,
        expr: &'a Expr<'t>,
        call: &'a Call<'t>,
        scope: ScopeId,
    ) -> (SchemaNotation, Lowered, Option<ImportRef>) {
        if let ExprKind::Member(member) = &call.callee.kind
            && matches!(member.name, "model_json_schema" | "schema" | "json_schema")
        {
            return match self.schema_value(&member.object, scope) {
                Value::Class(class) => (SchemaNotation::Pydantic, self.pydantic_model(class), None),
                Value::Import(import) => (SchemaNotation::Pydantic, Lowered::any(), Some(import)),
                Value::Expr(
                    Expr {
                        kind: ExprKind::Call(adapter),
                        ..
                    },
                    scope,
                ) if matches!(&adapter.callee.kind, ExprKind::Name("TypeAdapter"))
                    || matches!(&adapter.callee.kind, ExprKind::Member(member) if member.name == "TypeAdapter") =>
                {
                    let lowered = adapter
                        .args
                        .first()
                        .map_or_else(Lowered::any, |t| self.python_type(t, scope));
                    (SchemaNotation::Pydantic, lowered, None)
                }
                _ => (SchemaNotation::Pydantic, Lowered::any(), None),
            };
        }
        let callee = match &call.callee.kind {
            ExprKind::Name(name) => Some(*name),
            ExprKind::Member(member) => Some(member.name),
            _ => None,
        };
        if let (Some("zodToJsonSchema" | "toJSONSchema" | "jsonSchema"), Some(inner)) =
            (callee, call.args.first())
        {
            return self.classified(inner, scope);
        }
        match self.zod(expr, scope) {
            Some(lowered) => (SchemaNotation::Zod, lowered, None),
            None => (SchemaNotation::Unknown, Lowered::any(), None),
        }
    }

    /// True for an expression that is a schema by its form, wherever it stands.
    pub(crate) fn is_schema(&self, expr: &'a Expr<'t>, scope: ScopeId) -> bool {
        match self.value(expr, scope) {
            Value::Class(class) => self.is_pydantic(class),
            Value::Expr(
                Expr {
                    kind: ExprKind::Object(entries),
                    ..
                },
                _,
            ) => json_schema::is_json_schema(entries),
            Value::Expr(
                found @ Expr {
                    kind: ExprKind::Call(_),
                    ..
                },
                scope,
            ) => self.zod(found, scope).is_some(),
            _ => false,
        }
    }
}
