import { z } from 'zod'
import type { ApiHandler, ApiRouteConfig } from 'motia'

const bodySchema = z.object({ cents: z.number().int().positive() })

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'SetPrice',
  description: 'Gives a product a price other than the one on its list',
  method: 'PUT',
  path: '/prices/:productId',
  bodySchema,
  responseSchema: {
    200: z.object({ productId: z.string(), cents: z.number() }),
    400: z.object({ error: z.string() }),
  },
  emits: [],
  flows: ['ecommerce'],
}

export const handler: ApiHandler = async (req, { state }) => {
  const parsed = bodySchema.safeParse(req.body)
  if (!parsed.success) {
    return { status: 400, body: { error: z.prettifyError(parsed.error) } }
  }
  const { productId } = req.pathParams
  await state.set('prices', productId, parsed.data.cents)
  return { status: 200, body: { productId, cents: parsed.data.cents } }
}
