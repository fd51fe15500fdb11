//! Facts of all files to an index, to rules and editor features. Plain types: no protocol, and one door to the disk.

pub mod diagnostic;

pub mod discovery;

pub mod config;

mod resolve;

pub mod project;

mod index;

pub mod workspace;

pub mod cron;

pub mod rules;

pub mod features;

pub mod graph;

pub mod cache;

pub mod disk;

#[cfg(test)]
mod fixture;

pub use diagnostic::{Diagnostic, Edit, Fix, Related, Severity};
pub use resolve::Aliases;
pub use workspace::{Host, Project, Snapshot, Source, Step, Stream};
