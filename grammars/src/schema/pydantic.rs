//! Pydantic models.

use serde_json::Value as Json;

use crate::ast::{Bind, Call, Class, Entry, Expr, ExprKind, Pattern, ScopeId, Statement};
use crate::facts::ImportRef;
use crate::model::Model;
use crate::resolve::Value;

use super::change::Change;
use super::python_types::enumeration;
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
            return self.pydantic_model(class);
        }
        let is_enum = |base: &Expr<'_>| last_name(base).is_some_and(|name| name.ends_with("Enum"));
        if class.bases.iter().any(is_enum) {
            self.enum_values(class)
        } else {
            Lowered::any()
        }
    }

    /// The schema of a class that is known to be a model, though its base may stand in another module.
    pub(super) fn pydantic_model(&self, class: &'a Class<'t>) -> Lowered {
        let Some(_open) = self.enter(class.span) else {
            // A model that holds itself.
            return Lowered::any();
        };
        if let Some(root) = class.bases.iter().find_map(|base| self.root_type(class, base)) {
            return root;
        }
        let settings = self.model_settings(class);
        if settings.unknown_names {
            return Lowered::of_type("object");
        }
        let mut object = ObjectSchema::default();
        self.model_fields(class, &settings, &mut object);
        let mut lowered = object.finish();
        if let Some(allowed) = settings.extra {
            lowered = lowered.with("additionalProperties", Json::Bool(allowed));
        }
        let mut bases = self.imported_bases(class);
        let Some(base) = bases.next() else {
            return lowered;
        };
        let mut whole = Lowered::imported(base, false).changed(Change::Extend(Json::Object(lowered.schema)));
        whole.places = lowered.places;
        if bases.next().is_some() {
            whole = whole.changed(Change::Additional(Some(Json::Bool(true))));
        }
        whole
    }

    /// The schema of a class that other files may import as one.
    pub(crate) fn pydantic_export(&self, class: &'a Class<'t>) -> Option<Lowered> {
        if self.is_pydantic(class) || self.imported_bases(class).next().is_some() {
            return Some(self.pydantic_model(class));
        }
        Some(self.pydantic_class(class)).filter(|lowered| !lowered.schema.is_empty())
    }

    /// The bases that other modules of the project may hold.
    fn imported_bases(&self, class: &'a Class<'t>) -> impl Iterator<Item = ImportRef> {
        class
            .bases
            .iter()
            .filter_map(|base| match self.value(base, ScopeId::MODULE) {
                Value::Import(import) if !is_library(&import) => Some(import),
                _ => None,
            })
    }

    /// `class Tags(RootModel[List[str]])`.
    fn root_type(&self, class: &'a Class<'t>, base: &'a Expr<'t>) -> Option<Lowered> {
        match &base.kind {
            ExprKind::Index(pair) if last_name(&pair.0) == Some("RootModel") => {
                Some(self.python_type(&pair.1, class.scope))
            }
            _ if last_name(base) == Some("RootModel") => {
                let root = class.body.iter().find_map(|statement| match statement {
                    Statement::Bind(Bind {
                        pattern: Pattern::Name(name),
                        annotation,
                        ..
                    }) if name.text == "root" => annotation.as_ref(),
                    _ => None,
                });
                Some(root.map_or_else(Lowered::any, |root| self.python_type(root, class.scope)))
            }
            _ => None,
        }
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
            Some(values) if !values.is_empty() => enumeration(&values),
            _ => Lowered::any(),
        }
    }

    /// The fields of the model, its parents' first.
    fn model_fields(&self, class: &'a Class<'t>, settings: &Settings, object: &mut ObjectSchema) {
        let Some(_step) = self.step() else { return };
        for base in &class.bases {
            if let Value::Class(parent) = self.value(base, ScopeId::MODULE)
                && self.is_pydantic(parent)
            {
                self.model_fields(parent, settings, object);
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
                && let Some((shown, field)) =
                    self.model_field(name.text, annotation, value.as_ref(), settings, class.scope)
            {
                object.add(&shown, name.span, field);
            }
        }
    }

    /// A field under the name that messages give it; nothing if they may use one of several.
    fn model_field(
        &self,
        name: &str,
        annotation: &'a Expr<'t>,
        value: Option<&'a Expr<'t>>,
        settings: &Settings,
        scope: ScopeId,
    ) -> Option<(String, Lowered)> {
        let mut field = self.python_type(annotation, scope);
        let mut alias = None;
        let mut default = value;
        if let Some(call) = value.and_then(field_call) {
            field = self.field_bounds(field, call, scope);
            // The lowering drops `...`, so an argument that is there is a default.
            default = call.positional().first().or_else(|| call.keyword("default"));
            alias = call.keyword("validation_alias").or_else(|| call.keyword("alias"));
            field.optional = default.is_some() || call.keyword("default_factory").is_some();
        } else {
            field.optional = value.is_some();
        }
        if let Some(default) = default.and_then(|default| self.json(default, scope))
            && !field.is_imported()
        {
            field = field.with("default", default);
        }
        let shown = match alias {
            Some(alias) => match self.json(alias, scope) {
                Some(Json::String(alias)) => alias,
                _ => return None,
            },
            None if settings.camel_case => camel_case(name),
            None => name.to_owned(),
        };
        if settings.by_name && shown != name {
            // The message may use the name as well.
            field.optional = true;
        }
        Some((shown, field))
    }

    /// The bounds of `Field(gt=0)`, `conint(gt=0)`.
    pub(super) fn field_bounds(&self, mut field: Lowered, call: &'a Call<'t>, scope: ScopeId) -> Lowered {
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
        if field.is_imported() {
            return field;
        }
        let counts = match field.schema.get("type") {
            Some(Json::String(name)) => name.as_str(),
            Some(Json::Array(names)) => names.first().and_then(Json::as_str).unwrap_or(""),
            _ => "",
        };
        let counts = counts.to_owned();
        for (keyword, name) in BOUNDS {
            if let Some(value) = call.keyword(keyword).and_then(|value| self.json(value, scope)) {
                let name = match (name, counts.as_str()) {
                    ("minLength", "array") => "minItems",
                    ("maxLength", "array") => "maxItems",
                    ("minLength", "object") => "minProperties",
                    ("maxLength", "object") => "maxProperties",
                    _ => name,
                };
                // Bounds of `Optional[…]` stand beside the types, where they hold for the type that they fit.
                field = field.with(name, value);
            }
        }
        field
    }

    /// `model_config = ConfigDict(extra='forbid')`, or a class `Config` inside of the model; parents hand theirs on.
    fn model_settings(&self, class: &'a Class<'t>) -> Settings {
        let Some(_step) = self.step() else {
            return Settings::default();
        };
        let parents = class.bases.iter().map(|base| self.value(base, ScopeId::MODULE));
        let mut settings = parents
            .filter_map(|parent| match parent {
                Value::Class(parent) => Some(self.model_settings(parent)),
                _ => None,
            })
            .next_back()
            .unwrap_or_default();
        for statement in &class.body {
            match statement {
                Statement::Bind(Bind {
                    pattern: Pattern::Name(name),
                    value: Some(value),
                    ..
                }) if name.text == "model_config" => {
                    let entries = match &value.kind {
                        ExprKind::Call(call) => call.args.last().map(|last| &last.kind),
                        kind => Some(kind),
                    };
                    if let Some(ExprKind::Object(entries)) = entries {
                        for entry in entries {
                            if let Entry::Pair { key, value, .. } = entry {
                                self.set(&mut settings, key, value, class.scope);
                            }
                        }
                    }
                }
                Statement::Class(inner) if inner.name.is_some_and(|name| name.text == "Config") => {
                    for statement in &inner.body {
                        if let Statement::Bind(Bind {
                            pattern: Pattern::Name(name),
                            value: Some(value),
                            ..
                        }) = statement
                        {
                            self.set(&mut settings, name.text, value, inner.scope);
                        }
                    }
                }
                _ => {}
            }
        }
        settings
    }

    fn set(&self, settings: &mut Settings, key: &str, value: &'a Expr<'t>, scope: ScopeId) {
        match key {
            "extra" => {
                settings.extra = match self.json(value, scope) {
                    Some(Json::String(extra)) if extra == "forbid" => Some(false),
                    Some(Json::String(extra)) if extra == "ignore" => None,
                    _ => Some(true),
                }
            }
            "alias_generator" => {
                settings.camel_case = last_name(value) == Some("to_camel");
                settings.unknown_names = !settings.camel_case && !matches!(value.kind, ExprKind::Null);
            }
            "populate_by_name" | "validate_by_name" | "allow_population_by_field_name" => {
                settings.by_name = !matches!(value.kind, ExprKind::Bool(false));
            }
            _ => {}
        }
    }
}

/// What a model's settings say about its messages.
#[derive(Default)]
struct Settings {
    /// Whether further properties are fine; nothing said if absent.
    extra: Option<bool>,
    /// Fields without an alias are named `likeThis` in messages.
    camel_case: bool,
    /// A message may use the name of a field instead of its alias.
    by_name: bool,
    /// Names are made by a function that is not known here.
    unknown_names: bool,
}

fn is_base_model(base: &Expr<'_>) -> bool {
    match &base.kind {
        ExprKind::Index(pair) => last_name(&pair.0) == Some("RootModel"),
        _ => matches!(last_name(base), Some("BaseModel" | "RootModel")),
    }
}

/// `b` of `b` and of `a.b`.
pub(super) fn last_name<'t>(expr: &Expr<'t>) -> Option<&'t str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Member(member) => Some(member.name),
        _ => None,
    }
}

pub(super) fn field_call<'a, 't>(value: &'a Expr<'t>) -> Option<&'a Call<'t>> {
    match &value.kind {
        ExprKind::Call(call) if last_name(&call.callee) == Some("Field") => Some(call),
        _ => None,
    }
}

/// Modules that hold no schema of the project.
pub(super) fn is_library(import: &ImportRef) -> bool {
    const LIBRARIES: [&str; 14] = [
        "abc",
        "annotated_types",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "ipaddress",
        "pathlib",
        "pydantic",
        "pydantic_core",
        "typing",
        "typing_extensions",
        "uuid",
    ];
    let package = import.module.split('.').next().unwrap_or("");
    LIBRARIES.contains(&package)
}

/// `orderId` of `order_id`, as `pydantic.alias_generators.to_camel` makes it.
fn camel_case(name: &str) -> String {
    let mut camel = String::new();
    let mut after_gap = false;
    for c in name.chars() {
        match c {
            '_' if !camel.is_empty() => after_gap = true,
            c if after_gap => {
                camel.extend(c.to_uppercase());
                after_gap = false;
            }
            c => camel.push(c),
        }
    }
    camel
}

fn is_named(annotation: &Expr<'_>, name: &str) -> bool {
    match &annotation.kind {
        ExprKind::Name(written) => *written == name,
        ExprKind::Index(pair) => is_named(&pair.0, name),
        ExprKind::Member(member) => member.name == name,
        _ => false,
    }
}
