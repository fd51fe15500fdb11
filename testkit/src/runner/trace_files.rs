//! The traces of a run, one file a test.

use super::{Harness, TestCase};
use crate::rng::Seed;
use crate::trace::Trace;

impl Harness {
    pub(super) fn write_trace(&self, case: &TestCase, trace: &Trace) {
        let Some(dir) = &self.options.trace_dir else {
            return;
        };
        let path = dir.join(format!("{}.trace.json", slug(&case.name)));
        if let Err(error) = std::fs::write(&path, trace.canonical()) {
            self.problem(format!("the trace {} cannot be written: {error}", path.display()));
        }
    }
}

/// A file name from a test name: letters, digits and dashes; `__` for `::` and for `/`. Names that differ only in what a
/// file name cannot hold are told apart by a few digits at the end.
pub(super) fn slug(name: &str) -> String {
    let joined = name
        .replace("::", "__")
        .replace(['/', '\\'], "__")
        .replace(' ', "-");
    let fits = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let plain: String = joined.chars().map(|c| if fits(c) { c } else { '-' }).collect();
    if plain == joined {
        return plain;
    }
    format!("{plain}-{}", &Seed::root(0).part(name, 0).hex()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_file_names() {
        assert_eq!(
            slug("tests/orders::an order paid"),
            "tests__orders__an-order-paid"
        );
        assert_ne!(slug("t::it's: a?"), slug("t::it's: a!"));
        assert!(
            slug("t::a?")
                .chars()
                .all(|c| c.is_alphanumeric() || "-_.".contains(c))
        );
    }
}
