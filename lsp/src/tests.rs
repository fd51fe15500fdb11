//! Whole sessions over pipes in memory: the real transport, edge, owner and workers.

mod actions;

mod commands;

mod faults;

mod features;

mod lifecycle;

mod pull;

mod untrusted;
