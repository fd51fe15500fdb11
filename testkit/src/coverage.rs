//! What of a project its flow tests come by: steps, the ways of messages from step to step with what became of them, and
//! steps that meet at the same item of the state, and values at the edges of schemas.
//!
//! What there is to cover is known from the sources (`domain`), what was covered from the traces of all runs ([`Hits`]).
//! What nobody can know before a run, such as the topic of a message that is made from its data, is told as unknown and
//! never counted.

mod boundaries;
mod domain;
mod html;
mod json;
mod share;
mod text;
mod threshold;

use std::collections::BTreeMap;

use crate::hits::{Delivered, Orders, Outcome, Pair};

pub use crate::share::Share;
pub use boundaries::SchemaCells;
pub use json::VERSION;
pub use share::Kind;
pub use threshold::{FailUnder, Shortfall, ThresholdError};

/// What the tests of a workspace came by.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Coverage {
    /// Its projects, by root.
    pub projects: Vec<ProjectCoverage>,
    /// Why not every test counted, for people; empty if all of them did.
    pub partial: Vec<String>,
}

/// What the tests of one project came by.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProjectCoverage {
    /// Relative to the workspace, with `/`; empty for the workspace itself.
    pub root: String,
    /// Its steps that can run, by file.
    pub steps: Vec<StepCell>,
    /// The ways of its messages, by sender, topic and taker.
    pub edges: Vec<EdgeCell>,
    /// Deliveries that the sources do not show: of topics that only a run knows, and of the tests' own messages.
    pub others: Vec<(Delivered, BTreeMap<Outcome, u32>)>,
    /// Steps that met at the state or at a stream in some run.
    pub pairs: Vec<PairCell>,
    /// The edges of its steps' schemas.
    pub schemas: Vec<SchemaCells>,
    /// Steps whose schemas cannot be read, with the reason.
    pub unreadable: Vec<(String, String)>,
    /// What cannot be known before a run.
    pub unknown: Vec<Unknown>,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepCell {
    /// Its name, or its file if it has none.
    pub name: String,
    /// Relative to the workspace, with `/`.
    pub file: String,
    /// Where its config is: a 1-based line.
    pub line: u32,
    /// How often it started.
    pub runs: u32,
}

/// A topic's way from one step to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgeCell {
    /// The step that sends.
    pub from: String,
    /// The topic.
    pub topic: String,
    /// The step that takes.
    pub to: String,
    /// What can become of a message on this way, as far as the configs say.
    pub possible: Vec<Outcome>,
    /// What did, and how often.
    pub seen: BTreeMap<Outcome, u32>,
}

impl EdgeCell {
    /// True if a message was taken and its handler ended well.
    pub fn is_covered(&self) -> bool {
        self.has(Outcome::Ok)
    }

    /// True if this became of some message.
    pub fn has(&self, outcome: Outcome) -> bool {
        self.seen.contains_key(&outcome)
    }
}

/// Two steps that met at the state or at a stream in some run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairCell {
    /// Which steps, and where.
    pub pair: Pair,
    /// Which of them was first, and how often.
    pub orders: Orders,
}

/// Something that cannot be known before a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    /// The file that leaves it open, relative to the workspace.
    pub file: String,
    /// A 1-based line.
    pub line: u32,
    /// What is not known, after the name of the step.
    pub what: String,
}
