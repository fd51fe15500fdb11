import z from 'zod'

const Inner = z.object({ at: z.string().datetime() })

export const config = {
  type: 'event',
  name: 'DefaultImport',
  subscribes: ['default.sent'],
  emits: [],
  input: Inner.extend({ by: z.string().nullish() }),
}

export const handler = async () => {}
