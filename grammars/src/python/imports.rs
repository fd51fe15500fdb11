//! Imports.

use std::borrow::Cow;

use crate::ast::Import;

use super::{Field, Kind, Lowering};

impl<'t> Lowering<'t> {
    /// `import a.b`, `import a.b as c`.
    pub(super) fn import(&mut self) {
        self.each_child(|l| {
            let (mut module, mut local) = (None, None);
            match l.kind() {
                Kind::DottedName => {
                    let name = l.name();
                    module = Some(name);
                    // Without an alias the first part is bound, and members lead on to the rest.
                    local = name.text.split('.').next();
                }
                Kind::AliasedImport => l.each_child(|l| match l.field() {
                    Field::Name => module = Some(l.name()),
                    Field::Alias => local = Some(l.slice()),
                    _ => {}
                }),
                _ => {}
            }
            if let (Some(module), Some(local)) = (module, local) {
                l.imports.push(Import {
                    module: Cow::Borrowed(module.text),
                    span: module.span,
                    names: vec![("*", local)],
                    declares: true,
                    relative: false,
                });
            }
        });
    }

    /// `from .a import b as c`.
    pub(super) fn import_from(&mut self) {
        let (mut module, mut names) = (None, Vec::new());
        self.each_child(|l| match (l.field(), l.kind()) {
            (Field::ModuleName, _) => module = Some(l.name()),
            (_, Kind::DottedName) => names.push((l.slice(), l.slice())),
            (_, Kind::AliasedImport) => {
                let (mut name, mut alias) = (None, None);
                l.each_child(|l| match l.field() {
                    Field::Name => name = Some(l.slice()),
                    Field::Alias => alias = Some(l.slice()),
                    _ => {}
                });
                if let Some(name) = name {
                    names.push((name, alias.unwrap_or(name)));
                }
            }
            (_, Kind::WildcardImport) => names.push(("*", "*")),
            _ => {}
        });
        if let Some(module) = module {
            let relative = module.text.starts_with('.');
            let module_text = Cow::Borrowed(module.text);
            self.imports.push(Import {
                module: module_text,
                span: module.span,
                names,
                declares: true,
                relative,
            });
        }
    }
}
