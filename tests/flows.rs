//! `banister test`: whole flows in real interpreters.

mod auto;
mod bad_tests;
mod choosing;
mod coverage;
mod determinism;
mod example;
mod examples;
mod expected_failures;
mod external_calls;
mod failures;
mod from_trace;
mod handlers;
mod html;
mod interpreters;
mod isolation;
mod junit;
mod links;
mod migrated;
mod mocked_code;
mod mutation;
mod output;
mod report;
mod seed_forms;
mod seeded_bugs;
mod signals;
mod watch;
