//! Whole sessions over pipes in memory: the real transport, edge, owner and workers.

mod actions;

mod commands;

mod completion;

mod faults;

mod features;

mod flow_files;

mod languages;

mod lifecycle;

mod places;
mod pull;

mod random_sessions;

mod untrusted;
