//! How much of each kind is covered.

use std::fmt;
use std::str::FromStr;

use super::{Coverage, Outcome, PairCell, ProjectCoverage};

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
    /// Both orders of steps that met at the state.
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

/// A part of a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// What is covered.
    pub covered: usize,
    /// What there is.
    pub total: usize,
}

impl Share {
    /// What is true of some things.
    pub fn of(things: impl IntoIterator<Item = bool>) -> Self {
        things.into_iter().fold(Self::default(), |share, covered| Self {
            covered: share.covered + usize::from(covered),
            total: share.total + 1,
        })
    }

    /// The two together.
    pub fn and(self, other: Self) -> Self {
        Self {
            covered: self.covered + other.covered,
            total: self.total + other.total,
        }
    }

    /// In per cent with one place, rounded down: only all is 100. None if there is nothing to cover.
    pub fn percent(self) -> Option<f64> {
        let thousandths = (self.covered * 1000).checked_div(self.total)?;
        Some(thousandths as f64 / 10.0)
    }

    /// True if it is less than this many per cent. Of nothing, nothing is lacking.
    pub fn is_below(self, percent: f64) -> bool {
        (self.covered as f64) * 100.0 < percent * (self.total as f64)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.percent() {
            Some(percent) => write!(f, "{percent:.1} % ({} of {})", self.covered, self.total),
            None => f.write_str("nothing to cover"),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_is_all() {
        let share = |covered, total| Share { covered, total };
        assert_eq!(share(1999, 2000).percent(), Some(99.9));
        assert!(share(1999, 2000).is_below(100.0));
        assert!(!share(2, 3).is_below(66.6));
        assert!(share(2, 3).is_below(66.7));
        assert_eq!(share(0, 0).percent(), None);
        assert!(!share(0, 0).is_below(100.0));
        assert_eq!(share(2, 3).to_string(), "66.6 % (2 of 3)");
    }
}
