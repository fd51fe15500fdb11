import { z } from 'zod'

export const config = {
  type: 'event',
  name: 'Collections',
  subscribes: ['collections.sent'],
  emits: [],
  input: z.object({
    list: z.array(z.string()),
    chained: z.number().array(),
    bounded: z.array(z.string()).min(1).max(5),
    exact: z.array(z.string()).length(2),
    filled: z.array(z.string()).nonempty(),
    nested: z.array(z.array(z.object({ a: z.string() }))),
    loose: z.array(z.any()),
    pair: z.tuple([z.string(), z.number()]),
    named: z.record(z.string(), z.number()),
    anything: z.record(z.string(), z.any()),
    keyed: z.record(z.enum(['a', 'b']), z.string()),
    objects: z.record(z.string(), z.object({ at: z.string() })),
    unique: z.set(z.string()),
    map: z.map(z.string(), z.number()),
  }),
}

export const handler = async () => {}
