#!/usr/bin/env python3
"""Times `banister check` on synthetic projects of several sizes, beside the cost of reading the same files.

    bench/check_speed.py [--binary target/release/banister] [--steps 100,1000] [--runs 5]

The project is a chain of steps in four languages with a schema on every edge. Prints, per size, the minimum and the
median wall time in milliseconds, and the time per step. Compare figures of one run only: machines differ.
"""

import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time

TYPESCRIPT = """import {{ z }} from 'zod'
export const config = {{
  type: 'event', name: 'Step{n}', subscribes: ['chain.{n}'], emits: ['chain.{next}'], flows: ['chain'],
  input: z.object({{ id: z.string(), count: z.number().int().min(0), tags: z.array(z.string()).optional() }}),
}}
export const handler = async (input, {{ emit, state, logger }}) => {{
  logger.info('step {n}', {{ id: input.id }})
  await state.set('items{n}', input.id, input)
  await emit({{ topic: 'chain.{next}', data: {{ id: input.id, count: input.count + 1 }} }})
}}
"""
JAVASCRIPT = """exports.config = {{
  type: 'event', name: 'Step{n}', subscribes: ['chain.{n}'], emits: ['chain.{next}'], flows: ['chain'],
  input: {{ id: 'string', count: 'number' }},
}}
exports.handler = async (input, {{ emit, logger }}) => {{
  logger.info(`step {n} ${{input.id}}`)
  await emit({{ topic: 'chain.{next}', data: {{ id: input.id, count: input.count + 1 }} }})
}}
"""
PYTHON = """config = {{
    "type": "event", "name": "Step{n}", "subscribes": ["chain.{n}"], "emits": ["chain.{next}"], "flows": ["chain"],
    "input": {{"type": "object", "properties": {{"id": {{"type": "string"}}, "count": {{"type": "number"}}}}, "required": ["id"]}},
}}

async def handler(input_data, ctx):
    ctx.logger.info(f"step {n} {{input_data['id']}}")
    await ctx.emit({{"topic": "chain.{next}", "data": {{"id": input_data["id"], "count": input_data["count"] + 1}}}})
"""
RUBY = """def config
  {{ type: 'event', name: 'Step{n}', subscribes: ['chain.{n}'], emits: ['chain.{next}'], flows: ['chain'],
    input: {{ id: 'string', count: 'number' }} }}
end

def handler(input, context)
  context.logger.info("step {n} #{{input['id']}}")
  context.emit(topic: 'chain.{next}', data: {{ id: input['id'], count: input['count'] + 1 }})
end
"""
FORMS = [(TYPESCRIPT, "step{n}.step.ts"), (JAVASCRIPT, "step{n}.step.js"), (PYTHON, "step{n}_step.py"), (RUBY, "step{n}.step.rb")]


def write_project(root, steps):
    folder = root / "steps"
    folder.mkdir(parents=True)
    (root / "package.json").write_text('{"name": "chain", "dependencies": {"zod": "4.0.0"}}')
    for n in range(steps):
        text, name = FORMS[n % len(FORMS)]
        (folder / name.format(n=n)).write_text(text.format(n=n, next=(n + 1) % steps))
    return sorted(folder.iterdir())


def milliseconds(action, runs):
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        action()
        times.append((time.perf_counter() - begun) * 1000)
    return min(times), statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/banister")
    parser.add_argument("--steps", default="100,1000")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    print(f"{'steps':>7} {'read min/median ms':>20} {'check min/median ms':>20} {'ms per step':>12}")
    for steps in map(int, arguments.steps.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            files = write_project(root, steps)
            check = [arguments.binary, "check", str(root), "--format", "json"]
            read = milliseconds(lambda: [file.read_bytes() for file in files], arguments.runs)
            done = milliseconds(lambda: subprocess.run(check, stdout=subprocess.DEVNULL, check=True), arguments.runs)
            print(f"{steps:>7} {read[0]:>13.1f}/{read[1]:<6.1f} {done[0]:>13.1f}/{done[1]:<6.1f} {done[1] / steps:>12.3f}")


if __name__ == "__main__":
    main()
