#!/usr/bin/env python3
"""Times `banister check` beside what it is measured against: the bare parser on the same bytes, and other checkers.

    bench/check_speed.py [--binary target/release/banister] [--floor target/release/examples/parse_floor]
                         [--steps 100,1000,10000] [--runs 5] [--peers] [--project FOLDER]

Every round runs each command once, in turn, so that what else happens on the machine hits all of them alike; medians count.
Wall time and processor time are in milliseconds, peak memory in MB. `--peers` installs ruff, biome, oxlint and the framework
from their registries into a folder of their own (BENCH_PEERS, by default in the system's temporary folder). The framework's
type generation looks at the same projects where that version has it. Prints Markdown.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import project

PEERS = pathlib.Path(os.environ.get("BENCH_PEERS", pathlib.Path(tempfile.gettempdir()) / "banister-bench-peers"))
NPM = {"@biomejs/biome": "2", "oxlint": "1", "motia": "0.17"}
PIP = ["ruff"]


def measure(command, folder, environment=None):
    """Wall and processor time in milliseconds, and peak memory in MB, of one run."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **(environment or {})}
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = (time.perf_counter() - begun) * 1000
    # Python must not wait for what has been waited for.
    process.returncode = os.waitstatus_to_exitcode(status)
    return {
        "wall": wall,
        "cpu": (usage.ru_utime + usage.ru_stime) * 1000,
        "memory": usage.ru_maxrss / 1024,
        "code": process.returncode,
    }


def install_peers():
    """Commands of the peers that could be installed; says which could not."""
    PEERS.mkdir(parents=True, exist_ok=True)
    (PEERS / "package.json").touch()
    if not (PEERS / "package.json").read_text():
        (PEERS / "package.json").write_text('{"private": true}')
    for name, version in NPM.items():
        if not (PEERS / "node_modules" / name).is_dir():
            npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", f"{name}@{version}"]
            subprocess.run(npm, cwd=PEERS, capture_output=True)
    venv = PEERS / "venv"
    if not (venv / "bin" / "ruff").is_file():
        subprocess.run([sys.executable, "-m", "venv", venv], capture_output=True)
        subprocess.run([venv / "bin" / "pip", "install", "--quiet", *PIP], capture_output=True)
    bin = PEERS / "node_modules" / ".bin"
    wanted = {
        "ruff (Python only)": [venv / "bin" / "ruff", "check", "--no-cache", "."],
        "oxlint (TS, JS only)": [bin / "oxlint", "."],
        "biome (TS, JS only)": [bin / "biome", "lint", "."],
        "the framework's generate-types": [bin / "motia", "generate-types"],
    }
    for name, command in wanted.items():
        if not command[0].exists():
            print(f"cannot be installed here: {name}", file=sys.stderr)
    return {name: command for name, command in wanted.items() if command[0].exists()}


def rounds(arguments, root, peers):
    """Measurements by name, and the lines of the bare parser."""
    check = [arguments.binary, "check", ".", "--format", "json"]
    figures, floors = {}, []
    with tempfile.TemporaryDirectory() as facts:
        environment = {"BANISTER_CACHE_DIR": facts}
        measure(check, root, environment)
        for _ in range(arguments.runs):
            line = subprocess.run([arguments.floor, root, "1"], capture_output=True, text=True, check=True).stdout
            alone = measure([arguments.floor, root, "1", "parse"], root)
            floors.append({**json.loads(line), "parse_cpu": alone["cpu"]})
            runs = {
                "banister check, cold": (check + ["--no-cache"], None),
                "banister check, warm": (check, environment),
                **{name: (command, None) for name, command in peers.items()},
            }
            for name, (command, variables) in runs.items():
                figures.setdefault(name, []).append(measure(command, root, variables))
    return figures, floors


def median(rows, key):
    return statistics.median(row[key] for row in rows)


def report(steps, figures, floors):
    """One table; returns the median wall time a step of the cold and the warm check."""
    floor = {key: median(floors, key) for key in floors[0]}
    print(f"\n### {steps} steps: {floor['files']:.0f} sources, {floor['bytes'] / 1e6:.2f} MB\n")
    print("| | wall ms | cpu ms | peak MB | wall / parse (2 threads) | cpu / parse (1 thread) | exit |")
    print("|---|---|---|---|---|---|---|")
    print(f"| bare parse, 1 thread | {floor['parse_1']:.1f} | {floor['parse_cpu']:.1f} | | {floor['parse_1'] / floor['parse_2']:.2f} | 1.00 | |")
    for name, key in [("bare parse, 2 threads", "parse_2"), ("facts, 1 thread", "facts_1")]:
        print(f"| {name} | {floor[key]:.1f} | | | {floor[key] / floor['parse_2']:.2f} | | |")
    for name, rows in figures.items():
        wall, cpu = median(rows, "wall"), median(rows, "cpu")
        codes = "/".join(sorted({str(row["code"]) for row in rows}))
        print(
            f"| {name} | {wall:.1f} | {cpu:.1f} | {median(rows, 'memory'):.1f}"
            f" | {wall / floor['parse_2']:.2f} | {cpu / floor['parse_cpu']:.2f} | {codes} |"
        )
    return {name: median(rows, "cpu") / steps for name, rows in figures.items() if name.startswith("banister")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/banister")
    parser.add_argument("--floor", default="target/release/examples/parse_floor")
    parser.add_argument("--steps", default="100,1000,10000")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--project", help="measure this project instead of synthetic ones")
    arguments = parser.parse_args()
    arguments.binary = str(pathlib.Path(arguments.binary).resolve())
    arguments.floor = str(pathlib.Path(arguments.floor).resolve())
    peers = install_peers() if arguments.peers else {}
    if arguments.project:
        root = pathlib.Path(arguments.project).resolve()
        figures, floors = rounds(arguments, root, peers)
        report(max(1, floors[0]["files"]), figures, floors)
        return
    per_step = {}
    for steps in map(int, arguments.steps.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            project.write(root, steps)
            per_step[steps] = report(steps, *rounds(arguments, root, peers if steps <= 1000 else {}))
    sizes = sorted(per_step)
    if len(sizes) > 1:
        print("\n### Processor time a step, as the project grows\n\n| steps | cold µs | warm µs |\n|---|---|---|")
        for size in sizes:
            cold, warm = per_step[size]["banister check, cold"], per_step[size]["banister check, warm"]
            print(f"| {size} | {cold * 1000:.0f} | {warm * 1000:.0f} |")


if __name__ == "__main__":
    main()
