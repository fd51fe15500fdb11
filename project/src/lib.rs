//! Facts of all files to an index, to rules and editor features. Plain types: no protocol, and one door to the disk.
//! A module uses those above it alone.

pub mod diagnostic;

pub mod discovery;

pub mod nearest;

pub mod route;

mod shelf;

mod source;

pub mod releases;

pub mod profile;

pub mod invariant;

pub mod config;

mod reads;

mod resolve;

pub mod project;

pub mod framework;

pub mod flow_test;

mod flow_source;

mod index;

pub mod cron;

pub mod rules;

mod settings_schema;

mod ignores;

mod found;

pub mod cache;

pub mod workspace;

mod ignore_fix;

pub mod fixing;

pub mod features;

pub mod graph;

pub mod contract;

pub mod why;

pub mod disk;

#[cfg(test)]
mod fixture;

pub use diagnostic::{Diagnostic, Edit, Fix, Related, Severity};
pub use flow_source::FlowSource;
pub use ignore_fix::ignore_fix;
pub use project::{Project, Step, Stream};
pub use resolve::{Aliases, Effective, Package};
pub use settings_schema::settings_schema;
pub use shelf::{Shelf, Shelved};
pub use source::{Source, SourceText};
pub use workspace::{Host, Snapshot};
