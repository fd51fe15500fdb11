#!/usr/bin/env python3
"""Counts how many values of one schema are made in a second, in process and without anything done with them, beside
fast-check and Hypothesis.

    bench/values_speed.py [--runs 5] [--seconds 2] [--peers]

Every round runs each generator once, in turn, so that what else happens on the machine hits all of them alike; medians
count. `--peers` installs fast-check and hypothesis from their registries into a folder of their own (BENCH_PEERS, by default in
the system's temporary folder). Prints Markdown.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = pathlib.Path(os.environ.get("BENCH_PEERS", pathlib.Path(tempfile.gettempdir()) / "banister-bench-peers"))
NPM = ["fast-check@4.10.2"]
PYPI = ["hypothesis==6.170.15"]

SCHEMA = {
    "type": "object",
    "properties": {
        "productId": {"type": "string", "minLength": 1, "maxLength": 20},
        "quantity": {"type": "integer", "minimum": 1, "maximum": 100},
        "currency": {"enum": ["eur", "usd", "gbp"]},
        "express": {"type": "boolean"},
        "note": {"type": "string"},
    },
    "required": ["productId", "quantity", "currency"],
    "additionalProperties": False,
}
FAST_CHECK = """import fc from 'fast-check'
const [seconds, batch] = [Number(process.argv[2]), 1000]
const order = fc.record({
  productId: fc.string({ minLength: 1, maxLength: 20 }),
  quantity: fc.integer({ min: 1, max: 100 }),
  currency: fc.constantFrom('eur', 'usd', 'gbp'),
  express: fc.boolean(),
  note: fc.string(),
}, { requiredKeys: ['productId', 'quantity', 'currency'] })
fc.sample(order, batch)
let count = 0, names = 0
const start = performance.now()
while (performance.now() - start < seconds * 1000) {
  for (const value of fc.sample(order, { numRuns: batch, seed: count })) names += Object.keys(value).length
  count += batch
}
console.log(Math.round(count / ((performance.now() - start) / 1000)), names)
"""
HYPOTHESIS = """import sys, time
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
seconds = float(sys.argv[1])
order = st.fixed_dictionaries(
    {'productId': st.text(min_size=1, max_size=20), 'quantity': st.integers(1, 100), 'currency': st.sampled_from(['eur', 'usd', 'gbp'])},
    optional={'express': st.booleans(), 'note': st.text()})
count, batch = 0, 1000
def run():
    @settings(max_examples=batch, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(order)
    def look(value):
        global count
        count += 1
    look()
run()
count, start = 0, time.perf_counter()
while time.perf_counter() - start < seconds:
    run()
print(round(count / (time.perf_counter() - start)))
"""


def rate(command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{command}\n{done.stdout}{done.stderr}")
    return float(done.stdout.split()[0])


def install():
    folder = PEERS / "values"
    folder.mkdir(parents=True, exist_ok=True)
    done, wanted = folder / "done", " ".join(NPM + PYPI)
    if not done.exists() or done.read_text() != wanted:
        (folder / "package.json").write_text('{ "private": true, "type": "module" }')
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", *NPM], cwd=folder, check=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target", "python", *PYPI]
        subprocess.run(pip, cwd=folder, check=True)
        done.write_text(wanted)
    (folder / "fast.mjs").write_text(FAST_CHECK)
    (folder / "hypo.py").write_text(HYPOTHESIS)
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--peers", action="store_true")
    options = parser.parse_args()
    example = ["cargo", "build", "--quiet", "--release", "-p", "banister-testkit", "--example", "values_per_second"]
    subprocess.run(example, cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    schema, seconds = json.dumps(SCHEMA), str(options.seconds)
    commands = {"banister": ([target / "release/examples/values_per_second", schema, seconds], {})}
    if options.peers:
        folder = install()
        python = {"env": {**os.environ, "PYTHONPATH": str(folder / "python")}}
        commands["fast-check"] = (["node", folder / "fast.mjs", seconds], {})
        commands["hypothesis"] = ([sys.executable, folder / "hypo.py", seconds], python)
    rates = {name: [] for name in commands}
    for _ in range(options.runs):
        for name, (command, more) in commands.items():
            rates[name].append(rate(command, **more))
    ours = statistics.median(rates["banister"])
    print("| generator | values a second (median) | lowest | highest | banister is |")
    print("|---|---|---|---|---|")
    for name, found in rates.items():
        median = statistics.median(found)
        print(f"| {name} | {median:,.0f} | {min(found):,.0f} | {max(found):,.0f} | {ours / median:.1f} × |")


if __name__ == "__main__":
    main()
