//! `--format junit`: what pipelines read.

use crate::support::project::Project;
use crate::support::validators::{folder, junit_complaints};

#[test]
fn the_report_keeps_to_the_schema_of_jenkins() {
    let project = Project::fixture("failing-flow");
    let text = project.read("tests/greetings.flow.yaml");
    let later = text.replacen(
        "  - name: a greeting is kept\n",
        "  - name: a greeting is kept\n    ignore: \"a < b & \\\"c\\\"\"\n",
        1,
    );
    assert_ne!(text, later);
    project.write("tests/greetings.flow.yaml", later);
    project.write("tests/broken.flow.yaml", "tests: [");
    let run = project.run(&["test", "--format", "junit"]).exits(2);
    let report = run.stdout.as_str();
    for text in [
        "<testsuite name=\"tests/greetings\" tests=\"3\" skipped=\"1\" errors=\"0\" failures=\"2\"",
        "<testcase name=\"a greeting is friendly\" classname=\"tests/greetings\"",
        "Hello, dear Ada",
        "replay: banister test --exact",
        "a &lt; b &amp; &quot;c&quot;",
        "tests/broken.flow.yaml",
    ] {
        assert!(report.contains(text), "no {text} in\n{report}");
    }
    if let Some(folder) = folder() {
        assert_eq!(junit_complaints(&folder, report), "", "{report}");
    }
}
