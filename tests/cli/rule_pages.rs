//! `docs/rules`: one page a rule, written from the rules themselves.

use std::fs;

use crate::support::command::repository;
use crate::support::project::Project;

#[test]
fn the_pages_are_those_that_the_rules_write() {
    let committed = repository("docs/rules");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let _ = fs::remove_dir_all(&committed);
        let path = committed.to_string_lossy().into_owned();
        Project::of(&[]).run(&["explain", "--write-docs", &path]).exits(0);
    }
    let written = Project::of(&[]);
    written.run(&["explain", "--write-docs", "pages"]).exits(0);
    let mut names: Vec<String> = fs::read_dir(&committed)
        .expect("docs/rules")
        .map(|entry| format!("pages/{}", entry.expect("a page").file_name().to_string_lossy()))
        .collect();
    names.sort();
    assert_eq!(
        names,
        written.files("pages"),
        "run the tests with UPDATE_EXPECT=1"
    );
    for name in names {
        let page = committed.join(name.trim_start_matches("pages/"));
        let text = fs::read_to_string(&page).expect("a page is text");
        assert_eq!(
            text,
            written.read(&name),
            "{} is out of date: run the tests with UPDATE_EXPECT=1",
            page.display()
        );
    }
}
