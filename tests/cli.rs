//! `banister check`, `banister explain`, `banister graph` and how the program is called.

mod bad_sources;
mod baseline;
mod check;
mod explain;
mod fix;
mod formats;
mod graph;
mod ignores;
mod paths;
mod report;
mod roots;
mod select;
mod stdin;
mod usage;
mod watch;
