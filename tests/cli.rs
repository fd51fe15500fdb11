//! `banister check`, `banister explain`, `banister graph` and how the program is called.

mod bad_sources;
mod check;
mod explain;
mod formats;
mod graph;
mod report;
mod select;
mod usage;
