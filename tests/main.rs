//! Black-box tests of the `banister` binary: what a person, a pipeline or an editor sees of it and nothing else.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of a test fail by panicking, as the test itself does"
)]

mod cli;
mod differential;
mod editors;
mod flows;
mod house;
mod lsp;
mod seeds;
mod support;
