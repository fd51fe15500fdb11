//! Names of other modules.

use crate::ast::{Expr, ExprKind, Import, ScopeId};
use crate::facts::ImportRef;
use crate::language::Language;
use crate::model::Model;
use crate::scope::Def;

impl<'t> Model<'_, 't> {
    pub(super) fn import_ref(&self, index: usize, name: &str) -> ImportRef {
        let module = self
            .module
            .imports
            .get(index)
            .map_or("", |import| import.module.as_ref());
        ImportRef {
            module: module.to_owned(),
            path: vec![name.to_owned()],
        }
    }

    /// `import a.b` binds `a`, and `a.b.TOPIC` is a name of the module `a.b`.
    pub(super) fn dotted_import(&self, expr: &Expr<'t>, scope: ScopeId) -> Option<ImportRef> {
        if self.language() != Language::Python {
            return None;
        }
        let mut names = Vec::new();
        let mut here = expr;
        while let ExprKind::Member(member) = &here.kind {
            names.push(member.name);
            here = &member.object;
        }
        let root = here.as_name()?;
        names.push(root);
        names.reverse();
        let is_import = |def: &Def<'_, '_>| matches!(def, Def::Import { name: "*", .. });
        if !self.scopes.lookup(root, scope)?.defs.iter().any(is_import) {
            return None;
        }
        let dotted = self
            .module
            .imports
            .iter()
            .filter(|import| import.declares && import.module.contains('.'));
        dotted
            .filter(|import| {
                import
                    .names
                    .iter()
                    .any(|(name, local)| *name == "*" && *local == root)
            })
            .find_map(|import| {
                let parts: Vec<&str> = import.module.split('.').collect();
                let rest = names.strip_prefix(parts.as_slice())?;
                let path = if rest.is_empty() { vec!["*"] } else { rest.to_vec() };
                let path = path.into_iter().map(str::to_owned).collect();
                Some(ImportRef {
                    module: import.module.clone().into_owned(),
                    path,
                })
            })
    }

    /// A constant or class that nothing here defines comes from the one module of `from x import *`.
    pub(super) fn star_import(&self, name: &str) -> Option<ImportRef> {
        if self.language() != Language::Python || !name.starts_with(|c: char| c.is_ascii_uppercase()) {
            return None;
        }
        let mut all = self
            .module
            .imports
            .iter()
            .filter(|import| import.names.contains(&("*", "*")))
            .filter(|import| !matches!(import.module.as_ref(), "typing" | "enum" | "pydantic"));
        let (Some(only), None) = (all.next(), all.next()) else {
            return None;
        };
        Some(ImportRef {
            module: only.module.clone().into_owned(),
            path: vec![name.to_owned()],
        })
    }

    /// Ruby's `require` binds nothing: an unknown constant comes from the one file that is required, or from the one
    /// that is named like it. What is required by its place goes before installed libraries.
    pub(super) fn ruby_constant(&self, name: &str) -> Option<ImportRef> {
        if self.language() != Language::Ruby || !name.starts_with(|c: char| c.is_ascii_uppercase()) {
            return None;
        }
        let import = self
            .required(name, |import| import.relative)
            .or_else(|| self.required(name, |_| true))?;
        Some(ImportRef {
            module: import.module.clone().into_owned(),
            path: vec![name.to_owned()],
        })
    }
}

impl<'a, 't> Model<'a, 't> {
    /// A Ruby method that nothing here defines, called by its name alone, is one of a required file.
    pub(crate) fn ruby_method(&self, callee: &Expr<'t>, scope: ScopeId) -> Option<ImportRef> {
        let name = callee.as_name().filter(|_| self.language() == Language::Ruby)?;
        if self.scopes.lookup(name, scope).is_some() {
            return None;
        }
        let import = self.required(name, |import| import.relative)?;
        Some(ImportRef {
            module: import.module.clone().into_owned(),
            path: vec![name.to_owned()],
        })
    }

    fn required(&self, name: &str, is_meant: impl Fn(&Import<'t>) -> bool) -> Option<&'a Import<'t>> {
        let required = || self.module.imports.iter().filter(|import| is_meant(import));
        let mut all = required();
        if let (Some(only), None) = (all.next(), all.next()) {
            return Some(only);
        }
        let wanted = snake_case(name);
        required().find(|import| import.module.rsplit('/').next() == Some(wanted.as_str()))
    }
}

/// `OrderTopics` is `order_topics`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut before_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && before_lower {
            snake.push('_');
        }
        before_lower = !c.is_uppercase();
        snake.extend(c.to_lowercase());
    }
    snake
}
