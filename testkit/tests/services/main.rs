//! Mocked services against real interpreters and what they bring along. Where an interpreter or a library is missing its
//! tests are skipped, loudly, except in CI, where they fail.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of a test fail by panicking and skip by saying so"
)]

mod bodies;
mod clients;
mod delays;
mod documents;
mod gathered;
mod recorded_tls;
mod secured;
mod support;
mod verification;
