//! `tests/projects/seed-forms`: every form that the documents show, in our own words.

use std::collections::BTreeSet;

use super::findings;
use crate::support::project::Project;

#[test]
fn every_form_of_the_documents_is_fine() {
    let project = Project::fixture("seed-forms");
    let found = findings::of(&project);
    let errors: Vec<_> = found
        .iter()
        .filter(|finding| finding.severity == "error")
        .collect();
    assert!(errors.is_empty(), "false errors: {errors:#?}");
    let known_rules = findings::rules();
    let listed = project.read("expected-findings.txt");
    let expected: BTreeSet<String> = listed
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .filter(|line| {
            known_rules
                .iter()
                .any(|rule| line.split(' ').nth(1) == Some(rule))
        })
        .map(str::to_owned)
        .collect();
    let found: BTreeSet<String> = found
        .iter()
        .map(|finding| format!("{} {}", finding.file, finding.rule))
        .collect();
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
        a.difference(b)
            .map(|line| format!("\n  {line}"))
            .collect::<String>()
    };
    assert!(
        expected == found,
        "expected and not found:{}\nfound and not expected:{}",
        only(&expected, &found),
        only(&found, &expected)
    );
}
