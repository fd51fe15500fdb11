//! `--format junit`: a suite for each file, a test for each finding.

use banister_project::Severity;
use banister_testkit::report::with_skipped;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::entry::{Entry, word};

/// Findings from `failing` upwards are failed tests, the others skipped ones: the report fails when the command does.
pub(crate) fn render(entries: &[Entry<'_>], failing: Severity) -> anyhow::Result<String> {
    let mut report = Report::new("banister");
    for of_file in entries.chunk_by(|one, other| one.path == other.path) {
        let mut suite = TestSuite::new(of_file.first().map_or("", |entry| entry.path.as_str()));
        suite.add_test_cases(of_file.iter().map(|entry| case(entry, failing)));
        report.add_test_suite(suite);
    }
    // Pipelines take a report without any test for a run that broke.
    if entries.is_empty() {
        let mut suite = TestSuite::new("banister");
        suite.add_test_case(TestCase::new("no findings", TestCaseStatus::success()));
        report.add_test_suite(suite);
    }
    Ok(with_skipped(&report.to_string()?))
}

fn case(entry: &Entry<'_>, failing: Severity) -> TestCase {
    let (finding, start) = (entry.finding, entry.range.start);
    let mut status = if finding.severity >= failing {
        TestCaseStatus::non_success(NonSuccessKind::Failure)
    } else {
        TestCaseStatus::skipped()
    };
    let place = format!("{}:{}:{}", entry.path, start.line, start.column);
    status
        .set_type(finding.rule)
        .set_message(finding.message.as_str())
        .set_description(format!("{place}: {}: {}", word(finding.severity), entry.story()));
    let name = format!("{} at {}:{}", finding.rule, start.line, start.column);
    let mut case = TestCase::new(name, status);
    case.set_classname(entry.path.as_str());
    case
}
