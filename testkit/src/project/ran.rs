//! What came of a flow.

use serde_json::Value as Json;

use crate::flow::FlowResult;
use crate::report::{ControlLabel, StepOutput};
use crate::trace::{Trace, What};

/// A flow that ran and did what was expected.
#[derive(Debug, Clone)]
pub struct FlowRun(FlowResult);

impl FlowRun {
    pub(super) fn of(result: FlowResult) -> Self {
        Self(result)
    }

    /// Everything that happened, in order. [`Trace::canonical`] is the same text for the same project, flow and seed.
    pub fn trace(&self) -> &Trace {
        &self.0.trace
    }

    /// Status and body of every answer, in order.
    pub fn responses(&self) -> Vec<(u16, &Json)> {
        self.each(|what| match what {
            What::Response { status, body, .. } => Some((*status, body)),
            _ => None,
        })
    }

    /// What was sent on a topic, in order, without what the framework drops.
    pub fn emitted(&self, topic: &str) -> Vec<&Json> {
        self.0.trace.emitted(topic)
    }

    /// The steps that ran, in the order in which they started.
    pub fn ran(&self) -> Vec<&str> {
        self.each(|what| match what {
            What::Started { step, .. } => Some(step.as_str()),
            _ => None,
        })
    }

    /// External calls as `POST https://api.example.com/v1/charges`, in order.
    pub fn called(&self) -> Vec<String> {
        self.each(|what| match what {
            What::Http { method, url, .. } => Some(format!("{method} {url}")),
            _ => None,
        })
    }

    /// An item of the shared state at the end.
    pub fn state(&self, group: &str, key: &str) -> Option<&Json> {
        self.0.state.get(group)?.get(key)
    }

    /// What handlers printed, in order.
    pub fn output(&self) -> &[StepOutput] {
        &self.0.output
    }

    /// Whether everything was under control.
    pub fn control(&self) -> ControlLabel {
        self.0.label
    }

    /// What is worth knowing although nothing failed, such as an emit that the framework drops.
    pub fn notes(&self) -> &[String] {
        &self.0.notes
    }

    fn each<'r, T>(&'r self, pick: impl FnMut(&'r What) -> Option<T>) -> Vec<T> {
        self.0
            .trace
            .events
            .iter()
            .map(|event| &event.what)
            .filter_map(pick)
            .collect()
    }
}
