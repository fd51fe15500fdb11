//! One test: a part of a file, with its name.

use std::sync::Arc;

use banister_project::flow_test::{FlowFile, FlowTest};

use crate::auto::{Auto, Generated, base};

/// One test, as the runner knows it.
#[derive(Debug, Clone)]
pub struct TestCase {
    /// `<file without .flow.yaml>::<test name>`.
    pub name: String,
    /// Its file.
    pub file: Arc<FlowFile>,
    /// Its place in the file.
    pub index: usize,
    /// The way into the project that a generated test tries; absent for a written one.
    pub auto: Option<Arc<Auto>>,
}

impl From<Generated> for TestCase {
    fn from(generated: Generated) -> Self {
        Self {
            name: generated.name,
            file: generated.file,
            index: 0,
            auto: Some(generated.auto),
        }
    }
}

impl TestCase {
    /// Every test of `file`, in order.
    pub fn all_of(file: &Arc<FlowFile>) -> Vec<TestCase> {
        let stem = file
            .path
            .trim_end_matches(".yaml")
            .trim_end_matches(".yml")
            .trim_end_matches(".flow");
        (file.tests.iter().enumerate())
            .map(|(index, test)| TestCase {
                name: format!("{stem}::{}", test.name.value),
                file: Arc::clone(file),
                index,
                auto: None,
            })
            .collect()
    }

    /// The files of `tests`, each once.
    pub(crate) fn files_of(tests: &[TestCase]) -> Vec<Arc<FlowFile>> {
        let mut files: Vec<Arc<FlowFile>> = tests.iter().map(|test| Arc::clone(&test.file)).collect();
        files.dedup_by(|a, b| Arc::ptr_eq(a, b));
        files
    }

    /// A test that does nothing, with the environment variables of `tests` and with what their files mock; of two for the
    /// same thing the first counts.
    pub(super) fn common_to(tests: &[TestCase]) -> Option<TestCase> {
        let generated = tests.iter().find(|test| test.auto.is_some());
        let file = match generated {
            // It begins with just that.
            Some(generated) => Arc::clone(&generated.file),
            None => Arc::new(base(&Self::files_of(tests))?),
        };
        Self::all_of(&file).into_iter().next()
    }

    /// Why the test is passed over unless somebody asks for it.
    pub fn ignored(&self) -> Option<&str> {
        self.test().ignore.as_ref().map(|reason| reason.value.as_str())
    }

    pub(super) fn test(&self) -> &FlowTest {
        &self.file.tests[self.index]
    }
}
