//! Whole files as people write them, one folder of cases per language, each with its facts beside it. After a change
//! that is meant, `UPDATE_EXPECT=1` writes them anew; the diff is what to review.

use std::path::Path;

use expect_test::expect_file;

use crate::{Language, extract};

use super::rendering::render;

fn check(folder: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src")
        .join(folder)
        .join("cases");
    let mut cases: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension != "facts"))
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    for case in cases {
        let source = std::fs::read_to_string(&case).unwrap();
        let language = Language::of_path(&case.to_string_lossy()).unwrap();
        let facts = extract(language, &source);
        expect_file![case.with_extension("facts")].assert_eq(&render(&facts, &source));
    }
}

#[test]
fn typescript() {
    check("typescript");
}

#[test]
fn javascript() {
    check("javascript");
}

#[test]
fn python() {
    check("python");
}

#[test]
fn ruby() {
    check("ruby");
}
