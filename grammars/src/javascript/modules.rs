//! Imports and exports, of ES modules and of CommonJS, in one form.

use std::borrow::Cow;

use crate::ast::{Bind, BindMode, Export, Expr, ExprKind, Import, Name, Pattern, PatternEntry, Statement};
use crate::text::Span;

use super::{Field, Kind, Lowering};

impl<'t> Lowering<'t> {
    pub(super) fn import(&mut self) {
        let mut names = Vec::new();
        let mut module = None;
        self.each_child(|l| match l.kind() {
            Kind::ImportClause => l.import_clause(&mut names),
            Kind::ImportRequire => l.each_child(|l| match l.kind() {
                Kind::Identifier => names.push(("*", l.slice())),
                Kind::String => module = Some(l.module_name()),
                _ => {}
            }),
            Kind::String => module = Some(l.module_name()),
            _ => {}
        });
        if let Some((module, span)) = module {
            let relative = module.starts_with('.');
            self.imports.push(Import {
                module,
                span,
                names,
                declares: true,
                relative,
            });
        }
    }

    fn module_name(&mut self) -> (Cow<'t, str>, Span) {
        (self.string_value(), self.inside_quotes())
    }

    fn import_clause(&mut self, names: &mut Vec<(&'t str, &'t str)>) {
        self.each_child(|l| match l.kind() {
            Kind::Identifier => names.push(("default", l.slice())),
            Kind::NamespaceImport => l.each_child(|l| {
                if l.kind() == Kind::Identifier {
                    names.push(("*", l.slice()));
                }
            }),
            Kind::NamedImports => l.each_child(|l| {
                if l.kind() == Kind::ImportSpecifier {
                    names.extend(l.specifier());
                }
            }),
            _ => {}
        });
    }

    /// `a as b`: (`a`, `b`).
    fn specifier(&mut self) -> Option<(&'t str, &'t str)> {
        let (mut name, mut alias) = (None, None);
        self.each_child(|l| match l.field() {
            Field::Name => name = Some(l.slice()),
            Field::Alias => alias = Some(l.slice()),
            _ => {}
        });
        name.map(|name| (name, alias.unwrap_or(name)))
    }

    pub(super) fn export(&mut self, out: &mut Vec<Statement<'t>>) {
        let mut names = Vec::new();
        let (mut from, mut is_default, mut all) = (None, false, None);
        let first = out.len();
        self.each_child(|l| match l.kind() {
            Kind::Default => is_default = true,
            Kind::ExportClause => l.each_child(|l| {
                if l.kind() == Kind::ExportSpecifier {
                    names.extend(l.specifier());
                }
            }),
            Kind::Star => all = Some("*"),
            Kind::NamespaceExport => l.each_child(|l| {
                if l.kind() == Kind::Identifier {
                    all = Some(l.slice());
                }
            }),
            Kind::String if l.field() == Field::Source => from = Some(l.module_name()),
            Kind::Other => {}
            // Only declarations and the default value are left.
            _ if is_default => l.default_export(out),
            _ => l.statement(out),
        });
        match from {
            Some((module, span)) => self.re_export(module, span, &names, all),
            None => {
                let export = |(local, name)| Export {
                    name,
                    local,
                    from: None,
                };
                self.exports.extend(names.into_iter().map(export));
                if !is_default {
                    self.export_declared(&out[first..]);
                }
            }
        }
    }

    fn re_export(
        &mut self,
        module: Cow<'t, str>,
        span: Span,
        names: &[(&'t str, &'t str)],
        all: Option<&'t str>,
    ) {
        let names = names
            .iter()
            .map(|(local, name)| (*name, *local))
            .chain(all.map(|name| (name, "*")));
        let export = |(name, local)| Export {
            name,
            local,
            from: Some(module.clone()),
        };
        self.exports.extend(names.map(export));
        let relative = module.starts_with('.');
        self.imports.push(Import {
            module,
            span,
            names: Vec::new(),
            declares: false,
            relative,
        });
    }

    fn default_export(&mut self, out: &mut Vec<Statement<'t>>) {
        let first = out.len();
        self.statement(out);
        let declared = match out.get(first) {
            Some(Statement::Function(function)) => function.name,
            Some(Statement::Class(class)) => class.name,
            _ => None,
        };
        if let Some(name) = declared {
            self.exports.push(Export {
                name: "default",
                local: name.text,
                from: None,
            });
            return;
        }
        let span = self.span();
        let value = match out.pop() {
            Some(Statement::Expr(value)) => value,
            Some(Statement::Function(function)) => Expr::new(function.span, ExprKind::Function(function)),
            Some(Statement::Class(class)) => Expr::new(class.span, ExprKind::Class(class)),
            _ => return,
        };
        self.export_value(
            "default",
            Name {
                text: "default",
                span,
            },
            value,
            out,
        );
    }

    fn export_declared(&mut self, statements: &[Statement<'t>]) {
        for statement in statements {
            match statement {
                Statement::Bind(bind) => self.export_pattern(&bind.pattern),
                Statement::Function(function) => self.export_name(function.name),
                Statement::Class(class) => self.export_name(class.name),
                _ => {}
            }
        }
    }

    fn export_name(&mut self, name: Option<Name<'t>>) {
        if let Some(name) = name {
            self.exports.push(Export {
                name: name.text,
                local: name.text,
                from: None,
            });
        }
    }

    fn export_pattern(&mut self, pattern: &Pattern<'t>) {
        match pattern {
            Pattern::Name(name) => self.export_name(Some(*name)),
            Pattern::Object(entries) => {
                for entry in entries {
                    match entry {
                        PatternEntry::Key { pattern, .. } | PatternEntry::Rest(pattern) => {
                            self.export_pattern(pattern);
                        }
                    }
                }
            }
            Pattern::Array(items) => items.iter().flatten().for_each(|item| self.export_pattern(item)),
            Pattern::Rest(inner) => self.export_pattern(inner),
            Pattern::Place(_) | Pattern::Unknown => {}
        }
    }

    /// Exports a value that has no name in the module: it is bound to `local`, which no code can write.
    fn export_value(
        &mut self,
        name: &'t str,
        local: Name<'t>,
        value: Expr<'t>,
        out: &mut Vec<Statement<'t>>,
    ) {
        if let Some(existing) = value.as_name() {
            self.exports.push(Export {
                name,
                local: existing,
                from: None,
            });
            return;
        }
        self.exports.push(Export {
            name,
            local: local.text,
            from: None,
        });
        let pattern = Pattern::Name(local);
        let mode = BindMode::Block;
        out.push(Statement::Bind(Bind {
            pattern,
            value: Some(value),
            annotation: None,
            mode,
        }));
    }

    /// `exports.config = …`, `module.exports = …`, or an assignment like any other.
    pub(super) fn assignment_statement(&mut self, out: &mut Vec<Statement<'t>>) {
        let span = self.span();
        let mut bind = self.assignment();
        if let Some((name, place)) = exported_place(&bind.pattern)
            && let Some(value) = bind.value.take()
        {
            let local = Name {
                text: self.text_of(place),
                span: place,
            };
            return self.export_value(name, local, value, out);
        }
        out.push(Statement::Expr(Expr::new(span, ExprKind::Assign(Box::new(bind)))));
    }

    /// `const x = require('y')` imports as well as it binds.
    pub(super) fn note_require(&mut self, pattern: &Pattern<'t>, value: Option<&Expr<'t>>) {
        let Some(ExprKind::Call(call)) = value.map(|value| &value.kind) else {
            return;
        };
        let (Some("require"), [arg]) = (call.callee.as_name(), call.args.as_slice()) else {
            return;
        };
        let ExprKind::Text { value: module, inner } = &arg.kind else {
            return;
        };
        let names = match pattern {
            Pattern::Name(name) => vec![("*", name.text)],
            Pattern::Object(entries) => entries.iter().filter_map(required_name).collect(),
            _ => Vec::new(),
        };
        let relative = module.starts_with('.');
        self.imports.push(Import {
            module: module.clone(),
            span: *inner,
            names,
            declares: false,
            relative,
        });
    }
}

fn required_name<'t>(entry: &PatternEntry<'t>) -> Option<(&'t str, &'t str)> {
    match entry {
        PatternEntry::Key {
            key: Cow::Borrowed(key),
            pattern: Pattern::Name(name),
            ..
        } => Some((*key, name.text)),
        _ => None,
    }
}

/// The exported name and the place that stands for it: `module.exports`, `exports.x`, `module.exports.x`.
fn exported_place<'t>(pattern: &Pattern<'t>) -> Option<(&'t str, Span)> {
    let Pattern::Place(place) = pattern else {
        return None;
    };
    let ExprKind::Member(member) = &place.kind else {
        return None;
    };
    let name = match &member.object.kind {
        ExprKind::Name("module") if member.name == "exports" => "default",
        ExprKind::Name("exports") => member.name,
        ExprKind::Member(outer) if outer.name == "exports" && outer.object.as_name() == Some("module") => {
            member.name
        }
        _ => return None,
    };
    Some((name, place.span))
}
