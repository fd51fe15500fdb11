//! Ways to break one constraint at one place of a value.

mod forms;

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::Value as Json;

use super::boundaries::{Boundaries, PathStep};
use super::prepare::prepare;
use super::strategy_for;
use forms::broken;

/// What is wrong with a value, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Where in the schema the constraint stands: a JSON pointer, the keyword last.
    pub constraint: String,
    /// In words, with the place in the value: `quantity: below the minimum`, `missing productId`.
    pub label: String,
}

/// A violation and what makes it.
pub(super) struct Breach {
    pub(super) violation: Violation,
    /// The whole value, with the violation in it.
    pub(super) value: Json,
}

/// Breaks the constraints of one schema.
pub(super) struct Breaker {
    edges: Boundaries,
    /// A value of what each `not` excludes, by its place; it is looked for once.
    excluded: RefCell<BTreeMap<String, Option<Json>>>,
}

impl Breaker {
    pub(super) fn new(edges: Boundaries) -> Self {
        Self {
            edges,
            excluded: RefCell::default(),
        }
    }

    /// Every way to break a constraint in `value`, which is valid; with `only`, just the constraint at that place. Some may
    /// be valid all the same.
    pub(super) fn breaches(&self, value: &Json, only: Option<&str>) -> Vec<Breach> {
        let mut out = Vec::new();
        self.edges.visit(value, &mut |place, path, part| {
            if only.is_some_and(|only| !only.starts_with(place.pointer.as_str())) {
                return;
            }
            let Some(fields) = self.edges.schema(&place.pointer).and_then(Json::as_object) else {
                return;
            };
            for (key, bound) in fields {
                let constraint = format!("{}/{key}", place.pointer);
                if only.is_some_and(|only| only != constraint) {
                    continue;
                }
                let forms = match key.as_str() {
                    "not" => self.excluded(&constraint, bound),
                    key => broken(key, bound, fields, part),
                };
                for (words, form) in forms {
                    let mut whole = value.clone();
                    if put(&mut whole, path, form) {
                        out.push(Breach {
                            violation: Violation {
                                constraint: constraint.clone(),
                                label: label(path, &words),
                            },
                            value: whole,
                        });
                    }
                }
            }
        });
        out
    }

    fn excluded(&self, place: &str, bound: &Json) -> Vec<(String, Json)> {
        let mut known = self.excluded.borrow_mut();
        let found = known.entry(place.to_owned()).or_insert_with(|| {
            let strategy = strategy_for(&prepare(bound)).ok()?;
            let tree = strategy.new_tree(&mut TestRunner::deterministic()).ok()?;
            Some(tree.current())
        });
        let each = found.iter();
        each.map(|form| ("what 'not' excludes".to_owned(), form.clone()))
            .collect()
    }
}

/// The place in dots and brackets, and what is wrong there.
fn label(path: &[PathStep<'_>], words: &str) -> String {
    let mut out = String::new();
    for step in path {
        match step {
            PathStep::Name(name) if out.is_empty() => out.push_str(name),
            PathStep::Name(name) => {
                out.push('.');
                out.push_str(name);
            }
            // One item stands for all: which one it is does not make another violation.
            PathStep::Item(_) => out.push_str("[]"),
        }
    }
    if out.is_empty() {
        words.to_owned()
    } else {
        format!("{out}: {words}")
    }
}

/// Puts `form` in the place of a part.
fn put(value: &mut Json, path: &[PathStep<'_>], form: Json) -> bool {
    let mut at = value;
    for step in path {
        let next = match step {
            PathStep::Name(name) => at.get_mut(*name),
            PathStep::Item(item) => at.get_mut(*item),
        };
        let Some(next) = next else { return false };
        at = next;
    }
    *at = form;
    true
}
