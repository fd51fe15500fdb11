//! Flow tests: a spec, a plan, one scheduler that owns order, time and randomness, workers that run the real handlers,
//! a trace of what happened and a verdict.

pub mod spec;

pub mod plan;

pub mod matching;

pub mod mock;

pub mod protocol;

pub mod trace;

pub mod report;
