#!/usr/bin/env bash
# Installs what the demonstration and the tests need beside Rust, Node 20 and Python 3.11. Asks nothing.
# With CI=true something that stays missing is a failure; otherwise a loud note, and the tests that need it fail.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()

note() { printf '\n*** %s\n\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_install() {
  command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }
}

# install PACKAGE: from the system, if that is possible; the caller looks whether it was.
install() {
  can_install || return 0
  printf 'setup: installing %s\n' "$1"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$1" </dev/null >/dev/null ||
    { as_root apt-get update -q </dev/null >/dev/null &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$1" </dev/null >/dev/null; } ||
    true
}

# have COMMAND PACKAGE WHY: makes sure that COMMAND is there, from the system's PACKAGE if it can be installed.
have() {
  local command=$1 package=$2 why=$3
  command -v "$command" >/dev/null && return
  install "$package"
  command -v "$command" >/dev/null && return
  missing+=("$command")
  note "$command is missing ($why). Install it, for example: sudo apt-get install $package"
}

# at_least COMMAND MAJOR.MINOR VERSION: fails with advice on an interpreter that is too old.
at_least() {
  local command=$1 wanted=$2 version=$3
  if [ "$(printf '%s\n%s\n' "$wanted" "$version" | sort -V | head -n 1)" != "$wanted" ]; then
    missing+=("$command")
    note "$command $version is too old: $wanted or newer is needed"
  fi
}

for command in cargo node npm python3; do
  if ! command -v "$command" >/dev/null; then
    note "$command is missing: install Rust, Node 20 with npm and Python 3.11 first"
    exit 1
  fi
done
at_least node 20.0 "$(node -p process.versions.node)"
at_least python3 3.9 "$(python3 -c 'import platform; print(platform.python_version())')"

have ruby ruby 'Ruby steps run in it'
have nvim neovim 'the test of the editor plugin drives it'
if command -v nvim >/dev/null; then
  at_least nvim 0.7 "$(nvim --version | sed -n '1s/^NVIM v//p')"
fi
have emacs emacs-nox 'the test of its language client drives it'
# Emacs has Eglot of its own from version 29 on.
has_eglot() {
  emacs --batch -q --eval "(progn (require 'package) (package-initialize) (require 'eglot))" >/dev/null 2>&1
}
if command -v emacs >/dev/null && ! has_eglot; then
  install elpa-eglot
  if ! has_eglot; then
    missing+=(eglot)
    note 'Eglot is missing (the test of the Emacs client drives it). Install it, for example: sudo apt-get install elpa-eglot'
  fi
fi
if command -v ruby >/dev/null; then
  at_least ruby 3.0 "$(ruby -e 'puts RUBY_VERSION')"
fi

# The HTTP clients of Ruby that the tests drive. Those of Node and Python the tests install themselves.
if command -v ruby >/dev/null; then
  for library in faraday httparty http excon typhoeus; do
    ruby -e "require '$library'" 2>/dev/null && continue
    install "ruby-$library"
    ruby -e "require '$library'" 2>/dev/null && continue
    missing+=("ruby-$library")
    note "The Ruby library $library is missing (a test makes calls with it). Install it, for example: sudo apt-get install ruby-$library"
  done
fi
if command -v python3 >/dev/null && ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  install python3-venv
fi

if [ ! -f examples/ecommerce/node_modules/zod/package.json ]; then
  (cd examples/ecommerce && npm ci --no-audit --no-fund </dev/null)
fi

# Large, so not without being asked for on somebody's own machine.
if [ "${CI:-}" = true ]; then
  have chromium chromium 'the test of the VS Code extension looks through it'
  editors/vscode/setup.sh
elif ! [ -f editors/vscode/e2e/node_modules/.complete ] || ! command -v chromium >/dev/null; then
  note 'the VS Code extension will not be tried: that needs Chromium, and editors/vscode/setup.sh run once (1.1 GB)'
fi

if [ "${#missing[@]}" -gt 0 ] && [ "${CI:-}" = true ]; then
  printf 'setup: still missing: %s\n' "${missing[*]}" >&2
  exit 1
fi
