//! How much of each kind is covered.

use std::str::FromStr;

use super::{Coverage, Outcome, PairCell, ProjectCoverage};
use crate::share::Share;

/// What can be measured on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Steps and edges together.
    Total,
    /// Steps that ran.
    Steps,
    /// Ways of messages on which one was taken and its handler ended well.
    Edges,
    /// What else can become of a message on each way: throw, retry, dead letter, timeout.
    Outcomes,
    /// Both orders of steps that met at the state or at a stream.
    Pairs,
    /// Edges of schemas that a value was at.
    Boundaries,
    /// Mutants that some test noticed.
    Mutation,
}

impl Kind {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Kind; 7] = [
        Kind::Total,
        Kind::Steps,
        Kind::Edges,
        Kind::Outcomes,
        Kind::Pairs,
        Kind::Boundaries,
        Kind::Mutation,
    ];

    /// How reports and options call it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Total => "total",
            Kind::Steps => "steps",
            Kind::Edges => "edges",
            Kind::Outcomes => "outcomes",
            Kind::Pairs => "pairs",
            Kind::Boundaries => "boundaries",
            Kind::Mutation => "mutation",
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Kind::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| {
            let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            format!("'{text}' cannot be measured: {} can", names.join(", "))
        })
    }
}

impl Coverage {
    /// How much of a kind is covered in all projects; none for what a run without mutants does not measure.
    pub fn share(&self, kind: Kind) -> Option<Share> {
        let of_each: Option<Vec<Share>> = self.projects.iter().map(|project| project.share(kind)).collect();
        Some(of_each?.into_iter().fold(Share::default(), Share::and)).filter(|_| kind != Kind::Mutation)
    }
}

impl ProjectCoverage {
    /// How much of a kind is covered here.
    pub fn share(&self, kind: Kind) -> Option<Share> {
        Some(match kind {
            Kind::Total => self.share(Kind::Steps)?.and(self.share(Kind::Edges)?),
            Kind::Steps => Share::of(self.steps.iter().map(|step| step.runs > 0)),
            Kind::Edges => Share::of(self.edges.iter().map(super::EdgeCell::is_covered)),
            Kind::Outcomes => Share::of(self.edges.iter().flat_map(|edge| {
                let others = edge.possible.iter().filter(|it| **it != Outcome::Ok);
                others.map(|outcome| edge.has(*outcome))
            })),
            Kind::Pairs => Share::of(self.pairs.iter().flat_map(PairCell::seen)),
            Kind::Boundaries => {
                let schemas = self.schemas.iter().map(super::SchemaCells::share);
                schemas.fold(Share::default(), Share::and)
            }
            Kind::Mutation => return None,
        })
    }
}

impl PairCell {
    /// Whether each of the two orders was seen. Two runs of one step were one after the other, or interleaved.
    pub fn seen(&self) -> [bool; 2] {
        let orders = self.orders;
        match self.pair.is_of_one_step() {
            true => [orders.one_first > 0, orders.interleaved > 0],
            false => [orders.one_first > 0, orders.other_first > 0],
        }
    }
}
