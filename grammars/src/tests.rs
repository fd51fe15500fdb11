//! Tests of the facts as a whole; each module has one theme.

mod rendering;
mod support;

mod cases;
mod comments;
mod config_values;
mod configs;
mod emit_forms;
mod emit_sites;
mod forms;
mod handling;
mod neutrality;
mod payloads;
mod robustness;
mod schemas;
mod texts;
mod unbound;
mod uses;
