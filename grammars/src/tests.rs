//! Tests of the facts as a whole; each module has one theme.

mod rendering;
mod support;

mod cases;
mod configs;
mod emit_sites;
mod handling;
mod neutrality;
mod payloads;
mod robustness;
mod schemas;
mod texts;
mod unbound;
mod uses;
