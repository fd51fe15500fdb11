//! The edges of the schemas of a project's steps, and which of them messages and requests were at.

use std::collections::{BTreeMap, BTreeSet};

use super::Share;
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

/// The edges of one schema.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaCells {
    /// Whose.
    pub of: SchemaOf,
    /// Each with whether some value was at it.
    pub cells: Vec<(BoundaryCell, bool)>,
}

impl SchemaCells {
    pub(super) fn of(schemas: &Schemas, hits: &BTreeMap<SchemaOf, BTreeSet<BoundaryCell>>) -> Vec<Self> {
        let each = schemas.cells.iter().map(|(of, cells)| {
            let seen = hits.get(of);
            let is_seen = |cell: &BoundaryCell| seen.is_some_and(|seen| seen.contains(cell));
            Self {
                of: of.clone(),
                cells: cells.iter().map(|cell| (cell.clone(), is_seen(cell))).collect(),
            }
        });
        each.collect()
    }

    /// How many of the edges that a valid value can be at some value was at.
    pub fn share(&self) -> Share {
        Share::of(
            self.cells
                .iter()
                .filter(|(cell, _)| cell.valid)
                .map(|(_, seen)| *seen),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_edges_of_valid_values_are_counted() {
        let of = SchemaOf {
            step: "A".into(),
            trigger: 1,
            part: SchemaPart::Input,
        };
        let cell = |which: &str, valid| BoundaryCell {
            pointer: String::new(),
            constraint: "minimum".into(),
            which: which.into(),
            valid,
        };
        let cells = vec![
            cell("1", true),
            cell("just above 1", true),
            cell("below 1", false),
        ];
        let schemas = Schemas {
            cells: BTreeMap::from([(of.clone(), cells)]),
            unreadable: Vec::new(),
        };
        let hits = BTreeMap::from([(of, BTreeSet::from([cell("1", true), cell("below 1", false)]))]);
        let found = SchemaCells::of(&schemas, &hits);
        assert_eq!(found[0].share(), Share { covered: 1, total: 2 });
        assert_eq!(found[0].of.name(), "A.input of trigger 2");
    }
}
