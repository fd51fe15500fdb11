//! The forms that the users' documents show: their own code blocks laid out as projects, and a project of ours that
//! writes every form in other words.

mod documents;
mod findings;
mod forms;
mod runnable;
mod running;

use crate::support::project::Project;

use documents::{Document, Expected};
use findings::Finding;

#[test]
fn the_documents_own_code_shows_its_own_defects_and_no_others() {
    let Some(documents) = documents::all() else {
        return;
    };
    let known_rules = findings::rules();
    assert!(
        known_rules.iter().any(|rule| rule == "undeclared-emit"),
        "{known_rules:?}"
    );
    let mut found: Vec<(String, Finding)> = Vec::new();
    for document in &documents {
        for files in document.projects() {
            let files: Vec<(&str, &str)> = files
                .iter()
                .map(|(path, text)| (path.as_str(), text.as_str()))
                .collect();
            let project = Project::of(&files);
            let report = findings::of(&project);
            found.extend(
                report
                    .into_iter()
                    .map(|finding| (document.number.clone(), finding)),
            );
        }
    }
    let mut wrong = Vec::new();
    for expected in documents::EXPECTED {
        let is_known = known_rules.iter().any(|rule| rule == expected.rule);
        let is_there = found
            .iter()
            .any(|(document, finding)| expected.is(document, finding));
        if is_known && !is_there {
            wrong.push(format!("not found: {expected:?}"));
        }
    }
    let is_expected = |document: &str, finding: &Finding| {
        documents::EXPECTED
            .iter()
            .any(|expected: &Expected| expected.is(document, finding))
    };
    for (document, finding) in &found {
        if finding.severity == "error" && !is_expected(document, finding) {
            wrong.push(format!("a false error in {document}: {finding:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nall findings:\n{found:#?}",
        wrong.join("\n")
    );
    let steps: usize = documents.iter().map(Document::steps).sum();
    assert!(
        steps >= 19,
        "only {steps} blocks of the documents define a step or stream"
    );
}
