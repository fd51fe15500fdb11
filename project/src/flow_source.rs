//! The flow tests of a workspace as texts, each with the tests in it.

use std::ops::Deref;
use std::sync::Arc;

use banister_grammars::facts::IgnoreFact;

use crate::flow_test::{self, FlowFile, SpecProblem};
use crate::shelf::{Shelf, Shelved};
use crate::source::SourceText;

/// The flow tests of a workspace.
pub(crate) type FlowSources = Shelf<Arc<FlowSource>>;

/// One `*.flow.yaml`: its text and the tests in it.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowSource {
    /// The text.
    pub source: SourceText,
    /// Its tests, or everything that is wrong with it.
    pub parsed: Result<FlowFile, Vec<SpecProblem>>,
    /// Comments that silence rules, in source order.
    pub ignores: Vec<IgnoreFact>,
}

impl FlowSource {
    pub(crate) fn new(path: &str, text: Arc<str>) -> Self {
        Self {
            parsed: flow_test::parse(path, Arc::clone(&text)),
            ignores: flow_test::ignores(&text),
            source: SourceText::new(path, text),
        }
    }
}

impl Shelved for FlowSource {
    type Key = str;

    fn key(&self) -> &str {
        &self.source.path
    }
}

impl Deref for FlowSource {
    type Target = SourceText;

    fn deref(&self) -> &SourceText {
        &self.source
    }
}
