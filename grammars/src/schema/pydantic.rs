//! Pydantic models, and Python types as they stand in annotations.

use serde_json::{Value as Json, json};

use crate::ast::{Bind, Call, Class, Expr, ExprKind, Pattern, ScopeId, Statement};
use crate::model::Model;
use crate::resolve::Value;

use super::{Lowered, ObjectSchema};

impl<'a, 't> Model<'a, 't> {
    /// True if the class descends from `BaseModel`.
    pub(super) fn is_pydantic(&self, class: &'a Class<'t>) -> bool {
        let Some(_step) = self.step() else { return false };
        class.bases.iter().any(|base| {
            is_base_model(base)
                || match self.value(base, ScopeId::MODULE) {
                    Value::Class(parent) => self.is_pydantic(parent),
                    Value::Import(import) => import.module == "pydantic",
                    _ => false,
                }
        })
    }

    /// The schema of a class: a model's fields, an enum's values, anything for other classes.
    pub(super) fn pydantic_class(&self, class: &'a Class<'t>) -> Lowered {
        let Some(_step) = self.step() else {
            return Lowered::any();
        };
        if self.is_pydantic(class) {
            let mut object = ObjectSchema::default();
            self.model_fields(class, &mut object);
            let lowered = object.finish();
            return if self.forbids_extra(class) {
                lowered.with("additionalProperties", Json::Bool(false))
            } else {
                lowered
            };
        }
        let is_enum = |base: &Expr<'_>| match &base.kind {
            ExprKind::Name(name) => name.ends_with("Enum"),
            ExprKind::Member(member) => member.name.ends_with("Enum"),
            _ => false,
        };
        if class.bases.iter().any(is_enum) {
            self.enum_values(class)
        } else {
            Lowered::any()
        }
    }

    /// The schema of a class that other files may import as one.
    pub(crate) fn pydantic_export(&self, class: &'a Class<'t>) -> Option<Lowered> {
        self.is_pydantic(class).then(|| self.pydantic_class(class))
    }

    fn enum_values(&self, class: &'a Class<'t>) -> Lowered {
        let values: Option<Vec<Json>> = class
            .body
            .iter()
            .filter_map(|statement| match statement {
                Statement::Bind(bind) => bind.value.as_ref(),
                _ => None,
            })
            .map(|value| self.json(value, class.scope))
            .collect();
        match values {
            Some(values) if !values.is_empty() => Lowered::of(json!({ "enum": values })),
            _ => Lowered::any(),
        }
    }

    /// The fields of the model, its parents' first.
    fn model_fields(&self, class: &'a Class<'t>, object: &mut ObjectSchema) {
        let Some(_step) = self.step() else { return };
        for base in &class.bases {
            if let Value::Class(parent) = self.value(base, ScopeId::MODULE)
                && self.is_pydantic(parent)
            {
                self.model_fields(parent, object);
            }
        }
        for statement in &class.body {
            if let Statement::Bind(Bind {
                pattern: Pattern::Name(name),
                annotation: Some(annotation),
                value,
                ..
            }) = statement
                && !name.text.starts_with('_')
                && name.text != "model_config"
                && !is_named(annotation, "ClassVar")
            {
                let mut field = self.python_type(annotation, class.scope);
                field.optional = value.is_some();
                let call = match value.as_ref().map(|value| &value.kind) {
                    Some(ExprKind::Call(call)) if call.callee.as_name() == Some("Field") => Some(call),
                    _ => None,
                };
                let mut shown = name.text.to_owned();
                if let Some(call) = call {
                    field = self.field_settings(field, call, class.scope);
                    let alias = call.keyword("alias").or_else(|| call.keyword("validation_alias"));
                    if let Some(Json::String(alias)) = alias.and_then(|alias| self.json(alias, class.scope)) {
                        shown = alias;
                    }
                }
                object.add(&shown, name.span, field);
            }
        }
    }

    /// `Field(..., gt=0)`: whether the field may be absent, and its bounds.
    fn field_settings(&self, mut field: Lowered, call: &'a Call<'t>, scope: ScopeId) -> Lowered {
        // The lowering drops `...`, so an argument that is there is a default.
        let has_default = !call.positional().is_empty();
        field.optional =
            has_default || call.keyword("default").is_some() || call.keyword("default_factory").is_some();
        const BOUNDS: [(&str, &str); 9] = [
            ("gt", "exclusiveMinimum"),
            ("ge", "minimum"),
            ("lt", "exclusiveMaximum"),
            ("le", "maximum"),
            ("min_length", "minLength"),
            ("max_length", "maxLength"),
            ("multiple_of", "multipleOf"),
            ("pattern", "pattern"),
            ("description", "description"),
        ];
        let is_list = field.type_name() == Some("array");
        for (keyword, name) in BOUNDS {
            if let Some(value) = call.keyword(keyword).and_then(|value| self.json(value, scope)) {
                let name = match (name, is_list) {
                    ("minLength", true) => "minItems",
                    ("maxLength", true) => "maxItems",
                    _ => name,
                };
                // Bounds of `Optional[…]` stand beside the types, where they hold for the type that they fit.
                field = field.with(name, value);
            }
        }
        field
    }

    /// `model_config = ConfigDict(extra='forbid')`.
    fn forbids_extra(&self, class: &'a Class<'t>) -> bool {
        class.body.iter().any(|statement| match statement {
            Statement::Bind(Bind {
                pattern: Pattern::Name(name),
                value: Some(value),
                ..
            }) if name.text == "model_config" => {
                let extra = match &value.kind {
                    ExprKind::Call(call) => call.keyword("extra"),
                    ExprKind::Object(entries) => crate::ast::entry(entries, "extra"),
                    _ => None,
                };
                extra.and_then(|extra| self.json(extra, class.scope)) == Some(json!("forbid"))
            }
            _ => false,
        })
    }

    /// A type as an annotation writes it.
    pub(super) fn python_type(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Lowered {
        let Some(_step) = self.step() else {
            return Lowered::any();
        };
        match &expr.kind {
            ExprKind::Null => Lowered::of_type("null"),
            // A reference to a class that is defined later is written as a text.
            ExprKind::Text { value, .. } => {
                match self.scopes.lookup(value, scope).map(|b| self.value_of_binding(b)) {
                    Some(Value::Class(class)) => self.pydantic_class(class),
                    _ => plain_type(value),
                }
            }
            ExprKind::Name(name) => match self.value(expr, scope) {
                Value::Class(class) => self.pydantic_class(class),
                Value::Expr(found, scope) if !std::ptr::eq(found, expr) => self.python_type(found, scope),
                _ => plain_type(name),
            },
            ExprKind::Member(member) => plain_type(member.name),
            ExprKind::Index(pair) => match &pair.0.kind {
                ExprKind::Name(name) => self.generic(name, &pair.1, scope),
                ExprKind::Member(member) => self.generic(member.name, &pair.1, scope),
                _ => Lowered::any(),
            },
            // `A | B`
            ExprKind::Opaque(_, parts) if parts.len() == 2 => self.type_union(parts, scope),
            ExprKind::Call(call) => match call.callee.as_name() {
                Some("constr") => Lowered::of_type("string"),
                Some("conint") => Lowered::of_type("integer"),
                Some("confloat") => Lowered::of_type("number"),
                Some("conlist") => Lowered::of_type("array"),
                _ => Lowered::any(),
            },
            _ => Lowered::any(),
        }
    }

    fn generic(&self, name: &str, args: &'a Expr<'t>, scope: ScopeId) -> Lowered {
        let parts = match &args.kind {
            ExprKind::List(parts) => parts.as_slice(),
            _ => std::slice::from_ref(args),
        };
        match name {
            "Optional" => self.python_type(args, scope).or_null(),
            "Union" => self.type_union(parts, scope),
            "List" | "list" | "Sequence" | "Iterable" | "Set" | "set" | "FrozenSet" | "frozenset" => {
                Lowered::array_of(self.python_type(args, scope))
            }
            "Tuple" | "tuple" => Lowered::of_type("array"),
            "Dict" | "dict" | "Mapping" | "DefaultDict" => {
                let values = parts
                    .get(1)
                    .map_or_else(Lowered::any, |value| self.python_type(value, scope));
                Lowered::of_type("object").with("additionalProperties", Json::Object(values.schema))
            }
            "Literal" => match parts
                .iter()
                .map(|part| self.json(part, scope))
                .collect::<Option<Vec<Json>>>()
            {
                Some(values) if values.iter().all(Json::is_string) => {
                    Lowered::of(json!({ "type": "string", "enum": values }))
                }
                Some(values) => Lowered::of(json!({ "enum": values })),
                None => Lowered::any(),
            },
            "Annotated" | "Required" | "NotRequired" | "Final" => parts
                .first()
                .map_or_else(Lowered::any, |part| self.python_type(part, scope)),
            _ => Lowered::any(),
        }
    }

    fn type_union(&self, parts: &'a [Expr<'t>], scope: ScopeId) -> Lowered {
        let is_null = |part: &&Expr<'_>| matches!(part.kind, ExprKind::Null);
        let nullable = parts.iter().any(|part| is_null(&part));
        let mut choices: Vec<Lowered> = parts
            .iter()
            .filter(|part| !is_null(part))
            .map(|part| self.python_type(part, scope))
            .collect();
        let union = match choices.len() {
            1 => choices.pop().unwrap_or_else(Lowered::any),
            _ => Lowered::any_of(choices),
        };
        if nullable { union.or_null() } else { union }
    }
}

fn is_base_model(base: &Expr<'_>) -> bool {
    match &base.kind {
        ExprKind::Name(name) => *name == "BaseModel",
        ExprKind::Member(member) => member.name == "BaseModel",
        _ => false,
    }
}

fn is_named(annotation: &Expr<'_>, name: &str) -> bool {
    match &annotation.kind {
        ExprKind::Name(written) => *written == name,
        ExprKind::Index(pair) => is_named(&pair.0, name),
        ExprKind::Member(member) => member.name == name,
        _ => false,
    }
}

fn plain_type(name: &str) -> Lowered {
    match name {
        "str" => Lowered::of_type("string"),
        "int" => Lowered::of_type("integer"),
        "float" => Lowered::of_type("number"),
        "bool" => Lowered::of_type("boolean"),
        "dict" | "Dict" => Lowered::of_type("object"),
        "list" | "List" | "tuple" | "Tuple" | "set" | "Set" => Lowered::of_type("array"),
        "datetime" => Lowered::of(json!({ "type": "string", "format": "date-time" })),
        "date" | "time" => Lowered::of(json!({ "type": "string", "format": name })),
        "UUID" | "UUID4" => Lowered::of(json!({ "type": "string", "format": "uuid" })),
        "EmailStr" => Lowered::of(json!({ "type": "string", "format": "email" })),
        "HttpUrl" | "AnyUrl" => Lowered::of(json!({ "type": "string", "format": "uri" })),
        _ => Lowered::any(),
    }
}
