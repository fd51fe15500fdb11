//! Python: the tree lowered to the neutral model.

mod vocabulary;

mod classes;
mod expressions;
mod formatting;
mod imports;
mod literals;
mod patterns;
mod statements;

use std::sync::LazyLock;

use tree_sitter::Tree;

use crate::ast::Module;
use crate::language::Language;
use crate::lower::{Tables, Walker};
use crate::parse::grammar;

use vocabulary::{Field, Kind};

static TABLES: LazyLock<Tables<Kind, Field>> =
    LazyLock::new(|| vocabulary::tables(&grammar(Language::Python)));

/// The state of one lowering.
type Lowering<'t> = Walker<'t, Kind, Field>;

/// Lowers a Python tree.
pub(crate) fn lower<'t>(tree: &'t Tree, text: &'t str) -> Module<'t> {
    let mut lowering = Lowering::new(tree, text, &TABLES, Kind::Error);
    let statements = lowering.statements();
    lowering.finish(Language::Python, statements)
}
