//! Values and schemas that other files may refer to.

use crate::ast::{Class, Entry, Expr, ExprKind, Pattern, ScopeId, Statement};
use crate::facts::{ConstValue, FileFacts, ImportRef, SchemaFact, SchemaNotation, Text};
use crate::language::Language;
use crate::model::Model;
use crate::resolve::{Member, Value};
use crate::scope::{Binding, Def};

/// How deep objects are followed, and how many entries of one are kept.
const MAX_LEVELS: u32 = 6;
const MAX_ENTRIES: usize = 1_000;

/// The name of what a spread adds to an object.
const SPREAD: &str = "...";

impl<'a, 't> Model<'a, 't> {
    /// Adds the exports of the module. The config and the handler of a step or stream are no values for others.
    pub(super) fn add_exports(&self, facts: &mut FileFacts, is_definition: bool) {
        let skipped = |name: &str| is_definition && matches!(name, "config" | "handler");
        match self.language() {
            Language::TypeScript | Language::JavaScript => {
                for export in self.module.exports.iter().filter(|export| !skipped(export.name)) {
                    match &export.from {
                        Some(module) => self.add_re_export(facts, export.name, module, export.local),
                        None => {
                            if let Some(binding) = self.scopes.own(export.local, ScopeId::MODULE) {
                                self.add_export(facts, export.name, binding, is_definition);
                            }
                        }
                    }
                }
            }
            Language::Python | Language::Ruby => {
                let is_ruby = self.language() == Language::Ruby;
                for (name, binding) in self.scopes.names(ScopeId::MODULE) {
                    let is_public = !is_ruby || name.starts_with(|c: char| c.is_ascii_uppercase());
                    if is_public && !skipped(name) {
                        self.add_export(facts, name, binding, is_definition);
                    }
                }
            }
        }
    }

    /// `export { X } from './y'`; all `export * from` share the name `*`.
    fn add_re_export(&self, facts: &mut FileFacts, name: &str, module: &str, local: &str) {
        let import = ConstValue::Import(ImportRef {
            module: module.to_owned(),
            path: vec![local.to_owned()],
        });
        if name != "*" {
            facts.exports.insert(name.to_owned(), import);
            return;
        }
        let all = facts
            .exports
            .entry("*".to_owned())
            .or_insert_with(|| ConstValue::List(Vec::new()));
        if let ConstValue::List(modules) = all {
            modules.push(import);
        }
    }

    fn add_export(&self, facts: &mut FileFacts, name: &str, binding: &Binding<'a, 't>, is_definition: bool) {
        let Some(def) = binding.defs.first().filter(|_| binding.defs.len() == 1) else {
            return;
        };
        match def {
            Def::Class(class) => self.add_class(facts, name, class),
            Def::Value { value, path, scope } if path.is_empty() => {
                self.add_value(facts, name, value, *scope, is_definition);
            }
            Def::Import {
                index,
                name: imported,
            } if self.is_own_module(*index) => {
                if let Some(module) = self.module.imports.get(*index) {
                    self.add_re_export(facts, name, &module.module, imported);
                }
            }
            _ => {}
        }
    }

    /// Python modules hand on what they import; what comes from an installed package is nobody's topic.
    fn is_own_module(&self, index: usize) -> bool {
        self.module
            .imports
            .get(index)
            .is_some_and(|import| import.relative)
    }

    fn add_class(&self, facts: &mut FileFacts, name: &str, class: &'a Class<'t>) {
        if let Some(schema) = self.class_schema(class) {
            // The members of an enumeration are constants too, and a class over an imported base may be one.
            let is_model = schema.schema.get("properties").is_some();
            facts.schemas.insert(name.to_owned(), schema);
            if is_model {
                return;
            }
        }
        let members = self.class_constants(class, MAX_LEVELS);
        if !members.is_empty() {
            facts.exports.insert(name.to_owned(), ConstValue::Object(members));
        }
    }

    fn class_schema(&self, class: &'a Class<'t>) -> Option<SchemaFact> {
        let lowered = self.pydantic_export(class)?;
        Some(SchemaFact {
            span: class.name.map_or(class.span, |name| name.span),
            notation: SchemaNotation::Pydantic,
            schema: serde_json::Value::Object(lowered.schema),
            optional: false,
            filled: false,
            properties: lowered.places.into_iter().collect(),
            import: None,
            unfit: Vec::new(),
        })
    }

    fn add_value(
        &self,
        facts: &mut FileFacts,
        name: &str,
        value: &'a Expr<'t>,
        scope: ScopeId,
        is_definition: bool,
    ) {
        if self.is_schema(value, scope) {
            facts
                .schemas
                .insert(name.to_owned(), self.schema_fact(value, scope));
            return;
        }
        let constant = self.constant(value, scope, MAX_LEVELS);
        // `module.exports = { A, B }` exports the names A and B.
        if name == "default"
            && let Value::Expr(
                Expr {
                    kind: ExprKind::Object(entries),
                    ..
                },
                scope,
            ) = self.value(value, scope)
        {
            for entry in entries {
                if let Entry::Pair { key, value, .. } = entry
                    && !(is_definition && matches!(key.as_ref(), "config" | "handler"))
                {
                    self.add_value(facts, key, value, scope, is_definition);
                }
            }
        }
        let is_own_config = name == "default" && is_definition;
        if !is_own_config && !matches!(constant, ConstValue::Unknown) {
            facts.exports.insert(name.to_owned(), constant);
        }
    }

    fn constant(&self, expr: &'a Expr<'t>, scope: ScopeId, levels: u32) -> ConstValue {
        let (Some(_step), Some(levels)) = (self.step(), levels.checked_sub(1)) else {
            return ConstValue::Unknown;
        };
        match self.value(expr, scope) {
            Value::Import(import) => ConstValue::Import(import),
            Value::Class(class) => ConstValue::Object(self.class_constants(class, levels)),
            Value::Function(_) | Value::Unknown => self.constant_text(expr, scope),
            Value::Expr(found, inner) => match &found.kind {
                ExprKind::Object(entries) => {
                    let mut members = Vec::new();
                    self.add_members(&mut members, entries, inner, levels);
                    ConstValue::Object(members)
                }
                ExprKind::List(_) | ExprKind::Call(_) | ExprKind::Member(_) | ExprKind::Plus(_) => {
                    match self.members(expr, scope) {
                        Some(members) => self.listed_constants(&members, levels),
                        None => self.constant_text(expr, scope),
                    }
                }
                ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Null => self
                    .json(found, inner)
                    .map_or(ConstValue::Unknown, ConstValue::Json),
                _ => self.constant_text(expr, scope),
            },
        }
    }

    fn listed_constants(&self, members: &[Member<'a, 't>], levels: u32) -> ConstValue {
        let constant = |member: &Member<'a, 't>| match member {
            Member::Item(item, scope) => self.constant(item, *scope, levels),
            Member::Import(import) => ConstValue::Import(import.clone()),
            Member::Hidden => ConstValue::Unknown,
        };
        ConstValue::List(members.iter().take(MAX_ENTRIES).map(constant).collect())
    }

    fn constant_text(&self, expr: &'a Expr<'t>, scope: ScopeId) -> ConstValue {
        let fact = self.text_fact(expr, scope);
        match fact.text {
            Text::Unknown(_) => ConstValue::Unknown,
            Text::Import(import) => ConstValue::Import(import),
            _ => ConstValue::Text(fact),
        }
    }

    fn add_members(
        &self,
        members: &mut Vec<(String, ConstValue)>,
        entries: &'a [Entry<'t>],
        scope: ScopeId,
        levels: u32,
    ) {
        for entry in entries.iter().take(MAX_ENTRIES) {
            match entry {
                Entry::Pair { key, value, .. } => {
                    members.push((key.clone().into_owned(), self.constant(value, scope, levels)));
                }
                Entry::Spread(spread) => match self.constant(spread, scope, levels) {
                    ConstValue::Object(inner) => members.extend(inner),
                    other @ ConstValue::Import(_) => members.push((SPREAD.to_owned(), other)),
                    _ => members.push((SPREAD.to_owned(), ConstValue::Unknown)),
                },
                Entry::Computed { key, value } => match self.text(key, scope) {
                    Text::Known(name) => members.push((name, self.constant(value, scope, levels))),
                    _ => members.push((SPREAD.to_owned(), ConstValue::Unknown)),
                },
            }
        }
    }

    /// The constants of a class or module, in source order.
    fn class_constants(&self, class: &'a Class<'t>, levels: u32) -> Vec<(String, ConstValue)> {
        let Some(levels) = levels.checked_sub(1) else {
            return Vec::new();
        };
        let mut members = Vec::new();
        for statement in class.body.iter().take(MAX_ENTRIES) {
            match statement {
                Statement::Bind(bind) => {
                    if let (Pattern::Name(name), Some(value)) = (&bind.pattern, &bind.value) {
                        let constant = self.constant(value, class.scope, levels);
                        if !matches!(constant, ConstValue::Unknown) {
                            members.push((name.text.to_owned(), constant));
                        }
                    }
                }
                Statement::Class(inner) => {
                    if let Some(name) = inner.name {
                        members.push((
                            name.text.to_owned(),
                            ConstValue::Object(self.class_constants(inner, levels)),
                        ));
                    }
                }
                _ => {}
            }
        }
        members
    }
}
