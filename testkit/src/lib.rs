//! Flow tests: a spec, a plan, one scheduler that owns order, time and randomness, workers that run the real handlers,
//! a trace of what happened and a verdict.

pub mod flow_files;

pub mod plan;

pub mod rng;

pub mod world;

pub mod queue;

pub mod schedule;

pub mod stage;

pub mod scheduler;

pub mod trace;

pub mod matching;

pub mod template;

pub mod verdict;

pub mod flow;

pub mod protocol;

pub mod modules;

pub mod stand_ins;

pub mod worker;

pub mod mock;

pub mod live_stage;

pub mod schema;

pub mod strategy;

pub mod runner;

pub mod report;
