import { z } from 'zod'

const START = 3

export const config = {
  type: 'event',
  name: 'Presence',
  subscribes: ['presence.sent'],
  emits: [],
  input: z.object({
    there: z.string(),
    optional: z.string().optional(),
    around: z.optional(z.string()),
    optionalList: z.array(z.string()).optional(),
    described: z.string().optional().describe('may be missing'),
    preset: z.string().default('a'),
    presetNumber: z.number().int().min(0).default(START),
    presetList: z.array(z.string()).default([]),
    presetMade: z.string().default(() => 'made'),
    presetObject: z.object({ a: z.string().default('x'), b: z.number().optional() }).default({ a: 'y' }),
    presetEnum: z.enum(['a', 'b']).default('b'),
    presetOptional: z.string().default('a').optional(),
    presetNullable: z.string().nullable().default(null),
    nullablePreset: z.string().default('a').nullable(),
    caught: z.number().catch(0),
    unwrapped: z.string().optional().unwrap(),
    deep: z.object({ a: z.string().default('x'), b: z.string().optional(), c: z.string() }),
    list: z.array(z.object({ a: z.string().default('x') })),
    any: z.any().optional(),
  }),
}

export const handler = async () => {}
