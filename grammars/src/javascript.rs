//! JavaScript, and all of TypeScript but its types: the tree lowered to the neutral model.

mod vocabulary;

mod expressions;
mod functions;
mod literals;
mod modules;
mod patterns;
mod statements;

use std::sync::LazyLock;

use tree_sitter::Tree;

use crate::ast::Module;
use crate::language::Language;
use crate::lower::{Tables, Walker};
use crate::parse::grammar;

pub(crate) use vocabulary::{Field, Kind};

static TABLES: LazyLock<Tables<Kind, Field>> =
    LazyLock::new(|| vocabulary::tables(&grammar(Language::JavaScript)));

/// Lowers a JavaScript tree.
pub(crate) fn lower<'t>(tree: &'t Tree, text: &'t str) -> Module<'t> {
    lower_with(tree, text, Language::JavaScript, &TABLES)
}

/// The tables of another grammar that shares this lowering.
pub(crate) fn tables_of(language: Language) -> Tables<Kind, Field> {
    vocabulary::tables(&grammar(language))
}

/// Lowers a tree of either grammar.
pub(crate) fn lower_with<'t>(
    tree: &'t Tree,
    text: &'t str,
    language: Language,
    tables: &'static Tables<Kind, Field>,
) -> Module<'t> {
    let mut lowering = Lowering::new(tree, text, tables, Kind::Error);
    let mut statements = Vec::new();
    lowering.each_child(|l| l.statement(&mut statements));
    lowering.finish(language, statements)
}

/// The state of one lowering.
type Lowering<'t> = Walker<'t, Kind, Field>;
