#!/usr/bin/env bash
# Checks, packages and tries the extension in a real editor, with the binary $BANISTER (or the one on the PATH) bundled.
# Usage: test.sh [PROJECT], a folder that the test may write to; a copy of examples/ecommerce if none is given.
# Pictures go to target/vscode. What is missing is a failure with CI=true, and else a loud note and exit code 0.
set -euo pipefail
cd "$(dirname "$0")"

missing() {
  if [ "${CI:-}" = true ]; then
    printf 'failed: %s\n' "$*" >&2
    exit 1
  fi
  printf '\n*** SKIPPED: %s, so the VS Code extension was not tried ***\n\n' "$*" >&2
  exit 0
}

browser=''
for name in chromium chromium-browser google-chrome; do
  browser=$(command -v "$name") && break
done
[ -n "$browser" ] || missing 'there is no Chromium here'
cat package-lock.json e2e/package-lock.json | cmp -s - e2e/node_modules/.complete ||
  missing 'its packages are missing or old (editors/vscode/setup.sh installs them)'
[ $# -gt 0 ] || [ -d ../../examples/ecommerce/node_modules/zod ] || missing "the example's packages are missing"
banister=${BANISTER:-$(command -v banister || true)}
[ -n "$banister" ] || missing 'there is no banister binary (set BANISTER)'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

quietly() {
  "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}

PATH="$PWD/node_modules/.bin:$PATH"
quietly tsc -p .
quietly prettier --check .
node build.mjs --tests
quietly node --test dist/tests/binary.test.js dist/tests/names.test.js

mkdir -p server
# The debugging information of a test build is much larger than the program.
strip -o server/banister "$banister" 2>/dev/null || cp "$banister" server/banister
package=(vsce package --no-dependencies --allow-missing-repository --skip-license)
quietly "${package[@]}" --target "linux-$(node -p process.arch)" --out "$work/banister.vsix"
cp e2e/driver/package.json dist/driver/
(cd dist/driver && quietly "${package[@]}" --out "$work/driver.vsix")

project=${1:-$work/project}
if [ $# -eq 0 ]; then
  mkdir "$project"
  (cd ../../examples/ecommerce && tar -c --exclude=node_modules .) | tar -x -C "$project"
  ln -s "$PWD/../../examples/ecommerce/node_modules" "$project/node_modules"
fi
node dist/tests/run.js "$browser" "$PWD/../../target/vscode" "$project" "$work/banister.vsix" "$work/driver.vsix"
