#!/usr/bin/env bash
# Installs what the extension is built with, and the editor that its test drives. Asks nothing; versions are locked.
set -euo pipefail
cd "$(dirname "$0")"

# Nothing is compiled: the editor's own log files need that, and the test does not need them.
install=(--ignore-scripts --no-audit --no-fund --loglevel=error)

npm ci "${install[@]}" </dev/null
(cd e2e && npm ci "${install[@]}" </dev/null)

# The editor installs these itself, in a script that runs only below the version of Node.js it is made for; and not with
# `npm ci`, because one of its locks lacks a package.
node="$PWD/e2e/node_modules/node-linux-$(node -p process.arch)/bin"
for folder in . extensions; do
  (cd "e2e/node_modules/code-server/lib/vscode/$folder" && PATH="$node:$PATH" npm install --omit=dev "${install[@]}" </dev/null)
done
cat package-lock.json e2e/package-lock.json >e2e/node_modules/.complete
