//! `banister check`, `banister graph` and how the program is called.

mod bad_sources;
mod check;
mod graph;
mod report;
mod usage;
