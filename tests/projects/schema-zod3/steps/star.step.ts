import * as z from 'zod'

export const config = {
  type: 'event',
  name: 'Star',
  subscribes: ['star.sent'],
  emits: [],
  input: z.object({ a: z.string(), b: z.number().optional() }).strict(),
}

export const handler = async () => {}
