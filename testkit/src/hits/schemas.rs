//! The schemas of a project's steps, and what is at the edges of them.

use std::collections::BTreeMap;

pub use crate::strategy::boundaries::BoundaryCell;

/// A schema of a step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SchemaOf {
    /// The step.
    pub step: String,
    /// Which of its triggers, from 0.
    pub trigger: usize,
    /// What of it.
    pub part: SchemaPart,
}

/// What of a step has a schema that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SchemaPart {
    /// The body of a request.
    Body,
    /// A message.
    Input,
}

impl SchemaPart {
    /// How flow tests call it.
    pub fn name(self) -> &'static str {
        match self {
            SchemaPart::Body => "body",
            SchemaPart::Input => "input",
        }
    }
}

impl SchemaOf {
    /// As in a flow test: `CreateOrder.body`; with the number of the trigger, from 1, if it is not the first.
    pub fn name(&self) -> String {
        match self.trigger {
            0 => format!("{}.{}", self.step, self.part.name()),
            nth => format!("{}.{} of trigger {}", self.step, self.part.name(), nth + 1),
        }
    }
}

/// The schemas of a project's steps as their running modules give them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schemas {
    /// Their edges.
    pub cells: BTreeMap<SchemaOf, Vec<BoundaryCell>>,
    /// Steps whose schemas cannot be read, with the reason.
    pub unreadable: Vec<(String, String)>,
}
