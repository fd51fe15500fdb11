import { z } from 'zod'
import type { ApiHandler, ApiRouteConfig } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'GetOrder',
  description: 'Shows an order with its latest status',
  method: 'GET',
  path: '/orders/:orderId',
  responseSchema: {
    200: z.object({ id: z.string(), productId: z.string(), quantity: z.number(), status: z.string() }),
    404: z.object({ error: z.string() }),
  },
  emits: [],
  flows: ['ecommerce'],
}

export const handler: ApiHandler = async (req, { state }) => {
  const order = await state.get<object>('orders', req.pathParams.orderId)
  if (!order) {
    return { status: 404, body: { error: `No order ${req.pathParams.orderId}` } }
  }
  return { status: 200, body: order }
}
