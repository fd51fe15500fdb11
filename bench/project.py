"""A synthetic step project: chains of steps in four languages with a schema on every edge, of the sizes that real ones have."""

import random

LANGUAGES = ("ts", "ts", "ts", "ts", "ts", "js", "py", "py", "rb", "ts")

TYPESCRIPT = """import {{ z }} from 'zod'
import {{ Topics }} from '../topics'

const lineSchema = z.object({{ sku: z.string(), quantity: z.number().int().min(1), note: z.string().optional() }})
const inputSchema = z.object({{ id: z.string(), count: z.number().int().min(0), lines: z.array(lineSchema).optional() }})

export const config = {{
  type: 'event',
  name: 'Step{n}',
  description: 'Takes part {n} of the chain and hands it on',
  subscribes: ['chain.{n}'],
  emits: ['chain.{next}'],
  flows: ['chain'],
  input: inputSchema,
}}

{filler}
export const handler = async (input, {{ emit, state, logger }}) => {{
  logger.info('step {n}', {{ id: input.id }})
  const before = await state.get('items{n}', input.id)
  if (before && before.count > input.count) {{
    logger.warn(`went back from ${{before.count}} to ${{input.count}}`)
    return
  }}
  await state.set('items{n}', input.id, input)
  await emit({{ topic: 'chain.{next}', data: {{ id: input.id, count: input.count + 1 }} }})
}}
"""

JAVASCRIPT = """exports.config = {{
  type: 'event', name: 'Step{n}', subscribes: ['chain.{n}'], emits: ['chain.{next}'], flows: ['chain'],
  input: {{ id: 'string', count: 'number' }},
}}

{filler}
exports.handler = async (input, {{ emit, logger }}) => {{
  logger.info(`step {n} ${{input.id}}`)
  await emit({{ topic: 'chain.{next}', data: {{ id: input.id, count: input.count + 1 }} }})
}}
"""

PYTHON = """config = {{
    "type": "event", "name": "Step{n}", "subscribes": ["chain.{n}"], "emits": ["chain.{next}"], "flows": ["chain"],
    "input": {{"type": "object", "properties": {{"id": {{"type": "string"}}, "count": {{"type": "number"}}}}, "required": ["id"]}},
}}

{filler}
async def handler(input_data, ctx):
    ctx.logger.info(f"step {n} {{input_data['id']}}")
    await ctx.emit({{"topic": "chain.{next}", "data": {{"id": input_data["id"], "count": input_data["count"] + 1}}}})
"""

RUBY = """def config
  {{ type: 'event', name: 'Step{n}', subscribes: ['chain.{n}'], emits: ['chain.{next}'], flows: ['chain'],
    input: {{ id: 'string', count: 'number' }} }}
end

{filler}
def handler(input, context)
  context.logger.info("step {n} #{{input['id']}}")
  context.emit(topic: 'chain.{next}', data: {{ id: input['id'], count: input['count'] + 1 }})
end
"""

# Code that says nothing about the flow, as most of a real step does.
FILLERS = {
    "ts": "const total{i} = (rows: {{ price: number; quantity: number }}[]) =>\n"
    "  rows.filter((row) => row.quantity > {i}).reduce((sum, row) => sum + row.price * row.quantity, 0)\n",
    "js": "const total{i} = (rows) => rows.filter((row) => row.quantity > {i}).reduce((sum, row) => sum + row.price * row.quantity, 0)\n",
    "py": "def total{i}(rows):\n    return sum(row['price'] * row['quantity'] for row in rows if row['quantity'] > {i})\n\n",
    "rb": "def total{i}(rows)\n  rows.select {{ |row| row[:quantity] > {i} }}.sum {{ |row| row[:price] * row[:quantity] }}\nend\n\n",
}

FORMS = {
    "ts": (TYPESCRIPT, "step{n}.step.ts"),
    "js": (JAVASCRIPT, "step{n}.step.js"),
    "py": (PYTHON, "step{n}_step.py"),
    "rb": (RUBY, "step{n}.step.rb"),
}


def write(root, steps, seed=1):
    """Writes a project of `steps` steps below `root`; the same for the same seed."""
    dice = random.Random(seed)
    folder = root / "steps"
    (root / "package.json").parent.mkdir(parents=True, exist_ok=True)
    (root / "package.json").write_text('{"name": "chain", "dependencies": {"zod": "4.0.0"}}')
    folder.mkdir()
    (root / "topics.ts").write_text("export const Topics = { first: 'chain.0' }\n")
    for n in range(steps):
        language = LANGUAGES[n % len(LANGUAGES)]
        text, name = FORMS[language]
        filler = "".join(FILLERS[language].format(i=i) for i in range(dice.randrange(2, 20)))
        part = folder / f"part{n // 50}"
        part.mkdir(exist_ok=True)
        (part / name.format(n=n)).write_text(text.format(n=n, next=(n + 1) % steps, filler=filler).replace("'../topics'", "'../../topics'"))
