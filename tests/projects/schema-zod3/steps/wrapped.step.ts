import { z } from 'zod'
import { zodToJsonSchema } from 'zod-to-json-schema'

const result = z.object({ id: z.string(), count: z.number().default(0) })

export const config = {
  type: 'api',
  name: 'Wrapped',
  method: 'POST',
  path: '/wrapped',
  bodySchema: zodToJsonSchema(z.object({ a: z.string(), b: z.number().optional() })),
  responseSchema: { 200: zodToJsonSchema(result.omit({ count: true }), 'Result') },
  emits: [],
}

export const handler = async () => ({ status: 200, body: {} })
