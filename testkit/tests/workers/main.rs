//! The workers against real interpreters: node, Python and Ruby. Where one is missing its tests are skipped, loudly, except
//! in CI, where they fail.

mod errors;
mod forms;
mod isolation;
mod outbound;
mod support;
mod time;
