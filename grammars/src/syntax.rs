//! Where a tree says that its text does not parse.

use tree_sitter::{Node, Tree};

use crate::facts::SyntaxProblem;
use crate::text::Span;

/// A broken file says one thing many times: more than this helps nobody.
const MAX_PROBLEMS: usize = 20;

/// How many characters of unexpected text a message repeats.
const MAX_SHOWN: usize = 24;

/// The first problems of `tree`, in source order. Only subtrees with an error are entered, without recursion.
pub fn syntax_problems(tree: &Tree, text: &str) -> Vec<SyntaxProblem> {
    let mut problems = Vec::new();
    if !tree.root_node().has_error() {
        return problems;
    }
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let found = problem(node, text);
        let enter = found.is_none() && node.has_error();
        problems.extend(found);
        if problems.len() >= MAX_PROBLEMS {
            return problems;
        }
        if enter && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return problems;
            }
        }
    }
}

fn problem(node: Node<'_>, text: &str) -> Option<SyntaxProblem> {
    let span = Span::new(node.start_byte(), node.end_byte());
    if node.is_missing() {
        return Some(SyntaxProblem {
            span,
            message: format!("missing {}", described(node)),
        });
    }
    if !node.is_error() {
        return None;
    }
    // What could not be parsed may be the rest of the file; its first line is where to look.
    let written = span.slice(text);
    let first_line = written.lines().next().unwrap_or("").trim_end();
    let mut shown: String = first_line.chars().take(MAX_SHOWN).collect();
    if shown.len() < written.trim_end().len() {
        shown.push('…');
    }
    let start = span.start as usize;
    let span = Span::new(start, start + first_line.len());
    Some(SyntaxProblem {
        span,
        message: format!("unexpected `{shown}`"),
    })
}

fn described(node: Node<'_>) -> String {
    if node.is_named() {
        node.kind().replace('_', " ")
    } else {
        format!("`{}`", node.kind())
    }
}
