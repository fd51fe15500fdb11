import { z } from 'zod'

enum Size {
  Small = 'S',
  Large = 'L',
}
enum Level {
  Low = 1,
  High = 2,
}
const Shade = { Light: 'light', Dark: 'dark' } as const
const Mood = z.enum(['calm', 'glad', 'sad'])
const card = z.object({ kind: z.literal('card'), number: z.string() })
const cash = z.object({ kind: z.literal('cash'), given: z.number().optional() })

export const config = {
  type: 'event',
  name: 'Choices',
  subscribes: ['choices.sent'],
  emits: [],
  input: z.object({
    union: z.union([z.string(), z.number()]),
    or: z.string().or(z.number()).or(z.boolean()),
    literal: z.literal('a'),
    number: z.literal(7),
    truth: z.literal(true),
    mood: Mood,
    fewer: Mood.exclude(['sad']),
    some: Mood.extract(['sad', 'calm']),
    size: z.nativeEnum(Size),
    level: z.nativeEnum(Level),
    shade: z.nativeEnum(Shade),
    payment: z.discriminatedUnion('kind', [card, cash]),
    plainUnion: z.union([card, cash]),
    both: z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() })),
    and: z.object({ a: z.string() }).and(z.object({ b: z.number().optional() })),
    nullable: z.string().nullable(),
    nullableObject: card.nullable(),
    nullableEnum: Mood.nullable(),
    around: z.nullable(z.string()),
    nullish: z.number().nullish(),
    nullUnion: z.union([z.string(), z.null()]),
    optionalUnion: z.union([z.string(), z.number()]).optional(),
    anyUnion: z.union([z.string(), z.any()]),
  }),
}

export const handler = async () => {}
