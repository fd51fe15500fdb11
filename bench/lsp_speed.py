#!/usr/bin/env python3
"""Times `banister lsp` beside the language servers of the languages that steps are written in, on the same projects.

    bench/lsp_speed.py [--binary target/release/banister] [--steps 100,1000,10000] [--rounds 200] [--peers [--patience 600]]

Each server starts on the synthetic project of `project.py`, in which ten steps emit a topic that they do not declare. Times
are in milliseconds, memory is the peak in MB with that of child processes. `first` is the first word about the open file,
`complete` the last of the ten findings for Banister, which checks every file, and for the others, which do not, the end of
what they say on their own. Beside every latency stands the share of valid answers: completions that hold what is due,
definitions and references that lead somewhere, hovers that say something, an edit that was followed by findings. `--peers`
installs the others from their registries into a folder of their own (BENCH_PEERS). One that cannot be installed, ends on
its own or takes longer than the patience (in seconds, for each project) is left out, with the reason under the tables and
on standard error; then the exit code is 1. Prints Markdown.
"""

import argparse
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import lsp_client
import project

PEERS = pathlib.Path(os.environ.get("BENCH_PEERS", pathlib.Path(tempfile.gettempdir()) / "banister-bench-peers"))
NPM = ["typescript@5.9", "typescript-language-server@5", "pyright@1"]
PIP = ["ty", "pyrefly"]

# What is asked about in the files of a language: the place after `before`, and the label that a completion there must hold.
BANISTER = {
    "**/*.step.ts": (r"emit\(\{ topic: '()(chain\.\d+)'", "x"),
    "**/*.step.js": (r"emit\(\{ topic: '()(chain\.\d+)'", "x"),
    "**/*_step.py": (r'emit\(\{"topic": "()(chain\.\d+)"', "x"),
    "**/*.step.rb": (r"emit\(topic: '()(chain\.\d+)'", "x"),
}
TYPESCRIPT = {"**/*.step.ts": (r"input: ()(inputSchema)", "zzz")}
PYTHON = {"**/*_step.py": (r'"id": ()(input_data)', "zzz")}


def install_peers():
    """Commands by name with the places to ask about, of those that can be installed here; and why the others cannot."""
    PEERS.mkdir(parents=True, exist_ok=True)
    bin = PEERS / "node_modules" / ".bin"
    venv = PEERS / "venv"
    failures = {}

    def run(command, tool):
        try:
            done = subprocess.run(command, cwd=PEERS, capture_output=True, text=True, timeout=600)
        except (OSError, subprocess.TimeoutExpired) as error:
            failures[tool] = str(error)
            return
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines()
            failures[tool] = lines[-1] if lines else f"exit code {done.returncode}"

    if not (bin / "typescript-language-server").exists() or not (bin / "pyright-langserver").exists():
        npm = ["npm", "install", "--prefix", PEERS, "--no-audit", "--no-fund", "--ignore-scripts", *NPM]
        run(npm, "npm")
    if not (venv / "bin" / "ty").exists():
        run([sys.executable, "-m", "venv", venv], "pip")
        run([venv / "bin" / "pip", "install", "--quiet", *PIP], "pip")
    wanted = {
        "typescript-language-server (ts)": ([bin / "typescript-language-server", "--stdio"], TYPESCRIPT),
        "pyright (py)": ([bin / "pyright-langserver", "--stdio"], PYTHON),
        "ty (py)": ([venv / "bin" / "ty", "server"], PYTHON),
        "pyrefly (py)": ([venv / "bin" / "pyrefly", "lsp"], PYTHON),
    }
    found = {name: peer for name, peer in wanted.items() if peer[0][0].exists()}
    missing = {
        name: f"cannot be installed here: {failures.get('pip' if 'venv' in peer[0][0].parts else 'npm', 'no program of that name')}"
        for name, peer in wanted.items()
        if name not in found
    }
    return found, missing


def spoil(root):
    """Makes ten steps emit what they do not declare; returns their paths."""
    sources = sorted(path for pattern in BANISTER for path in root.glob(pattern))
    spoilt = sources[:: max(1, len(sources) // 10)][:10]
    for path in spoilt:
        head, tail = path.read_text().rsplit("chain.", 1)
        path.write_text(f"{head}undeclared.{tail}")
    return [str(path.relative_to(root)) for path in spoilt]


def places(root, patterns, count):
    """`count` files with the offset of what is asked about, its text, and what to type there."""
    found = []
    for pattern, (expression, typed) in patterns.items():
        for path in sorted(root.glob(pattern)):
            text = path.read_text()
            if match := re.search(expression, text):
                found.append((str(path.relative_to(root)), text, match.start(2), match.group(2), typed))
    # Files of all languages, from all over the project.
    found.sort(key=lambda place: (len(place[0]) * 7919 + sum(place[0].encode()) * 31) % 997)
    return found[:count]


def position(text, offset):
    before = text[:offset]
    return {"line": before.count("\n"), "character": offset - before.rfind("\n") - 1}


class Latencies:
    """The times of one kind of request, and how many of its answers were valid."""

    def __init__(self):
        self.times, self.asked, self.valid = [], 0, 0

    def add(self, took, valid):
        self.asked += 1
        if took is not None:
            self.times.append(took)
        self.valid += bool(valid)

    def __str__(self):
        if not self.times:
            return "–"
        ordered = sorted(self.times)
        p50, p95, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95, 0.99))
        return f"{p50:.2f} / {p95:.2f} / {p99:.2f} ({100 * self.valid / self.asked:.0f} %)"


def labels(answer):
    items = answer.get("items", []) if isinstance(answer, dict) else answer or []
    return {item["label"] for item in items}


def measure(command, root, patterns, spoilt, rounds, patience):
    """One server on one project, from its start to its end."""
    client = lsp_client.Client(command, root, patience)
    try:
        return row_of(client, root, patterns, spoilt, rounds)
    finally:
        client.end()


def row_of(client, root, patterns, spoilt, rounds):
    begun = time.perf_counter()
    row = {"initialize": client.initialize()}
    spots = places(root, patterns, 20)
    for path, text, *_ in spots:
        language = {".ts": "typescript", ".js": "javascript", ".py": "python", ".rb": "ruby"}[pathlib.Path(path).suffix]
        document = {"uri": client.uri(path), "languageId": language, "version": 1, "text": text}
        client.send("textDocument/didOpen", {"textDocument": document})
    first = client.wait(lambda: any(client.uri(path) in client.findings for path, *_ in spots), 60)
    row["first"] = first and (first - begun) * 1000
    if patterns is BANISTER:
        shown = lambda path: client.findings.get(client.uri(path), (0, []))[1]
        complete = client.wait(lambda: all(shown(path) for path in spoilt), 60)
    else:
        complete = client.wait_for_silence(3, 120)
    row["complete"] = complete and (complete - begun) * 1000
    client.wait_for_silence(1, 30)
    ask(client, row, spots, rounds)
    type_text(client, row, spots, rounds // 2)
    row["memory"] = client.memory()
    return row


def ask(client, row, spots, rounds):
    kinds = {
        "completion": lambda answer, word: word in labels(answer),
        "hover": lambda answer, _: bool(answer and answer.get("contents")),
        "definition": lambda answer, _: bool(answer),
        "references": lambda answer, _: bool(answer),
    }
    for kind, is_valid in kinds.items():
        row[kind] = Latencies()
        for n in range(rounds):
            path, text, offset, word, _ = spots[n % len(spots)]
            params = {"textDocument": {"uri": client.uri(path)}, "position": position(text, offset + 1)}
            if kind == "references":
                params["context"] = {"includeDeclaration": True}
            answer, took = client.request(f"textDocument/{kind}", params)
            row[kind].add(took, is_valid(answer, word))


def type_text(client, row, spots, rounds):
    """Breaks a word and mends it again, and waits for what is said about it; then types and completes at once."""
    row["key to findings"], row["completion while typing"] = Latencies(), Latencies()
    versions = collections.defaultdict(lambda: 1)
    for n in range(rounds):
        path, text, offset, word, typed = spots[n // 2 % len(spots)]
        uri, at = client.uri(path), position(text, offset + len(word))
        end = dict(at, character=at["character"] + (len(typed) if n % 2 else 0))
        change = {"range": {"start": at, "end": end}, "text": "" if n % 2 else typed}
        versions[uri] += 1
        document = {"uri": uri, "version": versions[uri]}
        begun = time.perf_counter()
        client.send("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        heard = client.wait(lambda: client.findings.get(uri, (0, []))[0] > begun, 5)
        took = heard and (heard - begun) * 1000
        is_broken = bool(client.findings.get(uri, (0, []))[1])
        row["key to findings"].add(took, took and is_broken == (n % 2 == 0))
        if n >= 3 and not row["key to findings"].times:
            # It says nothing on its own.
            break
    for n in range(rounds):
        path, text, offset, word, _ = spots[n % len(spots)]
        uri, at = client.uri(path), position(text, offset + len(word))
        after = dict(at, character=at["character"] - 1)
        for change in [
            {"range": {"start": after, "end": at}, "text": ""},
            {"range": {"start": after, "end": after}, "text": word[-1]},
        ]:
            versions[uri] += 1
            document = {"uri": uri, "version": versions[uri]}
            client.send("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        params = {"textDocument": {"uri": uri}, "position": at}
        answer, took = client.request("textDocument/completion", params)
        row["completion while typing"].add(took, word in labels(answer))


def report(steps, rows, left_out):
    print(f"\n### {steps} steps\n")
    print("| | initialize | first | complete | peak MB |\n|---|---|---|---|---|")
    for name, row in rows.items():
        starts = [f"{row[key]:.0f}" if row[key] else "–" for key in ("initialize", "first", "complete", "memory")]
        print(f"| {name} | {' | '.join(starts)} |")
    kinds = ("completion", "hover", "definition", "references", "key to findings", "completion while typing")
    print(f"\n| p50 / p95 / p99 (valid) | {' | '.join(kinds)} |\n|---{'|---' * len(kinds)}|")
    for name, row in rows.items():
        print(f"| {name} | {' | '.join(str(row[kind]) for kind in kinds)} |")
    for name, reason in left_out.items():
        print(f"\n**Left out:** {name}: {reason}")
        print(f"{steps} steps: LEFT OUT {name}: {reason}", file=sys.stderr)
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/banister")
    parser.add_argument("--steps", default="100,1000,10000")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--patience", type=float, default=600)
    arguments = parser.parse_args()
    binary = pathlib.Path(arguments.binary).resolve()
    peers, missing = install_peers() if arguments.peers else ({}, {})
    has_all = not missing
    for steps in map(int, arguments.steps.split(",")):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as facts:
            root = pathlib.Path(folder).resolve()
            project.write(root, steps)
            spoilt = spoil(root)
            os.environ["BANISTER_CACHE_DIR"] = facts
            rows = {}
            # The first start fills the kept facts, the second one finds them.
            servers = {"banister, cold": ([binary, "lsp"], BANISTER), "banister, warm": ([binary, "lsp"], BANISTER)}
            left_out = dict(missing)
            for name, (command, patterns) in {**servers, **peers}.items():
                try:
                    rows[name] = measure(command, root, patterns, spoilt, arguments.rounds, arguments.patience)
                except (lsp_client.ServerEnded, lsp_client.OutOfPatience, OSError) as error:
                    left_out[name] = str(error)
            report(steps, rows, left_out)
            has_all = has_all and not left_out
    sys.exit(0 if has_all else 1)


if __name__ == "__main__":
    main()
