#!/usr/bin/env python3
"""Times `banister test` beside what it is measured against: a bare exchange of JSON lines with the same interpreter, and
other test runners with handlers called by hand and mocks written by hand.

    bench/test_speed.py [--binary target/release/banister] [--runs 5] [--tests 1000] [--chain 1000] [--peers]

Every round runs each command once, in turn, so that what else happens on the machine hits all of them alike; medians count.
`--peers` runs the same tests, one, `--tests` in a file and 100 files of 10, with vitest, jest, node's own runner and pytest as
well. They are installed from their registries into a folder of their own (BENCH_PEERS, by default in the system's temporary
folder). Prints Markdown.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PEERS = pathlib.Path(os.environ.get("BENCH_PEERS", pathlib.Path(tempfile.gettempdir()) / "banister-bench-peers"))

# A step that sends its message on to itself until the number in it is used up.
STEPS = {
    "node": (
        "chain.step.js",
        """exports.config = { type: 'event', name: 'Chain', subscribes: ['chain'], emits: ['chain'] }
exports.handler = async (input, { emit }) => {
  if (input.left > 0) await emit({ topic: 'chain', data: { left: input.left - 1 } })
}
""",
    ),
    "python": (
        "chain_step.py",
        """config = {"type": "event", "name": "Chain", "subscribes": ["chain"], "emits": ["chain"]}

async def handler(input, context):
    if input["left"] > 0:
        await context.emit({"topic": "chain", "data": {"left": input["left"] - 1}})
""",
    ),
    "ruby": (
        "chain_step.rb",
        """def config
  { type: 'event', name: 'Chain', subscribes: ['chain'], emits: ['chain'] }
end

def handler(input, context)
  context.emit({ topic: 'chain', data: { left: input['left'] - 1 } }) if input['left'] > 0
end
""",
    ),
}
# A chain through all languages: an order comes in by a request, and four steps hear of it one after the other.
FLOW = {
    "a.step.ts": """export const config = { type: 'api', name: 'A', method: 'POST', path: '/a', emits: ['a'] }
export const handler = async (req: { body: { n: number } }, { emit }: any) => {
  await emit({ topic: 'a', data: { n: req.body.n } })
  return { status: 200, body: { n: req.body.n } }
}
""",
    "b.step.js": """exports.config = { type: 'event', name: 'B', subscribes: ['a'], emits: ['b'] }
exports.handler = async (input, { emit, state }) => {
  await state.set('seen', 'b', input)
  await emit({ topic: 'b', data: { n: input.n + 1 } })
}
""",
    "c_step.py": """config = {"type": "event", "name": "C", "subscribes": ["b"], "emits": ["c"]}

async def handler(input, context):
    await context.state.set("seen", "c", input)
    await context.emit({"topic": "c", "data": {"n": input["n"] + 1}})
""",
    "d_step.rb": """def config
  { type: 'event', name: 'D', subscribes: ['c'], emits: ['d'] }
end

def handler(input, context)
  context.state.set('seen', 'd', input)
  context.emit(topic: 'd', data: { n: input['n'] + 1 })
end
""",
    "e.step.ts": """export const config = { type: 'event', name: 'E', subscribes: ['d'], emits: [] }
export const handler = async (input: { n: number }, { state }: any) => {
  await state.set('seen', 'e', input)
}
""",
}
# The same steps side by side: what the first sends goes to the other four, which all write one item, so that there are
# many orders.
SIDE_BY_SIDE = [("subscribes: ['b']", "subscribes: ['a']"), ("subscribes: ['c']", "subscribes: ['a']"), ("subscribes: ['d']", "subscribes: ['a']"),
                ('"subscribes": ["b"]', '"subscribes": ["a"]')] + [(f"'seen', '{name}'", "'seen', 'last'") for name in "bde"] + [('"seen", "c"', '"seen", "last"')]
EXCHANGE = {
    "node": ["node", "-e", "require('readline').createInterface({input:process.stdin}).on('line',l=>process.stdout.write(JSON.stringify(JSON.parse(l))+'\\n'))"],
    "python": ["python3", "-uc", "import sys,json\nfor l in sys.stdin: sys.stdout.write(json.dumps(json.loads(l))+'\\n'); sys.stdout.flush()"],
    "ruby": ["ruby", "-rjson", "-e", "$stdout.sync=true; while l=gets; $stdout.write(JSON.generate(JSON.parse(l))+\"\\n\"); end"],
}
API = """exports.config = { type: 'api', name: 'Pay', method: 'POST', path: '/pay', emits: ['paid'] }
exports.handler = async (req, { emit, state }) => {
  const answer = await fetch('https://pay.test/charges', { method: 'POST', body: JSON.stringify(req.body) })
  const { id } = await answer.json()
  await state.set('payments', id, req.body)
  await emit({ topic: 'paid', data: { id } })
  return { status: 200, body: { id } }
}
"""
# The same test by hand for runners of JavaScript. What mocks `fetch`, and what takes it back, is the runner's own.
BY_HAND = """
for (let n = 0; n < {count}; n++) {{
  test('paid ' + n, async () => {{
    const kept = new Map(), sent = []
    {mock}
    const context = {{ emit: async (it) => sent.push(it), state: {{ set: async (g, k, v) => kept.set(g + k, v) }} }}
    const answer = await step.handler({{ body: {{ n }} }}, context)
    {expect_answer}
    {expect_sent}
    {restore}
  }})
}}
"""
REPLY = "async () => new Response(JSON.stringify({ id: 'ch_1' }))"
ANSWER = "{ status: 200, body: { id: 'ch_1' } }"
SENT = "[{ topic: 'paid', data: { id: 'ch_1' } }]"
EXPECT = {"expect_answer": f"expect(answer).toEqual({ANSWER})", "expect_sent": f"expect(sent).toEqual({SENT})"}
IN_JAVASCRIPT = {
    "vitest": (
        "pay.vitest.mjs",
        "import { expect, test, vi } from 'vitest'\nimport step from './pay.step.cjs'\n",
        {"mock": f"vi.stubGlobal('fetch', {REPLY})", "restore": "vi.unstubAllGlobals()", **EXPECT},
    ),
    "jest": (
        "pay.jest.cjs",
        "const step = require('./pay.step.cjs')\n",
        {"mock": f"const fetched = jest.spyOn(globalThis, 'fetch').mockImplementation({REPLY})", "restore": "fetched.mockRestore()", **EXPECT},
    ),
    "node": (
        "pay.test.cjs",
        "const assert = require('node:assert')\nconst { test, mock } = require('node:test')\nconst step = require('./pay.step.cjs')\n",
        {
            "mock": f"mock.method(globalThis, 'fetch', {REPLY})",
            "restore": "mock.restoreAll()",
            "expect_answer": f"assert.deepStrictEqual(answer, {ANSWER})",
            "expect_sent": f"assert.deepStrictEqual(sent, {SENT})",
        },
    ),
}
PYTEST = """import asyncio, pytest

async def handler(req, context):
    answer = await context["fetch"]("https://pay.test/charges", req["body"])
    context["kept"][answer["id"]] = req["body"]
    context["sent"].append({{"topic": "paid", "data": {{"id": answer["id"]}}}})
    return {{"status": 200, "body": {{"id": answer["id"]}}}}

@pytest.mark.parametrize("n", range({count}))
def test_paid(n):
    async def fetch(url, body):
        return {{"id": "ch_1"}}
    context = {{"fetch": fetch, "kept": {{}}, "sent": []}}
    assert asyncio.run(handler({{"body": {{"n": n}}}}, context)) == {{"status": 200, "body": {{"id": "ch_1"}}}}
    assert context["sent"] == [{{"topic": "paid", "data": {{"id": "ch_1"}}}}]
"""


def flow_of(name, topic_or_request):
    return f"  - name: {name}\n    when:\n      - {topic_or_request}\n    then:\n      - ran: [Chain]\n"


def chain_project(folder, language, left):
    (folder / "steps").mkdir(parents=True)
    name, text = STEPS[language]
    (folder / "steps" / name).write_text(text)
    (folder / "package.json").write_text("{}")
    (folder / "a.flow.yaml").write_text("tests:\n" + flow_of("it ends", f"emit: {{ topic: chain, data: {{ left: {left} }} }}"))


def payments(folder, files, tests):
    """`files` files of `tests` one-step flows with a mocked service each."""
    (folder / "steps").mkdir(parents=True)
    (folder / "steps" / "pay.step.js").write_text(API)
    (folder / "package.json").write_text("{}")
    mocks = "mocks: { http: [ { on: POST https://pay.test/charges, reply: { json: { id: ch_1 } } } ] }\n"
    for at in range(files):
        each = "".join(
            f"  - name: paid {n}\n    when: [ {{ request: POST /pay, body: {{ n: {n} }} }} ]\n    then:\n"
            "      - response: { status: 200, body: { id: ch_1 } }\n      - emitted: { topic: paid, data: { id: ch_1 }, times: 1 }\n"
            for n in range(tests)
        )
        (folder / f"f{at}.flow.yaml").write_text(f"{mocks}tests:\n{each}")


def plain(folder, tests):
    """Flows of one trivial step, without a mocked service: what the handlers of the other runners' tests are, too."""
    (folder / "steps").mkdir(parents=True)
    name, text = STEPS["node"]
    (folder / "steps" / name).write_text(text)
    (folder / "package.json").write_text("{}")
    each = (flow_of(f"it ends {n}", "emit: { topic: chain, data: { left: 0 } }") for n in range(tests))
    (folder / "a.flow.yaml").write_text("tests:\n" + "".join(each))


def four_languages(folder, tests):
    """The same flow through steps of all languages, `tests` times."""
    (folder / "steps").mkdir(parents=True)
    for name, text in FLOW.items():
        (folder / "steps" / name).write_text(text)
    (folder / "package.json").write_text("{}")
    each = (
        f"  - name: flow {n}\n    when: [ {{ request: POST /a, body: {{ n: {n} }} }} ]\n    then:\n      - ran: [A, B, C, D, E]\n"
        for n in range(tests)
    )
    (folder / "a.flow.yaml").write_text("tests:\n" + "".join(each))


def side_by_side(folder, schedules, faults=""):
    """A flow of five steps in four languages in so many orders."""
    (folder / "steps").mkdir(parents=True)
    for name, text in FLOW.items():
        for old, new in SIDE_BY_SIDE:
            text = text.replace(old, new)
        (folder / "steps" / name).write_text(text)
    (folder / "package.json").write_text("{}")
    head = f"tests:\n  - name: in any order\n    schedules: {schedules}\n{faults}"
    when = "    when: [ { request: POST /a, body: { n: 1 } } ]\n    then: [ { emitted: { topic: a, times: 1 } } ]\n"
    (folder / "a.flow.yaml").write_text(head + when)


def times_of_tests(banister, folder):
    """Milliseconds of each test of one run, as the report says, without the first, which starts interpreters."""
    command = [str(part) for part in [*banister, "-j1", "--format", "json"]]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{command} ended with {run.returncode}: {run.stdout[-2000:]} {run.stderr[-2000:]}")
    events = [json.loads(line) for line in run.stdout.splitlines()]
    return [event["exec_time"] * 1000 for event in events if event["type"] == "test" and event["event"] == "ok"][1:]


def measure(command, folder):
    """Wall time in ms, processor time of the process and all that it waited for in ms, and its own peak memory in MB."""
    peak, ended = 0.0, 0
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        words = [str(part) for part in command]
        process = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=errors)
        while not ended:
            try:
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                peak = max([peak] + [int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")])
            except OSError:
                pass
            time.sleep(0.002)
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        wall = (time.perf_counter() - begun) * 1000
        # Python must not wait for what has been waited for.
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            sys.exit(f"{words} ended with {process.returncode}: {errors.read().decode()[-2000:]}")
    return wall, (usage.ru_utime + usage.ru_stime) * 1000, peak


def exchange(language, count=3000):
    """Microseconds of one exchange of a JSON line with a warm interpreter, median."""
    process = subprocess.Popen(EXCHANGE[language], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    line = b'{"type":"call","id":1,"op":"emit","args":[{"topic":"chain","data":{"left":5}}]}\n'
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        process.stdin.write(line)
        process.stdin.flush()
        process.stdout.readline()
        times.append((time.perf_counter() - begun) * 1e6)
    process.stdin.close()
    process.wait()
    return statistics.median(times[count // 10 :])


def install_peers():
    """The folder of node modules and the one of Python programs; whatever cannot be had is not in them."""
    PEERS.mkdir(parents=True, exist_ok=True)
    modules, venv = PEERS / "node_modules", PEERS / "venv"
    if not (PEERS / "package.json").is_file():
        (PEERS / "package.json").write_text('{"private": true}')
    for name in ["vitest@3", "jest@30"]:
        if not (modules / name.split("@")[0]).is_dir():
            subprocess.run(["npm", "install", "--no-audit", "--no-fund", name], cwd=PEERS, capture_output=True)
    if not (venv / "bin" / "pytest").is_file():
        subprocess.run([sys.executable, "-m", "venv", venv], capture_output=True)
        subprocess.run([venv / "bin" / "pip", "install", "--quiet", "pytest"], capture_output=True)
    return modules / ".bin", venv / "bin"


def by_hand(shape, files, tests):
    """Commands that run `files` files of `tests` tests with the other runners, by name, with the folder that they run in."""
    programs, python = install_peers()
    # Modules are looked up from the folder that a test lies in.
    at = PEERS / shape
    shutil.rmtree(at, ignore_errors=True)
    for number in range(files):
        folder = at / f"f{number}"
        folder.mkdir(parents=True)
        (folder / "pay.step.cjs").write_text(API)
        for name, head, parts in IN_JAVASCRIPT.values():
            (folder / name).write_text(head + BY_HAND.format(count=tests, **parts))
        # Modules of tests have names of their own, since there are no packages.
        (folder / f"test_pay_{number}.py").write_text(PYTEST.format(count=tests))
    config = at / "vitest.config.mjs"
    config.write_text("export default { test: { include: ['**/*.vitest.mjs'] } }\n")
    jest = {"rootDir": str(at), "testEnvironment": "node", "testMatch": ["**/*.jest.cjs"], "transform": {}}
    vitest = [programs / "vitest", "run", "--root", at, "--config", config]
    commands = {
        "vitest, isolated files": vitest,
        "vitest, not isolated": [*vitest, "--no-isolate"],
        "jest": [programs / "jest", "--ci", "--silent", "--config", json.dumps(jest)],
        "node --test": ["node", "--test"],
        "pytest": [python / "pytest", "-q", "-p", "no:cacheprovider", at],
    }
    there = {name: shutil.which(command[0]) for name, command in commands.items()}
    for name in [name for name, path in there.items() if not path]:
        print(f"cannot be installed here: {name}", file=sys.stderr)
    return {name: (command, at) for name, command in commands.items() if there[name]}


def beside_peers(banister, shapes, runs):
    """A table for each shape: ours and the other runners in turn, and how many times as long as ours they take."""
    for shape, (title, folder, files, tests) in shapes.items():
        figures = in_turn({"banister": (banister, folder), **by_hand(shape, files, tests)}, runs)
        wall_of_ours, cpu_of_ours, _ = figures["banister"]
        print(f"\n### {title}\n")
        print("| | wall ms | cpu ms | wall, banister = 1 | cpu, banister = 1 |\n|---|---|---|---|---|")
        for name, (wall, cpu, _) in figures.items():
            print(f"| {name} | {wall:.0f} | {cpu:.0f} | {wall / wall_of_ours:.2f} | {cpu / cpu_of_ours:.2f} |")


def in_turn(commands, runs):
    figures = {name: [] for name in commands}
    for _ in range(runs):
        for name, (command, folder) in commands.items():
            figures[name].append(measure(command, folder))
    middle = {name: [statistics.median(column) for column in zip(*it)] for name, it in figures.items()}
    return {name: (wall, cpu, max(it[2] for it in figures[name])) for name, (wall, cpu, _) in middle.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    root = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--binary", type=pathlib.Path, default=root / "target" / "release" / "banister")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tests", type=int, default=1000)
    parser.add_argument("--chain", type=int, default=1000)
    parser.add_argument("--peers", action="store_true")
    arguments = parser.parse_args()
    banister = [arguments.binary.resolve(), "test"]
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        os.environ["BANISTER_CACHE_DIR"] = str(folder / "cache")
        load = os.getloadavg()[0]
        print(f"load when it began: {load:.1f}\n\n### Flows\n")
        payments(folder / "one", 1, 1)
        payments(folder / "many", 1, arguments.tests)
        payments(folder / "files", 100, 10)
        plain(folder / "plain", arguments.tests)
        four_languages(folder / "cold", 1)
        four_languages(folder / "warm", 100)
        commands = {
            "banister, 1 flow with a mocked service": (banister, folder / "one"),
            "banister, 1 flow of five steps in four languages": (banister, folder / "cold"),
            f"banister, {arguments.tests} flows of one trivial step": (banister, folder / "plain"),
            f"banister, {arguments.tests} flows with a mocked service": (banister, folder / "many"),
            "the same with -j1": ([*banister, "-j1"], folder / "many"),
            "banister, 100 files of 10 with a mocked service": (banister, folder / "files"),
        }
        counts = dict.fromkeys(["banister, 1 flow with a mocked service", "banister, 1 flow of five steps in four languages"], 1)
        print("| | wall ms | cpu ms | flows a second | cpu ms a flow | peak MB of the process itself |\n|---|---|---|---|---|---|")
        for name, (wall, cpu, peak) in in_turn(commands, arguments.runs).items():
            count = 1000 if "100 files" in name else counts.get(name, arguments.tests)
            print(f"| {name} | {wall:.0f} | {cpu:.0f} | {count * 1000 / wall:.0f} | {cpu / count:.2f} | {peak:.0f} |")
        if arguments.peers:
            shapes = {
                "one": ("One test with a mocked service", folder / "one", 1, 1),
                "many": (f"{arguments.tests} tests in a file", folder / "many", 1, arguments.tests),
                "files": ("100 files of 10 tests", folder / "files", 100, 10),
            }
            beside_peers(banister, shapes, arguments.runs)
        print(f"\n### A flow of {arguments.chain} invocations\n")
        head = ["wall ms", "of 1 invocation, ms", "µs an invocation", "cpu µs an invocation", "exchange of a JSON line, µs", "ratio"]
        print(f"| | {' | '.join(head)} |\n|{'---|' * (len(head) + 1)}")
        for language in STEPS:
            chain_project(folder / language / "one", language, 0)
            chain_project(folder / language / "long", language, arguments.chain)
            commands = {at: ([*banister, "-j1"], folder / language / at) for at in ["one", "long"]}
            figures = in_turn(commands, arguments.runs)
            (one, one_cpu, _), (long, long_cpu, _) = figures["one"], figures["long"]
            each, cpu, bare = (long - one) * 1000 / arguments.chain, (long_cpu - one_cpu) * 1000 / arguments.chain, exchange(language)
            print(f"| {language} | {long:.0f} | {one:.0f} | {each:.0f} | {cpu:.0f} | {bare:.0f} | {each / bare:.1f} |")
        times = sorted(time for _ in range(arguments.runs) for time in times_of_tests(banister, folder / "warm"))
        print("\n### A warm flow of five steps in four languages\n")
        print("| flows | p50 ms | p99 ms |\n|---|---|---|")
        print(f"| {len(times)} | {statistics.median(times):.1f} | {times[len(times) * 99 // 100]:.1f} |")
        orders = 300
        side_by_side(folder / "one order", 1)
        side_by_side(folder / "orders", orders)
        side_by_side(folder / "faults", orders, "    faults: { duplicate: 1 }\n")
        side_by_side(folder / "crashes", orders, "    faults: { crash: 1 }\n")
        commands = {at: ([*banister, "-j1"], folder / at) for at in ["one order", "orders", "faults", "crashes"]}
        figures = in_turn(commands, arguments.runs)
        print(f"\n### {orders} orders of a flow of five steps in four languages\n")
        print("| | wall ms | orders a second | cpu ms an order |\n|---|---|---|---|")
        one, one_cpu, _ = figures["one order"]
        for name, what in {"orders": "orders", "faults": "orders, a message twice", "crashes": "orders, a handler crashes"}.items():
            wall, cpu, _ = figures[name]
            each, of_cpu = (wall - one) / (orders - 1), (cpu - one_cpu) / (orders - 1)
            print(f"| {what} | {wall:.0f} | {1000 / each:.0f} | {of_cpu:.1f} |")
        print(f"\nload when it ended: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
