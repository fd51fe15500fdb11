#!/usr/bin/env bash
# Holds the arrows of docs/ARCHITECTURE.md: grammars -> project -> testkit -> lsp -> src, protocol types only in lsp,
# syntax trees only in grammars. Fails with the path of the forbidden dependency.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0

# Names of the packages that CRATE is built from; `--depth 1` as second argument for the direct ones only.
packages_of() {
  cargo tree --locked --quiet -p "$1" -e normal,build,dev --target all --prefix none --format '{p}' "${@:2}" | awk '{ print $1 }' | sort -u
}

# forbid CRATE DEPTH NAME…: none of the packages NAME (a pattern of grep -x) may be below CRATE.
forbid() {
  local crate=$1 depth=$2 names found
  shift 2
  local options=()
  [ "$depth" = any ] || options=(--depth "$depth")
  names=$(packages_of "$crate" "${options[@]}" | grep -vx "$crate")
  for name in "$@"; do
    for found in $(grep -x "$name" <<<"$names"); do
      printf 'crate directions: %s must not depend on %s\n' "$crate" "$found" >&2
      cargo tree --locked --quiet -p "$crate" -e normal,build,dev --target all -i "$found" >&2 || true
      failed=1
    done
  done
}

protocol=(tower-lsp tower-lsp-server lsp-types ls-types lsp-server)

forbid banister-grammars any banister banister-lsp banister-testkit banister-project tokio "${protocol[@]}"
forbid banister-project any banister banister-lsp banister-testkit tokio "${protocol[@]}"
forbid banister-testkit any banister banister-lsp "${protocol[@]}"
forbid banister-lsp any banister
for crate in banister-project banister-testkit banister-lsp banister; do
  forbid "$crate" 1 'tree-sitter.*'
done
forbid banister 1 "${protocol[@]}"

[ "$failed" -eq 0 ] && printf 'crate directions: grammars -> project -> testkit -> lsp -> src, and nothing back\n'
exit "$failed"
