import { z, toJSONSchema } from 'zod'
import { jsonSchema } from '../schemas/json-schema'

const result = z.object({ id: z.string(), count: z.number().default(0) })

export const config = {
  type: 'api',
  name: 'Wrapped',
  method: 'POST',
  path: '/wrapped',
  bodySchema: z.toJSONSchema(z.object({ a: z.string(), b: z.number().optional() })),
  responseSchema: { 200: jsonSchema(result.omit({ count: true })), 400: toJSONSchema(z.object({ error: z.string() })) },
  emits: [],
}

export const handler = async () => ({ status: 200, body: {} })
