//! `banister check`, `banister explain`, `banister graph`, `banister why` and how the program is called.

mod bad_sources;
mod base;
mod baseline;
mod check;
mod explain;
mod fix;
mod formats;
mod graph;
mod ignores;
mod paths;
mod pipes;
mod report;
mod robustness;
mod roots;
mod rule_pages;
mod select;
mod stdin;
mod untouched;
mod usage;
mod validators;
mod watch;
mod why;
