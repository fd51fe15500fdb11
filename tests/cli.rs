//! `banister check`, `banister explain`, `banister graph` and how the program is called.

mod bad_sources;
mod check;
mod explain;
mod formats;
mod graph;
mod pipes;
mod report;
mod robustness;
mod select;
mod untouched;
mod usage;
