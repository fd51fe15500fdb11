import z from 'zod/v4'

const Inner = z.object({ at: z.iso.datetime() })

export const config = {
  type: 'event',
  name: 'DefaultImport',
  subscribes: ['default.sent'],
  emits: [],
  input: Inner.extend({ by: z.string().nullish() }),
}

export const handler = async () => {}
