//! `banister test`: whole flows in real interpreters.

mod bad_tests;
mod determinism;
mod example;
mod examples;
mod external_calls;
mod failures;
mod handlers;
mod interpreters;
mod mocked_code;
mod output;
mod report;
mod seed_forms;
