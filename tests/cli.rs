//! `banister check`, `banister explain`, `banister graph`, `banister why` and how the program is called.

mod bad_sources;
mod base;
mod check;
mod explain;
mod formats;
mod graph;
mod report;
mod rule_pages;
mod select;
mod usage;
mod validators;
mod why;
