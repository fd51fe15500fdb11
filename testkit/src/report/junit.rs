//! JUnit XML: a suite for each test file, written when all tests have run.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::failure::{failure_text, output_text};
use super::{ControlLabel, TestOutcome, TestStatus};

/// What is collected for the report.
#[derive(Debug, Default)]
pub(super) struct Collected(Vec<(String, TestCase)>);

impl Collected {
    pub(super) fn finished(&mut self, outcome: &TestOutcome) {
        let mut status = match &outcome.status {
            TestStatus::Passed => TestCaseStatus::success(),
            TestStatus::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
            TestStatus::Ignored { .. } => TestCaseStatus::skipped(),
        };
        if let TestStatus::Ignored { reason: Some(reason) } = &outcome.status {
            status.set_message(reason.as_str());
        }
        if let Some(failure) = &outcome.failure {
            status
                .set_message(failure.headline.as_str())
                .set_type("flow-test")
                .set_description(failure_text(outcome, false));
        }
        let mut case = self.case(&outcome.name, status);
        case.1.set_time(outcome.duration);
        // Not as properties, for which a test has no place in the schema that Jenkins holds reports against.
        let mut printed = output_text(&outcome.output, None, false);
        for note in &outcome.notes {
            printed.push_str(&format!("note: {note}\n"));
        }
        if outcome.label != ControlLabel::Controlled {
            printed.push_str(&format!("control: {}\n", outcome.label));
        }
        if !printed.is_empty() {
            case.1.set_system_out(printed);
        }
        self.0.push(case);
    }

    pub(super) fn unfinished(&mut self, name: &str) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status
            .set_type("unfinished")
            .set_message("the run was stopped before this test was finished");
        let case = self.case(name, status);
        self.0.push(case);
    }

    pub(super) fn invalid_file(&mut self, file: &str, problems: &str) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status
            .set_type("invalid-file")
            .set_message("the file cannot be run")
            .set_description(problems);
        let mut case = TestCase::new("the file can be run", status);
        case.set_classname(file);
        self.0.push((file.to_owned(), case));
    }

    fn case(&self, name: &str, status: TestCaseStatus) -> (String, TestCase) {
        let (file, test) = name.split_once("::").unwrap_or((name, name));
        let mut case = TestCase::new(test, status);
        case.set_classname(file);
        (file.to_owned(), case)
    }

    /// The report, whole.
    pub(super) fn write(self, elapsed: Duration) -> Result<String, SerializeError> {
        let mut report = Report::new("banister");
        report.set_time(elapsed);
        let mut suites: Vec<TestSuite> = Vec::new();
        for (file, case) in self.0 {
            // Tests come in the order of their files.
            match suites.last_mut().filter(|suite| suite.name.as_str() == file) {
                Some(suite) => {
                    suite.add_test_case(case);
                }
                None => {
                    let mut suite = TestSuite::new(file);
                    suite.add_test_case(case);
                    suites.push(suite);
                }
            }
        }
        for suite in &mut suites {
            suite.set_time(suite.test_cases.iter().filter_map(|case| case.time).sum());
        }
        report.add_test_suites(suites);
        Ok(with_skipped(&report.to_string()?))
    }
}

/// The library counts skipped tests of a suite as `disabled`, which newer readers refuse: they know `skipped`. Values
/// hold no quote and texts no `<`, so what looks like the attribute is it.
pub fn with_skipped(report: &str) -> String {
    let mut suites = report.split("<testsuite ");
    let first = suites.next().unwrap_or_default().to_owned();
    suites.fold(first, |out, suite| {
        out + "<testsuite " + &suite.replacen(" disabled=\"", " skipped=\"", 1)
    })
}
