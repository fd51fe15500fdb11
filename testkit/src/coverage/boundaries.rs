//! The edges of the schemas of a project's steps, and which of them messages and requests were at.

use std::collections::{BTreeMap, BTreeSet};

use crate::hits::{BoundaryCell, SchemaOf, Schemas};
use crate::share::Share;

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
    use crate::hits::SchemaPart;

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
