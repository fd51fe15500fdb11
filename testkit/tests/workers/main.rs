//! The workers against real interpreters: node, Python and Ruby. Where one is missing its tests are skipped, loudly, except
//! in CI, where they fail.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of a test fail by panicking and skip by saying so"
)]

mod abandoned;
mod clients;
mod commonjs;
mod errors;
mod forms;
mod https;
mod isolation;
mod libraries;
mod mocked;
mod outbound;
mod packages;
mod programs;
mod strays;
mod support;
mod sweep;
mod time;
mod traces;
mod watchdog;
