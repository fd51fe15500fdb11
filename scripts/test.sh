#!/usr/bin/env bash
# The whole test suite, with all the set-up it needs, on a machine with Rust, Node 20 and Python 3.11.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
cargo fmt --all --check
cargo clippy --locked --workspace --all-targets -- -D warnings
scripts/crate-directions.sh
cargo test --locked --workspace --no-fail-fast
