//! The rules on whole projects of this repository.

use std::path::Path;

use banister_project::disk;

#[test]
fn the_example_has_nothing_to_find() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/ecommerce");
    let loaded = disk::load(&root).expect("the example can be read");
    let snapshot = loaded.host.snapshot();
    assert!(!snapshot.projects().is_empty(), "the example is a project");
    let found: Vec<String> = snapshot
        .check()
        .into_iter()
        .map(|finding| format!("{} {}: {}", finding.file, finding.rule, finding.message))
        .collect();
    assert_eq!(found, Vec::<String>::new());
}
