//! Facts of all files to an index, to rules and editor features. Plain types: no protocol, and one door to the disk.

pub mod diagnostic;

pub mod discovery;

pub mod nearest;

pub mod config;

pub mod framework;

mod resolve;

pub mod project;

pub mod route;

pub mod profile;

pub mod flow_test;

pub mod invariant;

mod index;

mod shelf;

mod source;

mod manifests;

pub mod workspace;

pub mod cron;

pub mod rules;

mod ignores;

mod found;

pub mod fixing;

pub mod features;

pub mod graph;

pub mod contract;

pub mod why;

pub mod cache;

pub mod disk;

#[cfg(test)]
mod fixture;

pub use diagnostic::{Diagnostic, Edit, Fix, Related, Severity};
pub use ignores::ignore_fix;
pub use resolve::{Aliases, Effective, Package};
pub use shelf::{Shelf, Shelved};
pub use workspace::{FlowSource, Host, Project, Snapshot, Source, SourceText, Step, Stream};
