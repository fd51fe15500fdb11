//! TypeScript: JavaScript's lowering over the TypeScript grammar. Types are passed over, but for unions of literals.

use std::sync::LazyLock;

use tree_sitter::Tree;

use crate::ast::Module;
use crate::javascript::{self, Field, Kind};
use crate::language::Language;
use crate::lower::Tables;

static TABLES: LazyLock<Tables<Kind, Field>> = LazyLock::new(|| javascript::tables_of(Language::TypeScript));

/// Lowers a TypeScript tree.
pub(crate) fn lower<'t>(tree: &'t Tree, text: &'t str) -> Module<'t> {
    javascript::lower_with(tree, text, Language::TypeScript, &TABLES)
}
