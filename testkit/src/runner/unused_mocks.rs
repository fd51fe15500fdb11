//! Mocks of a test that nothing asked for, which are most often misspelled.

use banister_project::flow_test::{FlowTest, FunctionAct, FunctionMock};

use super::TestCase;
use crate::trace::{Trace, What};

/// A note for each mocked function of the test itself that was never called. Those of the file are for other tests as
/// well, and a property may come to them with another value.
pub(super) fn never_called(case: &TestCase, trace: &Trace) -> Vec<String> {
    let test = case.test();
    if trace.events.is_empty() || !test.for_all.is_empty() {
        return Vec::new();
    }
    let others = || (case.file.tests.iter().enumerate()).filter(|(at, _)| *at != case.index);
    let is_own = |function: &FunctionMock| {
        let has = |other: &FlowTest| {
            other
                .code
                .functions
                .iter()
                .any(|it| it.name.span == function.name.span)
        };
        !others().any(|(_, other)| has(other))
    };
    let was_called = |name: &str| {
        let mut events = trace.events.iter();
        events.any(|event| matches!(&event.what, What::Mocked { function, .. } if function == name))
    };
    let functions = test.code.functions.iter();
    let unused = functions.filter(|function| {
        !matches!(function.act, FunctionAct::Value(_)) && is_own(function) && !was_called(&function.name)
    });
    unused
        .map(|function| format!("the mocked function `{}` was never called", function.name))
        .collect()
}
