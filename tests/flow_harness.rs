//! The flow tests of the examples, each a test of `cargo test` and `cargo nextest`. They need the packages of the
//! examples: `scripts/setup.sh`.

banister_testkit::flow_tests!("examples");
