#!/usr/bin/env bash
# Installs what the extension is built with, and the editor that its test drives. Asks nothing; versions are locked.
set -euo pipefail
cd "$(dirname "$0")"

# Nothing is compiled: what of the editor needs that (terminals, its own log files) is not used by the test.
install=(--ignore-scripts --no-audit --no-fund --loglevel=error)

npm ci "${install[@]}" </dev/null
(cd e2e && npm ci "${install[@]}" </dev/null)

# The editor installs its own packages in a script that runs only below the version of Node.js it is made for.
(
  node="$PWD/e2e/node_modules/node-linux-$(node -p process.arch)/bin"
  cd e2e/node_modules/code-server/lib/vscode
  PATH="$node:$PATH" npm install --omit=dev "${install[@]}" </dev/null
)
touch e2e/node_modules/.complete
