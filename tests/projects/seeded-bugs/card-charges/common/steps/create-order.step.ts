import type { ApiRouteConfig, Handlers } from 'motia'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'CreateOrder',
  method: 'POST',
  path: '/orders',
  bodySchema: {
    type: 'object',
    properties: { orderId: { type: 'string' }, cents: { type: 'integer', minimum: 1 } },
    required: ['orderId', 'cents'],
  },
  emits: ['order.created'],
  flows: ['payments'],
}

export const handler: Handlers['CreateOrder'] = async (req, { emit }) => {
  const { orderId, cents } = req.body
  await emit({ topic: 'order.created', data: { orderId, cents } })
  return { status: 202, body: { orderId } }
}
