import { z } from 'zod'

export const config = {
  type: 'event',
  name: 'Pipelines',
  subscribes: ['pipelines.sent'],
  emits: [],
  input: z.object({
    transformed: z.string().transform((text) => text.length),
    optionalTransformed: z.string().optional().transform((text) => text ?? ''),
    piped: z.string().pipe(z.string().min(3)),
    through: z.string().transform((text) => text.toUpperCase()).pipe(z.enum(['A', 'B'])),
    preprocessed: z.preprocess((value) => Number(value), z.number()),
    coerced: z.coerce.number(),
    coercedText: z.coerce.string(),
    coercedFlag: z.coerce.boolean(),
    coercedBounded: z.coerce.number().int().min(1),
    coercedOptional: z.coerce.number().optional(),
    coercedPreset: z.coerce.number().default(10),
    flag: z.stringbool(),
    refined: z.string().refine((text) => text !== ''),
    superRefined: z.object({ a: z.string() }).superRefine(() => {}),
    checked: z.number().check((context) => { void context }),
    branded: z.string().brand('Id'),
    readonly: z.object({ a: z.string() }).readonly(),
    trimmed: z.string().trim().min(2),
  }),
}

export const handler = async () => {}
