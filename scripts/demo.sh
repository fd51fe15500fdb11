#!/usr/bin/env bash
# Shows what Banister does, on a machine with Rust, Node 20 and Python 3.11: check, graph and test on the shop of
# examples/ecommerce, and what check finds in a broken shop.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
cargo build --release
banister=${CARGO_TARGET_DIR:-target}/release/banister

show() { printf '\n$ %s\n' "banister $*"; "$banister" "$@"; }

show check examples/ecommerce
show graph -C examples/ecommerce --format mermaid
if command -v ruby >/dev/null; then
  show test -C examples/ecommerce
else
  show test -C examples/ecommerce || printf '\ndemo: the flows that failed need Ruby, which is not installed here.\n' >&2
fi

# A check that finds something ends with 1: here that is the demonstration.
code=0
show check tests/projects/broken-ecommerce || code=$?
[ "$code" -eq 1 ] || { printf 'demo: the broken shop should end with 1, not %s\n' "$code" >&2; exit 1; }
printf '\nThe shop is clean and its flows pass; the broken shop is told of line by line.\n'
