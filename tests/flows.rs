//! `banister test`: whole flows in real interpreters.

mod bad_tests;
mod choosing;
mod determinism;
mod example;
mod external_calls;
mod failures;
mod handlers;
mod interpreters;
mod junit;
mod mocked_code;
mod output;
mod report;
mod signals;
mod watch;
