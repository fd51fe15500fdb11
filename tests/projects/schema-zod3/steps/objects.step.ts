import { z } from 'zod'

const base = z.object({ id: z.string(), at: z.string().datetime(), size: z.number().optional(), mark: z.string().default('x') })
const more = z.object({ at: z.number(), extra: z.boolean() })
const shared = { first: z.string(), second: z.number().optional() }
const keys = ['a', 'b'] as const

export const config = {
  type: 'event',
  name: 'Objects',
  subscribes: [{ topic: 'objects.sent', label: 'objects' }],
  emits: [],
  input: z.object({
    base,
    omitted: base.omit({ id: true }),
    picked: base.pick({ id: true, mark: true }),
    extended: base.extend({ id: z.number(), more: z.string().optional() }),
    merged: base.merge(more),
    partial: base.partial(),
    partly: base.partial({ id: true }),
    omittedPartly: base.omit({ id: true }).partial(),
    required: base.required(),
    strict: base.strict(),
    loose: base.passthrough(),
    caught: base.catchall(z.number()),
    spread: z.object({ ...base.shape, own: z.string() }),
    spreadPlain: z.object({ ...shared, own: z.string() }),
    empty: z.object({}),
    deeply: z.object({ a: z.object({ b: z.string() }) }).deepPartial(),
    stripped: base.strict().strip(),
    deep: z.object({ one: z.object({ two: z.object({ three: z.array(z.object({ four: z.string() })) }) }) }),
    key: base.keyof(),
    letters: z.enum(keys),
    over: base.extend({ size: z.number() }).omit({ mark: true }).extend({ mark: z.boolean() }),
  }),
}

export const handler = async () => {}
