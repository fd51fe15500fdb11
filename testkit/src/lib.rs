//! Flow tests: a spec, a plan, one scheduler that owns order, time and randomness, workers that run the real handlers,
//! a trace of what happened and a verdict.
//!
//! From Rust there are two ways in:
//!
//! - [`Project`] opens a project and runs flows that are written in Rust: given, when, then, and what happened.
//! - [`flow_tests!`] makes the `*.flow.yaml` files of a project tests of `cargo test` and `cargo nextest`.
//!
//! Whoever wants to know how it works reads the modules in this order: what is run ([`flow_files`], [`suites`], [`plan`]);
//! the deterministic world ([`rng`], [`world`], [`queue`], [`schedule`], [`decision`], [`scheduler`], whose only door to the outside is
//! [`stage`]); what came of it ([`trace`], [`matching`], [`template`], [`verdict`], [`invariant`], [`flow`], and back to a flow test
//! [`from_trace`]); the real outside ([`protocol`], [`modules`], [`stand_ins`], [`worker`], [`mock`], [`live_stage`]);
//! generated inputs ([`schema`], [`strategy`]) and generated tests ([`auto`]); many tests at a time and what is told of them
//! ([`runner`], [`report`]); what of a project they come by, and what they would notice ([`coverage`], [`mutation`]).

mod project;

pub mod harness;

pub use project::{Flow, FlowError, FlowRun, OpenError, Project};

pub mod flow_files;

pub mod suites;

pub mod plan;

pub mod rng;

pub mod world;

pub mod queue;

pub mod schedule;

mod access;

pub mod decision;

pub mod stage;

pub mod scheduler;

pub mod trace;

pub mod failure;

pub mod hits;

pub mod matching;

pub mod template;

pub mod verdict;

pub mod invariant;

pub mod flow;

/// A flow test as text.
mod yaml;

/// Values that another seed makes otherwise.
mod volatile;

pub mod from_trace;

pub mod protocol;

pub mod modules;

pub mod stand_ins;

pub mod worker;

pub mod mock;

pub mod live_stage;

pub mod schema;

pub mod strategy;

pub mod auto;

pub mod explore;

/// Who read and wrote what in a run whose order was not the plain one.
pub mod race;

/// Whether a run left what handlers leave one after the other.
mod serial;

pub mod runner;

pub mod report;

mod share;

pub mod coverage;

pub mod mutation;
