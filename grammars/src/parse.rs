//! Bytes to a tree, under a budget: a parse never hangs and never fails loudly.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::time::Duration;

use tree_sitter::{ParseOptions, ParseState, Parser, Point, Tree};

use crate::language::Language;
use crate::stopwatch::Stopwatch;

/// The longest source that is parsed.
pub const MAX_SOURCE_BYTES: usize = 1 << 20;

/// How long one parse may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseBudget {
    /// Work after which the parse is given up; time that the machine spends on something else is none.
    pub time: Duration,
}

impl Default for ParseBudget {
    fn default() -> Self {
        Self {
            time: Duration::from_millis(500),
        }
    }
}

/// Parses `text` under the default [`ParseBudget`]. `old` is the edited tree of the text before. Nothing comes back
/// for a text over [`MAX_SOURCE_BYTES`] or one that takes too long.
pub fn parse(language: Language, text: &str, old: Option<&Tree>) -> Option<Tree> {
    parse_within(language, text, old, ParseBudget::default())
}

/// [`parse`] under a budget of the caller's.
pub fn parse_within(language: Language, text: &str, old: Option<&Tree>, budget: ParseBudget) -> Option<Tree> {
    if text.len() > MAX_SOURCE_BYTES {
        return None;
    }
    // A parser keeps its stack between parses, so one per thread saves an allocation storm per file.
    thread_local! {
        static PARSER: RefCell<Parser> = RefCell::new(Parser::new());
    }
    PARSER.with_borrow_mut(|parser| {
        parser.set_language(&grammar(language)).ok()?;
        let work = Stopwatch::start();
        let mut over_budget = |_: &ParseState| {
            if work.elapsed() > budget.time {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let options = ParseOptions::new().progress_callback(&mut over_budget);
        let bytes = text.as_bytes();
        let mut read = |offset: usize, _: Point| bytes.get(offset..).unwrap_or(&[]);
        let tree = parser.parse_with_options(&mut read, old, Some(options));
        if tree.is_none() {
            parser.reset();
        }
        tree
    })
}

/// The compiled grammar of a language. Steps hold no JSX, so TypeScript is the plain one: its TSX sibling can hang.
pub(crate) fn grammar(language: Language) -> tree_sitter::Language {
    match language {
        Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        Language::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
        Language::Python => tree_sitter_python::LANGUAGE.into(),
        Language::Ruby => tree_sitter_ruby::LANGUAGE.into(),
    }
}
